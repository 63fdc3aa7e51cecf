"""Text of the encodings before Unicode (TCVN3 of the .Vn fonts, VNI): converted on request, suspected by content.

The tables are viparse's, with the letters that its documents did not happen to hold.
"""

import re
import unicodedata
from collections.abc import Mapping
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
_NUCLEUS = "uyê|iê|yê|ươ|uô|ia|ya|ưa|ua|oa|oă|oe|oo|uâ|uê|uơ|uy|uya|[aăâeêioôơuưy]"
_SYLLABLE = re.compile(rf"(?:{_ONSET})?(?:{_NUCLEUS})(?:ch|nh|ng|[cmnptiyou])?")
_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
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
    table = {letter: old for old, letter in _scanner(encoding)[0].items()}
    if encoding != VNI:
        text = "".join(c if c in table or c.isascii() else c.lower() for c in text)
    return "".join(table.get(c, c) for c in unicodedata.normalize("NFC", text))


def old_cells(sheet: Sheet) -> dict[tuple[int, int], str]:
    """The encodings of the cells that Unicode would say otherwise: by their font, else suspected by their content."""
    cells: dict[tuple[int, int], str] = {}
    for row, values in enumerate(sheet.rows, start=1):
        for column, value in enumerate(values, start=1):
            if isinstance(value, str) and not value.isascii():
                encoding = sheet.legacy.get((row, column)) or suspected(value)
                if encoding and converted(value, encoding) != value:
                    cells[row, column] = encoding
    return cells


def suspected(text: str) -> str:
    """The encoding in which the text, nonsense as it stands, is Vietnamese; none for text that may be as meant.

    Only a suspicion: short words may be right in two ways.
    """
    if _UNICODE_ONLY.search(text) or not _HIGH.search(text):
        return ""
    words = [word for word in _NOT_ASCII_WORDS.findall(text) if len(word) > 1]  # a lone «·» is a bullet, not «ã»
    if not words or all(_is_vietnamese(word) for word in words):
        return ""
    return next((way for way in (TCVN3, VNI) if all(_is_vietnamese(converted(word, way)) for word in words)), "")


def _is_vietnamese(word: str) -> bool:
    """Whether the word, all letters, is built as a Vietnamese syllable is."""
    bare = _TONES.sub("", unicodedata.normalize("NFD", word.lower()))
    return _SYLLABLE.fullmatch(unicodedata.normalize("NFC", bare)) is not None


@cache
def _scanner(encoding: str) -> tuple[Mapping[str, str], re.Pattern[str]]:
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
