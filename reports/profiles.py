"""How documents must look: the presentation rules in force at a date, as data (mm and points)."""

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
class Profile:
    """One set of presentation rules.

    `table_sizes` are pairs (points, lines a text cell may take), tried from the first to the last
    until a table fits the page's width; those below 11 points are for tables that leave no choice.
    """

    key: str
    name: str
    margins: Margins
    body_size: int
    label_size: int
    title_size: int
    attached_size: int
    page_number_size: int
    table_sizes: tuple[tuple[int, int], ...]
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

    def appendix_label(self, number: int) -> str:
        return self.label_text.format(roman(number) if self.roman_numerals else number)

    def appendix_title(self, title: str) -> str:
        return title.upper() if self.title_capitals else title

    def attached_line(self, attached: Attachment) -> str:
        """Return the "(Kèm theo …)" line; a number or date not yet given is printed as "…"."""
        return self.attached_text.format(
            kind=attached.kind,
            number=attached.number or BLANK,
            symbol=attached.symbol,
            dated=self._date(attached.dated),
            issuer=attached.issuer,
        )

    def _date(self, day: date | None) -> str:
        if day is None:
            return BLANK
        if not self.long_dates:
            return f"{day:%d/%m/%Y}"
        month = f"{day.month:02d}" if day.month <= LAST_PADDED_MONTH else str(day.month)
        return f"{day:%d} tháng {month} năm {day.year}"


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
    table_sizes=((13, 1), (12, 3), (11, 5), (10, 6), (9, 6), (9, 9), (8, 9)),
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
)

HD05: Final = replace(
    HD36,
    key="HD05",
    name="Hướng dẫn 05-HD/VPTW (từ năm 2026)",
    line_height_percent=129,  # 18 pt at least, for letters of 14 pt
)

PROFILES: Final = {profile.key: profile for profile in (HD36, ND30, HD05)}
