"""The process that marks a user's own file: wrong cells red and commented, and a first sheet that lists them all.

Reads a file as hostile as any upload, so within the same limits; a workbook too large to be kept as it is comes back as
its plain values.
"""

import base64
import io
import json
import sys
import zlib
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from zipfile import BadZipFile

from trainingplan.reading import limits
from trainingplan.reading.book import CellError, FormulaWithoutValue, Unreadable
from trainingplan.reading.child import confine, peak
from trainingplan.reading.formats import ZIP, read

HEADS = ("Trang tính", "Dòng", "Cột", "Giá trị", "Sai ở đâu", "Cách sửa")
WIDTHS = (18, 8, 8, 28, 60, 60)
LIST = "Lỗi"
RED = "FFF4B6B6"
AUTHOR = "Kiểm tra khi nhập"
MOST_STYLED_CELLS = 250_000
"""Beyond it the whole workbook with its styles does not fit into this process."""
MOST_COMMENTS = 2_000
BROKEN_BOOK = (
    ArithmeticError, AttributeError, EOFError, LookupError, MemoryError, OSError, RuntimeError, SyntaxError, TypeError,
    ValueError, BadZipFile, zlib.error,
)  # fmt: skip
"""openpyxl meets what it does not know with whatever breaks first."""
ILLEGAL = {code: "\ufffd" for code in range(32) if code not in (9, 10, 13)}

Problem = tuple[str, int, int, str, str, str]
"""Sheet, row, column (0: none), value, reason, remedy."""


def main() -> None:
    """Answer like child.serve, for what process.marked_payload has packed."""
    confine()
    given = sys.stdin.buffer
    problems: list[Problem] = [tuple(one) for one in json.loads(given.read(int(given.readline())))]
    content = given.read(limits.LARGEST_FILE + 1)
    try:
        answer = ("read", base64.b64encode(mark(content, problems)).decode("ascii"))
    except Unreadable as refusal:
        answer = ("refused", str(refusal))
    sys.stdout.write(json.dumps([*answer, peak()]))


def mark(content: bytes, problems: Sequence[Problem]) -> bytes:
    """The workbook with its wrong cells marked; raises Unreadable."""
    sheets = read(content)  # refuses what is hostile, before openpyxl looks at it
    cells = sum(len(row) for sheet in sheets for row in sheet[2])
    book = None
    if content.startswith(ZIP) and cells <= MOST_STYLED_CELLS:
        book = _opened(content)
    if book is None:
        book = _copied(sheets)
    _mark_cells(book, problems)
    _list_problems(book, problems)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _opened(content: bytes) -> Any:
    from openpyxl import load_workbook  # noqa: PLC0415 - a .csv needs none of it

    try:
        return load_workbook(io.BytesIO(content), keep_links=False)
    except BROKEN_BOOK:
        return None


def _copied(sheets: Iterable[Any]) -> Any:
    from openpyxl import Workbook  # noqa: PLC0415

    book = Workbook()
    book.remove(book.active)
    for title, hidden, rows, *_ in sheets:
        sheet = book.create_sheet(_title(title or "Dữ liệu"))
        sheet.sheet_state = "hidden" if hidden else "visible"
        for number, row in enumerate(rows, start=1):
            for place, value in enumerate(row, start=1):
                if value is not None:
                    _put(sheet.cell(number, place), value)
    return book


def _title(name: str) -> str:
    return "".join("-" if sign in "[]:*?/\\" else sign for sign in name)[:31] or "Dữ liệu"


def _put(cell: Any, value: object) -> None:
    """Store a value as what it is: text as text, whatever it begins with."""
    if isinstance(value, FormulaWithoutValue):
        value = value.formula
    elif isinstance(value, CellError):
        value = value.code
    if isinstance(value, bool | int | Decimal | date):
        cell.value = value
        return
    cell.value = str(value).translate(ILLEGAL)[: limits.LONGEST_TEXT]
    cell.data_type = "s"
    if str(value).startswith(("=", "+", "-", "@", "\t", "\r")):
        cell.quotePrefix = True


def _mark_cells(book: Any, problems: Iterable[Problem]) -> None:
    from openpyxl.comments import Comment  # noqa: PLC0415
    from openpyxl.styles import PatternFill  # noqa: PLC0415

    red = PatternFill("solid", fgColor=RED)
    said: dict[tuple[str, int, int], list[str]] = {}
    only = book.sheetnames[0] if len(book.sheetnames) == 1 else ""
    for sheet, row, column, _, reason, remedy in problems:
        name = sheet if sheet in book.sheetnames else only
        if name and 1 <= row <= limits.LAST_ROW + 1 and column <= limits.MOST_COLUMNS + 1:
            said.setdefault((name, row, column or 1), []).append(f"{reason} {remedy}")
    for count, ((name, row, column), words) in enumerate(said.items()):
        cell = _cell(book[name], row, column)
        cell.fill = red
        if count < MOST_COMMENTS:
            comment = Comment("\n".join(words).translate(ILLEGAL)[:2_000], AUTHOR)
            comment.width, comment.height = 320, 40 + 34 * len(words) * 2
            cell.comment = comment


def _cell(sheet: Any, row: int, column: int) -> Any:
    """The cell, or the first of the merged block that it is hidden in."""
    cell = sheet.cell(row, column)
    if type(cell).__name__ != "MergedCell":
        return cell
    block = next(block for block in sheet.merged_cells.ranges if cell.coordinate in block)
    return sheet.cell(block.min_row, block.min_col)


def _list_problems(book: Any, problems: Iterable[Problem]) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415
    from openpyxl.worksheet.properties import PageSetupProperties  # noqa: PLC0415

    if LIST in book.sheetnames:
        book.remove(book[LIST])
    sheet = book.create_sheet(LIST, 0)
    for place, (head, width) in enumerate(zip(HEADS, WIDTHS, strict=True), start=1):
        cell = sheet.cell(1, place, head)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="F1E5E3")
        sheet.column_dimensions[get_column_letter(place)].width = width
    wrap = Alignment(wrap_text=True, vertical="top")
    for number, (name, row, column, value, reason, remedy) in enumerate(problems, start=2):
        letter = get_column_letter(column) if column else ""
        for place, shown in enumerate((name, row or "", letter, value, reason, remedy), start=1):
            if shown != "":
                cell = sheet.cell(number, place)
                _put(cell, shown)
                cell.alignment = wrap
    sheet.freeze_panes = "A2"
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    book.active = 0
    for other in book.worksheets[1:]:
        other.sheet_view.tabSelected = False


if __name__ == "__main__":
    main()
