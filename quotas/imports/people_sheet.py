"""The sheet of nominees in a unit's workbook: those who stand on the rosters, and empty rows for more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from quotas.imports.people_fields import HEADS, QUOTA, RESERVE
from quotas.imports.unit_form import KEYS, PEOPLE, PERSON_HEAD
from quotas.imports.workbook_styles import A4, Styles, message, row_height, set_margins
from trainingplan.resources.sheets import FONT, MARK, safe_text

HEAD_ROW: Final = 3
EMPTY_ROWS: Final = 20
WIDTHS: Final[Mapping[str, int]] = {
    QUOTA: 17, "full_name": 18, "sex": 6, "birth": 11, "job_title": 20, "ethnicity": 8, "education": 12, "degree": 10,
    "field_of_study": 14, "institution": 18, "mode": 11, "duration": 8, "funding": 12, "planned_post": 12,
    "class_name": 13, RESERVE: 7, "note": 12,
}  # fmt: skip
CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "sex": ("nam", "nữ"),
    "degree": ("Đại học", "Thạc sĩ", "Tiến sĩ", "Chuyên khoa I", "Chuyên khoa II"),
    "mode": ("Chính quy", "Vừa làm vừa học", "Tập trung", "Không tập trung"),
    "funding": ("Ngân sách tỉnh", "Ngân sách Trung ương", "Cơ quan, đơn vị cử đi", "Cá nhân"),
    "ethnicity": ("Kinh", "Hrê", "Co", "Xơ Đăng", "Hoa", "Tày", "Mường", "Ê Đê", "Gia Rai", "Ba Na", "Giẻ Triêng"),
}
"""Drop-lists. Of all but the sex other words are taken, too."""
STRICT: Final = frozenset({QUOTA, "sex", RESERVE})


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A nominee by the number under which it is stored, with the values of the sheet's fields as words."""

    key: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PeopleSheet:
    """`places` says of each roster what the unit may nominate; `quotas` are the names of the drop-list."""

    GUIDANCE: ClassVar[tuple[str, ...]] = (
        (
            f"Trang «{PEOPLE}»: mỗi dòng một người, chọn danh sách ở cột đầu. Ngày sinh ghi ngày/tháng/năm, ví dụ "
            "05/12/1984; chỉ biết năm thì ghi năm."
        ),
        "Số người không quá số đơn vị được phân bổ; người thêm nữa thì chọn «x» ở cột dự bị.",
        (
            "Sửa ngay trên dòng của người đã có trong danh sách. Xóa dòng khỏi phiếu không bỏ người ấy: "
            "bỏ hay thay người thì làm ở trang «Danh sách cử đi»."
        ),
    )

    fields: tuple[str, ...]
    quotas: tuple[str, ...]
    places: tuple[str, ...]
    rows: tuple[PersonRow, ...]
    open: bool
    illustrative: bool


def write_people(book: Any, styles: Styles, people: PeopleSheet, *, mark: bool) -> list[tuple[str, Sequence[str]]]:
    """Write the sheet; the drop-lists that it refers to, for the sheet of keys."""
    lists: list[tuple[str, Sequence[str]]] = [
        (field, people.quotas if field == QUOTA else ("x",) if field == RESERVE else CHOICES[field])
        for field in people.fields
        if field in (QUOTA, RESERVE, *CHOICES)
    ]
    _People(book.add_worksheet(PEOPLE), styles, people, dict(lists)).write(mark=mark)
    return lists


class _People:
    def __init__(self, sheet: Any, styles: Styles, people: PeopleSheet, lists: Mapping[str, Sequence[str]]) -> None:
        self.sheet, self.styles, self.people, self.lists = sheet, styles, people, lists
        self.last = len(people.fields)

    def write(self, *, mark: bool) -> None:
        sheet, people = self.sheet, self.people
        sheet.set_column(0, 0, 10, None, {"hidden": True})
        for column, field in enumerate(people.fields, start=1):
            sheet.set_column(column, column, WIDTHS[field])
        self._write_head()
        for at, row in enumerate(people.rows, start=HEAD_ROW + 1):
            self._write_row(at, row)
        end = HEAD_ROW + len(people.rows) + EMPTY_ROWS
        for at in range(HEAD_ROW + 1 + len(people.rows), end + 1):
            self._write_row(at, PersonRow("", {}))
        if people.open:
            self._validate(HEAD_ROW + 1, end)
        sheet.freeze_panes(HEAD_ROW + 1, 3)
        sheet.repeat_rows(HEAD_ROW)
        sheet.hide_gridlines(2)
        sheet.protect("", dict.fromkeys(("format_columns", "format_rows", "insert_rows", "delete_rows"), True))
        sheet.print_area(0, 1, end, self.last)
        self._set_page(mark=mark)

    def _write_head(self) -> None:
        sheet, styles = self.sheet, self.styles
        sheet.merge_range(0, 1, 0, self.last, "DANH SÁCH CÁN BỘ CỬ ĐI", styles.title)
        sheet.set_row(0, 22)
        places = "; ".join(self.people.places)
        sheet.merge_range(1, 1, 1, self.last, safe_text(places), styles.plain)
        width = sum(WIDTHS[field] for field in self.people.fields)
        sheet.set_row(1, row_height([(places, width * 95 // 100)]))
        sheet.set_row(2, 6)
        sheet.write_string(HEAD_ROW, 0, PERSON_HEAD, styles.head)
        for column, field in enumerate(self.people.fields, start=1):
            sheet.write_string(HEAD_ROW, column, HEADS[field], styles.head)
        sheet.set_row(HEAD_ROW, 34)

    def _write_row(self, at: int, row: PersonRow) -> None:
        style = self.styles.text_input if self.people.open else self.styles.text
        self.sheet.write_string(at, 0, row.key, self.styles.text)
        self.sheet.set_row(at, row_height((row.values.get(field, ""), WIDTHS[field]) for field in self.people.fields))
        for column, field in enumerate(self.people.fields, start=1):
            locked = field == QUOTA and row.key
            value = row.values.get(field, "")
            if value:
                self.sheet.write_string(at, column, safe_text(value), self.styles.text if locked else style)
            else:
                self.sheet.write_blank(at, column, None, style)

    def _validate(self, first: int, last: int) -> None:
        places = {field: place for place, field in enumerate(self.lists, start=3)}
        for column, field in enumerate(self.people.fields, start=1):
            if field not in places:
                continue
            letter = chr(ord("A") + places[field])
            area = f"='{KEYS}'!${letter}$1:${letter}${len(self.lists[field])}"
            strict = field in STRICT
            words = message(HEADS[field], "Chọn một giá trị trong danh sách, hoặc xóa để trống ô này.")
            options = {"validate": "list", "source": area, "show_error": strict, **words}
            self.sheet.data_validation(first, column, last, column, options)

    def _set_page(self, *, mark: bool) -> None:
        sheet = self.sheet
        sheet.set_paper(A4)
        sheet.set_landscape()
        set_margins(sheet, 15, 10, 15, 15)
        sheet.fit_to_pages(1, 0)
        right = f'&R&"{FONT},Italic"&10{MARK}' if mark else ""
        sheet.set_footer(f'&C&"{FONT},Regular"&10Trang &P/&N{right}')
