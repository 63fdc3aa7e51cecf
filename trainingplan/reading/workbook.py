"""A workbook's sheets: values by python-calamine, from a package that holds only what was surveyed first."""

from datetime import date, datetime
from io import BytesIO

from python_calamine import CalamineError, CalamineSheet, load_workbook

from trainingplan.reading import limits
from trainingplan.reading.archive import Package, packed
from trainingplan.reading.book import Since1904, Unreadable
from trainingplan.reading.cells import trimmed, value
from trainingplan.reading.formats import SheetData
from trainingplan.reading.survey import YEAR, Block, Cells, Contents, Found, Relations, Strings, Styles
from trainingplan.rules.numbers import format_count
from trainingplan.rules.text import quoted

BOOK, RELATIONS, STYLES, STRINGS = (
    "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml", "xl/sharedStrings.xml",
)  # fmt: skip
ROOT = (
    "_rels/.rels",
    (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        b'Target="xl/workbook.xml"/></Relationships>'
    ),
)


def read_workbook(content: bytes) -> list[SheetData]:
    """Every sheet of cells, hidden ones too; raises Unreadable."""
    package = Package(content)
    parts = {name: package.read(name) for name in (BOOK, RELATIONS, STYLES, STRINGS) if name in package}
    contents, relations, styles, strings = Contents(), Relations(), Styles(), Strings()
    for name, follower in ((BOOK, contents), (RELATIONS, relations), (STYLES, styles), (STRINGS, strings)):
        if name in parts:
            follower.follow(parts[name])
    surveyed: list[tuple[str, bool, Found]] = []
    for title, relation, hidden in contents.sheets:
        path = relations.targets.get(relation)
        if path is None:
            continue  # a sheet of a chart or of old macros
        parts[path] = package.read(path)
        cells = Cells(title, styles, strings, never_computed=contents.never_computed)
        cells.follow(parts[path])
        surveyed.append((title, hidden, cells.found))
    _check(surveyed)
    return _valued(packed(dict([ROOT, *parts.items()])), surveyed, from_1904=contents.from_1904)


def _check(surveyed: list[tuple[str, bool, Found]]) -> None:
    titles = [title for title, _, _ in surveyed]
    if not titles or len(set(titles)) < len(titles):
        raise Unreadable(limits.BROKEN)
    if sum(found.cells for _, _, found in surveyed) > limits.MOST_CELLS:
        most = format_count(limits.MOST_CELLS)
        raise Unreadable(f"có hơn {most} ô có số liệu. Chia thành nhiều tệp rồi nhập từng tệp.")
    if sum(found.last_row * found.last_column for _, _, found in surveyed) > limits.LARGEST_AREA:
        raise Unreadable("có các trang quá rộng, ô lẻ nằm rất xa. Xóa các dòng, cột thừa rồi nhập lại.")
    if sum(found.letters for _, _, found in surveyed) > limits.LARGEST_TEXT:
        raise Unreadable(limits.WORDY)
    for title, _, found in surveyed:
        _check_merges(title, found.merged)


def _check_merges(title: str, merged: list[Block]) -> None:
    for top, left, bottom, right in merged:
        if bottom > limits.LAST_ROW or right > limits.MOST_COLUMNS:
            raise Unreadable(
                f"có ô gộp quá lớn ở trang {quoted(title)}, từ dòng {top} đến dòng {bottom}, từ cột thứ {left} "
                f"đến cột thứ {right}. Bỏ gộp ô rồi nhập lại."
            )


def _valued(package: BytesIO, surveyed: list[tuple[str, bool, Found]], *, from_1904: bool) -> list[SheetData]:
    try:
        book = load_workbook(package)
        return [
            (title, hidden, _rows(book.get_sheet_by_name(title), found, from_1904=from_1904), found.merged,
             [(row, column, encoding) for (row, column), encoding in found.legacy.items()])
            for title, hidden, found in surveyed
        ]  # fmt: skip
    except (CalamineError, ValueError, OSError) as error:
        raise Unreadable(limits.BROKEN) from error


def _rows(sheet: CalamineSheet, found: Found, *, from_1904: bool) -> list[list[object]]:
    rows = [[value(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    if from_1904:
        rows = [[Since1904(cell) if type(cell) is int else cell for cell in row] for row in rows]
    for (row, column), part in found.parts.items():
        if row <= len(rows) and column <= len(rows[row - 1]):
            rows[row - 1][column - 1] = _as_shown(rows[row - 1][column - 1], part)
    for (row, column), what in found.instead.items():
        while len(rows) < row:
            rows.append([])
        line = rows[row - 1]
        line.extend([None] * (column - len(line)))
        line[column - 1] = what
    return trimmed(rows)


def _as_shown(cell: object, part: str) -> object:
    """The first day of a year or month of which a cell shows no more than that: what else it has nobody typed."""
    if not isinstance(cell, date) or isinstance(cell, datetime) or cell.day != 1:
        return cell
    if part == YEAR:
        return f"{cell:%Y}" if cell.month == 1 else cell
    return f"{cell:%m/%Y}"
