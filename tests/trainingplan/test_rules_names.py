"""Search and sort keys of Vietnamese text, held against the alphabet written out."""

import sqlite3
import unicodedata
from contextlib import closing
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from trainingplan.rules.names import SORT_KEY_LENGTH, fold, name_sort_key, text_sort_key

# Every letter in its tones ngang, huyền, hỏi, ngã, sắc, nặng, in the order of the alphabet.
_VOWELS = {
    "a": "aàảãáạ",
    "ă": "ăằẳẵắặ",
    "â": "âầẩẫấậ",
    "e": "eèẻẽéẹ",
    "ê": "êềểễếệ",
    "i": "iìỉĩíị",
    "o": "oòỏõóọ",
    "ô": "ôồổỗốộ",
    "ơ": "ơờởỡớợ",
    "u": "uùủũúụ",
    "ư": "ưừửữứự",
    "y": "yỳỷỹýỵ",
}
_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_LETTER_RANK = {letter: rank for rank, letter in enumerate(_ALPHABET)}
_TONED = {toned: (_LETTER_RANK[letter], tone) for letter, tones in _VOWELS.items() for tone, toned in enumerate(tones)}
_PLAIN = {letter: (rank, 0) for letter, rank in _LETTER_RANK.items()}
_RANKS = _PLAIN | _TONED


def _expected_order(text: str) -> tuple[list[list[int]], list[int]]:
    """Order by the letters of all words, then by the tones of all words."""
    words = [[_RANKS[c] for c in word] for word in text.lower().split()]
    return [[rank for rank, _ in w] for w in words], [max(t for _, t in w) for w in words]


@st.composite
def _syllables(draw: st.DrawFn) -> str:
    """Return a syllable-like word with at most one toned vowel."""
    onset = draw(st.sampled_from(["", "b", "d", "đ", "ng", "s", "z"]))
    vowel = draw(st.sampled_from(sorted(_TONED)))
    coda = draw(st.sampled_from(["", "n", "o", "ư", "ă"]))
    return onset + vowel + coda


_TEXTS = st.lists(_syllables(), min_size=1, max_size=3).map(" ".join)


# Few letters, so that many pairs differ in their tones alone.
_SYLLABLES = ("hà", "hạ", "ha", "hă", "hắ", "hao", "hảo")
_ALIKE = st.lists(st.sampled_from(_SYLLABLES), min_size=1, max_size=4).map(" ".join)


@given(_TEXTS | _ALIKE, _TEXTS | _ALIKE)
@example("ha hà", "hà ha")
def test_text_keys_order_as_the_alphabet(one: str, other: str) -> None:
    mine, theirs = _expected_order(one), _expected_order(other)
    assert (text_sort_key(one) < text_sort_key(other)) == (mine < theirs)
    assert (text_sort_key(one) == text_sort_key(other)) == (mine == theirs)


@given(_TEXTS | _ALIKE, _TEXTS | _ALIKE)
@example("ha hà an", "hà ha an")
def test_name_keys_order_by_the_given_name_first(one: str, other: str) -> None:
    def expected(name: str) -> tuple[object, object]:
        *rest, given_name = name.split()
        return _expected_order(given_name), _expected_order(" ".join(rest))

    assert (name_sort_key(one) < name_sort_key(other)) == (expected(one) < expected(other))


def test_the_letters_of_the_alphabet_in_order() -> None:
    keys = [text_sort_key(letter) for letter in _ALPHABET]
    assert all(a < b for a, b in pairwise(keys))
    assert [text_sort_key(c.upper()) for c in _ALPHABET] == keys
    assert text_sort_key("9") < text_sort_key("a")
    assert text_sort_key("z") < text_sort_key("ƀ")


@pytest.mark.parametrize("tones", _VOWELS.values())
def test_the_tones_of_a_vowel_in_order(tones: str) -> None:
    keys = [text_sort_key(f"n{toned}n") for toned in tones]
    assert all(a < b for a, b in pairwise(keys))


def test_people_stand_in_the_order_of_a_real_list() -> None:
    people = [
        "Trần Thị Ái",
        "An",
        "Đặng Văn An",
        "Nguyễn An",
        "Nguyễn Văn An",
        "Lê Văn Anh",
        "Bùi Ngọc Ánh",
        "Lê Văn Ân",
        "Phạm Văn Dũng",
        "Bùi Văn Đạt",
        "Vũ Thị Hà",
        "Bùi Thị Hạ",
        "Trần Văn Minh",
        "Lê Thị Thuý",
        "Trần Thị Thúy",
        "Lê Thị Yến",
    ]
    backwards = people[::-1]
    assert sorted(backwards, key=name_sort_key) == people


def test_units_stand_in_the_order_of_the_alphabet() -> None:
    units = ["Ba Tô", "Ba Tơ", "Bình Sơn", "Đức Phổ", "Minh Long", "Sơn Hà", "Sơn Hạ", "Sơn Tây"]
    backwards = units[::-1]
    assert sorted(backwards, key=text_sort_key) == units


def test_keys_read_as_documented() -> None:
    assert name_sort_key("Nguyễn Thị Hà") == "ha,1/nguye{n-thi,35"
    assert text_sort_key("Ủy ban – Mặt trận") == text_sort_key("Uỷ  ban Mặt-trận")
    assert text_sort_key("Đường") == "d{u{o|ng,1"
    assert (text_sort_key(" – "), name_sort_key("\u200b "), name_sort_key("–")) == ("", "", "")
    assert name_sort_key("Lê An –") == name_sort_key("Lê An")


@given(st.text())
def test_keys_are_bounded_printable_ascii_whatever_the_form(text: str) -> None:
    for key in (text_sort_key, name_sort_key):
        made = key(text)
        assert len(made) <= SORT_KEY_LENGTH
        assert all("!" <= c <= "~" for c in made)
        assert key(unicodedata.normalize("NFD", text)) == made
        assert key(unicodedata.normalize("NFC", text)) == made


def test_a_name_of_150_letters_keeps_its_whole_key() -> None:
    name = " ".join(["Đượng"] * 25)
    assert len(name) == 149
    assert len(name_sort_key(name)) < SORT_KEY_LENGTH
    assert len(text_sort_key("đ" * 1000)) == SORT_KEY_LENGTH


def test_sqlite_orders_the_keys_as_python_does() -> None:
    keys = [name_sort_key(f"{a} {b}") for a in _RANKS for b in ("An", "Ân", "Ấn", "ă", "a n")]
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE TABLE people (name_sort TEXT)")
        db.executemany("INSERT INTO people VALUES (?)", [(key,) for key in keys])
        rows = db.execute("SELECT name_sort FROM people ORDER BY name_sort").fetchall()
    assert [row[0] for row in rows] == sorted(keys)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Nguyễn Thị Đượm", "nguyen thi duom"),
        (unicodedata.normalize("NFD", "Nguyễn Thị Đượm"), "nguyen thi duom"),
        ("UỶ BAN", "uy ban"),
        ("Ủy ban", "uy ban"),
        ("  Lao động – Thương\u00a0binh\tvà Xã hội ", "lao dong thuong binh va xa hoi"),
        ("Lao động-Thương binh \u2014 và Xã hội", "lao dong thuong binh va xa hoi"),
        ("Tỉnh\u200b đoàn", "tinh doan"),
        ("Ð", "d"),
        ("Straße", "strasse"),
        ("H'Hen Niê", "h'hen nie"),
        ("", ""),
        ("–", ""),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_fold_maps_every_vietnamese_letter_to_ascii() -> None:
    letters = "".join(_RANKS)
    assert fold(letters + letters.upper()).isascii()


@given(st.text())
def test_fold_is_idempotent_and_blind_to_form_and_ends(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    assert fold(unicodedata.normalize("NFD", text)) == folded
    assert fold(f" \u2013{text}\u00a0-") == folded


@given(_TEXTS)
def test_fold_is_blind_to_case(text: str) -> None:
    assert fold(text.upper()) == fold(text)
