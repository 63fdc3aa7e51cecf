"""A table of units × quotas to begin with: a sheet for each appendix that allocates, filled in with what stands."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any, Final

from quotas.imports.workbook_styles import A4, Styles, row_height, set_margins
from quotas.selectors.allocation import AllocationGrid, Column, UnitRow, allocation_grid
from trainingplan.models import Appendix, Plan, Unit
from trainingplan.resources.sheets import FONT, MARK, WORKBOOK_OPTIONS, safe_text

TITLE, HEAD, FIRST = 0, 2, 4
"""Rows of the title, the two rows of heads, the first group; counted from 0."""
NUMBER, UNIT, QUOTAS = 0, 1, 2
WIDTHS: Final = (6, 46, 15)


def table_file(plan: Plan, *, registered: bool) -> bytes:
    """What is allocated, or what is registered, by appendix; sums are live and have their values."""
    from xlsxwriter import Workbook  # noqa: PLC0415 - only downloads need it

    buffer = BytesIO()
    book = Workbook(buffer, WORKBOOK_OPTIONS)
    styles = Styles(book)
    for appendix in plan.appendices.filter(kind=Appendix.Kind.ALLOCATION).order_by("number"):
        grid = allocation_grid(plan, appendix, Unit.objects.all())
        if grid.columns:
            sheet = book.add_worksheet(f"Phụ lục {appendix.number}")
            _Sheet(sheet, styles, grid, registered=registered).write(plan)
    if not book.worksheets():
        book.add_worksheet("Chưa có phụ lục phân bổ")
    book.close()
    return buffer.getvalue()


class _Sheet:
    def __init__(self, sheet: Any, styles: Styles, grid: AllocationGrid, *, registered: bool) -> None:
        self.sheet, self.styles, self.grid, self.registered = sheet, styles, grid, registered
        self.last = QUOTAS + len(grid.columns)
        self.row = FIRST

    def write(self, plan: Plan) -> None:
        sheet, styles = self.sheet, self.styles
        what = "TỔNG HỢP ĐĂNG KÝ NHU CẦU" if self.registered else "PHÂN BỔ CHỈ TIÊU"
        title = safe_text(f"{what} NĂM {plan.year} – {self.grid.title}")
        sheet.merge_range(TITLE, 0, TITLE, self.last, title, styles.subtitle)
        sheet.set_row(TITLE, 36)
        self._write_heads()
        heads = [self._write_group(group.roman, group.name, group.rows) for group in self.grid.groups]
        self._write_total(heads)
        for column in range(self.last + 1):
            sheet.set_column(column, column, WIDTHS[min(column, 2)])
        sheet.freeze_panes(FIRST, QUOTAS)
        sheet.repeat_rows(HEAD, FIRST - 1)
        sheet.hide_gridlines(2)
        sheet.set_paper(A4)
        sheet.set_landscape()
        set_margins(sheet, 20, 15, 15, 15)
        sheet.fit_to_pages(1, 0)
        mark = f'&R&"{FONT},Italic"&10{MARK}' if self.grid.illustrative else ""
        sheet.set_footer(f'&C&"{FONT},Regular"&10Trang &P/&N{mark}')

    def _write_heads(self) -> None:
        for column, text in ((NUMBER, "TT"), (UNIT, "Cơ quan, đơn vị, địa phương"), (self.last, "Tổng cộng")):
            self.sheet.merge_range(HEAD, column, HEAD + 1, column, text, self.styles.head)
        columns = self.grid.columns
        at = 0
        while at < len(columns):
            end = at
            while end + 1 < len(columns) and _same_group(columns[at], columns[end + 1]):
                end += 1
            self._write_head(columns, at, end)
            at = end + 1
        self.sheet.set_row(HEAD + 1, 48)

    def _write_head(self, columns: Sequence[Column], first: int, last: int) -> None:
        sheet, style, left = self.sheet, self.styles.head, QUOTAS + first
        if not columns[first].group_head:
            sheet.merge_range(HEAD, left, HEAD + 1, left, safe_text(columns[first].head), style)
            return
        if last > first:
            sheet.merge_range(HEAD, left, HEAD, QUOTAS + last, safe_text(columns[first].group_head), style)
        else:
            sheet.write_string(HEAD, left, safe_text(columns[first].group_head), style)
        for at in range(first, last + 1):
            sheet.write_string(HEAD + 1, QUOTAS + at, safe_text(columns[at].head), style)

    def _write_group(self, roman: str, name: str, rows: Sequence[UnitRow]) -> int:
        head, self.row = self.row, self.row + 1
        for place, row in enumerate(rows, start=1):
            self._write_unit(place, row)
        self.sheet.write_string(head, NUMBER, roman, self.styles.group)
        self.sheet.write_string(head, UNIT, safe_text(name), self.styles.group)
        for column in range(QUOTAS, self.last + 1):
            parts = [self._sum(row) if column == self.last else self._value(row, column) or 0 for row in rows]
            area = f"{_letter(column)}{head + 2}:{_letter(column)}{self.row}"
            self.sheet.write_formula(head, column, f"=SUM({area})", self.styles.group_number, sum(parts))
        return head

    def _write_unit(self, place: int, row: UnitRow) -> None:
        sheet, styles = self.sheet, self.styles
        sheet.write_number(self.row, NUMBER, place, styles.centre)
        sheet.write_string(self.row, UNIT, safe_text(row.name), styles.text)
        sheet.set_row(self.row, row_height([(row.name, WIDTHS[UNIT])]))
        for column in range(QUOTAS, self.last):
            value = self._value(row, column)
            if value is None:
                sheet.write_blank(self.row, column, None, styles.number_input)
            else:
                sheet.write_number(self.row, column, value, styles.number_input)
        area = f"{_letter(QUOTAS)}{self.row + 1}:{_letter(self.last - 1)}{self.row + 1}"
        sheet.write_formula(self.row, self.last, f"=SUM({area})", styles.sum, self._sum(row))
        self.row += 1

    def _write_total(self, heads: Sequence[int]) -> None:
        self.sheet.write_blank(self.row, NUMBER, None, self.styles.total)
        self.sheet.write_string(self.row, UNIT, "TỔNG CỘNG", self.styles.total)
        rows = [row for group in self.grid.groups for row in group.rows]
        for column in range(QUOTAS, self.last + 1):
            parts = [self._sum(row) if column == self.last else self._value(row, column) or 0 for row in rows]
            cells = "+".join(f"{_letter(column)}{head + 1}" for head in heads) or "0"
            self.sheet.write_formula(self.row, column, f"={cells}", self.styles.total_number, sum(parts))

    def _value(self, row: UnitRow, column: int) -> int | None:
        cell = row.cells[column - QUOTAS]
        return cell.registered if self.registered else cell.number

    def _sum(self, row: UnitRow) -> int:
        return row.registered if self.registered else row.total


def _same_group(one: Column, other: Column) -> bool:
    return bool(one.group_head) and one.group_head == other.group_head


def _letter(column: int) -> str:
    from xlsxwriter.utility import xl_col_to_name  # noqa: PLC0415

    return str(xl_col_to_name(column))
