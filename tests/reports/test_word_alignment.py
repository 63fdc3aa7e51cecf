"""Paragraphs of an edited text beside those it came from."""

import pytest

from reports.rules.word_alignment import Match, TooDifferent, align, changes, in_common, tokens

TEXT = [
    "a) Đối tượng: cán bộ lãnh đạo, quản lý cấp tỉnh",
    "b) Số lượng: 06 đồng chí và theo nhu cầu đăng ký bổ sung",
    "c) Cơ quan chỉ đạo: Ban Thường vụ Tỉnh ủy",
    "d) Thời gian thực hiện: trong năm 2024",
]


def one(old: int, new: int) -> Match:
    return Match((old,), (new,))


def test_the_same_is_matched_one_by_one() -> None:
    assert align(TEXT, TEXT) == [one(number, number) for number in range(4)]


def test_what_was_rewritten_put_in_and_taken_out_is_told_apart() -> None:
    new = [TEXT[0].replace("tỉnh", "huyện"), "- Một dòng khác hẳn", TEXT[1].replace("06", "07"), TEXT[3]]
    assert align(TEXT, new) == [one(0, 0), Match((), (1,)), one(1, 2), Match((2,), ()), one(3, 3)]


def test_a_paragraph_split_and_two_joined_stay_together() -> None:
    halves = TEXT[1].split(" và ")
    split = [TEXT[0], f"{halves[0]} và", halves[1], *TEXT[2:]]
    assert align(TEXT, split)[1] == Match((1,), (1, 2))
    assert align(split, TEXT)[1] == Match((1, 2), (1,))


def test_a_line_taken_out_is_not_joined_to_its_neighbour() -> None:
    assert align([TEXT[1], "- Lớp 06"], [TEXT[1].replace("06", "07")]) == [one(0, 0), Match((1,), ())]


def test_typography_is_no_difference() -> None:
    written, typed = "nhiệm kỳ 2020 – 2025 “khóa mới”…", 'nhiệm kỳ 2020 - 2025 "khóa mới"...'
    assert [step[0] for step in changes(tokens(written), tokens(typed))] == ["equal"]


def test_a_paragraph_beyond_all_measure_is_replaced_as_a_whole() -> None:
    long = tokens("một hai " * 6_000)
    assert changes(tokens(TEXT[1] * 5), long) == [("replace", 0, len(tokens(TEXT[1] * 5)), 0, 12_000)]


def test_numbers_and_dates_are_words_of_their_own() -> None:
    keys = [token.key for token in tokens("1.960 người, ngày 07/8/2023; số 31-QC/TU.")]
    assert keys == ["1.960", "người", ",", "ngày", "07/8/2023", ";", "số", "31", "-", "QC", "/", "TU", "."]


def test_how_much_is_in_common() -> None:
    assert in_common(TEXT, TEXT) == 100
    assert in_common(TEXT, [*TEXT, "thêm một dòng nữa"]) == 100
    assert in_common(TEXT, ["một văn bản khác hẳn"]) == 0


def test_texts_without_anything_in_common_are_not_laid_side_by_side() -> None:
    with pytest.raises(TooDifferent):
        align([f"cũ {number}" for number in range(300)], [f"mới {number + 1000}" for number in range(300)])
