"""Word files: the same words and numbers, the profile's page, heads repeated, nothing that Word must repair."""

from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm

from reports.document import (
    Addressees,
    Block,
    Closing,
    Document,
    Heading,
    LetterHead,
    Note,
    Paragraph,
    Run,
    Table,
    printed,
)
from reports.profiles import HD05, HD36, ND30
from reports.renderers.docx import render_docx
from reports.renderers.docx_parts import twips
from reports.renderers.html import render_html, render_page
from reports.renderers.pdf import render_pdf
from reports.renderers.xlsx import render_xlsx
from tests.reports.printed_readers import pdf_pages
from tests.reports.printed_samples import MARK, allocation_table, budget, crowded_table, document, money_table

HEAD = LetterHead(
    bodies=("TỈNH ỦY QUẢNG NGÃI", "BAN TỔ CHỨC"),
    symbol="CV/BTCTU",
    place="Quảng Ngãi",
    year=2024,
    subject="V/v đôn đốc đăng ký",
)
CLOSING = Closing(("Như trên", "Lưu Ban Tổ chức"), "K/T TRƯỞNG BAN", "PHÓ TRƯỞNG BAN")


def letter(*blocks: Block, profile: str = "HD36") -> Document:
    return Document(
        title="Công văn",
        blocks=(HEAD, Addressees(("Huyện ủy Bình Sơn", "Huyện ủy Sơn Tịnh")), *blocks, CLOSING),
        file_stem="cong-van",
        created=date(2024, 1, 15),
        author="Ban Tổ chức Tỉnh ủy",
        profile=profile,
    )


def opened(source: Document) -> Any:
    return docx.Document(BytesIO(render_docx(source)))


def raw(table: Any) -> Any:
    """The table as it stands in the file: python-docx shows a merged cell many times."""
    return table._tbl  # noqa: SLF001


def xml(part: Any) -> str:
    return str(part._element.xml)  # noqa: SLF001


def rows_of(table: Any) -> list[list[str]]:
    """The words of each cell, one for each cell that is there: merged ones once."""
    return [["".join(t.text or "" for t in cell.iter(qn("w:t"))) for cell in row.tc_lst] for row in raw(table).tr_lst]


@pytest.mark.parametrize("table", [allocation_table(), money_table()], ids=["allocation", "money"])
def test_every_cell_is_there_as_printed(table: Table) -> None:
    (word,) = opened(document(table)).tables
    heads = 3 if table.has_groups else 2
    assert rows_of(word)[heads:] == [
        [printed(cell.value, table.columns[index].kind, row.kind) for index, cell in row.placed()] for row in table.rows
    ]


def test_wide_sums_are_smaller_and_cells_tighter() -> None:
    table = crowded_table()
    (word,) = opened(document(table)).tables
    sizes = [
        [int(size.get(qn("w:val"))) // 2 for size in row.iter(qn("w:sz"))]
        for row in raw(word).tr_lst[-len(table.rows) :]
    ]
    assert (sizes[0], sizes[-1]) == ([9] * 11, [9, *[8] * 8, 9])
    margin = raw(word).tblPr.find(qn("w:tblCellMar")).find(qn("w:left"))
    assert int(margin.get(qn("w:w"))) == twips(0.6)


def test_all_rows_are_as_wide_as_the_grid() -> None:
    (word,) = opened(document(allocation_table())).tables
    grid = [int(column.get(qn("w:w"))) for column in raw(word).tblGrid.gridCol_lst]
    for row in raw(word).tr_lst:
        assert sum(cell.grid_span for cell in row.tc_lst) == len(grid)
        widths = sum(int(cell.tcPr.find(qn("w:tcW")).get(qn("w:w"))) for cell in row.tc_lst)
        assert abs(widths - sum(grid)) <= len(grid)


def test_heads_are_repeated_and_no_row_is_split() -> None:
    (word,) = opened(document(allocation_table())).tables
    rows = raw(word).tr_lst
    assert all(row.trPr.find(qn("w:cantSplit")) is not None for row in rows)
    assert [row.trPr.find(qn("w:tblHeader")) is not None for row in rows[:4]] == [True, True, True, False]


def test_heads_over_two_rows_are_merged() -> None:
    (word,) = opened(document(allocation_table())).tables
    upper, lower = rows_of(word)[:2]
    assert upper == ["TT", "Cơ quan, đơn vị, địa phương", "Hệ tập trung", "Tổng cộng", "Ghi chú"]
    assert lower == ["", "", "Học viện CTQG Hồ Chí Minh", "Học viện Chính trị khu vực III", "", ""]
    merges = [cell.tcPr.find(qn("w:vMerge")) for row in raw(word).tr_lst[:2] for cell in row.tc_lst]
    kinds = ["" if merge is None else merge.get(qn("w:val")) for merge in merges]
    assert kinds == ["restart", "restart", "", "restart", "restart", *["continue"] * 2, "", "", *["continue"] * 2]


@pytest.mark.parametrize("landscape", [False, True])
def test_page_and_margins_are_the_profiles(*, landscape: bool) -> None:
    section = opened(document(allocation_table(), landscape=landscape)).sections[0]
    size = (297, 210) if landscape else (210, 297)
    measures = (section.page_width, section.page_height, section.left_margin, section.right_margin, section.top_margin)
    wanted = (*size, HD36.margins.left, HD36.margins.right, HD36.margins.top)
    assert [round(measure / Mm(1)) for measure in measures] == list(wanted)
    assert section.different_first_page_header_footer
    assert "PAGE" in xml(section.header)
    assert "PAGE" not in xml(section.first_page_header)


def test_every_page_carries_the_mark() -> None:
    section = opened(document(allocation_table(), mark=MARK)).sections[0]
    assert {footer.paragraphs[0].text for footer in (section.footer, section.first_page_footer)} == {MARK}


def test_text_keeps_its_form() -> None:
    runs = (Run("đậm ", bold=True), Run("nghiêng", italic=True))
    word = opened(document(Heading("Mục một", 2), Paragraph(runs, marker="a)"), Note("chú")))
    heading, text, note = word.paragraphs[-3:]
    assert (heading.style.name, heading.text) == ("Heading 2", "Mục một")
    assert [(run.text, bool(run.bold), bool(run.italic)) for run in text.runs] == [
        ("a) ", False, False),
        ("đậm ", True, False),
        ("nghiêng", False, True),
    ]
    assert note.text == "Ghi chú: chú"


def test_the_font_is_times_everywhere_and_the_language_vietnamese() -> None:
    word = opened(document(Heading("Mục"), allocation_table()))
    for name in ("Normal", "Heading 1", "Heading 4"):
        fonts = word.styles[name].element.rPr.rFonts
        assert {fonts.get(qn(f"w:{script}")) for script in ("ascii", "hAnsi", "cs", "eastAsia")} == {"Times New Roman"}
        assert not [key for key in fonts.attrib if "Theme" in key]
    assert word.styles["Normal"].element.rPr.find(qn("w:lang")).get(qn("w:val")) == "vi-VN"


def test_a_letter_has_its_head_and_its_end() -> None:
    word = opened(letter(Paragraph.of("Nội dung.")))
    head, end = word.tables
    left, right = (cell.text.splitlines() for cell in head.rows[0].cells)
    assert left == ["TỈNH ỦY QUẢNG NGÃI", "BAN TỔ CHỨC", "*", "Số …-CV/BTCTU", "V/v đôn đốc đăng ký"]
    assert right == ["ĐẢNG CỘNG SẢN VIỆT NAM", "Quảng Ngãi, ngày … tháng … năm 2024"]
    copies, signer = (cell.text.splitlines() for cell in end.rows[0].cells)
    assert copies == ["Nơi nhận:", "- Như trên,", "- Lưu Ban Tổ chức."]
    assert signer[:2] == ["K/T TRƯỞNG BAN", "PHÓ TRƯỞNG BAN"]
    last = next(p for p in word.paragraphs if p.text == "Nội dung.")
    assert last.paragraph_format.keep_with_next, "nobody signs a page without a word of the text"


def test_letters_in_every_format_say_the_same() -> None:
    source = letter(Paragraph.of("Nội dung."))
    words = ("BAN TỔ CHỨC", "ĐẢNG CỘNG SẢN VIỆT NAM", "Huyện ủy Sơn Tịnh", "PHÓ TRƯỞNG BAN", "Lưu Ban Tổ chức.")
    html, page, pdf = render_html(source), render_page(source), " ".join(pdf_pages(render_pdf(source)))
    sheet = ZipFile(BytesIO(render_xlsx(source))).read("xl/sharedStrings.xml").decode()
    for word in words:
        assert all(word in text for text in (html, page, pdf, sheet)), word


@pytest.mark.parametrize(
    ("profile", "number", "last"),
    [(HD36, "Số 12-CV/BTCTU", "- b."), (HD05, "Số 12-CV/BTCTU", "- b."), (ND30, "Số: 12/CV/BTCTU", "- b.")],
)
def test_profiles_write_numbers_dates_and_copies(profile: Any, number: str, last: str) -> None:
    assert profile.number_line("12", "CV/BTCTU") == number
    assert profile.recipient_lines(["a", "b"]) == ["- a," if profile is HD36 else "- a;", last]
    assert profile.place_and_date("Quảng Ngãi", date(2024, 3, 5), 2024) == "Quảng Ngãi, ngày 05 tháng 3 năm 2024"


def test_same_document_same_bytes_whatever_the_clock() -> None:
    source = replace(budget(), mark=MARK)
    archive = ZipFile(BytesIO(render_docx(source)))
    assert {entry.date_time for entry in archive.infolist()} == {(2024, 1, 15, 0, 0, 0)}
    assert render_docx(source) == render_docx(source)
    core = docx.Document(BytesIO(render_docx(source))).core_properties
    assert (core.title, core.author, core.modified.date()) == (source.title, source.author, date(2024, 1, 15))


@pytest.mark.parametrize("hostile", ["<w:t>&amp;", "a\x00b\x0bc", "\ud800x", "=1+1", "]]>", "x" * 3000])
def test_hostile_text_stays_text(hostile: str) -> None:
    table = replace(allocation_table(1), name=hostile)
    word = opened(document(table, Paragraph.of(hostile), Heading(hostile), Note(hostile)))
    shown = "".join(letter for letter in hostile if letter.isprintable() and not "\ud800" <= letter <= "\udfff")
    assert word.paragraphs[-3].text == shown


def test_no_picture_of_somebody_else_s_document_is_in_the_file() -> None:
    with ZipFile(BytesIO(render_docx(document(allocation_table())))) as archive:
        assert [name for name in archive.namelist() if name.endswith((".jpeg", ".png"))] == []
        assert b"thumbnail" not in archive.read("_rels/.rels")
