"""The rows that are drawn look as WeasyPrint prints them; what cannot be drawn is left to it."""

from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from reports.document import Align, Cell, Column, Document, Kind, Row, RowKind, Table
from reports.renderers import pdf, pdf_rows
from reports.renderers.pdf import render_pdf
from tests.reports.printed_readers import pdf_pages
from tests.reports.printed_samples import MARK, allocation_table, crowded_table, document, text_table

POINTS = 0.05
"""How far a text may stand from its place: a fiftieth of a millimetre."""


def whole(page: Document, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """The document as WeasyPrint prints it alone."""
    with monkeypatch.context() as patch:
        patch.setattr(pdf_rows, "FEWEST_ROWS", 10**6)
        return render_pdf(page)


def texts(content: bytes) -> list[list[tuple[float, float, str]]]:
    """Of each page, its texts by their places."""
    found = []
    for page in PdfReader(BytesIO(content)).pages:
        placed: list[tuple[float, float, str]] = []

        def visit(
            text: str, matrix: list[float], own: list[float], *_: Any, placed: list[tuple[float, float, str]] = placed
        ) -> None:
            if text.strip():
                x, y = matrix[0] * own[4] + matrix[4], matrix[3] * own[5] + matrix[5]
                placed.append((y, x, " ".join(text.split())))

        page.extract_text(visitor_text=visit)
        found.append(sorted(placed))
    return found


def varied() -> Table:
    """Every alignment, wrapped and unwrapped texts, blank cells, spans, kerned pairs and odd blanks."""
    columns = (
        Column("tt", "TT", 5, align=Align.CENTER),
        Column("name", "Cơ quan,\nđơn vị", 30),
        Column("left", "Trái", 20, align=Align.LEFT),
        Column("right", "Phải", 20, align=Align.RIGHT),
        Column("day", "Ngày", 14, Kind.DATE),
        Column("money", "Tiền", 20, Kind.MONEY),
    )
    names = (
        "Tòa án nhân dân Tư Nghĩa – AV, WA, To 11/1",
        "Sở Lao động - Thương binh và Xã hội",
        "  hai  dấu\tcách\nxuống dòng",
        "một-từ-rất-dài/không-có-dấu-cách-nào-cả_và_còn_dài_hơn_nữa_đến_hết_cột",
        "<b>&amp;</b>",
        "",
    )
    rows = [
        Row.of(RowKind.DATA, n, names[n % 6], names[(n + 1) % 6], names[(n + 2) % 6][:20], "05/12/2024", n * 1_234_567)
        for n in range(60)
    ]
    rows.insert(30, Row.of(RowKind.GROUP, "I", Cell(names[1], span=3), None, None))
    rows.append(Row.of(RowKind.TOTAL, Cell("TỔNG CỘNG", span=5), 0))
    return Table("Bảng", columns, tuple(rows), unit="ĐVT: đồng")


@pytest.mark.parametrize("landscape", [False, True])
@pytest.mark.parametrize("table", [allocation_table(40), varied()], ids=["allocation", "varied"])
def test_every_text_stands_where_it_stood(table: Table, monkeypatch: pytest.MonkeyPatch, *, landscape: bool) -> None:
    page = document(text_table("trước"), table, text_table("sau"), mark=MARK, landscape=landscape)
    compare(render_pdf(page), whole(page, monkeypatch))


@pytest.mark.parametrize("sources", [8, 24], ids=["crowded", "overfull"])
def test_small_sums_and_broken_figures_stand_where_they_stood(sources: int, monkeypatch: pytest.MonkeyPatch) -> None:
    page = document(crowded_table(2, sources=sources))
    monkeypatch.setattr(pdf_rows, "FEWEST_ROWS", 1)
    content = render_pdf(page)
    compare(content, whole(page, monkeypatch))
    assert any("15.000.000" in text for *_, text in texts(content)[0]) == (sources == 8)


def compare(content: bytes, alone: bytes) -> None:
    """Both have the same texts at the same places, though not by the same way."""
    assert content != alone
    for ours, theirs in zip(texts(content), texts(alone), strict=True):
        assert [text for *_, text in ours] == [text for *_, text in theirs]
        assert all(
            abs(one[0] - other[0]) < POINTS and abs(one[1] - other[1]) < POINTS
            for one, other in zip(ours, theirs, strict=True)
        )


@pytest.mark.parametrize(
    "text", ["chữ \N{CJK UNIFIED IDEOGRAPH-6F22}", "\N{HEBREW LETTER ALEF}\N{HEBREW LETTER BET}", "dài " * 900]
)
def test_what_cannot_be_drawn_is_left_to_the_engine(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    page = document(text_table(*["thường"] * 60, text))
    assert render_pdf(page) == whole(page, monkeypatch)


def test_justified_columns_are_left_to_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    table = text_table(*["đều hai bên " * 9] * 60)
    columns = tuple(replace(column, align=Align.JUSTIFY) for column in table.columns)
    page = document(replace(table, columns=columns))
    assert render_pdf(page) == whole(page, monkeypatch)


def test_several_documents_share_the_fonts_of_one_file() -> None:
    first, second = document(allocation_table(30)), document(varied())
    together = pdf_pages(pdf.render_pdf_of_all([first, second]))
    assert [page for one in (first, second) for page in pdf_pages(render_pdf(one))] == together
