"""The official appendices 1 and 4 come back: no change of themselves, edits alone; names asked, sums checked."""

from typing import Any

import pytest
from openpyxl import Workbook

from quotas.imports.allocation_table import ALLOCATION_TABLE, REGISTRATION_TABLE, TableKind
from quotas.imports.table_rows import BLANKS, CLEAR, KEEP, LEAVE_OUT
from quotas.models import Allocation, Quota, Registration
from reports.appendices import build_appendix, whole_province
from reports.exports import Format, render
from tests.quotas.workbooks import Opened, book_of, contents_of, taken_in, told, words
from trainingplan.models import Appendix, Plan, Role, Unit, UnitName, User
from trainingplan.policies import may


@pytest.fixture
def board(plan_2024: Plan) -> User:
    return User.objects.create(username="ban", full_name="Người của Ban", role=Role.BOARD)


def official(plan: Plan, number: int) -> bytes:
    return render(build_appendix(plan, plan.appendices.get(number=number), whole_province()), Format.XLSX)


def allocated(plan: Plan) -> dict[tuple[str, str], int | None]:
    rows = Allocation.objects.filter(quota__programme__plan=plan)
    return {(quota, unit): number for quota, unit, number in rows.values_list("quota__key", "unit__key", "number")}


class Table(Opened):
    """An appendix in the hands of its reader."""

    def cell(self, unit: str, head: str) -> Any:
        sheet = self.book.active
        column = next(cell.column for row in sheet.iter_rows(max_row=9) for cell in row if cell.value == head)
        row = next(row[0].row for row in sheet.iter_rows() if row[1].value == unit)
        return sheet.cell(row, column)


HV3, PART_TIME = "Học viện Chính trị khu vực III", "Hệ không tập trung (tại Trường Chính trị tỉnh)"
UNIT_HEAD = "Cơ quan, đơn vị, địa phương"


def test_every_allocation_appendix_comes_back_without_a_change(plan_2024: Plan, board: User) -> None:
    before = allocated(plan_2024)
    numbers = plan_2024.appendices.filter(kind=Appendix.Kind.ALLOCATION).values_list("number", flat=True)
    assert list(numbers) == [1, 4]
    for number in numbers:
        content = official(plan_2024, number)
        assert ALLOCATION_TABLE.recognises(book_of(content))
        assert not REGISTRATION_TABLE.recognises(book_of(content))
        outcome = taken_in(ALLOCATION_TABLE, content, plan_2024, board)
        assert (outcome.problems, outcome.questions) == ((), ())
        assert set(told(outcome)) == {"same"}
        places = Quota.objects.filter(appendix__number=number, appendix__plan=plan_2024)
        printed = Allocation.objects.filter(quota__in=places, number__isnull=False)
        assert outcome.count("same") == printed.count()
    assert allocated(plan_2024) == before


@pytest.mark.parametrize("kind", [ALLOCATION_TABLE, REGISTRATION_TABLE])
def test_the_template_holds_what_stands_and_is_known_for_what_it_is(
    kind: TableKind, plan_2024: Plan, board: User
) -> None:
    given = kind.template(plan_2024, board)
    assert given is not None
    book = book_of(given[1])
    assert [one.recognises(book) for one in (ALLOCATION_TABLE, REGISTRATION_TABLE)] == [
        not kind.registered,
        kind.registered,
    ]
    outcome = taken_in(kind, given[1], plan_2024, board)
    assert (outcome.problems, outcome.questions, set(told(outcome))) == ((), (), {"same"})


def test_edits_come_in_alone_and_sums_without_values_are_not_judged(plan_2024: Plan, board: User) -> None:
    before = allocated(plan_2024)
    table = Table(official(plan_2024, 1))
    table.cell("Ban Tuyên giáo Tỉnh ủy", HV3).value = 0
    table.cell("Báo Quảng Ngãi", PART_TIME).value = "0"
    table.cell("Hội Nông dân tỉnh", HV3).value = None
    table.book.active.insert_cols(1)
    table.book.active.insert_rows(1, 3)
    table.book.active.title = "Trang khác"
    content = table.saved()
    contents = contents_of(ALLOCATION_TABLE, content, plan_2024, board)
    assert [question.key for question in contents.questions] == [BLANKS]
    outcome = taken_in(ALLOCATION_TABLE, content, plan_2024, board, {BLANKS: CLEAR})
    assert told(outcome) == {"same": 69, "changed": 3}
    edits = {
        ("cao-cap-tap-trung-khu-vuc-3", "ban-tuyen-giao-tinh-uy"): 0,
        ("cao-cap-khong-tap-trung", "bao-quang-ngai"): 0,
        ("cao-cap-tap-trung-khu-vuc-3", "hoi-nong-dan"): None,
    }
    assert allocated(plan_2024) == before | edits


def test_empty_cells_over_numbers_are_asked_about_and_kept_if_so_answered(plan_2024: Plan, board: User) -> None:
    before = allocated(plan_2024)
    table = Table(official(plan_2024, 1))
    table.cell("Hội Nông dân tỉnh", HV3).value = "–"
    assert told(taken_in(ALLOCATION_TABLE, table.saved(), plan_2024, board))["refused"] == 1
    assert set(told(taken_in(ALLOCATION_TABLE, table.saved(), plan_2024, board, {BLANKS: KEEP}))) == {"same"}
    assert allocated(plan_2024) == before


def test_above_the_ceiling_is_refused_as_the_grid_does(plan_2024: Plan, board: User) -> None:
    table = Table(official(plan_2024, 1))
    table.cell("Báo Quảng Ngãi", HV3).value = 30
    outcome = taken_in(ALLOCATION_TABLE, table.saved(), plan_2024, board)
    assert told(outcome) == {"same": 71, "refused": 1}
    assert "nhiều nhất có thể là" in words(outcome)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("BTC TU", "ban-to-chuc-tinh-uy"),
        ("BTCTU", "ban-to-chuc-tinh-uy"),
        ("Ban Tổ chưc Tỉnh uỷ", "ban-to-chuc-tinh-uy"),
        ("Ban Tổ chức cũ", "ban-to-chuc-tinh-uy"),
        ("ban-to-chuc-tinh-uy", "ban-to-chuc-tinh-uy"),
    ],
)
def test_short_former_and_misspelt_names_are_asked_about_never_guessed(
    typed: str, key: str, plan_2024: Plan, board: User
) -> None:
    unit = Unit.objects.get(key="ban-to-chuc-tinh-uy")
    UnitName.objects.create(unit=unit, name="Ban Tổ chức cũ", valid_from="1990-01-01", valid_to="2000-01-01")
    table = Table(official(plan_2024, 1))
    table.cell("Ban Tổ chức Tỉnh ủy", HV3).value = 2
    table.cell("Ban Tổ chức Tỉnh ủy", UNIT_HEAD).value = typed
    content = table.saved()
    (question,) = contents_of(ALLOCATION_TABLE, content, plan_2024, board).questions
    assert question.options[0][0] == key
    assert question.options[-1] == (LEAVE_OUT, "Không nhập dòng này")
    before = allocated(plan_2024)
    assert "là đơn vị nào của kế hoạch?" in words(taken_in(ALLOCATION_TABLE, content, plan_2024, board))
    taken_in(ALLOCATION_TABLE, content, plan_2024, board, {question.key: LEAVE_OUT})
    taken_in(ALLOCATION_TABLE, content, plan_2024, board, {question.key: "khong-co-don-vi-nay"})
    assert allocated(plan_2024) == before
    outcome = taken_in(ALLOCATION_TABLE, content, plan_2024, board, {question.key: key})
    assert told(outcome) == {"same": 71, "refused": 1}  # there is no place left, which is told of the right cell
    assert "Vượt chỉ tiêu" in words(outcome)


def test_marks_and_spellings_of_tones_do_not_matter(plan_2024: Plan, board: User) -> None:
    table = Table(official(plan_2024, 1))
    table.cell("Ban Tổ chức Tỉnh ủy", UNIT_HEAD).value = "  BAN TỔ CHỨC  TỈNH UỶ "
    outcome = taken_in(ALLOCATION_TABLE, table.saved(), plan_2024, board)
    assert (outcome.questions, told(outcome)) == ((), {"same": 72})


def test_the_same_unit_twice_is_refused_naming_both_rows(plan_2024: Plan, board: User) -> None:
    table = Table(official(plan_2024, 1))
    table.cell("Ban Tuyên giáo Tỉnh ủy", UNIT_HEAD).value = "Ban Tổ chức Tỉnh ủy"
    assert "cùng là Ban Tổ chức Tỉnh ủy" in words(taken_in(ALLOCATION_TABLE, table.saved(), plan_2024, board))


def rows(*lines: tuple[Any, ...], title: str = "BẢNG PHÂN BỔ CHỈ TIÊU") -> bytes:
    """A table made by hand: no merged cells, heads in another order, sums as bare numbers."""
    book = Opened.__new__(Opened)
    book.book = Workbook()
    for line in ((title,), ("Đơn vị", "Đối tượng 3", "Ghi chú", "Đối tượng 1", "Tổng số"), *lines):
        book.book.active.append(line)
    return book.saved()


def test_columns_are_known_by_their_heads_in_whatever_order(plan_2024: Plan, board: User) -> None:
    stands = allocated(plan_2024)["quoc-phong-doi-tuong-3", "so-y-te"] or 0
    content = rows(("Sở Y tế", stands - 1, "bớt một", None, stands - 1), ("TỔNG CỘNG", stands - 1, None, 0, stands - 1))
    outcome = taken_in(ALLOCATION_TABLE, content, plan_2024, board)
    assert (outcome.problems, told(outcome)) == ((), {"changed": 1})
    assert allocated(plan_2024)["quoc-phong-doi-tuong-3", "so-y-te"] == stands - 1
    assert "đang có số mà không có dòng trong tệp" in outcome.notes[0]


def test_the_plans_own_words_for_its_columns_are_known(plan_2024: Plan, board: User) -> None:
    own = {"unit": "Nơi cử đi", "total": "Cả năm", "stt": "#", "note": "Diễn giải"}
    for source, head in own.items():
        plan_2024.appendices.get(number=4).columns.filter(source=source).update(head=head)
    outcome = taken_in(ALLOCATION_TABLE, official(plan_2024, 4), plan_2024, board)
    assert (outcome.problems, outcome.questions, set(told(outcome))) == ((), (), {"same"})


def test_a_wrong_total_names_both_numbers_and_keeps_the_file_out(plan_2024: Plan, board: User) -> None:
    outcome = taken_in(ALLOCATION_TABLE, rows(("Sở Y tế", 1, "", None, 2), ("Cộng", 9)), plan_2024, board)
    assert "Dòng «Sở Y tế», cột «Tổng số» ghi 2, các dòng cộng lại là 1." in words(outcome)
    assert "Dòng «Cộng», cột «Đối tượng 3» ghi 9, các dòng cộng lại là 1." in words(outcome)
    assert all(problem.place and problem.remedy for problem in outcome.problems)


def test_a_column_that_no_head_tells_is_asked_about(plan_2024: Plan, board: User) -> None:
    book = Opened(rows(("Sở Y tế", None, None, None, None)))
    book.book.active["C2"], book.book.active["C3"] = "ĐT 2", 1
    content = book.saved()
    asked = contents_of(ALLOCATION_TABLE, content, plan_2024, board).questions
    (question,) = (question for question in asked if question.key != BLANKS)
    assert "Cột «ĐT 2»" in question.text
    offered = [value for value, _ in question.options]
    assert {"quoc-phong-doi-tuong-2", LEAVE_OUT} <= set(offered)
    assert "quoc-phong-doi-tuong-1" not in offered
    answered = contents_of(ALLOCATION_TABLE, content, plan_2024, board, {question.key: "quoc-phong-doi-tuong-2"})
    assert answered.tables[0].dataset["Khóa chỉ tiêu"] == ["quoc-phong-doi-tuong-2"]


def test_what_units_registered_comes_in_by_the_same_table(plan_2024: Plan, board: User) -> None:
    content = rows(("Sở Ngoại vụ", 3, None, 1, 4), title="BẢNG TỔNG HỢP ĐĂNG KÝ NHU CẦU")
    assert [kind.recognises(book_of(content)) for kind in (ALLOCATION_TABLE, REGISTRATION_TABLE)] == [False, True]
    outcome = taken_in(REGISTRATION_TABLE, content, plan_2024, board)
    assert outcome.problems == ()
    cells = Registration.objects.filter(unit__key="so-ngoai-vu", quota__appendix__number=4)
    assert dict(cells.values_list("quota__key", "number"))["quoc-phong-doi-tuong-3"] == 3


def test_units_bring_in_no_tables(plan_2024: Plan) -> None:
    unit = User(role=Role.UNIT, is_active=True)
    assert not any(may(unit, kind.action) for kind in (ALLOCATION_TABLE, REGISTRATION_TABLE))
