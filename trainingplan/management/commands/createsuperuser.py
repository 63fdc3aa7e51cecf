"""`manage.py createsuperuser`: Django's, on the record."""

from typing import Any

from django.contrib.auth.management.commands import createsuperuser
from django.db.models import QuerySet

from trainingplan.models import User
from trainingplan.services.changes import Entry, record


class Command(createsuperuser.Command):
    """Nobody has signed in at a command line: the log says that the system did it. The web makes no such user."""

    help = "Tạo một tài khoản quản trị hệ thống; hỏi tên đăng nhập, họ tên và mật khẩu."

    def handle(self, *args: Any, **options: Any) -> None:
        known = set(_administrators().values_list("pk", flat=True))
        super().handle(*args, **options)
        entries = [
            Entry("user", user.pk, f"người dùng {user}", field, "", new)
            for user in _administrators().exclude(pk__in=known)
            for field, new in (("username", user.username), ("role", user.get_role_display()))
        ]
        if entries:
            record(entries, actor=None, plan=None, reason="manage.py createsuperuser")


def _administrators() -> QuerySet[User]:
    return User.objects.filter(is_superuser=True)
