"""Closing the demonstration accounts before real people sign in."""

from django.db import transaction

from trainingplan.models import User
from trainingplan.services.changes import Entry, record


@transaction.atomic
def lock_demo_users(*, actor: User | None) -> int:
    """Deactivate every demonstration account, on the record; return how many there were."""
    users = list(User.objects.select_for_update().filter(is_demo=True, is_active=True).order_by("pk"))
    if users:
        User.objects.filter(pk__in=[user.pk for user in users]).update(is_active=False)
        entries = (Entry("user", user.pk, str(user), "đang hoạt động", "có", "không", user.unit_id) for user in users)
        record(entries, actor=actor, plan=None, reason="Khóa tài khoản minh họa")
    return len(users)
