"""`manage.py export_plan 2024 --to DIR [--formats xlsx,pdf,html] [--only 1,4]`: the appendices as files."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reports.appendices import whole_province
from reports.appendices.columns import WrongDefinition
from reports.exports import Format, write_appendices
from trainingplan.models import Appendix, Plan


class Command(BaseCommand):
    help = "Xuất các phụ lục của kế hoạch ra tệp Excel, PDF, HTML."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("year", type=int, metavar="NĂM", help="năm của kế hoạch")
        parser.add_argument("--to", required=True, metavar="THƯ_MỤC", help="thư mục nhận tệp")
        parser.add_argument("--formats", default="xlsx,pdf", help="xlsx, pdf, html; cách nhau bằng dấu phẩy")
        parser.add_argument("--only", help="số các phụ lục, cách nhau bằng dấu phẩy; không nêu là tất cả")

    def handle(self, *args: Any, **options: Any) -> None:
        plan = Plan.objects.filter(year=options["year"]).first()
        if plan is None:
            raise CommandError(f"Chưa có kế hoạch năm {options['year']}.")
        if not options["to"].strip():
            raise CommandError("Hãy nêu thư mục nhận tệp sau --to.")
        folder = Path(options["to"])
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
                plan, folder, formats=formats, appendices=appendices, scope=whole_province(), progress=progress
            )
        except WrongDefinition as error:
            raise CommandError(f"Không xuất được: {error}") from error
        except OSError as error:
            where = error.filename or folder
            raise CommandError(f"Không ghi được vào {where}: hãy xem quyền ghi và chỗ trống của đĩa.") from error
        self.stdout.write(f"Đã ghi {len(written)} tệp vào {folder}.")


def _parts(text: str) -> list[str]:
    """The parts of a list with commas, each once; raises CommandError where there is none."""
    parts = list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if not parts:
        raise CommandError(f"Danh sách «{text}» không nêu gì.")
    return parts


def _formats(text: str) -> list[Format]:
    try:
        return [Format(name) for name in _parts(text)]
    except ValueError as error:
        raise CommandError(f"Định dạng phải là {', '.join(Format)}; nhận được «{text}».") from error


def _appendices(plan: Plan, text: str | None) -> list[Appendix]:
    appendices = {str(appendix.number): appendix for appendix in plan.appendices.all()}
    if not appendices:
        raise CommandError(f"Kế hoạch {plan.year} chưa có phụ lục nào.")
    wanted = list(appendices) if text is None else _parts(text)
    if missing := [number for number in wanted if number not in appendices]:
        raise CommandError(f"Kế hoạch {plan.year} không có phụ lục {', '.join(missing)}.")
    return [appendices[number] for number in wanted]
