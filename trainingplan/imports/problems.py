"""What a resource says of a wrong row, as problems with a place, a reason and a remedy."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from import_export.results import Result, RowResult

from trainingplan.imports.kinds import ROW, Place, Problem, Table
from trainingplan.imports.remedies import remedy_of
from trainingplan.reading import CellError
from trainingplan.resources.base import REFUSED_BEFORE, CatalogueResource, words_of
from trainingplan.resources.columns import cell_text
from trainingplan.resources.files import FormulaWithoutValue

FILL = "Điền ô này rồi nhập lại."
NO_COLUMN = "Tệp không có cột «{}», mà dòng thêm mới phải có."
ADD_COLUMN = "Thêm cột «{}», điền cho từng dòng rồi nhập lại."
REMEDIES: Mapping[str, str] = {
    "required": FILL,
    "null": FILL,
    "blank": FILL,
    "max_length": "Viết gọn lại rồi nhập lại.",
    "unique": "Sửa cho khác đi, hoặc bỏ dòng này, rồi nhập lại.",
    "unique_together": "Sửa cho khác đi, hoặc bỏ dòng này, rồi nhập lại.",
}
OTHERWISE = "Sửa ô này trong tệp rồi nhập lại."
OTHERWISE_ROW = "Sửa dòng này trong tệp, hoặc bỏ dòng này, rồi nhập lại."
OTHERWISE_FILE = "Tải tệp mẫu của loại này để so lại."
_LEFT = re.compile(r"Còn lại [0-9.]+\.")
"""What is left of a quota belongs to the reason."""
LONGEST = 300


def reason_and_remedy(text: str, code: str = "", *, otherwise: str = OTHERWISE) -> tuple[str, str]:
    """The two sentences of a message: what is wrong, and what to do; where it says only what is wrong, by its code."""
    depth = 0
    for index, sign in enumerate(text):
        depth += {"«": 1, "»": -1}.get(sign, 0)
        rest = text[index + 1 :]
        if depth <= 0 and sign == "." and rest.startswith(" ") and rest.strip() and not _LEFT.fullmatch(rest.strip()):
            return text[: index + 1], rest.strip()
    return text if text.endswith((".", "?", "!")) else f"{text}.", REMEDIES.get(code) or remedy_of(text) or otherwise


def problems_in(result: Result, table: Table, resource: CatalogueResource, default_sheet: str) -> Iterator[Problem]:
    """All that is wrong with the table, in the order of its rows."""
    for error in result.base_errors:
        yield Problem(None, "", *reason_and_remedy(words_of(error.error), otherwise=OTHERWISE_FILE))
    missing: set[str] = set()
    for row in result.rows:
        if row.validation_error is not None:
            for problem in _of_row(row, table, resource, default_sheet):
                if problem.reason != NO_COLUMN.format(problem.heading):
                    yield problem
                elif problem.heading not in missing:  # one fault of the file, not one of each row
                    missing.add(problem.heading)
                    yield problem


def problems_elsewhere(resource: CatalogueResource, tables: Sequence[Table]) -> Iterator[Problem]:
    """What a table's judgement found in rows of the tables before it: nothing of the file can be taken in."""
    for fault in resource.elsewhere:
        table = next(one for one in tables if one.resource is fault.resource)
        heading = fault.resource.heading_of(fault.field)
        typed = next(row for row in table.dataset.dict if row[ROW] == fault.number).get(heading)
        reason, remedy = reason_and_remedy(fault.message)
        place = place_of(table, fault.number, heading, fault.resource.get_display_name())
        yield Problem(place, shown(typed), reason, remedy, heading, of_file=True)


def _of_row(row: RowResult, table: Table, resource: CatalogueResource, default_sheet: str) -> Iterator[Problem]:
    for field, error in _by_field(row.validation_error):
        text = " ".join(error.messages)
        if text == REFUSED_BEFORE:
            continue
        heading = resource.heading_of(field)
        typed = row.row_values.get(heading) if heading else None
        otherwise = OTHERWISE if heading else OTHERWISE_ROW
        reason, remedy = reason_and_remedy(text, error.code or "", otherwise=otherwise)
        if remedy == FILL and heading and heading not in table.dataset.headers:
            reason, remedy = NO_COLUMN.format(heading), ADD_COLUMN.format(heading)
        place = place_of(table, row.row_values[ROW], heading, default_sheet)
        yield Problem(place, shown(typed), reason, remedy, heading)


def _by_field(error: ValidationError) -> Iterator[tuple[str, Any]]:
    if hasattr(error, "error_dict"):
        for field, errors in error.error_dict.items():
            yield from ((field, one) for one in errors)
    else:
        yield from (("", one) for one in error.error_list)


def place_of(table: Table, number: int, heading: str, default_sheet: str) -> Place:
    """Where the value stands, or else where its row does."""
    found = table.places.get((number, heading)) or table.places.get((number, ""))
    return found or Place(default_sheet, number)


def shown(value: object) -> str:
    """What was typed, as a message repeats it."""
    if isinstance(value, FormulaWithoutValue):
        return value.formula[:LONGEST]
    if isinstance(value, CellError):
        return value.code
    try:
        return cell_text(value)[:LONGEST]
    except ValueError:
        return str(value)[:LONGEST]
