"""`manage.py forget_people`: anonymise people whose plans were closed long ago."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from quotas.services.retention import forget_people
from trainingplan.commands import PlainCommand
from trainingplan.rules.numbers import format_count


class Command(PlainCommand):
    help = "Ẩn danh cán bộ chỉ còn trong danh sách của các kế hoạch đã kết thúc quá thời hạn PEOPLE_KEPT_YEARS."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Chỉ đếm, không ghi gì.")

    def handle(self, *args: Any, **options: Any) -> None:
        count = format_count(forget_people(actor=None, dry_run=options["dry_run"]))
        years = settings.PEOPLE_KEPT_YEARS
        done = "Sẽ ẩn danh" if options["dry_run"] else "Đã ẩn danh"
        self.stdout.write(f"{done} {count} người (kế hoạch kết thúc quá {years} năm).")
        self.stdout.write("Bản đã ban hành và nhật ký thay đổi giữ nguyên như lúc ghi.")
