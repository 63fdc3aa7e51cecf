"""`manage.py check_plan YEAR`: print each disagreement of a plan; exit 1 if there is any."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reports.checks import check_plan
from trainingplan.models import Plan
from trainingplan.rules.numbers import format_count


class Command(BaseCommand):
    help = "Soát số liệu của kế hoạch: văn bản, chỉ tiêu, phụ lục, danh sách, kinh phí."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int, metavar="NĂM")

    def handle(self, *args: Any, year: int, **options: Any) -> None:
        plan = Plan.objects.filter(year=year).first()
        if plan is None:
            raise CommandError(f"Không có kế hoạch năm {year}.")
        result = check_plan(plan)
        if result.clean:
            self.stdout.write(f"Không có chỗ nào lệch (đã soát {format_count(result.compared)} số).")
            return
        for number, disagreement in enumerate(result.disagreements, 1):
            self.stdout.write(f"{number}. {disagreement}")
        found, compared = len(result.disagreements), format_count(result.compared)
        self.stdout.write(f"Có {found} chỗ lệch (đã soát {compared} số).")
        sys.exit(1)
