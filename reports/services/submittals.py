"""The steps around issuing: trình, rút về, mở điều chỉnh, and why a disagreement may stand."""

from django.db import transaction
from django.utils import timezone

from reports.gates import SUBMITTABLE, examine
from reports.models import Amendment, CheckException, Submittal, Version
from trainingplan.models import Plan, User
from trainingplan.policies import Action, deciding_rights, may
from trainingplan.services.catalogue import Edits
from trainingplan.services.changes import Entry, record
from trainingplan.services.refusals import Refused

LONGEST_REASON = 500
NOT_THE_BOARD = "Chỉ Ban Tổ chức Tỉnh ủy được trình kế hoạch."


@transaction.atomic
def submit_plan(*, plan: Plan, actor: User) -> Submittal:
    """Trình: put the plan before the leaders; it is frozen from then on. Raises Refused with every closed gate."""
    _check_board(actor)
    stored = lock_plan(plan)
    if stored.state not in SUBMITTABLE:
        raise Refused(f"Kế hoạch đang ở bước «{stored.get_state_display()}», không trình được.")
    if why := examine(stored).why_closed:
        raise Refused(f"Chưa trình được. {why}")
    submittal = Submittal.objects.create(
        plan=stored, number=next_number(stored), submitted_at=timezone.now(), submitted_by=actor
    )
    _move(stored, Plan.State.SUBMITTED, actor)
    return submittal


@transaction.atomic
def recall_plan(*, plan: Plan, reason: str, actor: User) -> Submittal:
    """Rút về: the Board takes back what it has submitted, or the leaders return it, with the reason. Raises Refused."""
    if not may(actor, Action.SUBMIT_PLAN) and not deciding_rights(actor):
        raise Refused("Chỉ Ban Tổ chức Tỉnh ủy hoặc lãnh đạo được rút kế hoạch đã trình.")
    reason = checked_reason(reason, "Cần ghi lý do: vì sao, sửa gì.")
    stored = lock_plan(plan)
    waiting = Submittal.objects.filter(plan=stored, state=Submittal.State.WAITING).first()
    if stored.state != Plan.State.SUBMITTED or waiting is None:
        raise Refused(f"Kế hoạch đang ở bước «{stored.get_state_display()}», không có gì để rút về.")
    waiting.state, waiting.recalled_at, waiting.recalled_by = Submittal.State.RECALLED, timezone.now(), actor
    waiting.recall_reason = reason
    waiting.save()
    _move(stored, Plan.State.ALLOCATION if waiting.number == 1 else Plan.State.AMENDING, actor, reason)
    return waiting


@transaction.atomic
def open_amendment(*, plan: Plan, reason: str, actor: User) -> Amendment:
    """Điều chỉnh: open the issued plan as working version n+1. Raises Refused."""
    _check_board(actor)
    reason = checked_reason(reason, "Cần ghi lý do điều chỉnh: vì sao, theo văn bản nào.")
    stored = lock_plan(plan)
    if stored.state != Plan.State.ISSUED:
        raise Refused(f"Kế hoạch đang ở bước «{stored.get_state_display()}»; chỉ điều chỉnh kế hoạch đã ban hành.")
    amendment = Amendment.objects.create(
        plan=stored, number=next_number(stored), reason=reason, opened_at=timezone.now(), opened_by=actor
    )
    _move(stored, Plan.State.AMENDING, actor, reason)
    return amendment


@transaction.atomic
def give_exception(*, plan: Plan, key: str, reason: str, actor: User) -> CheckException:
    """Say why a disagreement may stand; it holds for the figures that stand now. Raises Refused."""
    _check_board(actor)
    reason = checked_reason(reason, "Cần ghi lý do giữ nguyên chỗ lệch này.")
    stored = lock_plan(plan)
    _check_open(stored)
    found = next((one for one in examine(stored).findings if one.disagreement.key == key), None)
    if found is None:
        raise Refused("Chỗ lệch này không còn nữa. Tải lại trang để xem.")
    CheckException.objects.filter(plan=stored, key=key, withdrawn_at=None).update(withdrawn_at=timezone.now())
    exception = CheckException.objects.create(
        plan=stored,
        key=key,
        figure=found.disagreement.figure,
        other_figure=found.disagreement.other_figure,
        words=str(found.disagreement),
        reason=reason,
        given_at=timezone.now(),
        given_by=actor,
    )
    _log(exception, "", reason, actor)
    return exception


@transaction.atomic
def withdraw_exception(*, plan: Plan, pk: int, actor: User) -> None:
    """Take back the reason for which a disagreement might stand. Raises Refused."""
    _check_board(actor)
    stored = lock_plan(plan)
    _check_open(stored)
    exception = CheckException.objects.filter(plan=stored, pk=pk, withdrawn_at=None).first()
    if exception is None:
        raise Refused("Lý do này đã được bỏ.")
    exception.withdrawn_at = timezone.now()
    exception.save(update_fields=["withdrawn_at"])
    _log(exception, exception.reason, "", actor)


def next_number(plan: Plan) -> int:
    """The number of the version that is being prepared."""
    return Version.objects.filter(plan=plan).count() + 1


def _check_board(actor: User) -> None:
    if not may(actor, Action.SUBMIT_PLAN):
        raise Refused(NOT_THE_BOARD)


def _check_open(plan: Plan) -> None:
    """Reasons are part of what is submitted: they are given before, and stay."""
    if plan.state not in (Plan.State.REGISTRATION, *SUBMITTABLE):
        raise Refused(f"Kế hoạch đang ở bước «{plan.get_state_display()}»: không sửa lý do của chỗ lệch được nữa.")


def checked_reason(reason: str, missing: str) -> str:
    reason = reason.strip()
    if not reason:
        raise Refused(missing, field="reason")
    if len(reason) > LONGEST_REASON:
        raise Refused(f"Lý do dài quá {LONGEST_REASON} ký tự. Hãy viết gọn lại.", field="reason")
    return reason


def lock_plan(plan: Plan) -> Plan:
    """The plan freshly read, and alone: who edits its data holds it, and is waited for."""
    return Plan.objects.select_for_update(of=("self",)).get(pk=plan.pk)


def _move(plan: Plan, state: Plan.State, actor: User, reason: str = "") -> None:
    plan.state = state
    edits = Edits(actor)
    edits.save(plan)
    edits.close(reason=reason)


def _log(exception: CheckException, old: str, new: str, actor: User) -> None:
    label = f"soát số liệu: {exception.words}"
    entry = Entry(table="checkexception", row=exception.pk, label=label, field="reason", old=old, new=new)
    record([entry], actor=actor, plan=exception.plan)
