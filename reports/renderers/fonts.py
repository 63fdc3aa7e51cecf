"""Which font the PDF gets on this machine, and whether it can write Vietnamese."""

import shutil
import subprocess
import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Final

from reports.profiles import FONT_FAMILIES

STYLES: Final = ("", ":bold", ":italic", ":bold:italic")
_VOWELS: Final = "aăâeêioôơuưy"
_TONES: Final = (
    "",
    "\N{COMBINING GRAVE ACCENT}",
    "\N{COMBINING HOOK ABOVE}",
    "\N{COMBINING TILDE}",
    "\N{COMBINING ACUTE ACCENT}",
    "\N{COMBINING DOT BELOW}",
)
_SMALL: Final = frozenset(unicodedata.normalize("NFC", vowel + tone) for vowel, tone in product(_VOWELS, _TONES)) | {
    "đ"
}
VIETNAMESE_LETTERS: Final = _SMALL | {letter.upper() for letter in _SMALL}
"""The 146 letters that a font may lack: twelve vowels in six tones, and đ, small and capital."""


@dataclass(frozen=True, slots=True)
class Font:
    """One face that fontconfig picked."""

    family: str
    style: str
    file: str
    letters: frozenset[str]

    @property
    def missing_letters(self) -> frozenset[str]:
        return VIETNAMESE_LETTERS - self.letters


@cache
def document_fonts() -> tuple[Font, ...]:
    """Return the faces that documents are printed with: regular, bold, italic, bold italic.

    Raises FileNotFoundError where fontconfig's `fc-match` is not installed.
    """
    program = shutil.which("fc-match")
    if program is None:
        raise FileNotFoundError("fc-match")
    wanted = ",".join(FONT_FAMILIES)
    return tuple(_match(program, wanted + style) for style in STYLES)


def _match(program: str, pattern: str) -> Font:
    layout = "%{family[0]}\t%{style[0]}\t%{file}\t%{charset}"
    answer = subprocess.run(  # noqa: S603 - the program's own path and constant arguments
        [program, "--format", layout, pattern], capture_output=True, check=True, encoding="utf-8", timeout=30
    )
    family, style, file, charset = answer.stdout.split("\t")
    return Font(family, style, file, _letters(charset))


def _letters(charset: str) -> frozenset[str]:
    """Return those Vietnamese letters that stand in fontconfig's "20-7e a0 1ea0-1ef9"."""
    ends = [part.partition("-") for part in charset.split()]
    ranges = [(int(first, 16), int(last or first, 16)) for first, _, last in ends]
    return frozenset(
        letter for letter in VIETNAMESE_LETTERS if any(first <= ord(letter) <= last for first, last in ranges)
    )
