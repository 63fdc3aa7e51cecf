"""A unit's answer to the plan's call: opened, sent."""

from django.db import transaction
from django.utils import timezone

from quotas.models import Registration, Response
from quotas.policies import check_registration_open
from trainingplan.models import Participant, Plan, Unit, User
from trainingplan.selectors import unit_name
from trainingplan.services.changes import Entry, record
from trainingplan.services.refusals import Refused


def lock_answer(plan: Plan, unit: Unit) -> Response:
    """The unit's answer, perhaps not stored yet; its participant's row is locked, so colleagues write one by one."""
    participant = Participant.objects.select_for_update(of=("self",)).filter(plan=plan, unit=unit).first()
    if participant is None:
        raise Refused("Đơn vị này không tham gia kế hoạch.")
    return Response.objects.filter(participant=participant).first() or Response(participant=participant)


def mark_editing(answer: Response, actor: User) -> None:
    """Note that the unit has begun to enter numbers, if it had not."""
    if answer._state.adding:
        answer.state = Response.State.EDITING
        answer.save()
        _log(answer, "chưa mở", actor)


@transaction.atomic
def send_response(*, plan: Plan, unit: Unit, actor: User) -> Response:
    """Send the registration: from now on read-only for the unit. Raises Refused when closed or nothing is in it."""
    answer = lock_answer(plan, unit)
    check_registration_open(plan, answer, actor)
    before = answer.get_state_display() if answer.pk else "chưa mở"
    answered = Registration.objects.filter(quota__programme__plan=plan, unit=unit)
    if not answered.exclude(number=None, no_need=False).exists():
        raise Refused("Chưa có số nào để gửi. Hãy nhập số người, hoặc đánh dấu «không có nhu cầu».")
    answer.state, answer.sent_at, answer.sent_by = Response.State.SENT, timezone.now(), actor
    answer.illustrative = False
    answer.save()
    _log(answer, before, actor)
    return answer


def _log(answer: Response, before: str, actor: User) -> None:
    participant = answer.participant
    record(
        [
            Entry(
                table="response",
                row=participant.pk,
                label=f"Trả lời của {unit_name(participant.plan, participant.unit)}",
                field="state",
                old=before,
                new=answer.get_state_display(),
                unit_id=participant.unit_id,
            )
        ],
        actor=actor,
        plan=participant.plan,
    )
