"""A block pasted from a spreadsheet: its cells, where they land, what each would do. Nothing is written here."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from io import StringIO
from typing import Literal

from trainingplan.rules.numbers import NumberRefused, format_count, parse_count
from trainingplan.rules.text import clean, quoted

LONGEST_FIELD = 10_000


class Kind(StrEnum):
    """What a cell of the block would do. `AMBIGUOUS` and `REFUSED` are no numbers; `BLANK` leaves what stands."""

    NEW = "new"
    OVERWRITTEN = "overwritten"
    SAME = "same"
    BLANK = "blank"
    AMBIGUOUS = "ambiguous"
    REFUSED = "refused"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class Held:
    """What a cell holds now. `no_need` is an answer, so that a number over it overwrites."""

    number: int | None = None
    no_need: bool = False

    @property
    def words(self) -> str:
        return "không có nhu cầu" if self.no_need else format_count(self.number)


@dataclass(frozen=True, slots=True)
class Judged:
    """One cell of the block: `line` counts from 1 as the reader sees it, `place` and `column` index the grid."""

    line: int
    place: int
    column: int
    typed: str
    kind: Kind
    number: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Landing:
    """A cell of the block and where it falls; `line` and `offset` are its place in the block, from 0."""

    line: int
    offset: int
    place: int
    typed: str


@dataclass(frozen=True, slots=True)
class Landed:
    """The cells that fall into the grid, and how many numbers fall outside it."""

    cells: tuple[Landing, ...]
    outside: int


def read_block(text: str) -> list[list[str]]:
    """The rows of tab-separated text as Excel copies it: a rectangle, every cell cleaned, one empty last row dropped.

    A quoted cell may hold lines and tabs. Where quotes do not pair they are taken as they stand.
    """
    text = text.replace("\0", "")
    quoting: Literal[0, 3] = 3 if text.count('"') % 2 else 0  # csv.QUOTE_NONE, csv.QUOTE_MINIMAL
    longest = csv.field_size_limit(max(len(text), LONGEST_FIELD))
    try:
        rows = [[_flat(field) for field in row] for row in csv.reader(_lines(text), delimiter="\t", quoting=quoting)]
    finally:
        csv.field_size_limit(longest)
    if len(rows) > 1 and not any(rows[-1]):
        rows.pop()
    width = max((len(row) for row in rows), default=0) or 1  # An empty line is one empty cell.
    return [row + [""] * (width - len(row)) for row in rows]


def _lines(text: str) -> StringIO:
    return StringIO(text, newline="")


def _flat(field: str) -> str:
    return clean(" ".join(field.split()))


def land_by_place(block: Sequence[Sequence[str]], *, height: int, width: int) -> Landed:
    """The block with its first cell at the grid's first; `height` and `width` are the room from there on."""
    places = [place if place < height else None for place in range(len(block))]
    return _land(block, range(len(block)), places, 0, width)


def land_by_name(
    block: Sequence[Sequence[str]], places: Sequence[int | None], *, name_column: int, width: int
) -> Landed:
    """The lines at the places of their names, what stands before the name left out; None for a line that waits.

    A line that waits is told by its name, so its numbers do not count as outside.
    """
    lines = [line for line, place in enumerate(places) if place is not None]
    return _land(block, lines, places, name_column + 1, width)


def _land(
    block: Sequence[Sequence[str]], lines: Iterable[int], places: Sequence[int | None], first: int, width: int
) -> Landed:
    cells, outside = [], 0
    for line in lines:
        place = places[line]
        for offset, typed in enumerate(block[line][first:]):
            if place is not None and offset < width:
                cells.append(Landing(line, offset, place, typed))
            elif typed:
                outside += 1
    return Landed(tuple(cells), outside)


def judge(typed: str, held: Held, *, locked: bool = False) -> tuple[Kind, int | None, str]:
    """What a cell would do, the number in it, and the reason where it would do nothing."""
    if not typed:
        return Kind.BLANK, None, ""
    if locked:
        return Kind.LOCKED, None, "Ô này đã khóa, không nhận số mới."
    try:
        number = parse_count(typed)
    except NumberRefused as refused:
        kind = Kind.AMBIGUOUS if refused.code == "ambiguous" else Kind.REFUSED
        return kind, None, refused.message
    if held.no_need or held.number != number:
        return Kind.OVERWRITTEN if held.no_need or held.number is not None else Kind.NEW, number, ""
    return Kind.SAME, number, ""


def judge_all(cells: Sequence[Landing], held: Mapping[tuple[int, int], Held], locked: set[int]) -> list[Judged]:
    """All that landed, judged; `held` by place and column, `locked` by place. A cell met twice is refused from then."""
    judged, met = [], set()
    for cell in cells:
        at = cell.place, cell.offset
        kind, number, reason = judge(cell.typed, held.get(at, Held()), locked=cell.place in locked)
        if at in met and kind is not Kind.BLANK:
            kind, number = Kind.REFUSED, None
            reason = f"{quoted(cell.typed)}: ô này đã có số ở một dòng trước của khối dán."
        met.add(at)
        judged.append(Judged(cell.line + 1, cell.place, cell.offset, cell.typed, kind, number, reason))
    return judged
