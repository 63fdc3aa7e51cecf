"""Single values of a file as the product knows them: no floats, text in NFC, nothing invisible."""

import math
import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from trainingplan.reading import limits
from trainingplan.reading.book import CellError, Unreadable
from trainingplan.rules.numbers import format_count

EXACT = 10**15
"""Whole numbers from here on a sheet does not hold to the digit."""
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff]")
"""Without the soft hyphen: in TCVN3 it is «ư»."""
_SPACES: dict[int, str | None] = {
    **dict.fromkeys(map(ord, "\u00a0\u2007\u202f\v\f"), " "),
    **dict.fromkeys((*range(9), *range(13, 32), 127), None),
}
"""Signs that no text has go: PostgreSQL would not store all of them."""


def text_value(text: str) -> str | None:
    """The text, or None when nothing stands there."""
    if len(text) > limits.LONGEST_TEXT:
        most = format_count(limits.LONGEST_TEXT)
        raise Unreadable(f"có ô dài hơn {most} chữ, nhiều hơn Excel cho phép. Rút gọn ô ấy rồi nhập lại.")
    if not text.isascii():
        text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    text = text.translate(_SPACES)
    return None if not text or text.isspace() else text


def value(given: object) -> object:
    """A value of python-calamine as a value of ours."""
    match given:
        case str():
            found: object = text_value(given)
        case None | bool():
            found = given
        case int() | float():
            found = _number(given)
        case datetime():
            found = given.date() if given.time() == time() else given
        case date():
            found = given
        case time():
            found = f"{given:%H:%M}"
        case timedelta():
            found = str(given)
        case _:
            found = CellError("#VALUE!")
    return found


def _number(number: float) -> object:
    if not math.isfinite(number):
        return CellError("#NUM!")
    if number == int(number) and abs(number) < EXACT:
        return int(number)
    return Decimal(repr(number))


def trimmed(rows: list[list[object]]) -> list[list[object]]:
    """Without what is empty at the ends."""
    for row in rows:
        while row and row[-1] is None:
            row.pop()
    while rows and not rows[-1]:
        rows.pop()
    return rows
