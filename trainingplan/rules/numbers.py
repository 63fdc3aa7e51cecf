"""Reading and writing numbers of people and amounts of money: integers only, 1.960."""

import re
from dataclasses import dataclass, replace

from trainingplan.rules.text import (
    LONGEST_TYPED,
    InputRefused,
    clean,
    has_foreign_digits,
    quoted,
    with_plain_digits,
)

_ACCEPTED = re.compile(r"[0-9]+|[1-9][0-9]{0,2}(?:\.[0-9]{3})+")
_NEGATIVE = re.compile(r"[-\u2010-\u2015\u2212]\s*[0-9][0-9.,\s]*")
_SPACED = re.compile(r"[1-9][0-9]{0,2}(?:\s[0-9]{3})+")
_AMBIGUOUS = re.compile(r"([1-9][0-9]{0,2}),([0-9]{3})")
_COMMA_GROUPS = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3}){2,}")
_MISGROUPED = re.compile(r"[0-9]+\.[0-9]{3}|[0-9]+(?:\.[0-9]+){2,}")
_DECIMAL = re.compile(r"[0-9]*[.,][0-9]+|[0-9.]+,[0-9]+|[0-9,]+\.[0-9]+")
_DASH = re.compile(r"[-\u2010-\u2015\u2212]+")
_TICK = re.compile(r"[xX✓✔]")
_PERCENT_SIGN = re.compile(r"\s*%$")
_CURRENCY = re.compile(r"\s*(?:đồng|đ|₫)$", re.IGNORECASE)


class NumberRefused(InputRefused):
    """What was typed is not a number the field takes."""


@dataclass(frozen=True)
class _Field:
    """The words in which a kind of number field answers."""

    noun: str
    advice: str
    example: str


_HEADS = _Field(noun="số người", advice="Nhập số nguyên", example="2")
_SHARE = _Field(noun="tỷ lệ", advice="Nhập số phần trăm nguyên", example="10")
_MONEY = _Field(noun="số tiền", advice="Nhập số đồng nguyên", example="1.500.000")


def parse_count(text: str | None, *, maximum: int = 1_000_000, noun: str = _HEADS.noun) -> int | None:
    """Read a number of people, or of what ``noun`` says, strictly; an empty field is ``None``.

    Accepted: digits 0-9, with leading zeros as official texts pad ("06"), or with dots
    between proper groups of three ("1.960"). All else raises ``NumberRefused``, whose code is
    one of ``too_long``, ``foreign_digits``, ``dash``, ``tick``, ``too_large``, ``negative``, ``spaces``,
    ``ambiguous``, ``comma_groups``, ``misgrouped``, ``decimal``, ``not_a_number``.
    """
    number = clean(text)
    field = _HEADS if noun == _HEADS.noun else replace(_HEADS, noun=noun)
    return _parse(text or "", number, maximum, field) if number else None


def parse_money(text: str | None, *, maximum: int = 10**15) -> int | None:
    """Read an amount in whole đồng, as ``parse_count`` does; "đ" or "đồng" may follow it."""
    number = clean(text)
    return _parse(text or "", _CURRENCY.sub("", number), maximum, _MONEY) if number else None


def parse_percent(text: str | None, *, maximum: int = 100) -> int | None:
    """Read whole percents, as ``parse_count`` does; "%" may follow them."""
    number = clean(text)
    return _parse(text or "", _PERCENT_SIGN.sub("", number), maximum, _SHARE) if number else None


def _parse(typed: str, number: str, maximum: int, field: _Field) -> int:
    if len(number) <= LONGEST_TYPED and _ACCEPTED.fullmatch(number):
        value = int(number.replace(".", ""))
        if value <= maximum:
            return value
        reason = f"vượt quá {format_count(maximum)}, {field.noun} lớn nhất ô này nhận."
        code, what = "too_large", f"{reason} Kiểm tra rồi nhập lại."
    else:
        code, what = _why_refused(number, field)
    raise NumberRefused(typed=typed, code=code, message=f"{quoted(typed)} {what}")


def _why_refused(number: str, field: _Field) -> tuple[str, str]:
    """Return the code, and what the message says after the quoted value."""
    advice = f"{field.advice}, ví dụ {field.example}."
    if len(number) > LONGEST_TYPED:
        return "too_long", f"quá dài, không phải {field.noun}. {advice}"
    if has_foreign_digits(number):
        plain = with_plain_digits(number)
        example = plain if _ACCEPTED.fullmatch(plain) else field.example
        return "foreign_digits", f"dùng chữ số khác 0–9. Gõ lại bằng chữ số 0–9, ví dụ {example}."
    if _NEGATIVE.fullmatch(number):
        return "negative", f"là số âm. {field.noun.capitalize()} từ 0 trở lên; {_lower(advice)}"
    if _SPACED.fullmatch(number):
        value = int("".join(number.split()))
        return "spaces", f"có khoảng trắng giữa các chữ số. Nhập {_both_ways(value)}."
    return _why_marks_refused(number, field, advice)


def _why_marks_refused(number: str, field: _Field, advice: str) -> tuple[str, str]:
    """Explain dots and commas that do not group by three, and what is no number at all."""
    if pair := _AMBIGUOUS.fullmatch(number):
        return "ambiguous", _explain_ambiguous(pair[1], pair[2], field)
    if _COMMA_GROUPS.fullmatch(number):
        value = int(number.replace(",", ""))
        return "comma_groups", f"dùng dấu phẩy để ngăn hàng nghìn. Nhập {_both_ways(value)}."
    if _MISGROUPED.fullmatch(number):
        reason = "đặt dấu chấm sai chỗ; dấu chấm chỉ ngăn từng nhóm ba chữ số."
        return "misgrouped", f"{reason} Nhập số nguyên, ví dụ {_both_ways(1960)}."
    if _DASH.fullmatch(number):
        return "dash", f"là dấu gạch, không phải {field.noun}. Nếu không có thì để trống hoặc nhập 0."
    if _TICK.fullmatch(number):
        return "tick", f"là dấu đánh, không nói là bao nhiêu. {field.advice}, hoặc để trống nếu không có."
    code = "decimal" if _DECIMAL.fullmatch(number) else "not_a_number"
    return code, f"không phải {field.noun}. {advice}"


def _explain_ambiguous(whole: str, fraction: str, field: _Field) -> str:
    large, decimals = int(whole + fraction), fraction.rstrip("0")
    small = f"{whole},{decimals}" if decimals else whole
    meanings = f"có thể là {format_count(large)} hoặc {small}."
    if not decimals:
        return f"{meanings} Nhập {large} hoặc {small}, không dùng dấu phẩy."
    only_whole = f"{field.noun} không có phần lẻ"
    return f"{meanings} Nếu là {format_count(large)} thì nhập {_both_ways(large)}; {only_whole}."


def _both_ways(value: int) -> str:
    return f"{value} hoặc {format_count(value)}"


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def format_count(n: int | None) -> str:
    """Write a number as screens and tables do: "1.960"; ``None`` is an empty text."""
    return "" if n is None else f"{n:,}".replace(",", ".")


def format_money(n: int | None, *, unit: bool = False) -> str:
    """Write an amount of đồng: "36.511.988.780", with ``unit`` "36.511.988.780 đồng"."""
    return f"{format_count(n)} đồng" if unit and n is not None else format_count(n)


def format_prose_count(n: int) -> str:
    """Write a number as official prose does: "06" below ten (0 stays "0"), "1.960"."""
    if n < 0:
        msg = f"a number in prose is not negative: {n}"
        raise ValueError(msg)
    return f"0{n}" if 0 < n < 10 else format_count(n)  # noqa: PLR2004 - the rule is "below ten"


def format_percent(numerator: int, denominator: int) -> str:
    """Write a share with two decimals, halves away from zero: "82,68 %"; of nothing: "–"."""
    if denominator == 0:
        return "–"
    top, bottom = abs(numerator) * 10_000, abs(denominator)
    hundredths = (2 * top + bottom) // (2 * bottom)
    sign = "-" if hundredths and (numerator < 0) != (denominator < 0) else ""
    whole, rest = divmod(hundredths, 100)
    return f"{sign}{format_count(whole)},{rest:02d} %"
