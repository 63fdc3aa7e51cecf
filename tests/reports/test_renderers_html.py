"""The page on the screen: safe under a strict policy, and a real table for those who cannot see it."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from reports.document import Align, Document, Heading, Note, Paragraph, Run
from reports.renderers.html import render_html, render_page
from tests.reports.printed_readers import read_html
from tests.reports.printed_samples import MARK, allocation_table, budget, document, text_table

HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(1)"> & "quoted" {{ 1 }} {% now "Y" %}'


@pytest.mark.parametrize("render", [render_html, render_page])
def test_no_text_becomes_markup(render: Callable[[Document], str]) -> None:
    table = replace(text_table(HOSTILE), name=HOSTILE, unit=HOSTILE)
    table = replace(table, columns=tuple(replace(column, title=HOSTILE, group=HOSTILE) for column in table.columns))
    page = replace(
        document(table, Heading(HOSTILE), Note(HOSTILE, label=HOSTILE), Paragraph.of(HOSTILE), mark=HOSTILE),
        title=HOSTILE,
        author=HOSTILE,
    )
    markup = render(page)
    tags = {element.tag for element in read_html(markup).elements}
    assert not tags & {"script", "img"}
    assert [element.text for element in read_html(markup).all("td", "th")].count(HOSTILE) == 4
    assert read_html(markup).all("caption")[0].text == HOSTILE


def test_fragment_obeys_a_policy_without_inline_code() -> None:
    for element in read_html(render_html(budget())).elements:
        assert element.tag not in {"style", "script", "link"}
        assert not [name for name in element.attrs if name == "style" or name.startswith("on")]


def test_page_pulls_nothing_in() -> None:
    page = read_html(render_page(budget()))
    assert not [e for e in page.elements if e.attrs.keys() & {"src", "href", "srcset", "data", "background"}]
    assert not re.search(r"url\(|@import", page.all("style")[0].text)


def test_stylesheet_has_no_localised_numbers() -> None:
    """A comma for a point, or dots between thousands, would void the rule."""
    style = read_html(render_page(document(allocation_table()))).all("style")[0].text
    assert not re.search(r"\d,\d", style)
    assert "size: 210mm 297mm" in style
    assert "margin: 20mm 15mm 20mm 30mm" in style


def test_head_says_what_each_column_is() -> None:
    page = read_html(render_html(document(allocation_table())))
    heads = [(e.text, e.attrs["scope"], e.attrs.get("colspan"), e.attrs.get("rowspan")) for e in page.all("th")]
    assert heads[:4] == [
        ("TT", "col", None, "2"),
        ("Cơ quan, đơn vị, địa phương", "col", None, "2"),
        ("Hệ tập trung", "colgroup", "2", None),
        ("Tổng cộng", "col", None, "2"),
    ]
    assert heads[5:7] == [
        ("Học viện CTQG Hồ Chí Minh", "col", None, None),
        ("Học viện Chính trị khu vực III", "col", None, None),
    ]
    assert len(page.all("colgroup")) == 5
    assert len(page.all("col")) == 6


def test_rows_and_groups_are_named() -> None:
    page = read_html(render_html(document(allocation_table(2))))
    named = [(e.text, e.attrs["scope"]) for e in page.all("th") if str(e.attrs["scope"]).startswith("row")]
    assert named == [
        ("Khối Đảng, đoàn thể", "rowgroup"),
        ("Huyện ủy Trà Bồng 1", "row"),
        ("Huyện ủy Trà Bồng 2", "row"),
        ("Khối Nhà nước", "rowgroup"),
        ("Huyện ủy Trà Bồng 3", "row"),
        ("Huyện ủy Trà Bồng 4", "row"),
        ("TỔNG CỘNG", "row"),
    ]
    assert len(page.all("tbody")) == 3


def test_column_numbers_stand_under_the_heads() -> None:
    page = read_html(render_html(document(allocation_table())))
    numbers = next(e for e in page.all("tr") if e.attrs.get("class") == "doc-numbers")
    assert numbers.text.split() == ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)"]


def test_title_block_and_order_of_blocks() -> None:
    page = read_html(render_html(budget()))
    assert page.all("hgroup")[0].text.split("\n")[1].strip() == "PHỤ LỤC 1"
    assert page.all("h2")[0].text == budget().title
    assert [e.tag for e in page.all("hgroup", "table", "h3")] == ["hgroup", "table", "h3", "table"]
    assert len(read_html(render_page(budget())).all("h1")) == 1


def test_warning_is_shown_only_where_it_applies() -> None:
    marks = [e.text for e in read_html(render_html(budget())).all("p") if e.attrs.get("class") == "doc-mark"]
    assert marks == [MARK]
    assert "doc-mark" not in render_html(document(allocation_table()))


def test_runs_join_without_gaps() -> None:
    runs = (Run("Kinh phí", bold=True), Run(": "), Run("36 tỷ", italic=True), Run("."))
    page = read_html(render_html(document(Paragraph(runs, Align.LEFT, "a)"))))
    text = next(e for e in page.all("p") if "doc-text" in str(e.attrs.get("class")))
    assert text.text.strip() == "a) Kinh phí: 36 tỷ."
    assert (page.all("strong")[0].text, page.all("em")[0].text) == ("Kinh phí", "36 tỷ")
