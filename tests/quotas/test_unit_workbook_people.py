"""The nominees of a unit's workbook: through the services of the rosters, with their places, reserve and namesakes."""

import pytest

from quotas.imports.people_fields import shown_fields
from quotas.imports.unit_form import PEOPLE
from quotas.imports.unit_workbook import UNIT_WORKBOOK as KIND
from quotas.imports.unit_workbook_made import unit_workbook
from quotas.imports.unit_workbook_people import SAME, SKIP
from quotas.models import Nomination, Person
from quotas.services.nominations import add_nomination, details_of, edit_nomination, remove_nomination
from tests.quotas.rosters_cast import RosterCast, give, make_cast, make_roster, person
from tests.quotas.workbooks import Opened, contents_of, taken_in, told, words
from trainingplan.imports.batches import apply, preview, take_up
from trainingplan.imports.undo import undo
from trainingplan.models import ImportBatch

LIST = "PL 6 – Lớp 6"


@pytest.fixture
def cast(db: None) -> RosterCast:
    return make_cast()


def nominate(cast: RosterCast, name: str, **more: object) -> Nomination:
    province = cast.province
    details = person(name, **more)  # type: ignore[arg-type]
    return add_nomination(
        plan=province.plan, quota_id=cast.quota.pk, unit=province.binh_son, details=details, actor=province.alice
    )


def made(cast: RosterCast) -> Opened:
    return Opened(unit_workbook(cast.province.plan, cast.province.binh_son, cast.province.alice)[1])


def names(cast: RosterCast) -> dict[str, bool]:
    rows = Nomination.objects.filter(unit=cast.province.binh_son).order_by("pk")
    return {row.person.full_name: row.reserve for row in rows.select_related("person")}


def new(opened: Opened, row: int, name: str, **more: object) -> None:
    values = {"Danh_sách": LIST, "Họ_và_tên": name, "Giới_tính": "nữ", "Ngày_sinh": 1985} | more
    opened.type_person(row, **values)


def test_without_a_roster_to_fill_there_is_no_sheet(cast: RosterCast) -> None:
    cast.quota.allocations.all().delete()
    assert PEOPLE not in made(cast).book.sheetnames


def test_who_stands_there_comes_back_unchanged_with_what_was_typed_beside(cast: RosterCast) -> None:
    nominate(cast, "Nguyễn Văn Đức", ethnicity="Hrê", class_name="Lớp A")
    opened = made(cast)
    assert told(taken_in(KIND, opened.saved(), cast.province.plan, cast.province.alice)) == {"same": 1}
    opened.type_person(1, Chức_vụ="Bí thư", Lớp="Lớp B")
    new(opened, 2, "Trần Thị Hà", Dân_tộc="Co")
    outcome = taken_in(KIND, opened.saved(), cast.province.plan, cast.province.alice)
    assert outcome.problems == ()
    assert told(outcome) == {"added": 1, "changed": 1}
    first, second = Nomination.objects.order_by("pk")
    assert (first.person.job_title, first.class_name, first.person.ethnicity) == ("Bí thư", "Lớp B", "Hrê")
    assert (second.person.full_name, second.person.birth_year, second.person.ethnicity) == ("Trần Thị Hà", 1985, "Co")


def test_places_bound_the_list_and_the_reserve_takes_the_rest(cast: RosterCast) -> None:
    nominate(cast, "Nguyễn Văn Đức")
    opened = made(cast)
    for row, name in enumerate(("Trần Thị Hà", "Lê Thị Mai", "Võ Thị Năm"), start=2):
        new(opened, row, name)
    opened.type_person(4, **{"Dự_bị_(x)": "x"})
    outcome = taken_in(KIND, opened.saved(), cast.province.plan, cast.province.alice)
    assert told(outcome) == {"same": 1, "added": 2, "refused": 1}
    assert "đã cử 2 người, không còn chỗ" in words(outcome)
    assert names(cast) == {"Nguyễn Văn Đức": False, "Trần Thị Hà": False, "Võ Thị Năm": True}


def test_a_namesake_is_asked_about_and_the_answer_decides(cast: RosterCast) -> None:
    other = make_roster(cast.province, number=7)
    nominate(cast, "Nguyễn Văn Đức")
    give(other.quota, cast.province.binh_son, 2)
    opened = made(cast)
    values = {"Danh_sách": "PL 7 – Lớp 7", "Giới_tính": "nam", "Ngày_sinh": "05/12/1984"}
    new(opened, 2, "nguyễn văn đức", **values)
    content, plan, alice = opened.saved(), cast.province.plan, cast.province.alice
    contents = contents_of(KIND, content, plan, alice)
    (question,) = contents.questions
    assert "đã có trong danh sách «Lớp 6» năm 2024" in question.text
    assert told(taken_in(KIND, content, plan, alice)) == {"same": 1, "refused": 1}
    assert told(taken_in(KIND, content, plan, alice, {question.key: SKIP})) == {"same": 1}
    assert told(taken_in(KIND, content, plan, alice, {question.key: SAME})) == {"same": 1, "added": 1}
    assert Person.objects.count() == 1


def test_the_same_person_twice_on_one_roster_is_refused(cast: RosterCast) -> None:
    nominate(cast, "Nguyễn Văn Đức")
    opened = made(cast)
    new(opened, 2, "Nguyễn Văn Đức", Ngày_sinh="05/12/1984", Giới_tính="nam")
    outcome = taken_in(KIND, opened.saved(), cast.province.plan, cast.province.alice)
    assert "đã có trong danh sách này" in words(outcome)


def test_changed_or_taken_off_online_since_is_told_or_left_alone(cast: RosterCast) -> None:
    stored, gone = nominate(cast, "Nguyễn Văn Đức"), nominate(cast, "Lê Thị Mai")
    opened, untouched = made(cast), made(cast).saved()
    plan, alice, bob = cast.province.plan, cast.province.alice, cast.province.bob
    details = details_of(stored)
    edited = type(details)(**{**{name: getattr(details, name) for name in details.__slots__}, "job_title": "Bí thư"})
    edit_nomination(plan=plan, nomination=stored, details=edited, version=stored.version, actor=bob)
    remove_nomination(plan=plan, nomination=gone, version=gone.version, actor=bob)
    left = contents_of(KIND, untouched, plan, alice)
    assert (left.tables, left.problems) == ((), ())
    assert "2 người đã được sửa hoặc bỏ trên mạng" in left.notes[0]
    opened.type_person(1, Chức_vụ="Chánh Văn phòng")
    opened.type_person(2, Chức_vụ="Chánh Văn phòng")
    outcome = taken_in(KIND, opened.saved(), plan, alice)
    assert told(outcome) == {"refused": 2}
    assert "Trần Văn Bảo" in words(outcome)
    assert "trên mạng «Bí thư», trong tệp «Chánh Văn phòng»" in words(outcome)
    assert "đã được bỏ khỏi danh sách trên mạng" in words(outcome)


def test_wrong_rows_are_refused_with_words(cast: RosterCast) -> None:
    nominate(cast, "Nguyễn Văn Đức")
    opened = made(cast)
    opened.type_person(1, Mã_người="999")
    new(opened, 2, "Hà", Ngày_sinh="31/02/1985")
    new(opened, 3, "Trần Thị Hà", Danh_sách="PL 9", Giới_tính="?")
    new(opened, 4, "Lê Thị Mai", Ngày_sinh=2015, Giới_tính="?")
    outcome = taken_in(KIND, opened.saved(), cast.province.plan, cast.province.alice)
    found = words(outcome)
    assert told(outcome) == {"refused": 4}
    for reason in ("Mã ẩn", "mới có một chữ", "không có trong lịch", "Không có danh sách «PL 9»", "9 tuổi", "«?»"):
        assert reason in found, reason
    assert [one.value for one in outcome.problems].count("31/02/1985") == 1
    assert "Chưa nhập ô này" not in found


def test_who_may_not_read_ethnicity_gets_no_column_of_it() -> None:
    assert "ethnicity" in shown_fields(["ethnicity"])
    assert "ethnicity" not in shown_fields(["note"])


def test_a_batch_is_undone_through_the_services_of_the_rosters(cast: RosterCast) -> None:
    nominate(cast, "Nguyễn Văn Đức", class_name="Lớp A")
    opened = made(cast)
    opened.type_person(1, Lớp="Lớp B")
    new(opened, 2, "Trần Thị Hà")
    alice = cast.province.alice
    batch = take_up(name="p.xlsx", content=opened.saved(), kind=None, plan=cast.province.plan, actor=alice)
    batch = preview(batch)
    assert (batch.kind, batch.added, batch.changed, batch.problems) == (KIND.key, 1, 1, 0)
    apply(batch, mode=ImportBatch.Mode.ALL, digest=batch.digest, actor=alice)
    assert len(names(cast)) == 2
    undo(ImportBatch.objects.get(), actor=alice)
    assert ImportBatch.objects.get().kept == 0
    assert names(cast) == {"Nguyễn Văn Đức": False}
    assert Nomination.objects.get().class_name == "Lớp A"
    assert not Person.objects.filter(full_name="Trần Thị Hà").exists()
