"""Heads of two levels, groups in groups, sums; and how like two names are."""

import pytest

from quotas.rules.likeness import likeness, most_like
from quotas.rules.row_names import Known, NameBook
from quotas.rules.tables import Kind, find_head, match_columns, read_lines, wrong_across, wrong_sums

HEADS = (
    ("BẢNG PHÂN BỔ", None, None, None, None, None),
    ("TT", "Cơ quan, đơn vị, địa phương", "Hệ tập trung", None, "Không tập trung", "Tổng cộng"),
    (None, None, "HV HCM", "HV KV III", None, None),
    ("(1)", "(2)", "(3)", "(4)", "(5)", "(6)"),
)
MERGED = ((0, 0, 0, 5), (1, 0, 2, 0), (1, 1, 2, 1), (1, 2, 1, 3), (1, 4, 2, 4), (1, 5, 2, 5))
BODY = (
    ("A", "KHỐI ĐẢNG", 3, "=", 4, None),
    ("I", "Ban đảng", 1, None, 4, None),
    (1, "Ban Một", 1, None, 4, 5),
    ("II", "Đoàn thể", 2, None, None, None),
    ("2", "Hội Hai", 2, "–", None, 2),
    ("B", "KHỐI HUYỆN", 9, None, None, None),
    ("3", "Huyện Ba", "9", 1, None, 10),
    (None, "TỔNG CỘNG", 12, 1, 4, 17),
    (None, "Ghi chú: số tạm tính", None, None, None, None),
)


@pytest.mark.parametrize("merged", [MERGED, ()])
def test_heads_are_found_wherever_they_stand_with_merged_cells_or_without(merged: tuple[tuple[int, ...], ...]) -> None:
    head = find_head(HEADS, merged)  # type: ignore[arg-type]
    assert head is not None
    assert (head.top, head.bottom, head.unit, head.number) == (1, 2, 1, 0)
    assert head.paths[2] == ("he tap trung", "hv hcm")
    assert head.paths[5] == ("tong cong",)


def test_a_column_is_known_by_its_whole_path_or_by_a_lowest_text_that_is_the_only_one() -> None:
    head = find_head(HEADS, MERGED)
    assert head is not None
    paths: dict[int, list[tuple[str, ...]]]
    paths = {1: [("he tap trung", "hv hcm")], 2: [("khac", "hv kv iii")], 3: [("khong tap trung",)], 4: [("thieu",)]}
    assert match_columns(head, paths) == ({2: 1, 3: 2, 4: 3}, {})
    paths = {1: [("he tap trung", "hv hcm")], 2: [("x", "hv kv iii")], 3: [("y", "hv kv iii")]}
    assert match_columns(head, paths) == ({2: 1}, {3: [2, 3]})


def lines(rows: tuple[tuple[object, ...], ...]) -> list[tuple[str, Kind, int]]:
    head = find_head(rows, MERGED)
    assert head is not None
    found = read_lines(rows, head, is_unit=lambda _: False, group_names=frozenset({"khoi huyen"}))
    return [(line.name, line.kind, line.rank) for line in found]


def test_groups_in_groups_units_and_the_total_are_told_apart() -> None:
    assert lines((*HEADS, *BODY)) == [
        ("KHỐI ĐẢNG", Kind.GROUP, 1),
        ("Ban đảng", Kind.GROUP, 2),
        ("Ban Một", Kind.UNIT, 0),
        ("Đoàn thể", Kind.GROUP, 2),
        ("Hội Hai", Kind.UNIT, 0),
        ("KHỐI HUYỆN", Kind.GROUP, 1),
        ("Huyện Ba", Kind.UNIT, 0),
        ("TỔNG CỘNG", Kind.TOTAL, 0),
        ("Ghi chú: số tạm tính", Kind.UNIT, 0),
    ]


def test_c_and_d_are_letters_after_a_and_b_and_roman_otherwise() -> None:
    roman = (("I", "Một", 1), ("II", "Hai", 1), ("C", "Ba", 1))
    assert [rank for _, _, rank in lines((*HEADS, *roman))] == [1, 1, 1]
    body = (("A", "Một", 1), ("B", "Hai", 1), ("C", "Ba", 1), ("I", "Bốn", 1))
    assert [rank for _, _, rank in lines((*HEADS, *body))] == [1, 1, 1, 2]


def test_a_unit_called_cong_an_is_no_sum() -> None:
    body = ((1, "Công an tỉnh", 1), (None, "Cộng khối Đảng", 1), (None, "CỘNG", 1))
    assert [kind for _, kind, _ in lines((*HEADS, *body))] == [Kind.UNIT, Kind.SUM, Kind.TOTAL]


def sums(*changes: tuple[int, int, object]) -> list[tuple[str, int, int]]:
    rows: list[list[object]] = [list(row) for row in (*HEADS, *BODY)]
    for row, column, value in changes:
        rows[len(HEADS) + row][column] = value
    head = find_head(rows, MERGED)
    assert head is not None
    found = read_lines(rows, head, is_unit=lambda _: False, group_names=frozenset())
    faults = [*wrong_sums(rows, found, [2, 3, 4, 5]), *wrong_across(rows, found, [2, 3, 4], 5)]
    return [(wrong.name, wrong.printed, wrong.added) for wrong in faults]


def test_right_sums_and_sums_that_are_not_printed_are_no_faults() -> None:
    assert sums() == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ((0, 2, 4), ("KHỐI ĐẢNG", 4, 3)),
        ((1, 4, 5), ("Ban đảng", 5, 4)),
        ((7, 2, 13), ("TỔNG CỘNG", 13, 12)),
        ((2, 5, 6), ("Ban Một", 6, 5)),
        ((7, 5, 18), ("TỔNG CỘNG", 18, 17)),
    ],
)
def test_a_wrong_sum_names_both_numbers(change: tuple[int, int, object], fault: tuple[str, int, int]) -> None:
    assert fault in sums(change)


def test_a_cell_that_is_no_number_leaves_its_sums_unjudged() -> None:
    assert sums((2, 2, "một")) == []


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("BTC TU", "Ban Tổ chức Tỉnh ủy"),
        ("Ban TC Tỉnh uỷ", "Ban Tổ chức Tỉnh ủy"),
        ("H. Bình Sơn", "Huyện ủy Bình Sơn"),
        ("Huyện Bnh Sơn", "Huyện ủy Bình Sơn"),
        ("TP Quảng Ngãi", "Thành ủy Quảng Ngãi"),
        ("Sở NN&PTNT", "Sở Nông nghiệp và Phát triển nông thôn"),
        ("UBMTTQ tỉnh", "Ủy ban Mặt trận Tổ quốc Việt Nam tỉnh"),
        ("S. Y tế", "Sở Y tế"),
        ("Huyện ủy Sơn Hạ", "Huyện ủy Sơn Hà"),
    ],
)
def test_the_likest_name_comes_first(typed: str, name: str) -> None:
    names = [
        "Ban Nội chính Tỉnh ủy", "Ban Tổ chức Tỉnh ủy", "Huyện ủy Bình Sơn", "Huyện ủy Sơn Hà", "Huyện ủy Sơn Tịnh",
        "Thành ủy Quảng Ngãi", "Báo Quảng Ngãi", "Sở Nội vụ", "Sở Nông nghiệp và Phát triển nông thôn", "Sở Y tế",
        "Ủy ban Mặt trận Tổ quốc Việt Nam tỉnh", "Ủy ban Kiểm tra Tỉnh ủy", "Sở Công Thương",
    ]  # fmt: skip
    ranked = most_like(typed, [(text, row) for row, text in enumerate(names)])
    assert names[next(iter(ranked))] == name


def test_nothing_like_it_is_not_offered() -> None:
    assert likeness("Trung tâm Thể thao", "Sở Y tế") < 40
    assert most_like("???", [("Sở Y tế", 1)]) == {}


def test_only_the_present_name_is_certain() -> None:
    book = NameBook(
        [Known("Huyện ủy Bình Sơn", 1), Known("HU Bình Sơn", 1, "tên viết tắt"), Known("Sở Y tế", 2)],
        [Known("Ban Y tế", 2, "tên cũ «Ban Y tế»")],
        [Known("so-y-te", 2, "mã")],
    )
    assert [book.certain(name) for name in ("HUYỆN UỶ BÌNH SƠN", "huyen uy binh son", "Sở Y tế")] == [1, 1, 2]
    assert [book.certain(name) for name in ("HU Bình Sơn", "Ban Y tế", "so-y-te", "Huyện Bình Sơn", "")] == [None] * 5
    assert next(iter(book.offers("Ban Y tế").items())) == (2, "tên cũ «Ban Y tế»")
    assert next(iter(book.offers("H Bình Sơn"))) == 1
