"""Allocation tables: unit × quota, by khối."""

from collections.abc import Sequence

from quotas.selectors.allocation import UnitRow, allocation_grid
from reports.appendices.body import Body, Scope
from reports.appendices.columns import column_key, table_columns
from reports.appendices.rows import Line, RowWriter, Section
from reports.document import Table, Value
from trainingplan.models import Appendix, AppendixColumn, Plan


def allocation_body(plan: Plan, appendix: Appendix, definition: Sequence[AppendixColumn], scope: Scope) -> Body:
    """The numbers of the Board's own grid; units without a place are left out unless the definition keeps them."""
    grid = allocation_grid(plan, appendix, scope.units)
    by_column = {column.pk: column_key(column) for column in definition}
    keys = [by_column.get(column.column_id or 0, "") for column in grid.columns]
    sections = []
    for group in grid.groups:
        lines = [_line(row, keys) for row in group.rows]
        shown = [line for line in lines if appendix.show_empty_units or _has_places(line, keys)]
        if shown:
            sections.append(Section(group.name, shown))
    columns = table_columns(appendix, definition)
    quotas = tuple(key for key in keys if key)
    across = ("total", quotas) if quotas and any(column.key == "total" for column in columns) else None
    rows = RowWriter(columns, "unit", quotas, across).write(sections, total=True)
    table = Table(appendix.title, columns, rows, unit=appendix.unit_line, row_title="unit")
    return Body((table,), grid.illustrative)


def _has_places(line: Line, keys: Sequence[str]) -> bool:
    """Whether any printed column of the unit holds places."""
    return any(line.values.get(key) for key in keys if key)


def _line(row: UnitRow, keys: Sequence[str]) -> Line:
    values: dict[str, Value] = {"unit": row.name}
    values |= {key: cell.number for key, cell in zip(keys, row.cells, strict=True) if key}
    values["note"] = "; ".join(dict.fromkeys(cell.note for cell in row.cells if cell.note))
    return Line(values)
