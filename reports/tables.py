"""Small tables of a page: names at the left, numbers that lead to their rows. Zero is an empty cell, unknown is "–"."""

from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

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

    @property
    def body(self) -> SafeString:
        """The rows as HTML, joined here as the grids are: a page shows hundreds of cells."""
        return mark_safe("".join(map(_row, self.rows)))  # noqa: S308 - texts from data are escaped where they enter

    def _said(self, row: Row) -> str:
        name, *numbers = (cell.text for cell in row.cells)
        said = [f"{head.lower()} {number}" for head, number in zip(self.head[1:], numbers, strict=True) if number]
        return f"{name}: {', '.join(said) or 'không có'}"


def count(number: int | None, url: str = "") -> Cell:
    return Cell(UNKNOWN if number is None else format_count(number or None), url if number else "")


def money(amount: int, url: str = "") -> Cell:
    return Cell(format_money(amount or None), url if amount else "")


def _row(row: Row) -> str:
    name, *numbers = row.cells
    text = escape(name.text)
    why = ""
    if row.why:
        why = (
            f' <a class="why-row" href="{escape(row.why)}" title="Gồm những ô nào, vì sao đổi">'
            f'vì sao?<span class="aside"> {text}</span></a>'
        )
    kind = f' class="{row.kind}"' if row.kind else ""
    return f'<tr{kind}><th scope="row">{text}{why}</th>{"".join(map(_number, numbers))}</tr>'


def _number(cell: Cell) -> str:
    text: str = escape(cell.text)
    if cell.url:
        text = f'<a href="{escape(cell.url)}">{text}</a>'
    return f'<td class="num">{text}</td>'
