"""The files of the back office: XLSX and CSV, typed cells, never a live formula of user text."""

import csv
import io
import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import tablib
from import_export.formats import base_formats

from trainingplan.reading import CellError, FormulaWithoutValue, Sheet, Unreadable, read_book
from trainingplan.reading.legacy import ENCODINGS, converted, old_cells
from trainingplan.reading.limits import LARGEST_FILE, MOST_ROWS
from trainingplan.reading.process import shown_name
from trainingplan.rules.numbers import format_count
from trainingplan.rules.text import quoted
from trainingplan.services.refusals import Refused

__all__ = [
    "FORMATS", "LARGEST_FILE", "ROW", "CellError", "Csv", "FormulaWithoutValue", "Xlsx", "cell_words", "read_table",
]  # fmt: skip

ROW = "__dòng__"
"""The heading of the column that carries each row's number in its file."""

ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
MANY_SUSPECTED = 3
"""So many cells that look like an old encoding are no chance, even if no font says so."""
DATE_FORMAT, NUMBER_FORMAT = "dd/mm/yyyy", "#,##0"


class Xlsx(base_formats.XLSX):
    """Writes each value as what it is: text as text whatever it begins with, numbers and dates as such."""

    def get_title(self) -> str:
        return "Excel (.xlsx)"

    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> bytes:
        from openpyxl import Workbook  # noqa: PLC0415 - 0.2 s, and only exports need it

        book = Workbook(write_only=True)
        sheet = book.create_sheet("Dữ liệu")
        sheet.freeze_panes = "A2"
        rows = [list(row) for row in dataset]
        for index, width in enumerate(_widths(dataset.headers, rows)):
            sheet.column_dimensions[_letter(index)].width = width
        sheet.append([_head(sheet, text) for text in dataset.headers])
        for row in rows:
            sheet.append([_cell(sheet, value) for value in row])
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()


class Csv(base_formats.CSV):
    """With the mark by which Excel knows UTF-8. Text that a spreadsheet would compute is marked as text by «'»."""

    def get_title(self) -> str:
        return "Văn bản ngăn bằng dấu phẩy (.csv)"

    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> bytes:
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(dataset.headers)
        writer.writerows([_as_csv(value) for value in row] for row in dataset)
        return out.getvalue().encode("utf-8-sig")

    def is_binary(self) -> bool:
        return True


FORMATS = [Xlsx, Csv]


def read_table(name: str, content: bytes) -> tablib.Dataset:
    """The first visible sheet of the file: headings, then rows that are not empty, each with its number in the file.

    Raises Refused, in words, for what read_book does not read, and for text in an encoding before Unicode. Cells keep
    their types.
    """
    try:
        book = read_book(name, content)
    except Unreadable as refusal:
        raise Refused(str(refusal)) from refusal
    sheet = next((sheet for sheet in book.sheets if not sheet.hidden), None)
    if sheet is None or not sheet.rows:
        raise Refused(f"{shown_name(name)} không có dòng nào.")
    _check_encoding(name, sheet)
    return _dataset(name, sheet)


def _check_encoding(name: str, sheet: Sheet) -> None:
    """Nothing is converted here, where nobody is asked; the import centre asks."""
    cells = old_cells(sheet)
    sure = [cell for cell in cells if cell in sheet.legacy]
    if sure or len(cells) >= MANY_SUSPECTED:
        (row, column), encoding = next((cell, cells[cell]) for cell in (sure or cells))
        text = str(sheet.rows[row - 1][column - 1])
        raise Refused(
            f"{shown_name(name)} có chữ theo mã {ENCODINGS[encoding]}, ví dụ dòng {row}: {quoted(text)} là "
            f"{quoted(converted(text, encoding))}. Chuyển sang Unicode rồi nhập lại."
        )


def _dataset(name: str, sheet: Sheet) -> tablib.Dataset:
    numbered = ((number, list(row)) for number, row in enumerate(sheet.rows, start=1))
    head = next((row for _, row in numbered if any(value is not None for value in row)), [])
    while head and head[-1] is None:
        head.pop()
    dataset = tablib.Dataset(headers=[*(cell_words(value) for value in head), ROW])
    for number, row in numbered:
        values = row[: len(head)]
        if any(value is not None for value in values):
            dataset.append([*values, number])
    if len(dataset) > MOST_ROWS:
        most = format_count(MOST_ROWS)
        raise Refused(f"{shown_name(name)} có hơn {most} dòng. Chia thành nhiều tệp rồi nhập từng tệp.")
    return dataset


def cell_words(value: object) -> str:
    """What stands in a cell, to be shown, whatever it is."""
    match value:
        case FormulaWithoutValue(formula):
            return formula
        case CellError(code):
            return code
        case datetime() | date():
            return f"{value:%d/%m/%Y}"
    return "" if value is None else str(value)


def _as_csv(value: object) -> str:
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    text = "" if value is None else str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA_STARTS) else text


def _head(sheet: Any, text: str) -> Any:
    from openpyxl.styles import Font, PatternFill  # noqa: PLC0415

    cell = _cell(sheet, text)
    cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="F1E5E3")
    return cell


def _cell(sheet: Any, value: object) -> Any:
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415

    if value is None or value == "":
        return None
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, ILLEGAL.sub("\ufffd", value))
        # openpyxl takes any text that begins with "=" for a formula; the quote prefix keeps Excel from doing so.
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(FORMULA_STARTS)
        return cell
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, datetime):
        cell.number_format = f"{DATE_FORMAT} hh:mm"
    elif isinstance(value, date):
        cell.number_format = DATE_FORMAT
    elif isinstance(value, int) and not isinstance(value, bool):
        cell.number_format = NUMBER_FORMAT
    return cell


def _letter(index: int) -> str:
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    return str(get_column_letter(index + 1))


def _widths(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> list[int]:
    longest = [len(head) for head in heads]
    for row in rows:
        for index, value in enumerate(row):
            longest[index] = max(longest[index], len(str(value or "")))
    return [min(max(length + 3, 8), 60) for length in longest]
