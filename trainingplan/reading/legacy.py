"""Text of the encodings before Unicode (TCVN3 of the .Vn fonts, VNI): converted on request, suspected by content.

The tables are viparse's, with the letters that its documents did not happen to hold.
"""

import re
import unicodedata
from collections import Counter
from functools import cache

from trainingplan.reading.book import Sheet
from trainingplan.reading.fonts import TCVN3, TCVN3_CAPITALS, VNI

ENCODINGS = {
    TCVN3: "TCVN3 (phông .VnTime, .VnArial …)",
    TCVN3_CAPITALS: "TCVN3 chữ hoa (phông .VnTimeH, .VnArialH …)",
    VNI: "VNI (phông VNI-Times …)",
}
_MORE_VNI = (
    ("aú", "ẳ"), ("AÚ", "Ẳ"), ("UØ", "Ù"), ("î", "ỵ"), ("Î", "Ỵ"), ("ì", "ì"), ("í", "í"), ("Ì", "Ì"), ("Í", "Í"),
)  # fmt: skip
_MARKS_VNI = "ÙØÛÕÏÂÁÀÅÃÄÊÉÈÚÜË"
_ONSET = "ngh|ng|nh|th|tr|ch|gh|gi|kh|ph|qu|[bcdđghklmnpqrstvx]"
_RHYMES = (
    "a(?:ch|ng|nh|[cimnoptuy])?|ă(?:ng|[cmnpt])|â(?:ng|[cmnptuy])|e(?:ng|[cmnopt])?|ê(?:ch|nh|ng|[mnptu])?|"
    "i(?:ch|nh|[mnptu])?|(?:i|uy|y)ê(?:ng|[cmnptu])|ia|o(?:ng|[cimnpt])?|oo(?:ng|c)|oa(?:ch|ng|nh|[cimnopty])?|"
    "oă(?:ng|[cmnt])|oe[not]?|ô(?:ng|[cimnpt])?|ơ[imnpt]?|u(?:ng|[cimnpt])?|ua|uô(?:ng|[cimnt])|uâ(?:ng|[nty])|"
    "uê(?:ch|nh|[nt])?|uơn?|uy(?:ch|nh|[anptu])?|ư(?:ng|[cimntu])?|ưa|ươ(?:ng|[cimnptu])|y"
)
_SYLLABLE = re.compile(rf"(?:{_ONSET})?(?:{_RHYMES})")
_LETTERS = "aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵ"
_BARE = str.maketrans({letter: _LETTERS[at - at % 6] for at, letter in enumerate(_LETTERS)})
_CAPITAL_WITHIN = re.compile("[a-z\u00e0-\u00fe][\u00c0-\u00de]")
_UNICODE_ONLY = re.compile("[\u0100-\u1eff]")
"""Letters that neither encoding has a sign for."""
_HIGH = re.compile("[\u00a1-\u00ff]")
_NOT_ASCII_WORDS = re.compile(r"[A-Za-z\u00a1-\u00ff]*[\u00a1-\u00ff][A-Za-z\u00a1-\u00ff]*")


def converted(text: str, encoding: str) -> str:
    """The text in Unicode, NFC; what the encoding does not know stays as it is."""
    table, pattern = _scanner(encoding)
    plain = unicodedata.normalize("NFC", pattern.sub(lambda found: table[found[0]], text))
    return plain.upper() if encoding == TCVN3_CAPITALS else plain


def written(text: str, encoding: str) -> str:
    """The text as that encoding holds it; of TCVN3's capitals with a tone only the small letter is there."""
    table = {letter: old for old, letter in reversed(_scanner(encoding)[0].items())}
    if encoding != VNI:
        text = "".join(c if c in table or c.isascii() else c.lower() for c in text)
    return "".join(table.get(c, c) for c in unicodedata.normalize("NFC", text))


def old_cells(sheet: Sheet) -> dict[tuple[int, int], str]:
    """The encodings of the cells that Unicode would say otherwise: by their font, else suspected by their content.

    In a sheet without one letter of Unicode's own, what most of the suspected cells are, all others are, too: a single
    word may be read in several ways.
    """
    written_so: dict[tuple[int, int], str] = {
        (row, column): value
        for row, values in enumerate(sheet.rows, start=1)
        for column, value in enumerate(values, start=1)
        if isinstance(value, str) and not value.isascii()
    }
    cells = {
        cell: "" if _UNICODE_ONLY.search(value) else sheet.legacy.get(cell) or suspected(value)
        for cell, value in written_so.items()
    }
    guessed = Counter(way for cell, way in cells.items() if way and cell not in sheet.legacy)
    if guessed and not any(_UNICODE_ONLY.search(value) for value in written_so.values()):
        ((usual, _),) = guessed.most_common(1)
        cells = {cell: sheet.legacy.get(cell, usual) for cell in cells}
    return {cell: way for cell, way in cells.items() if way and converted(written_so[cell], way) != written_so[cell]}


def suspected(text: str) -> str:
    """The encoding in which the text, nonsense as it stands, is Vietnamese; none for text that may be as meant.

    Only a suspicion: short words may be right in two ways.
    """
    if _UNICODE_ONLY.search(text) or not _HIGH.search(text):
        return ""
    words = [word for word in _NOT_ASCII_WORDS.findall(text) if len(word) > 1]  # a lone «·» is a bullet, not «ã»
    as_meant = sum(map(_is_vietnamese, words))
    if as_meant == len(words):
        return ""
    right = {way: sum(_is_vietnamese(converted(word, way)) for word in words) for way in (TCVN3, VNI)}
    best = max(right, key=right.__getitem__)
    return best if right[best] > as_meant and right[best] * 4 >= len(words) * 3 else ""


def _is_vietnamese(word: str) -> bool:
    """Whether the word, all letters, is built as a Vietnamese syllable is; no syllable has a capital within."""
    return not _CAPITAL_WITHIN.search(word) and _SYLLABLE.fullmatch(word.lower().translate(_BARE)) is not None


@cache
def _scanner(encoding: str) -> tuple[dict[str, str], re.Pattern[str]]:
    """The table and the pattern that finds its longest entries first."""
    from viparse.normalize.tcvn3 import TCVN3 as OF_TCVN3  # noqa: PLC0415 - its package loads much, and this is rare
    from viparse.normalize.vni import VNI as OF_VNI  # noqa: PLC0415

    if encoding == VNI:
        table = dict(OF_VNI.pairs) | dict(_MORE_VNI)
        small = ((old, new) for old, new in list(table.items()) if len(old) > 1 and old[1] in _MARKS_VNI)
        table |= {old[0] + old[1].lower(): new for old, new in small}
    else:
        table = dict(OF_TCVN3.pairs)
    longest_first = sorted(table, key=len, reverse=True)
    return table, re.compile("|".join(map(re.escape, longest_first)))
