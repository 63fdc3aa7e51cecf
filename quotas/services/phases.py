"""The deadlines of the phases after registration: they follow one another, and are moved with a reason."""

from collections.abc import Mapping
from datetime import datetime
from itertools import pairwise

from django.db import transaction
from django.utils import timezone

from quotas.models import PhaseDeadline
from quotas.selectors.phases import phase_deadlines
from quotas.services.responses import checked_reason
from trainingplan.models import Plan, User
from trainingplan.policies import Action, may
from trainingplan.services.changes import Entry, record
from trainingplan.services.refusals import Refused

Phase = PhaseDeadline.Phase
SETTABLE = (Plan.State.DRAFT, Plan.State.REGISTRATION, Plan.State.ALLOCATION)


def why_phases_fixed(plan: Plan) -> str:
    """Why the deadlines can no longer be set, in words; empty when they can."""
    if plan.state in SETTABLE:
        return ""
    return f"Kế hoạch đang ở bước «{plan.get_state_display()}»: các bước trước đã xong, không đặt hạn nữa."


@transaction.atomic
def set_phase_deadlines(*, plan: Plan, due: Mapping[Phase, datetime | None], reason: str, actor: User) -> None:
    """Say by when those phases are to be done; None takes a deadline away. Raises Refused; every change is logged."""
    stored = Plan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    if not may(actor, Action.RUN_ROUND):
        raise Refused("Chỉ Ban Tổ chức Tỉnh ủy được đặt hạn của các bước.")
    if why := why_phases_fixed(stored):
        raise Refused(why)
    reason = checked_reason(reason, "Cần ghi lý do: ai cho phép, theo văn bản nào.")
    before = phase_deadlines(stored)
    changed = {phase: at for phase, at in due.items() if before.get(phase) != at}
    if not changed:
        raise Refused("Các hạn vẫn như cũ, không có gì để ghi.")
    for phase, at in changed.items():
        if at is not None and at <= timezone.now():
            raise Refused(f"Hạn {phase.label} {_time(at)} đã qua. Chọn một lúc sau bây giờ.", field=f"{phase}_on")
    after = {phase: at for phase in Phase if (at := due.get(phase, before.get(phase)))}
    check_in_order(stored.registration_closes_at, after)
    for phase, at in changed.items():
        if at is None:
            PhaseDeadline.objects.filter(plan=stored, phase=phase).delete()
        else:
            PhaseDeadline.objects.update_or_create(plan=stored, phase=phase, defaults={"due_at": at})
    entries = [
        Entry(
            table="phasedeadline",
            row=f"{stored.pk}:{phase}",
            label=f"Hạn {phase.label}: {stored}",
            field="due_at",
            old=_time(before.get(phase)),
            new=_time(at),
        )
        for phase, at in changed.items()
    ]
    record(entries, actor=actor, plan=stored, reason=reason)


def check_in_order(closes_at: datetime | None, due: Mapping[Phase, datetime]) -> None:
    """Raise Refused unless every phase that has a deadline ends after the one before it."""
    steps = [("đăng ký", closes_at, ""), *((phase.label, due.get(phase), f"{phase}_on") for phase in Phase)]
    known = [(label, at, field) for label, at, field in steps if at is not None]
    for (earlier, ends, _), (later, at, field) in pairwise(known):
        if at <= ends:
            raise Refused(f"Hạn {later} {_time(at)} phải sau hạn {earlier} {_time(ends)}.", field=field)


def _time(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%H:%M, %d/%m/%Y}" if at else ""
