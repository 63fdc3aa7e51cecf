"""`manage.py export_plan 2024 --to DIR [--formats docx,pdf,txt] [--only ke-hoach,1]`: the plan and its appendices."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from reports.appendices import build_appendix, whole_province
from reports.appendices.columns import WrongDefinition
from reports.document import Document
from reports.exports import (
    WHOLE,
    Format,
    formats_of,
    put_in_place,
    render_whole,
    write_documents,
)
from reports.plan_document import FILE_STEM, has_text, plan_document
from trainingplan.commands import PlainCommand
from trainingplan.models import Plan


class Command(PlainCommand):
    help = "Xuất kế hoạch và các phụ lục ra tệp Excel, PDF, HTML, Word, văn bản thuần; PDF có thêm tệp toàn bộ."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("year", type=int, metavar="NĂM", help="năm của kế hoạch")
        parser.add_argument("--to", required=True, metavar="THƯ_MỤC", help="thư mục nhận tệp")
        parser.add_argument("--formats", default="xlsx,pdf", help=f"{', '.join(Format)}; cách nhau bằng dấu phẩy")
        parser.add_argument(
            "--only", help=f"«{FILE_STEM}» và số các phụ lục, cách nhau bằng dấu phẩy; không nêu là tất cả"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        plan = Plan.objects.filter(year=options["year"]).first()
        if plan is None:
            raise CommandError(f"Chưa có kế hoạch năm {options['year']}.")
        if not options["to"].strip():
            raise CommandError("Hãy nêu thư mục nhận tệp sau --to.")
        folder = Path(options["to"])
        formats = _formats(options["formats"])
        try:
            documents = _documents(plan, options["only"])
        except WrongDefinition as error:
            raise CommandError(f"Không xuất được: {error}") from error
        if not any(formats_of(document, formats) for document in documents):
            raise CommandError(f"Văn bản kế hoạch không có định dạng {', '.join(formats)}.")
        together = Format.PDF in formats and options["only"] is None
        total = sum(len(formats_of(document, formats)) for document in documents) + together
        done = 0

        def progress(path: Path) -> None:
            nonlocal done
            done += 1
            if self.stdout.isatty():
                self.stdout.write(f"\r[{done}/{total}] {path.name:<24}", ending="" if done < total else "\n")
                self.stdout.flush()

        try:
            written = write_documents(documents, folder, formats=formats, progress=progress)
            if together:
                written.append(put_in_place(folder / WHOLE, render_whole(documents)))
                progress(written[-1])
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


def _documents(plan: Plan, only: str | None) -> list[Document]:
    """All documents of the plan, or those named; raises CommandError and WrongDefinition."""
    appendices = {str(appendix.number): appendix for appendix in plan.appendices.prefetch_related("columns")}
    known = [*([FILE_STEM] if has_text(plan) else []), *appendices]
    if not known:
        raise CommandError(f"Kế hoạch {plan.year} chưa có văn bản và phụ lục nào.")
    wanted = known if only is None else _parts(only)
    if missing := [name for name in wanted if name not in known]:
        raise CommandError(f"Kế hoạch {plan.year} không có phụ lục {', '.join(missing)}.")
    everything = whole_province()
    return [
        plan_document(plan) if name == FILE_STEM else build_appendix(plan, appendices[name], everything)
        for name in wanted
    ]
