"""Widths of text in Times, so that columns and row heights can be reckoned without a font file.

Liberation Serif and Times New Roman share these widths, in thousandths of the font size.
"""

import unicodedata
from functools import lru_cache
from typing import Final

# fmt: off
_REGULAR: Final = (
    250, 333, 408, 500, 500, 833, 778, 180, 333, 333, 500, 564, 250, 333, 250, 278, 500, 500, 500,
    500, 500, 500, 500, 500, 500, 500, 278, 278, 564, 564, 564, 444, 921, 722, 667, 667, 722, 611,
    556, 722, 722, 333, 389, 722, 611, 889, 722, 722, 556, 722, 667, 556, 611, 722, 722, 944, 722,
    722, 611, 333, 278, 333, 469, 500, 333, 444, 500, 444, 500, 444, 333, 500, 500, 278, 278, 500,
    278, 778, 500, 500, 500, 500, 333, 389, 278, 500, 500, 722, 500, 500, 444, 480, 200, 480, 541,
)
_BOLD: Final = (
    250, 333, 555, 500, 500, 1000, 833, 278, 333, 333, 500, 570, 250, 333, 250, 278, 500, 500, 500,
    500, 500, 500, 500, 500, 500, 500, 333, 333, 570, 570, 570, 500, 930, 722, 667, 722, 722, 667,
    611, 778, 778, 389, 500, 778, 667, 944, 722, 778, 611, 778, 722, 556, 667, 722, 722, 1000, 722,
    722, 667, 333, 278, 333, 581, 500, 333, 500, 556, 444, 556, 444, 333, 500, 556, 278, 333, 556,
    278, 833, 556, 500, 556, 556, 444, 389, 333, 556, 500, 722, 500, 500, 444, 394, 220, 394, 520,
)
# fmt: on
_OTHERS: Final = (
    {"đ": 500, "Đ": 722, "–": 500, "—": 1000, "…": 1000, "“": 444, "”": 444},
    {"đ": 556, "Đ": 722, "–": 500, "—": 1000, "…": 1000, "“": 500, "”": 500},
)
_HORNS: Final = ({"o": 29, "u": 42, "U": 54}, {"o": 54, "u": 44, "U": 74})
_COMBINING_HORN: Final = "\N{COMBINING HORN}"
_UNKNOWN: Final = 1000

POINTS_PER_MM: Final = 72 / 25.4


@lru_cache(maxsize=4096)
def _advance(letter: str, *, bold: bool) -> int:
    """Width of one letter; Vietnamese marks take no room of their own, a horn does."""
    base, *marks = list(unicodedata.normalize("NFD", letter))
    if unicodedata.combining(base):
        return 0
    horn = _HORNS[bold].get(base, 0) if _COMBINING_HORN in marks else 0
    index = ord(base) - 32
    if 0 <= index < len(_REGULAR):
        return (_BOLD if bold else _REGULAR)[index] + horn
    return _OTHERS[bold].get(base, _UNKNOWN)


@lru_cache(maxsize=65536)
def line_width(text: str, *, bold: bool) -> int:
    """Width of a text on one line, in thousandths of the font size."""
    return sum(_advance(letter, bold=bold) for letter in text)


@lru_cache(maxsize=65536)
def longest_word(text: str, *, bold: bool) -> int:
    """Width of the longest word of a text, in thousandths of the font size."""
    return max((line_width(word, bold=bold) for word in text.split()), default=0)


@lru_cache(maxsize=4096)
def narrowest(text: str, lines: int, *, bold: bool) -> int:
    """The least width at which a text takes no more than so many lines, in thousandths of the font size.

    Words are broken for that: it may be less than the longest word takes.
    """
    wide = max((line_width(line, bold=bold) for line in text.split("\n")), default=0)
    narrow = 1
    while narrow < wide:
        middle = (narrow + wide) // 2
        if line_count(text, middle, 1000, bold=bold) <= lines:
            wide = middle
        else:
            narrow = middle + 1
    return wide


def line_count(text: str, width: float, size: float, *, bold: bool = False) -> int:
    """How many lines a text takes in a column of this width (same unit as `size`)."""
    room = width * 1000 / size
    if "\n" not in text and line_width(text, bold=bold) <= room:
        return 1
    return sum(_wrapped(line, room, bold=bold) for line in text.split("\n"))


def _wrapped(line: str, room: float, *, bold: bool) -> int:
    if line_width(line, bold=bold) <= room:
        return 1
    space = _advance(" ", bold=bold)
    lines, used = 1, 0.0
    for word in line.split():
        width = line_width(word, bold=bold)
        if used and used + space + width > room:
            lines += 1
            used = 0.0
        used += width + (space if used else 0)
        if used > room:  # a word longer than the line is broken
            broken = int(used // room)
            lines += broken
            used -= broken * room
    return lines
