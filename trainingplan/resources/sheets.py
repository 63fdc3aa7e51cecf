"""Any list as a clean data sheet: one row of headings, typed rows, and a sheet beside it that says what this is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import Any, Final, TypeAlias

from django.utils import timezone

from trainingplan.resources.columns import YES
from trainingplan.resources.files import DATE_FORMAT, FORMULA_STARTS, ILLEGAL, NUMBER_FORMAT
from trainingplan.rules.dates import PartialDate

Value: TypeAlias = str | int | date | PartialDate | None

FONT: Final = "Times New Roman"
MARK: Final = "Số liệu minh họa"
DATA, ABOUT = "Dữ liệu", "Về tệp này"
WORKBOOK_OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "default_format_properties": {"font_name": FONT, "font_size": 11},
}
LONGEST_TEXT: Final = 32_767
"""What one cell of Excel holds."""
EXACT: Final = 10**15
"""From here on Excel rounds: such a number is written as text."""
_NARROWEST, _WIDEST, _A4 = 8, 60, 9
_PAGE: Final = 220
"""Width of what one page of A4 shows in small letters."""


@dataclass(frozen=True, slots=True)
class DataSheet:
    """A list to take along. `stem` names the file; `notes` say what was filtered; a list of bare text has no years."""

    title: str
    stem: str
    heads: tuple[str, ...]
    rows: Sequence[Sequence[Value]]
    notes: tuple[str, ...] = ()
    illustrative: bool = False


def write_data_sheet(sheet: DataSheet, *, made_by: str = "") -> bytes:
    """The workbook: text as text whatever it begins with, numbers and dates as such, headings that stay and filter."""
    from xlsxwriter import Workbook  # noqa: PLC0415 - only exports need it

    buffer = BytesIO()
    book = Workbook(buffer, WORKBOOK_OPTIONS)
    book.set_properties({"title": sheet.title, "comments": MARK if sheet.illustrative else ""})
    _Data(book, sheet).write()
    _write_about(book, sheet, made_by)
    book.close()
    return buffer.getvalue()


class Typed:
    """Writes a value into a cell as what it is, each in the format of its kind."""

    def __init__(self, book: Any, **common: object) -> None:
        top = {"valign": "top", **common}
        self.text = book.add_format(top)
        self.marked = book.add_format({**top, "quote_prefix": True})
        self.number = book.add_format({**top, "num_format": NUMBER_FORMAT})
        self.date = book.add_format({**top, "num_format": DATE_FORMAT, "align": "left"})
        self.time = book.add_format({**top, "num_format": f"{DATE_FORMAT} hh:mm", "align": "left"})

    def write(self, sheet: Any, row: int, column: int, value: Value) -> None:
        match value:
            case None | "" | False:
                return
            case bool():
                sheet.write_string(row, column, YES, self.text)
            case int() if abs(value) < EXACT:
                sheet.write_number(row, column, value, self.number)
            case datetime():
                sheet.write_datetime(row, column, _local(value), self.time)
            case date():
                sheet.write_datetime(row, column, value, self.date)
            case PartialDate():
                sheet.write_string(row, column, value.display(), self.text)
            case _:
                text = safe_text(str(value))
                marked = text.startswith(FORMULA_STARTS)
                sheet.write_string(row, column, text, self.marked if marked else self.text)


def safe_text(text: str) -> str:
    """The text as a cell can hold it."""
    return ILLEGAL.sub("\ufffd", text)[:LONGEST_TEXT]


def _local(at: datetime) -> datetime:
    """Local time, as sheets know no zones."""
    return (timezone.localtime(at) if timezone.is_aware(at) else at).replace(tzinfo=None)


class _Data:
    def __init__(self, book: Any, sheet: DataSheet) -> None:
        self.source, self.book = sheet, book
        self.sheet = book.add_worksheet(DATA)
        self.typed = Typed(book)

    def write(self) -> None:
        source, sheet = self.source, self.sheet
        head = {"bold": True, "text_wrap": True, "valign": "vcenter", "bg_color": "#F1E5E3", "bottom": 1}
        style = self.book.add_format(head)
        for column, text in enumerate(source.heads):
            sheet.write_string(0, column, safe_text(text), style)
        for at, row in enumerate(source.rows, start=1):
            for column, value in enumerate(row):
                self.typed.write(sheet, at, column, value)
        widths = _widths(source.heads, source.rows)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 1)
        if source.heads and source.rows:
            sheet.autofilter(0, 0, len(source.rows), len(source.heads) - 1)
        self._set_print(pages=1 + sum(widths) // _PAGE)

    def _set_print(self, *, pages: int) -> None:
        """As many pages beside each other as keep the letters readable."""
        sheet = self.sheet
        sheet.set_paper(_A4)
        sheet.set_landscape()
        sheet.fit_to_pages(pages, 0)
        sheet.repeat_rows(0)
        title = self.source.title.replace("&", "&&")[:200]
        mark = f"&R{MARK}" if self.source.illustrative else ""
        sheet.set_header(f'&L&"{FONT},Bold"&10{title}')
        sheet.set_footer(f'&L&"{FONT},Regular"&10Trang &P/&N{mark}')


def _widths(heads: Sequence[str], rows: Iterable[Sequence[Value]]) -> list[int]:
    longest = [min(len(head), _WIDEST // 2) for head in heads]
    for row in rows:
        for column, value in enumerate(row):
            longest[column] = max(longest[column], _length(value))
    return [min(max(length + 3, _NARROWEST), _WIDEST) for length in longest]


def _length(value: Value) -> int:
    if isinstance(value, datetime):
        return len("05/12/2024 14:05")
    if isinstance(value, date):
        return len("05/12/2024")
    if isinstance(value, int):
        return len(f"{value:,}")
    return len(str(value or "").split("\n", 1)[0])


def _write_about(book: Any, sheet: DataSheet, made_by: str) -> None:
    """What a reader must know who has only the file."""
    about, typed = book.add_worksheet(ABOUT), Typed(book)
    lines: list[tuple[str, Value]] = [
        ("Nội dung", sheet.title),
        ("Số dòng", len(sheet.rows)),
        ("Lập lúc", timezone.now()),
        ("Người tải", made_by),
        *(("Ghi chú", note) for note in sheet.notes),
    ]
    if sheet.illustrative:
        lines.append(("Lưu ý", f"{MARK}: có dòng không phải số liệu thật của kế hoạch."))
    bold = book.add_format({"bold": True, "valign": "top"})
    for row, (name, value) in enumerate(lines):
        about.write_string(row, 0, name, bold)
        typed.write(about, row, 1, value)
    for style in (typed.text, typed.marked):
        style.set_text_wrap()
    typed.number.set_align("left")
    about.set_column(0, 0, 14)
    about.set_column(1, 1, 90)
    about.set_paper(_A4)
