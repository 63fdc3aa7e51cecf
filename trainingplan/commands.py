"""What our commands are made from: what they ask and refuse stands on the screen without an English word."""

import sys
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from trainingplan.models import User

TRIES = 3


class PlainCommand(BaseCommand):
    """Django's, but for the name of the exception that it puts before each refusal."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except CommandError as refusal:
            if not getattr(self, "_called_from_command_line", False) or options.get("traceback"):
                raise
            self.stderr.write(str(refusal))
            sys.exit(refusal.returncode)


def ask_password(command: BaseCommand, user: User) -> str:
    """A password that was typed twice and that the policy takes for this account; refused after three tries."""
    for _ in range(TRIES):
        password = getpass("Mật khẩu: ")
        if password != getpass("Mật khẩu (nhập lại): "):
            command.stderr.write("Hai lần nhập không giống nhau.")
            continue
        try:
            validate_password(password, user)
        except ValidationError as refused:
            command.stderr.write("\n".join(refused.messages))
        else:
            return password
    raise CommandError("Chưa đặt được mật khẩu sau ba lần; tài khoản không thay đổi gì.")
