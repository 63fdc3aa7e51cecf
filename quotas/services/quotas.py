"""The number of a quota and what is held back of it: never less to give than is allocated already."""

from django.db import transaction

from quotas.locking import hold_plans_of, lock_quotas
from quotas.models import Allocation, Quota, SubQuota
from quotas.selectors.allocation import sums_by_quota
from trainingplan.models import User
from trainingplan.policies import Action, may
from trainingplan.rules.numbers import format_count
from trainingplan.selectors import last_writing
from trainingplan.services.catalogue import Edits, plan_of, why_frozen
from trainingplan.services.refusals import Refused


@transaction.atomic
def set_quota_number(*, quota: Quota, number: int | None, actor: User) -> Quota:
    """Set the number; raises Refused when more is allocated or held, or the plan is frozen.

    None states no number: only while nothing is allocated.
    """
    _check_board(actor)
    check_quota_number(quota=quota, number=number)
    stored = lock_quotas([quota.pk])[quota.pk]
    return stored if stored.number == number else _save(stored, actor, number=number)


@transaction.atomic
def set_held(*, quota: Quota, held: int, actor: User, seen: int | None = None) -> Quota:
    """Set what is held back (giữ lại); raises Refused when the rest is less than what is allocated.

    `seen` is what the actor saw: what somebody else has changed since is not written over.
    """
    _check_board(actor)
    hold_plans_of([quota.pk])
    stored = lock_quotas([quota.pk]).get(quota.pk, quota)
    if seen is not None and stored.held not in (seen, held):
        raise Refused(
            f"{last_writing('quota', stored.pk)} vừa đổi số giữ lại từ {format_count(seen)} thành "
            f"{format_count(stored.held)}; bạn nhập {format_count(held)}. Xem lại rồi nhập lần nữa.",
            field="held",
        )
    check_quota_number(quota=stored, number=stored.number, held=held)
    return stored if stored.held == held else _save(stored, actor, held=held)


def _check_board(actor: User) -> None:
    if not may(actor, Action.ALLOCATE):
        raise Refused("Chỉ Ban Tổ chức Tỉnh ủy được đặt số lượng và số giữ lại của chỉ tiêu.")


def _save(quota: Quota, actor: User, **values: int | None) -> Quota:
    for field, value in values.items():
        setattr(quota, field, value)
    edits = Edits(actor)
    edits.save(quota)
    edits.close()
    return quota


def check_quota_number(*, quota: Quota, number: int | None, held: int | None = None) -> None:
    """Raise Refused when number and held may not be set; `held` None is the one that stands.

    Plan and quota stay locked until the transaction ends.
    """
    hold_plans_of([quota.pk])
    stored = lock_quotas([quota.pk]).get(quota.pk)
    if stored is None:
        raise Refused("Chỉ tiêu này vừa được người khác xóa.")
    held = stored.held if held is None else held
    if (stored.number, stored.held) == (number, held):
        return
    field = "number" if stored.number != number else "held"
    if why := why_frozen(plan_of(stored)):
        raise Refused(why, field=field)
    if held and number is None:
        raise Refused("Chỉ tiêu không ghi số lượng thì không giữ lại được. Bỏ số giữ lại trước.", field=field)
    allocated = sums_by_quota(Allocation, [quota.pk]).get(quota.pk, 0)
    if number is None and allocated:
        raise Refused(
            f"Đã phân bổ {format_count(allocated)}, không bỏ trống số lượng được. "
            f"Nhập ít nhất {format_count(allocated)}, hoặc giảm số phân bổ của các đơn vị về 0 trước.",
            field="number",
        )
    if number is not None and number < allocated + held:
        raise Refused(_too_low(field, number, held, allocated), field=field)
    if number is not None:
        _check_sub_quotas(quota, number)


def _check_sub_quotas(quota: Quota, number: int) -> None:
    """A sub-quota is a part of its quota: it is lowered first."""
    larger = SubQuota.objects.filter(quota=quota, number__gt=number).order_by("-number").first()
    if larger is not None:
        most = format_count(number)
        raise Refused(
            f"Chỉ tiêu con «{larger.name}» là {format_count(larger.number)}: giảm nó xuống {most} trước.",
            field="number",
        )


def _too_low(field: str, number: int, held: int, allocated: int) -> str:
    """The words of a refusal: what is allocated, what is held, and what may be typed instead."""
    if field == "held":
        return (
            f"Giao {format_count(number)}, đã phân bổ {format_count(allocated)}: không giữ lại {format_count(held)} "
            f"được. Nhập nhiều nhất {format_count(max(number - allocated, 0))}, hoặc giảm số phân bổ của các đơn vị "
            "trước."
        )
    kept = f" và giữ lại {format_count(held)}" if held else ""
    return (
        f"Đã phân bổ {format_count(allocated)}{kept}, không giảm xuống {format_count(number)} được. "
        f"Nhập ít nhất {format_count(allocated + held)}, hoặc giảm số phân bổ của các đơn vị trước."
    )
