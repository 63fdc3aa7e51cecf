"""Vietnamese text as keys: folded for searching, and sortable by plain byte comparison.

The sort key is ASCII, so that SQLite's BINARY and PostgreSQL's "C" collation order it alike:

- First the letters of all words: a plain letter is itself, a letter of its own right is its base
  and a sign that stands after z (ă ``a{``, â ``a|``, đ ``d{``, ê ``e{``, ô ``o{``, ơ ``o|``,
  ư ``u{``); f, j, w, z stand where the Latin alphabet has them, digits before letters, other
  letters after z. Words are joined by ``-``; case, punctuation and foreign marks do not count.
- Then ``,`` and one digit a word for its tone: ngang 0, huyền 1, hỏi 2, ngã 3, sắc 4, nặng 5;
  zeros at the end are left out. The tone belongs to the syllable, so uỷ and ủy have one key.
- A person's key is the given name's key, ``/``, and the key of the rest: Hà before Hạ whatever
  the family name.

``,`` < ``-`` < ``/`` < digits < letters < ``{`` < ``|`` < ``~`` in ASCII; all hangs on that.
Texts that differ only in case or in spelling of a tone have equal keys: order by the id after it.
"""

import re
import unicodedata
from functools import lru_cache

from trainingplan.rules.text import nfc, without_invisible

__all__ = ["SORT_KEY_LENGTH", "fold", "name_sort_key", "nfc", "text_sort_key"]

SORT_KEY_LENGTH = 500
"""The longest key returned; ample for 150 Vietnamese letters, cut beyond."""

_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
_BREVE, _CIRCUMFLEX, _HORN = "\u0306", "\u0302", "\u031b"
_SIGNS = {
    ("a", _BREVE): "{",
    ("a", _CIRCUMFLEX): "|",
    ("e", _CIRCUMFLEX): "{",
    ("o", _CIRCUMFLEX): "{",
    ("o", _HORN): "|",
    ("u", _HORN): "{",
}
# The Icelandic eth looks like đ, and old converters of Vietnamese fonts leave it behind.
_STROKED_D = frozenset("đð")
_WORD_BREAK = re.compile(r"[\s\u002d\u2010-\u2015\u2212]+")


def fold(text: str) -> str:
    """Return the key to search by: "Uỷ ban – MẶT TRẬN" → "uy ban mat tran"."""
    if text.isascii():
        return _WORD_BREAK.sub(" ", text.lower()).strip()
    letters = (c for c in _decomposed(text) if unicodedata.category(c) != "Mn")
    plain = "".join("d" if c in _STROKED_D else c for c in letters)
    return _WORD_BREAK.sub(" ", nfc(plain)).strip()


def text_sort_key(text: str) -> str:
    """Return the ASCII key that sorts a text by the Vietnamese alphabet; blank gives ""."""
    return _key(text)[:SORT_KEY_LENGTH]


def name_sort_key(full_name: str) -> str:
    """Return the ASCII key that sorts a person by given name (the last word), then the rest."""
    words = without_invisible(full_name).split()
    while words and not _key(words[-1]):
        words.pop()
    if not words:
        return ""
    return f"{_key(words[-1])}/{_key(' '.join(words[:-1]))}"[:SORT_KEY_LENGTH]


def _decomposed(text: str) -> str:
    folded = unicodedata.normalize("NFD", without_invisible(text)).casefold()
    return unicodedata.normalize("NFD", folded)


@lru_cache(maxsize=10_000)  # names share their words, and a list of people asks for each of them several times
def _key(text: str) -> str:
    words = [_word_key(word) for word in _words(text)]
    if not words:
        return ""
    letters = "-".join(weights for weights, _ in words)
    tones = "".join(tone for _, tone in words).rstrip("0")
    return f"{letters},{tones}"


def _words(text: str) -> list[str]:
    """Split into runs of letters and digits, each letter followed by its marks."""
    spaced = (c if c.isalnum() or unicodedata.combining(c) else " " for c in _decomposed(text))
    return [word for word in "".join(spaced).split() if any(map(str.isalnum, word))]


def _word_key(word: str) -> tuple[str, str]:
    """Return the weights of the word's letters, and its tone."""
    weights: list[str] = []
    base, tone = "", "0"
    for char in word:
        if not unicodedata.combining(char):
            base = char
            weights.append(_weight(char))
        elif sign := _SIGNS.get((base, char)):
            weights[-1] = base + sign
        elif tone == "0":
            tone = _TONES.get(char, "0")
    return "".join(weights), tone


def _weight(char: str) -> str:
    if char in _STROKED_D:
        return "d{"
    return char if char.isascii() else f"z~{ord(char):06x}"
