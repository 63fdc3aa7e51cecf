"""The workbook as a file: typed cells, drop-lists, notes on the heads; the same data give the same bytes."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import tablib
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from reports.workbook.sheets import READ_FIRST, sheets_of
from trainingplan.resources.book import BookResource
from trainingplan.resources.book_columns import BookColumn, kind_words, listing
from trainingplan.resources.columns import YES, Choice, YesNo
from trainingplan.resources.files import ILLEGAL
from trainingplan.rules.numbers import format_count
from trainingplan.services.refusals import Refused

LONGEST_CELL, LONGEST_LIST, MOST_ROWS = 32_767, 255, 20_000
LONG_TEXT = 60
"""Longer text is shown on several lines of its cell."""
STAMP = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""A workbook tells its day on the first sheet; what the file's own properties say is always the same."""
A4 = 9
"""Paper, as xlsxwriter numbers it."""
LISTS = "Danh mục chọn"
TITLE = "SỔ TOÀN KẾ HOẠCH ĐÀO TẠO, BỒI DƯỠNG CÁN BỘ"
NOTES = (
    "Mỗi sheet là một bảng, dòng đầu là tiêu đề cột; ghi chú ở tiêu đề nói cột ấy chứa gì.",
    "Không đổi tên sheet và tiêu đề; có thể bỏ cột không bắt buộc, bỏ sheet không cần, đổi thứ tự cột.",
    "Các dòng nhận nhau bằng khóa: tên tắt không dấu, chữ thường, nối bằng gạch. Điền từ sheet trước đến sheet sau.",
    "Cột có tên in nghiêng chỉ để đọc. Ô của cột bắt buộc có tiêu đề đậm màu.",
    "Dòng không có trong tệp thì giữ nguyên trong phần mềm: nhập tệp không xóa gì.",
    "Tài khoản, mật khẩu, nhật ký và các bản đã ban hành không có trong sổ này.",
)


def write_workbook(year: int, made_on: date) -> bytes:
    """The whole plan of the year. Raises Refused where a text is longer than a cell."""
    sheets = sheets_of(year)
    return _write(sheets, [sheet.export() for sheet in sheets], f"Kế hoạch năm {year}", made_on)


def write_template(year: int, made_on: date) -> bytes:
    """A workbook to begin with: every sheet with one small row as an example, that together make a whole plan."""
    sheets = sheets_of(year)
    return _write(sheets, [example(sheet, year) for sheet in sheets], f"Sổ mẫu cho kế hoạch năm {year}", made_on)


def example(sheet: BookResource, year: int) -> tablib.Dataset:
    """The sheet's row of examples; none where its columns have none."""
    columns = [column for column in sheet.book_columns if sheet.shows(column)]
    values = [year if column.attribute == "year" else _of_year(column.example, year) for column in columns]
    dataset = tablib.Dataset(headers=[column.column_name for column in columns])
    if all(value != "" for column, value in zip(columns, values, strict=True) if column.required):
        dataset.append(values)
    for more in sheet.more_examples:
        dataset.append([more.get(str(heading), "") for heading in dataset.headers])
    return dataset


def _of_year(example: object, year: int) -> object:
    """The examples speak of a plan of 2030."""
    return example.replace("2030", str(year)) if isinstance(example, str) else example


class Styles:
    """The formats of one file."""

    def __init__(self, book: Workbook) -> None:
        text = {"font_name": "Times New Roman", "font_size": 11, "valign": "top"}
        head = text | {"bold": True, "text_wrap": True, "border": 1, "border_color": "#BFBFBF", "valign": "vcenter"}
        self.title: Format = book.add_format(text | {"bold": True, "font_size": 15, "font_color": "#8B1A1A"})
        self.strong: Format = book.add_format(text | {"bold": True})
        self.link: Format = book.add_format(text | {"font_color": "#1F4E79", "underline": 1})
        self.wrapped: Format = book.add_format(text | {"text_wrap": True})
        self.about: Format = book.add_format(text | {"text_wrap": True, "indent": 1})
        self.required: Format = book.add_format(head | {"bg_color": "#8B1A1A", "font_color": "#FFFFFF"})
        self.optional: Format = book.add_format(head | {"bg_color": "#F1E5E3"})
        self.shown: Format = book.add_format(head | {"bg_color": "#EDEDED", "italic": True})
        self.text: Format = book.add_format(text)
        self.number: Format = book.add_format(text | {"num_format": "#,##0"})
        self.year: Format = book.add_format(text | {"num_format": "0"})
        self.day: Format = book.add_format(text | {"num_format": "dd/mm/yyyy"})
        self.moment: Format = book.add_format(text | {"num_format": "dd/mm/yyyy hh:mm"})

    def head(self, column: BookColumn, *, needed: bool) -> Format:
        if column.readonly and not column.required:
            return self.shown
        return self.required if needed else self.optional


@dataclass(frozen=True)
class Filled:
    """A sheet with its rows, on its way into the file."""

    sheet: BookResource
    rows: list[tuple[object, ...]]

    @property
    def columns(self) -> list[BookColumn]:
        return [column for column in self.sheet.book_columns if self.sheet.shows(column)]


def _write(sheets: Sequence[BookResource], tables: Sequence[tablib.Dataset], title: str, made_on: date) -> bytes:
    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": title, "created": STAMP})
    styles, lists = Styles(book), Lists(sheets)
    filled = [Filled(sheet, [tuple(row) for row in table]) for sheet, table in zip(sheets, tables, strict=True)]
    _write_first(book.add_worksheet(READ_FIRST), styles, filled, (title, f"Ngày lập: {made_on:%d/%m/%Y}"))
    for one in filled:
        _write_sheet(book.add_worksheet(one.sheet.sheet()), styles, one, lists)
    lists.write(book.add_worksheet(LISTS), styles)
    book.close()
    return out.getvalue()


def _write_first(page: Worksheet, styles: Styles, filled: Sequence[Filled], lines: tuple[str, str]) -> None:
    page.hide_gridlines(2)
    for column, width in enumerate((28, 10, 92)):
        page.set_column(column, column, width)
    page.write_string(0, 0, TITLE, styles.title)
    page.write_string(1, 0, lines[0], styles.strong)
    page.write_string(2, 0, lines[1], styles.text)
    for place, note in enumerate(NOTES, start=4):
        page.merge_range(place, 0, place, 2, note, styles.wrapped)
    top = 5 + len(NOTES)
    for column, head in enumerate(("Sheet", "Số dòng", "Nội dung")):
        page.write_string(top, column, head, styles.optional)
    for place, one in enumerate(filled, start=top + 1):
        name = one.sheet.sheet()
        page.write_url(place, 0, f"internal:'{name}'!A1", styles.link, name)
        page.write_number(place, 1, len(one.rows), styles.number)
        page.write_string(place, 2, one.sheet.about, styles.about)
    _set_paper(page)


def _set_paper(page: Worksheet) -> None:
    page.set_landscape()
    page.set_paper(A4)
    page.fit_to_pages(1, 0)


def _write_sheet(page: Worksheet, styles: Styles, filled: Filled, lists: "Lists") -> None:
    columns = filled.columns
    page.freeze_panes(1, min(2, len(columns)))
    page.set_row(0, 32)
    page.repeat_rows(0)
    _set_paper(page)
    for index, column in enumerate(columns):
        page.set_column(index, index, _width(column, [row[index] for row in filled.rows]))
        needed = filled.sheet.needs(column)
        page.write_string(0, index, str(column.column_name), styles.head(column, needed=needed))
        page.write_comment(0, index, _note(column, needed=needed), {"width": 260, "height": 96, "author": ""})
        if rule := lists.rule(column, filled.sheet):
            page.data_validation(1, index, MOST_ROWS, index, rule)
    for number, row in enumerate(filled.rows, start=1):
        for index, value in enumerate(row):
            if isinstance(value, str) and len(value) > LONGEST_CELL:
                raise _too_long(filled.sheet, number, columns[index])
            count = styles.year if columns[index].attribute == "year" else styles.number
            _write_cell(page, styles, (number, index), value, count)
    if filled.rows:
        page.autofilter(0, 0, len(filled.rows), len(columns) - 1)


def _write_cell(page: Worksheet, styles: Styles, place: tuple[int, int], value: object, count: Format) -> None:
    if isinstance(value, datetime):
        page.write_datetime(*place, value, styles.moment)
    elif isinstance(value, date):
        page.write_datetime(*place, datetime(value.year, value.month, value.day), styles.day)  # noqa: DTZ001
    elif isinstance(value, int) and not isinstance(value, bool):
        page.write_number(*place, value, count)
    elif value not in (None, ""):
        text = ILLEGAL.sub("\ufffd", str(value))
        page.write_string(*place, text, styles.wrapped if "\n" in text or len(text) > LONG_TEXT else styles.text)


def _too_long(sheet: BookResource, row: int, column: BookColumn) -> Refused:
    return Refused(
        f"Sheet «{sheet.sheet()}», dòng {row + 1}, cột «{column.column_name}» dài hơn {format_count(LONGEST_CELL)} ký "
        "tự, một ô Excel không chứa được. Chia nội dung ấy thành nhiều mục."
    )


def _note(column: BookColumn, *, needed: bool) -> str:
    must = "Bắt buộc. " if needed else ""
    shown = "" if column.example == "" else f"\nVí dụ: {example_text(column)}"
    return f"{must}{kind_words(column.widget)[:1].upper()}{kind_words(column.widget)[1:]}.\n{column.meaning}{shown}"


def example_text(column: BookColumn) -> str:
    """The example of a column as the cell shows it."""
    value = column.example
    return f"{value:,}".replace(",", ".") if isinstance(value, int) and column.attribute != "year" else str(value)


def _width(column: BookColumn, values: Sequence[object]) -> int:
    longest = max((len(line) for value in values for line in str(value or "").split("\n")), default=0)
    return min(max(longest + 2, len(str(column.column_name)) * 3 // 4 + 2, 10), LONG_TEXT)


class Lists:
    """The choices of drop-lists: short ones in the rule itself, long ones on a sheet at the end, keys on their own."""

    def __init__(self, sheets: Sequence[BookResource]) -> None:
        self.columns: dict[tuple[str, ...], int] = {}
        self.sheets = {sheet.sheet(): sheet for sheet in sheets}

    def rule(self, column: BookColumn, sheet: BookResource) -> dict[str, Any] | None:
        """The rule of the column's cells; None where they are free."""
        if column.readonly and not listing(column.widget):
            return None
        rule: dict[str, Any] = {"validate": "list", "ignore_blank": True}
        if isinstance(column.widget, YesNo):
            return rule | {"source": [YES]}
        if isinstance(column.widget, Choice):
            words = tuple(word for word in column.widget.words.values() if word != "–")
            fits = len(",".join(words)) <= LONGEST_LIST and not any("," in word for word in words)
            return rule | {"source": list(words) if fits else self._range(words)}
        keys = self._keys(column, sheet)
        return rule | {"source": keys, "error_type": "warning"} if keys else None

    def _range(self, words: tuple[str, ...]) -> str:
        place = self.columns.setdefault(words, len(self.columns))
        letter = chr(ord("A") + place)
        return f"='{LISTS}'!${letter}$1:${letter}${len(words)}"

    def write(self, page: Worksheet, styles: Styles) -> None:
        page.hide()
        for words, place in self.columns.items():
            for row, word in enumerate(words):
                page.write_string(row, place, word, styles.text)

    def _keys(self, column: BookColumn, sheet: BookResource) -> str:
        """The cells of another sheet that hold the keys."""
        other = self.sheets.get(listing(column.widget))
        if other is None or other is sheet or other.directory is None:
            return ""
        headings = [one.column_name for one in other.book_columns]
        letter = chr(ord("A") + headings.index(other.directory.headings[-1]))
        return f"='{other.sheet()}'!${letter}$2:${letter}${MOST_ROWS}"
