"""How a table fits a page: one font size and one width per column, shared by PDF and XLSX."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reports.document import Kind, Orientation, RowKind, printed
from reports.profiles import A4_MM, PROFILES
from reports.renderers.metrics import POINTS_PER_MM, line_width, longest_word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.document import Column, Document, Table
    from reports.profiles import Profile

CELL_PADDING_MM: Final = 1.2
ROUNDING_MM: Final = 0.7
"""Room for two borders and for what a printer's own widths differ."""
LONGEST_WORD_MM: Final = 32
"""A longer unbroken string (an address, a code) is broken rather than given a wider column."""


HEAD_LINES: Final = 6
"""How many lines a column's title may take."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Font size in points and the width of each column in mm."""

    size: int
    widths: tuple[float, ...]

    @property
    def percents(self) -> tuple[int, ...]:
        """The widths as whole percents of the table, each at least 1."""
        whole = sum(self.widths)
        return tuple(max(1, round(100 * width / whole)) for width in self.widths)


def profile_of(document: Document) -> Profile:
    return PROFILES[document.profile]


def page_mm(document: Document) -> tuple[int, int]:
    """Width and height of the sheet."""
    short, long = A4_MM
    return (short, long) if document.orientation is Orientation.PORTRAIT else (long, short)


def text_width_mm(document: Document) -> int:
    """Width of the page between its margins."""
    margins = profile_of(document).margins
    return page_mm(document)[0] - margins.left - margins.right


def lay_out(table: Table, document: Document) -> Layout:
    """Take the first size of the profile at which nothing is broken and no cell grows too tall."""
    room = text_width_mm(document)
    needs = [
        _need(column, texts) for column, texts in zip(table.columns, _texts(table), strict=True)
    ]
    for size, most_lines in profile_of(document).table_sizes:
        for lines in range(1, most_lines + 1):
            least = [need.width_mm(size, lines) for need in needs]
            if sum(least) <= room:
                return Layout(size, _shared(table.columns, least, room))
    return Layout(size, tuple(width * room / sum(least) for width in least))


@dataclass(frozen=True, slots=True)
class _Need:
    """What a column must hold, in thousandths of the font size: `solid` cannot be wrapped,
    `word` is the longest word, `text` a long text and `title` the head of those that can."""

    solid: int
    word: int
    text: int
    title: int

    def width_mm(self, size: int, lines: int) -> float:
        unit = size / 1000 / POINTS_PER_MM
        word = min(self.word * unit, LONGEST_WORD_MM)
        wrapped = max(
            _wrapped(self.text * unit, word, lines), _wrapped(self.title * unit, word, HEAD_LINES)
        )
        return max(self.solid * unit, word, wrapped) + 2 * CELL_PADDING_MM + ROUNDING_MM


def _wrapped(text: float, word: float, lines: int) -> float:
    """Width at which a text takes so many lines: a line that is wrapped is seldom full, so half
    a long word is reckoned as lost on each."""
    return text if lines == 1 or text <= word else text / lines + word / 2


def _need(column: Column, texts: list[tuple[str, bool]]) -> _Need:
    title = line_width(column.title, bold=True)
    title_word = longest_word(column.title, bold=True)
    widths = sorted(line_width(text, bold=bold) for text, bold in texts) or [0]
    if column.kind is not Kind.TEXT:
        return _Need(solid=widths[-1], word=title_word, text=0, title=title)
    word = max([title_word, *(longest_word(text, bold=bold) for text, bold in texts)])
    return _Need(solid=0, word=word, text=widths[len(widths) * 9 // 10], title=title)


def _texts(table: Table) -> list[list[tuple[str, bool]]]:
    """What is printed in each column alone, and whether it is bold."""
    found: list[list[tuple[str, bool]]] = [[] for _ in table.columns]
    for row in table.rows:
        bold = row.kind is not RowKind.DATA
        for index, cell in row.placed():
            if cell.span == 1 and cell.value is not None:
                text = printed(cell.value, table.columns[index].kind, row.kind)
                found[index].append((text, bold))
    return found


def _shared(columns: Sequence[Column], least: list[float], room: float) -> tuple[float, ...]:
    """Share the room by weight, but give no column less than its least."""
    held: set[int] = set()
    while True:
        free = [index for index in range(len(columns)) if index not in held]
        left = room - sum(least[index] for index in held)
        unit = left / sum(columns[index].weight for index in free) if free else 0
        short = {index for index in free if columns[index].weight * unit < least[index]}
        if not short:
            break
        held |= short
    return tuple(
        least[index] if index in held else column.weight * unit
        for index, column in enumerate(columns)
    )
