"""`manage.py export_plan 2024 --to DIR [--formats xlsx,pdf,html] [--only 1,4]`: the appendices as files."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reports.appendices import whole_province
from reports.appendices.columns import UnknownSource
from reports.exports import Format, write_appendices
from trainingplan.models import Appendix, Plan


class Command(BaseCommand):
    help = "Xuất các phụ lục của kế hoạch ra tệp Excel, PDF, HTML."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("year", type=int, help="năm của kế hoạch")
        parser.add_argument("--to", required=True, type=Path, help="thư mục nhận tệp")
        parser.add_argument("--formats", default="xlsx,pdf", help="xlsx, pdf, html; cách nhau bằng dấu phẩy")
        parser.add_argument("--only", default="", help="số các phụ lục, cách nhau bằng dấu phẩy; bỏ trống là tất cả")

    def handle(self, *args: Any, **options: Any) -> None:
        plan = Plan.objects.filter(year=options["year"]).first()
        if plan is None:
            raise CommandError(f"Chưa có kế hoạch năm {options['year']}.")
        formats, appendices = _formats(options["formats"]), _appendices(plan, options["only"])
        total = len(formats) * len(appendices)
        done = 0

        def progress(path: Path) -> None:
            nonlocal done
            done += 1
            if self.stdout.isatty():
                self.stdout.write(f"\r[{done}/{total}] {path.name:<24}", ending="" if done < total else "\n")
                self.stdout.flush()

        try:
            written = write_appendices(
                plan, options["to"], formats=formats, appendices=appendices, scope=whole_province(), progress=progress
            )
        except (OSError, UnknownSource) as error:
            raise CommandError(f"Không xuất được: {error}") from error
        self.stdout.write(f"Đã ghi {len(written)} tệp vào {options['to']}.")


def _formats(text: str) -> list[Format]:
    try:
        return list(dict.fromkeys(Format(name.strip()) for name in text.split(",") if name.strip())) or list(Format)[:2]
    except ValueError as error:
        raise CommandError(f"Định dạng phải là {', '.join(Format)}; nhận được «{text}».") from error


def _appendices(plan: Plan, text: str) -> list[Appendix]:
    appendices = {str(appendix.number): appendix for appendix in plan.appendices.all()}
    wanted = list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip())) or list(appendices)
    if missing := [number for number in wanted if number not in appendices]:
        raise CommandError(f"Kế hoạch {plan.year} không có phụ lục {', '.join(missing)}.")
    if not wanted:
        raise CommandError(f"Kế hoạch {plan.year} chưa có phụ lục nào.")
    return [appendices[number] for number in wanted]
