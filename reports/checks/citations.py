"""Numbers of the text that no field gave: legal citations, dates and references may stay, others may not."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reports.fields import Piece

_BOUND = "\N{OBJECT REPLACEMENT CHARACTER}"
_COUNTED = r"(?!\s*(?:chỉ tiêu|học viên|đồng chí|người|lớp|đồng)(?!\w))"
_ALLOWED = (
    # 31-QC/TU · 09-ĐA/TU · 6468-QĐ/HVCTQG · 263/QĐ-TTg · 04/2019/NQ-HĐND · 90/HD-HĐGDQPAN
    r"(?-i:\d+(?:/\d{4})?[-/][A-ZĐ][A-Za-zĐđ]*(?:[-/][A-ZĐ][A-Za-zĐđ]*)*)",
    # 07/8/2023 · ngày 18 tháng 02 năm 2025
    r"\d{1,2}/\d{1,2}/\d{4}",
    r"ngày \d{1,2} tháng \d{1,2} năm \d{4}",
    # giai đoạn 2022 - 2025 · nhiệm kỳ 2020 – 2025
    r"(?:giai đoạn|nhiệm kỳ) \d{4}\s*[-–]\s*\d{4}",
    # đến năm 2030 · Luật Giáo dục năm 2019
    r"đến năm \d{4}",
    r"(?:luật|pháp lệnh|hiến pháp)(?: \w+){0,8} năm \d{4}",
    # Điều 5 · khoản 2 · Mục II.1.1.1
    r"(?:điều|khoản|chương|mục) (?:[IVX]+\.)?\d+(?:\.\d+)*",
    # đối tượng 1, 2, 3 · bậc 4: names of classes of people and of degrees, not quantities
    rf"đối tượng \d(?:, \d(?!\d){_COUNTED})*(?!\d){_COUNTED}",
    rf"bậc \d(?!\d){_COUNTED}",
)
_ALLOWED_PATTERN = re.compile("|".join(f"(?:{pattern})" for pattern in _ALLOWED), re.IGNORECASE)
_YEAR = re.compile(r"năm (\d{4})(?!\d)", re.IGNORECASE)
_APPENDIX = re.compile(r"phụ lục (?:số )?$", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:[.,/]\d+)*")
_YEAR_UNBOUND = "Năm của kế hoạch phải là trường {year}, hoặc {fixed:…} nếu thuộc tên văn bản khác."
_APPENDIX_UNBOUND = "Số phụ lục phải là trường {appendix:…}."
_UNBOUND = "Con số không gắn với dữ liệu, cũng không được đánh dấu cố định."


@dataclass(frozen=True, slots=True)
class StrayNumber:
    """A number outside any field; `message` is empty where it may stay. `start` counts each field as one character."""

    text: str
    message: str = ""
    start: int = 0


def stray_numbers(pieces: Sequence[Piece], year: int) -> Iterator[StrayNumber]:
    """Every number of a paragraph that no field gave, with what is wrong with it."""
    text = "".join(_BOUND if piece.field else piece.text for piece in pieces)
    allowed = [found.span() for found in _ALLOWED_PATTERN.finditer(text)]
    years = {found.start(1): int(found[1]) for found in _YEAR.finditer(text)}
    for found in _NUMBER.finditer(text):
        cited = any(start <= found.start() and found.end() <= end for start, end in allowed)
        written = years.get(found.start())
        if cited and written != year:
            yield StrayNumber(found[0], start=found.start())
        elif written is not None:
            yield StrayNumber(found[0], _YEAR_UNBOUND, found.start())
        elif _APPENDIX.search(text[: found.start()]):
            yield StrayNumber(found[0], _APPENDIX_UNBOUND, found.start())
        else:
            yield StrayNumber(found[0], _UNBOUND, found.start())
