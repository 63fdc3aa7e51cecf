"""The leaders' word on allocations: submitted by the Board, approved or refused by a manager or his deputy."""

from collections.abc import Collection, Sequence

from django.db import transaction
from django.utils import timezone

from quotas.locking import lock_quotas
from quotas.models import Approval
from quotas.policies import why_approval_closed
from quotas.selectors.approvals import Item, Standing, approval_items, why_own, writers_since_approval
from trainingplan.locking import hold_plan
from trainingplan.models import Plan, User
from trainingplan.policies import Action, deciding_rights, may
from trainingplan.rules.numbers import format_count
from trainingplan.services.changes import Entry, record
from trainingplan.services.refusals import Refused

LONGEST_REMARK = 500


@transaction.atomic
def submit_allocations(*, plan: Plan, quota_ids: Collection[int], actor: User) -> list[Approval]:
    """Put the allocation of these quotas, as it stands, before the leaders; one batch.

    All or nothing: raises Refused with each quota that cannot be submitted. What waits with numbers that have changed
    since is submitted anew, and the earlier one is kept as such.
    """
    if not may(actor, Action.SUBMIT_ALLOCATION):
        raise Refused("Chỉ Ban Tổ chức Tỉnh ủy được trình duyệt phân bổ.")
    items = _lock(plan, quota_ids)
    _refuse([f"«{item.quota.short_name}»: {_why_not_submittable(item)}" for item in items if not item.submittable])
    outdated = [item.approval.pk for item in items if item.approval and item.standing is Standing.OUTDATED]
    Approval.objects.filter(pk__in=outdated).update(state=Approval.State.WITHDRAWN)
    now = timezone.now()
    approvals = [
        Approval.objects.create(
            quota=item.quota, total=item.total, versions=item.versions, submitted_by=actor, submitted_at=now
        )
        for item in items
    ]
    entries = [
        _entry(approval, item.standing.label, _in_words(approval))
        for item, approval in zip(items, approvals, strict=True)
    ]
    record(entries, actor=actor, plan=plan)
    return approvals


@transaction.atomic
def decide_allocations(
    *, plan: Plan, approval_ids: Collection[int], approve: bool, actor: User, right_of: User, remark: str = ""
) -> list[Approval]:
    """Approve or refuse what waits, as one act under one batch; `right_of` is the actor or his principal of today.

    All or nothing: raises Refused with each item that is decided already, has changed since it was submitted, or was
    submitted or written by the actor or by the one in whose right he acts.
    """
    if right_of not in deciding_rights(actor):
        raise Refused("Bạn không có quyền duyệt phân bổ, hoặc ủy quyền đã hết hiệu lực.")
    remark = remark.strip()
    if not approve and not remark:
        raise Refused("Không duyệt thì cần ghi ý kiến: vì sao, sửa gì.", field="remark")
    if len(remark) > LONGEST_REMARK:
        raise Refused(f"Ý kiến dài quá {LONGEST_REMARK} ký tự. Hãy viết gọn lại.", field="remark")
    items = _lock_waiting(plan, approval_ids)
    _check_deciders(plan, items, actor, right_of)
    principal = None if right_of == actor else right_of
    approvals = [item.approval for item in items if item.approval]
    for approval in approvals:
        approval.state = Approval.State.APPROVED if approve else Approval.State.REFUSED
        approval.decided_by, approval.on_behalf_of, approval.decided_at = actor, principal, timezone.now()
        approval.remark = remark
        approval.save(update_fields=["state", "decided_by", "on_behalf_of", "decided_at", "remark"])
    entries = [_entry(approval, str(Standing.WAITING.label), _in_words(approval)) for approval in approvals]
    record(entries, actor=actor, on_behalf_of=principal, plan=plan, reason=remark)
    return approvals


def _lock(plan: Plan, quota_ids: Collection[int]) -> list[Item]:
    """The quotas as they stand, locked: none of their cells is written meanwhile."""
    if why := why_approval_closed(hold_plan(plan)):
        raise Refused(why)
    if not quota_ids:
        raise Refused("Chưa chọn mục nào.")
    lock_quotas(quota_ids)
    items = approval_items(plan, quota_ids)
    if len(items) != len(set(quota_ids)):
        raise Refused("Có chỉ tiêu không thuộc kế hoạch.")
    return list(items.values())


def _lock_waiting(plan: Plan, approval_ids: Collection[int]) -> list[Item]:
    """What is to be decided, locked: each is the very submission that the reader saw, and still waits."""
    wanted = set(approval_ids)
    found = Approval.objects.filter(pk__in=wanted, quota__programme__plan=plan)
    items = _lock(plan, set(found.values_list("quota_id", flat=True)))
    current = {item.approval.pk for item in items if item.approval and item.approval.state == Approval.State.WAITING}
    if wanted - current:
        raise Refused(
            f"{format_count(len(wanted - current))} mục không còn chờ duyệt: người khác đã quyết định, "
            "hoặc đã trình lại với số mới. Hãy xem lại rồi chọn lần nữa."
        )
    return items


def _check_deciders(plan: Plan, items: Sequence[Item], actor: User, right_of: User) -> None:
    people = {actor, right_of}
    written = writers_since_approval(plan, {item.quota.pk: item for item in items}, people)
    reasons = []
    for item in items:
        changed = "số phân bổ đã thay đổi sau khi trình." if item.standing is Standing.OUTDATED else ""
        if why := changed or why_own(item, people, written):
            reasons.append(f"«{item.quota.short_name}»: {why}")
    _refuse(reasons)


def _refuse(reasons: Sequence[str]) -> None:
    if reasons:
        raise Refused(f"Chưa thực hiện mục nào. {' '.join(reasons)}")


def _why_not_submittable(item: Item) -> str:
    if item.standing is Standing.WAITING:
        return "đang chờ duyệt."
    if item.standing is Standing.APPROVED:
        return "đã duyệt và chưa thay đổi gì."
    return "chưa phân bổ cho đơn vị nào."


def _in_words(approval: Approval) -> str:
    return (
        f"{approval.get_state_display()} ({format_count(approval.total)} {approval.quota.counting_word or 'chỉ tiêu'})"
    )


def _entry(approval: Approval, old: str, new: str) -> Entry:
    return Entry(
        table="approval",
        row=approval.pk,
        label=f"duyệt phân bổ: {approval.quota.name}",
        field="state",
        old=old,
        new=new,
    )
