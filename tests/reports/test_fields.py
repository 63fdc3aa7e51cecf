"""Bound fields: reading them, printing them, and refusing what is none."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports.fields import Fault, Field, Figures, Kind, QuotaFigure, load_figures, parse, render
from trainingplan.models import Plan


def quota(key: str, number: int | None, *, programme: str = "cao-cap", classes: int | None = None) -> QuotaFigure:
    return QuotaFigure(
        id=abs(hash((programme, key))),
        key=key,
        name=key,
        programme=programme,
        number=number,
        qualifier="expected",
        counting_word="chỉ tiêu",
        classes=classes,
        appendix=1,
        column=None,
    )


FIGURES = Figures(
    year=2024,
    quotas=(quota("a", 5), quota("b", 45), quota("c", 1960, programme="xa", classes=1), quota("d", None)),
    programmes={"cao-cap": "Cao cấp", "xa": "Cấp xã", "trong": "Trống"},
    appendices=frozenset({1, 8}),
    budget=36_511_988_780,
)


@pytest.mark.parametrize(
    ("written", "printed", "number"),
    [
        ("{quota:a}", "05", 5),
        ("{quota:cao-cap/b}", "45", 45),
        ("{quota:c}", "1.960", 1960),
        ("{sum:a+b}", "50", 50),
        ("{sum:a+b+c}", "2.010", 2010),
        ("{programme:cao-cap}", "50", 50),
        ("{classes:c}", "01", 1),
        ("{appendix:8}", "8", 8),
        ("{budget}", "36.511.988.780", 36_511_988_780),
        ("{year}", "2024", 2024),
        ("{fixed:05 năm, 10 năm}", "05 năm, 10 năm", None),
    ],
)
def test_each_field_prints_its_figure(written: str, printed: str, number: int | None) -> None:
    result = render(f"trước {written} sau", FIGURES)
    assert result.text == f"trước {printed} sau"
    assert result.pieces[1].number == number
    assert not result.faults


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("{quota:khong-co}", "không có chỉ tiêu nào"),
        ("{quota:d}", "chưa nêu số lượng"),
        ("{sum:a+khong-co}", "không có chỉ tiêu nào"),
        ("{sum:a+}", "không có chỉ tiêu nào"),
        ("{programme:khong-co}", "không có chương trình nào"),
        ("{programme:trong}", "chưa có chỉ tiêu nào nêu số lượng"),
        ("{classes:a}", "chưa nêu số lớp"),
        ("{appendix:9}", "không có phụ lục"),
        ("{appendix:01}", "không có phụ lục"),
        ("{appendix:một}", "không có phụ lục"),
        ("{qouta:a}", "không có loại trường"),
        ("{Quota:a}", "không có loại trường"),
        ("{ quota:a}", "không có loại trường"),
        ("{quota}", "còn thiếu"),
        ("{fixed:}", "còn thiếu"),
        ("{year:2025}", "không có phần sau"),
        ("{}", "không có loại trường"),
        ("{quota.__class__}", "không có loại trường"),
        ("{{quota:a}", "đứng lẻ"),
        ("chỉ một {", "đứng lẻ"),
        ("chỉ một }", "đứng lẻ"),
    ],
)
def test_what_has_no_figure_is_reported_and_not_printed(written: str, reason: str) -> None:
    result = render(f"trước {written}", FIGURES)
    assert "[?]" in result.text
    assert any(reason in fault.message for fault in result.faults)
    assert "khong-co" not in result.text


def test_a_key_in_two_programmes_must_say_of_which() -> None:
    twice = Figures(2024, (quota("a", 5), quota("a", 6, programme="xa")), {"cao-cap": "", "xa": ""}, frozenset(), 0)
    assert "chương trình/chỉ tiêu" in render("{quota:a}", twice).faults[0].message
    assert render("{quota:xa/a}", twice).text == "06"


def test_parsing_keeps_every_character_in_order() -> None:
    assert list(parse("a {year} b {fixed:4.0}{x}")) == [
        "a ",
        Field(Kind.YEAR),
        " b ",
        Field(Kind.FIXED, "4.0"),
        Fault("{x}", "không có loại trường «x»."),
    ]


def test_a_field_is_written_as_it_was_read() -> None:
    written = "{quota:a}{sum:a+b}{budget}{fixed:x}"
    assert "".join(map(str, parse(written))) == written


def test_the_figures_of_the_plan(plan_2024: Plan) -> None:
    figures = load_figures(plan_2024)
    assert figures.budget == 36_511_988_780
    assert render("{programme:cao-cap-ly-luan-chinh-tri}", figures).text == "113"
    assert render("{programme:quoc-phong-an-ninh}", figures).text == "986"
    assert sum(item.number or 0 for item in figures.quotas) == 8_572
    assert figures.appendices == frozenset(range(1, 9))


def test_figures_take_four_queries(plan_2024: Plan) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        load_figures(plan_2024)
    assert len(queries) == 4
