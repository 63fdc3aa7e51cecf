"""Geometry of bar charts, on plain integers: from labelled numbers to the rectangles and texts of an SVG.

Widths are shares of the drawing ("43.25%"), heights are pixels: it takes any width, and its text keeps its size.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

LABEL, BAR, GAP, ROOM, MARK = 18, 16, 4, 14, 3
LONGEST_LINE = 46
WHOLE = 10_000


class Kind(StrEnum):
    """What a bar shows; the stylesheet gives each its fill, apart in lightness as well as in colour."""

    GIVEN = "given"
    REGISTERED = "registered"
    ALLOCATED = "allocated"
    NOMINATED = "nominated"
    LEFT = "left"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Part:
    """A number of one kind. `text` is how it is written beside its bar."""

    kind: Kind
    value: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """What one label stands for. `note` is written at the right, on the line of the label."""

    label: str
    parts: tuple[Part, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    x: str
    y: int
    text: str


@dataclass(frozen=True, slots=True)
class Bar:
    kind: Kind
    x: str
    y: int
    width: str
    height: int = BAR

    @property
    def mark_y(self) -> int:
        """A line of reference stands out above and below the bar."""
        return self.y - MARK

    @property
    def mark_height(self) -> int:
        return self.height + 2 * MARK


@dataclass(frozen=True, slots=True)
class Drawing:
    """All that the template prints. `mark` is where a line of reference crosses each bar, "" for none."""

    height: int
    labels: tuple[Text, ...]
    notes: tuple[Text, ...]
    bars: tuple[Bar, ...]
    values: tuple[Text, ...]
    mark: str = ""


def percent(part: int, whole: int, room: int = 100) -> str:
    """`part` of `whole` as a share of `room` hundredths of the width, rounded down: "43.25%"."""
    share = 0 if whole <= 0 else min(max(part, 0), whole) * WHOLE * room // (whole * 100)
    return f"{share // 100}.{share % 100:02d}%"


def wrap(label: str, longest: int = LONGEST_LINE) -> list[str]:
    """The label in one or two lines; what does not fit into two ends in "…" (the table beside it has it whole)."""
    first, rest = _line(label, longest)
    if not rest:
        return [first]
    second, more = _line(rest, longest)
    return [first, f"{second[: longest - 1].rstrip()}…" if more else second]


def _line(text: str, longest: int) -> tuple[str, str]:
    if len(text) <= longest:
        return text, ""
    cut = text.rfind(" ", 0, longest + 1)
    cut = longest if cut <= 0 else cut
    return text[:cut], text[cut:].strip()


def stacked(items: Iterable[Item]) -> Drawing:
    """One bar an item, its parts end to end; each bar is as wide as the drawing, whatever its sum."""
    pen = _Pen()
    for item in items:
        pen.label(item)
        whole, done = sum(part.value for part in item.parts), 0
        for part in item.parts:
            if part.value > 0:
                pen.bar(part.kind, percent(done, whole), percent(part.value, whole))
                done += part.value
        pen.advance(BAR + ROOM)
    return pen.drawing()


def side_by_side(items: Sequence[Item], *, room: int = 80, whole: int = 0, mark: int = 0) -> Drawing:
    """A bar for each part, one below the other, on one scale for all, with its value written at its end.

    The scale ends at `whole`, without it at the greatest value; it takes `room` hundredths of the width, the values
    have the rest. `mark` crosses each bar at that value.
    """
    scale = whole or max((part.value for item in items for part in item.parts), default=0)
    pen = _Pen()
    for item in items:
        pen.label(item)
        for part in item.parts:
            width = percent(part.value, scale, room)
            pen.bar(part.kind, "0%", width)
            pen.value(width, part.text)
            pen.advance(BAR + GAP)
        pen.advance(ROOM - GAP)
    return pen.drawing(percent(mark, scale, room) if mark else "")


class _Pen:
    """Writes downwards."""

    def __init__(self) -> None:
        self.y = 0
        self.labels: list[Text] = []
        self.notes: list[Text] = []
        self.bars: list[Bar] = []
        self.values: list[Text] = []

    def label(self, item: Item) -> None:
        for line in wrap(item.label):
            self.labels.append(Text("0", self.y + LABEL - 5, line))
            self.advance(LABEL)
        if item.note:
            self.notes.append(Text("100%", self.y - 5, item.note))

    def bar(self, kind: Kind, x: str, width: str) -> None:
        self.bars.append(Bar(kind, x, self.y, width))

    def value(self, x: str, text: str) -> None:
        if text:
            self.values.append(Text(x, self.y + BAR - 4, text))

    def advance(self, by: int) -> None:
        self.y += by

    def drawing(self, mark: str = "") -> Drawing:
        return Drawing(self.y, tuple(self.labels), tuple(self.notes), tuple(self.bars), tuple(self.values), mark)
