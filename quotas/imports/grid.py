"""Walking a sheet that came back: its head row wherever it stands, its columns by their heads, each cell's place."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from trainingplan.imports.kinds import Place, Problem, Question, Table
from trainingplan.reading import Book, Sheet
from trainingplan.resources.columns import cell_text
from trainingplan.rules.names import fold
from trainingplan.services.refusals import Refused

DEEPEST_HEAD, LONGEST_HEAD = 60, 300
"""Rows in which the heads are looked for."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet with its head row. `columns` are places by folded head, counted from 0, the first of each head."""

    sheet: Sheet
    top: int
    columns: dict[str, int]

    def column(self, head: str) -> int | None:
        """The column of that head, or of the only one that begins with it."""
        wanted = fold(head)
        if wanted in self.columns:
            return self.columns[wanted]
        found = [column for text, column in self.columns.items() if text.startswith(f"{wanted} ")]
        return found[0] if len(found) == 1 else None

    def rows(self) -> Iterator[tuple[int, tuple[object, ...]]]:
        """The rows below the heads, each with its number in the file."""
        yield from enumerate(self.sheet.rows[self.top + 1 :], start=self.top + 2)

    def place(self, row: int, column: int | None = None) -> Place:
        return Place(self.sheet.name, row, 0 if column is None else column + 1)


@dataclass
class Read:
    """What a sheet came to."""

    table: Table | None = None
    problems: list[Problem] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def find_grid(book: Book, *heads: str) -> Grid | None:
    """The only sheet, shown or hidden, that has all these heads in one row, whatever it is called.

    Raises Refused where there are two that differ: which of them is meant is not guessed.
    """
    wanted = [fold(head) for head in heads]
    found = [grid for sheet in book.sheets if (grid := _grid_of(sheet, wanted)) is not None]
    for other in found[1:]:
        if other.sheet.rows != found[0].sheet.rows:
            raise Refused(
                f"Tệp có hai trang cùng một mẫu mà khác nhau: «{found[0].sheet.name}» và «{other.sheet.name}». "
                "Xóa trang không dùng (trang bị ẩn thì bỏ ẩn trước), lưu tệp rồi nhập lại."
            )
    return found[0] if found else None


def _grid_of(sheet: Sheet, wanted: list[str]) -> Grid | None:
    for at, row in enumerate(sheet.rows[:DEEPEST_HEAD]):
        columns: dict[str, int] = {}
        for column, value in enumerate(row):
            if isinstance(value, str):
                columns.setdefault(fold(value[:LONGEST_HEAD]), column)
        grid = Grid(sheet, at, columns)
        if all(grid.column(head) is not None for head in wanted):
            return grid
    return None


def text_of(row: tuple[object, ...], column: int | None) -> str:
    """What stands in the cell, as text; of a cell without a value nothing."""
    try:
        return cell_text(value_of(row, column))
    except ValueError:
        return ""


def value_of(row: tuple[object, ...], column: int | None) -> Any:
    return row[column] if column is not None and column < len(row) else None
