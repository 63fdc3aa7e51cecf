"""The Board's grid as HTML; see `cells_html` for why it is not a template."""

from collections.abc import Sequence
from itertools import groupby

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from quotas.selectors.allocation import AllocationGrid, Cell, Column, Group, UnitRow
from quotas.views.cells_html import (
    NOTHING_RETURNED,
    STATE_CLASS,
    ReturnedCells,
    count,
    known,
    number_input,
    say,
    troubled_input,
)
from quotas.views.cells_io import Returned, field_name, seen_value
from trainingplan.rules.numbers import format_count


def allocation_table(
    grid: AllocationGrid, *, editable: bool, whole: bool, returned: ReturnedCells = NOTHING_RETURNED
) -> SafeString:
    """Units × quotas. `whole`: the reader sees all units, so the head shows what is given, allocated and left."""
    labels = [escape(column_name(column)) for column in grid.columns]
    writer = _Writer([column.quota_id for column in grid.columns], labels, returned) if editable else None
    bodies = "".join(_group(group, writer) for group in grid.groups)
    head = _head(grid.columns) + (_sums(grid) if whole else "")
    return mark_safe(  # noqa: S308 - texts from data are escaped where they enter
        f'<table class="grid grid-board"><thead>{head}</thead>{bodies}</table>'
    )


def column_name(column: Column) -> str:
    return " – ".join(filter(None, (column.group_head, column.head)))


def _head(columns: Sequence[Column]) -> str:
    """The head: two lines where some columns stand under a common one."""
    deep = any(column.group_head for column in columns)
    span = ' rowspan="2"' if deep else ""
    upper, lower = "", ""
    for common, members in groupby(columns, key=lambda column: column.group_head):
        heads = list(members)
        if common:
            upper += f'<th scope="colgroup" class="common" colspan="{len(heads)}">{escape(common)}</th>'
            lower += "".join(_column_head(column, "") for column in heads)
        else:
            upper += "".join(_column_head(column, span) for column in heads)
    first = f'<th scope="col" class="first"{span}>Cơ quan, đơn vị, địa phương</th>'
    last = f'<th scope="col" class="num"{span}>Tổng</th><th scope="col" class="num"{span}>Đăng ký</th>'
    return f"<tr>{first}{upper}{last}</tr>" + (f"<tr>{lower}</tr>" if deep else "")


def _column_head(column: Column, span: str) -> str:
    return f'<th scope="col" class="num"{span}>{escape(column.head)}</th>'


def _sums(grid: AllocationGrid) -> str:
    """Given − allocated = left, with the demand below: the lines that stay in sight."""
    columns = grid.columns
    lines = (
        ("Giao", "given", [column.given for column in columns], grid.total_given),
        ("Đã phân bổ", "allocated", [column.allocated for column in columns], grid.total_allocated),
        ("Còn lại", "left", [column.left for column in columns], grid.total_left),
        ("Các đơn vị đăng ký", "registered", [column.registered for column in columns], grid.total_registered),
    )
    return "".join(
        f'<tr class="sum sum-{kind}"><th scope="row" class="first">{title}</th>'
        + "".join(f'<td class="num{left_class(kind, number)}">{known(number)}</td>' for number in (*numbers, total))
        + "<td></td></tr>"
        for title, kind, numbers, total in lines
    )


def left_class(kind: str, number: int | None) -> str:
    """How a sum stands out: places still to give, or more given than there are."""
    if kind != "left" or not number:
        return ""
    return " is-some" if number > 0 else " is-over"


class _Writer:
    """Writes the inputs of a grid that may be changed."""

    def __init__(self, quota_ids: Sequence[int], labels: Sequence[str], returned: ReturnedCells) -> None:
        self.columns = list(zip(quota_ids, labels, strict=True))
        self.returned = returned

    def cells(self, row: UnitRow, name: str) -> str:
        unit_id, returned = row.unit_id, self.returned
        return "".join(
            self._troubled(unit_id, quota_id, cell, f"{name}, {label}", returned[unit_id, quota_id])
            if (unit_id, quota_id) in returned
            else f'<td class="cell">'
            f"{number_input(_field(unit_id, quota_id, cell), format_count(cell.number), f'{name}, {label}')}"
            f"{_asked(cell)}</td>"
            for cell, (quota_id, label) in zip(row.cells, self.columns, strict=True)
        )

    def _troubled(self, unit_id: int, quota_id: int, cell: Cell, label: str, back: Returned) -> str:
        field = field_name(unit_id, quota_id, back.version, seen_value(back.number))
        box = troubled_input(field, back.typed, label)
        return f'<td class="{STATE_CLASS[back.outcome]}">{box}{_asked(cell)}{say(field, back.message)}</td>'


def _field(unit_id: int, quota_id: int, cell: Cell) -> str:
    return field_name(unit_id, quota_id, cell.version, seen_value(cell.number))


def _asked(cell: Cell) -> str:
    """What the unit registered, small beside the cell."""
    return f"<small>{format_count(cell.registered)}</small>" if cell.registered else "<small></small>"


def _group(group: Group, writer: _Writer | None) -> str:
    name = f"{group.roman}. {escape(group.name)}"
    sums = "".join(f'<td class="num">{count(number)}</td>' for number in (*group.subtotals, group.total))
    asked = count(sum(row.registered for row in group.rows))
    rows = "".join(_unit_row(place, row, writer) for place, row in enumerate(group.rows, start=1))
    return (
        f'<tbody><tr class="group"><th scope="rowgroup" class="first">{name}</th>'
        f'{sums}<td class="num soft">{asked}</td></tr>{rows}</tbody>'
    )


def _unit_row(place: int, row: UnitRow, writer: _Writer | None) -> str:
    name = escape(row.name)
    cells = writer.cells(row, name) if writer else _closed_cells(row)
    return (
        f'<tr><th scope="row" class="first"><span class="place">{place}</span>{name}</th>{cells}'
        f'<td class="num total">{count(row.total)}</td><td class="num soft">{count(row.registered)}</td></tr>'
    )


def _closed_cells(row: UnitRow) -> str:
    return "".join(f'<td class="num">{count(cell.number)}{_asked(cell)}</td>' for cell in row.cells)
