"""How text and tables fit a page: a heading's form, a table's font size and widths; shared by the renderers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Self

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
from reports.profiles import A4_MM, PROFILES, Form, Profile, TableStep
from reports.renderers.metrics import POINTS_PER_MM, line_width, longest_word, narrowest

ROUNDING_MM: Final = 0.7
"""Room for two borders and for what a printer's own widths differ."""
LONGEST_WORD_MM: Final = 32
"""A longer unbroken string (an address, a code) is broken rather than given a wider column."""


ITEM_MARKERS: Final = "-+"
"""Of the items of a list, and of those below one of them."""
NAME_LINES: Final = 2
"""Where there is room, even the longest name of a row takes no more lines."""
NAME_SHARE: Final = 0.45
"""The part of a table's width that it may ask for."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Font size in points, that of the figures in bold rows, the room beside a text in mm.

    Then the width of each column in mm and what its numbers leave of it; how many times as wide they should be.
    """

    size: int
    sums: int
    padding_mm: float
    widths: tuple[float, ...]
    spare: tuple[float, ...]
    excess: float = 1

    @property
    def overfull(self) -> bool:
        """Whether figures are wider than their columns."""
        return self.excess > 1

    @property
    def unbroken(self) -> Self:
        """As wide as the table should be, for a page that is made smaller to hold it."""
        return replace(self, widths=tuple(width * self.excess for width in self.widths), excess=1)

    def size_in(self, column: Column, row: RowKind) -> int:
        """Points of what stands in a column and a kind of row."""
        return self.sums if column.is_number and row is not RowKind.DATA else self.size

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

    `solid` cannot be wrapped, nor can the `sums` of bold rows; `word` is the longest word and `text` a long text of
    what can; `name` is how wide the longest text is on few lines. `title` is the head.
    """

    solid: int
    sums: int
    word: int
    text: int
    name: int
    title: str

    def least_mm(self, step: TableStep, lines: int) -> float:
        """The width that the column cannot do without."""
        word = min(_mm(self.word, step.size), LONGEST_WORD_MM)
        text = _wrapped(_mm(self.text, step.size), word, lines)
        return max(self.unbroken_mm(step), word, text, head_mm(self.title, step)) + beside_mm(step)

    def wish_mm(self, step: TableStep) -> float:
        """The width at which the longest text takes few lines."""
        return _mm(self.name, step.size) + beside_mm(step)

    def unbroken_mm(self, step: TableStep) -> float:
        return max(_mm(self.solid, step.size), _mm(self.sums, step.sums))


def beside_mm(step: TableStep) -> float:
    """What a column needs besides its text."""
    return 2 * step.padding_tenths / 10 + ROUNDING_MM


def head_mm(title: str, step: TableStep) -> float:
    """What a head needs: it breaks into as many lines as it may before a text beside it does."""
    word = min(_mm(longest_word(title, bold=True), step.size), LONGEST_WORD_MM)
    return max(word, _mm(narrowest(title, step.head_lines, bold=True), step.size))


def lay_out(table: Table, document: Document) -> Layout:
    """Take the first step of the profile at which nothing is broken and no cell grows too tall.

    Where even the last one is too wide, all columns are narrowed alike and figures may break.
    """
    room = text_width_mm(document)
    needs = [_need(column, cells) for column, cells in zip(table.columns, _cells(table), strict=True)]
    steps = profile_of(document).table_steps
    for step in steps:
        for lines in range(1, step.lines + 1):
            least = _least(table, needs, step, lines)
            if sum(least) <= room:
                name = table.row_title_index
                wish = min(needs[name].wish_mm(step), room * NAME_SHARE) - least[name]
                least[name] += max(min(wish, room - sum(least)), 0)
                return _layout(step, needs, _shared(table.columns, least, room))
    least = _least(table, needs, steps[-1], steps[-1].lines)
    excess = sum(least) / room
    return _layout(steps[-1], needs, [width / excess for width in least], excess)


def _layout(step: TableStep, needs: Sequence[_Need], widths: Sequence[float], excess: float = 1) -> Layout:
    spare = (width - need.unbroken_mm(step) for width, need in zip(widths, needs, strict=True))
    return Layout(step.size, step.sums, step.padding_tenths / 10, tuple(widths), tuple(spare), excess)


def _mm(thousandths: int, size: int) -> float:
    return thousandths * size / 1000 / POINTS_PER_MM


def _wrapped(text: float, word: float, lines: int) -> float:
    """Width at which a text takes so many lines, half a long word being lost on each: few lines are full."""
    return text if lines == 1 or text <= word else text / lines + word / 2


def _least(table: Table, needs: Sequence[_Need], step: TableStep, lines: int) -> list[float]:
    """What each column cannot do without; what the head of a group lacks goes to all its columns."""
    least = [need.least_mm(step, lines) for need in needs]
    for title, start, count in table.head_groups():
        lacking = head_mm(title, step) + beside_mm(step) - sum(least[start : start + count])
        if title and lacking > 0:
            least[start : start + count] = [width + lacking / count for width in least[start : start + count]]
    return least


def _need(column: Column, cells: list[tuple[Value, bool]]) -> _Need:
    title_word = longest_word(column.title, bold=True)
    if column.kind is not Kind.TEXT:
        sums = _longest_number([value for value, bold in cells if bold]) if column.is_number else 0
        solid = _longest_number([value for value, bold in cells if not (bold and column.is_number)])
        return _Need(solid=solid, sums=sums, word=title_word, text=0, name=0, title=column.title)
    texts = [(str(value), bold) for value, bold in cells] or [("", False)]
    widths = sorted((line_width(text, bold=bold), text, bold) for text, bold in texts)
    word = max(title_word, *(longest_word(text, bold=bold) for text, bold in texts))
    _, longest, bold = widths[-1]
    name = narrowest(longest, NAME_LINES, bold=bold)
    return _Need(0, 0, word=word, text=widths[len(widths) * 9 // 10][0], name=name, title=column.title)


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
