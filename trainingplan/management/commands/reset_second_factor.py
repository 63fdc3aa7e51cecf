"""`manage.py reset_second_factor USER`: for when no administrator can sign in any more, or SECRET_KEY was lost."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from trainingplan.commands import PlainCommand
from trainingplan.models import User
from trainingplan.services.refusals import Refused
from trainingplan.services.second_factor import reset_second_factor


class Command(PlainCommand):
    help = "Gỡ xác thực hai lớp của một tài khoản. Chỉ dùng khi không quản trị nào đăng nhập được để gỡ trên trang."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", metavar="TÊN-ĐĂNG-NHẬP")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"Không có tài khoản «{options['username']}».")
        try:
            reset_second_factor(user)
        except Refused as refused:
            raise CommandError(refused.message) from refused
        self.stdout.write(f"Đã gỡ xác thực hai lớp của {user.full_name}.")
