"""`manage.py createsuperuser`: Django's, on the record and in words of ours."""

import sys
from typing import Any

from django.contrib.auth.management.commands import createsuperuser
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.db.models import QuerySet

from trainingplan.commands import PlainCommand, ask_password
from trainingplan.models import User
from trainingplan.services.changes import Entry, record

NO_TERMINAL = (
    "Lệnh này hỏi mật khẩu nên phải chạy trong một cửa sổ lệnh. Không hỏi gì: thêm --noinput --username TÊN "
    "--full_name «HỌ VÀ TÊN», và đặt mật khẩu trong biến môi trường DJANGO_SUPERUSER_PASSWORD."
)


class Command(PlainCommand, createsuperuser.Command):
    """Nobody has signed in at a command line: the log says that the system did it. The web makes no such user.

    A password that the policy refuses is asked for again; Django would offer to take it all the same.
    """

    help = "Tạo một tài khoản quản trị hệ thống; hỏi tên đăng nhập, họ tên và mật khẩu."

    def handle(self, *args: Any, **options: Any) -> None:
        known = set(_administrators().values_list("pk", flat=True))
        if options["interactive"]:
            self._ask(options)
        else:
            super().handle(*args, **options | {"verbosity": 0})
        made = _administrators().exclude(pk__in=known)
        entries = [
            Entry("user", user.pk, f"người dùng {user}", field, "", new)
            for user in made
            for field, new in (("username", user.username), ("role", user.get_role_display()))
        ]
        if entries:
            record(entries, actor=None, plan=None, reason="manage.py createsuperuser")
        for user in made:
            self.stdout.write(f"Đã tạo tài khoản quản trị hệ thống {user.username}.")

    def _ask(self, options: dict[str, Any]) -> None:
        if not sys.stdin.isatty():
            raise CommandError(NO_TERMINAL)
        username = options["username"] or self._answer("username", "Tên đăng nhập: ")
        full_name = options["full_name"] or self._answer("full_name", "Họ và tên: ")
        password = ask_password(self, User(username=username, full_name=full_name))
        User.objects.create_superuser(username, password, full_name=full_name)

    def _answer(self, name: str, question: str) -> str:
        others = [field.name for field in User._meta.fields if field.name != name]
        while True:
            user = User(**{name: input(question).strip()})
            try:
                user.clean_fields(others)
                user.validate_unique(others)
            except ValidationError as refused:
                self.stderr.write(" ".join(refused.messages))
            else:
                return str(getattr(user, name))


def _administrators() -> QuerySet[User]:
    return User.objects.filter(is_superuser=True)
