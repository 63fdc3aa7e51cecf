"""The plan as a document: the issued words in every format, the forms of each profile, figures marked on the screen."""

import re
import zipfile
from collections.abc import Iterator
from datetime import date
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import docx
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape
from docx.table import Table as WordTable
from pypdf import PdfReader

from quotas.models import Allocation, Quota
from reports.appendices import build_appendix, whole_province
from reports.appendices.columns import WrongDefinition
from reports.document import Clause, Document
from reports.exports import Format, plan_documents, render, render_whole
from reports.plan_document import place_anchor, plan_document
from reports.renderers.html import render_html, render_page
from reports.text import plan_text
from reports.views.plan import SERVED
from tests.cast import make_user
from tests.reports.printed_readers import pdf_pages, read_html
from tests.reports.test_text import ISSUED, differences, normalised
from trainingplan.models import Job, Plan, Role

RULE = "-----"
"""Stands below the subject on paper, and is no word of the plan."""


def issued() -> list[str]:
    return normalised(ISSUED.read_text(encoding="utf-8"))


def from_title(text: str) -> list[str]:
    """The words from the title to the end."""
    words = normalised(text)
    return [word for word in words[words.index("KẾ") :] if word != RULE]


def word_lines(content: bytes) -> Iterator[str]:
    """Every paragraph of a Word file in reading order; what stands side by side from left to right."""
    for item in docx.Document(BytesIO(content)).iter_inner_content():
        if isinstance(item, WordTable):
            yield from (cell.text for row in item.rows for cell in row.cells)
        else:
            yield item.text


def pdf_text(content: bytes) -> str:
    """The text of all pages; each but the first bears its number, which is left out. Cut words are whole again."""
    first, *others = pdf_pages(content)
    assert "1" not in first.splitlines()
    numbered = [page.splitlines() for page in others]
    for number, lines in enumerate(numbered, 2):
        lines.remove(str(number))
    return re.sub(r"(?<=[^\s-])([-/])\n", r"\1", "\n".join([first, *("\n".join(lines) for lines in numbered)]))


def words_of(document: Document) -> list[str]:
    return from_title(render(document, Format.TXT).decode())


@pytest.mark.one_database("files are made of one document")
def test_every_file_has_the_issued_words(plan_2024: Plan, tmp_path: Path) -> None:
    call_command("export_plan", "2024", to=str(tmp_path), formats="docx,pdf,txt", only="ke-hoach", stdout=StringIO())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ke-hoach.docx", "ke-hoach.pdf", "ke-hoach.txt"]
    assert len(issued()) == 4_293
    word, pdf = ((tmp_path / f"ke-hoach.{suffix}").read_bytes() for suffix in ("docx", "pdf"))
    text = (tmp_path / "ke-hoach.txt").read_text(encoding="utf-8")
    assert differences(issued(), from_title(text)) == []
    assert differences(issued(), from_title("\n".join(word_lines(word)))) == []
    assert differences(issued(), from_title(pdf_text(pdf))) == []
    assert text.splitlines()[:4] == [
        "ĐẢNG CỘNG SẢN VIỆT NAM",
        "TỈNH ỦY QUẢNG NGÃI",
        "Số …-KH/TU",
        "Quảng Ngãi, ngày … tháng … năm 2024",
    ]


def test_a_changed_quota_changes_its_words_and_no_other(plan_2024: Plan) -> None:
    before = words_of(plan_document(plan_2024))
    Quota.objects.filter(programme__plan=plan_2024, key="cao-cap-tap-trung-khu-vuc-3").update(number=47)
    after = words_of(plan_document(plan_2024))
    assert differences(before, after) == [("113", "115"), ("50", "52"), ("45", "47")]


def test_a_changed_allocation_changes_its_cells_and_no_word(plan_2024: Plan) -> None:
    """The cell itself and the five sums that it is in: of its row, of its khối twice, of all twice."""
    one = plan_2024.appendices.get(number=1)
    cell = Allocation.objects.filter(quota__appendix=one, number__gt=0).order_by("pk")[0]
    text, old = plan_document(plan_2024), cells_of(build_appendix(plan_2024, one, whole_province()))
    Allocation.objects.filter(pk=cell.pk).update(number=F("number") + 1)
    new = cells_of(build_appendix(plan_2024, one, whole_province()))
    changed = [(before, after) for before, after in zip(old, new, strict=True) if before != after]
    assert [after - before for before, after in changed] == [1] * 6
    assert plan_document(plan_2024) == text


def cells_of(document: Document) -> list[int]:
    (table,) = document.tables
    return [cell.value for row in table.rows for cell in row.cells if isinstance(cell.value, int)]


def opened(document: Document) -> Any:
    return docx.Document(BytesIO(render(document, Format.DOCX)))


@pytest.mark.one_database("files are made of one document")
@pytest.mark.parametrize(
    ("profile", "head", "ends", "spacing"),
    [
        ("HD36", ["ĐẢNG CỘNG SẢN VIỆT NAM", "Số 5-KH/TU"], ",", 16),
        ("HD05", ["ĐẢNG CỘNG SẢN VIỆT NAM", "Số 5-KH/TU"], ";", 18),
        ("ND30", ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc", "Số: 05/KH/TU"], ";", 16),
    ],
)
def test_each_profile_has_its_frame(plan_2024: Plan, profile: str, head: list[str], ends: str, spacing: int) -> None:
    plan_2024.profile, plan_2024.number, plan_2024.issued_on = profile, "5", date(2024, 2, 6)
    word = opened(plan_document(plan_2024))
    left, right = (cell.text for cell in word.tables[0].rows[0].cells)
    assert right == f"{head[0]}\nQuảng Ngãi, ngày 06 tháng 02 năm 2024"
    assert left.splitlines()[-1] == head[1]
    recipients = word.tables[1].rows[0].cells[0].text.splitlines()[1:]
    assert {line[-1] for line in recipients[:-1]} == {ends}
    assert recipients[-1].endswith("Văn phòng Tỉnh ủy.")
    body = next(paragraph for paragraph in word.paragraphs if paragraph.text.startswith("Thực hiện Quy chế"))
    assert body.paragraph_format.line_spacing.pt == spacing
    assert (RULE in [paragraph.text for paragraph in word.paragraphs]) == (profile != "ND30")


def test_headings_have_the_form_of_their_level(plan_2024: Plan) -> None:
    word = opened(plan_document(plan_2024))
    found = {paragraph.text: paragraph for paragraph in word.paragraphs}
    forms = {
        marker: (paragraph.style.name, bool(paragraph.runs[-1].bold), bool(paragraph.runs[-1].italic))
        for text, paragraph in found.items()
        for marker in [text.split(" ", 1)[0]]
        if marker in ("II.", "1.1.", "1.1.1.") or text == "3. Trường Chính trị tỉnh"
    }
    assert forms == {
        "II.": ("Heading 1", True, False),
        "3.": ("Heading 2", True, False),
        "1.1.": ("Heading 3", False, True),
        "1.1.1.": ("Heading 4", False, True),
    }
    continued = next(paragraph for text, paragraph in found.items() if text.startswith("1.2.3."))
    assert (continued.style.name, bool(continued.runs[1].italic)) == ("Normal", True)


def test_what_opens_a_list_stays_with_its_first_item(plan_2024: Plan) -> None:
    document = plan_document(plan_2024)
    held = [p.text for p in opened(document).paragraphs if p.paragraph_format.keep_with_next and p.text]
    page = read_html(render_page(document))
    assert held[:-1] == [p.text for p in page.all("p") if "doc-held" in str(p.attrs.get("class"))]
    assert "a) Nội dung, số lượng bồi dưỡng" in held
    assert "+ Hệ không tập trung: Khoảng 70 học viên" not in held
    assert held[-1].startswith("Trong quá trình thực hiện"), "and nobody signs a page without a word of the text"


def test_a_part_is_printed_in_capitals(plan_2024: Plan) -> None:
    plan_2024.sections.filter(marker="IV.").update(heading="Tổ chức thực hiện")
    document = plan_document(plan_2024)
    assert "IV. TỔ CHỨC THỰC HIỆN" in render(document, Format.TXT).decode()
    assert "IV. TỔ CHỨC THỰC HIỆN" in read_html(render_html(document)).elements[0].text
    assert "IV. TỔ CHỨC THỰC HIỆN" in list(word_lines(render(document, Format.DOCX)))


def test_the_screen_marks_every_bound_figure_and_files_none(plan_2024: Plan) -> None:
    document = plan_document(plan_2024)
    pieces = [piece for paragraph in plan_text(plan_2024).paragraphs for piece in paragraph.pieces if piece.field]
    page = read_html(render_html(document).replace("</p>", "</p>\n"))
    marked = [(span.attrs["data-field"], span.text) for span in page.all("span") if "data-field" in span.attrs]
    assert marked == [(str(piece.field), piece.text) for piece in pieces if piece.number is not None]
    assert len(marked) > 40
    assert "data-field" not in render_page(document)
    assert from_title(page.elements[0].text) == issued()


def test_places_have_anchors_of_their_own(plan_2024: Plan) -> None:
    anchors = [e.attrs["id"] for e in read_html(render_html(plan_document(plan_2024))).elements if "id" in e.attrs]
    assert len(anchors) == len(set(anchors))
    places = {paragraph.where for paragraph in plan_text(plan_2024).paragraphs if paragraph.level}
    assert {place_anchor(place) for place in places} <= set(anchors)
    assert place_anchor("Mục II.1.1.1, điểm d") == "muc-ii-1-1-1-diem-d"
    assert place_anchor("Mục II.1.1.1, điểm đ") == "muc-ii-1-1-1-diem-dd"


@pytest.mark.one_database("files are made of one document")
def test_the_same_plan_gives_the_same_bytes(plan_2024: Plan) -> None:
    document, again = plan_document(plan_2024), plan_document(Plan.objects.get(pk=plan_2024.pk))
    assert document == again
    for fmt in SERVED:
        assert render(document, fmt) == render(again, fmt), fmt


@pytest.mark.one_database("files are made of one document")
def test_one_file_holds_the_plan_and_its_appendices(plan_2024: Plan) -> None:
    appendices = plan_2024.appendices.filter(number__in=(2, 8))
    documents = plan_documents(plan_2024, appendices, whole_province())
    reader = PdfReader(BytesIO(render_whole(documents)))
    outline = list(titles(reader.outline))
    assert [title for depth, title in outline if not depth] == [document.title for document in documents]
    assert outline[:4] == [
        (0, "Kế hoạch đào tạo, bồi dưỡng cán bộ, công chức, viên chức năm 2024"),
        (1, "I. MỤC ĐÍCH, YÊU CẦU"),
        (2, "1. Mục đích"),
        (2, "2. Yêu cầu"),
    ]
    assert (4, "1.1.2. Đào tạo trung cấp lý luận chính trị") in outline
    assert len(outline) == 2 + 2 + sum(isinstance(block, Clause) for block in documents[0].blocks) + 1
    assert max(len(title) for depth, title in outline if depth) <= 91
    pages = [page.extract_text().strip().splitlines() for page in reader.pages]
    (second,) = (number for number, lines in enumerate(pages) if "PHỤ LỤC 2" in lines)
    assert str(second) in pages[second - 1], "the plan's last page bears its number"
    assert "PHỤ LỤC 8" in pages[second + 1], "an appendix begins a page"
    assert "2" in pages[second + 2], "an appendix counts its own pages"


def titles(outline: list[Any], depth: int = 0) -> Iterator[tuple[int, str]]:
    for item in outline:
        if isinstance(item, list):
            yield from titles(item, depth + 1)
        else:
            yield depth, item.title


def test_the_command_writes_all_and_the_whole(plan_2024: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("reports.exports.render", "reports.management.commands.export_plan.render_whole"):
        monkeypatch.setattr(place, lambda *_: b"file")
    call_command("export_plan", "2024", to=str(tmp_path), formats="xlsx,pdf,txt", stdout=StringIO())
    appendices = {f"phu-luc-{number}.{suffix}" for number in range(1, 9) for suffix in ("xlsx", "pdf", "txt")}
    assert {path.name for path in tmp_path.iterdir()} == appendices | {"ke-hoach.pdf", "ke-hoach.txt", "toan-bo.pdf"}
    for arguments in ({"formats": "xlsx", "only": "ke-hoach"}, {"only": "ke-hoach,9"}):
        with pytest.raises(CommandError, match=r"không có định dạng xlsx|không có phụ lục 9"):
            call_command("export_plan", "2024", to=str(tmp_path), stdout=StringIO(), **arguments)
    with pytest.raises(CommandError, match="chưa có văn bản"):
        call_command("export_plan", "2023", to=str(tmp_path), stdout=StringIO())


@pytest.fixture
def reader(plan_2024: Plan) -> Client:
    client = Client()
    client.force_login(make_user("mai", "Đỗ Thị Mai", Role.MANAGER))
    return client


def test_the_page_shows_the_text_and_hands_out_files(
    plan_2024: Plan, reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with CaptureQueriesContext(connection) as captured:
        page = reader.get("/2024/ke-hoach/").content.decode()
    assert len(captured) <= 20
    assert '<span class="field" data-field="{budget}">36.511.988.780</span>' in page
    assert all(f"/2024/ke-hoach/{name}" in page for name in ("ke-hoach.docx", "ke-hoach.pdf", "ke-hoach.txt"))
    assert "/2024/ke-hoach/toan-bo/" in page
    reply = reader.get("/2024/ke-hoach/ke-hoach.txt")
    assert from_title(reply.content.decode()) == issued()
    assert (reply["Content-Type"], reply["Cache-Control"]) == ("text/plain; charset=utf-8", "no-store, private")
    assert reader.get("/2024/ke-hoach/ke-hoach.xlsx").status_code == 404


def test_the_whole_plan_is_made_beside_the_pages(
    plan_2024: Plan, reader: Client, jobs_at_once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.jobs.exports.render_whole_once", lambda documents: b"%d documents" % len(documents))
    page = reader.post("/2024/ke-hoach/toan-bo/", follow=True)
    assert "Tải toan-bo.pdf" in page.content.decode()
    reply = reader.get(f"{page.redirect_chain[-1][0]}ket-qua/1/")
    assert b"".join(reply) == b"9 documents"
    assert "no-store" in reply["Cache-Control"]


def test_everything_comes_in_the_formats_that_suit(
    plan_2024: Plan, reader: Client, jobs_at_once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.jobs.exports.render_whole_once", lambda _: b"whole")
    monkeypatch.setattr("reports.rendered.render", lambda _, fmt: f"{fmt}".encode())
    page = reader.post("/2024/ke-hoach/tat-ca-tep/", follow=True)
    job = Job.objects.get()
    assert (job.state, job.words) == (Job.State.DONE, "Đang tạo tệp phu-luc-8.txt")
    with zipfile.ZipFile(BytesIO(b"".join(reader.get(f"{page.redirect_chain[-1][0]}ket-qua/1/")))) as archive:
        names = archive.namelist()
    assert len(names) == len(set(names)) == 4 + 8 * 5 + 1
    assert {"ke-hoach.docx", "phu-luc-1.xlsx", "toan-bo.pdf"} <= set(names)
    assert "ke-hoach.xlsx" not in names


def test_a_plan_without_a_text_says_so(plan_2024: Plan, reader: Client) -> None:
    assert "Kế hoạch năm 2023 chưa có văn bản." in reader.get("/2023/ke-hoach/").content.decode()
    assert reader.get("/2023/ke-hoach/ke-hoach.docx").status_code == 404
    assert reader.post("/2023/ke-hoach/toan-bo/").status_code == 404


def test_an_appendix_that_cannot_be_printed_is_named(plan_2024: Plan, reader: Client, jobs_at_once: None) -> None:
    plan_2024.appendices.get(number=2).columns.filter(source="full_name").update(source="khong-co")
    with pytest.raises(WrongDefinition) as fault:
        plan_documents(plan_2024, plan_2024.appendices.all(), whole_province())
    page = reader.post("/2024/ke-hoach/toan-bo/", follow=True).content.decode()
    assert "Chưa tải được toàn bộ" in page
    assert escape(str(fault.value)) in page


def test_a_plan_that_is_wholly_illustrative_says_so(plan_2024: Plan, reader: Client) -> None:
    assert not plan_document(plan_2024).mark
    Plan.objects.filter(pk=plan_2024.pk).update(illustrative=True)
    assert "Số liệu minh họa" in reader.get("/2024/ke-hoach/ke-hoach.txt").content.decode()
