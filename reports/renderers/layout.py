"""How text and tables fit a page: a heading's form, a table's font size and widths; shared by the renderers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from reports.document import (
    Block,
    Column,
    Document,
    Kind,
    Orientation,
    Paragraph,
    RowKind,
    Run,
    Table,
    Value,
    printed,
)
from reports.profiles import A4_MM, PROFILES, Form, Profile
from reports.renderers.metrics import POINTS_PER_MM, line_width, longest_word

CELL_PADDING_MM: Final = 1.2
ROUNDING_MM: Final = 0.7
"""Room for two borders and for what a printer's own widths differ."""
LONGEST_WORD_MM: Final = 32
"""A longer unbroken string (an address, a code) is broken rather than given a wider column."""


ITEM_MARKERS: Final = "-+"
"""Of the items of a list, and of those below one of them."""
HEAD_LINES: Final = 6
"""How many lines a column's title may take."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Font size in points, the width of each column in mm, and what its numbers leave of it."""

    size: int
    widths: tuple[float, ...]
    spare: tuple[float, ...]

    @property
    def percents(self) -> tuple[float, ...]:
        """The widths as percents of the table's."""
        whole = sum(self.widths)
        return tuple(100 * width / whole for width in self.widths)


def profile_of(document: Document) -> Profile:
    return PROFILES[document.profile]


def formed(run: Run, form: Form) -> Run:
    """A run of a heading in the form of its level."""
    text = run.text.upper() if form.capitals else run.text
    return replace(run, text=text, bold=run.bold or form.bold, italic=run.italic or form.italic)


def introduces(block: Block, following: Block | None) -> bool:
    """Whether a paragraph opens a list, from whose first item no page must cut it off."""
    if not (isinstance(block, Paragraph) and isinstance(following, Paragraph)):
        return False
    return ITEM_MARKERS.find(block.marker or " ") < ITEM_MARKERS.find(following.marker or " ")


def page_mm(document: Document) -> tuple[int, int]:
    """Width and height of the sheet."""
    short, long = A4_MM
    return (short, long) if document.orientation is Orientation.PORTRAIT else (long, short)


def text_width_mm(document: Document) -> int:
    """Width of the page between its margins."""
    margins = profile_of(document).margins
    return page_mm(document)[0] - margins.left - margins.right


@dataclass(frozen=True, slots=True)
class _Need:
    """What a column must hold, in thousandths of the font size.

    `solid` cannot be wrapped; `word` is the longest word, `text` a long text and `title` the head of what can.
    """

    solid: int
    word: int
    text: int
    title: int

    def width_mm(self, size: int, lines: int) -> float:
        word = min(_mm(self.word, size), LONGEST_WORD_MM)
        text = _wrapped(_mm(self.text, size), word, lines)
        title = _wrapped(_mm(self.title, size), word, HEAD_LINES)
        return max(_mm(self.solid, size), word, text, title) + 2 * CELL_PADDING_MM + ROUNDING_MM


def lay_out(table: Table, document: Document) -> Layout:
    """Take the first size of the profile at which nothing is broken and no cell grows too tall."""
    room = text_width_mm(document)
    needs = [_need(column, cells) for column, cells in zip(table.columns, _cells(table), strict=True)]
    sizes = profile_of(document).table_sizes
    for size, most_lines in sizes:
        for lines in range(1, most_lines + 1):
            least = [need.width_mm(size, lines) for need in needs]
            if sum(least) <= room:
                return _layout(size, needs, _shared(table.columns, least, room))
    smallest, most_lines = sizes[-1]
    least = [need.width_mm(smallest, most_lines) for need in needs]
    return _layout(smallest, needs, [width * room / sum(least) for width in least])


def _layout(size: int, needs: Sequence[_Need], widths: Sequence[float]) -> Layout:
    spare = (width - _mm(need.solid, size) for width, need in zip(widths, needs, strict=True))
    return Layout(size, tuple(widths), tuple(spare))


def _mm(thousandths: int, size: int) -> float:
    return thousandths * size / 1000 / POINTS_PER_MM


def _wrapped(text: float, word: float, lines: int) -> float:
    """Width at which a text takes so many lines, half a long word being lost on each: few lines are full."""
    return text if lines == 1 or text <= word else text / lines + word / 2


def _need(column: Column, cells: list[tuple[Value, bool]]) -> _Need:
    title = line_width(column.title, bold=True)
    title_word = longest_word(column.title, bold=True)
    if column.kind is not Kind.TEXT:
        return _Need(solid=_longest_number([value for value, _ in cells]), word=title_word, text=0, title=title)
    texts = [(str(value), bold) for value, bold in cells]
    widths = sorted(line_width(text, bold=bold) for text, bold in texts) or [0]
    word = max([title_word, *(longest_word(text, bold=bold) for text, bold in texts)])
    return _Need(solid=0, word=word, text=widths[len(widths) * 9 // 10], title=title)


def _longest_number(values: list[Value]) -> int:
    """Width of the longest number or other text of a column; bold digits are as wide as others."""
    numbers = [value for value in values if isinstance(value, int)] or [0]
    texts = {value for value in values if isinstance(value, str)}
    ends = (printed(end, Kind.COUNT, RowKind.TOTAL) for end in (min(numbers), max(numbers)))
    return max(line_width(text, bold=True) for text in (*texts, *ends))


def _cells(table: Table) -> list[list[tuple[Value, bool]]]:
    """What stands in each column alone, and whether it is bold."""
    found: list[list[tuple[Value, bool]]] = [[] for _ in table.columns]
    for row in table.rows:
        bold, index = row.kind is not RowKind.DATA, 0
        for cell in row.cells:
            if cell.span == 1 and cell.value is not None:
                found[index].append((cell.value, bold))
            index += cell.span
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
    return tuple(least[index] if index in held else column.weight * unit for index, column in enumerate(columns))
