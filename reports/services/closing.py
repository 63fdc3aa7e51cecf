"""Kết thúc, mở lại: the end of a plan after it was issued, and the way back. Both are the leaders' word."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from reports.closing import Remains, remains, why_not_closable
from reports.services.submittals import checked_reason, lock_plan
from trainingplan.models import Closing, Plan, User
from trainingplan.models.closings import LONGEST_REASON
from trainingplan.policies import Action, deciding_rights, may
from trainingplan.rules.text import clean
from trainingplan.services.changes import Entry, acting_name, record
from trainingplan.services.refusals import Refused

NOT_A_LEADER = "Chỉ lãnh đạo có quyền ban hành, hoặc người được ủy quyền, được kết thúc và mở lại kế hoạch."
USED = "Trang này mở trước khi kế hoạch được mở lại. Xem lại danh sách việc còn dở rồi bấm lần nữa."
MARK = "mark"
"""The field that tells what was seen."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What somebody sent: `mark` of what was open as he saw it, and whether running classes go on next year."""

    mark: str
    reason: str
    go_on: bool
    token: UUID


@dataclass(frozen=True, slots=True)
class _Hand:
    """Who acts, and whose right he uses when it is not his own."""

    actor: User
    principal: User | None

    @property
    def name(self) -> str:
        return acting_name(self.actor, self.principal)


def closers_of(user: User) -> tuple[User, ...]:
    """In whose right the user may close and reopen plans today: those who issue them, his own right first."""
    return tuple(right for right in deciding_rights(user) if may(right, Action.ISSUE_PLAN))


@transaction.atomic
def close_plan(*, plan: Plan, filled: Filled, actor: User) -> Closing:
    """Kết thúc: nothing of the plan is written from then on; what is still open is kept in the record.

    One filled form closes once, however often it is sent. Raises Refused: not issued, classes that run and nobody said
    that they go on, something open without a word why, or not what was seen.
    """
    right = _right_of(actor)
    stored = lock_plan(plan)
    if done := Closing.objects.filter(plan=stored, token=filled.token, reopened_at=None).first():
        return done
    if why := why_not_closable(stored):
        raise Refused(why)
    if Closing.objects.filter(token=filled.token).exists():
        raise Refused(USED, field=MARK)
    found, reason = remains(stored), clean(filled.reason)
    _check(found, filled, reason)
    who = _Hand(actor, None if right == actor else right)
    closing = Closing.objects.create(
        plan=stored,
        closed_at=timezone.now(),
        closed_by=actor,
        closed_by_name=who.name,
        reason=reason,
        unsettled=found.told,
        token=filled.token,
    )
    told = Entry("closing", closing.pk, f"Kết thúc: {stored}", "unsettled", "", closing.unsettled)
    _move(stored, Plan.State.CLOSED, [told] if found.items else [], who, reason)
    return closing


@transaction.atomic
def reopen_plan(*, plan: Plan, reason: str, actor: User, closing_id: int | None = None) -> Plan:
    """Mở lại: the closed plan is an issued one again, with the reason. Raises Refused.

    `closing_id` is the closing that was seen, if it was one with a record: who presses twice reopens once.
    """
    right = _right_of(actor)
    stored = lock_plan(plan)
    standing = Closing.objects.filter(plan=stored, reopened_at=None).first()
    if closing_id and Closing.objects.filter(plan=stored, pk=closing_id, reopened_by=actor).exists():
        return stored
    if stored.state != Plan.State.CLOSED:
        raise Refused(f"{stored} đang ở bước «{stored.get_state_display()}», không có gì để mở lại.")
    if closing_id != (standing.pk if standing else None):
        raise Refused("Kế hoạch đã được mở lại rồi kết thúc lần nữa sau khi bạn mở trang. Hãy xem lại.")
    reason = checked_reason(clean(reason), "Cần ghi lý do mở lại: vì sao, sửa gì.")
    who = _Hand(actor, None if right == actor else right)
    if standing:
        standing.reopened_at, standing.reopened_by, standing.reopen_reason = timezone.now(), actor, reason
        standing.reopened_by_name = who.name
        standing.save(update_fields=["reopened_at", "reopened_by", "reopened_by_name", "reopen_reason"])
    _move(stored, Plan.State.ISSUED, [], who, reason)
    return stored


def _right_of(actor: User) -> User:
    """In whose right he acts. Raises Refused; he is read again, for rights may have gone since the page opened."""
    rights = closers_of(User.objects.get(pk=actor.pk))
    if not rights:
        raise Refused(NOT_A_LEADER)
    return rights[0]


def _check(found: Remains, filled: Filled, reason: str) -> None:
    if len(reason) > LONGEST_REASON:
        raise Refused(f"Ghi chú dài quá {LONGEST_REASON} ký tự. Hãy viết gọn lại.", field="reason")
    if found.mark != filled.mark:
        raise Refused("Những việc còn dở vừa thay đổi. Xem lại danh sách rồi bấm lần nữa.", field=MARK)
    if found.blocked and not filled.go_on:
        raise Refused("Còn lớp đang học. Ghi bế giảng ở trang «Mở lớp», hoặc xác nhận ô này.", field="go_on")
    if found.items and not reason:
        raise Refused("Còn việc dở: ghi vì sao vẫn kết thúc, và ai lo tiếp những việc đó.", field="reason")


def _move(plan: Plan, state: Plan.State, more: Iterable[Entry], who: _Hand, reason: str) -> None:
    old = plan.get_state_display()
    plan.state = state
    plan.save(update_fields=["state"])
    moved = Entry("plan", plan.pk, str(plan), "state", old, plan.get_state_display())
    record([moved, *more], actor=who.actor, on_behalf_of=who.principal, plan=plan, reason=reason)
