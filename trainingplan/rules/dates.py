"""Dates as Vietnamese people write them: day first, and sometimes only the month or the year."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import total_ordering
from typing import Self

from trainingplan.rules.text import (
    LONGEST_TYPED,
    InputRefused,
    clean,
    has_foreign_digits,
    quoted,
)

_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_LAST_PADDED_MONTH = 2

_DAY_FIRST = re.compile(r"([0-9]{1,2})\s*([/.-])\s*([0-9]{1,2})\s*\2\s*([0-9]+)")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_IN_WORDS = re.compile(
    r"(?:(?:ngày\s+)?([0-9]{1,2})\s+tháng\s+|tháng\s+)([0-9]{1,2})\s+năm\s+([0-9]{4})|năm\s+([0-9]{4})", re.IGNORECASE
)
_MIDNIGHT = re.compile(r"(?<=[0-9])[ T]0?0:00(?::00(?:\.0+)?)?$")
"""What programs add to a date that has no time."""
_MONTH = re.compile(r"([0-9]{1,2})\s*[/.-]\s*([0-9]{4})")
_YEAR = re.compile(r"[0-9]{4}")

_SERIAL_ZERO = date(1899, 12, 30)
_FIRST_SERIAL, _LAST_SERIAL = 10_000, 73_050
"""From 1927 to 2099. Smaller numbers may be years; nobody in a plan was born before."""

_ADVICE = "Nhập ngày/tháng/năm, ví dụ 05/12/1984; nếu chỉ biết năm thì nhập 1984."


class DateRefused(InputRefused):
    """What was typed is not a date the field takes."""


@total_ordering
@dataclass(frozen=True)
class PartialDate:
    """A date of which the day, or day and month, may be unknown.

    Ordered by time, what is less exact first: 1984, 12/1984, 01/12/1984. A value that no calendar
    has, or a day without a month, raises ``ValueError``.
    """

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.month is None and self.day is not None:
            msg = "a day needs its month"
            raise ValueError(msg)
        date(
            self.year,
            1 if self.month is None else self.month,
            1 if self.day is None else self.day,
        )

    @classmethod
    def from_date(cls, day: date) -> Self:
        """Return the date as a partial date that is wholly known."""
        return cls(day.year, day.month, day.day)

    def to_date(self) -> date | None:
        """Return the calendar date, or ``None`` when only part of it is known."""
        if self.month is None or self.day is None:
            return None
        return date(self.year, self.month, self.day)

    def display(self) -> str:
        """Write as much as is known: "05/12/1984", "12/1984" or "1984"."""
        parts = [f"{n:02d}" for n in (self.day, self.month) if n is not None]
        return "/".join([*parts, f"{self.year:04d}"])

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, PartialDate):
            return NotImplemented
        return self._order() < other._order()

    def _order(self) -> tuple[int, int, int]:
        return self.year, self.month or 0, self.day or 0


def parse_date(text: str | None) -> PartialDate | None:
    """Read dd/mm/yyyy (also with - or .), yyyy-mm-dd, mm/yyyy, yyyy or the same in words; empty is ``None``.

    The day always stands before the month. All else raises ``DateRefused``, whose code is one of
    ``too_long``, ``foreign_digits``, ``short_year``, ``year``, ``unknown_part``, ``month``,
    ``day``, ``serial``, ``not_a_date``.
    """
    if text is None or not clean(text):
        return None
    year, month, day = _split(text)
    _check(text, year, month, day)
    return PartialDate(year, month, day)


def parse_birth(text: str | None, *, this_year: int) -> PartialDate | None:
    """Read a date of birth: as `parse_date` does, and refused with the code `unborn` when it is after this year."""
    read = parse_date(text)
    if read is not None and read.year > this_year:
        raise _refusal(text or "", "unborn", "ở sau năm nay, không thể là ngày sinh. Kiểm tra năm rồi nhập lại.")
    return read


def day_of_serial(number: int) -> date | None:
    """Return the day that a sheet means by its bare number, or ``None`` when it may be a year or no date at all."""
    return _SERIAL_ZERO + timedelta(days=number) if _FIRST_SERIAL <= number <= _LAST_SERIAL else None


def year_of_day(day: date) -> int | None:
    """Return the year that was meant by a day of a sheet, if its number may be one: 06/06/1905 is day 1984."""
    number = (date(day.year, day.month, day.day) - _SERIAL_ZERO).days
    return number if _FIRST_YEAR <= number <= _LAST_YEAR else None


def _split(typed: str) -> tuple[int, int | None, int | None]:
    """Return the year, month and day as written, whatever the calendar says of them."""
    written = _MIDNIGHT.sub("", clean(typed))
    if len(written) > LONGEST_TYPED:
        raise _refusal(typed, "too_long", f"quá dài, không phải ngày tháng. {_ADVICE}")
    if has_foreign_digits(written):
        advice = "Gõ lại bằng chữ số 0–9, ví dụ 05/12/1984."
        raise _refusal(typed, "foreign_digits", f"dùng chữ số khác 0–9. {advice}")
    if found := _DAY_FIRST.fullmatch(written):
        if len(found[4]) != len("yyyy"):
            advice = "Nhập đủ bốn chữ số của năm, ví dụ 05/12/1984."
            raise _refusal(typed, "short_year", f"không ghi năm bằng bốn chữ số. {advice}")
        return int(found[4]), int(found[3]), int(found[1])
    if found := _ISO.fullmatch(written):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _MONTH.fullmatch(written):
        return int(found[2]), int(found[1]), None
    if _YEAR.fullmatch(written):
        return int(written), None, None
    if found := _IN_WORDS.fullmatch(written):
        return int(found[3] or found[4]), int(found[2]) if found[2] else None, int(found[1]) if found[1] else None
    if written.isascii() and written.isdigit() and (day := day_of_serial(int(written))):
        advice = f"Nếu là ngày {format_date(day)} thì nhập {format_date(day)}, hoặc định dạng ô Excel thành ngày."
        raise _refusal(typed, "serial", f"có thể là ngày tháng mà Excel lưu dưới dạng số. {advice}")
    raise _refusal(typed, "not_a_date", f"không phải ngày tháng. {_ADVICE}")


def _check(typed: str, year: int, month: int | None, day: int | None) -> None:
    """Refuse a year out of reach, and what no calendar has."""
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        reason = f"có năm {year:04d} ngoài khoảng {_FIRST_YEAR}–{_LAST_YEAR}."
        raise _refusal(typed, "year", f"{reason} Kiểm tra rồi nhập lại.")
    if 0 in (month, day):
        reason = "ghi ngày hoặc tháng là 0."
        advice = f"Nếu không biết thì nhập tháng/năm hoặc chỉ nhập năm, ví dụ {year}."
        raise _refusal(typed, "unknown_part", f"{reason} {advice}")
    if month is not None and month > 12:  # noqa: PLR2004 - the months of a year
        advice = "Nhập ngày trước, tháng sau, ví dụ 25/12/1984."
        raise _refusal(typed, "month", f"có tháng {month}, một năm chỉ có 12 tháng. {advice}")
    try:
        PartialDate(year, month, day)
    except ValueError as error:
        reason = f"không có trong lịch: tháng {month} năm {year} không có ngày {day}."
        raise _refusal(typed, "day", f"{reason} Kiểm tra rồi nhập lại.") from error


def _refusal(typed: str, code: str, what: str) -> DateRefused:
    return DateRefused(typed=typed, code=code, message=f"{quoted(typed)} {what}")


def format_date(day: date | None) -> str:
    """Write a date as screens and tables do: "05/12/2024"; ``None`` is an empty text."""
    return "" if day is None else PartialDate.from_date(day).display()


def format_prose_date(day: date | None, *, year: int | None = None) -> str:
    """Write a date as official papers do: "ngày 05 tháng 12 năm 2024".

    Days below 10 and the months 1 and 2 are padded (Nghị định 30/2020/NĐ-CP, Phụ lục I). Without a
    day it is the blank to be filled in by hand: "ngày … tháng … năm 2024".
    """
    if day is None:
        return f"ngày … tháng … năm {'…' if year is None else year}"
    month = f"{day.month:02d}" if day.month <= _LAST_PADDED_MONTH else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"
