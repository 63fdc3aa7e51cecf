"""Reading a person's full name: the one parser of the roster's form, the back office, and files."""

import unicodedata

from trainingplan.rules.names import fold, name_sort_key
from trainingplan.rules.numbers import format_count
from trainingplan.rules.text import InputRefused, clean

LONGEST_NAME, LONGEST_SEARCH_KEY = 150, 200
FEWEST_WORDS = 2
NO_LETTERS = ("N", "S")
"""Categories of numbers, and of symbols such as emoji; signs like the apostrophe in K'Đăm belong to names."""


class NameRefused(InputRefused):
    """What was typed is not a person's full name."""


def parse_person_name(text: str | None) -> str:
    """Read a full name, on one line and in NFC; an empty field is "".

    Letters of any alphabet, at least two words, and short enough for the key by which it is searched. All else raises
    `NameRefused`, whose code is `unprintable`, `too_long`, `not_a_name`, `strange_name` or `one_word`.
    """
    name = " ".join(clean(text).split())
    if name and (why := _why_refused(name)):
        code, message = why
        raise NameRefused(typed=text or "", code=code, message=message)
    return name


def _why_refused(name: str) -> tuple[str, str] | None:
    if not name.isprintable():
        return "unprintable", "Có ký tự không in được. Xóa đi rồi gõ lại."
    if len(name) > LONGEST_NAME:
        most = format_count(LONGEST_NAME)
        return "too_long", f"Dài {format_count(len(name))} ký tự, ô này nhận nhiều nhất {most}. Rút gọn rồi nhập lại."
    if not name_sort_key(name) or any(unicodedata.category(char).startswith(NO_LETTERS) for char in name):
        return "not_a_name", "Họ và tên chỉ gồm chữ. Nhập đủ họ, tên đệm và tên."
    if len(fold(name)) > LONGEST_SEARCH_KEY:
        return "strange_name", "Họ và tên có quá nhiều ký tự lạ. Kiểm tra rồi gõ lại."
    if sum(bool(name_sort_key(word)) for word in name.split()) < FEWEST_WORDS:
        return "one_word", "Họ và tên mới có một chữ. Nhập đủ họ, tên đệm và tên."
    return None


def begins_small(name: str) -> bool:
    """Whether a word of the name begins with a small letter: TCVN3 has no capitals with a tone, as in «ánh»."""
    return any(word[0].islower() for word in name.split())
