"""A plan's documents as files: one in one format, a folder of them, all as one zip or as one PDF."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import cast
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from reports.appendices import Scope, build_appendix
from reports.document import Document
from reports.plan_document import has_text, plan_document
from trainingplan.models import Appendix, Plan

WHOLE = "toan-bo.pdf"
"""The file that holds the plan and its appendices."""


class Format(StrEnum):
    XLSX = "xlsx"
    PDF = "pdf"
    HTML = "html"
    DOCX = "docx"
    TXT = "txt"

    @property
    def label(self) -> str:
        """The name that people know it by."""
        return {"xlsx": "Excel", "docx": "Word", "txt": "văn bản thuần"}.get(self, self.upper())

    @property
    def content_type(self) -> str:
        return {
            Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Format.PDF: "application/pdf",
            Format.HTML: "text/html; charset=utf-8",
            Format.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Format.TXT: "text/plain; charset=utf-8",
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


def plan_documents(plan: Plan, appendices: Iterable[Appendix], scope: Scope) -> list[Document]:
    """The plan, if it has a text, and the appendices as `scope` may see them. Raises WrongDefinition."""
    text = [plan_document(plan)] if has_text(plan) else []
    return [*text, *(build_appendix(plan, appendix, scope) for appendix in appendices)]


def render_whole(documents: Sequence[Document]) -> bytes:
    """All documents in one PDF with bookmarks, the same bytes for the same documents."""
    from reports.renderers.pdf import render_pdf_of_all  # noqa: PLC0415

    return render_pdf_of_all(documents)


def formats_of(document: Document, formats: Iterable[Format]) -> list[Format]:
    """Those of the formats that suit the document: a workbook holds tables."""
    return [fmt for fmt in formats if fmt is not Format.XLSX or document.tables]


def write_documents(
    documents: Iterable[Document],
    folder: Path,
    *,
    formats: Sequence[Format],
    progress: Callable[[Path], None] = lambda _: None,
) -> list[Path]:
    """Write each document in each format that suits it, and return the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for document in documents:
        for fmt in formats_of(document, formats):
            written.append(put_in_place(folder / file_name(document, fmt), render(document, fmt)))
            progress(written[-1])
    return written


def put_in_place(target: Path, content: bytes) -> Path:
    """Write a file that is in place only when it is whole."""
    partial = target.with_suffix(f"{target.suffix}.partial")
    try:
        partial.write_bytes(content)
        partial.replace(target)
    except OSError:
        partial.unlink(missing_ok=True)
        raise
    return target


def zip_of(
    documents: Sequence[Document],
    formats: Sequence[Format],
    *,
    more: Mapping[str, bytes] | None = None,
    progress: Callable[[str], None] = lambda _: None,
    rendered: Callable[[Document, Format], bytes] = render,
) -> bytes:
    """All documents in the formats that suit them, and `more` files, as one archive: the same bytes for the same."""
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for document in documents:
            for fmt in formats_of(document, formats):
                progress(name := file_name(document, fmt))
                archive.writestr(_entry(name, document.created), rendered(document, fmt))
        for name, content in (more or {}).items():
            archive.writestr(_entry(name, documents[0].created), content)
    return buffer.getvalue()


def _entry(name: str, day: date) -> ZipInfo:
    entry = ZipInfo(name, (day.year, day.month, day.day, 0, 0, 0))
    entry.compress_type = ZIP_DEFLATED
    return entry
