"""Tables as official papers have them: heads of two levels, groups, sums. Plain cells in, lines and faults out."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from trainingplan.rules.names import fold
from trainingplan.rules.numbers import NumberRefused, format_count, parse_count
from trainingplan.rules.text import clean

Area = tuple[int, int, int, int]
"""Merged cells: top, left, bottom, right, from 0, both ends included."""
Rows = Sequence[Sequence[object]]
Path = tuple[str, ...]
"""The texts above a column, from the top down, folded."""

UNIT_HEADS = frozenset({
    "co quan, don vi, dia phuong", "co quan, don vi", "don vi, dia phuong", "don vi", "ten don vi", "dia phuong",
    "ten co quan, don vi", "co quan/don vi", "cac don vi",
})  # fmt: skip
NUMBER_HEADS = frozenset({"tt", "stt", "so tt", "so thu tu", "tt."})
TOTAL_HEADS = frozenset({"tong cong", "tong so", "tong", "cong"})
NOTE_HEADS = frozenset({"ghi chu"})
DASHES = frozenset({"-", "–", "—", "−"})
DEEPEST_HEAD = 60
LONGEST_HEAD, LONGEST_NAME = 300, 1_000
MOST_HEAD_ROWS = 4
_COLUMN_NUMBER = re.compile(r"\(?[0-9]{1,3}\)?")
_ROMAN = re.compile(r"[IVXLC]+")
_LETTER = re.compile(r"[A-ZĐ]")


class Kind(StrEnum):
    UNIT = "unit"
    GROUP = "group"
    SUM = "sum"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class HeadWords:
    """The heads of the columns that are no quotas, folded: those in common use, and a plan's own."""

    unit: frozenset[str] = UNIT_HEADS
    number: frozenset[str] = NUMBER_HEADS
    total: frozenset[str] = TOTAL_HEADS
    note: frozenset[str] = NOTE_HEADS


COMMON = HeadWords()


@dataclass(frozen=True, slots=True)
class Head:
    """Where the heads stand and what stands above each column; `words` are the same for a reader."""

    top: int
    bottom: int
    unit: int
    number: int | None
    paths: tuple[Path, ...]
    words: tuple[str, ...]

    def columns(self, heads: Iterable[str]) -> list[int]:
        """The columns whose lowest text is one of these."""
        wanted = frozenset(heads)
        return [column for column, path in enumerate(self.paths) if path and path[-1] in wanted]


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table: `row` from 0; `rank` of a group, the lower the wider."""

    row: int
    kind: Kind
    name: str
    rank: int = 0


@dataclass(frozen=True, slots=True)
class WrongSum:
    """A sum that is not that of its rows."""

    row: int
    column: int
    printed: int
    added: int
    name: str

    @property
    def words(self) -> str:
        return f"ghi {format_count(self.printed)}, các dòng cộng lại là {format_count(self.added)}"


def find_head(rows: Rows, merged: Iterable[Area], words: HeadWords = COMMON) -> Head | None:
    """The heads of the first table that has a column of units; None where none stands in the first rows."""
    areas = list(merged)
    for top, row in enumerate(rows[:DEEPEST_HEAD]):
        for column, value in enumerate(row):
            if isinstance(value, str) and len(value) <= LONGEST_HEAD and fold(value) in words.unit:
                bottom = _bottom(rows, areas, top, column)
                texts = _texts(rows, areas, top, bottom)
                paths = tuple(tuple(fold(text) for text in path) for path in texts)
                shown = tuple(" – ".join(path) for path in texts)
                numbers = [at for at, path in enumerate(paths) if path and path[-1] in words.number]
                return Head(top, bottom, column, numbers[0] if numbers else None, paths, shown)
    return None


def _bottom(rows: Rows, areas: Sequence[Area], top: int, column: int) -> int:
    """The last row of the heads: that of the merged unit head, else the last below it that has heads and no unit."""
    for area_top, left, bottom, right in areas:
        if area_top <= top <= bottom and left <= column <= right and bottom > area_top:
            return bottom
    bottom = top
    for at in range(top + 1, min(top + MOST_HEAD_ROWS, len(rows))):
        row = rows[at]
        texts = [value for value in row if isinstance(value, str) and value.strip()]
        if column < len(row) and row[column] not in (None, ""):
            break
        if not texts or len(texts) != sum(value not in (None, "") for value in row) or _are_column_numbers(texts):
            break
        bottom = at
    return bottom


def _texts(rows: Rows, areas: Sequence[Area], top: int, bottom: int) -> list[list[str]]:
    """Above each column its texts from the top down; a merged text stands above all its columns, once."""
    width = max(len(row) for row in rows[top : bottom + 1])
    cells = {
        (at, column): value
        for at in range(top, bottom + 1)
        for column, value in enumerate(rows[at])
        if value not in (None, "")
    }
    for area_top, left, area_bottom, right in areas:
        if top <= area_top <= bottom and (text := cells.get((area_top, left))) is not None:
            for at in range(area_top, min(area_bottom, bottom) + 1):
                for column in range(left, min(right, width - 1) + 1):
                    cells.setdefault((at, column), text)
    found = []
    for column in range(width):
        texts = [
            " ".join(str(cells[at, column])[:LONGEST_HEAD].split())
            for at in range(top, bottom + 1)
            if (at, column) in cells
        ]
        found.append(list(dict.fromkeys(texts)))
    return found


def match_columns(head: Head, known: Mapping[int, Sequence[Path]]) -> tuple[dict[int, int], dict[int, list[int]]]:
    """Columns by what they hold: (column → key, column → the keys that it may be).

    A whole path is certain before a lowest text alone; what two keys share decides nothing.
    """
    certain: dict[int, int] = {}
    open_: dict[int, list[int]] = {}
    for column, path in enumerate(head.paths):
        if not path:
            continue
        whole = [key for key, paths in known.items() if path in paths]
        lowest = [key for key, paths in known.items() if any(path[-1] == one[-1] for one in paths)]
        found = whole or lowest
        if len(found) == 1 and found[0] not in certain.values():
            certain[column] = found[0]
        elif found:
            open_[column] = found
    return certain, open_


def read_lines(rows: Rows, head: Head, *, is_unit: Callable[[str], bool], group_names: frozenset[str]) -> list[Line]:
    """The rows below the heads that say something, by their kind; notes and rows of column numbers are left out."""
    lines: list[Line] = []
    lettered = False
    for at in range(head.bottom + 1, len(rows)):
        name, mark = text_at(rows, at, head.unit), text_at(rows, at, head.number)
        if not name and head.unit and head.number is not None and not _is_count(mark):
            name, mark = mark, ""  # a name that runs from the first column on
        if not name or _COLUMN_NUMBER.fullmatch(name):
            continue
        kind = _kind(name, mark, is_unit=is_unit, group_names=group_names)
        rank = 0
        if kind is Kind.GROUP:
            letter = _is_letter(mark, lettered=lettered)
            lettered = lettered or letter
            rank = 2 if lettered and not letter and mark else 1
        lines.append(Line(at, kind, name, rank))
    return lines


def _kind(name: str, mark: str, *, is_unit: Callable[[str], bool], group_names: frozenset[str]) -> Kind:
    plain, shown = fold(name).rstrip(":. "), clean(name).casefold()
    if plain in TOTAL_HEADS or shown.startswith(("tổng cộng", "tổng số")):
        return Kind.TOTAL
    if is_unit(name):
        return Kind.UNIT
    if shown.startswith("cộng "):
        return Kind.SUM
    label = mark.rstrip(".) ")
    if plain in group_names or _ROMAN.fullmatch(label) or _LETTER.fullmatch(label):
        return Kind.GROUP
    return Kind.UNIT


def _is_letter(mark: str, *, lettered: bool) -> bool:
    """Whether a group is counted A, B, C; «C» and «D» only after A or B, for they are Roman numerals, too."""
    label = mark.rstrip(".) ")
    if not _LETTER.fullmatch(label):
        return False
    return label in "AB" or (lettered and label not in "IVX") or not _ROMAN.fullmatch(label)


def _is_count(mark: str) -> bool:
    return not mark or mark.isdigit() or bool(_ROMAN.fullmatch(mark.rstrip(".) "))) or len(mark.rstrip(".) ")) == 1


def text_at(rows: Rows, row: int, column: int | None) -> str:
    if column is None or column >= len(rows[row]):
        return ""
    value = rows[row][column]
    return " ".join(clean(str(value)[:LONGEST_NAME]).split()) if isinstance(value, str | int) else ""


def number_at(rows: Rows, row: int, column: int) -> int | None:
    """The number in a cell, 0 for an empty one or a dash; None for what is no number, or a formula without value."""
    value = rows[row][column] if column < len(rows[row]) else None
    if value is None or (isinstance(value, str) and value.strip() in {"", *DASHES}):
        return 0
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    try:
        return value if isinstance(value, int) else parse_count(value)
    except NumberRefused:
        return None


def is_blank(value: object) -> bool:
    """Whether nothing stands there, or a dash that says so."""
    return value is None or (isinstance(value, str) and value.strip() in {"", *DASHES})


def wrong_sums(rows: Rows, lines: Sequence[Line], columns: Sequence[int]) -> list[WrongSum]:
    """The printed sums of groups, of «Cộng …» and of the whole that are not those of their rows.

    A sum that is not printed, and one of which a row is no number, is no fault here.
    """
    found: list[WrongSum] = []
    units = [line for line in lines if line.kind is Kind.UNIT]
    for place, line in enumerate(lines):
        if line.kind is Kind.UNIT:
            continue
        members = units if line.kind is Kind.TOTAL else _members(lines, place)
        for column in columns:
            printed = number_at(rows, line.row, column)
            blank = column >= len(rows[line.row]) or is_blank(rows[line.row][column])
            parts = [number_at(rows, member.row, column) for member in members]
            if blank or printed is None or None in parts or (line.kind is Kind.GROUP and not members):
                continue
            added = sum(part or 0 for part in parts)
            if printed != added:
                found.append(WrongSum(line.row, column, printed, added, line.name))
    return found


def _members(lines: Sequence[Line], place: int) -> list[Line]:
    """The units that a group's row sums: those below it up to the next group as wide; of «Cộng …» those above."""
    own = lines[place]
    members: list[Line] = []
    if own.kind is Kind.SUM:
        for line in reversed(lines[:place]):
            if line.kind in (Kind.GROUP, Kind.SUM):
                break
            members.append(line)
        return [line for line in members if line.kind is Kind.UNIT]
    for line in lines[place + 1 :]:
        if line.kind is Kind.TOTAL or (line.kind is Kind.GROUP and line.rank <= own.rank):
            break
        members.append(line)
    return [line for line in members if line.kind is Kind.UNIT]


def wrong_across(rows: Rows, lines: Sequence[Line], columns: Sequence[int], total: int) -> list[WrongSum]:
    """The rows whose last column is not the sum of the others."""
    found = []
    for line in lines:
        if total >= len(rows[line.row]) or is_blank(rows[line.row][total]):
            continue
        printed = number_at(rows, line.row, total)
        parts = [number_at(rows, line.row, column) for column in columns]
        if printed is not None and None not in parts and printed != sum(part or 0 for part in parts):
            found.append(WrongSum(line.row, total, printed, sum(part or 0 for part in parts), line.name))
    return found


def _are_column_numbers(texts: Sequence[str]) -> bool:
    return all(_COLUMN_NUMBER.fullmatch(text.strip()) for text in texts)
