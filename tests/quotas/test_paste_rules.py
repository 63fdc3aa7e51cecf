"""Reading a pasted block and judging its cells; finding rows by their names, certain or not at all."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quotas.rules.paste import Held, Kind, judge, judge_all, land_by_name, land_by_place, read_block
from quotas.rules.row_names import Known, NameBook, all_codes, decide, name_column

FORTY_BY_TWELVE = [[("1.960", "", "7")[(r + c) % 3] for c in range(12)] for r in range(40)]


@pytest.mark.parametrize(
    "end", ["", "\r\n", "\r\n\r\n", "\r\n" + "\t" * 11 + "\r\n"], ids=["none", "one", "two", "row of blanks"]
)
def test_forty_rows_by_twelve_columns_are_480_cells_whatever_excel_adds_at_the_end(end: str) -> None:
    block = read_block("\r\n".join("\t".join(row) for row in FORTY_BY_TWELVE) + end)
    assert block == FORTY_BY_TWELVE


@pytest.mark.parametrize(
    ("text", "block"),
    [
        ("", []),
        ("3", [["3"]]),
        ("\r\n\r\n\r\n", [[""], [""]]),
        ("3\t\r\n\t4\r\n", [["3", ""], ["", "4"]]),
        ("3\n4\r5", [["3"], ["4"], ["5"]]),
        ("1\t2\n3", [["1", "2"], ["3", ""]]),
        ("\u00a012\u00a0\t\u200b4", [["12", "4"]]),
        ('"Huyện ủy\nBình Sơn"\t"5"\r\n', [["Huyện ủy Bình Sơn", "5"]]),
        ('"nói ""thôi"""\t1', [['nói "thôi"', "1"]]),
        ('"3\t4\n5\t6', [['"3', "4"], ["5", "6"]]),
        ("7\0\t8", [["7", "8"]]),
    ],
)
def test_a_block_is_read_as_excel_writes_it(text: str, block: list[list[str]]) -> None:
    assert read_block(text) == block


@given(st.text(alphabet='12.,"\t\r\n ỷ\u00a0\0', max_size=60))
def test_any_text_gives_a_rectangle(text: str) -> None:
    widths = {len(row) for row in read_block(text)}
    assert len(widths) <= 1
    assert 0 not in widths


def test_a_very_long_field_is_read() -> None:
    assert read_block("9" * 300_000 + "\t1") == [["9" * 300_000, "1"]]


@pytest.mark.parametrize(
    ("typed", "held", "kind", "number"),
    [
        ("1.960", Held(), Kind.NEW, 1960),
        ("1.960", Held(1960), Kind.SAME, 1960),
        ("04", Held(5), Kind.OVERWRITTEN, 4),
        ("0", Held(), Kind.NEW, 0),
        ("4", Held(no_need=True), Kind.OVERWRITTEN, 4),
        ("", Held(5), Kind.BLANK, None),
        ("1,5", Held(5), Kind.REFUSED, None),
        ("mười", Held(), Kind.REFUSED, None),
        ("1,960", Held(), Kind.AMBIGUOUS, None),
    ],
)
def test_a_cell_is_judged(typed: str, held: Held, kind: Kind, number: int | None) -> None:
    found, value, reason = judge(typed, held)
    assert (found, value) == (kind, number)
    assert bool(reason) == (kind in {Kind.REFUSED, Kind.AMBIGUOUS})
    assert not reason or f"«{typed}»" in reason


def test_a_locked_row_takes_its_line_and_no_number() -> None:
    landed = land_by_place([["1"], ["2"], [""], ["4"]], height=4, width=1)
    kinds = [one.kind for one in judge_all(landed.cells, {}, locked={1, 2})]
    assert kinds == [Kind.NEW, Kind.LOCKED, Kind.BLANK, Kind.NEW]


def test_a_block_larger_than_the_grid_is_cut_and_its_numbers_counted() -> None:
    landed = land_by_place([["1", "2", "3"], ["4", "", ""], ["5", "6", ""]], height=2, width=2)
    assert [(cell.place, cell.offset, cell.typed) for cell in landed.cells] == [
        (0, 0, "1"),
        (0, 1, "2"),
        (1, 0, "4"),
        (1, 1, ""),
    ]
    assert landed.outside == 3


def test_lines_go_where_their_names_are_and_those_that_wait_go_nowhere() -> None:
    block = [["1", "B", "5", "6"], ["2", "?", "7", "8"], ["3", "A", "9", ""]]
    landed = land_by_name(block, [1, None, 0], name_column=1, width=1)
    assert [(cell.line, cell.place, cell.typed) for cell in landed.cells] == [(0, 1, "5"), (2, 0, "9")]
    assert landed.outside == 1


def test_of_two_numbers_for_one_cell_the_second_is_refused() -> None:
    landed = land_by_name([["A", "5"], ["A", "6"]], [0, 0], name_column=0, width=1)
    first, second = judge_all(landed.cells, {}, set())
    assert (first.kind, second.kind) == (Kind.NEW, Kind.REFUSED)
    assert "đã có số ở một dòng trước" in second.reason


BINH_SON, SON_HA, SON_HAJ, FINANCE, HEALTH = range(1, 6)
BOOK = NameBook(
    [
        Known("Huyện ủy Bình Sơn", BINH_SON),
        Known("HUBS", BINH_SON, "tên viết tắt"),
        Known("Huyện ủy Sơn Hà", SON_HA),
        Known("Xã Sơn Hạ", SON_HAJ),
        Known("Sở Tài chính", FINANCE),
        Known("Sở Y tế", HEALTH),
    ],
    [
        Known("Sở Tài chính – Vật giá", FINANCE, "tên cũ «Sở Tài chính – Vật giá»"),
        Known("Sở Kế hoạch và Đầu tư", FINANCE, "kế thừa «Sở Kế hoạch và Đầu tư»"),
        Known("Sở Cũ", FINANCE, "kế thừa «Sở Cũ»"),
        Known("Sở Cũ", HEALTH, "kế thừa «Sở Cũ»"),
        Known("Sở Tài chính", HEALTH, "tên cũ «Sở Tài chính»"),
    ],
    [Known("huyen-uy-binh-son", BINH_SON, "mã"), Known("522", SON_HA, "mã"), Known("523", HEALTH, "mã")],
)


@pytest.mark.parametrize(
    ("typed", "row"),
    [
        ("Huyện ủy Bình Sơn", BINH_SON),
        ("HUYỆN UỶ  BÌNH-SƠN", BINH_SON),
        (unicodedata.normalize("NFD", "Huyện ủy Bình Sơn"), BINH_SON),
        ("huyen uy binh son", BINH_SON),
        ("hubs", BINH_SON),
        ("huyen-uy-binh-son", BINH_SON),
        ("522", SON_HA),
        ("Sở Tài chính Vật giá", FINANCE),
        ("Sở Kế hoạch và Đầu tư", FINANCE),
        ("Sở Tài chính", FINANCE),
    ],
)
def test_a_certain_name_finds_its_row(typed: str, row: int) -> None:
    assert BOOK.find(typed).row == row


@pytest.mark.parametrize(
    ("typed", "candidates"),
    [
        ("Huyện ủy Sơn Hạ", {SON_HA}),
        ("Sở Cũ", {FINANCE, HEALTH}),
        ("Huyện Bình Sơn", {BINH_SON}),
        ("Tổng cộng", set()),
        ("Sơn", set()),
        ("", set()),
    ],
)
def test_an_uncertain_name_finds_none_and_tells_what_it_may_be(typed: str, candidates: set[int]) -> None:
    match = BOOK.find(typed)
    assert match.row is None
    assert set(match.candidates or ()) == candidates


def test_a_name_without_marks_that_two_bear_is_not_decided() -> None:
    book = NameBook([Known("Ba Tơ", 1), Known("Ba Tô", 2)], codes=[Known("ba-to", 1, "mã")])
    assert book.find("Ba Tơ").row == 1
    assert book.find("ba to") == book.find("BA TO")
    assert set(book.find("ba to").candidates or ()) == {1, 2}


@pytest.mark.parametrize(
    ("block", "column"),
    [
        ([["Huyện ủy Bình Sơn", "5"]], 0),
        ([["1", "Huyện ủy Bình Sơn", "5"], ["", "Tổng cộng", "5"]], 1),
        ([["Huyện ủy Không Có", "5"]], 0),
        ([["mười", "5"]], None),
        ([["522", "5"], ["523", "6"]], None),
        ([["5"], ["6"]], None),
        ([["3 người", "5"]], None),
    ],
)
def test_the_column_of_names_is_found(block: list[list[str]], column: int | None) -> None:
    assert name_column(block, BOOK) == column


def test_digits_that_may_be_codes_are_asked_about() -> None:
    assert all_codes([["522", "5"], ["523", "6"]], BOOK)
    assert not all_codes([["522", "5"], ["522", "6"]], BOOK)
    assert not all_codes([["522", "5"], ["7", "6"]], BOOK)
    assert not all_codes([["522"]], BOOK)


def test_two_lines_for_one_row_wait_until_one_is_chosen() -> None:
    names = ["Sở Tài chính", "Sở Y tế", "Sở Kế hoạch và Đầu tư"]
    first, other, last = decide(names, BOOK, {})
    assert (first.row, other.row, last.row) == (None, HEALTH, None)
    assert "dòng 3" in first.reason
    first, _, last = decide(names, BOOK, {0: FINANCE})
    assert (first.row, last.row) == (FINANCE, None)
    first, _, last = decide(names, BOOK, {2: None})
    assert (first.row, last.row, last.chosen) == (FINANCE, None, True)
    first, _, last = decide(names, BOOK, {0: FINANCE, 2: FINANCE})
    assert (first.row, last.row) == (None, None)
