"""Writing a plan's documents as files: one appendix in one format, a folder of them, or all as one zip."""

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import cast
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from reports.appendices import Scope, build_appendix
from reports.document import Document
from trainingplan.models import Appendix, Plan


class Format(StrEnum):
    XLSX = "xlsx"
    PDF = "pdf"
    HTML = "html"
    DOCX = "docx"

    @property
    def label(self) -> str:
        """The name that people know it by."""
        return {Format.XLSX: "Excel", Format.PDF: "PDF", Format.HTML: "HTML", Format.DOCX: "Word"}[self]

    @property
    def content_type(self) -> str:
        return {
            Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Format.PDF: "application/pdf",
            Format.HTML: "text/html; charset=utf-8",
            Format.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        }[self]


def render(document: Document, fmt: Format) -> bytes:
    """The document's bytes. The renderers' libraries are loaded at their first use: they are slow to import."""
    if fmt is Format.HTML:
        from reports.renderers.html import render_page  # noqa: PLC0415

        return render_page(document).encode()
    renderer = import_module(f"reports.renderers.{fmt}")
    return cast("Callable[[Document], bytes]", getattr(renderer, f"render_{fmt}"))(document)


def file_name(document: Document, fmt: Format) -> str:
    return f"{document.file_stem}.{fmt}"


def write_appendices(
    plan: Plan,
    folder: Path,
    *,
    formats: Sequence[Format],
    appendices: Iterable[Appendix],
    scope: Scope,
    progress: Callable[[Path], None] = lambda _: None,
) -> list[Path]:
    """Write each appendix in each format and return the paths; a file is put in place only when it is whole."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for appendix in appendices:
        document = build_appendix(plan, appendix, scope)
        for fmt in formats:
            target = folder / file_name(document, fmt)
            partial = target.with_suffix(f"{target.suffix}.partial")
            partial.write_bytes(render(document, fmt))
            partial.replace(target)
            written.append(target)
            progress(target)
    return written


def zip_of(documents: Iterable[Document], formats: Sequence[Format]) -> bytes:
    """All documents in all formats as one archive, the same bytes for the same documents."""
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for document in documents:
            day = document.created
            for fmt in formats:
                entry = ZipInfo(file_name(document, fmt), (day.year, day.month, day.day, 0, 0, 0))
                entry.compress_type = ZIP_DEFLATED
                archive.writestr(entry, render(document, fmt))
    return buffer.getvalue()
