"""When cells and rosters may be written: the state of the plan, the unit's answer, the deadline, extensions.

What may become of an answer, and through whom, is the table `TRANSITIONS`.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import QuerySet
from django.utils import timezone

from quotas.models import Extension, Quota, Registration, Response, ReturnedCell
from trainingplan.models import Plan, Role, Unit, User
from trainingplan.policies import FROZEN, Action, may, writes_for
from trainingplan.prepared import prepared
from trainingplan.services.refusals import Refused

COLLECTING = (Plan.State.REGISTRATION, Plan.State.ALLOCATION)
"""While answers are taken in, returned, and reopened by an extension."""


class Step(StrEnum):
    """What may be done to an answer. The value is what it is called in a refusal."""

    OPEN = "nhập"
    SEND = "gửi"
    ACCEPT = "tiếp nhận"
    RETURN = "trả lại"
    WITHDRAW = "rút tiếp nhận"


NOT_OPENED = "chưa mở"
_State = Response.State
_ANSWERING: Mapping[str, Mapping[Step, Response.State]] = {
    NOT_OPENED: {Step.OPEN: _State.EDITING, Step.SEND: _State.SENT},
    _State.EDITING: {Step.OPEN: _State.EDITING, Step.SEND: _State.SENT},
    _State.RETURNED: {Step.OPEN: _State.RETURNED, Step.SEND: _State.SENT},
}
TRANSITIONS: Mapping[Role, Mapping[str, Mapping[Step, Response.State]]] = {
    Role.UNIT: _ANSWERING,
    Role.SCHOOL: _ANSWERING,
    Role.HOME_AFFAIRS: _ANSWERING,
    Role.BOARD: {
        **_ANSWERING,
        _State.SENT: {Step.OPEN: _State.SENT, Step.ACCEPT: _State.ACCEPTED, Step.RETURN: _State.RETURNED},
        _State.ACCEPTED: {Step.WITHDRAW: _State.SENT},
    },
    Role.MANAGER: {},
    Role.FINANCE: {},
    Role.ADMIN: {},
}
"""Who may do what to an answer in which state, and the state that follows."""


def state_of(answer: Response | None) -> str:
    """The state as the table of transitions names it; an answer that is not stored is not opened."""
    return answer.state if answer and answer.pk else NOT_OPENED


def state_label(answer: Response | None) -> str:
    return answer.get_state_display() if answer and answer.pk else NOT_OPENED


def may_take(step: Step, answer: Response | None, actor: User) -> bool:
    return step in TRANSITIONS[Role(actor.role)].get(state_of(answer), {})


def sendable(answer: Response | None) -> bool:
    """Whether the unit still has to send: its answer is not opened, being entered, or returned."""
    return Step.SEND in _ANSWERING.get(state_of(answer), {})


def next_state(step: Step, answer: Response, actor: User) -> Response.State:
    """The state that follows. Raises Refused when the table has no such step for this role in this state."""
    if not any(step in steps for steps in TRANSITIONS[Role(actor.role)].values()):
        raise Refused(f"Tài khoản của bạn không được {step} đăng ký.")
    if not may_take(step, answer, actor):
        raise Refused(f"Đăng ký đang ở trạng thái «{state_label(answer)}», không {step} được.")
    return TRANSITIONS[Role(actor.role)][state_of(answer)][step]


def why_collecting_closed(plan: Plan) -> str:
    """Why answers are no longer handled, in words; empty while they are."""
    if plan.state in COLLECTING:
        return ""
    return f"Kế hoạch đang ở bước «{plan.get_state_display()}»: không tiếp nhận, trả lại hay gia hạn đăng ký nữa."


def entered_by(actor: User, plan: Plan) -> frozenset[int]:
    """The units in whose registration a number stands that the actor wrote."""
    own = Registration.objects.filter(quota__programme__plan=plan, updated_by=actor).order_by()
    return frozenset(own.values_list("unit_id", flat=True).distinct())


def why_own_hand(answer: Response, actor: User, entered: Collection[int]) -> str:
    """Why the actor cannot accept an answer although the table lets him; empty when he can. See `entered_by`."""
    if answer.sent_by_id == actor.pk:
        return "Bạn đã gửi bản đăng ký này thay đơn vị; người khác của Ban phải tiếp nhận."
    if answer.participant.unit_id in entered:
        return "Bạn đã nhập số trong bản đăng ký này; người khác của Ban phải tiếp nhận."
    return ""


@dataclass(frozen=True, slots=True)
class Terms:
    """What bounds a unit's writing now: cells marked at a return, and extensions by programme, None for all."""

    plan: Plan
    answer: Response | None
    marked: frozenset[int]
    extensions: Mapping[int | None, datetime]

    @property
    def returned(self) -> bool:
        return state_of(self.answer) == Response.State.RETURNED

    def deadlines(self, programme_id: int | None) -> list[datetime]:
        """The times until which one programme, or with None every one, is open; the plan's own while it registers."""
        extended = [self.extensions.get(None), self.extensions.get(programme_id)]
        common = self.plan.registration_closes_at if self.plan.state == Plan.State.REGISTRATION else None
        return [at for at in (common, *extended) if at]

    @property
    def endless(self) -> bool:
        """Whether the plan registers without a deadline."""
        return self.plan.state == Plan.State.REGISTRATION and self.plan.registration_closes_at is None

    def open(self, programme_id: int | None) -> bool:
        """Whether the time of one programme, or with None of every one, still runs."""
        return self.endless or any(at > timezone.now() for at in self.deadlines(programme_id))

    @property
    def last_deadline(self) -> datetime | None:
        """The last time at which any programme is open, running or past."""
        return max(filter(None, [self.plan.registration_closes_at, *self.extensions.values()]), default=None)


def terms_of(plan: Plan, answer: Response | None) -> Terms:
    """Two queries at the most. `answer` may be one that is not stored yet."""
    if answer is None:
        return Terms(plan, None, frozenset(), {})
    marked: frozenset[int] = frozenset()
    if state_of(answer) == Response.State.RETURNED:
        marked = frozenset(_marked(answer.pk))
    extensions: dict[int | None, datetime] = {}
    for programme_id, until in granted(answer.participant_id):
        extensions[programme_id] = max(until, extensions.get(programme_id, until))
    return Terms(plan, answer, marked, extensions)


@prepared
def _marked(response_id: int) -> QuerySet[ReturnedCell, int]:
    return ReturnedCell.objects.filter(response_id=response_id).order_by().values_list("quota_id", flat=True)


@prepared
def granted(participant_id: int) -> QuerySet[Extension, tuple[int | None, datetime]]:
    return Extension.objects.filter(participant_id=participant_id).order_by().values_list("programme_id", "until")


def why_registration_closed(plan: Plan, answer: Response | None) -> str:
    """Why a unit cannot write any cell of its registration now, in words; empty when it can write some."""
    return why_sheet_closed(terms_of(plan, answer))


def why_sheet_closed(terms: Terms) -> str:
    """`why_registration_closed` for terms that are at hand. A return opens what it marked, whatever the deadline."""
    plan, now = terms.plan, timezone.now()
    reopened = terms.returned or any(until > now for until in terms.extensions.values())
    if plan.state != Plan.State.REGISTRATION and not (plan.state in COLLECTING and reopened):
        return f"Kế hoạch đang ở bước «{plan.get_state_display()}», không nhận đăng ký nhu cầu."
    if plan.registration_opens_at and now < plan.registration_opens_at:
        return f"Đợt đăng ký mở lúc {timezone.localtime(plan.registration_opens_at):%H:%M, %d/%m/%Y}."
    if not sendable(terms.answer):
        return f"Đăng ký {state_label(terms.answer)}. Cần sửa, đề nghị Ban Tổ chức Tỉnh ủy trả lại."
    last = terms.last_deadline
    if last and now >= last and not terms.returned and not terms.endless:
        return _too_late(terms, last)
    return ""


def why_cell_closed(terms: Terms, quota_id: int, programme_id: int) -> str:
    """Why a unit cannot write one cell of a sheet that is open; empty when it can."""
    if terms.returned:
        if terms.marked and quota_id not in terms.marked:
            return "Ban Tổ chức Tỉnh ủy chỉ trả lại các ô được đánh dấu; ô này không được sửa."
        return ""
    if terms.open(programme_id):
        return ""
    if not (deadlines := terms.deadlines(programme_id)):
        return "Gia hạn không gồm chương trình này."
    return _too_late(terms, max(deadlines))


def _too_late(terms: Terms, deadline: datetime) -> str:
    what = "Thời gian gia hạn" if deadline != terms.plan.registration_closes_at else "Đợt đăng ký"
    return f"{what} đã kết thúc lúc {timezone.localtime(deadline):%H:%M, %d/%m/%Y}. Cần bổ sung thì xin gia hạn."


def locked_quotas(
    plan: Plan,
    answer: Response | None,
    actor: User,
    terms: Terms | None = None,
    quotas: Iterable[tuple[int, int]] | None = None,
) -> dict[int, str]:
    """The cells of an open sheet that the actor cannot write, by quota, each with the reason. Three queries at most.

    None when the terms are at hand, and of which quotas it is asked, each with its programme.
    """
    if actor.role == Role.BOARD:
        return {}
    if quotas is None:
        quotas = Quota.objects.filter(programme__plan=plan).order_by().values_list("pk", "programme_id")
    return locked_by_terms(terms or terms_of(plan, answer), quotas)


def locked_by_terms(terms: Terms, quotas: Iterable[tuple[int, int]]) -> dict[int, str]:
    """`locked_quotas` for terms that are at hand; `quotas` with their programmes."""
    reasons = {quota_id: why_cell_closed(terms, quota_id, programme_id) for quota_id, programme_id in quotas}
    return {quota_id: reason for quota_id, reason in reasons.items() if reason}


def why_allocation_closed(plan: Plan) -> str:
    """Why nobody can allocate now, in words; empty when the Board can."""
    if plan.state in FROZEN:
        return f"Kế hoạch đang ở bước «{plan.get_state_display()}»: số phân bổ đã khóa."
    return ""


def why_approval_closed(plan: Plan) -> str:
    """Why no allocation is submitted or decided any more, in words; empty while the leaders may have their say."""
    if plan.state in (Plan.State.ISSUED, Plan.State.CLOSED):
        return f"Kế hoạch đang ở bước «{plan.get_state_display()}»: không trình, duyệt phân bổ nữa."
    return ""


def why_closed_to_board(plan: Plan, answer: Response | None) -> str:
    """Why the Board cannot enter for a unit now, in words; empty when it can, which is long after the unit cannot.

    What was taken in stays as it was taken in: a number changed afterwards would be one that nobody accepted.
    """
    if reason := why_allocation_closed(plan):
        return reason
    if plan.state in COLLECTING and state_of(answer) == Response.State.ACCEPTED:
        return "Đăng ký đã tiếp nhận. Cần sửa thì rút tiếp nhận trước."
    return ""


def check_registration_open(plan: Plan, answer: Response, actor: User) -> Terms | None:
    """Raise Refused when no cell is open, or when the actor does not write for that unit; else what bounds him.

    The Board is bound by no terms.
    """
    terms = None if actor.role == Role.BOARD else terms_of(plan, answer)
    if reason := why_sheet_closed(terms) if terms else why_closed_to_board(plan, answer):
        raise Refused(reason)
    if not may(actor, Action.EDIT_REGISTRATION) or not writes_for(actor, answer.participant.unit_id):
        raise Refused("Chỉ chính đơn vị và Ban Tổ chức Tỉnh ủy được nhập, gửi đăng ký của đơn vị.")
    return terms


def check_allocation_open(plan: Plan, actor: User) -> None:
    """Raise Refused when the plan is frozen or the actor does not allocate."""
    if reason := why_allocation_closed(plan):
        raise Refused(reason)
    if not may(actor, Action.ALLOCATE):
        raise Refused("Chỉ Ban Tổ chức Tỉnh ủy được phân bổ chỉ tiêu.")


def why_roster_closed(plan: Plan) -> str:
    """Why nobody can nominate now, in words; empty when units and the Board can."""
    if plan.state in FROZEN:
        return f"Kế hoạch đang ở bước «{plan.get_state_display()}»: danh sách cử đi đã khóa."
    return ""


def check_roster_open(plan: Plan, unit: Unit, actor: User) -> None:
    """Raise Refused when the plan is frozen or the actor does not nominate for that unit."""
    if reason := why_roster_closed(plan):
        raise Refused(reason)
    if not may(actor, Action.EDIT_ROSTER) or not writes_for(actor, unit.pk):
        raise Refused("Chỉ Ban Tổ chức Tỉnh ủy và chính đơn vị được sửa danh sách cử đi của đơn vị.")
