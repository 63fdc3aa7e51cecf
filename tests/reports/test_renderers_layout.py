"""Columns and heights are reckoned from widths that the real font has."""

import unicodedata
from itertools import pairwise

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from reports.document import Column, Kind, Row, RowKind, Table, printed
from reports.profiles import HD36
from reports.renderers.fonts import VIETNAMESE_LETTERS, document_fonts
from reports.renderers.layout import lay_out, text_width_mm
from reports.renderers.metrics import POINTS_PER_MM, line_count, line_width, longest_word, narrowest
from tests.reports.printed_samples import allocation_table, crowded_table, document, money_table, text_table

HEAD_LINES = HD36.table_steps[0].head_lines


@pytest.mark.parametrize(("face", "bold"), [(0, False), (1, True)])
def test_widths_are_those_of_the_font(face: int, *, bold: bool) -> None:
    font = TTFont(document_fonts()[face].file)
    glyphs, widths, unit = font.getBestCmap(), font["hmtx"], font["head"].unitsPerEm
    for letter in sorted(VIETNAMESE_LETTERS) + [chr(code) for code in range(32, 127)] + list("–…"):
        real = widths[glyphs[ord(letter)]][0] * 1000 / unit
        assert abs(line_width(letter, bold=bold) - real) <= 1, letter


def test_decomposed_letters_are_as_wide_as_composed_ones() -> None:
    text = "Nguyễn Thị Phượng"
    assert line_width(unicodedata.normalize("NFD", text), bold=False) <= line_width(text, bold=False)


@given(st.text(alphabet="abc đ \n", max_size=60), st.floats(5, 200))
def test_line_count_is_between_its_bounds(text: str, width: float) -> None:
    lines = line_count(text, width, 12)
    assert lines >= text.count("\n") + 1
    letters = max(line_width("".join(line.split()), bold=False) for line in text.split("\n"))
    assert lines >= letters * 12 / 1000 / width
    assert line_count(text, width * 2, 12) <= lines


def test_long_word_is_broken_over_lines() -> None:
    assert line_count("w" * 30, 722 * 12 / 1000 * 10.5, 12) == 3


@pytest.mark.parametrize(
    "table", [allocation_table(20), money_table(), text_table("Một", "Hai " * 40), crowded_table()]
)
@pytest.mark.parametrize("landscape", [False, True])
def test_every_word_and_number_fits_its_column(table: Table, *, landscape: bool) -> None:
    page = document(table, landscape=landscape)
    layout = lay_out(table, page)
    assert sum(layout.widths) == pytest.approx(text_width_mm(page))
    for row in table.rows:
        for index, cell in row.placed():
            column = table.columns[index]
            text = printed(cell.value, column.kind, row.kind)
            bold = row.kind is not RowKind.DATA
            measure = line_width if column.kind is not Kind.TEXT else longest_word
            if cell.span == 1:
                size = layout.size_in(column, row.kind)
                room = layout.widths[index] - 2 * layout.padding_mm
                assert measure(text, bold=bold) * size / 1000 / POINTS_PER_MM < room


def test_a_crowded_table_takes_smaller_letters() -> None:
    sizes = []
    for count in (3, 12, 24):
        columns = tuple(Column(str(n), f"Nguồn {n}", kind=Kind.MONEY) for n in range(count))
        table = Table("Bảng", columns, (Row.of(RowKind.DATA, *[36_511_988_780] * count),))
        sizes.append(lay_out(table, document(table)).size)
        assert sum(lay_out(table, document(table)).widths) == pytest.approx(text_width_mm(document(table)))
    assert all(earlier >= later for earlier, later in pairwise(sizes))
    assert (sizes[0], sizes[-1]) == (HD36.table_steps[0].size, HD36.table_steps[-1].size)


def lines_of(text: str, table: Table, column: int) -> int:
    """How many lines a text takes in a column of the table."""
    layout = lay_out(table, document(table))
    room = (layout.widths[column] - 2 * layout.padding_mm) * POINTS_PER_MM
    return line_count(text, room, layout.size, bold=False)


def test_wide_sums_leave_the_names_their_room() -> None:
    table = crowded_table(largest=15_000_000)
    layout = lay_out(table, document(table))
    assert (layout.size, layout.sums < layout.size, layout.overfull) == (9, True, False)
    assert lines_of(str(table.rows[0].cells[1].value), table, 1) == 2
    assert layout.sums >= 7


def test_names_take_two_lines_where_there_is_room() -> None:
    long = "Ban Quản lý Khu kinh tế Dung Quất và các Khu công nghiệp Quảng Ngãi"
    rows = tuple(Row.of(RowKind.DATA, n, long if n == 20 else "Sở Y tế", 1, "") for n in range(1, 21))
    columns = (
        Column("tt", "TT"),
        Column("unit", "Đơn vị"),
        Column("a", "Hệ không tập trung (tại Trường Chính trị tỉnh)", 30, Kind.COUNT),
        Column("note", "Ghi chú", 30),
    )
    table = Table("Bảng", columns, rows)
    assert lines_of(long, table, 1) == 2
    assert lines_of(columns[2].title, table, 2) <= HEAD_LINES


def test_the_head_of_a_group_has_its_room() -> None:
    title = "Bồi dưỡng kiến thức quốc phòng và an ninh cho cán bộ lãnh đạo, quản lý cấp phòng và tương đương"
    columns = (Column("unit", "Đơn vị"), *(Column(key, key, 1, Kind.COUNT, group=title) for key in "ab"))
    table = Table("Bảng", columns, (Row.of(RowKind.DATA, "Sở Y tế", 1, 2),))
    layout = lay_out(table, document(table))
    room = (sum(layout.widths[1:]) - 2 * layout.padding_mm) * POINTS_PER_MM
    assert line_count(title, room, layout.size, bold=True) <= HEAD_LINES


def test_long_heads_break_before_the_names_beside_them() -> None:
    title = "Bồi dưỡng kiến thức quốc phòng và an ninh cho cán bộ, công chức, viên chức " * 2
    columns = (Column("unit", "Đơn vị"), *(Column(str(n), title, 10, Kind.COUNT) for n in range(6)))
    table = Table("Bảng", columns, (Row.of(RowKind.DATA, "Sở Lao động - Thương binh và Xã hội", *range(1, 7)),))
    assert lay_out(table, document(table)).size >= 8
    assert lines_of(str(table.rows[0].cells[0].value), table, 0) <= 3


def test_figures_may_break_only_where_no_size_is_small_enough() -> None:
    for sources, overfull in ((16, False), (60, True)):
        table = crowded_table(sources=sources)
        assert lay_out(table, document(table)).overfull == overfull


@given(st.text(alphabet="abc đ\n", max_size=60), st.integers(1, 5))
def test_the_narrowest_width_is_just_enough(text: str, lines: int) -> None:
    width, least = narrowest(text, lines, bold=True), text.count("\n") + 1
    assert line_count(text, max(width, 1), 1000, bold=True) <= max(lines, least)


def test_free_room_goes_by_weight() -> None:
    columns = tuple(Column(key, key, weight) for key, weight in (("a", 10), ("b", 20), ("c", 30)))
    table = Table("Bảng", columns, (Row.of(RowKind.DATA, "x", "y", "z"),))
    a, b, c = lay_out(table, document(table)).widths
    assert [b / a, c / a] == pytest.approx([2, 3])


def test_column_weight_is_positive() -> None:
    with pytest.raises(ValueError, match="weight 0"):
        Column("a", "A", 0)
