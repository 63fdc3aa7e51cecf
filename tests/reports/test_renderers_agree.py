"""Screen, workbook and PDF show the numbers of the document, all of them and no others."""

import pytest

from reports.document import Cell, Column, Document, Kind, Row, RowKind, Table, TotalOf
from reports.renderers.html import render_html, render_page
from reports.renderers.pdf import render_pdf
from reports.renderers.xlsx import render_xlsx
from tests.reports.printed_readers import html_numbers, pdf_numbers, xlsx_numbers
from tests.reports.printed_samples import allocation_table, budget, document, money_table, numbers_of

DOCUMENTS = [document(allocation_table(30)), document(money_table(40), landscape=True), budget()]


@pytest.mark.parametrize("printed", DOCUMENTS)
def test_all_formats_show_the_same_numbers(printed: Document) -> None:
    expected = [number for table in printed.tables for number in numbers_of(table)]
    assert len(expected) > 10
    assert html_numbers(render_html(printed)) == expected
    assert html_numbers(render_page(printed)) == expected
    assert xlsx_numbers(render_xlsx(printed)) == expected
    dotted = [number for number in expected if number >= 1000]
    assert sorted(pdf_numbers(render_pdf(printed))) == sorted(dotted)


def test_a_zero_is_blank_in_a_line_and_printed_in_the_total() -> None:
    columns = (Column("tt", "TT"), Column("a", "Số lớp", kind=Kind.COUNT))
    total = Row.of(RowKind.TOTAL, "TỔNG CỘNG", Cell(0, TotalOf(rows=((1, 1),))))
    group = Row.of(RowKind.GROUP, "I", Cell(0, TotalOf(rows=((1, 1),))))
    page = document(Table("Bảng", columns, (group, Row.of(RowKind.DATA, 1, 0), total)))
    assert html_numbers(render_html(page)) == [0]
    assert xlsx_numbers(render_xlsx(page)) == [0]
