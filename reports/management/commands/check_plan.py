"""`manage.py check_plan YEAR [--word FILE]`: print each disagreement of a plan, or of a Word file; exit 1 if any."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from reports.checks import CheckResult, check_plan
from reports.word_back import WordBack, read_back
from reports.word_back_file import LARGEST_FILE, TOO_LARGE, FileRefused
from trainingplan.commands import PlainCommand
from trainingplan.models import Plan
from trainingplan.rules.numbers import format_count


class Command(PlainCommand):
    help = (
        "Soát số liệu của kế hoạch: văn bản, chỉ tiêu, phụ lục, danh sách, kinh phí, đăng ký; hoặc tệp Word nhận lại."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int, metavar="NĂM")
        parser.add_argument("--word", type=Path, metavar="TỆP", help="bản Word nhận lại, đối chiếu với kế hoạch")

    def handle(self, *args: Any, year: int, word: Path | None = None, **options: Any) -> None:
        plan = Plan.objects.filter(year=year).first()
        if plan is None:
            raise CommandError(f"Không có kế hoạch năm {year}.")
        clean = self._tell_word(_read(plan, word)) if word else self._tell(check_plan(plan))
        if not clean:
            sys.exit(1)

    def _tell(self, result: CheckResult) -> bool:
        compared = format_count(result.compared)
        if result.clean:
            self.stdout.write(f"Không có chỗ nào lệch (đã soát {compared} số).")
            return True
        for number, disagreement in enumerate(result.disagreements, 1):
            self.stdout.write(f"{number}. {disagreement}")
        self.stdout.write(f"Có {len(result.disagreements)} chỗ lệch (đã soát {compared} số).")
        return False

    def _tell_word(self, back: WordBack) -> bool:
        if back.file.revised:
            self.stdout.write("Tệp còn chế độ theo dõi thay đổi; đọc như khi chấp nhận tất cả.")
        if back.clean:
            self.stdout.write(f"Tệp giống văn bản của kế hoạch từng chữ ({back.numbers} số đã đọc lại).")
            return True
        for title, found in (
            ("Con số đã sửa", back.figures),
            ("Chỗ khác không còn khớp", back.disagreements),
            ("Lời văn đã sửa", back.changes),
        ):
            if found:
                self.stdout.write(f"{title}:")
            for number, one in enumerate(found, 1):
                self.stdout.write(f"{number}. {one}")
        return False


def _read(plan: Plan, path: Path) -> WordBack:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise CommandError(TOO_LARGE)
        return read_back(plan, path.read_bytes())
    except (OSError, FileRefused) as error:
        raise CommandError(f"Không đọc được tệp «{path}»: {error}") from error
