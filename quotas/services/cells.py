"""Saving cells of the two grids: unit × quota, registered by the unit or allocated by the Board.

Only changed cells are sent. Each is judged by itself: what can be saved is, what cannot comes back with the reason.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from django.db.models import QuerySet

from quotas.locking import lock_ceilings
from quotas.models import ProposedShare, Quota, Response
from quotas.policies import check_allocation_open, check_registration_open, granted, locked_quotas
from quotas.selectors.differences import applied_shares, difference_words
from quotas.services.bounds import Bounds
from quotas.services.responses import answer_of, lock_participant, mark_editing, stored_answer
from quotas.services.sheets import (
    ALLOCATIONS,
    REGISTRATIONS,
    CellInput,
    CellResult,
    Key,
    Outcome,
    Proposed,
    Sheet,
    read_all,
    standing,
)
from trainingplan.locking import hold_plan
from trainingplan.models import Participant, Plan, Unit, User
from trainingplan.prepared import prepared
from trainingplan.rules.numbers import format_count
from trainingplan.selectors import names_on, plan_day, unit_name, unit_names
from trainingplan.services.access import note_foreign
from trainingplan.together import reading_together
from trainingplan.transactions import part_of_one

__all__ = [
    "CellInput",
    "CellResult",
    "Outcome",
    "participant_names",
    "save_allocations",
    "save_registrations",
]


@part_of_one
def save_registrations(
    *, plan: Plan, unit: Unit, cells: Sequence[CellInput], actor: User, reason: str = ""
) -> list[CellResult]:
    """Save what a unit asks for. Cells of another unit or plan are refused; raises Refused when the round is closed."""
    plan = hold_plan(plan)
    participant = lock_participant(plan, unit)
    sent = {cell.quota_id for cell in cells}
    with reading_together(
        stored_answer.asked(participant.pk),
        granted.asked(participant.pk),
        _quotas.asked(plan.pk, sent),
        names_on.asked(plan_day(plan), {unit.pk}),
        standing.asked(REGISTRATIONS, sent, {unit.pk}),
    ):
        return _save_to(answer_of(participant), unit, cells, actor=actor, plan=plan, reason=reason)


def _save_to(
    answer: Response, unit: Unit, cells: Sequence[CellInput], *, actor: User, plan: Plan, reason: str
) -> list[CellResult]:
    """`save_registrations` under its locks."""
    terms = check_registration_open(plan, answer, actor)
    quotas = {quota.pk: quota for quota in _quotas(plan.pk, {cell.quota_id for cell in cells})}
    locked = locked_quotas(plan, answer, actor, terms, [(quota.pk, quota.programme_id) for quota in quotas.values()])
    sheet = Sheet(REGISTRATIONS, cells, _column_names(quotas), {unit.pk: unit_name(plan, unit)})
    for cell in cells:
        if cell.unit_id != unit.pk:
            note_foreign("ô của đơn vị khác")
            sheet.refuse(cell, "Ô này không thuộc đơn vị đang đăng ký.")
        elif cell.quota_id in locked:
            sheet.refuse(cell, locked[cell.quota_id])
        elif proposed := sheet.read(cell):
            quota = quotas[cell.quota_id]
            if _beyond_quota(quota, proposed.number):
                sheet.refuse(
                    cell,
                    f"«{format_count(proposed.number)}» lớn hơn cả chỉ tiêu của tỉnh ({format_count(quota.number)}). "
                    f"Nhập nhiều nhất {format_count(quota.number)}.",
                )
            else:
                sheet.accept(proposed)
    if sheet.accepted:
        mark_editing(answer, actor)
    return sheet.write(actor=actor, plan=plan, reason=reason)


@part_of_one
def save_allocations(*, plan: Plan, cells: Sequence[CellInput], actor: User, reason: str = "") -> list[CellResult]:
    """Save what the Board gives, under all ceilings at once; raises Refused when the plan is frozen.

    A cell that departs from the proposal applied to its quota needs a reason: its own, or that of the whole save.
    """
    plan = hold_plan(plan)
    check_allocation_open(plan, actor)
    ours = [quota.pk for quota in _quotas(plan.pk, {cell.quota_id for cell in cells})]
    names = participant_names(plan, {cell.unit_id for cell in cells})
    ceilings = lock_ceilings(ours, names)
    sheet = Sheet(ALLOCATIONS, cells, _column_names(ceilings.quotas), names)
    shares = applied_shares(ceilings.quotas, names)
    proposed = read_all(sheet, cells)
    bounds = Bounds(ceilings, [one.cell.key for one in proposed])
    reasoned = _with_reasons(sheet, proposed, bounds, shares, reason)
    for one, refusal in zip(reasoned, bounds.judge(_changes(reasoned)), strict=True):
        if refusal:
            sheet.refuse(one.cell, refusal)
        else:
            sheet.accept(one)
    return _with_differences(cells, sheet.write(actor=actor, plan=plan, reason=reason), shares, reason)


def participant_names(plan: Plan, unit_ids: Iterable[int]) -> dict[int, str]:
    """The names of those units that take part in the plan, by key."""
    keys = dict(_participant_keys(plan.pk, set(unit_ids)))
    return keys | unit_names(plan_day(plan), keys)


@prepared
def _participant_keys(plan_id: int, unit_ids: Collection[int]) -> QuerySet[Participant, tuple[int, str]]:
    found = Participant.objects.filter(plan_id=plan_id, unit_id__in=unit_ids).order_by()
    return found.values_list("unit_id", "unit__key")


def _changes(proposed: Sequence[Proposed]) -> list[tuple[Key, int, int]]:
    return [(one.cell.key, one.old, one.new) for one in proposed]


def _with_reasons(
    sheet: Sheet, proposed: Sequence[Proposed], bounds: Bounds, shares: Mapping[Key, ProposedShare], reason: str
) -> list[Proposed]:
    """Those that follow the proposal of their quota, have none, or say why they depart; the others are refused.

    Nobody is asked for a reason in vain: what would not fit anyway is told that.
    """
    if not shares:
        return [*proposed]
    passed = []
    for one, refusal in zip(proposed, bounds.judge(_changes(proposed)), strict=True):
        share = shares.get(one.cell.key)
        if share is None or one.new == share.places or one.cell.reason.strip() or reason.strip():
            passed.append(one)
        elif refusal:
            sheet.refuse(one.cell, refusal)
        else:
            words = f"Đề xuất đã áp dụng cho ô này là {format_count(share.places)}. Đổi thành {format_count(one.new)} "
            sheet.refuse(one.cell, f"{words}thì cần ghi lý do.", needs_reason=True)
    return passed


def _with_differences(
    cells: Sequence[CellInput], results: Sequence[CellResult], shares: Mapping[Key, ProposedShare], reason: str
) -> list[CellResult]:
    """The results with how each saved cell now stands to its proposal."""
    if not shares:
        return [*results]
    return [
        replace(result, difference=difference_words(shares[cell.key].places, result.number, cell.reason or reason))
        if result.outcome is Outcome.SAVED and cell.key in shares
        else result
        for cell, result in zip(cells, results, strict=True)
    ]


@prepared
def _quotas(plan_id: int, ids: Collection[int]) -> QuerySet[Quota]:
    """With no more than a save looks at."""
    found = Quota.objects.filter(programme__plan_id=plan_id, pk__in=ids).order_by()
    return found.only("programme_id", "name", "number", "open_clause")


def _column_names(quotas: Mapping[int, Quota]) -> dict[int, str]:
    return {pk: quota.name for pk, quota in quotas.items()}


def _beyond_quota(quota: Quota, number: int | None) -> bool:
    """One unit alone asks for more than the province has, of a quota that is not left open."""
    return number is not None and quota.number is not None and not quota.open_clause and number > quota.number
