"""More time for one unit: asked for by the unit, granted or refused by the Board, each with words."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from courses.models import Programme
from quotas.models import Extension, ExtensionRequest, Response
from quotas.policies import sendable, state_label, terms_of, why_collecting_closed
from quotas.services.responses import LONGEST_REASON, checked_reason, lock_answer
from trainingplan.locking import hold_plan
from trainingplan.models import Participant, Plan, Unit, User
from trainingplan.policies import Action, may, why_ended, writes_for
from trainingplan.selectors import unit_name
from trainingplan.services.changes import Entry, record
from trainingplan.services.refusals import Refused

State = ExtensionRequest.State


@transaction.atomic
def request_extension(
    *, plan: Plan, unit: Unit, actor: User, reason: str, programme: Programme | None = None
) -> ExtensionRequest:
    """Ask the Board for more time, for a programme whose time is over; one request of a unit waits at a time.

    Raises Refused.
    """
    if actor.unit_id != unit.pk or not writes_for(actor, unit.pk):
        raise Refused("Chỉ chính đơn vị được xin gia hạn. Ban Tổ chức Tỉnh ủy gia hạn thẳng tại trang tiến độ.")
    plan = hold_plan(plan)
    answer = lock_answer(plan, unit)
    _check_extendable(plan, answer)
    if terms_of(plan, answer).open(programme.pk if programme else None):
        raise Refused("Chưa hết hạn đăng ký, đơn vị vẫn nhập được.", field="programme")
    if ExtensionRequest.objects.filter(participant=answer.participant, state=State.WAITING).exists():
        raise Refused("Đơn vị đã có một đề nghị gia hạn đang chờ trả lời.")
    reason = checked_reason(reason, "Cần ghi lý do xin gia hạn.")
    request = ExtensionRequest.objects.create(
        participant=answer.participant,
        programme=_of(plan, programme),
        reason=reason,
        asked_by=actor,
        asked_at=timezone.now(),
    )
    _log_request(request, "", actor, reason)
    return request


@transaction.atomic
def grant_extension(
    *, plan: Plan, unit: Unit, actor: User, until: datetime, reason: str, programme: Programme | None = None
) -> Extension:
    """Let one unit write until that time, in all programmes or one. A request that waits is answered by it.

    Raises Refused.
    """
    _check_board(actor)
    plan = hold_plan(plan)
    answer = lock_answer(plan, unit)
    _check_extendable(plan, answer)
    reason = checked_reason(reason, "Cần ghi lý do gia hạn.")
    now = timezone.now()
    if until <= now:
        raise Refused(f"Hạn mới {_time(until)} đã qua. Chọn một lúc sau bây giờ.", field="until_on")
    _check_later(plan, answer, until, programme)
    extension = Extension.objects.create(
        participant=answer.participant,
        programme=_of(plan, programme),
        until=until,
        reason=reason,
        granted_by=actor,
        granted_at=now,
    )
    scope = f"chương trình «{programme.name}»" if programme else "tất cả chương trình"
    entry = Entry(
        table="extension",
        row=extension.pk,
        label=f"Gia hạn cho {unit_name(plan, unit)}: {scope}",
        field="until",
        old="",
        new=_time(until),
        unit_id=unit.pk,
    )
    record([entry], actor=actor, plan=plan, reason=reason)
    _answer_waiting(
        answer.participant, State.GRANTED, f"Gia hạn {scope} đến {_time(until)}."[:LONGEST_REASON], actor, reason
    )
    return extension


@transaction.atomic
def refuse_extension(*, plan: Plan, unit: Unit, actor: User, words: str) -> None:
    """Answer the request that waits with no, and why. Raises Refused."""
    _check_board(actor)
    plan = hold_plan(plan)
    if why := why_ended(plan):
        raise Refused(why)
    answer = lock_answer(plan, unit)
    words = checked_reason(words, "Cần ghi lý do không đồng ý, để đơn vị biết.")
    if not _answer_waiting(answer.participant, State.REFUSED, words, actor, words):
        raise Refused("Không có đề nghị gia hạn nào của đơn vị này đang chờ.")


def _answer_waiting(participant: Participant, state: str, words: str, actor: User, reason: str) -> bool:
    """Whether a request waited; it is answered then."""
    request = ExtensionRequest.objects.filter(participant=participant, state=State.WAITING).first()
    if request is None:
        return False
    before = request.get_state_display()
    request.state, request.answer = state, words
    request.save(update_fields=["state", "answer"])
    _log_request(request, before, actor, reason)
    return True


def _check_board(actor: User) -> None:
    if not may(actor, Action.RUN_ROUND):
        raise Refused("Chỉ Ban Tổ chức Tỉnh ủy được gia hạn đăng ký.")


def _check_extendable(plan: Plan, answer: Response) -> None:
    if why := why_collecting_closed(plan):
        raise Refused(why)
    if plan.registration_closes_at is None:
        raise Refused("Đợt đăng ký chưa đặt hạn, không có gì để gia hạn.")
    if not sendable(answer):
        raise Refused(f"Đăng ký {state_label(answer)}. Cần sửa thì Ban Tổ chức Tỉnh ủy trả lại, không phải gia hạn.")


def _check_later(plan: Plan, answer: Response, until: datetime, programme: Programme | None) -> None:
    """An extension that gives nothing beyond what stands would only mislead."""
    terms = terms_of(plan, answer)
    stands = [terms.extensions.get(None), terms.extensions.get(programme.pk if programme else None)]
    if plan.state == Plan.State.REGISTRATION:
        stands.append(plan.registration_closes_at)
    latest = max(filter(None, stands), default=None)
    if latest and until <= latest:
        raise Refused(f"Đơn vị đã có hạn đến {_time(latest)}. Chọn một lúc sau đó.", field="until_on")


def _of(plan: Plan, programme: Programme | None) -> Programme | None:
    if programme and programme.plan_id != plan.pk:
        raise Refused("Chương trình này không thuộc kế hoạch.", field="programme")
    return programme


def _log_request(request: ExtensionRequest, before: str, actor: User, reason: str) -> None:
    participant = request.participant
    entry = Entry(
        table="extensionrequest",
        row=request.pk,
        label=f"Đề nghị gia hạn của {unit_name(participant.plan, participant.unit)}",
        field="state",
        old=before,
        new=request.get_state_display(),
        unit_id=participant.unit_id,
    )
    record([entry], actor=actor, plan=participant.plan, reason=reason)


def _time(at: datetime) -> str:
    return f"{timezone.localtime(at):%H:%M, %d/%m/%Y}"
