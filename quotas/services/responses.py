"""A unit's answer to the plan's call: opened, sent, accepted or returned by the Board, sent again.

Each step is one of `quotas.policies.TRANSITIONS`, taken under the lock of the participant's row.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from quotas.models import Quota, Registration, Response, ReturnedCell
from quotas.policies import (
    NOT_OPENED,
    Step,
    check_registration_open,
    entered_by,
    next_state,
    state_label,
    why_collecting_closed,
    why_own_hand,
)
from trainingplan.locking import hold_plan
from trainingplan.models import Participant, Plan, Unit, User
from trainingplan.prepared import prepared
from trainingplan.rules.text import clean
from trainingplan.selectors import plan_day, unit_names
from trainingplan.services.changes import Entry, record
from trainingplan.services.refusals import Refused

LONGEST_REASON = 500
LONGEST_REMARK = 300


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one unit's answer in a bulk act; `refusal` is empty when it was done."""

    unit_id: int
    name: str
    refusal: str


def lock_answer(plan: Plan, unit: Unit) -> Response:
    """The unit's answer, perhaps not stored yet; its participant's row is locked, so colleagues write one by one.

    Who locks several takes them in the order of the units' keys.
    """
    return answer_of(lock_participant(plan, unit))


def lock_participant(plan: Plan, unit: Unit) -> Participant:
    """The first half of `lock_answer`, for who reads the answer together with other things."""
    participant = _locked_participant.first(plan.pk, unit.pk)
    if participant is None:
        raise Refused("Đơn vị này không tham gia kế hoạch.")
    return participant


def answer_of(participant: Participant) -> Response:
    answer = stored_answer.first(participant.pk) or Response(participant=participant)
    answer.participant = participant
    return answer


@prepared
def _locked_participant(plan_id: int, unit_id: int) -> QuerySet[Participant]:
    return Participant.objects.select_for_update(of=("self",)).filter(plan_id=plan_id, unit_id=unit_id).order_by()


@prepared
def stored_answer(participant_id: int) -> QuerySet[Response]:
    return Response.objects.filter(participant_id=participant_id).order_by()


def mark_editing(answer: Response, actor: User) -> None:
    """Note that the unit has begun to enter numbers, if it had not."""
    if not answer.pk:
        answer.state = next_state(Step.OPEN, answer, actor)
        answer.save()
        _log([answer], NOT_OPENED, actor)


@transaction.atomic
def send_response(*, plan: Plan, unit: Unit, actor: User) -> Response:
    """Send the registration: read-only for the unit from then on. Raises Refused when closed or nothing is in it."""
    plan = hold_plan(plan)
    answer = lock_answer(plan, unit)
    check_registration_open(plan, answer, actor)
    state, before = next_state(Step.SEND, answer, actor), state_label(answer)
    answered = Registration.objects.filter(quota__programme__plan=plan, unit=unit)
    if not answered.exclude(number=None, no_need=False).exists():
        raise Refused("Chưa có số nào để gửi. Hãy nhập số người, hoặc đánh dấu «không có nhu cầu».")
    answer.state, answer.sent_at, answer.sent_by = state, timezone.now(), actor
    answer.illustrative = False
    answer.save()
    _log([answer], before, actor)
    return answer


@transaction.atomic
def accept_response(*, plan: Plan, unit: Unit, actor: User, seen: datetime | None = None) -> None:
    """Take an answer in. `seen` is when what the actor looked at was sent or written into; raises Refused."""
    lock_answer(hold_plan(plan), unit)
    (verdict,) = accept_responses(plan=plan, seen={unit.pk: seen}, actor=actor)
    if verdict.refusal:
        raise Refused(verdict.refusal)


@transaction.atomic
def accept_responses(*, plan: Plan, seen: Mapping[int, datetime | None], actor: User) -> list[Verdict]:
    """Take in the answers of those units, each judged by itself, as one act; a constant number of queries.

    `seen` holds it by unit, as for one. Raises Refused when none can be handled.
    """
    plan = _hold_collecting(plan)
    participants = (
        Participant.objects.filter(plan=plan, unit_id__in=seen).order_by("unit_id").select_for_update(of=("self",))
    )
    answers = {answer.participant_id: answer for answer in Response.objects.filter(participant__in=list(participants))}
    names, entered, written = unit_names(plan_day(plan), seen), entered_by(actor, plan), _last_written(plan, seen)
    accepted, verdicts = [], []
    for participant in participants:
        answer = answers.get(participant.pk) or Response(participant=participant)
        answer.participant = participant
        unit_id = participant.unit_id
        refusal = _why_not_accepted(answer, actor, entered, seen[unit_id], written.get(unit_id))
        if not refusal:
            accepted.append(answer)
        verdicts.append(Verdict(unit_id, names.get(unit_id, ""), refusal))
    if not participants:
        raise Refused("Chưa chọn đơn vị nào có trong kế hoạch.")
    _handle(accepted, Step.ACCEPT, actor, names=names)
    return verdicts


def _why_not_accepted(
    answer: Response, actor: User, entered: frozenset[int], seen: datetime | None, written: datetime | None
) -> str:
    try:
        next_state(Step.ACCEPT, answer, actor)
        _check_seen(answer, seen, written)
    except Refused as refused:
        return refused.message
    return why_own_hand(answer, actor, entered)


@transaction.atomic
def return_response(
    *,
    plan: Plan,
    unit: Unit,
    actor: User,
    reason: str,
    marks: Mapping[int, str] | None = None,
    seen: datetime | None = None,
) -> None:
    """Return an answer with the reason; `marks` are remarks by quota, and the unit may then change these cells only.

    Without marks it may change all. Raises Refused.
    """
    plan = _hold_collecting(plan)
    answer = lock_answer(plan, unit)
    next_state(Step.RETURN, answer, actor)
    _check_seen(answer, seen, _last_written(plan, [unit.pk]).get(unit.pk))
    reason = checked_reason(reason, "Cần ghi lý do trả lại để đơn vị biết phải sửa gì.")
    marked = _checked_marks(plan, marks or {})
    answer.return_reason = reason
    _handle([answer], Step.RETURN, actor, reason=reason)
    ReturnedCell.objects.filter(response=answer).delete()
    ReturnedCell.objects.bulk_create(
        ReturnedCell(response=answer, quota=quota, remark=remark) for quota, remark in marked.items()
    )
    name = _names([answer])[unit.pk]
    record(
        [
            Entry(
                table="returnedcell",
                row=f"{unit.pk}:{quota.pk}",
                label=f"Ô bị trả lại: {quota.name} – {name}",
                field="remark",
                old="",
                new=remark or "đánh dấu để sửa",
                unit_id=unit.pk,
            )
            for quota, remark in marked.items()
        ],
        actor=actor,
        plan=plan,
        reason=reason,
    )


@transaction.atomic
def withdraw_acceptance(*, plan: Plan, unit: Unit, actor: User, reason: str) -> None:
    """Make an accepted answer one that waits again, with a reason. Raises Refused."""
    plan = _hold_collecting(plan)
    answer = lock_answer(plan, unit)
    next_state(Step.WITHDRAW, answer, actor)
    reason = checked_reason(reason, "Cần ghi lý do rút tiếp nhận.")
    _handle([answer], Step.WITHDRAW, actor, reason=reason)


def checked_reason(reason: str, missing: str) -> str:
    """The reason, cleaned. Raises Refused, with the words of `missing` when there is none."""
    reason = clean(reason)
    if not reason:
        raise Refused(missing, field="reason")
    if len(reason) > LONGEST_REASON:
        raise Refused(f"Lý do dài quá {LONGEST_REASON} ký tự. Hãy viết gọn lại.", field="reason")
    return reason


def _hold_collecting(plan: Plan) -> Plan:
    """The plan, held; raises Refused when its answers are no longer handled."""
    plan = hold_plan(plan)
    if why := why_collecting_closed(plan):
        raise Refused(why)
    return plan


def _last_written(plan: Plan, unit_ids: Iterable[int]) -> dict[int, datetime]:
    """When a number was last written into the registration of each unit."""
    rows = Registration.objects.filter(quota__programme__plan=plan, unit_id__in=unit_ids).order_by()
    return dict(rows.values_list("unit_id").annotate(at=Max("updated_at")))


def _check_seen(answer: Response, seen: datetime | None, written: datetime | None) -> None:
    """`seen` is when the answer that the actor looked at was sent, or last written into by the Board for the unit."""
    if seen is None or max(filter(None, (answer.sent_at, written)), default=None) == seen:
        return
    if answer.sent_at and answer.sent_at > seen:
        at = f"{timezone.localtime(answer.sent_at):%H:%M, %d/%m/%Y}"
        raise Refused(f"Đơn vị đã gửi lại lúc {at}, sau bản mà bạn xem. Xem lại rồi quyết định.")
    raise Refused("Có số vừa được sửa sau bản mà bạn xem. Xem lại rồi quyết định.")


def _checked_marks(plan: Plan, marks: Mapping[int, str]) -> dict[Quota, str]:
    quotas = Quota.objects.filter(programme__plan=plan).in_bulk(list(marks))
    if len(quotas) < len(marks):
        raise Refused("Có ô được đánh dấu không thuộc kế hoạch này. Tải lại trang rồi đánh dấu lại.")
    cleaned = {quotas[pk]: " ".join(clean(remark).split()) for pk, remark in marks.items()}
    if long := [quota.short_name for quota, remark in cleaned.items() if len(remark) > LONGEST_REMARK]:
        raise Refused(f"Nhận xét ở «{long[0]}» dài quá {LONGEST_REMARK} ký tự. Hãy viết gọn lại.")
    return cleaned


def _handle(
    answers: list[Response], step: Step, actor: User, *, reason: str = "", names: Mapping[int, str] | None = None
) -> None:
    """Take the Board's step with all those answers, which stand in one state, and log it."""
    if not answers:
        return
    before, state, now = state_label(answers[0]), next_state(step, answers[0], actor), timezone.now()
    for answer in answers:
        answer.state, answer.handled_at, answer.handled_by = state, now, actor
    Response.objects.bulk_update(answers, ["state", "handled_at", "handled_by", "return_reason"])
    _log(answers, before, actor, reason=reason, names=names)


def _names(answers: Iterable[Response]) -> dict[int, str]:
    participants = [answer.participant for answer in answers]
    day = plan_day(participants[0].plan)
    unknown = {participant.unit_id: str(participant.unit_id) for participant in participants}
    return unknown | unit_names(day, unknown)


def _log(
    answers: list[Response], before: str, actor: User, *, reason: str = "", names: Mapping[int, str] | None = None
) -> None:
    known = names or _names(answers)
    record(
        [
            Entry(
                table="response",
                row=answer.participant_id,
                label=f"Trả lời của {known.get(answer.participant.unit_id, '')}",
                field="state",
                old=before,
                new=answer.get_state_display(),
                unit_id=answer.participant.unit_id,
            )
            for answer in answers
        ],
        actor=actor,
        plan=answers[0].participant.plan,
        reason=reason,
    )
