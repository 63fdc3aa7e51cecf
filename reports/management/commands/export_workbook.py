"""`manage.py export_workbook 2024 FILE.xlsx`: the whole plan as one workbook, or with --template one to begin with."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from reports.exports import put_in_place
from reports.workbook.guide import written_into
from reports.workbook.writing import write_template, write_workbook
from trainingplan.commands import PlainCommand
from trainingplan.models import Plan
from trainingplan.services.refusals import Refused


class Command(PlainCommand):
    help = "Xuất toàn bộ kế hoạch ra một sổ Excel có chú giải (xem docs/workbook.md), hoặc sổ mẫu để bắt đầu."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int, metavar="NĂM", help="năm của kế hoạch")
        parser.add_argument("file", type=Path, metavar="TỆP", help="tệp .xlsx sẽ ghi")
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument("--template", action="store_true", help="sổ mẫu: mỗi sheet một dòng ví dụ")
        choice.add_argument("--guide", action="store_true", help="cập nhật các bảng cột của tài liệu TỆP (.md)")

    def handle(self, *args: Any, year: int, file: Path, template: bool, guide: bool, **options: Any) -> None:
        if guide:
            self._write(file, written_into(file.read_text(encoding="utf-8")).encode())
            return
        if not template and not Plan.objects.filter(year=year).exists():
            raise CommandError(f"Chưa có kế hoạch năm {year}.")
        try:
            content = (write_template if template else write_workbook)(year, timezone.localdate())
        except Refused as refusal:
            raise CommandError(f"Không xuất được: {refusal.message}") from refusal
        self._write(file, content)

    def _write(self, file: Path, content: bytes) -> None:
        try:
            put_in_place(file, content)
        except OSError as error:
            raise CommandError(f"Không ghi được {file}: hãy xem thư mục, quyền ghi và chỗ trống của đĩa.") from error
        self.stdout.write(f"Đã ghi {file}.")
