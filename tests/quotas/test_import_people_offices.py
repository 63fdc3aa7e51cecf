"""Lists of people in the dress that offices give them: names in two columns, heads of two rows, groups, signatures."""

import io
from typing import Any

import pytest
from openpyxl import Workbook

from quotas.models import Person
from quotas.rules.people_table import find_people, group_of, is_person
from tests.cast import Province
from trainingplan.imports.batches import answer, apply, preview, take_up
from trainingplan.imports.report import Report, read_report
from trainingplan.models import ImportBatch
from trainingplan.readings import watching_people
from trainingplan.rules.dates import PartialDate

BINH_SON, SON_TINH = "Huyện ủy Bình Sơn", "Huyện ủy Sơn Tịnh"


def workbook(rows: list[list[Any]], *merged: str) -> bytes:
    book = Workbook()
    page = book.active
    for row in rows:
        page.append(row)
    for area in merged:
        page.merge_cells(area)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def previewed(province: Province, content: bytes) -> tuple[ImportBatch, Report]:
    batch = take_up(name="ds.xlsx", content=content, kind=None, plan=province.plan, actor=province.hoa)
    assert batch.kind == "danh-sach-can-bo"
    preview(batch)
    return batch, read_report(batch)


def test_a_name_over_two_columns_is_put_together_and_never_cut(province: Province) -> None:
    """One head over both columns: the first alone is «Nguyễn Văn», which looks like a whole name."""
    rows: list[list[Any]] = [
        ["TT", "Họ và tên", None, "Năm sinh", "Giới tính", "Đơn vị", "Dân tộc"],
        [1, "Nguyễn Văn", "An", 1984, "Nam", BINH_SON, "Kinh"],
        [2, "Trần Văn", None, 1985, "Nam", BINH_SON, "Kinh"],
        [None, "NGƯỜI LẬP BIỂU", None, None, None, "TRƯỞNG BAN"],
    ]
    with watching_people() as read:
        batch, report = previewed(province, workbook(rows, "B1:C1"))
    assert None not in read  # a new person has no key that the log of readings could name
    assert [(one.place and one.place.label, one.value) for one in report.problems] == [("«Sheet», dòng 3, cột C", "")]
    assert report.notes == (
        "Trang «Sheet»: 1 dòng tiêu đề nhóm, dòng cộng, chữ ký không được nhập: 4.",
        "Trang «Sheet»: họ và tên được ghép từ cột B và cột C.",
    )
    apply(batch, mode="good_rows", digest=batch.digest, actor=province.hoa)
    assert [(one.full_name, one.birth) for one in Person.objects.all()] == [("Nguyễn Văn An", PartialDate(1984))]


def test_people_stand_below_their_units(province: Province) -> None:
    """A heading that is no unit's present name is asked about; it never goes on with the unit above."""
    rows: list[list[Any]] = [
        ["TT", "Họ đệm", "Tên", "Năm sinh"],
        ["I", BINH_SON],
        [1, "Nguyễn Văn", "An", 1984],
        ["II", "HU Sơn Tịnh"],
        [1, "Lê Thị", "Út", 1990],
    ]
    batch, report = previewed(province, workbook(rows))
    (asked,) = report.questions
    assert asked.text == "Những người dưới dòng «HU Sơn Tịnh» là của đơn vị nào?"
    assert [place.row for place in asked.places] == [5]
    answer(batch, {asked.key: "huyen-uy-son-tinh"})
    preview(batch)
    reasons = {(one.place.row, one.reason) for one in read_report(batch).problems if one.place}
    no_column = "Tệp không có cột «Giới tính», mà dòng thêm mới phải có."
    assert reasons == {(3, no_column)}, "a column that is not there is one fault, not one of each row"
    assert batch.refused == 2


@pytest.mark.parametrize(
    ("heads", "columns"),
    [
        ([["Họ và đệm", "Tên", "Đơn vị"]], {"full_name": 0, "given_name": 1, "unit": 2}),
        (
            [["Họ và tên", None, "Năm sinh"], ["Họ và chữ lót", "Tên", None]],
            {"full_name": 0, "given_name": 1, "birth": 2},
        ),
        (
            [["Họ và tên", "Ngày sinh", None, None], [None, "Ngày", "Tháng", "Năm"]],
            {"full_name": 0, "birth_day": 1, "birth_month": 2, "birth_year": 3},
        ),
        (
            [["Họ và tên", "Giới tính", None, "Năm sinh"], [None, "Nam", "Nữ", None]],
            {"full_name": 0, "sex_male": 1, "sex_female": 2, "birth": 3},
        ),
        ([["Họ và tên", "Năm sinh", "Trình độ", None], [None, None, "Chuyên môn", "LLCT"]],
         {"full_name": 0, "birth": 1, "education": 2}),
    ],
)  # fmt: skip
def test_heads_of_two_rows(heads: list[list[Any]], columns: dict[str, int]) -> None:
    table = find_people(heads, [(0, 0, len(heads) - 1, 0)])
    assert table is not None
    assert (table.columns, table.first_row) == (columns, len(heads))


def test_parts_are_joined_and_what_is_missing_is_not_guessed(province: Province) -> None:
    rows: list[list[Any]] = [
        ["TT", "Họ và tên", "Ngày sinh", None, None, "Giới tính", None, "Đơn vị"],
        [None, None, "Ngày", "Tháng", "Năm", "Nam", "Nữ", None],
        [1, "Nguyễn Văn An", 5, 12, 1984, "x", None, BINH_SON],
        [2, "Lê Thị Út", None, None, 1990, None, "x", SON_TINH],
        [3, "Lê Thị Ba", 5, None, 1990, None, "x", SON_TINH],
        [4, "Lê Thị Tư", 5, 6, 1990, "x", "x", SON_TINH],
    ]
    batch, report = previewed(province, workbook(rows, "A1:A2", "C1:E1", "F1:G1"))
    assert [(one.place and one.place.row, one.value) for one in report.problems] == [(5, "5/?/1990"), (6, "nam và nữ")]
    apply(batch, mode="good_rows", digest=batch.digest, actor=province.hoa)
    stored = {one.full_name: (one.birth, one.sex) for one in Person.objects.all()}
    assert stored == {
        "Nguyễn Văn An": (PartialDate(1984, 12, 5), "male"),
        "Lê Thị Út": (PartialDate(1990), "female"),
    }


def test_signatures_below_a_list_are_no_people() -> None:
    columns = {"number": 0, "full_name": 1, "birth": 2, "unit": 3}
    below: list[list[Any]] = [
        [None, "NGƯỜI LẬP BIỂU", None, "TRƯỞNG BAN"],
        [None, None, None, "T/M BAN THƯỜNG VỤ"],
        [None, None, "Bình Sơn, ngày 05/12/2024", None],
        [None, "Nguyễn Văn Bảy", "PHÓ BÍ THƯ", None],
    ]
    for row in below:
        assert not is_person(row, columns, numbered=True)
    people: list[list[Any]] = [[4, "Lê Thị Hoa", None, None], [None, "Lê Thị Hoa", 1984, None], [5, None, 1984, None]]
    for row in people:
        assert is_person(row, columns, numbered=True)
    assert group_of(["I", BINH_SON, None], columns) == BINH_SON
    assert group_of([None, "Cộng", None], columns) == ""
