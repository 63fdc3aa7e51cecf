"""The Board's ceilings besides a quota's own number: caps of units, sub-quotas, and the reserve of a demand."""

from collections.abc import Hashable, Sequence

from django.db import transaction
from django.db.models import Max

from courses.models import Programme
from quotas.locking import hold_plans_of, lock_ceilings, lock_quotas
from quotas.models import Allocation, Quota, SubAllocation, SubQuota
from quotas.policies import check_allocation_open
from quotas.rules import Ceiling, Verdict, Wish, settle
from quotas.selectors.allocation import sums_by_quota
from quotas.selectors.proposals import registered_cells
from quotas.services.bounds import allocated_by_programme, room_words
from quotas.services.cells import participant_names
from quotas.services.sheets import (
    CAPS,
    RESERVES,
    SUB_ALLOCATIONS,
    CellInput,
    CellResult,
    Key,
    Proposed,
    Sheet,
    read_all,
)
from trainingplan.locking import hold_plan
from trainingplan.models import Plan, User
from trainingplan.rules.numbers import format_count
from trainingplan.services.catalogue import Edits, plan_of, why_frozen
from trainingplan.services.refusals import Refused


@transaction.atomic
def save_caps(*, plan: Plan, cells: Sequence[CellInput], actor: User, reason: str = "") -> list[CellResult]:
    """Set caps of units (columns are programmes); an empty cell is no cap. None goes below what is allocated."""
    plan = hold_plan(plan)
    check_allocation_open(plan, actor)
    programmes = plan.programmes.in_bulk({cell.quota_id for cell in cells})
    names = participant_names(plan, {cell.unit_id for cell in cells})
    lock_ceilings(_quota_ids(programmes), names)
    sheet = Sheet(CAPS, cells, {pk: one.short_name for pk, one in programmes.items()}, names)
    given = allocated_by_programme(list(names), list(programmes))
    for proposed in read_all(sheet, cells):
        cell, allocated = proposed.cell, given.get(proposed.cell.key, 0)
        if proposed.number is not None and proposed.number < allocated:
            sheet.refuse(
                cell,
                f"Đơn vị đã được phân bổ {format_count(allocated)} ở chương trình "
                f"«{programmes[cell.quota_id].short_name}»: trần không thấp hơn số đó. "
                f"Nhập ít nhất {format_count(allocated)}, hoặc giảm số phân bổ trước.",
            )
        else:
            sheet.accept(proposed)
    return sheet.write(actor=actor, plan=plan, reason=reason)


def _quota_ids(programmes: dict[int, Programme]) -> list[int]:
    return list(Quota.objects.filter(programme__in=programmes).values_list("pk", flat=True))


@transaction.atomic
def save_sub_allocations(*, plan: Plan, cells: Sequence[CellInput], actor: User, reason: str = "") -> list[CellResult]:
    """Say how many of a unit's places are of a sub-quota (columns are sub-quotas).

    Σ over the units stays within the sub-quota, and each unit within its allocation of the quota. Sub-quotas overlap:
    one person may count in two.
    """
    plan = hold_plan(plan)
    check_allocation_open(plan, actor)
    wanted = SubQuota.objects.filter(quota__programme__plan=plan, pk__in={cell.quota_id for cell in cells})
    names = participant_names(plan, {cell.unit_id for cell in cells})
    ceilings = lock_ceilings(list(wanted.values_list("quota_id", flat=True)), names)
    subs = ceilings.sub_quotas
    columns = {pk: f"{sub.name} – {ceilings.quotas[sub.quota_id].short_name}" for pk, sub in subs.items()}
    sheet = Sheet(SUB_ALLOCATIONS, cells, columns, names)
    proposed = read_all(sheet, cells)
    wishes = [Wish(one.old, one.new, _sub_keys(one.cell.key)) for one in proposed]
    for one, wish, verdict in zip(proposed, wishes, settle(_sub_ceilings(subs, proposed), wishes), strict=True):
        if verdict.granted:
            sheet.accept(one)
        else:
            sheet.refuse(one.cell, _sub_words(subs[one.cell.quota_id], wish, verdict))
    return sheet.write(actor=actor, plan=plan, reason=reason)


def _sub_keys(key: Key) -> tuple[Hashable, ...]:
    """The ceilings over a cell: the sub-quota, and the unit's own allocation."""
    return ("sub", key[1]), ("own", *key)


def _sub_ceilings(subs: dict[int, SubQuota], proposed: Sequence[Proposed]) -> dict[Hashable, Ceiling]:
    taken = sums_by_quota(SubAllocation, subs)
    ceilings: dict[Hashable, Ceiling] = {("sub", pk): Ceiling(sub.number, taken.get(pk, 0)) for pk, sub in subs.items()}
    rows = Allocation.objects.filter(
        quota_id__in={sub.quota_id for sub in subs.values()}, unit_id__in={one.cell.unit_id for one in proposed}
    )
    own = {(unit, quota): number or 0 for unit, quota, number in rows.values_list("unit_id", "quota_id", "number")}
    for one in proposed:
        unit_id, sub_id = one.cell.key
        ceilings["own", unit_id, sub_id] = Ceiling(own.get((unit_id, subs[sub_id].quota_id), 0), one.old)
    return ceilings


def _sub_words(sub: SubQuota, wish: Wish, verdict: Verdict) -> str:
    if verdict.binding == ("sub", sub.pk):
        return f"Vượt chỉ tiêu con «{sub.name}» ({format_count(sub.number)}): {room_words(wish, verdict)}"
    return (
        f"Đơn vị được phân bổ {format_count(verdict.most)} ở chỉ tiêu này: chỉ tiêu con «{sub.name}» không nhiều hơn "
        f"được. Nhập nhiều nhất {format_count(verdict.most)}."
    )


@transaction.atomic
def save_reserves(*, plan: Plan, cells: Sequence[CellInput], actor: User, reason: str = "") -> list[CellResult]:
    """Say how many of a unit's demand wait in reserve (dự bị): with what is granted never more than the demand."""
    plan = hold_plan(plan)
    check_allocation_open(plan, actor)
    ours = Quota.objects.filter(programme__plan=plan, pk__in={cell.quota_id for cell in cells})
    names = participant_names(plan, {cell.unit_id for cell in cells})
    quotas = lock_quotas(list(ours.values_list("pk", flat=True)))
    sheet = Sheet(RESERVES, cells, {pk: quota.name for pk, quota in quotas.items()}, names)
    demand = registered_cells(quotas)
    for proposed in read_all(sheet, cells):
        asked = demand.get(proposed.cell.key, 0)
        granted = (proposed.row.number or 0) if proposed.row else 0
        if proposed.new > proposed.old and granted + proposed.new > asked:
            most = max(asked - granted, 0)
            sheet.refuse(
                proposed.cell,
                f"Nhu cầu {format_count(asked)}, đã phân bổ {format_count(granted)}: "
                f"dự bị nhiều nhất {format_count(most)}, nhập {format_count(proposed.new)}.",
            )
        else:
            sheet.accept(proposed)
    return sheet.write(actor=actor, plan=plan, reason=reason)


@transaction.atomic
def add_sub_quota(*, plan: Plan, quota_id: int, name: str, number: int, actor: User) -> SubQuota:
    """Reserve so many places of a quota for some people (nữ, dân tộc thiểu số, cán bộ trẻ …)."""
    plan = hold_plan(plan)
    check_allocation_open(plan, actor)
    quota = lock_quotas([quota_id]).get(quota_id)
    if quota is None or quota.programme.plan_id != plan.pk:
        raise Refused("Chỉ tiêu này không thuộc kế hoạch.", field="quota")
    check_sub_quota_name(quota=quota, name=name)
    last = SubQuota.objects.filter(quota=quota).aggregate(last=Max("position", default=0))["last"]
    sub = SubQuota(quota=quota, name=name, number=number, position=last + 1)
    check_sub_quota_number(sub_quota=sub, number=number)
    return _save(sub, actor)


@transaction.atomic
def set_sub_quota_number(*, plan: Plan, sub_quota: SubQuota, number: int, actor: User) -> SubQuota:
    """Change the number of a sub-quota; raises Refused when more of it is allocated."""
    plan = hold_plan(plan)
    check_allocation_open(plan, actor)
    stored = _lock_sub_quota(plan, sub_quota)
    check_sub_quota_number(sub_quota=stored, number=number)
    stored.number = number
    return _save(stored, actor)


@transaction.atomic
def remove_sub_quota(*, plan: Plan, sub_quota: SubQuota, actor: User) -> None:
    """Take a sub-quota away; raises Refused while units have places of it."""
    plan = hold_plan(plan)
    check_allocation_open(plan, actor)
    stored = _lock_sub_quota(plan, sub_quota)
    check_sub_quota_number(sub_quota=stored, number=0)
    edits = Edits(actor)
    for emptied in SubAllocation.objects.filter(quota=stored).select_related("quota__quota__programme__plan", "unit"):
        edits.delete(emptied)
    edits.delete(stored)
    edits.close()


def _lock_sub_quota(plan: Plan, sub_quota: SubQuota) -> SubQuota:
    """The sub-quota as it stands, with its quota locked. Raises Refused when it is gone, or of another plan."""
    lock_quotas([sub_quota.quota_id])
    rows = SubQuota.objects.filter(pk=sub_quota.pk, quota__programme__plan=plan)
    stored = rows.select_related("quota__programme__plan").first()
    if stored is None:
        raise Refused("Chỉ tiêu con này vừa được người khác bỏ, hoặc không thuộc kế hoạch.")
    return stored


def check_sub_quota_name(*, quota: Quota, name: str, sub_quota_id: int | None = None) -> None:
    """Raise Refused when another sub-quota of the quota bears the name, be it with other capitals and blanks."""
    for other in SubQuota.objects.filter(quota=quota).exclude(pk=sub_quota_id or 0).values_list("name", flat=True):
        if _plain(other) == _plain(name):
            raise Refused(f"Chỉ tiêu này đã có chỉ tiêu con «{other}».", field="name")


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def check_sub_quota_number(*, sub_quota: SubQuota, number: int) -> None:
    """Raise Refused when the number may not be set; plan, quota and sub-quota are locked from then on."""
    hold_plans_of([sub_quota.quota_id])
    quota = lock_ceilings([sub_quota.quota_id], []).quotas[sub_quota.quota_id]
    if why := why_frozen(plan_of(quota)):
        raise Refused(why, field="quota")
    if quota.number is not None and number > quota.number:
        raise Refused(
            f"Chỉ tiêu có {format_count(quota.number)}, chỉ tiêu con không nhiều hơn số đó.",
            field="number",
        )
    allocated = sums_by_quota(SubAllocation, [sub_quota.pk]).get(sub_quota.pk, 0) if sub_quota.pk else 0
    if number < allocated:
        raise Refused(
            f"Đã phân bổ {format_count(allocated)} chỉ tiêu con «{sub_quota.name}», không giảm xuống "
            f"{format_count(number)} được. Giảm số của các đơn vị trước.",
            field="number",
        )


def _save(sub_quota: SubQuota, actor: User) -> SubQuota:
    edits = Edits(actor)
    edits.save(sub_quota)
    edits.close()
    return sub_quota
