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
from reports.renderers.metrics import POINTS_PER_MM, line_count, line_width, longest_word
from tests.reports.printed_samples import allocation_table, document, money_table, text_table


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


@pytest.mark.parametrize("table", [allocation_table(20), money_table(), text_table("Một", "Hai " * 40)])
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
                assert measure(text, bold=bold) * layout.size / 1000 / POINTS_PER_MM < layout.widths[index]


def test_a_crowded_table_takes_smaller_letters() -> None:
    sizes = []
    for count in (3, 12, 24):
        columns = tuple(Column(str(n), f"Nguồn {n}", kind=Kind.MONEY) for n in range(count))
        table = Table("Bảng", columns, (Row.of(RowKind.DATA, *[36_511_988_780] * count),))
        sizes.append(lay_out(table, document(table)).size)
        assert sum(lay_out(table, document(table)).widths) == pytest.approx(text_width_mm(document(table)))
    assert all(earlier >= later for earlier, later in pairwise(sizes))
    assert (sizes[0], sizes[-1]) == (HD36.table_sizes[0][0], HD36.table_sizes[-1][0])


def test_free_room_goes_by_weight() -> None:
    columns = tuple(Column(key, key, weight) for key, weight in (("a", 10), ("b", 20), ("c", 30)))
    table = Table("Bảng", columns, (Row.of(RowKind.DATA, "x", "y", "z"),))
    a, b, c = lay_out(table, document(table)).widths
    assert [b / a, c / a] == pytest.approx([2, 3])


def test_column_weight_is_positive() -> None:
    with pytest.raises(ValueError, match="weight 0"):
        Column("a", "A", 0)
