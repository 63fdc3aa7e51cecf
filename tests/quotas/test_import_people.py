"""Lists of people as offices write them: all errors at once, units never guessed, nobody stored twice unasked."""

import io
from datetime import date
from typing import Any

import pytest
from openpyxl import load_workbook

from quotas.imports.people import NEW, SKIP, STORED, UPDATE
from quotas.models import Person
from quotas.resources import PersonResource
from quotas.rules.people_table import find_people, is_person
from tests.cast import Province
from tests.office import sheet
from trainingplan.imports.batches import answer, apply, preview, take_up, upload_of
from trainingplan.imports.kinds import Problem
from trainingplan.imports.marking import marked_copy
from trainingplan.imports.report import Report, read_report
from trainingplan.models import ImportBatch
from trainingplan.resources.files import Csv, Xlsx
from trainingplan.rules.dates import PartialDate

HEADS = ["TT", "Họ và tên", "Giới tính", "Ngày sinh", "Chức vụ", "Đơn vị", "Dân tộc"]
BINH_SON, SON_TINH = "Huyện ủy Bình Sơn", "Huyện ủy Sơn Tịnh"


def line(name: str, birth: Any, unit: str = BINH_SON, sex: str = "nữ") -> list[Any]:
    return [1, name, sex, birth, "Chuyên viên", unit, "Kinh"]


def previewed(province: Province, *rows: list[Any], content: bytes = b"") -> tuple[ImportBatch, Report]:
    batch = take_up(
        name="danh sách.xlsx", content=content or sheet(*rows), kind=None, plan=province.plan, actor=province.hoa
    )
    assert batch.kind == "danh-sach-can-bo"
    return shown(batch)


def shown(batch: ImportBatch) -> tuple[ImportBatch, Report]:
    preview(batch)
    assert batch.message == ""
    return batch, read_report(batch)


def answered(batch: ImportBatch, **answers: str) -> tuple[ImportBatch, Report]:
    answer(batch, answers)
    return shown(batch)


def done(batch: ImportBatch, province: Province) -> None:
    apply(batch, mode="all", digest=batch.digest, actor=province.hoa)


def told(problems: tuple[Problem, ...]) -> list[tuple[int, int, str]]:
    return [(p.place.row, p.place.column, p.value) for p in problems if p.place is not None]


def test_a_list_is_taken_in_wherever_its_heads_stand(province: Province) -> None:
    titles: list[list[Any]] = [["DANH SÁCH CÁN BỘ", *[None] * 6], [None] * 7]
    group: list[Any] = ["I", "Khối Đảng", *[None] * 5]
    people = [line("Nguyễn Thị Hà", date(1984, 12, 5)), line("Trần Văn Nam", 1980, SON_TINH, "Nam")]
    people += [line("Lê Thị Út", "ngày 5 tháng 12 năm 1984"), line("Võ Thị Ba", "12/1990")]
    numbers: list[Any] = [f"({n})" for n in range(1, 8)]
    batch, report = previewed(province, *titles, HEADS, numbers, group, *people, [None, "Tổng cộng", *[None] * 5])
    assert (batch.added, batch.problems, batch.questions) == (4, 0, 0)
    assert report.notes == ("Trang «Sheet»: 3 dòng tiêu đề nhóm, dòng cộng, chữ ký không được nhập: 4, 5, 10.",)
    done(batch, province)
    stored = {one.full_name: (one.birth, one.sex, one.unit.key, one.ethnicity) for one in Person.objects.all()}
    assert stored == {
        "Nguyễn Thị Hà": (PartialDate(1984, 12, 5), "female", "huyen-uy-binh-son", "Kinh"),
        "Trần Văn Nam": (PartialDate(1980), "male", "huyen-uy-son-tinh", "Kinh"),
        "Lê Thị Út": (PartialDate(1984, 12, 5), "female", "huyen-uy-binh-son", "Kinh"),
        "Võ Thị Ba": (PartialDate(1990, 12), "female", "huyen-uy-binh-son", "Kinh"),
    }


def test_three_wrong_units_and_five_bad_dates_are_eight_errors_at_once(province: Province) -> None:
    """Scenario 7: nothing is written, and each error says where, what, why and what to do."""
    units = ["Huyện ủy Bình Sơm", "Huyện ủy Sơn Tĩnh", "Sở Ngoại giao"]
    dates = ["31/02/1984", "5/12/84", "hôm qua", "12/25/1984", "1984/12/05"]
    wrong = [line(f"Nguyễn Thị {name}", 1980, unit) for name, unit in zip("ABC", units, strict=True)]
    wrong += [line(f"Trần Thị {name}", day) for name, day in zip("DEGHI", dates, strict=True)]
    batch, report = previewed(province, HEADS, line("Lê Văn Đúng", 1975), *wrong)
    assert sorted(told(report.problems)) == sorted(
        [(row, 6, unit) for row, unit in enumerate(units, start=3)]
        + [(row, 4, day) for row, day in enumerate(dates, start=6)]
    )
    assert all(problem.reason and problem.remedy for problem in report.problems)
    assert (batch.added, batch.refused) == (1, 8)
    assert not Person.objects.exists()
    _, marked = marked_copy(batch.file_name, upload_of(batch), report.problems)
    page = load_workbook(io.BytesIO(marked))["Sheet"]
    commented = {cell.coordinate for line in page.iter_rows() for cell in line if cell.comment}
    assert commented == {"F3", "F4", "F5", "D6", "D7", "D8", "D9", "D10"}
    first = report.questions[0]
    assert first.text == "«Huyện ủy Bình Sơm» là đơn vị nào của kế hoạch?"
    assert ("huyen-uy-binh-son", BINH_SON) in first.options
    batch, report = answered(batch, **{q.key: q.options[0][0] for q in report.questions})
    assert len(report.problems) == 5
    assert batch.added == 3  # nothing is like «Sở Ngoại giao»: its row is left out
    batch, report = answered(batch, **{first.key: SKIP})
    assert (len(report.problems), batch.added) == (5, 2)


def test_who_stands_twice_in_the_file_is_named(province: Province) -> None:
    twice = [line("Nguyễn Thị Hà", "05/12/1984"), line("NGUYỄN THỊ HÀ", date(1984, 12, 5))]
    others = [line("Nguyễn Thị Hà", "05/12/1984", SON_TINH), line("Nguyễn Thị Hạ", 1984)]
    _, report = previewed(province, HEADS, *twice, *others)
    (problem,) = report.problems
    assert told(report.problems) == [(3, 2, "NGUYỄN THỊ HÀ")]
    assert "trùng với dòng 2: cùng họ tên, ngày sinh 05/12/1984, Huyện ủy Bình Sơn." in problem.reason


def stored(province: Province, name: str, birth: PartialDate | None, **fields: Any) -> Person:
    parts = {} if birth is None else {"birth_year": birth.year, "birth_month": birth.month, "birth_day": birth.day}
    return Person.objects.create(unit=province.binh_son, full_name=name, sex="female", **{**parts, **fields})


@pytest.mark.parametrize(("said", "added", "changed"), [(UPDATE, 0, 2), (NEW, 2, 0), (SKIP, 0, 0)])
def test_those_who_are_stored_are_asked_about_in_one_question(
    province: Province, said: str, added: int, changed: int
) -> None:
    stored(province, "Nguyễn Thị Hà", PartialDate(1984, 12, 5))
    stored(province, "Trần Thị Bé", PartialDate(1990))
    rows = [line("Nguyễn thị Hà", "5.12.1984"), line("Trần Thị Bé", 1990)]
    batch, report = previewed(province, HEADS, *rows)
    (asked,) = report.questions
    assert asked.key == STORED
    assert "Trần Thị Bé, Nguyễn thị Hà" in asked.text  # by given name
    assert [place.row for place in asked.places] == [2, 3]
    batch, _ = answered(batch, **{STORED: said})
    assert (batch.added, batch.changed, batch.problems) == (added, changed, 0)


def test_whoever_may_be_stored_is_asked_about_one_by_one(province: Province) -> None:
    old = stored(province, "Nguyễn Thị Hà", PartialDate(1984), job_title="Kế toán")
    moved = stored(province, "Lê Thị Ba", PartialDate(1970, 1, 2))
    stored(province, "Võ Thị Tư", PartialDate(1971))
    rows = [line("Nguyễn Thị Hà", "05/12/1984"), line("Lê Thị Ba", "02/01/1970", SON_TINH), line("Võ Thị Tư", 1990)]
    batch, report = previewed(province, HEADS, *rows)
    first, second = report.questions
    assert first.options[0] == (
        str(old.pk), "Là Nguyễn Thị Hà, sinh 1984, Kế toán, Huyện ủy Bình Sơn: cập nhật hồ sơ"
    )  # fmt: skip
    batch, report = answered(batch, **{first.key: str(old.pk), second.key: str(moved.pk)})
    assert (batch.added, batch.changed, batch.problems) == (1, 2, 0)
    done(batch, province)
    old.refresh_from_db()
    moved.refresh_from_db()
    assert (old.birth, old.job_title, moved.unit_id) == (PartialDate(1984, 12, 5), "Chuyên viên", province.son_tinh.pk)


def test_births_may_stand_in_a_column_for_men_and_one_for_women(province: Province) -> None:
    heads: list[Any] = ["TT", "Họ và tên", "Ngày sinh", None, "Chức vụ", "Cơ quan, đơn vị"]
    below: list[Any] = [None, None, "Nam", "Nữ", None, None]
    people: list[list[Any]] = [
        [1, "Trần Văn Nam", 1980, None, "Phó phòng", BINH_SON],
        [2, "Lê Thị Út", None, "05/12/1984", "", BINH_SON],
    ]
    both: list[Any] = [3, "Lê Thị Hai", 1980, 1984, None, BINH_SON]
    batch, report = previewed(province, heads, below, *people, both)
    assert [(p.place and p.place.row, p.reason) for p in report.problems] == [
        (5, "Ghi ngày sinh ở cả hai cột Nam và Nữ.")
    ]
    apply(batch, mode="good_rows", digest=batch.digest, actor=province.hoa)
    found = {one.full_name: (one.sex, one.birth) for one in Person.objects.all()}
    assert found == {"Trần Văn Nam": ("male", PartialDate(1980)), "Lê Thị Út": ("female", PartialDate(1984, 12, 5))}


def test_a_list_without_units_is_asked_whose_it_is(province: Province) -> None:
    rows: list[list[Any]] = [
        ["Họ tên", "Năm sinh", "Giới tính"],
        ["Trần Văn Nam", 1980, "nam"],
        ["Lê Thị Út", 1984, "nữ"],
    ]
    batch, report = previewed(province, *rows)
    (asked,) = report.questions
    assert asked.text == "Trang «Sheet» là của đơn vị nào?"
    batch, _ = answered(batch, **{asked.key: "huyen-uy-son-tinh"})
    done(batch, province)
    assert set(Person.objects.values_list("unit__key", flat=True)) == {"huyen-uy-son-tinh"}


def test_a_list_in_tcvn3_is_asked_about_before_anything_else(province: Province) -> None:
    text = "Hä vµ tªn\tGiíi tÝnh\tN¨m sinh\t§¬n vÞ\nNguyÔn V¨n H\u00adng\tnam\t1980\tHuyÖn ñy B×nh S¬n\n"
    batch, report = previewed(province, content=text.encode())
    (asked,) = report.questions
    assert asked.key == "ma-tcvn3-nghi"
    assert (batch.added, batch.problems) == (0, 1)
    assert report.problems[0].value == "Hä vµ tªn"
    batch, report = answered(batch, **{asked.key: "doi"})
    assert report.problems == ()
    assert batch.added == 1
    done(batch, province)
    assert Person.objects.get().full_name == "Nguyễn Văn Hưng"


def test_errors_are_told_from_the_first_row_to_the_last_births_to_come_among_them(province: Province) -> None:
    rows = "Lê An\tgái\t01/01/2099\tHuyện ủy Bình Sơn\nTrần ánh Hà\tnữ\t32/1/1980\t\nX\tnữ\t1980\tHuyện ủy Bình Sơn\n"
    _, report = previewed(province, content=f"Họ và tên\tGiới tính\tNgày sinh\tĐơn vị\n{rows}".encode())
    places = [(one.place.row, one.place.column) for one in report.problems if one.place]
    assert places == [(2, 2), (2, 3), (3, 3), (3, 4), (4, 1)]
    assert report.problems[1].reason == "«01/01/2099» ở sau năm nay, không thể là ngày sinh."
    assert "chữ đầu viết thường, xem lại rồi sửa nếu cần: dòng 3." in report.notes[0]


@pytest.mark.parametrize(
    "heads",
    [
        ["Số TT", "HỌ VÀ TÊN", "Ngày, tháng, năm sinh", "Đơn vị công tác"],
        ["Ho\u0323 te\u0302n", "Năm\nsinh", "Nơi công tác", "x"],
        ["Họ, tên", "Sinh ngày", "Cơ quan/đơn vị", "y"],
    ],
)
def test_heads_are_known_by_their_meaning(heads: list[str]) -> None:
    table = find_people([[], ["Danh sách"], heads])
    assert table is not None
    assert table.first_row == 3
    assert {"full_name", "birth", "unit"} <= set(table.columns)


def test_what_is_no_list_of_people_is_not_taken_for_one() -> None:
    no_heads: list[list[str]] = [["Đơn vị", "Tổng cộng"], ["Họ và tên"], [], ["Ngày sinh", "Đơn vị"]]
    for heads in no_heads:
        assert find_people([heads]) is None
    columns = {"full_name": 0, "birth": 1}
    others: list[list[Any]] = [["(2)", "(3)"], ["Tổng số", 5], ["Cộng", 5], ["Khối Nhà nước", None], [None, None], []]
    for row in others:
        assert not is_person(row, columns)
    people: list[list[Any]] = [["Nguyễn Văn Cộng", 1980], [None, 1980], ["Tống Văn A", 1980]]
    for row in people:
        assert is_person(row, columns)


@pytest.mark.parametrize("count", [1, 30])
def test_the_number_of_queries_does_not_grow(
    province: Province, count: int, django_assert_max_num_queries: Any
) -> None:
    rows = [line(f"Nguyễn Thị {'A' * n}", 1980 + n) for n in range(1, count + 1)]
    batch = take_up(name="a.xlsx", content=sheet(HEADS, *rows), kind=None, plan=province.plan, actor=province.hoa)
    from trainingplan.imports.batches import _contents  # noqa: PLC0415 - what a kind reads, without the rest

    with django_assert_max_num_queries(16):
        _contents(batch)


def test_the_exported_list_of_people_comes_back_without_a_change(province: Province) -> None:
    stored(province, "Nguyễn Thị Hà", PartialDate(1984, 12, 5), job_title="=1+1", ethnicity="Hrê", education="+84")
    stored(province, "Lê Thị Ba", PartialDate(1970, 1), illustrative=True)
    stored(province, "Võ Thị Tư", None)
    for form in (Xlsx, Csv):
        content = form().export_data(PersonResource(reader=province.hoa).export(Person.objects.all()))
        batch = take_up(name="can-bo", content=content, kind=None, plan=None, actor=province.hoa)
        assert batch.kind == "can-bo-theo-ma"
        batch, report = shown(batch)
        assert (batch.same, batch.added, batch.changed, report.problems) == (3, 0, 0, ())
