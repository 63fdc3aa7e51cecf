"""Item letters and Roman numerals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainingplan.rules.letters import item_letter, roman


def test_item_letters_follow_the_official_alphabet() -> None:
    letters = [item_letter(position) for position in range(1, 24)]
    assert letters == [
        "a",
        "b",
        "c",
        "d",
        "đ",
        "e",
        "g",
        "h",
        "i",
        "k",
        "l",
        "m",
        "n",
        "o",
        "p",
        "q",
        "r",
        "s",
        "t",
        "u",
        "v",
        "x",
        "y",
    ]


def test_item_letters_go_on_in_pairs() -> None:
    assert [item_letter(n) for n in (24, 25, 46, 47, 23 * 24, 23 * 24 + 1)] == [
        "aa",
        "ab",
        "ay",
        "ba",
        "yy",
        "aaa",
    ]


@given(st.integers(1, 5000), st.integers(1, 5000))
def test_item_letters_differ(one: int, other: int) -> None:
    assert (item_letter(one) == item_letter(other)) == (one == other)


@pytest.mark.parametrize("position", [0, -1])
def test_items_are_counted_from_one(position: int) -> None:
    with pytest.raises(ValueError, match="counted from 1"):
        item_letter(position)


@pytest.mark.parametrize(
    ("number", "numeral"),
    [
        (1, "I"),
        (4, "IV"),
        (8, "VIII"),
        (9, "IX"),
        (14, "XIV"),
        (40, "XL"),
        (90, "XC"),
        (400, "CD"),
        (1994, "MCMXCIV"),
        (2024, "MMXXIV"),
        (3999, "MMMCMXCIX"),
    ],
)
def test_roman(number: int, numeral: str) -> None:
    assert roman(number) == numeral


def test_roman_reads_back() -> None:
    values = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}

    def read(numeral: str) -> int:
        digits = [values[c] for c in numeral]
        following = [*digits[1:], 0]
        return sum(-d if d < f else d for d, f in zip(digits, following, strict=True))

    assert [read(roman(n)) for n in range(1, 4000)] == list(range(1, 4000))


@pytest.mark.parametrize("number", [0, -1, 4000])
def test_roman_has_bounds(number: int) -> None:
    with pytest.raises(ValueError, match="1 to 3999"):
        roman(number)
