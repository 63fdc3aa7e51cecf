"""Numbers of people and amounts of money: what is read, what is refused and how it is written."""

import re
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from trainingplan.rules.numbers import (
    NumberRefused,
    format_count,
    format_money,
    format_percent,
    format_prose_count,
    parse_count,
    parse_money,
    parse_percent,
)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        (None, None),
        ("", None),
        (" \u00a0\u200b\t", None),
        ("0", 0),
        ("5", 5),
        ("06", 6),
        ("000", 0),
        ("1960", 1960),
        ("1.960", 1960),
        ("\u00a01.960\u00a0", 1960),
        ("\ufeff12\r\n", 12),
        ("1000000", 1_000_000),
        ("1.000.000", 1_000_000),
    ],
)
def test_parse_count_reads(typed: str | None, number: int | None) -> None:
    assert parse_count(typed) == number


@pytest.mark.parametrize(
    ("typed", "code", "message"),
    [
        ("1,5", "decimal", "«1,5» không phải số người. Nhập số nguyên, ví dụ 2."),
        ("1.5", "decimal", "«1.5» không phải số người. Nhập số nguyên, ví dụ 2."),
        (
            "1,960",
            "ambiguous",
            ("«1,960» có thể là 1.960 hoặc 1,96. Nếu là 1.960 thì nhập 1960 hoặc 1.960; số người không có phần lẻ."),
        ),
        (
            "1,000",
            "ambiguous",
            "«1,000» có thể là 1.000 hoặc 1. Nhập 1000 hoặc 1, không dùng dấu phẩy.",
        ),
        (
            "1,960,000",
            "comma_groups",
            "«1,960,000» dùng dấu phẩy để ngăn hàng nghìn. Nhập 1960000 hoặc 1.960.000.",
        ),
        (
            "1 960",
            "spaces",
            "«1 960» có khoảng trắng giữa các chữ số. Nhập 1960 hoặc 1.960.",
        ),
        (
            "1\u00a0960",
            "spaces",
            "«1 960» có khoảng trắng giữa các chữ số. Nhập 1960 hoặc 1.960.",
        ),
        (
            "-5",
            "negative",
            "«-5» là số âm. Số người từ 0 trở lên; nhập số nguyên, ví dụ 2.",
        ),
        (
            "１２",
            "foreign_digits",
            "«１２» dùng chữ số khác 0–9. Gõ lại bằng chữ số 0–9, ví dụ 12.",
        ),
        (
            "٣/٤",
            "foreign_digits",
            "«٣/٤» dùng chữ số khác 0–9. Gõ lại bằng chữ số 0–9, ví dụ 2.",
        ),
        (
            "1234.567",
            "misgrouped",
            (
                "«1234.567» đặt dấu chấm sai chỗ; dấu chấm chỉ ngăn từng nhóm ba chữ số. "
                "Nhập số nguyên, ví dụ 1960 hoặc 1.960."
            ),
        ),
        (
            "1000000000000",
            "too_large",
            ("«1000000000000» vượt quá 1.000.000, số người lớn nhất ô này nhận. Kiểm tra rồi nhập lại."),
        ),
        (
            "9" * 41,
            "too_long",
            f"«{'9' * 24}…» quá dài, không phải số người. Nhập số nguyên, ví dụ 2.",
        ),
        ("mười", "not_a_number", "«mười» không phải số người. Nhập số nguyên, ví dụ 2."),
    ],
)
def test_parse_count_refuses_in_words(typed: str, code: str, message: str) -> None:
    with pytest.raises(NumberRefused) as caught:
        parse_count(typed)
    assert caught.value.typed == typed
    assert caught.value.code == code
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("1960,0", "decimal"),
        ("1.960,5", "decimal"),
        ("1,960.5", "decimal"),
        ("0,960", "decimal"),
        (",5", "decimal"),
        (".5", "decimal"),
        ("1.96", "decimal"),
        ("1.9600", "decimal"),
        ("0.960", "misgrouped"),
        ("01.960", "misgrouped"),
        ("1.96.000", "misgrouped"),
        ("1.960.5", "misgrouped"),
        ("12.34", "decimal"),
        ("1960.", "not_a_number"),
        ("1..960", "not_a_number"),
        ("1.960\u202f000", "not_a_number"),
        ("1\u202f960\u202f000", "spaces"),
        ("1\t960", "spaces"),
        ("1 2", "not_a_number"),
        ("\u22125", "negative"),
        ("\u2013 1.960", "negative"),
        ("-", "dash"),
        ("x", "tick"),
        ("--", "dash"),
        ("\u2013", "dash"),
        ("(5)", "not_a_number"),
        ("1_000", "not_a_number"),
        ("1e3", "not_a_number"),
        ("10^12", "not_a_number"),
        ("=1+1", "not_a_number"),
        ("+5", "not_a_number"),
        ("0x10", "not_a_number"),
        ("5 người", "not_a_number"),
        ("5 đồng", "not_a_number"),
        ("Ⅻ", "not_a_number"),
        ("½", "not_a_number"),
        ("1\u202e2", "not_a_number"),
        ("1\x002", "not_a_number"),
        ("١٢", "foreign_digits"),
        ("1²", "foreign_digits"),
        ("１.９６０", "foreign_digits"),
        ("1000001", "too_large"),
        ("1.000.001", "too_large"),
        ("9" * 40, "too_large"),
        ("0" * 41, "too_long"),
        ("9" * 10_000, "too_long"),
    ],
)
def test_parse_count_refuses(typed: str, code: str) -> None:
    with pytest.raises(NumberRefused) as caught:
        parse_count(typed)
    assert caught.value.code == code


def test_the_maximum_is_the_callers() -> None:
    assert parse_count("113", maximum=113) == 113
    with pytest.raises(NumberRefused, match=r"vượt quá 113, số người lớn nhất"):
        parse_count("114", maximum=113)


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        (None, None),
        ("  ", None),
        ("0", 0),
        ("36.511.988.780", 36_511_988_780),
        ("36511988780", 36_511_988_780),
        ("2.040.000 đồng", 2_040_000),
        ("2.040.000đ", 2_040_000),
        ("2.040.000\u00a0Đ", 2_040_000),
        ("2.040.000 \u20ab", 2_040_000),
        ("2.040.000 đo\u0302\u0300ng", 2_040_000),
        ("1.000.000.000.000.000", 10**15),
    ],
)
def test_parse_money_reads(typed: str | None, amount: int | None) -> None:
    assert parse_money(typed) == amount


@pytest.mark.parametrize(
    ("typed", "code", "message"),
    [
        (
            "1,5 triệu",
            "not_a_number",
            "«1,5 triệu» không phải số tiền. Nhập số đồng nguyên, ví dụ 1.500.000.",
        ),
        (
            "1,500 đồng",
            "ambiguous",
            ("«1,500 đồng» có thể là 1.500 hoặc 1,5. Nếu là 1.500 thì nhập 1500 hoặc 1.500; số tiền không có phần lẻ."),
        ),
        (
            "-2.000đ",
            "negative",
            "«-2.000đ» là số âm. Số tiền từ 0 trở lên; nhập số đồng nguyên, ví dụ 1.500.000.",
        ),
        (
            "đồng",
            "not_a_number",
            "«đồng» không phải số tiền. Nhập số đồng nguyên, ví dụ 1.500.000.",
        ),
        (
            "1.000.000.000.000.001",
            "too_large",
            (
                "«1.000.000.000.000.001» vượt quá 1.000.000.000.000.000, "
                "số tiền lớn nhất ô này nhận. Kiểm tra rồi nhập lại."
            ),
        ),
    ],
)
def test_parse_money_refuses_in_words(typed: str, code: str, message: str) -> None:
    with pytest.raises(NumberRefused) as caught:
        parse_money(typed)
    assert (caught.value.typed, caught.value.code) == (typed, code)
    assert caught.value.message == message


@pytest.mark.parametrize("typed", ["5 đồng đồng", "5 dong", "5 VND", "5đ đ", "1.500,5 đồng"])
def test_parse_money_refuses(typed: str) -> None:
    with pytest.raises(NumberRefused):
        parse_money(typed)


def test_percents_may_have_their_sign() -> None:
    assert [parse_percent(typed) for typed in ("10", "10 %", " 100%", "0", "")] == [10, 10, 100, 0, None]
    with pytest.raises(NumberRefused, match="«101 %» vượt quá 100, tỷ lệ lớn nhất"):
        parse_percent("101 %")
    for typed in ("%", "10 % %", "1,5 %", "10 đồng"):
        with pytest.raises(NumberRefused, match="Nhập số phần trăm nguyên, ví dụ 10"):
            parse_percent(typed)


_NUMBER_LIKE = st.text(alphabet="0123456789.,-+ \u00a0e_đ１", max_size=12)


def _read(typed: str) -> int | NumberRefused | None:
    try:
        return parse_count(typed)
    except NumberRefused as refusal:
        return refusal


@given(_NUMBER_LIKE | st.text())
def test_what_is_accepted_has_its_digits_and_nothing_but_dots(typed: str) -> None:
    read = _read(typed)
    if isinstance(read, NumberRefused):
        assert read.typed == typed
        assert re.fullmatch(r"«.*» .+\.", read.message)
        assert len(read.message) < 200
        return
    digits = "".join(c for c in typed if c in "0123456789")
    assert read == (int(digits) if digits else None)
    assert not set(typed) & set(",-+e_đ")


@given(st.integers(0, 10**15))
@example(999)
@example(1000)
def test_what_is_written_is_read_back(n: int) -> None:
    assert parse_count(format_count(n), maximum=10**15) == n
    assert parse_money(format_money(n)) == n
    assert parse_money(format_money(n, unit=True)) == n
    assert parse_count(format_prose_count(n), maximum=10**15) == n


@given(st.integers(1000, 10**6))
def test_a_comma_for_a_dot_is_never_read(n: int) -> None:
    with pytest.raises(NumberRefused):
        parse_count(format_count(n).replace(".", ","))


def test_format_count_and_money() -> None:
    assert [format_count(n) for n in (None, 0, 999, 1960, 1_000_000)] == [
        "",
        "0",
        "999",
        "1.960",
        "1.000.000",
    ]
    assert format_count(-1960) == "-1.960"
    assert format_money(36_511_988_780) == "36.511.988.780"
    assert format_money(36_511_988_780, unit=True) == "36.511.988.780 đồng"
    assert (format_money(None), format_money(None, unit=True)) == ("", "")


def test_format_prose_count() -> None:
    written = [format_prose_count(n) for n in (0, 1, 6, 9, 10, 36, 113, 1960)]
    assert written == ["0", "01", "06", "09", "10", "36", "113", "1.960"]
    with pytest.raises(ValueError, match="negative"):
        format_prose_count(-1)


@pytest.mark.parametrize(
    ("numerator", "denominator", "written"),
    [
        (0, 0, "–"),
        (5, 0, "–"),
        (0, 5, "0,00 %"),
        (1, 1, "100,00 %"),
        (105, 127, "82,68 %"),
        (2, 3, "66,67 %"),
        (1, 8, "12,50 %"),
        (1, 800, "0,13 %"),
        (-1, 800, "-0,13 %"),
        (-1, 100_000, "0,00 %"),
        (1, 20_000, "0,01 %"),
        (25, 1, "2.500,00 %"),
        (-1, -2, "50,00 %"),
    ],
)
def test_format_percent(numerator: int, denominator: int, written: str) -> None:
    assert format_percent(numerator, denominator) == written


@given(st.integers(-(10**16), 10**16), st.integers(1, 10**12))
def test_format_percent_rounds_as_decimal_does(numerator: int, denominator: int) -> None:
    exact = Decimal(numerator) * 100 / Decimal(denominator)
    rounded = exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    written = format_percent(numerator, denominator).removesuffix(" %")
    assert Decimal(written.replace(".", "").replace(",", ".")) == rounded
