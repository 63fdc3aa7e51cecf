"""One table on a sheet: merged heads, column numbers, typed cells, live sums with stored values."""

from typing import Final

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range

from reports.document import NUMBERS, Align, Column, Row, RowKind, Table, TotalOf
from reports.renderers.layout import Layout
from reports.renderers.metrics import line_count
from reports.renderers.xlsx_sheet import Sheet
from reports.renderers.xlsx_styles import Styles, row_height, wrap_width

NUMBER: Final = "#,##0"
NUMBER_WITHOUT_ZERO: Final = "#,##0;-#,##0;;@"
PLAIN_INTEGER: Final = "0"
MOST_ARGUMENTS: Final = 250
"""Excel's SUM takes 255."""
_SIDES: Final = frozenset({Align.LEFT, Align.RIGHT})
_SILENCED: Final = ("number_stored_as_text", "formula_range", "formula_differs")


def write_table(sheet: Sheet, table: Table, layout: Layout, styles: Styles, top: int) -> int:
    """Write the table from row `top` on; return the row after its last one."""
    writer = _TableWriter(sheet, table, layout, styles)
    first_row = writer.write_head(top)
    for number, row in enumerate(table.rows):
        writer.write_row(row, first_row + number, first_row)
    end = first_row + len(table.rows)
    sheet.repeat_rows(top, first_row - 1)
    sheet.freeze_panes(first_row, 0)
    whole = xl_range(top, 0, max(end - 1, top), len(table.columns) - 1)
    sheet.ignore_errors(dict.fromkeys(_SILENCED, whole))
    return end


class _TableWriter:
    def __init__(self, sheet: Sheet, table: Table, layout: Layout, styles: Styles) -> None:
        self.sheet = sheet
        self.columns = table.columns
        self.table = table
        self.layout = layout
        self.size = layout.size
        self.styles = styles
        self.widths = layout.widths
        self.indents = [
            int(column.alignment in _SIDES and spare >= (5 if column.is_number else 30))
            for column, spare in zip(table.columns, layout.spare, strict=True)
        ]  # only where there is room, a cell keeps clear of its border
        self.position = {column.key: index for index, column in enumerate(table.columns)}
        self.formats: dict[tuple[RowKind, int, bool], Format] = {}
        self.rooms: dict[tuple[int, int], float] = {}
        self.runs: dict[tuple[str, ...], list[tuple[int, int]]] = {}

    def write_head(self, top: int) -> int:
        """Write the titles and the row of column numbers; return the row after them."""
        style = self.styles.get(size=self.size, bold=True, align=Align.CENTER, border=True)
        upper_lines = lower_lines = alone_lines = 1
        levels = 2 if self.table.has_groups else 1
        for group, start, count in self.table.head_groups():
            end = start + count - 1
            lines = max(self._lines(self.columns[i].title, i, i, bold=True) for i in range(start, end + 1))
            if group:
                self._put_text(group, (top, start, top, end), style)
                upper_lines = max(upper_lines, self._lines(group, start, end, bold=True))
                lower_lines = max(lower_lines, lines)
                for index in range(start, end + 1):
                    self.sheet.write_string(top + 1, index, self.columns[index].title, style)
            else:
                self._put_text(self.columns[start].title, (top, start, top + levels - 1, start), style)
                alone_lines = max(alone_lines, lines)
        if levels == 1:
            self.sheet.set_row(top, row_height(alone_lines, self.size))
        else:
            self.sheet.set_row(top, row_height(upper_lines, self.size))
            rest = max(lower_lines, alone_lines - upper_lines)
            self.sheet.set_row(top + 1, row_height(rest, self.size))
        return self._write_column_numbers(top + levels)

    def _write_column_numbers(self, row: int) -> int:
        size = max(self.size - 2, self.size * 3 // 4)
        style = self.styles.get(size=size, italic=True, align=Align.CENTER, border=True)
        for index in range(len(self.columns)):
            self.sheet.write_string(row, index, f"({index + 1})", style)
        self.sheet.set_row(row, row_height(1, size))
        return row + 1

    def write_row(self, row: Row, at: int, first_row: int) -> None:
        kind, bold = row.kind, row.kind is not RowKind.DATA
        lines, index = 1, 0
        for cell in row.cells:
            value = cell.value
            style = self._format(kind, index, is_number=isinstance(value, int) or cell.total_of is not None)
            last = index + cell.span - 1
            if last > index:
                self.sheet.merge_range(at, index, at, last, "", style)
            if cell.total_of is not None:
                formula = self._formula(cell.total_of, at, index, first_row)
                self.sheet.put_sum(at, index, formula, style, value if isinstance(value, int) else 0)
            else:
                self.sheet.put(at, index, value, style)
                if isinstance(value, str):
                    lines = max(lines, self._lines(value, index, last, bold=bold))
            index = last + 1
        self.sheet.set_row(at, row_height(lines, self.size))

    def _put_text(self, text: str, area: tuple[int, int, int, int], style: Format) -> None:
        if area[:2] != area[2:]:
            self.sheet.merge_range(*area, "", style)
        self.sheet.write_string(area[0], area[1], text, style)

    def _format(self, kind: RowKind, index: int, *, is_number: bool) -> Format:
        key = (kind, index, is_number)
        if key not in self.formats:
            column = self.columns[index]
            self.formats[key] = self.styles.get(
                size=self.layout.size_in(column, kind),
                bold=kind is not RowKind.DATA,
                align=column.alignment,
                number=_number_format(column, kind) if is_number else "",
                border=True,
                indent=self.indents[index],
            )
        return self.formats[key]

    def _lines(self, text: str, first: int, last: int, *, bold: bool) -> int:
        room = self.rooms.get((first, last))
        if room is None:
            room = wrap_width(sum(self.widths[first : last + 1]), self.indents[first])
            self.rooms[first, last] = room
        return line_count(text, room, self.size, bold=bold)

    def _formula(self, total: TotalOf, at: int, index: int, first_row: int) -> str:
        area = self.sheet.area
        if total.rows:
            areas = [area(first_row + first, index, first_row + last, index) for first, last in total.rows]
        else:
            areas = [area(at, first, at, last) for first, last in self._columns_of(total.columns)]
        chunks = [areas[start : start + MOST_ARGUMENTS] for start in range(0, len(areas), MOST_ARGUMENTS)]
        return "+".join(f"SUM({','.join(chunk)})" for chunk in chunks)

    def _columns_of(self, keys: tuple[str, ...]) -> list[tuple[int, int]]:
        if keys not in self.runs:
            self.runs[keys] = _runs(sorted(self.position[key] for key in keys))
        return self.runs[keys]


def _number_format(column: Column, kind: RowKind) -> str:
    if column.kind not in NUMBERS:
        return PLAIN_INTEGER
    return NUMBER if kind is RowKind.TOTAL else NUMBER_WITHOUT_ZERO


def _runs(indices: list[int]) -> list[tuple[int, int]]:
    """Join neighbouring indices: [2, 3, 4, 7] → [(2, 4), (7, 7)]."""
    runs: list[tuple[int, int]] = []
    for index in indices:
        if runs and runs[-1][1] == index - 1:
            runs[-1] = (runs[-1][0], index)
        else:
            runs.append((index, index))
    return runs
