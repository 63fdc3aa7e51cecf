"""`manage.py load_plan FOLDER…`: bring the folders of plans into the database, each wholly or not at all."""

import os
import secrets
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.db import IntegrityError, transaction
from django.utils.module_loading import import_string

from trainingplan.commands import PlainCommand
from trainingplan.loading import USERS_FILE, LoadReport, PlanSource, SourceRefused, load_demo_users
from trainingplan.models import Plan, User
from trainingplan.services.catalogue import belongs_to_plans
from trainingplan.services.changes import Entry, record

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_SHORTEST_PASSWORD = 14


class Command(PlainCommand):
    """Twice the same folders give the same database; what people have made of illustrative data is left alone."""

    help = "Nạp kế hoạch từ các thư mục dữ liệu (TOML, CSV). Nạp lại không đổi gì nếu dữ liệu không đổi."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folders", nargs="+", type=Path, metavar="THƯ_MỤC", help="ví dụ fixtures/2024")
        parser.add_argument("--demo-users", action="store_true", help="tạo các tài khoản minh họa trong users.csv")
        parser.add_argument("--if-empty", action="store_true", help="chỉ nạp khi chưa có kế hoạch nào")

    def handle(self, *args: Any, folders: list[Path], demo_users: bool, if_empty: bool, **options: Any) -> None:
        if if_empty and Plan.objects.exists():
            self.stdout.write("Đã có kế hoạch trong cơ sở dữ liệu; không nạp lại.")
            return
        for folder in folders:
            if not folder.is_dir():
                raise CommandError(f"Không có thư mục {folder}.")
            if not any(path.suffix in {".toml", ".csv"} for path in folder.iterdir()):
                raise CommandError(f"Thư mục {folder} không có tệp dữ liệu nào (.toml, .csv). Hãy xem lại đường dẫn.")
        if demo_users and not any((folder / USERS_FILE).is_file() for folder in folders):
            raise CommandError(f"Không thư mục nào có {USERS_FILE} để tạo tài khoản minh họa.")
        password = self._demo_password() if demo_users else ""
        # An empty database takes all folders or none: half of them would count as "not empty" ever after.
        with transaction.atomic() if if_empty else nullcontext():
            for folder in folders:
                self._load_or_tell(folder, password)

    def _load_or_tell(self, folder: Path, password: str) -> None:
        try:
            self._load(folder, password)
        except SourceRefused as refused:
            lines = "\n".join(f"  {folder}/{error}" for error in refused.errors)
            raise CommandError(f"Không nạp {folder}; còn {len(refused.errors)} lỗi:\n{lines}") from refused

    def _load(self, folder: Path, password: str) -> None:
        """Load one folder in one transaction and tell what changed. Raises SourceRefused."""
        source, report = PlanSource(folder), LoadReport()
        with transaction.atomic():
            try:
                for name in settings.PLAN_LOADERS:
                    report.add(import_string(name)(source))
            except IntegrityError as error:
                if not source.errors:
                    source.refuse("", 0, f"cơ sở dữ liệu từ chối: {error}")
                raise SourceRefused(sorted(set(source.errors))) from error
            users = load_demo_users(source, password) if source.has(USERS_FILE) and password else ([], [])
            _refuse_frozen(source, report)
            source.finish(ignored={USERS_FILE})
            entries = [*report.entries(folder.name), *_user_entries(users[0])]
            if entries:
                record(entries, actor=None, plan=source.plan, reason="Nạp dữ liệu")
        self.stdout.write(f"{folder}: {'; '.join(report.lines()) or 'không có gì thay đổi'}.")
        self._print_users(*users, password)

    def _demo_password(self) -> str:
        """The password of DEMO_PASSWORD, or a random one."""
        given = os.environ.get("DEMO_PASSWORD", "")
        if given and len(given) < _SHORTEST_PASSWORD:
            raise CommandError(f"DEMO_PASSWORD phải có ít nhất {_SHORTEST_PASSWORD} ký tự.")
        return given or "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))

    def _print_users(self, new: list[User], old: list[User], password: str) -> None:
        if new:
            self.stdout.write("Tài khoản minh họa (mật khẩu chỉ in lần này):")
        for user in new:
            self.stdout.write(f"  {user.username:<16}{password:<24}{user.get_role_display()}, {user.full_name}")
        if old:
            names = ", ".join(user.username for user in old)
            self.stdout.write(f"Tài khoản đã có, giữ nguyên cùng mật khẩu: {names}.")


def _refuse_frozen(source: PlanSource, report: LoadReport) -> None:
    """What was loaded into a plan that was frozen already must not have changed anything of it."""
    owned = {str(model._meta.verbose_name) for model in apps.get_models() if belongs_to_plans(model)}
    touched = [kind for kind in dict.fromkeys([*report.created, *report.updated]) if kind in owned]
    if source.frozen and source.plan and touched:
        state = source.plan.get_state_display()
        what = ", ".join(touched)
        source.refuse("", 0, f"{source.plan} đang ở bước «{state}», nội dung đã khóa; thư mục này sẽ sửa: {what}.")


def _user_entries(users: list[User]) -> list[Entry]:
    return [
        Entry(table="user", row=user.pk, label=str(user), field="tài khoản minh họa", old="", new=user.username)
        for user in users
    ]
