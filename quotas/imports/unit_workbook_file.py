"""Writing a unit's workbook: what to do, the sheet to fill in, nominees, and the keys by which it is known again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any, Final

from django.utils import timezone

from quotas.imports.people_sheet import PeopleSheet, write_people
from quotas.imports.unit_form import (
    CELLS,
    CHUNK,
    GUIDE,
    KEY_HEAD,
    KEYS,
    NAME_HEAD,
    NO_KEY,
    NO_NEED_HEAD,
    NUMBER_HEAD,
    SEAL_MARK,
    Seal,
)
from quotas.imports.workbook_styles import A4, Styles, message, row_height, set_margins
from quotas.selectors.registration import Block, RegistrationSheet, Row
from trainingplan.models import Plan
from trainingplan.resources.sheets import FONT, MARK, WORKBOOK_OPTIONS, safe_text
from trainingplan.rules.numbers import format_count

HEAD_ROW: Final = 4
"""The headings' row on the sheet to fill in, from 0."""
WIDTHS: Final = (12, 5, 62, 10, 9, 9, 11, 13, 24)
GUIDE_WIDTH: Final = 92
LARGEST: Final = 1_000_000
KEY, PLACE, NAME, WORD, GIVEN, LAST, NUMBER, NO_NEED, NOTE = range(9)


@dataclass(frozen=True, slots=True)
class Workbook:
    """All that goes into the file. `keys` are the rows' keys by quota."""

    plan: Plan
    sheet: RegistrationSheet
    keys: Mapping[int, str]
    people: PeopleSheet | None
    seal: Seal
    made_by: str


def write_workbook(work: Workbook) -> bytes:
    from xlsxwriter import Workbook as Book  # noqa: PLC0415 - only downloads need it

    buffer = BytesIO()
    book = Book(buffer, WORKBOOK_OPTIONS)
    title = f"Phiếu đăng ký nhu cầu {work.plan.year} – {work.sheet.unit_name}"
    book.set_properties({"title": title, "comments": MARK if _illustrative(work) else ""})
    styles = Styles(book)
    _Guide(book, styles, work).write()
    _Cells(book, styles, work).write()
    lists = write_people(book, styles, work.people, mark=_illustrative(work)) if work.people else ()
    _write_keys(book, work.seal, lists)
    book.get_worksheet_by_name(CELLS).activate()
    book.close()
    return buffer.getvalue()


def _illustrative(work: Workbook) -> bool:
    return work.sheet.illustrative or bool(work.people and work.people.illustrative)


class _Guide:
    """What to do, until when, and how it comes back."""

    def __init__(self, book: Any, styles: Styles, work: Workbook) -> None:
        self.sheet, self.styles, self.work = book.add_worksheet(GUIDE), styles, work
        self.row = 0

    def write(self) -> None:
        work, styles, sheet = self.work, self.styles, self.sheet
        sheet.set_column(0, 0, 5)
        sheet.set_column(1, 1, 24)
        sheet.set_column(2, 2, 66)
        self._line(f"PHIẾU {_title(work.plan)}", styles.title)
        self._line(work.sheet.unit_name, styles.subtitle)
        self.row += 1
        for name, value in _facts(work):
            sheet.write_string(self.row, 1, name, styles.bold)
            sheet.write_string(self.row, 2, safe_text(value), styles.plain)
            sheet.set_row(self.row, row_height([(value, 66)]))
            self.row += 1
        for head, steps in _guidance(work):
            self.row += 1
            sheet.write_string(self.row, 0, head, styles.heading)
            self.row += 1
            for place, step in enumerate(steps, start=1):
                sheet.write_string(self.row, 0, f"{place}.", styles.right)
                sheet.merge_range(self.row, 1, self.row, 2, safe_text(step), styles.plain)
                sheet.set_row(self.row, row_height([(step, GUIDE_WIDTH)]))
                self.row += 1
        sheet.hide_gridlines(2)
        sheet.protect("", {"format_columns": True, "format_rows": True})
        _set_page(sheet, mark=_illustrative(work))

    def _line(self, text: str, style: Any) -> None:
        self.sheet.merge_range(self.row, 0, self.row, 2, safe_text(text), style)
        self.sheet.set_row(self.row, 24)
        self.row += 1


def _title(plan: Plan) -> str:
    return f"ĐĂNG KÝ NHU CẦU ĐÀO TẠO, BỒI DƯỠNG NĂM {plan.year}"


def _facts(work: Workbook) -> list[tuple[str, str]]:
    sheet = work.sheet
    until = sheet.more_time.until or sheet.closes_at
    due = f"{_moment(until)}{' (được gia hạn)' if sheet.more_time.until else ''}" if until else "chưa đặt"
    facts = [
        ("Hạn gửi", due),
        ("Tình trạng", f"{sheet.state_label}{'' if sheet.open else f'. {sheet.closed_reason}'}"),
        ("Nơi nhận", "Ban Tổ chức Tỉnh ủy"),
        ("Lập lúc", f"{_moment(timezone.now())}, {work.made_by}"),
    ]
    if sheet.returned:
        facts.append(("Lý do trả lại", sheet.returned.reason))
    if _illustrative(work):
        facts.append(("Lưu ý", f"{MARK}: có ô không phải số liệu thật."))
    return facts


def _guidance(work: Workbook) -> list[tuple[str, list[str]]]:
    year = work.plan.year
    filling = [
        f"Mở trang «{CELLS}». Chỉ nhập vào các ô nền vàng; các ô khác đã khóa.",
        f"Cột «{NUMBER_HEAD} {year}»: nhập số người, là số nguyên từ 0 trở lên. Chưa rõ thì để trống.",
        f"Không có nhu cầu thì chọn «x» ở cột «{NO_NEED_HEAD}» và để trống số người. Đó cũng là một câu trả lời.",
        (
            "Phần mềm nhận ra từng dòng theo mã ẩn, không theo vị trí hay tên trang. Không thêm chương trình mới vào "
            "phiếu; cần thêm thì gửi văn bản cho Ban Tổ chức Tỉnh ủy."
        ),
    ]
    returning = [
        "Lưu tệp ở dạng Excel (.xlsx), giữ nguyên cả các trang ẩn.",
        (
            "Đăng nhập phần mềm, mở «Nhập – xuất Excel», chọn tệp này. Phần mềm cho xem trước từng ô thêm, sửa, không "
            "đổi và từng lỗi; chưa có gì được ghi cho đến khi bấm nhập."
        ),
        "Ô mà người khác đã sửa trên mạng sau khi tải phiếu thì không bị ghi đè: phần mềm nêu cả hai số và người sửa.",
        "Nhập xong, mở trang «Đăng ký nhu cầu» kiểm tra rồi bấm «Gửi đăng ký». Chỉ nhập tệp thì chưa phải là đã gửi.",
        "Không đăng nhập được thì gửi tệp này về Ban Tổ chức Tỉnh ủy để nhập thay, trước hạn ghi ở trên.",
    ]
    parts = [("Cách ghi", filling), ("Cách gửi lại", returning)]
    if work.people:
        parts.insert(1, ("Danh sách nhân sự", list(PeopleSheet.GUIDANCE)))
    return parts


class _Cells:
    """The sheet to fill in: quotas under their programmes, two columns of inputs."""

    def __init__(self, book: Any, styles: Styles, work: Workbook) -> None:
        self.sheet, self.styles, self.work = book.add_worksheet(CELLS), styles, work
        self.row = HEAD_ROW + 1
        self.places = 0

    def write(self) -> None:
        sheet = self.sheet
        for column, width in enumerate(WIDTHS):
            sheet.set_column(column, column, width, None, {"hidden": column == KEY})
        self._write_head()
        heads = [self._write_block(block) for block in self.work.sheet.blocks]
        self._write_total(heads)
        self._write_signature()
        self._guard()
        sheet.freeze_panes(HEAD_ROW + 1, NAME + 1)
        sheet.repeat_rows(HEAD_ROW)
        sheet.hide_gridlines(2)
        _set_page(sheet, mark=_illustrative(self.work), landscape=True)
        sheet.print_area(0, PLACE, self.row, NOTE)

    def _write_head(self) -> None:
        work, styles, sheet = self.work, self.styles, self.sheet
        year = work.plan.year
        about = _title(work.plan)
        until = work.sheet.more_time.until or work.sheet.closes_at
        due = f"Hạn gửi: {_moment(until)}" if until else ""
        for row, (text, style) in enumerate(((about, styles.title), (work.sheet.unit_name, styles.subtitle))):
            sheet.merge_range(row, PLACE, row, NOTE, safe_text(text), style)
            sheet.set_row(row, 22)
        sheet.write_string(2, PLACE, "Chỉ nhập vào các ô nền vàng.", styles.note)
        sheet.merge_range(2, NUMBER, 2, NOTE, due, styles.note_right)
        sheet.set_row(3, 6)
        heads = (
            KEY_HEAD, "TT", NAME_HEAD, "ĐVT", "Chỉ tiêu chung", f"Năm {work.sheet.last_year}",
            f"{NUMBER_HEAD} {year}", NO_NEED_HEAD, "Ghi chú",
        )  # fmt: skip
        for column, head in enumerate(heads):
            sheet.write_string(HEAD_ROW, column, head, styles.head)
        sheet.set_row(HEAD_ROW, 48)

    def _write_block(self, block: Block) -> int:
        """A programme with its quotas; the row of its heading, which sums them."""
        head, styles, sheet = self.row, self.styles, self.sheet
        self.row += 1
        for row in block.rows:
            self._write_row(row)
        sheet.write_string(head, KEY, f"{NO_KEY}{block.key}", styles.group)
        sheet.write_string(head, PLACE, "", styles.group)
        name = safe_text(f"{block.code} {block.name}".strip())
        sheet.write_string(head, NAME, name, styles.group)
        sheet.set_row(head, row_height([(name, WIDTHS[NAME])], bold=True))
        sheet.write_blank(head, WORD, None, styles.group)
        sums = {
            LAST: sum(row.last_year or 0 for row in block.rows),
            NUMBER: sum(row.number or 0 for row in block.rows),
        }
        sheet.write_blank(head, GIVEN, None, styles.group)
        for column, value in sums.items():
            area = f"{_letter(column)}{head + 2}:{_letter(column)}{self.row}"
            sheet.write_formula(head, column, f"=SUM({area})", styles.group_number, value)
        sheet.write_blank(head, NO_NEED, None, styles.group)
        sheet.write_blank(head, NOTE, None, styles.group)
        return head

    def _write_row(self, row: Row) -> None:
        sheet, styles, at = self.sheet, self.styles, self.row
        closed = not self.work.sheet.open or bool(row.locked)
        self.places += 1
        sheet.write_string(at, KEY, self.work.keys[row.quota_id], styles.text)
        sheet.write_number(at, PLACE, self.places, styles.centre)
        sheet.write_string(at, NAME, safe_text(row.name), styles.indented)
        sheet.write_string(at, WORD, safe_text(row.counting_word), styles.centre)
        _number(sheet, at, GIVEN, row.given, styles.number, unknown="–")
        _number(sheet, at, LAST, row.last_year, styles.number)
        _number(sheet, at, NUMBER, row.number, styles.number_locked if closed else styles.number_input, zero=True)
        mark = styles.mark_locked if closed else styles.mark_input
        sheet.write_string(at, NO_NEED, "x", mark) if row.no_need else sheet.write_blank(at, NO_NEED, None, mark)
        sheet.write_string(at, NOTE, safe_text(_remark(row)), styles.text)
        sheet.set_row(at, row_height([(row.name, WIDTHS[NAME] - 2), (_remark(row), WIDTHS[NOTE])]))
        if not closed:
            self._validate(at, row)
        self.row += 1

    def _validate(self, at: int, row: Row) -> None:
        most = LARGEST if row.limit is None else row.limit
        limit = "" if row.limit is None else f" và không quá {format_count(row.limit)}, chỉ tiêu của cả tỉnh"
        self.sheet.data_validation(
            at, NUMBER, at, NUMBER,
            {"validate": "integer", "criteria": "between", "minimum": 0, "maximum": most,
             **message("Chưa đúng số người", f"Nhập số nguyên từ 0{limit}. Không có nhu cầu thì chọn «x» ở cột bên.")},
        )  # fmt: skip
        self.sheet.data_validation(
            at, NO_NEED, at, NO_NEED,
            {"validate": "list", "source": ["x"], **message("Không có nhu cầu", "Chọn «x», hoặc xóa để trống ô này.")},
        )  # fmt: skip

    def _write_total(self, heads: Sequence[int]) -> None:
        sheet, styles = self.sheet, self.styles
        rows = list(self.work.sheet.rows)
        sums = {LAST: sum(row.last_year or 0 for row in rows), NUMBER: sum(row.number or 0 for row in rows)}
        sheet.write_string(self.row, KEY, NO_KEY, styles.total)
        for column in (PLACE, WORD, GIVEN, NO_NEED, NOTE):
            sheet.write_blank(self.row, column, None, styles.total)
        sheet.write_string(self.row, NAME, "TỔNG CỘNG", styles.total)
        for column, value in sums.items():
            cells = "+".join(f"{_letter(column)}{head + 1}" for head in heads) or "0"
            sheet.write_formula(self.row, column, f"={cells}", styles.total_number, value)
        self.row += 1

    def _write_signature(self) -> None:
        """For those who send it on paper, too."""
        styles, sheet, plan = self.styles, self.sheet, self.work.plan
        sheet.set_row(self.row, 10)
        lines = (
            (f"{plan.place}, ngày … tháng … năm {plan.year - 1}", styles.signed_date),
            ("THỦ TRƯỞNG CƠ QUAN, ĐƠN VỊ", styles.signed),
            ("(ký tên, đóng dấu)", styles.signed_date),
        )
        for text, style in lines:
            self.row += 1
            sheet.write_string(self.row, KEY, NO_KEY)
            sheet.merge_range(self.row, NUMBER, self.row, NOTE, text, style)
        self.row += 4

    def _guard(self) -> None:
        """Nothing but the inputs can be typed into; a number beside «x» turns red at once."""
        first, last = HEAD_ROW + 1, max(self.row, HEAD_ROW + 2)
        number, mark = (f"${_letter(column)}{first + 1}" for column in (NUMBER, NO_NEED))
        both = f'=AND({mark}="x",{number}<>"")'
        options = {"type": "formula", "criteria": both, "format": self.styles.wrong}
        self.sheet.conditional_format(first, NUMBER, last, NO_NEED, options)
        allowed = ("format_columns", "format_rows")
        self.sheet.protect("", dict.fromkeys(allowed, True))


def _remark(row: Row) -> str:
    """What keeps the cell closed, what the Board said of it, and its own note."""
    board = f"Ban Tổ chức: {row.remark}" if row.remark else ""
    return "; ".join(filter(None, (row.locked, board, row.note)))


def _number(
    sheet: Any, row: int, column: int, value: int | None, style: Any, *, unknown: str = "", zero: bool = False
) -> None:
    if value is None and unknown:
        sheet.write_string(row, column, unknown, style)
    elif value is None or (value == 0 and not zero):
        sheet.write_blank(row, column, None, style)
    else:
        sheet.write_number(row, column, value, style)


def _write_keys(book: Any, seal: Seal, lists: Sequence[tuple[str, Sequence[str]]]) -> None:
    """The seal with what it says in plain words, and the drop-lists; nobody sees this sheet."""
    sheet = book.add_worksheet(KEYS)
    lines = (("Mẫu", str(seal.form)), ("Năm", str(seal.year)), ("Đơn vị", seal.unit))
    for row, (name, value) in enumerate(lines):
        sheet.write_string(row, 0, name)
        sheet.write_string(row, 1, value)
    text = seal.text()
    for place, start in enumerate(range(0, len(text), CHUNK)):
        sheet.write_string(len(lines) + place, 0, SEAL_MARK)
        sheet.write_string(len(lines) + place, 1, text[start : start + CHUNK])
    for column, (_, values) in enumerate(lists, start=3):
        for row, value in enumerate(values):
            sheet.write_string(row, column, safe_text(value))
    sheet.protect("")
    sheet.very_hidden()


def _set_page(sheet: Any, *, mark: bool, landscape: bool = False) -> None:
    sheet.set_paper(A4)
    if landscape:
        sheet.set_landscape()
    set_margins(sheet, 20, 15, 15, 15)
    sheet.fit_to_pages(1, 0)
    sheet.center_horizontally()
    right = f'&R&"{FONT},Italic"&10{MARK}' if mark else ""
    sheet.set_footer(f'&C&"{FONT},Regular"&10Trang &P/&N{right}')


def _letter(column: int) -> str:
    return chr(ord("A") + column)


def _moment(at: datetime) -> str:
    return f"{timezone.localtime(at):%H:%M, %d/%m/%Y}"
