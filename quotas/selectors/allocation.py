"""The Board's grid: all units × the quotas of one appendix, with groups, totals and what is left of each quota."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, TypeAlias

from django.db.models import QuerySet, Sum

from quotas.models import Allocation, ProposedShare, Quota, Registration, SubAllocation
from quotas.policies import why_allocation_closed
from quotas.rules import Balance
from quotas.selectors.differences import applied_shares, difference_words, last_reasons
from trainingplan.models import Appendix, Plan, Unit
from trainingplan.prepared import Prepared, prepared
from trainingplan.rules.letters import roman
from trainingplan.selectors import PlanUnit, plan_units

GridCell: TypeAlias = Allocation | Registration | SubAllocation


@dataclass(frozen=True, slots=True)
class Column:
    """A quota of the grid. given − allocated − held = left; `given` None states no number and bounds nothing."""

    quota_id: int
    column_id: int | None
    head: str
    group_head: str
    name: str
    balance: Balance
    registered: int

    @property
    def given(self) -> int | None:
        return self.balance.given

    @property
    def allocated(self) -> int:
        return self.balance.allocated

    @property
    def held(self) -> int:
        return self.balance.held

    @property
    def left(self) -> int | None:
        return self.balance.left


@dataclass(frozen=True, slots=True)
class Cell:
    """`registered` stands small beside the number; `difference` is how it departs from the proposal, in words."""

    number: int | None = None
    version: int = 0
    registered: int | None = None
    note: str = ""
    illustrative: bool = False
    difference: str = ""


EMPTY = Cell()


@dataclass(frozen=True, slots=True)
class UnitRow:
    unit_id: int
    key: str
    name: str
    cells: tuple[Cell, ...]

    @property
    def total(self) -> int:
        return sum(cell.number or 0 for cell in self.cells)

    @property
    def registered(self) -> int:
        return sum(cell.registered or 0 for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Group:
    """A khối with its units and the sum of each column."""

    name: str
    roman: str
    rows: tuple[UnitRow, ...]
    subtotals: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.subtotals)


@dataclass(frozen=True, slots=True)
class AllocationGrid:
    """`columns` and the cells of each row stand in the same order. Totals are those of all units, shown or not."""

    title: str
    columns: tuple[Column, ...]
    groups: tuple[Group, ...]
    open: bool
    closed_reason: str
    illustrative: bool
    proposed: bool = False
    """Whether a proposal was applied to one of its quotas: then changes by hand need a reason."""

    @property
    def departures(self) -> list[tuple[str, str, str]]:
        """The cells that depart from the proposal: unit, quota, words."""
        return [
            (row.name, column.head, cell.difference)
            for group in self.groups
            for row in group.rows
            for column, cell in zip(self.columns, row.cells, strict=True)
            if cell.difference
        ]

    @property
    def total_given(self) -> int | None:
        numbers = [column.given for column in self.columns]
        return None if None in numbers else sum(number or 0 for number in numbers)

    @property
    def total_allocated(self) -> int:
        return sum(column.allocated for column in self.columns)

    @property
    def total_held(self) -> int:
        return sum(column.held for column in self.columns)

    @property
    def total_left(self) -> int | None:
        return Balance(self.total_given, self.total_allocated, self.total_held).left

    @property
    def total_registered(self) -> int:
        return sum(column.registered for column in self.columns)


def sums_by_quota(
    model: type[GridCell], quota_ids: Iterable[int], units: QuerySet[Unit] | None = None
) -> dict[int, int]:
    """Σ number by quota over the cells of a grid; the one sum that grid, dashboard, appendix and text share.

    With `units`, only their cells count.
    """
    ids = list(quota_ids)
    return dict(_sums(model, ids, None) if units is None else _sums.factory(model, ids, units))


@prepared
def _sums(
    model: type[GridCell], quota_ids: Collection[int], units: QuerySet[Unit] | None
) -> QuerySet[GridCell, tuple[int, int]]:
    rows = model._default_manager.filter(quota_id__in=quota_ids).order_by()
    if units is not None:
        rows = rows.filter(unit__in=units)
    return rows.values_list("quota_id").annotate(total=Sum("number", default=0))


def sums_of_plan(model: type[Allocation | Registration], plan: Plan) -> dict[int, int]:
    """The same for all quotas of a plan."""
    return dict(_sums_of_plan(model, plan.pk))


@prepared
def _sums_of_plan(
    model: type[Allocation | Registration], plan_id: int
) -> QuerySet[Allocation | Registration, tuple[int, int]]:
    rows = model._default_manager.filter(quota__programme__plan_id=plan_id).order_by()
    return rows.values_list("quota_id").annotate(total=Sum("number", default=0))


def quotas_of(plan: Plan, appendix: Appendix | None) -> QuerySet[Quota]:
    """The quotas printed in an appendix, in the order of its columns; without one, those printed in none."""
    return (
        Quota.objects.filter(programme__plan=plan, appendix=appendix)
        .select_related("column", "programme")
        .order_by("column__position", "programme__position", "position")
    )


def allocation_grid(plan: Plan, appendix: Appendix | None, units: QuerySet[Unit]) -> AllocationGrid:
    """The grid for the participants among `units`; nine queries at the most, whatever their number."""
    quotas = list(quotas_of(plan, appendix))
    ids = [quota.pk for quota in quotas]
    members = plan_units(plan, units)
    shares = applied_shares(ids)
    cells = _with_differences(plan, shares, _cells(ids, units))
    columns = _columns(quotas, sums_by_quota(Allocation, ids), sums_by_quota(Registration, ids))
    reason = why_allocation_closed(plan)
    return AllocationGrid(
        title=f"Phụ lục {appendix.number}. {appendix.title}" if appendix else "Chỉ tiêu ngoài phụ lục",
        columns=columns,
        groups=tuple(groups_of(members, ids, cells)),
        open=not reason,
        closed_reason=reason,
        illustrative=plan.illustrative or any(cell.illustrative for cell in cells.values()),
        proposed=bool(shares),
    )


def _columns(quotas: Sequence[Quota], allocated: dict[int, int], registered: dict[int, int]) -> tuple[Column, ...]:
    return tuple(
        Column(
            quota_id=quota.pk,
            column_id=quota.column_id,
            head=quota.column.head if quota.column else quota.short_name,
            group_head=quota.column.group_head if quota.column else "",
            name=quota.name,
            balance=Balance(quota.number, allocated.get(quota.pk, 0), quota.held),
            registered=registered.get(quota.pk, 0),
        )
        for quota in quotas
    )


def _cells(quota_ids: list[int], units: QuerySet[Unit]) -> dict[tuple[int, int], Cell]:
    """Allocation and registration of each cell; both tables are read as plain tuples, which is what makes it fast."""
    whose = units if units.query.has_filters() else None
    registered: dict[tuple[int, int], tuple[int | None, bool]] = {
        (unit_id, quota_id): (number, illustrative)
        for unit_id, quota_id, number, illustrative in _rows_of(_registered, quota_ids, whose)
    }
    cells = {key: Cell(registered=number, illustrative=flag) for key, (number, flag) in registered.items()}
    for unit_id, quota_id, number, version, note, illustrative in _rows_of(_allocated, quota_ids, whose):
        asked, asked_illustrative = registered.get((unit_id, quota_id), (None, False))
        cells[unit_id, quota_id] = Cell(number, version, asked, note, illustrative or asked_illustrative)
    return cells


def _rows_of(read: Prepared[..., Any], quota_ids: list[int], units: QuerySet[Unit] | None) -> Iterable[Any]:
    """Of all units by the compiled statement, of some by one of their own."""
    return read(quota_ids, None) if units is None else read.factory(quota_ids, units)


@prepared
def _registered(quota_ids: Collection[int], units: QuerySet[Unit] | None) -> QuerySet[Registration, Any]:
    rows = Registration.objects.filter(quota_id__in=quota_ids).order_by()
    rows = rows if units is None else rows.filter(unit__in=units)
    return rows.values_list("unit_id", "quota_id", "number", "illustrative")


@prepared
def _allocated(quota_ids: Collection[int], units: QuerySet[Unit] | None) -> QuerySet[Allocation, Any]:
    rows = Allocation.objects.filter(quota_id__in=quota_ids).order_by()
    rows = rows if units is None else rows.filter(unit__in=units)
    return rows.values_list("unit_id", "quota_id", "number", "version", "note", "illustrative")


def _with_differences(
    plan: Plan, shares: Mapping[tuple[int, int], ProposedShare], cells: dict[tuple[int, int], Cell]
) -> dict[tuple[int, int], Cell]:
    """The cells, those that depart from an applied proposal with how and why."""
    numbers = {key: cells.get(key, EMPTY).number or 0 for key in shares}
    departed = [key for key, share in shares.items() if numbers[key] != share.places]
    reasons = last_reasons(plan, departed)
    for key in departed:
        words = difference_words(shares[key].places, numbers[key], reasons.get(key, ""))
        cells[key] = replace(cells.get(key, EMPTY), difference=words)
    return cells


def groups_of(
    members: Sequence[PlanUnit], quota_ids: Sequence[int], cells: Mapping[tuple[int, int], Cell]
) -> Iterable[Group]:
    """The rows of a grid by khối: units in the plan's order, their cells in that of the columns."""
    for place, (name, units) in enumerate(groupby(members, key=lambda unit: unit.group), start=1):
        rows = tuple(
            UnitRow(
                unit.unit_id,
                unit.key,
                unit.name,
                tuple(cells.get((unit.unit_id, quota_id), EMPTY) for quota_id in quota_ids),
            )
            for unit in units
        )
        subtotals = tuple(sum(row.cells[i].number or 0 for row in rows) for i in range(len(quota_ids)))
        yield Group(name, roman(place), rows, subtotals)
