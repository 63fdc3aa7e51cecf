"""The Board's grids beside the allocation: caps of units, sub-quotas, reserves. Each has the shape of its grid."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from quotas.models import Quota, SubAllocation, SubQuota, UnitCap
from quotas.policies import why_allocation_closed
from quotas.rules import Balance, answer_demand
from quotas.selectors.allocation import AllocationGrid, Cell, Column, groups_of, quotas_of
from quotas.selectors.proposals import NOTHING, DemandTable, demand_table, given_cells, registered_cells
from trainingplan.models import Appendix, Plan
from trainingplan.selectors import PlanUnit, plan_units

Key = tuple[int, int]


def caps_grid(plan: Plan, appendix: Appendix | None) -> AllocationGrid:
    """Units × programmes: the cap, and beside it what the unit is allocated over all quotas of the programme."""
    beside = Quota.objects.filter(programme__plan=plan, appendix=appendix).values("programme")
    quotas = list(Quota.objects.filter(programme__in=beside).select_related("programme"))
    cells_given = given_cells(quota.pk for quota in quotas)
    programme_of = {quota.pk: quota.programme_id for quota in quotas}
    given: dict[Key, int] = {}
    for (unit_id, quota_id), cell in cells_given.items():
        key = (unit_id, programme_of[quota_id])
        given[key] = given.get(key, 0) + cell.number
    columns = []
    for programme, members in groupby(quotas, key=lambda quota: quota.programme):
        balance = _balance(list(members), _added(given, programme.pk))
        columns.append(_column(programme.pk, programme.short_name, programme.name, balance))
    cells = {
        (unit_id, programme_id): Cell(number, version, given.pop((unit_id, programme_id), None))
        for unit_id, programme_id, number, version in UnitCap.objects.filter(
            programme__in={column.quota_id for column in columns}
        ).values_list("unit_id", "programme_id", "number", "version")
    }
    cells |= {key: Cell(registered=number) for key, number in given.items()}
    return _grid(plan, "Trần của đơn vị", columns, cells)


def _balance(quotas: Sequence[Quota], allocated: int) -> Balance:
    """The quotas of a programme added up; one that states no number leaves the sum without one."""
    numbers = [quota.number for quota in quotas]
    given = None if None in numbers else sum(number or 0 for number in numbers)
    return Balance(given, allocated, sum(quota.held for quota in quotas))


def sub_quotas_of(plan: Plan, appendix: Appendix | None) -> list[SubQuota]:
    """The sub-quotas under the quotas of an appendix, in the order of its columns."""
    return list(
        SubQuota.objects.filter(quota__programme__plan=plan, quota__appendix=appendix)
        .select_related("quota__column")
        .order_by("quota__column__position", "quota__programme__position", "quota__position", "position")
    )


def sub_grid(plan: Plan, appendix: Appendix | None) -> AllocationGrid:
    """Units × sub-quotas, and beside each cell what the unit is allocated of the quota: the most it may hold."""
    subs = sub_quotas_of(plan, appendix)
    own = {key: cell.number for key, cell in given_cells(sub.quota_id for sub in subs).items() if cell.number}
    stored = {
        (unit_id, sub_id): (number, version)
        for unit_id, sub_id, number, version in SubAllocation.objects.filter(quota__in=subs).values_list(
            "unit_id", "quota_id", "number", "version"
        )
    }
    columns = [
        _column(
            sub.pk,
            sub.name,
            f"{sub.quota.name} – {sub.name}",
            Balance(sub.number, sum(number or 0 for (_, pk), (number, _) in stored.items() if pk == sub.pk)),
            group_head=sub.quota.short_name,
            registered=_added(own, sub.quota_id),
        )
        for sub in subs
    ]
    units = {unit_id for unit_id, _ in (*own, *stored)}
    cells = {
        (unit_id, sub.pk): Cell(*stored.get((unit_id, sub.pk), (None, 0)), own.get((unit_id, sub.quota_id)))
        for unit_id in units
        for sub in subs
    }
    return _grid(plan, "Chỉ tiêu con", columns, cells)


def _added(cells: Mapping[Key, int], column: int) -> int:
    return sum(number for (_, pk), number in cells.items() if pk == column)


def reserve_grid(plan: Plan, appendix: Appendix | None) -> tuple[AllocationGrid, DemandTable]:
    """Units × quotas: how many wait in reserve, and beside it how many more were registered than are allocated.

    With it what became of the whole demand. Both count of a reserve what there is still demand for.
    """
    quotas = list(quotas_of(plan, appendix))
    given = given_cells(quota.pk for quota in quotas)
    demand = registered_cells(quota.pk for quota in quotas)
    numbers = {key: cell.number for key, cell in given.items()}
    columns = [
        _column(
            quota.pk,
            quota.column.head if quota.column else quota.short_name,
            quota.name,
            Balance(quota.number, _added(numbers, quota.pk), quota.held),
            group_head=quota.column.group_head if quota.column else "",
            registered=_added(demand, quota.pk),
        )
        for quota in quotas
    ]
    cells = {}
    for key in given.keys() | demand.keys():
        stands = given.get(key, NOTHING)
        answered = answer_demand(demand.get(key, 0), stands.number, stands.reserve)
        cells[key] = Cell(answered.reserve or None, stands.version, answered.demand - answered.granted)
    units = plan_units(plan)
    return _grid(plan, "Dự bị", columns, cells, units), demand_table(quotas, units, demand, given)


def _column(key: int, head: str, name: str, balance: Balance, *, group_head: str = "", registered: int = 0) -> Column:
    return Column(key, None, head, group_head, name, balance, registered)


def _grid(
    plan: Plan,
    title: str,
    columns: Sequence[Column],
    cells: Mapping[Key, Cell],
    units: Sequence[PlanUnit] | None = None,
) -> AllocationGrid:
    reason = why_allocation_closed(plan)
    members = plan_units(plan) if units is None else units
    return AllocationGrid(
        title=title,
        columns=tuple(columns),
        groups=tuple(groups_of(members, [column.quota_id for column in columns], cells)),
        open=not reason,
        closed_reason=reason,
        illustrative=plan.illustrative,
    )
