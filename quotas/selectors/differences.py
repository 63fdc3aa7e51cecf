"""How the allocations depart from the proposal that was applied, and why."""

from collections.abc import Iterable

from quotas.models import Proposal, ProposedShare
from trainingplan.models import Change, Plan
from trainingplan.rules.numbers import format_count

Key = tuple[int, int]


def applied_shares(quota_ids: Iterable[int], unit_ids: Iterable[int] | None = None) -> dict[Key, ProposedShare]:
    """By unit and quota the share of the proposal that was applied to the quota. One query."""
    shares = ProposedShare.objects.filter(
        proposal__state=Proposal.State.APPLIED, proposal__quota_id__in=set(quota_ids)
    ).select_related("proposal")
    if unit_ids is not None:
        shares = shares.filter(unit_id__in=set(unit_ids))
    return {(share.unit_id, share.proposal.quota_id): share for share in shares.order_by()}


def difference_words(proposed: int, number: int | None, reason: str) -> str:
    """How a cell departs from its proposal: "đề xuất 6, +2: lý do"; empty where it does not."""
    growth = (number or 0) - proposed
    if not growth:
        return ""
    sign = "+" if growth > 0 else "−"
    told = f"đề xuất {format_count(proposed)}, {sign}{format_count(abs(growth))}"
    return f"{told}: {reason.strip()}" if reason.strip() else told


def last_reasons(plan: Plan, cells: Iterable[Key]) -> dict[Key, str]:
    """Why each of these allocations was changed last, as the change log has it. One query."""
    rows = {f"{unit_id}:{quota_id}": (unit_id, quota_id) for unit_id, quota_id in cells}
    if not rows:
        return {}
    changes = Change.objects.filter(plan=plan, table="allocation", field="number", row__in=rows).order_by("pk")
    return {rows[row]: reason for row, reason in changes.values_list("row", "reason")}
