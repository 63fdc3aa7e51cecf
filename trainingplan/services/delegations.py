"""Delegation (ủy quyền) of the right to approve: granted by the one who has it, between two days, and revoked."""

from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from trainingplan.models import Delegation, User
from trainingplan.policies import Action, may, may_deputise
from trainingplan.rules.dates import format_date
from trainingplan.services.catalogue import Edits
from trainingplan.services.refusals import Refused

LONGEST_REASON = 300


@transaction.atomic
def grant_delegation(*, deputy: User, valid_from: date, valid_to: date, reason: str, actor: User) -> Delegation:
    """Let the deputy decide with the actor's own right; raises Refused.

    There are no chains: who is a deputy in those days delegates nothing, and who has delegated is nobody's deputy.
    """
    people = _lock(actor, deputy)
    actor, deputy = people[actor.pk], people[deputy.pk]
    if not may(actor, Action.DELEGATE):
        raise Refused("Chỉ người có quyền duyệt mới ủy quyền được quyền ấy.")
    _check_deputy(actor, deputy)
    _check_days(valid_from, valid_to)
    if not reason.strip():
        raise Refused("Cần ghi lý do ủy quyền.", field="reason")
    if len(reason.strip()) > LONGEST_REASON:
        raise Refused(f"Lý do dài quá {LONGEST_REASON} ký tự. Hãy viết gọn lại.", field="reason")
    _check_overlaps(actor, deputy, valid_from, valid_to)
    delegation = Delegation(
        principal=actor, deputy=deputy, valid_from=valid_from, valid_to=valid_to, reason=reason.strip()
    )
    _save(delegation, actor)
    return delegation


@transaction.atomic
def revoke_delegation(*, delegation: Delegation, actor: User) -> Delegation:
    """End a delegation at once; only who gave it takes it back. Raises Refused, also when it has ended already."""
    rows = Delegation.objects.select_related("principal", "deputy")
    stored = rows.select_for_update(of=("self",)).get(pk=delegation.pk)
    if stored.principal_id != actor.pk:
        raise Refused("Chỉ người đã ủy quyền mới thu hồi được.")
    if stored.revoked_at is not None:
        raise Refused("Ủy quyền này đã được thu hồi.")
    if stored.valid_to < timezone.localdate():
        raise Refused(f"Ủy quyền này đã hết hạn ngày {format_date(stored.valid_to)}.")
    stored.revoked_at = timezone.now()
    _save(stored, actor)
    return stored


def _lock(*users: User) -> dict[int, User]:
    """The people as they stand, locked in key order: of two delegations crosswise the second sees the first."""
    rows = User.objects.filter(pk__in=[user.pk for user in users]).order_by("pk")
    return {user.pk: user for user in rows.select_for_update(no_key=True)}


def _save(delegation: Delegation, actor: User) -> None:
    edits = Edits(actor)
    edits.save(delegation)
    edits.close(reason=delegation.reason)


def _check_deputy(actor: User, deputy: User) -> None:
    if deputy.pk == actor.pk:
        raise Refused("Không thể ủy quyền cho chính mình.", field="deputy")
    if not may_deputise(deputy):
        raise Refused(f"{deputy.full_name} không nhận được ủy quyền duyệt phân bổ.", field="deputy")


def _check_days(valid_from: date, valid_to: date) -> None:
    if valid_to < valid_from:
        raise Refused("Ngày cuối không được trước ngày đầu.", field="valid_to")
    if valid_from < timezone.localdate():
        raise Refused("Ngày bắt đầu đã qua: ủy quyền không tính lùi. Chọn từ hôm nay trở đi.", field="valid_from")


def _check_overlaps(actor: User, deputy: User, valid_from: date, valid_to: date) -> None:
    standing = Delegation.objects.filter(revoked_at__isnull=True, valid_from__lte=valid_to, valid_to__gte=valid_from)
    if same := standing.filter(principal=actor, deputy=deputy).first():
        raise Refused(f"Đã ủy quyền cho {deputy.full_name} {_days(same)}: hai lần trùng ngày nhau.", field="valid_from")
    if chained := _first(standing.filter(deputy=actor)):
        raise Refused(
            f"Bạn đang nhận ủy quyền của {chained.principal.full_name} {_days(chained)}: "
            "người nhận ủy quyền không ủy quyền tiếp."
        )
    if away := _first(standing.filter(principal=deputy)):
        raise Refused(
            f"{deputy.full_name} đã ủy quyền cho người khác {_days(away)} nên không nhận ủy quyền được.", field="deputy"
        )


def _first(delegations: QuerySet[Delegation]) -> Delegation | None:
    return delegations.select_related("principal").first()


def _days(delegation: Delegation) -> str:
    return f"từ {format_date(delegation.valid_from)} đến hết {format_date(delegation.valid_to)}"
