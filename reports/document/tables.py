"""Tables of a document: columns, typed cells, rows of each kind, and sums that are checked when a table is made."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Self, TypeAlias

Value: TypeAlias = str | int | None

LARGEST_INTEGER = 10**15 - 1
"""A spreadsheet keeps fifteen digits; a larger number would be printed wrong there."""


class Kind(StrEnum):
    """What a column holds, which decides how its values are written and aligned."""

    TEXT = "text"
    COUNT = "count"
    MONEY = "money"
    DATE = "date"


class Align(StrEnum):
    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"
    JUSTIFY = "justify"


class RowKind(StrEnum):
    GROUP = "group"
    DATA = "data"
    SUBTOTAL = "subtotal"
    TOTAL = "total"


NUMBERS = frozenset({Kind.COUNT, Kind.MONEY})
_DEFAULT_ALIGN = {
    Kind.TEXT: Align.LEFT,
    Kind.COUNT: Align.RIGHT,
    Kind.MONEY: Align.RIGHT,
    Kind.DATE: Align.CENTER,
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column; neighbours with the same `group` share a head above their own titles.

    `weight` is the column's share of the page's width, in any unit: only the proportions count.
    """

    key: str
    title: str
    weight: int = 10
    kind: Kind = Kind.TEXT
    group: str = ""
    align: Align | None = None

    def __post_init__(self) -> None:
        if self.weight < 1:
            raise ValueError(f"column {self.key!r}: weight {self.weight} is below 1")

    @property
    def is_number(self) -> bool:
        return self.kind in NUMBERS

    @property
    def alignment(self) -> Align:
        return self.align or _DEFAULT_ALIGN[self.kind]


@dataclass(frozen=True, slots=True)
class TotalOf:
    """What a computed cell adds up.

    `rows`: inclusive ranges of row indices, in the cell's own column.
    `columns`: keys of columns, in the cell's own row.
    When both are named they must agree; the spreadsheet's formula then follows the rows.
    """

    rows: tuple[tuple[int, int], ...] = ()
    columns: tuple[str, ...] = ()

    @classmethod
    def of_rows(cls, places: Iterable[int]) -> Self:
        """Add up single rows, neighbours as one range: 1, 2, 3, 7 → (1, 3), (7, 7)."""
        found: list[tuple[int, int]] = []
        for place in places:
            if found and found[-1][1] == place - 1:
                found[-1] = (found[-1][0], place)
            else:
                found.append((place, place))
        return cls(tuple(found))


@dataclass(frozen=True, slots=True)
class Cell:
    """A value, how many columns it spans, and what it sums if it is computed."""

    value: Value = None
    total_of: TotalOf | None = None
    span: int = 1

    def __post_init__(self) -> None:
        if isinstance(self.value, bool) or not isinstance(self.value, str | int | None):
            raise TypeError(f"cell value {self.value!r} is neither text nor an integer")
        if isinstance(self.value, int) and abs(self.value) > LARGEST_INTEGER:
            raise ValueError(f"cell value {self.value} has more than fifteen digits")
        if self.span < 1:
            raise ValueError(f"cell span {self.span} is below 1")


@dataclass(frozen=True, slots=True)
class Row:
    kind: RowKind
    cells: tuple[Cell, ...]

    @classmethod
    def of(cls, kind: RowKind, *values: Value | Cell) -> Self:
        """Build a row from bare values and ready cells."""
        return cls(kind, tuple(v if isinstance(v, Cell) else Cell(v) for v in values))

    def placed(self) -> Iterator[tuple[int, Cell]]:
        """Yield every cell with the index of the first column it stands in."""
        index = 0
        for cell in self.cells:
            yield index, cell
            index += cell.span


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose shape and sums are right, or which cannot be made.

    `name` tells what the table is (caption, name of the sheet); `unit` is the line above it at
    the right ("ĐVT: đồng"); `row_title` is the key of the column that names each row.
    """

    name: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    unit: str = ""
    row_title: str = ""

    def __post_init__(self) -> None:
        keys = [column.key for column in self.columns]
        if not keys or len(set(keys)) != len(keys):
            raise ValueError(f"table {self.name!r}: column keys {keys} are missing or repeated")
        if self.row_title and self.row_title not in keys:
            raise ValueError(f"table {self.name!r}: no column {self.row_title!r}")
        for number, row in enumerate(self.rows):
            width = sum(cell.span for cell in row.cells)
            if width != len(keys):
                raise ValueError(f"table {self.name!r}, row {number}: {width} columns instead of {len(keys)}")
        _check_totals(self)

    @property
    def row_title_index(self) -> int:
        """Index of the column that names the rows: the second one unless said otherwise."""
        for index, column in enumerate(self.columns):
            if column.key == self.row_title:
                return index
        return min(1, len(self.columns) - 1)

    def head_groups(self) -> Iterator[tuple[str, int, int]]:
        """Yield (group title, first column, number of columns) from left to right.

        A column without a group comes alone, with an empty title.
        """
        start = 0
        for index, column in enumerate(self.columns):
            after = self.columns[index + 1].group if index + 1 < len(self.columns) else None
            if not column.group or column.group != after:
                yield column.group, start, index + 1 - start
                start = index + 1

    @property
    def has_groups(self) -> bool:
        return any(column.group for column in self.columns)


def _check_totals(table: Table) -> None:
    grid = [{index: cell.value for index, cell in row.placed()} for row in table.rows]
    for number, row in enumerate(table.rows):
        for index, cell in row.placed():
            if cell.total_of is None:
                continue
            where = f"table {table.name!r}, row {number}, column {table.columns[index].key!r}"
            if not _names_others(cell.total_of, table, number, index):
                raise ValueError(f"{where}: cannot be the total of {cell.total_of}")
            for parts in _parts(cell.total_of, table, grid, (number, index)):
                found = sum(value for value in parts if isinstance(value, int))
                if found != (cell.value or 0):
                    raise ValueError(f"{where}: {cell.value!r} stored, its parts make {found}")


def _names_others(total: TotalOf, table: Table, row: int, column: int) -> bool:
    """Whether the total names something, all of it is there, and the cell itself is not in it."""
    others = {other.key for index, other in enumerate(table.columns) if index != column}
    inside = all(0 <= first <= last < len(table.rows) for first, last in total.rows)
    itself = any(first <= row <= last for first, last in total.rows)
    return bool(total.rows or total.columns) and inside and not itself and others.issuperset(total.columns)


def _parts(total: TotalOf, table: Table, grid: list[dict[int, Value]], place: tuple[int, int]) -> Iterator[list[Value]]:
    """Yield what must make the cell's value: down its column, then along its row, whichever is named.

    Text among the parts counts as nothing, as it does in a spreadsheet.
    """
    row, column = place
    if total.rows:
        yield [grid[index].get(column) for first, last in total.rows for index in range(first, last + 1)]
    if total.columns:
        position = {other.key: index for index, other in enumerate(table.columns)}
        yield [grid[row].get(position[key]) for key in total.columns]


def printed(value: Value, kind: Kind, row: RowKind) -> str:
    """Return a cell as it stands on paper: 1960 → "1.960"; a zero is left empty but in the total row."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if kind not in NUMBERS:
        return str(value)
    if value == 0 and row is not RowKind.TOTAL:
        return ""
    return f"{value:,}".replace(",", ".")
