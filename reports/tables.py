"""Small tables of a page: names at the left, numbers that lead to their rows. Zero is an empty cell, unknown is "–"."""

from dataclasses import dataclass

from trainingplan.rules.numbers import format_count, format_money

UNKNOWN = "–"


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """The first cell names the row. `kind` is "group", "total" or nothing; `why` leads to why its numbers changed."""

    cells: tuple[Cell, ...]
    kind: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    caption: str
    head: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def words(self) -> str:
        """The table read aloud, without its empty cells."""
        return " ".join(f"{self._said(row)}." for row in self.rows)

    def _said(self, row: Row) -> str:
        name, *numbers = (cell.text for cell in row.cells)
        said = [f"{head.lower()} {number}" for head, number in zip(self.head[1:], numbers, strict=True) if number]
        return f"{name}: {', '.join(said) or 'không có'}"


def count(number: int | None, url: str = "") -> Cell:
    return Cell(UNKNOWN if number is None else format_count(number or None), url if number else "")


def money(amount: int, url: str = "") -> Cell:
    return Cell(format_money(amount or None), url if amount else "")
