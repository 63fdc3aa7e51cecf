"""The registration round (đợt đăng ký): opened by the Board, its deadline set and moved, each time with a reason."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from quotas.selectors.phases import phase_deadlines
from quotas.services.phases import check_in_order
from trainingplan.models import Plan, User
from trainingplan.policies import Action, may
from trainingplan.services.changes import Entry, record
from trainingplan.services.refusals import Refused

OPENABLE = (Plan.State.DRAFT, Plan.State.REGISTRATION, Plan.State.ALLOCATION)


def has_opened(plan: Plan) -> bool:
    """Whether the round has begun, so that only its deadline can still be moved."""
    opened = plan.registration_opens_at
    return opened is not None and opened <= timezone.now() and plan.state != Plan.State.DRAFT


def why_round_fixed(plan: Plan) -> str:
    """Why the round can no longer be set, in words; empty when it can."""
    if plan.state in OPENABLE:
        return ""
    return f"Kế hoạch đang ở bước «{plan.get_state_display()}»: không mở hoặc gia hạn đăng ký được nữa."


@transaction.atomic
def set_round(*, plan: Plan, closes_at: datetime, reason: str, actor: User, opens_at: datetime | None = None) -> Plan:
    """Open the round, or move its deadline when it has opened; `opens_at` None opens it now.

    A plan whose allocation has begun goes back to taking registrations. Raises Refused; all changed values are logged.
    """
    stored = Plan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    before = _shown(stored)
    now = timezone.now()
    if not may(actor, Action.RUN_ROUND):
        raise Refused("Chỉ Ban Tổ chức Tỉnh ủy được mở đợt đăng ký và đặt hạn.")
    if why := why_round_fixed(stored):
        raise Refused(why)
    if not has_opened(stored):
        stored.registration_opens_at = opens_at or now
    stored.registration_closes_at = closes_at
    stored.state = Plan.State.REGISTRATION
    _check(stored, reason, now, opens_at)
    check_in_order(closes_at, phase_deadlines(stored))
    after = _shown(stored)
    if after == before:
        raise Refused("Hạn đăng ký vẫn như cũ, không có gì để ghi.")
    stored.save(update_fields=["state", "registration_opens_at", "registration_closes_at"])
    record(
        [
            Entry(table="plan", row=stored.pk, label=str(stored), field=field, old=before[field], new=new)
            for field, new in after.items()
            if new != before[field]
        ],
        actor=actor,
        plan=stored,
        reason=reason.strip(),
    )
    return stored


@transaction.atomic
def begin_allocation(*, plan: Plan, actor: User) -> Plan:
    """End the round: units write no more, but for what is returned or extended, and the plan can be submitted.

    `set_round` takes it back. Raises Refused.
    """
    stored = Plan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    before = _shown(stored)["state"]
    if not may(actor, Action.RUN_ROUND):
        raise Refused("Chỉ Ban Tổ chức Tỉnh ủy được kết thúc đợt đăng ký.")
    if stored.state != Plan.State.REGISTRATION:
        raise Refused(f"Kế hoạch đang ở bước «{before}»: không có đợt đăng ký nào để kết thúc.")
    stored.state = Plan.State.ALLOCATION
    stored.save(update_fields=["state"])
    entry = Entry(
        table="plan", row=stored.pk, label=str(stored), field="state", old=before, new=stored.get_state_display()
    )
    record([entry], actor=actor, plan=stored)
    return stored


def _check(plan: Plan, reason: str, now: datetime, opens_at: datetime | None) -> None:
    closes = plan.registration_closes_at
    opens = plan.registration_opens_at
    if not reason.strip():
        raise Refused("Cần ghi lý do: ai cho phép, theo văn bản nào.")
    if closes is None or closes <= now:
        raise Refused(f"Hạn đăng ký {_time(closes)} đã qua. Chọn một lúc sau bây giờ.")
    if opens is not None and closes <= opens:
        raise Refused(f"Hạn đăng ký {_time(closes)} phải sau lúc mở đăng ký, {_time(opens)}.")
    if opens_at is not None and opens == opens_at and opens_at < now:
        raise Refused(f"Lúc mở đăng ký {_time(opens_at)} đã qua. Để trống nếu mở ngay.")


def _shown(plan: Plan) -> dict[str, str]:
    return {
        "state": plan.get_state_display(),
        "registration_opens_at": _time(plan.registration_opens_at),
        "registration_closes_at": _time(plan.registration_closes_at),
    }


def _time(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%H:%M, %d/%m/%Y}" if at else ""
