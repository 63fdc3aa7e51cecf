"""What all refusals share: cleaning, quoting, the exception itself."""

import copy
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainingplan.rules.dates import DateRefused
from trainingplan.rules.numbers import NumberRefused
from trainingplan.rules.text import InputRefused, clean, nfc, quoted


def test_nfc_joins_a_letter_and_its_marks() -> None:
    assert nfc("Ha\u0323") == "H\u1ea1"
    assert nfc(unicodedata.normalize("NFD", "Đặng Thị Ngữ")) == "Đặng Thị Ngữ"


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        (None, ""),
        ("", ""),
        (" \t\u00a0\u3000\n", ""),
        ("\ufeff\u200b", ""),
        ("\u00a0\u200b Ba  Tơ\u200b \u202f", "Ba  Tơ"),
        ("1\u200b96\u00ad0", "1960"),
    ],
)
def test_clean(typed: str | None, cleaned: str) -> None:
    assert clean(typed) == cleaned


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("1,5", "«1,5»"),
        (" a\n b ", "«a b»"),
        ("1\x00\u202e2", "«1\ufffd\ufffd2»"),
        ("9" * 24, "«" + "9" * 24 + "»"),
        ("9" * 25, "«" + "9" * 24 + "…»"),
    ],
)
def test_quoted(typed: str, shown: str) -> None:
    assert quoted(typed) == shown


@given(st.text())
def test_quoted_is_one_short_printable_line(typed: str) -> None:
    assert len(quoted(typed)) <= 27
    assert quoted(typed).isprintable()


@pytest.mark.parametrize("kind", [NumberRefused, DateRefused])
def test_a_refusal_is_a_value_error_that_survives_copying(kind: type[InputRefused]) -> None:
    refusal = kind(typed="x", code="some_code", message="Sai rồi.")
    twin = copy.copy(refusal)
    assert isinstance(refusal, ValueError)
    assert str(refusal) == "Sai rồi."
    assert type(twin) is kind
    assert (twin.typed, twin.code, twin.message) == ("x", "some_code", "Sai rồi.")
