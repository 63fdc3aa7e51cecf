"""A `Document` that could be printed wrong cannot be made."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.document import Attachment, Cell, Column, Heading, Kind, Row, RowKind, Table, TotalOf, printed
from reports.profiles import HD05, HD36, ND30, roman
from tests.reports.printed_samples import ATTACHED, allocation_table, money_table

COLUMNS = (Column("a", "A", kind=Kind.COUNT), Column("b", "B", kind=Kind.COUNT), Column("c", "C", kind=Kind.COUNT))


def table(*rows: Row) -> Table:
    return Table("Bảng", COLUMNS, rows)


@pytest.mark.parametrize("value", [1.5, True, date(2024, 1, 1), 10**15, -(10**15)])
def test_cell_refuses_what_a_format_would_change(value: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        Cell(value)


def test_row_must_fill_the_columns() -> None:
    with pytest.raises(ValueError, match="2 columns instead of 3"):
        table(Row.of(RowKind.DATA, 1, 2))
    with pytest.raises(ValueError, match="4 columns instead of 3"):
        table(Row.of(RowKind.DATA, 1, 2, Cell(3, span=2)))
    assert table(Row.of(RowKind.TOTAL, Cell("TỔNG CỘNG", span=2), 3)).rows


def test_column_keys_are_there_once() -> None:
    with pytest.raises(ValueError, match="repeated"):
        Table("Bảng", (COLUMNS[0], COLUMNS[0]), ())
    with pytest.raises(ValueError, match="missing"):
        Table("Bảng", (), ())
    with pytest.raises(ValueError, match="no column 'x'"):
        Table("Bảng", COLUMNS, (), row_title="x")


@pytest.mark.parametrize(
    "total",
    [
        TotalOf(),
        TotalOf(rows=((0, 2),)),  # itself among them
        TotalOf(rows=((0, 3),)),  # past the end
        TotalOf(rows=((1, 0),)),
        TotalOf(rows=((-1, 0),)),
        TotalOf(columns=("a", "c")),  # itself
        TotalOf(columns=("x",)),
    ],
)
def test_total_must_name_other_cells(total: TotalOf) -> None:
    with pytest.raises(ValueError, match="cannot be the total"):
        table(Row.of(RowKind.DATA, 1, 2, 3), Row.of(RowKind.DATA, 1, 2, 3), Row.of(RowKind.TOTAL, 2, 4, Cell(6, total)))


def test_both_directions_must_agree() -> None:
    lines = (Row.of(RowKind.DATA, 1, 2, 3), Row.of(RowKind.DATA, 1, 2, 4))
    both = TotalOf(rows=((0, 1),), columns=("a", "b"))
    with pytest.raises(ValueError, match="7 stored, its parts make 6"):
        table(*lines, Row.of(RowKind.TOTAL, 2, 4, Cell(7, both)))
    with pytest.raises(ValueError, match="6 stored, its parts make 7"):
        table(*lines, Row.of(RowKind.TOTAL, 2, 4, Cell(6, both)))


def test_text_and_blank_count_as_nothing() -> None:
    down = TotalOf(rows=((0, 2),))
    lines = (Row.of(RowKind.DATA, 5, "–", None), Row.of(RowKind.DATA, 5, 1, None), Row.of(RowKind.DATA, None, 1, None))
    assert table(*lines, Row.of(RowKind.TOTAL, Cell(10, down), Cell(2, down), Cell(None, down))).rows


@given(st.lists(st.tuples(*[st.integers(-(10**9), 10**12)] * 2), min_size=1, max_size=20), st.integers(-3, 3))
def test_a_stored_total_is_its_sum_or_is_refused(pairs: list[tuple[int, int]], slip: int) -> None:
    across, down = TotalOf(columns=("a", "b")), TotalOf(rows=((0, len(pairs) - 1),))
    lines = [Row.of(RowKind.DATA, a, b, Cell(a + b, across)) for a, b in pairs]
    left, right = (sum(column) for column in zip(*pairs, strict=True))
    both = replace(across, rows=down.rows)
    total = Row.of(RowKind.TOTAL, Cell(left, down), Cell(right, down), Cell(left + right + slip, both))
    if slip:
        with pytest.raises(ValueError, match="its parts make"):
            table(*lines, total)
    else:
        assert table(*lines, total).rows[-1] == total


def test_the_samples_have_sums_in_both_directions() -> None:
    totals = [cell.total_of for row in allocation_table().rows + money_table().rows for cell in row.cells]
    assert any(total and total.rows and total.columns for total in totals)


@pytest.mark.parametrize(
    ("value", "kind", "row", "text"),
    [
        (1960, Kind.COUNT, RowKind.DATA, "1.960"),
        (36_511_988_780, Kind.MONEY, RowKind.TOTAL, "36.511.988.780"),
        (-2000, Kind.MONEY, RowKind.DATA, "-2.000"),
        (0, Kind.COUNT, RowKind.DATA, ""),
        (0, Kind.COUNT, RowKind.GROUP, ""),
        (0, Kind.MONEY, RowKind.TOTAL, "0"),
        (None, Kind.COUNT, RowKind.TOTAL, ""),
        ("–", Kind.COUNT, RowKind.DATA, "–"),
        (1984, Kind.TEXT, RowKind.DATA, "1984"),
        (0, Kind.TEXT, RowKind.DATA, "0"),
    ],
)
def test_numbers_as_on_paper(value: str | int | None, kind: Kind, row: RowKind, text: str) -> None:
    assert printed(value, kind, row) == text


def test_head_groups_join_neighbours_only() -> None:
    columns = [Column(str(n), str(n), group=group) for n, group in enumerate(("", "x", "x", "y", "", "y"))]
    groups = list(Table("Bảng", tuple(columns), ()).head_groups())
    assert groups == [("", 0, 1), ("x", 1, 2), ("y", 3, 1), ("", 4, 1), ("y", 5, 1)]


@pytest.mark.parametrize("level", [0, 5])
def test_heading_levels(level: int) -> None:
    with pytest.raises(ValueError, match="heading level"):
        Heading("Mục", level)


def test_attached_line_of_each_profile() -> None:
    issued = replace(ATTACHED, number="12", dated=date(2024, 2, 5))
    state = Attachment(
        symbol="QĐ-UBND", issuer="Ủy ban nhân dân tỉnh", kind="Quyết định", number="12", dated=date(2024, 3, 5)
    )
    assert HD36.attached_line(ATTACHED) == "(Kèm theo Kế hoạch số …-KH/TU, ngày … của Ban Thường vụ Tỉnh ủy)"
    assert HD05.attached_line(issued) == "(Kèm theo Kế hoạch số 12-KH/TU, ngày 05/02/2024 của Ban Thường vụ Tỉnh ủy)"
    assert ND30.attached_line(state) == (
        "(Kèm theo Quyết định số 12/QĐ-UBND ngày 05 tháng 3 năm 2024 của Ủy ban nhân dân tỉnh)"
    )
    assert "tháng 02 năm 2024" in ND30.attached_line(issued)


def test_label_and_title_of_each_profile() -> None:
    assert (HD36.appendix_label(8), ND30.appendix_label(8)) == ("PHỤ LỤC 8", "Phụ lục VIII")
    assert (HD36.appendix_title("Mức chi"), ND30.appendix_title("Mức chi")) == ("Mức chi", "MỨC CHI")


@pytest.mark.parametrize(("number", "numeral"), [(1, "I"), (4, "IV"), (9, "IX"), (14, "XIV"), (2024, "MMXXIV")])
def test_roman(number: int, numeral: str) -> None:
    assert roman(number) == numeral
    with pytest.raises(ValueError, match="no Roman numeral"):
        roman(number - number)
