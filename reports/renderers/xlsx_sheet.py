"""A worksheet that takes the cells of a table as they are: typed, styled and checked by us already.

XlsxWriter looks at every cell once to guess its type and once more to write it, which is half the time of a long
table. What is written is the same, byte for byte.
"""

from html import escape
from typing import Any, Final

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import CellBlankTuple, CellFormulaTuple, CellNumberTuple, CellStringTuple, Worksheet

LONGEST_TEXT: Final = 16_000
"""A longer one is left to XlsxWriter, which cuts it at what Excel takes."""


class Sheet(Worksheet):  # type: ignore[misc]  # XlsxWriter ships no types
    """XlsxWriter's sheet with a quick way in and out for the cells of a table."""

    unnumbered_first_page = False
    """Whether page numbers begin on page 2, for which XlsxWriter has no option."""

    def __init__(self) -> None:
        super().__init__()
        self._columns: dict[int, str] = {}
        self._styles: dict[Format, str] = {}

    def put(self, row: int, column: int, value: str | int | None, style: Format) -> None:
        """A text, a whole number or a blank within the area that the sheet has already."""
        cells = self.table[row]
        if isinstance(value, int):
            cells[column] = CellNumberTuple(value, style)
        elif not value:
            cells[column] = CellBlankTuple(style)
        elif len(value) > LONGEST_TEXT:
            self.write_string(row, column, value, style)
        else:
            cells[column] = CellStringTuple(self.str_table._get_shared_string_index(value), style)  # noqa: SLF001

    def put_sum(self, row: int, column: int, formula: str, style: Format, value: int) -> None:
        """A formula that needs no preparing: sums of areas, without the sign of equality."""
        self.table[row][column] = CellFormulaTuple(formula, style, value)

    def column_name(self, column: int) -> str:
        """The letters of a column."""
        if column not in self._columns:
            self._columns[column] = xl_col_to_name(column)
        return self._columns[column]

    def area(self, top: int, left: int, bottom: int, right: int) -> str:
        """The name of an area, of one cell by itself."""
        first = f"{self.column_name(left)}{top + 1}"
        last = f"{self.column_name(right)}{bottom + 1}"
        return first if first == last else f"{first}:{last}"

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        kind = type(cell)
        if kind is CellNumberTuple:
            body = f"><v>{cell.number}</v></c>"
        elif kind is CellBlankTuple:
            body = "/>"
        elif kind is CellStringTuple:
            body = f' t="s"><v>{cell.string}</v></c>'
        elif kind is CellFormulaTuple and isinstance(cell.value, int):
            body = f"><f>{escape(cell.formula, quote=False)}</f><v>{cell.value}</v></c>"
        else:
            super()._write_cell(row, col, cell)
            return
        self.fh.write(f'<c r="{self.column_name(col)}{row + 1}"{self._style(cell.format)}{body}')

    def _style(self, style: Format | None) -> str:
        """The attribute that names a style."""
        if style is None:
            return ""
        if style not in self._styles:
            self._styles[style] = f' s="{style._get_xf_index()}"'  # noqa: SLF001 - gives the style its number
        return self._styles[style]

    def _write_header_footer(self) -> None:
        if not self.unnumbered_first_page:
            super()._write_header_footer()
            return
        self._xml_start_tag("headerFooter", [("differentFirst", 1), ("scaleWithDoc", 0)])
        self._write_odd_header()
        if self.footer:
            self._write_odd_footer()
            self._xml_data_element("firstFooter", self.footer)
        self._xml_end_tag("headerFooter")


class FirstPageUnnumbered(Sheet):
    unnumbered_first_page = True
