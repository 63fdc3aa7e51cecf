"""Charts: where bars and texts stand, and the sentences above them."""

from collections.abc import Sequence
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from reports.charts import LONGEST_LINE, Drawing, Item, Kind, Part, percent, side_by_side, stacked, wrap
from reports.dashboard import Dashboard, Figures, ProgrammeFigures, QuotaFigures, Way
from reports.figures import Chart, contested_title, lower, places_title, times
from reports.tables import Cell, Row, Table, count, money

MONEY = 36_511_988_780
SVG = "{http://www.w3.org/2000/svg}"


def hundredths(share: str) -> int:
    return int(share.removesuffix("%").replace(".", ""))


@pytest.mark.parametrize(
    ("part", "whole", "room", "share"),
    [
        (1, 3, 100, "33.33%"),
        (3, 3, 100, "100.00%"),
        (5, 3, 100, "100.00%"),
        (-5, 3, 100, "0.00%"),
        (1, 0, 100, "0.00%"),
        (1, 2, 80, "40.00%"),
        (MONEY, MONEY, 100, "100.00%"),
        (MONEY - 1, MONEY, 100, "99.99%"),
    ],
)
def test_a_part_as_a_share_of_the_width(part: int, whole: int, room: int, share: str) -> None:
    assert percent(part, whole, room) == share


def item(*values: int, label: str = "Chương trình") -> Item:
    return Item(label, tuple(Part(Kind.PLAIN, value) for value in values))


@given(st.lists(st.lists(st.integers(0, 10**15), min_size=1, max_size=4), max_size=5))
def test_stacked_bars_stand_end_to_end_within_the_width(rows: list[list[int]]) -> None:
    drawing = stacked([item(*values) for values in rows])
    by_line: dict[int, int] = {}
    for bar in drawing.bars:
        assert hundredths(bar.x) >= by_line.get(bar.y, 0)
        by_line[bar.y] = hundredths(bar.x) + hundredths(bar.width)
        assert by_line[bar.y] <= 10_000


@given(st.lists(st.lists(st.integers(0, 10**15), min_size=1, max_size=4), min_size=1, max_size=5))
def test_bars_on_one_scale_keep_their_order_and_leave_room_for_values(rows: list[list[int]]) -> None:
    drawing = side_by_side([item(*values) for values in rows], room=80)
    values = [value for row in rows for value in row]
    widths = [hundredths(bar.width) for bar in drawing.bars]
    assert max(widths) == (8_000 if max(values) else 0)
    ordered = [width for _, width in sorted(zip(values, widths, strict=True))]
    assert ordered == sorted(ordered)


@given(st.lists(st.lists(st.integers(0, 10**15), min_size=1, max_size=4), max_size=5))
def test_nothing_overlaps_and_all_is_inside_the_drawing(rows: list[list[int]]) -> None:
    drawing = side_by_side([item(*values) for values in rows])
    ends = 0
    for bar in drawing.bars:
        assert bar.y >= ends
        ends = bar.y + bar.height
    assert ends <= drawing.height
    assert all(text.y <= drawing.height for text in (*drawing.labels, *drawing.values, *drawing.notes))


@given(st.text(max_size=200))
def test_a_label_takes_two_lines_at_the_most(label: str) -> None:
    lines = wrap(label)
    assert len(lines) <= 2
    assert all(len(line) <= LONGEST_LINE for line in lines)


def test_a_label_breaks_between_words_and_says_when_it_is_cut() -> None:
    assert wrap("một hai ba", 7) == ["một hai", "ba"]
    assert wrap("một hai ba bốn năm", 7) == ["một hai", "ba bốn…"]
    assert wrap("") == [""]


def drawn(drawing: Drawing) -> ET.Element:
    table = Table("Bảng", ("Tên", "Số"), (Row((Cell("A & B"), count(2))), Row((Cell("C"), count(0)))))
    chart = Chart("thu", "Câu <hỏi>", "Tóm tắt.", drawing, (), table)
    return ET.fromstring(render_to_string("reports/charts/bars.svg", {"chart": chart, "drawing": drawing}).strip())  # noqa: S314 - our own


def test_the_svg_is_well_formed_named_and_without_styles() -> None:
    svg = drawn(side_by_side([item(3, 2, label="<i>&")] * 60, mark=1))
    assert svg.get("role") == "img"
    names = [
        element.text for key in str(svg.get("aria-labelledby")).split() for element in svg if element.get("id") == key
    ]
    assert names == ["Câu <hỏi>", "Tóm tắt. A & B: số 2. C: không có."]
    assert not [element for element in svg.iter() if "style" in element.attrib]
    assert next(element.text for element in svg.iter(f"{SVG}text")) == "<i>&"


def test_the_svg_writes_its_numbers_without_a_thousands_dot() -> None:
    svg = drawn(side_by_side([item(3, 2)] * 60))
    assert int(str(svg.get("height"))) > 1000
    assert all(str(bar.get("y")).isdigit() and "." not in str(bar.get("y")) for bar in svg.iter(f"{SVG}rect"))


def quota(
    given: int | None, registered: int, left: int | None, way: Way = Way.ALLOCATION, name: str = "A"
) -> QuotaFigures:
    return QuotaFigures(1, f"Chỉ tiêu {name}", name, way, 1, Figures(given, registered, 0, 0, left))


def board(**quotas: Sequence[QuotaFigures]) -> Dashboard:
    programmes = tuple(ProgrammeFigures("1", name, name.replace("_", " "), tuple(own)) for name, own in quotas.items())
    return Dashboard(own=False, programmes=programmes, groups=(), progress=None, budget=None, illustrative=False)


def title(made: Dashboard) -> str:
    return places_title(made, [one for one in made.programmes if one.figures.left is not None])


def test_the_title_says_what_is_left_and_where() -> None:
    assert title(board(Cao_cấp=[quota(113, 0, 12)], Đại_học=[quota(6, 0, 0)])) == "Còn 12 chỉ tiêu cao cấp chưa phân bổ"
    both = board(Cao_cấp=[quota(113, 0, 12)], Đại_học=[quota(6, 0, 3)])
    assert title(both) == "Còn 15 chỉ tiêu chưa phân bổ, nhiều nhất là cao cấp (12)"


def test_the_title_says_when_all_is_given_and_who_is_still_to_be_named() -> None:
    done = board(Cao_cấp=[quota(1960, 0, 0)])
    assert title(done) == "Đã phân bổ hết 1.960 chỉ tiêu theo phụ lục"
    waiting = board(Cao_cấp=[quota(113, 0, 0)], Đại_học=[quota(6, 0, 2, Way.ROSTER)])
    assert title(waiting) == (
        "Đã phân bổ hết 113 chỉ tiêu theo phụ lục; còn 2 chỉ tiêu đại học chưa có người trong danh sách"
    )


def test_the_title_says_first_what_is_over_the_quota() -> None:
    assert title(board(Cao_cấp=[quota(113, 0, -2, name="HVCT"), quota(6, 0, 3)])) == "Vượt 2 chỉ tiêu «HVCT»"


@pytest.mark.parametrize(
    ("given", "registered", "words"),
    [(60, 138, "2,3"), (100, 205, "2,1"), (100, 204, "2"), (3, 1, "0,3"), (1, 1960, "1.960")],
)
def test_people_for_a_place(given: int, registered: int, words: str) -> None:
    assert times(quota(given, registered, None)) == words


@pytest.mark.parametrize(
    ("quotas", "words"),
    [
        ([quota(60, 138, None)], "Đăng ký gấp 2,3 lần chỉ tiêu ở «A»"),
        ([quota(100, 104, None)], "Đăng ký vượt 4 người ở chỉ tiêu «A»"),
        ([quota(100, 100, None)], "Chưa chỉ tiêu nào có số đăng ký vượt số giao"),
        ([], "Chưa có đơn vị nào đăng ký"),
    ],
)
def test_the_title_of_the_contested(quotas: list[QuotaFigures], words: str) -> None:
    assert contested_title(quotas) == words


def test_quotas_without_places_are_not_contested() -> None:
    made = board(A=[quota(None, 9, None), quota(0, 9, 0), replace(quota(5, 9, 0), quota_id=7)])
    assert [one.quota_id for one in made.contested] == [7]


def test_numbers_of_tables() -> None:
    assert [count(None), count(0, "/x"), count(1960, "/x")] == [Cell("–"), Cell(""), Cell("1.960", "/x")]
    assert [money(0, "/x"), money(MONEY)] == [Cell(""), Cell("36.511.988.780")]


def test_a_name_inside_a_sentence() -> None:
    assert [lower(name) for name in ("Cao cấp", "UBND tỉnh", "Đại học", "")] == ["cao cấp", "UBND tỉnh", "đại học", ""]
