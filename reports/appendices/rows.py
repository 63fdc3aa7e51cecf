"""Rows with sums: group rows, data rows and the total row of any appendix."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reports.document import Cell, Column, Row, RowKind, TotalOf, Value
from trainingplan.rules.letters import roman


@dataclass(frozen=True, slots=True)
class Line:
    """A data row by column key, without its number; a missing key prints as an empty cell."""

    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Section:
    """A group of lines under its title."""

    title: str
    lines: Sequence[Line]


TOTAL = "TỔNG CỘNG"


class RowWriter:
    """Lays sections out as rows. `summed` are the columns with sums down the rows, `across` one that sums others."""

    def __init__(
        self,
        columns: tuple[Column, ...],
        title_key: str,
        summed: Sequence[str],
        across: tuple[str, tuple[str, ...]] | None = None,
    ) -> None:
        self.columns, self.title_key, self.across = columns, title_key, across
        self.summed = set(summed) | ({across[0]} if across else set())
        self.rows: list[Row] = []
        self.number = 0

    def write(self, sections: Sequence[Section], *, total: bool) -> tuple[Row, ...]:
        """Numbered lines under their group rows, and the total row if asked for; STT runs through all groups."""
        heads: list[int] = []
        for place, section in enumerate(sections, start=1):
            heads.append(len(self.rows))
            first = len(self.rows) + 1
            body = [self._data(line) for line in section.lines]
            self.rows.append(
                self._sum(RowKind.GROUP, roman(place), section.title, body, ((first, first + len(body) - 1),))
            )
            self.rows.extend(body)
        if total and heads:
            heads_rows = [self.rows[index] for index in heads]
            self.rows.append(self._sum(RowKind.TOTAL, "", TOTAL, heads_rows, tuple((index, index) for index in heads)))
        return tuple(self.rows)

    def _data(self, line: Line) -> Row:
        self.number += 1
        return Row(RowKind.DATA, tuple(self._cell(column.key, line) for column in self.columns))

    def _cell(self, key: str, line: Line) -> Cell:
        if key == "stt":
            return Cell(str(self.number))
        if self.across and key == self.across[0]:
            value = sum(_number(line.values.get(part)) for part in self.across[1])
            return Cell(value, TotalOf(columns=self.across[1]))
        return Cell(line.values.get(key))

    def _sum(
        self, kind: RowKind, mark: str, title: str, parts: Sequence[Row], rows: tuple[tuple[int, int], ...]
    ) -> Row:
        values = [{index: cell.value for index, cell in part.placed()} for part in parts]
        cells: list[Cell] = []
        for index, column in enumerate(self.columns):
            if column.key in self.summed:
                across = self.across[1] if self.across and column.key == self.across[0] else ()
                total = sum(_number(part.get(index)) for part in values)
                cells.append(Cell(total, TotalOf(rows, across)))
            elif column.key == self.title_key:
                cells.append(Cell(title, span=self._title_span(index)))
            elif column.key == "stt":
                cells.append(Cell(mark))
            elif sum(cell.span for cell in cells) <= index:
                cells.append(Cell())
        return Row(kind, tuple(cells))

    def _title_span(self, start: int) -> int:
        """A title runs on over the columns behind it that hold no sum."""
        keys = [column.key for column in self.columns[start + 1 :]]
        return 1 + next((n for n, key in enumerate(keys) if key in self.summed or key == "stt"), len(keys))


def _number(value: Value) -> int:
    return value if isinstance(value, int) else 0
