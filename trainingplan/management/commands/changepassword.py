"""`manage.py changepassword`: Django's, on the record."""

import getpass
from typing import Any

from django.contrib.auth.management.commands import changepassword

from trainingplan.models import User
from trainingplan.services.catalogue import HIDDEN
from trainingplan.services.changes import Entry, record


class Command(changepassword.Command):
    """Nobody has signed in at a command line: the log says that the system did it."""

    help = "Đặt mật khẩu mới cho một tài khoản; ghi vào nhật ký."

    def handle(self, *args: Any, **options: Any) -> str | None:
        named = User.objects.filter(username=options["username"] or getpass.getuser())
        before = named.values_list("password", flat=True).first()
        told: str | None = super().handle(*args, **options)
        user = named.first()
        if user is not None and user.password != before:
            entry = Entry("user", user.pk, f"người dùng {user}", "password", HIDDEN, HIDDEN, user.unit_id)
            record([entry], actor=None, plan=None, reason="manage.py changepassword")
        return told
