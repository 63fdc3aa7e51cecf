"""The Board's grid as HTML; see `cells_html` for why it is not a template."""

from collections.abc import Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Wording:
    """How a grid of the Board speaks: the lines of its head (words, and the sum of a column they show), its last heads.

    Without `total` rows are not added up, as overlapping columns cannot be.
    """

    lines: tuple[tuple[str, str], ...]
    total: str = "Tổng"
    asked: str = "Đăng ký"


ALLOCATION = Wording((
    ("Giao", "given"),
    ("Đã phân bổ", "allocated"),
    ("Giữ lại", "held"),
    ("Còn lại", "left"),
    ("Các đơn vị đăng ký", "registered"),
))  # fmt: skip


def allocation_table(
    grid: AllocationGrid,
    *,
    editable: bool,
    whole: bool,
    returned: ReturnedCells = NOTHING_RETURNED,
    wording: Wording = ALLOCATION,
) -> SafeString:
    """Units × quotas. `whole`: the reader sees all units, so the head shows what is given, allocated, held and left."""
    labels = [escape(column_name(column)) for column in grid.columns]
    writer = _Writer([column.quota_id for column in grid.columns], labels, returned) if editable else None
    bodies = "".join(_Body(group, writer, wording, whole=whole).html() for group in grid.groups)
    head = _head(grid.columns, wording) + (_sums(grid, wording) if whole else "")
    return mark_safe(  # noqa: S308 - texts from data are escaped where they enter
        f'<table class="grid grid-board"><thead>{head}</thead>{bodies}</table>'
    )


def column_name(column: Column) -> str:
    return " – ".join(filter(None, (column.group_head, column.head)))


def _head(columns: Sequence[Column], wording: Wording) -> str:
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
    ends = (wording.total, wording.asked) if wording.total else ()
    last = "".join(f'<th scope="col" class="num"{span}>{end}</th>' for end in ends)
    return f"<tr>{first}{upper}{last}</tr>" + (f"<tr>{lower}</tr>" if deep else "")


def _column_head(column: Column, span: str) -> str:
    return f'<th scope="col" class="num"{span}>{escape(column.head)}</th>'


def _sums(grid: AllocationGrid, wording: Wording) -> str:
    """Given − allocated − held = left, with the demand below: the lines that stay in sight."""
    end = "<td></td>" if wording.total else ""
    html = ""
    for title, kind in wording.lines:
        cells = "".join(
            f'<td class="num{left_class(kind, number)}">{known(number)}</td>' for number in _line(grid, kind, wording)
        )
        html += f'<tr class="sum sum-{kind}"><th scope="row" class="first">{title}</th>{cells}{end}</tr>'
    return html


def _line(grid: AllocationGrid, kind: str, wording: Wording) -> list[int | None]:
    """One sum of every column, and of all of them where they add up."""
    numbers: list[int | None] = [getattr(column, kind) for column in grid.columns]
    return [*numbers, getattr(grid, f"total_{kind}")] if wording.total else numbers


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
            f"{_asked(cell)}{_departs(cell)}</td>"
            for cell, (quota_id, label) in zip(row.cells, self.columns, strict=True)
        )

    def _troubled(self, unit_id: int, quota_id: int, cell: Cell, label: str, back: Returned) -> str:
        field = field_name(unit_id, quota_id, back.version, seen_value(back.number))
        box = troubled_input(field, back.typed, label)
        beside = f"{_asked(cell)}{_departs(cell)}{say(field, back.message)}"
        return f'<td class="{STATE_CLASS[back.outcome]}">{box}{beside}</td>'


def _field(unit_id: int, quota_id: int, cell: Cell) -> str:
    return field_name(unit_id, quota_id, cell.version, seen_value(cell.number))


def _asked(cell: Cell) -> str:
    """What the unit registered, small beside the cell."""
    return f"<small>{format_count(cell.registered)}</small>" if cell.registered else "<small></small>"


def _departs(cell: Cell) -> str:
    """How the cell departs from the proposal that was applied, and why."""
    if not cell.difference:
        return ""
    words = escape(cell.difference)
    return f'<span class="departs" title="{words}">{words}</span>'


class _Body:
    """Writes the rows of a khối."""

    def __init__(self, group: Group, writer: _Writer | None, wording: Wording, *, whole: bool) -> None:
        self.group, self.writer, self.wording, self.whole = group, writer, wording, whole

    def html(self) -> str:
        group = self.group
        name = f"{group.roman}. {escape(group.name)}"
        ends = ""
        if self.wording.total:
            asked = count(sum(row.registered for row in group.rows))
            ends = f'<td class="num">{count(group.total)}</td><td class="num soft">{asked}</td>'
        sums = "".join(f'<td class="num">{count(number)}</td>' for number in group.subtotals)
        rows = "".join(self._unit_row(place, row) for place, row in enumerate(group.rows, start=1))
        return f'<tbody><tr class="group"><th scope="rowgroup" class="first">{name}</th>{sums}{ends}</tr>{rows}</tbody>'

    def _unit_row(self, place: int, row: UnitRow) -> str:
        name = escape(row.name)
        cells = self.writer.cells(row, name) if self.writer else self._closed_cells(row)
        ends = ""
        if self.wording.total:
            ends = f'<td class="num total">{count(row.total)}</td><td class="num soft">{count(row.registered)}</td>'
        return f'<tr><th scope="row" class="first"><span class="place">{place}</span>{name}</th>{cells}{ends}</tr>'

    def _closed_cells(self, row: UnitRow) -> str:
        departs = _departs if self.whole else lambda _: ""
        return "".join(f'<td class="num">{count(cell.number)}{_asked(cell)}{departs(cell)}</td>' for cell in row.cells)
