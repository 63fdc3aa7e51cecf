"""`manage.py demo_logins`: one demonstration account per role, or lock them all."""

import os
from typing import Any

from django.core.management.base import CommandParser

from trainingplan.commands import PlainCommand
from trainingplan.models import Role, User
from trainingplan.services.demo import lock_demo_users


class Command(PlainCommand):
    """Prints nothing when no demonstration account is open; `script/server` relies on that."""

    help = "In mỗi vai trò một tài khoản minh họa đang mở; --lock khóa tất cả."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--lock", action="store_true", help="khóa mọi tài khoản minh họa")

    def handle(self, *args: Any, lock: bool, **options: Any) -> None:
        if lock:
            self.stdout.write(f"Đã khóa {lock_demo_users(actor=None)} tài khoản minh họa.")
            return
        password = os.environ.get("DEMO_PASSWORD", "")
        users = User.objects.filter(is_demo=True, is_active=True).order_by("username")
        first_of_role = {user.role: user for user in reversed(users)}
        for role in Role:
            if user := first_of_role.get(role):
                shown = password if password and user.check_password(password) else "(mật khẩu đã đổi)"
                self.stdout.write(f"  {role.label:<40}{user.username:<20}{shown}")
