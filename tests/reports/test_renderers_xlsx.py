"""The workbook: live sums that hold their values, text that stays text, a sheet that prints as it stands."""

import re
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from openpyxl.utils.cell import range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

from reports.document import Cell as Value
from reports.document import Column, Kind, Row, RowKind, Table, TotalOf
from reports.renderers.xlsx import render_xlsx
from tests.reports.printed_readers import cells, sheets
from tests.reports.printed_samples import (
    FORMULA_LIKE,
    MARK,
    allocation_table,
    budget,
    crowded_table,
    document,
    money_table,
    text_table,
)


def areas(formula: str) -> Iterator[tuple[int, int, int, int]]:
    """Column, row, column, row of each area that a sum of ours names."""
    assert re.fullmatch(r"=SUM\([A-Z0-9:,]+\)(\+SUM\([A-Z0-9:,]+\))*", formula)
    for area in re.findall(r"[A-Z]+\d+(?::[A-Z]+\d+)?", formula):
        left, top, right, bottom = (int(bound or 0) for bound in range_boundaries(area))
        yield left, top, right, bottom


def check_sums(content: bytes) -> int:
    """Add up every formula from the stored values of the cells it names; return how many there are."""
    count = 0
    for live, stored in zip(sheets(content), sheets(content, values=True), strict=True):
        for cell in cells(live):
            if cell.data_type != "f":
                continue
            found = sum(
                stored.cell(row, column).value or 0
                for left, top, right, bottom in areas(cell.value)
                for row in range(top, bottom + 1)
                for column in range(left, right + 1)
            )
            assert found == stored[cell.coordinate].value, cell.coordinate
            count += 1
    return count


@pytest.mark.parametrize(
    ("table", "formulas"), [(allocation_table(20), 2 * 3 + 40 + 3), (money_table(5), 5 + 3)], ids=["down", "across"]
)
def test_every_total_is_a_live_sum_of_what_it_names(table: Table, formulas: int) -> None:
    assert check_sums(render_xlsx(document(table))) == formulas


def test_a_sum_of_many_pieces_stays_within_what_excel_takes() -> None:
    lines = [Row.of(RowKind.DATA, n, n) for n in range(1, 601)]
    total = TotalOf(rows=tuple((n, n) for n in range(0, 600, 2)))
    rows = (*lines, Row.of(RowKind.TOTAL, "TỔNG CỘNG", Value(sum(range(1, 601, 2)), total)))
    table = Table("Bảng", (Column("tt", "TT"), Column("n", "Số", kind=Kind.COUNT)), rows)
    content = render_xlsx(document(table))
    assert check_sums(content) == 1
    formula = next(cell.value for cell in cells(sheets(content)[0]) if cell.data_type == "f")
    assert max(part.count(",") for part in formula.split("+")) < 255


def test_sum_along_skips_columns_it_does_not_name() -> None:
    columns = tuple(Column(key, key, kind=Kind.COUNT) for key in "abcde")
    row = Row.of(RowKind.DATA, 1, 2, 4, 8, Value(11, TotalOf(columns=("d", "a", "b"))))
    content = render_xlsx(document(Table("Bảng", columns, (row,))))
    assert [cell.value for cell in cells(sheets(content)[0]) if cell.data_type == "f"] == ["=SUM(A7:B7,D7)"]
    assert check_sums(content) == 1


def test_what_people_typed_is_never_a_formula_or_a_link() -> None:
    title = FORMULA_LIKE[0]
    table = replace(text_table(*FORMULA_LIKE), name=title, unit=title)
    table = replace(table, columns=tuple(replace(c, title=title, group=title) for c in table.columns))
    page = replace(document(table, mark=title), title=title, author=title)
    (sheet,) = sheets(render_xlsx(page))
    assert {cell.data_type for cell in cells(sheet)} == {"s", "n"}
    texts = [cell.value for cell in cells(sheet)]
    assert all(text in texts for text in FORMULA_LIKE)
    assert not any(cell.hyperlink for cell in cells(sheet))


def test_numbers_are_numbers_and_zeros_hide_above_the_total() -> None:
    formats: dict[str, list[int]] = {}
    for cell in cells(sheets(render_xlsx(document(allocation_table())), values=True)[0]):
        if isinstance(cell.value, int):
            formats.setdefault(cell.number_format, []).append(cell.value)
    assert formats.keys() == {"0", "#,##0", "#,##0;-#,##0;;@"}
    assert formats["0"] == list(range(1, 9))
    assert len(formats["#,##0"]) == 3
    assert 0 in formats["#,##0;-#,##0;;@"]


def test_fifteen_digits_survive() -> None:
    table = Table("Bảng", (Column("n", "Số", kind=Kind.MONEY),), (Row.of(RowKind.DATA, 999_999_999_999_999),))
    assert cells(sheets(render_xlsx(document(table)))[0])[-1].value == 999_999_999_999_999


def test_heads_are_merged_in_two_levels() -> None:
    (sheet,) = sheets(render_xlsx(document(allocation_table())))
    merged = {str(area) for area in sheet.merged_cells.ranges}
    top = next(cell.row for cell in cells(sheet) if cell.value == "TT")
    assert {f"A{top}:A{top + 1}", f"C{top}:D{top}", f"E{top}:E{top + 1}"} <= merged
    assert sheet.cell(top + 1, 4).value == "Học viện Chính trị khu vực III"
    assert [cell.value for cell in sheet[top + 2]] == [f"({n})" for n in range(1, 7)]
    assert {"A1:F1", "A2:F2", "A3:F3"} <= merged
    assert [sheet.cell(row, 1).value for row in (1, 2, 3)] == [
        "PHỤ LỤC 1",
        document().title,
        "(Kèm theo Kế hoạch số …-KH/TU, ngày … của Ban Thường vụ Tỉnh ủy)",
    ]


@pytest.mark.parametrize("landscape", [False, True])
def test_sheet_prints_as_it_stands(*, landscape: bool) -> None:
    (sheet,) = sheets(render_xlsx(document(allocation_table(), landscape=landscape, mark=MARK)))
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape" if landscape else "portrait")
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)  # 1 is left unsaid
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    margins = sheet.page_margins
    inches = (margins.top, margins.bottom, margins.left, margins.right, margins.header)
    assert [round(value * 25.4) for value in inches] == [20, 20, 30, 15, 10]
    assert sheet.print_options.horizontalCentered
    top = next(cell.row for cell in cells(sheet) if cell.value == "TT")
    assert sheet.print_title_rows == f"${top}:${top + 2}"
    assert sheet.freeze_panes == f"A{top + 3}"
    assert sheet.oddHeader.center.text == "&P"
    assert MARK in str(sheet.oddFooter.right.text)
    assert sheet.cell(1, 1).value == MARK


def test_page_number_begins_on_page_two() -> None:
    (sheet,) = sheets(render_xlsx(document(allocation_table(), mark=MARK)))
    assert sheet.HeaderFooter.differentFirst
    assert not sheet.firstHeader.center.text
    assert MARK in str(sheet.firstFooter.right.text)


def test_columns_fill_the_page_and_no_more() -> None:
    for landscape, room in ((False, 165), (True, 252)):
        (sheet,) = sheets(render_xlsx(document(allocation_table(), landscape=landscape)))
        pixels = sum(size.width * 7 * (size.max - size.min + 1) for size in sheet.column_dimensions.values())
        assert room * 0.96 < pixels * 25.4 / 96 < room


def test_rows_grow_with_their_text() -> None:
    (sheet,) = sheets(render_xlsx(document(text_table("Một", "Hội đồng nhân dân tỉnh " * 20, "Một\nhai\nba"))))
    heights = {cell.value: sheet.row_dimensions[cell.row].height for cell in cells(sheet)}
    one, many = heights["Một"], heights["Hội đồng nhân dân tỉnh " * 20]
    assert many > 4 * one
    assert heights["Một\nhai\nba"] > 2 * one
    assert all(dimension.height <= 409 for dimension in sheet.row_dimensions.values())


def test_wide_sums_are_smaller_and_no_number_shows_as_hashes() -> None:
    (sheet,) = sheets(render_xlsx(document(crowded_table())))
    rows = [row for row in sheet.iter_rows(min_col=3, max_col=10) if isinstance(row[0].value, int)]
    first, *_, total = rows
    assert [{cell.font.sz for cell in row} for row in (first, total)] == [{9}, {8}]
    assert all(cell.alignment.shrink_to_fit for row in rows for cell in row)


def test_a_table_that_no_page_can_hold_is_scaled_instead_of_broken() -> None:
    def width(sources: int) -> float:
        (sheet,) = sheets(render_xlsx(document(crowded_table(sources=sources))))
        assert sheet.page_setup.fitToHeight == 0
        return float(sheet.column_dimensions["C"].width)

    assert width(60) == width(40)


def test_all_text_is_in_times() -> None:
    for sheet in sheets(render_xlsx(budget())):
        assert {cell.font.name for cell in cells(sheet)} == {"Times New Roman"}
        assert all(cell.font.bold for cell in cells(sheet) if cell.value == "TỔNG CỘNG")


def test_each_table_has_its_sheet_and_keeps_what_follows_it() -> None:
    first, second = sheets(render_xlsx(budget()))
    assert (first.title, second.title) == ("Dự kiến kinh phí", "Nội dung")
    assert [cell.value for cell in cells(first)][-1] == "Bằng chữ: ba mươi sáu tỷ đồng."
    texts = [cell.value for cell in cells(second)]
    assert texts[:2] == [MARK, "Mức chi"]
    assert texts[-1] == "Ghi chú: Mức chi là số liệu minh họa."


def test_sheet_names_are_such_as_excel_takes() -> None:
    name = "[Mức chi]: đào tạo/bồi dưỡng * cán bộ, công chức, viên chức?"
    tables = [
        replace(text_table("a"), name=name),
        replace(text_table("b"), name=name),
        replace(text_table("c"), name="'"),
    ]
    names = [sheet.title for sheet in sheets(render_xlsx(document(*tables)))]
    assert names == ["Mức chi đào tạo bồi dưỡng cán b", "Mức chi đào tạo bồi dưỡng (2)", "Trang"]


def test_same_document_same_bytes() -> None:
    assert render_xlsx(budget()) == render_xlsx(budget())


def test_properties_come_from_the_document() -> None:
    properties = load_workbook(BytesIO(render_xlsx(budget()))).properties
    assert (properties.title, properties.creator) == (budget().title, "Ban Tổ chức Tỉnh ủy")
    assert str(properties.created) == "2024-01-15 00:00:00"


def test_no_warning_triangles_over_the_table() -> None:
    content = ZipFile(BytesIO(render_xlsx(document(allocation_table())))).read("xl/worksheets/sheet1.xml").decode()
    assert re.findall(r'<ignoredError sqref="A6:F19" (\w+)="1"', content)


def test_a_document_without_a_table_is_a_sheet_of_text() -> None:
    (sheet,) = sheets(render_xlsx(document()))
    assert isinstance(sheet, Worksheet)
    assert cells(sheet)[0].value == "PHỤ LỤC 1"
