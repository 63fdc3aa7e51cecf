"""`manage.py changepassword USER`: a new password for an account, on the record."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from trainingplan.commands import PlainCommand, ask_password
from trainingplan.models import User
from trainingplan.services.catalogue import HIDDEN
from trainingplan.services.changes import Entry, record


class Command(PlainCommand):
    """In place of Django's. Nobody has signed in at a command line: the log says that the system did it."""

    help = "Đặt mật khẩu mới cho một tài khoản; ghi vào nhật ký."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", metavar="TÊN_ĐĂNG_NHẬP")

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"Không có tài khoản «{username}».")
        self.stdout.write(f"Đặt mật khẩu mới cho {user.username} ({user}).")
        user.set_password(ask_password(self, user))
        user.save()
        entry = Entry("user", user.pk, f"người dùng {user}", "password", HIDDEN, HIDDEN, user.unit_id)
        record([entry], actor=None, plan=None, reason="manage.py changepassword")
        self.stdout.write("Đã đặt mật khẩu mới.")
