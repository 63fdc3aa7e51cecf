"""Reading numbers back from what the renderers wrote, each by a library that did not write it."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from io import BytesIO

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet
from pypdf import PdfReader

NUMBER = re.compile(r"-?\d{1,3}(?:\.\d{3})+")


@dataclass
class Element:
    """A start tag with its attributes and all text inside it."""

    tag: str
    attrs: dict[str, str | None]
    text: str = ""


@dataclass
class Page(HTMLParser):
    """All elements of a page in their order; text is given to each element that is open."""

    elements: list[Element] = field(default_factory=list)
    _open: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        self.elements.append(element)
        if tag not in {"col", "meta"}:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, *tags: str) -> list[Element]:
        return [element for element in self.elements if element.tag in tags]


def read_html(text: str) -> Page:
    page = Page()
    page.feed(text)
    page.close()
    return page


def html_numbers(text: str) -> list[int]:
    """The numbers in the number columns of all tables."""
    cells = [element for element in read_html(text).all("td", "th") if element.attrs.get("class") == "n"]
    return [int(cell.text.replace(".", "")) for cell in cells if cell.text]


def sheets(content: bytes, *, values: bool = False) -> list[Worksheet]:
    """The sheets with their formulas, or with the values that were stored beside them."""
    book = load_workbook(BytesIO(content), data_only=values)
    return list(book.worksheets)


def cells(sheet: Worksheet) -> list[Cell]:
    return [cell for row in sheet.iter_rows() for cell in row if isinstance(cell, Cell) and cell.value is not None]


def xlsx_numbers(content: bytes) -> list[int]:
    """The numbers that have a thousands format, as they show: no zero where the format hides it."""
    return [
        cell.value
        for sheet in sheets(content, values=True)
        for cell in cells(sheet)
        if cell.number_format.startswith("#,##0") and (cell.value or not cell.number_format.endswith(";;@"))
    ]


def pdf_pages(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(content)).pages]


def pdf_numbers(content: bytes) -> list[int]:
    """All numbers written with dots between thousands, in no order."""
    found = NUMBER.findall("\n".join(pdf_pages(content)))
    return [int(number.replace(".", "")) for number in found]
