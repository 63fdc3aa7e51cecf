"""Dates as typed, partial dates and dates in official prose."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainingplan.rules.dates import (
    DateRefused,
    PartialDate,
    format_date,
    format_prose_date,
    parse_date,
)

_DATES = st.dates(date(1900, 1, 1), date(2100, 12, 31))
_PARTIALS = _DATES.flatmap(
    lambda d: st.sampled_from([PartialDate.from_date(d), PartialDate(d.year, d.month), PartialDate(d.year)])
)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (None, None),
        ("", None),
        ("\u00a0\u200b", None),
        ("05/03/2024", PartialDate(2024, 3, 5)),
        ("25/03/2024", PartialDate(2024, 3, 25)),
        ("5/3/2024", PartialDate(2024, 3, 5)),
        ("5-12-1984", PartialDate(1984, 12, 5)),
        ("5.12.1984", PartialDate(1984, 12, 5)),
        (" 05 / 12 / 1984\u00a0", PartialDate(1984, 12, 5)),
        ("1984-12-05", PartialDate(1984, 12, 5)),
        ("12/1984", PartialDate(1984, 12)),
        ("1-1984", PartialDate(1984, 1)),
        ("1984", PartialDate(1984)),
        ("ngày 5 tháng 12 năm 1984", PartialDate(1984, 12, 5)),
        ("Ngày 05 tháng 12 năm 1984", PartialDate(1984, 12, 5)),
        ("5 tháng 12 năm 1984", PartialDate(1984, 12, 5)),
        ("tháng 12 năm 1984", PartialDate(1984, 12)),
        ("năm 1984", PartialDate(1984)),
        ("1984-12-05 00:00:00", PartialDate(1984, 12, 5)),
        ("1984-12-05T00:00:00", PartialDate(1984, 12, 5)),
        ("5/12/1984 0:00", PartialDate(1984, 12, 5)),
        ("29/02/2024", PartialDate(2024, 2, 29)),
    ],
)
def test_parse_date_reads_the_day_first(typed: str | None, read: PartialDate | None) -> None:
    assert parse_date(typed) == read


_ADVICE = "Nhập ngày/tháng/năm, ví dụ 05/12/1984; nếu chỉ biết năm thì nhập 1984."


@pytest.mark.parametrize(
    ("typed", "code", "message"),
    [
        ("hôm qua", "not_a_date", f"«hôm qua» không phải ngày tháng. {_ADVICE}"),
        (
            "12/25/1984",
            "month",
            ("«12/25/1984» có tháng 25, một năm chỉ có 12 tháng. Nhập ngày trước, tháng sau, ví dụ 25/12/1984."),
        ),
        (
            "31/02/2024",
            "day",
            ("«31/02/2024» không có trong lịch: tháng 2 năm 2024 không có ngày 31. Kiểm tra rồi nhập lại."),
        ),
        (
            "00/00/1984",
            "unknown_part",
            ("«00/00/1984» ghi ngày hoặc tháng là 0. Nếu không biết thì nhập tháng/năm hoặc chỉ nhập năm, ví dụ 1984."),
        ),
        (
            "5/12/84",
            "short_year",
            ("«5/12/84» không ghi năm bằng bốn chữ số. Nhập đủ bốn chữ số của năm, ví dụ 05/12/1984."),
        ),
        (
            "5/12/0984",
            "year",
            "«5/12/0984» có năm 0984 ngoài khoảng 1900–2100. Kiểm tra rồi nhập lại.",
        ),
        (
            "０５/12/1984",
            "foreign_digits",
            "«０５/12/1984» dùng chữ số khác 0–9. Gõ lại bằng chữ số 0–9, ví dụ 05/12/1984.",
        ),
        ("1" * 41, "too_long", f"«{'1' * 24}…» quá dài, không phải ngày tháng. {_ADVICE}"),
    ],
)
def test_parse_date_refuses_in_words(typed: str, code: str, message: str) -> None:
    with pytest.raises(DateRefused) as caught:
        parse_date(typed)
    assert (caught.value.typed, caught.value.code) == (typed, code)
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("29/02/2023", "day"),
        ("1984-02-30", "day"),
        ("32/01/2024", "day"),
        ("13/1984", "month"),
        ("1984-25-12", "month"),
        ("0/12/1984", "unknown_part"),
        ("00/1984", "unknown_part"),
        ("05/12/19845", "short_year"),
        ("1899", "year"),
        ("2101", "year"),
        ("05/12-1984", "not_a_date"),
        ("1984/12/05", "not_a_date"),
        ("1984-12", "not_a_date"),
        ("84", "not_a_date"),
        ("12/84", "not_a_date"),
        ("30654", "serial"),
        ("Dec 5, 1984", "not_a_date"),
        ("-1984", "not_a_date"),
        ("1984-12-05 08:30:00", "not_a_date"),
        ("30/2/1984 00:00", "day"),
        ("ngày 31 tháng 2 năm 1984", "day"),
        ("ngày 5 năm 1984", "not_a_date"),
    ],
)
def test_parse_date_refuses(typed: str, code: str) -> None:
    with pytest.raises(DateRefused) as caught:
        parse_date(typed)
    assert caught.value.code == code


@given(_PARTIALS)
def test_what_is_displayed_is_read_back(value: PartialDate) -> None:
    assert parse_date(value.display()) == value
    assert parse_date(value.display().replace("/", ".")) == value


@given(_DATES)
def test_iso_is_read_and_full_dates_convert(day: date) -> None:
    read = parse_date(day.isoformat())
    assert read == PartialDate.from_date(day)
    assert read is not None
    assert read.to_date() == day
    assert parse_date(format_date(day)) == read


def _read(typed: str) -> PartialDate | DateRefused | None:
    try:
        return parse_date(typed)
    except DateRefused as refusal:
        return refusal


@given(st.text(alphabet="0123456789/.- ", max_size=12) | st.text())
def test_anything_is_read_or_refused(typed: str) -> None:
    read = _read(typed)
    if isinstance(read, DateRefused):
        assert read.typed == typed
        assert read.message.startswith("«")
        assert read.message.endswith(".")
        return
    shown = "" if read is None else read.display()
    digits = [c for c in typed if c in "123456789"]
    assert sorted(c for c in shown if c in "123456789") == sorted(digits)


def test_display() -> None:
    shown = [d.display() for d in (PartialDate(1984, 12, 5), PartialDate(984, 1), PartialDate(1984))]
    assert shown == ["05/12/1984", "01/0984", "1984"]
    assert PartialDate(1984).to_date() is None
    assert PartialDate(1984, 12).to_date() is None


def test_order_is_by_time_then_from_less_to_more_exact() -> None:
    ordered = [
        PartialDate(1983, 12, 31),
        PartialDate(1984),
        PartialDate(1984, 1),
        PartialDate(1984, 1, 1),
        PartialDate(1984, 1, 2),
        PartialDate(1984, 2),
        PartialDate(1985),
    ]
    backwards = ordered[::-1]
    assert sorted(backwards) == ordered
    assert PartialDate(1984) <= PartialDate(1984)
    assert PartialDate(1985) > PartialDate(1984, 12, 31)


@given(_DATES, _DATES)
def test_full_dates_order_as_the_calendar(one: date, other: date) -> None:
    assert (PartialDate.from_date(one) < PartialDate.from_date(other)) == (one < other)


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [(1984, None, 5), (1984, 13, None), (1984, 0, None), (1984, 2, 30), (0, None, None)],
)
def test_no_impossible_partial_date(year: int, month: int | None, day: int | None) -> None:
    with pytest.raises(ValueError, match=r"month|day|year"):
        PartialDate(year, month, day)


def test_format_date() -> None:
    assert format_date(date(2024, 12, 5)) == "05/12/2024"
    assert format_date(None) == ""


@pytest.mark.parametrize(
    ("day", "written"),
    [
        (date(2024, 12, 5), "ngày 05 tháng 12 năm 2024"),
        (date(2024, 1, 31), "ngày 31 tháng 01 năm 2024"),
        (date(2024, 2, 9), "ngày 09 tháng 02 năm 2024"),
        (date(2024, 3, 10), "ngày 10 tháng 3 năm 2024"),
    ],
)
def test_format_prose_date(day: date, written: str) -> None:
    assert format_prose_date(day) == written
    assert format_prose_date(day, year=1999) == written


def test_the_blank_prose_date() -> None:
    assert format_prose_date(None, year=2024) == "ngày … tháng … năm 2024"
    assert format_prose_date(None) == "ngày … tháng … năm …"
