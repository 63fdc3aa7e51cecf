"""When cells and rosters may be written: the state of the plan, the unit's answer, and the deadline."""

from django.utils import timezone

from quotas.models import Response
from trainingplan.models import Plan, Role, Unit, User
from trainingplan.policies import Action, editable_units, may
from trainingplan.services.refusals import Refused

FROZEN = (Plan.State.SUBMITTED, Plan.State.ISSUED, Plan.State.CLOSED)


def why_registration_closed(plan: Plan, answer: Response | None) -> str:
    """Why a unit cannot write its registration now, in words; empty when it can."""
    now = timezone.now()
    if plan.state != Plan.State.REGISTRATION:
        return f"Kế hoạch đang ở bước «{plan.get_state_display()}», không nhận đăng ký nhu cầu."
    if plan.registration_opens_at and now < plan.registration_opens_at:
        return f"Đợt đăng ký mở lúc {timezone.localtime(plan.registration_opens_at):%H:%M, %d/%m/%Y}."
    if plan.registration_closes_at and now >= plan.registration_closes_at:
        return (
            f"Đợt đăng ký đã kết thúc lúc {timezone.localtime(plan.registration_closes_at):%H:%M, %d/%m/%Y}. "
            "Cần bổ sung, đề nghị liên hệ Ban Tổ chức Tỉnh ủy."
        )
    if answer and answer.state in (Response.State.SENT, Response.State.ACCEPTED):
        return f"Đăng ký {answer.get_state_display()}. Cần sửa, đề nghị Ban Tổ chức Tỉnh ủy trả lại."
    return ""


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


def check_registration_open(plan: Plan, answer: Response | None, actor: User) -> None:
    """Raise Refused when closed. The Board may still enter for a unit, until the plan is frozen."""
    reason = why_allocation_closed(plan) if actor.role == Role.BOARD else why_registration_closed(plan, answer)
    if reason:
        raise Refused(reason)


def check_allocation_open(plan: Plan, actor: User) -> None:
    """Raise Refused when the plan is frozen or the actor does not allocate."""
    if reason := why_allocation_closed(plan):
        raise Refused(reason)
    if actor.role != Role.BOARD:
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
    if not may(actor, Action.EDIT_ROSTER) or not editable_units(actor).filter(pk=unit.pk).exists():
        raise Refused("Chỉ Ban Tổ chức Tỉnh ủy và chính đơn vị được sửa danh sách cử đi của đơn vị.")
