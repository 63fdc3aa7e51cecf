"""How documents must look: the presentation rules in force at a date, as data (mm and points)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from reports.document import Attachment

BLANK: Final = "…"
LAST_PADDED_MONTH: Final = 2  # Nghị định 30: "tháng 02", but "tháng 3"
FONT_FAMILIES: Final = ("Times New Roman", "Liberation Serif", "serif")
A4_MM: Final = (210, 297)


@dataclass(frozen=True, slots=True)
class Margins:
    top: int
    bottom: int
    left: int
    right: int


@dataclass(frozen=True, slots=True)
class Form:
    """How the heading of one level is written."""

    bold: bool = False
    italic: bool = False
    capitals: bool = False


@dataclass(frozen=True, slots=True)
class TableStep:
    """One way to set a table: points of its letters and of the figures in its bold rows, tenths of a mm beside a text.

    It will do where no text but the longest takes more than `lines`, no head more than `head_lines`.
    """

    size: int
    lines: int
    sums: int
    head_lines: int = 6
    padding_tenths: int = 12


MANY_LINES: Final = 40
TABLE_STEPS: Final = (
    TableStep(13, 1, 13),
    TableStep(12, 3, 12),
    TableStep(11, 5, 11),
    TableStep(10, 5, 10),
    TableStep(10, 4, 10, head_lines=9),
    TableStep(9, 4, 9, head_lines=9),
    TableStep(9, 3, 8, head_lines=12, padding_tenths=6),
    TableStep(9, 5, 7, head_lines=12, padding_tenths=6),
    TableStep(8, 6, 7, head_lines=16, padding_tenths=6),
    TableStep(8, MANY_LINES, 7, head_lines=16, padding_tenths=6),
    TableStep(7, MANY_LINES, 6, head_lines=16, padding_tenths=4),
    TableStep(6, MANY_LINES, 5, head_lines=20, padding_tenths=3),
    TableStep(4, MANY_LINES, 4, head_lines=20, padding_tenths=3),
)
"""What a crowded table gives up, in this order: size, flat heads, room beside texts and the size of sums, then names.

Those below 11 points are for tables that leave no choice, those below 8 for figures and words that no sheet of this
size can show well: long texts alone take more lines instead.
"""


@dataclass(frozen=True, slots=True)
class Profile:
    """One set of presentation rules.

    `table_steps` are tried from the first to the last until a table fits the page's width.
    `clauses` are the forms of numbered headings, from "I." down. Where `about_rule` is blank, lines are
    drawn below the title and below the issuer. `issuer_percent` is the issuer's share of the page's width.
    """

    key: str
    name: str
    margins: Margins
    body_size: int
    label_size: int
    title_size: int
    attached_size: int
    page_number_size: int
    table_steps: tuple[TableStep, ...]
    first_line_mm: int
    paragraph_before_pt: int
    line_height_percent: int
    page_number_top_mm: int
    number_first_page: bool
    label_text: str
    roman_numerals: bool
    title_capitals: bool
    attached_text: str
    long_dates: bool
    issuer_percent: int
    motto: str
    motto_size: int
    motto_below: str
    motto_below_size: int
    issuer_size: int
    number_text: str
    number_padded: bool
    issuer_star: bool
    dated_size: int
    subject_size: int
    kind_size: int
    about_size: int
    about_rule: str
    clauses: tuple[Form, ...]
    signer_size: int
    recipients_label_size: int
    recipients_label_underlined: bool
    recipients_size: int
    recipients_end: str

    def appendix_label(self, number: int) -> str:
        return self.label_text.format(roman(number) if self.roman_numerals else number)

    def appendix_title(self, title: str) -> str:
        return title.upper() if self.title_capitals else title

    def attached_line(self, attached: Attachment) -> str:
        """Return the "(Kèm theo …)" line; a number or date not yet given is printed as "…"."""
        return self.attached_text.format(
            kind=attached.kind,
            number=self._number(attached.number),
            symbol=attached.symbol,
            dated=self._date(attached.dated),
            issuer=attached.issuer,
        )

    def number_line(self, number: str, symbol: str) -> str:
        return self.number_text.format(number=self._number(number), symbol=symbol)

    def clause(self, level: int) -> Form:
        return self.clauses[min(level, len(self.clauses)) - 1]

    def place_and_date(self, place: str, dated: date | None, year: int) -> str:
        """Like "Quảng Ngãi, ngày 05 tháng 12 năm 2024"; a day and month not yet given are "…"."""
        if dated is None:
            return f"{place}, ngày {BLANK} tháng {BLANK} năm {year}"
        return f"{place}, ngày {dated.day:02d} tháng {_month(dated)} năm {dated.year}"

    def recipient_lines(self, recipients: Sequence[str]) -> list[str]:
        """Items of "Nơi nhận", the last one ending in a full stop."""
        last = len(recipients) - 1
        return [f"- {name}{'.' if place == last else self.recipients_end}" for place, name in enumerate(recipients)]

    def _number(self, number: str) -> str:
        if not number:
            return BLANK
        return number.zfill(2) if self.number_padded else number

    def _date(self, day: date | None) -> str:
        if day is None:
            return BLANK
        if not self.long_dates:
            return f"{day:%d/%m/%Y}"
        return f"{day:%d} tháng {_month(day)} năm {day.year}"


def _month(day: date) -> str:
    return f"{day.month:02d}" if day.month <= LAST_PADDED_MONTH else str(day.month)


def roman(number: int) -> str:
    """Return a positive number in Roman numerals."""
    if number < 1:
        raise ValueError(f"no Roman numeral for {number}")
    signs = (
        (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"),
        (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
    )  # fmt: skip
    text = ""
    for size, sign in signs:
        times, number = divmod(number, size)
        text += sign * times
    return text


HD36: Final = Profile(
    key="HD36",
    name="Hướng dẫn 36-HD/VPTW ngày 03/4/2018",
    margins=Margins(top=20, bottom=20, left=30, right=15),
    body_size=14,
    label_size=14,
    title_size=14,
    attached_size=14,
    page_number_size=14,
    table_steps=TABLE_STEPS,
    first_line_mm=10,
    paragraph_before_pt=6,
    line_height_percent=120,
    page_number_top_mm=10,
    number_first_page=False,
    label_text="PHỤ LỤC {}",
    roman_numerals=False,
    title_capitals=False,
    attached_text="(Kèm theo {kind} số {number}-{symbol}, ngày {dated} của {issuer})",
    long_dates=False,
    issuer_percent=44,
    motto="ĐẢNG CỘNG SẢN VIỆT NAM",
    motto_size=15,
    motto_below="",
    motto_below_size=14,
    issuer_size=14,
    number_text="Số {number}-{symbol}",
    number_padded=False,
    issuer_star=True,
    dated_size=14,
    subject_size=12,
    kind_size=16,
    about_size=14,
    about_rule="-----",
    clauses=(Form(bold=True, capitals=True), Form(bold=True), Form(italic=True), Form(italic=True)),
    signer_size=14,
    recipients_label_size=14,
    recipients_label_underlined=True,
    recipients_size=12,
    recipients_end=",",
)

ND30: Final = replace(
    HD36,
    key="ND30",
    name="Nghị định 30/2020/NĐ-CP ngày 05/3/2020, Phụ lục I",
    page_number_size=13,
    label_text="Phụ lục {}",
    roman_numerals=True,
    title_capitals=True,
    attached_text="(Kèm theo {kind} số {number}/{symbol} ngày {dated} của {issuer})",
    long_dates=True,
    issuer_percent=38,
    motto="CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    motto_size=13,
    motto_below="Độc lập - Tự do - Hạnh phúc",
    issuer_size=13,
    number_text="Số: {number}/{symbol}",
    number_padded=True,
    issuer_star=False,
    kind_size=14,
    about_rule="",
    recipients_label_size=12,
    recipients_label_underlined=False,
    recipients_size=11,
    recipients_end=";",
)

HD05: Final = replace(
    HD36,
    key="HD05",
    name="Hướng dẫn 05-HD/VPTW (từ năm 2026)",
    line_height_percent=129,  # 18 pt at least, for letters of 14 pt
    recipients_end=";",
)

PROFILES: Final = {profile.key: profile for profile in (HD36, ND30, HD05)}
