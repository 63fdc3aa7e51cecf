"""The PDF: official page, repeated heads, whole rows, one font, nothing from outside."""

import gc
import logging
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from weasyprint import HTML
from weasyprint.urls import URLFetchingError

from reports.document import Note
from reports.renderers.pdf import CLOSED_FETCHER, collector_paused, render_pdf
from tests.reports.printed_readers import pdf_pages
from tests.reports.printed_samples import MARK, allocation_table, budget, document, text_table

MM = 72 / 25.4


@pytest.fixture(scope="module")
def long_pdf() -> bytes:
    return render_pdf(document(allocation_table(40), mark=MARK))


def words(content: bytes, page: int) -> list[tuple[str, float, float]]:
    """Every piece of text on a page with its place in mm from the left and from the top."""
    found: list[tuple[str, float, float]] = []
    sheet = PdfReader(BytesIO(content)).pages[page]
    height = float(sheet.mediabox.height)

    def visit(text: str, matrix: list[float], text_matrix: list[float], *_: Any) -> None:
        if text.strip():
            x = matrix[0] * text_matrix[4] + matrix[4]
            y = matrix[3] * text_matrix[5] + matrix[5]
            found.append((text.strip(), x / MM, (height - y) / MM))

    sheet.extract_text(visitor_text=visit)
    return found


@pytest.mark.parametrize(("landscape", "size"), [(False, (210, 297)), (True, (297, 210))])
def test_page_is_a4(*, landscape: bool, size: tuple[int, int]) -> None:
    box = PdfReader(BytesIO(render_pdf(document(allocation_table(1), landscape=landscape)))).pages[0].mediabox
    assert (round(float(box.width) / MM), round(float(box.height) / MM)) == size


def test_heads_are_repeated_and_every_row_is_printed_once(long_pdf: bytes) -> None:
    pages = pdf_pages(long_pdf)
    assert len(pages) > 2
    for page in pages:
        assert "Cơ quan, đơn vị" in page
        assert "(1)" in page
        assert MARK in page
    text = "\n".join(pages)
    assert [len(re.findall(rf"Huyện ủy Trà Bồng {n}\b", text)) for n in range(1, 81)] == [1] * 80
    assert text.count("TỔNG CỘNG") == 1


def test_title_block_is_on_the_first_page_only(long_pdf: bytes) -> None:
    first, *rest = pdf_pages(long_pdf)
    text = " ".join(first.split())
    assert text.index("PHỤ LỤC 1") < text.index("Phân bổ chỉ tiêu") < text.index("(Kèm theo Kế hoạch số …-KH/TU")
    assert text.index("của Ban Thường vụ Tỉnh ủy)") < text.index("ĐVT: người") < text.index("Tổng cộng")
    assert not any("PHỤ LỤC" in page for page in rest)


def test_page_number_is_centred_ten_mm_from_the_top_from_page_two(long_pdf: bytes) -> None:
    assert not [word for word in words(long_pdf, 0) if word[2] < 19]
    for index in (1, 2):
        ((text, left, down),) = [word for word in words(long_pdf, index) if word[2] < 19]
        assert text == str(index + 1)
        assert 30 + 165 / 2 - 3 < left < 30 + 165 / 2
        assert 12 < down < 15  # the base line of letters of 14 points whose top is at 10 mm


def test_nothing_stands_in_the_margins(long_pdf: bytes) -> None:
    for page in range(3):
        assert all(29.9 < left < 195 for _, left, _ in words(long_pdf, page))
        assert all(down < 297 - 20 for text, _, down in words(long_pdf, page) if text != MARK)


def test_a_row_is_never_split() -> None:
    texts = [f"Đầu {n} " + "cơ quan, đơn vị, địa phương " * 60 + f"Cuối {n}" for n in range(1, 13)]
    pages = pdf_pages(render_pdf(document(text_table(*texts))))
    assert len(pages) > 2
    begun = [re.findall(r"Đầu (\d+)", page) for page in pages]
    assert begun == [re.findall(r"Cuối (\d+)", page) for page in pages]
    assert sum(map(len, begun)) == 12


def test_one_family_of_letters_and_all_of_it_embedded() -> None:
    pages: Any = PdfReader(BytesIO(render_pdf(budget()))).pages
    faces = [face.get_object() for page in pages for face in page["/Resources"]["/Font"].values()]
    fonts = {face["/BaseFont"]: face["/DescendantFonts"][0]["/FontDescriptor"] for face in faces}
    assert len(fonts) > 2
    assert {re.sub(r"^/[A-Z]{6}\+|-.*", "", name) for name in fonts} <= {"Liberation", "Times"}
    assert all("/FontFile2" in descriptor or "/FontFile3" in descriptor for descriptor in fonts.values())


def test_metadata_come_from_the_document_and_not_from_the_clock() -> None:
    reader = PdfReader(BytesIO(render_pdf(budget())))
    about = reader.metadata
    assert about is not None
    assert (about.title, about.author) == (budget().title, "Ban Tổ chức Tỉnh ủy")
    assert about.creation_date is not None
    assert about.creation_date.date() == date(2024, 1, 15)
    root: Any = reader.trailer["/Root"]
    assert root["/Lang"] == "vi"


def test_same_document_same_bytes_in_another_process(project: Path) -> None:
    script = (
        "import hashlib, django; django.setup();"
        "from reports.renderers.pdf import render_pdf; from tests.reports.printed_samples import budget;"
        "print(hashlib.sha256(render_pdf(budget())).hexdigest())"
    )
    digests = {
        subprocess.run([sys.executable, "-c", script], cwd=project, capture_output=True, check=True).stdout  # noqa: S603
        for _ in range(2)
    }
    assert len(digests) == 1
    assert render_pdf(replace(budget(), mark="")) != render_pdf(budget())


@pytest.mark.parametrize(
    "address", ["file:///etc/hostname", "http://127.0.0.1:9/x.png", "ftp://127.0.0.1/x", "/etc/hostname"]
)
def test_fetcher_refuses_files_and_network(address: str) -> None:
    with pytest.raises(ValueError, match=r"disallowed protocol|Not an absolute URI"):
        CLOSED_FETCHER.fetch(address)


def test_fetcher_reads_data() -> None:
    assert CLOSED_FETCHER.fetch("data:text/plain,abc").read() == b"abc"


def test_even_live_markup_could_not_pull_a_file_in(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    secret = tmp_path / "secret.css"
    secret.write_text("p { content: 'SECRET' }")
    markup = f'<link rel="stylesheet" href="{secret.as_uri()}"><a rel="attachment" href="{secret.as_uri()}">x</a>'
    with caplog.at_level(logging.ERROR, "weasyprint"):
        content = HTML(string=markup, url_fetcher=CLOSED_FETCHER).write_pdf()
    assert len(caplog.records) == 2
    assert not PdfReader(BytesIO(content)).attachments
    assert issubclass(URLFetchingError, Exception)


def test_the_engine_understands_the_whole_stylesheet(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "weasyprint"):
        render_pdf(budget())
    assert caplog.messages == []


def test_markup_in_texts_is_printed_as_it_was_typed() -> None:
    hostile = '<img src="file:///etc/hostname"> & <b>đậm</b>'
    assert hostile in " ".join("\n".join(pdf_pages(render_pdf(document(text_table(hostile))))).split())


def _fail() -> None:
    assert not gc.isenabled()
    raise RuntimeError


@pytest.mark.parametrize("enabled", [True, False])
def test_collector_is_left_as_it_was(*, enabled: bool) -> None:
    before = gc.isenabled()
    try:
        (gc.enable if enabled else gc.disable)()
        with pytest.raises(RuntimeError), collector_paused():
            _fail()
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if before else gc.disable)()


def test_nothing_is_left_alone_at_the_edge_of_a_page() -> None:
    """A group's title stands with its first row, the total and the notes with the last one, wherever the page ends."""
    for units in range(24, 30):
        page = document(allocation_table(units), Note("Chỉ tiêu có thể thay đổi."))
        for text in pdf_pages(render_pdf(page)):
            assert "Khối Nhà nước" not in text or f"Trà Bồng {units + 1}" in text
            assert "TỔNG CỘNG" not in text or f"Trà Bồng {2 * units}" in text
            assert "Ghi chú:" not in text or "TỔNG CỘNG" in text
