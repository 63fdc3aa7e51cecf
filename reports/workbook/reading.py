"""A workbook that came in: its sheets as tables for the resources, with the place of every value."""

from collections.abc import Iterable, Iterator
from typing import cast

import tablib

from reports.workbook.sheets import READ_FIRST, SHEETS, sheets_of
from reports.workbook.writing import LISTS
from trainingplan.imports.kinds import ROW, Contents, Place, Problem, Table
from trainingplan.reading import Book, Sheet
from trainingplan.resources.book import BookResource
from trainingplan.resources.book_faults import safe_text
from trainingplan.resources.book_plan import PlanSheet
from trainingplan.resources.columns import cell_text
from trainingplan.resources.files import cell_words
from trainingplan.rules.names import fold
from trainingplan.rules.numbers import NumberRefused, parse_count
from trainingplan.rules.text import quoted
from trainingplan.services.refusals import Refused

NO_YEAR = "Sheet «Kế hoạch» phải có một dòng, với năm của kế hoạch. Xem sổ mẫu, hoặc tài liệu docs/workbook.md."


def is_workbook(book: Book) -> bool:
    """Whether the book looks like a whole plan: it has the plan's sheet and another one of ours."""
    names = {fold(sheet.name) for sheet in book.sheets}
    ours = {fold(sheet.sheet()) for sheet in SHEETS}
    return fold(PlanSheet.sheet()) in names and len(names & ours) > 1


def contents_of(book: Book) -> Contents:
    """All sheets that the file has, in the order of their dependence. Raises Refused where no plan is named."""
    found = {fold(sheet.name): sheet for sheet in book.sheets}
    filled = {fold(sheet.name) for sheet in book.sheets if _data_rows(sheet)}
    year = _year_of(found.get(fold(PlanSheet.sheet())))
    names = [sheet.sheet() for sheet in SHEETS if fold(sheet.sheet()) in filled]
    tables = [
        _table(resource, found[fold(resource.sheet())])
        for resource in sheets_of(year, names)
        if resource.sheet() in names
    ]
    for table in tables:
        _announce(table)
    return Contents(tuple(tables), tuple(_unknown(book.sheets)))


def _announce(table: Table) -> None:
    """Tell all sheets which rows this one brings."""
    resource = cast("BookResource", table.resource)
    if resource.directory is None:
        return
    places = {fold(head): place for place, head in enumerate(table.dataset.headers)}
    asked = [places.get(fold(heading)) for heading in resource.directory.headings]
    keys = {tuple("" if place is None else safe_text(row[place]) for place in asked) for row in table.dataset}
    resource.scene.coming[resource.directory.name] = keys


def _unknown(sheets: Iterable[Sheet]) -> Iterator[Problem]:
    """Sheets that are none of the workbook's: nothing in a file is passed over in silence."""
    known = {fold(sheet.sheet()) for sheet in SHEETS} | {fold(READ_FIRST), fold(LISTS)}
    for sheet in sheets:
        if fold(sheet.name) not in known and any(value is not None for row in sheet.rows for value in row):
            reason = f"Không có bảng nào tên {quoted(sheet.name)} trong sổ toàn kế hoạch."
            yield Problem(None, sheet.name, reason, "Sửa tên sheet theo sổ mẫu, hoặc bỏ sheet này khỏi tệp.")


def _year_of(sheet: Sheet | None) -> int:
    """The year that the plan's sheet names: other sheets speak of that plan."""
    if sheet is None or not sheet.rows:
        raise Refused(NO_YEAR)
    heads = [fold(cell_words(value)) for value in sheet.rows[0]]
    rows = _data_rows(sheet)
    if "nam" not in heads or not rows:
        raise Refused(NO_YEAR)
    typed = rows[0][1][heads.index("nam")]
    try:
        year = parse_count(cell_text(typed), maximum=9999)
    except (NumberRefused, ValueError) as error:
        words = f"Năm của kế hoạch ở sheet «Kế hoạch» là {quoted(cell_words(typed))}, không phải một năm. Ghi như 2030."
        raise Refused(words) from error
    if year is None:
        raise Refused(NO_YEAR)
    return year


def _data_rows(sheet: Sheet) -> list[tuple[int, tuple[object, ...]]]:
    """The rows below the heads that are not empty, with their numbers."""
    numbered = enumerate(sheet.rows[1:], start=2)
    return [(number, row) for number, row in numbered if any(value is not None for value in row)]


def _table(resource: BookResource, sheet: Sheet) -> Table:
    heads = [cell_words(value) for value in sheet.rows[0]]
    while heads and not heads[-1]:
        heads.pop()
    dataset = tablib.Dataset(headers=[*heads, ROW])
    places: dict[tuple[int, str], Place] = {}
    known = {fold(str(column.column_name)): str(column.column_name) for column in resource.columns.values()}
    for number, row in _data_rows(sheet):
        dataset.append([*row[: len(heads)], number])
        places[number, ""] = Place(sheet.name, number)
        for column, head in enumerate(heads, start=1):
            places[number, known.get(fold(head), head)] = Place(sheet.name, number, column)
    return Table(resource, cast("tablib.Dataset", dataset), places)
