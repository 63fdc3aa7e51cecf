"""The number of a quota: never lowered below what is allocated already, nor taken away while anything is."""

from django.db import transaction

from quotas.locking import lock_quotas
from quotas.models import Allocation, Quota
from quotas.selectors.allocation import sums_by_quota
from trainingplan.models import User
from trainingplan.rules.numbers import format_count
from trainingplan.services.catalogue import Edits, plan_of, why_frozen
from trainingplan.services.refusals import Refused


@transaction.atomic
def set_quota_number(*, quota: Quota, number: int | None, actor: User) -> Quota:
    """Set the number; raises Refused when more is allocated already, or the plan is frozen.

    None states no number: only while nothing is allocated.
    """
    check_quota_number(quota=quota, number=number)
    stored = lock_quotas([quota.pk])[quota.pk]
    if stored.number != number:
        stored.number = number
        edits = Edits(actor)
        edits.save(stored)
        edits.close()
    return stored


def check_quota_number(*, quota: Quota, number: int | None) -> None:
    """Raise Refused when the number may not be set; the quota stays locked until the transaction ends."""
    stored = lock_quotas([quota.pk]).get(quota.pk)
    if stored is None:
        raise Refused("Chỉ tiêu này vừa được người khác xóa.")
    if stored.number == number:
        return
    if why := why_frozen(plan_of(stored)):
        raise Refused(why, field="number")
    allocated = sums_by_quota(Allocation, [quota.pk]).get(quota.pk, 0)
    if number is None and allocated:
        raise Refused(
            f"Đã phân bổ {format_count(allocated)}, không bỏ trống số lượng được. "
            f"Nhập ít nhất {format_count(allocated)}, hoặc giảm số phân bổ của các đơn vị về 0 trước.",
            field="number",
        )
    if number is not None and number < allocated:
        raise Refused(
            f"Đã phân bổ {format_count(allocated)}, không giảm xuống {format_count(number)} được. "
            f"Nhập ít nhất {format_count(allocated)}, hoặc giảm số phân bổ của các đơn vị trước.",
            field="number",
        )
