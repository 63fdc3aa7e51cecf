"""The peer of S5: bare XlsxWriter writing the same styled cells, as somebody would who knows that library."""

from datetime import datetime
from io import BytesIO

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_range

from reports.document import Column, Document, Kind, RowKind

FONT = {"font_name": "Times New Roman", "font_size": 11, "border": 1, "valign": "vcenter"}


def bare_xlsx(document: Document) -> bytes:
    """One sheet: titles, merged heads, typed cells in six styles, live sums with values; fixed row heights."""
    buffer = BytesIO()
    book = Workbook(buffer, {"in_memory": True})
    book.set_properties({"title": document.title, "created": datetime(2024, 1, 15)})  # noqa: DTZ001 - XlsxWriter takes naive times
    sheet = book.add_worksheet()
    (table,) = document.tables
    head = book.add_format({**FONT, "bold": True, "align": "center", "text_wrap": True})
    styles = {
        (bold, number): book.add_format(
            {**FONT, "bold": bold, **({"num_format": "#,##0"} if number else {"text_wrap": True})}
        )
        for bold in (False, True)
        for number in (False, True)
    }
    last = len(table.columns) - 1
    sheet.merge_range(0, 0, 0, last, document.title, head)
    for index, column in enumerate(table.columns):
        sheet.write_string(1, index, column.title, head)
        sheet.set_column(index, index, column.weight)
    first = 2
    for at, row in enumerate(table.rows, start=first):
        bold = row.kind is not RowKind.DATA
        sheet.set_row(at, 18)
        for index, cell in row.placed():
            style = styles[bold, _is_number(table.columns[index])]
            if cell.span > 1:
                sheet.merge_range(at, index, at, index + cell.span - 1, "", style)
            if cell.total_of is not None and cell.total_of.rows:
                areas = ",".join(xl_range(first + a, index, first + b, index) for a, b in cell.total_of.rows)
                sheet.write_formula(at, index, f"=SUM({areas})", style, cell.value or 0)
            elif cell.total_of is not None:
                sheet.write_formula(at, index, f"=SUM({xl_range(at, 2, at, index - 1)})", style, cell.value or 0)
            elif isinstance(cell.value, int):
                sheet.write_number(at, index, cell.value, style)
            elif cell.value:
                sheet.write_string(at, index, cell.value, style)
            else:
                sheet.write_blank(at, index, None, style)
    book.close()
    return buffer.getvalue()


def _is_number(column: Column) -> bool:
    return column.kind in {Kind.COUNT, Kind.MONEY}
