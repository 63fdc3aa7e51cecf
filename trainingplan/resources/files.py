"""The files of the back office: XLSX and CSV, typed cells, never a live formula of user text."""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import tablib
from import_export.formats import base_formats

from trainingplan.rules.numbers import format_count
from trainingplan.rules.text import quoted
from trainingplan.services.refusals import Refused

LARGEST_FILE = 5 * 1024 * 1024
LARGEST_INFLATED = 100 * 1024 * 1024
MOST_ENTRIES = 500
MOST_ROWS, MOST_COLUMNS = 20_000, 200
ROW = "__dòng__"
"""The heading of the column that carries each row's number in its file."""

ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0"
ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
BROKEN_BOOK = (
    ArithmeticError, AttributeError, EOFError, LookupError, OSError, SyntaxError, TypeError, ValueError,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""openpyxl meets a broken book with whatever breaks first."""

DATE_FORMAT, NUMBER_FORMAT = "dd/mm/yyyy", "#,##0"


@dataclass(frozen=True, slots=True)
class FormulaWithoutValue:
    """A cell whose formula was never computed: not a zero, not an empty cell."""

    formula: str


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
    """The first sheet of the file: headings, then rows that are not empty, each with its number in the file.

    Raises Refused, in words, for what is no such file or too large. Cells keep their types. Hostile archives that are
    within these bounds are the business of whoever runs this in a process with limits.
    """
    if len(content) > LARGEST_FILE:
        raise Refused(f"Tệp «{name}» lớn hơn 5 MB. Chia thành nhiều tệp nhỏ hơn rồi nhập từng tệp.")
    if not content:
        raise Refused(f"Tệp «{name}» rỗng.")
    if content.startswith(OLE_MAGIC):
        raise Refused(
            f"Tệp «{name}» là sổ Excel kiểu cũ (.xls) hoặc có mật khẩu. Bỏ mật khẩu, lưu thành .xlsx rồi nhập lại."
        )
    rows = _xlsx_rows(name, content) if content.startswith(ZIP_MAGIC) else _csv_rows(name, content)
    return _dataset(name, rows)


def _dataset(name: str, rows: Iterator[Sequence[Any]]) -> tablib.Dataset:
    numbered = ((number, list(row)) for number, row in enumerate(rows, start=1))
    head = next((row for _, row in numbered if any(value not in (None, "") for value in row)), None)
    if head is None:
        raise Refused(f"Tệp «{name}» không có dòng nào.")
    while head and head[-1] in (None, ""):
        head.pop()
    dataset = tablib.Dataset(headers=[*(str(text or "") for text in head), ROW])
    for number, row in numbered:
        if number > MOST_ROWS:
            raise Refused(
                f"Tệp «{name}» có hơn {format_count(MOST_ROWS)} dòng. Chia thành nhiều tệp rồi nhập từng tệp."
            )
        values = (row + [None] * len(head))[: len(head)]
        if any(value not in (None, "") for value in values):
            dataset.append([*values, number])
    return dataset


def _xlsx_rows(name: str, content: bytes) -> Iterator[Sequence[Any]]:
    from openpyxl import load_workbook  # noqa: PLC0415 - 0.2 s, and only imports need it

    sheets = _check_archive(name, content)
    try:
        values = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        formulas = load_workbook(io.BytesIO(content), read_only=True) if b"<f" in sheets else None
        yield from _merged(values.worksheets[0], formulas.worksheets[0] if formulas else None)
    except BROKEN_BOOK as error:
        raise Refused(f"Không đọc được tệp «{name}». Mở bằng Excel, lưu lại thành .xlsx rồi nhập lại.") from error


def _merged(values: Any, formulas: Any) -> Iterator[Sequence[Any]]:
    """The rows of values; a formula that holds none is given as such."""
    bounds = {"max_row": MOST_ROWS + 1, "max_col": MOST_COLUMNS, "values_only": True}
    if formulas is None:
        yield from values.iter_rows(**bounds)
        return
    for row, written in zip(values.iter_rows(**bounds), formulas.iter_rows(**bounds), strict=False):
        yield [
            FormulaWithoutValue(formula) if value is None and str(formula or "").startswith("=") else value
            for value, formula in zip(row, written, strict=False)
        ]


def _check_archive(name: str, content: bytes) -> bytes:
    """The raw first sheets, to see whether they have formulas; refuses what is no workbook or swells too much."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            names = [entry.filename for entry in entries]
            if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > LARGEST_INFLATED:
                raise Refused(f"Tệp «{name}» giải nén ra quá lớn.")
            if "xl/workbook.xml" not in names:
                raise Refused(f"Tệp «{name}» không phải sổ Excel .xlsx. Lưu lại thành .xlsx hoặc .csv rồi nhập lại.")
            return b"".join(archive.read(entry) for entry in entries if entry.filename.startswith("xl/worksheets/"))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
        raise Refused(f"Tệp «{name}» bị hỏng hoặc có mật khẩu. Lưu lại thành .xlsx rồi nhập lại.") from error


def _csv_rows(name: str, content: bytes) -> Iterator[Sequence[Any]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(
            f"Tệp «{name}» không phải .xlsx, cũng không phải .csv theo UTF-8. Lưu lại thành .xlsx rồi nhập lại."
        ) from error
    if "\0" in text:
        raise Refused(f"Tệp «{name}» không phải tệp .xlsx hoặc .csv.")
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            yield [_unmarked(value) for value in row[:MOST_COLUMNS]]
    except csv.Error as error:
        raise Refused(f"Không đọc được tệp «{name}»: {quoted(str(error))}.") from error


def _unmarked(value: str) -> str:
    return value[1:] if value.startswith("'") and value[1:2] in FORMULA_STARTS else value


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
