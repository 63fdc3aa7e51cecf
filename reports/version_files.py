"""The files of a version: every document in every format that suits it, all in one PDF, and what the check said."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from reports.document import Document, LetterHead, Note
from reports.exports import WHOLE, Format, file_name, render, render_whole
from reports.gates import Finding, Gates
from reports.plan_document import FILE_STEM
from reports.versions import File

CHECK = "kiem-tra.txt"
PAGE = f"{FILE_STEM}.{Format.HTML}"
"""The file that the published page shows."""
OF_PAPERS = (Format.HTML, Format.DOCX, Format.PDF, Format.TXT)
OF_TABLES = (Format.HTML, Format.XLSX, Format.PDF, Format.DOCX)


def render_files(
    documents: Sequence[Document],
    gates: Gates,
    seal: str = "",
    progress: Callable[[int, int, str], None] = lambda *_: None,
) -> tuple[File, ...]:
    """All files of a version; needs no database. Whatever fails, fails all. `seal` is the log's head in words."""
    wanted = [(document, fmt) for document in documents for fmt in _formats(document)]
    total, files = len(wanted) + 1, []
    for done, (document, fmt) in enumerate(wanted):
        progress(done, total, f"Đang tạo tệp {file_name(document, fmt)}")
        files.append(_file(document, fmt, seal))
    progress(len(wanted), total, f"Đang dàn trang văn bản và các phụ lục vào {WHOLE}")
    whole = File(WHOLE, Format.PDF.content_type, render_whole([*documents[:-1], *with_seal(documents[-1:], seal)]))
    progress(total, total, "Đang ghi bản ban hành")
    return (*files, whole, File(CHECK, Format.TXT.content_type, check_text(gates).encode()))


def with_seal(documents: Iterable[Document], seal: str) -> list[Document]:
    """The documents as PDFs print them: each ends with the head of the change log, which so stands on paper."""
    note = Note(seal, label="Dấu nhật ký thay đổi lúc ban hành:")
    return [replace(document, blocks=(*document.blocks, note)) if seal else document for document in documents]


def _formats(document: Document) -> tuple[Format, ...]:
    is_paper = any(isinstance(block, LetterHead) for block in document.blocks)
    return OF_PAPERS if is_paper else OF_TABLES


def _file(document: Document, fmt: Format, seal: str) -> File:
    (sealed,) = with_seal([document], seal)
    content = render(sealed if fmt is Format.PDF else document, fmt)
    return File(file_name(document, fmt), fmt.content_type, content)


def manifest_of(files: Iterable[File]) -> str:
    """One line a file, as `sha256sum --check` reads it."""
    return "".join(f"{file.sha256}  {file.name}\n" for file in files)


def check_text(gates: Gates) -> str:
    """What stood at each gate, and every disagreement that was let through with its reason."""
    lines = ["KẾT QUẢ KIỂM TRA TRƯỚC KHI BAN HÀNH", ""]
    for gate in gates.gates:
        lines += [f"{gate.title}: {gate.words}", *(f"  - {item}" for item in gate.items)]
    for number, finding in enumerate(gates.findings, 1):
        lines += ["", f"{number}. {finding.disagreement}", *_reason(finding)]
    return "\n".join([*lines, ""])


def _reason(finding: Finding) -> Iterator[str]:
    if finding.exception:
        yield f"   Lý do giữ nguyên: {finding.exception.reason} ({finding.exception.given_by})"
