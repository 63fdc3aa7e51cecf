"""`manage.py close_idle_accounts`: deactivate accounts that nobody has signed in to for long."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from trainingplan.commands import PlainCommand
from trainingplan.services.accounts import close_idle_accounts


class Command(PlainCommand):
    help = "Đóng tài khoản không đăng nhập trong IDLE_ACCOUNT_DAYS ngày, trừ quản trị hệ thống cuối cùng."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Chỉ liệt kê, không đóng.")

    def handle(self, *args: Any, **options: Any) -> None:
        for user in close_idle_accounts(actor=None, dry_run=options["dry_run"]):
            self.stdout.write(f"{user.username}: {user.full_name}")
        done = "sẽ đóng" if options["dry_run"] else "đã đóng"
        self.stdout.write(f"Các tài khoản trên (nếu có) {done}: {settings.IDLE_ACCOUNT_DAYS} ngày không đăng nhập.")
