"""Numbers typed into a text as it is stored, its fields not filled in: where they stand, and what could bind them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from reports.checks.citations import stray_numbers
from reports.fields import Fault, Field, Kind, Piece, parse

_WHY = {
    Kind.APPENDIX: "Số phụ lục phải lấy từ dữ liệu.",
    Kind.YEAR: "Năm của kế hoạch phải lấy từ dữ liệu, trừ khi thuộc tên văn bản khác.",
    None: "Chưa gắn với dữ liệu, cũng chưa đánh dấu cố định.",
}
_MARKS = re.compile(r"(\*\*)(?:.+?)(\*\*)|(\*)(?:.+?)(\*)")


@dataclass(frozen=True, slots=True)
class FreeNumber:
    """A number that is neither bound to data nor marked fixed; it is `source[start:end]`."""

    start: int
    end: int
    text: str
    message: str
    around: str

    @property
    def named(self) -> Kind | None:
        """What it must be by the words beside it: the number of an appendix, or the year; None for a quantity."""
        return next((kind for kind in (Kind.APPENDIX, Kind.YEAR) if f"{{{kind}" in self.message), None)

    @property
    def why(self) -> str:
        """What is the matter, for those who see no fields."""
        return _WHY[self.named]

    @property
    def fixed(self) -> str:
        """The field that would keep it as it is."""
        return str(Field(Kind.FIXED, self.text))


def free_numbers(source: str, year: int) -> Iterator[FreeNumber]:
    """The free numbers of a text in reading order, each paragraph judged by itself, as the check of the plan does."""
    offset = 0
    for line in source.splitlines(keepends=True):
        yield from _in_line(line.rstrip("\n"), offset, year)
        offset += len(line)


def _in_line(line: str, offset: int, year: int) -> Iterator[FreeNumber]:
    pieces, places = _pieces(line)
    for stray in stray_numbers(pieces, year):
        if stray.message:
            start, end = places[stray.start], places[stray.start + len(stray.text) - 1] + 1
            yield FreeNumber(offset + start, offset + end, line[start:end], stray.message, _around(line, start, end))


def _pieces(line: str) -> tuple[list[Piece], list[int]]:
    """The line without the marks of emphasis, and where in it each of its characters stands; a field counts as one."""
    marks = {place for found in _MARKS.finditer(line) for group in (1, 2, 3, 4) for place in range(*found.span(group))}
    pieces: list[Piece] = []
    places: list[int] = []
    start = 0
    for token in parse(line):
        written = token if isinstance(token, str) else token.field if isinstance(token, Fault) else str(token)
        if isinstance(token, str):
            kept = [start + place for place in range(len(token)) if start + place not in marks]
            pieces.append(Piece("".join(line[place] for place in kept)))
            places += kept
        else:
            field = token if isinstance(token, Field) else Field(Kind.FIXED)
            pieces.append(Piece(written, field))
            places.append(start)
        start += len(written)
    return pieces, places


_NEAR = 28


def _around(line: str, start: int, end: int) -> str:
    """The number with the words beside it, so that it is found again."""
    before, after = line[max(0, start - _NEAR) : start], line[end : end + _NEAR]
    if start > _NEAR:
        before = f"…{before.partition(' ')[2]}"
    if len(line) > end + _NEAR:
        after = f"{after.rpartition(' ')[0]}…"
    return f"{before}{line[start:end]}{after}"


def replaced(source: str, start: int, text: str, field: str) -> str | None:
    """The text with the number at `start` turned into a field; None when the number no longer stands there."""
    if source[start : start + len(text)] != text:
        return None
    return f"{source[:start]}{field}{source[start + len(text) :]}"
