"""The import centre: all errors at once, what is applied is what was previewed, and a batch can be taken back."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from budget.models import NormItem, NormSet
from courses.models import Institution, Programme
from quotas.models import Allocation, Nomination, Person
from quotas.services.cells import CellInput, save_allocations
from tests.batches import applied, previewed, problems
from tests.cast import Province
from tests.office import sheet
from trainingplan.imports.batches import ChangedSince, cancel, forget_uploads, recognise, take_up, upload_of
from trainingplan.imports.catalogue_kind import CatalogueKind
from trainingplan.imports.kinds import ROW, Place, Problem, kinds
from trainingplan.imports.marking import marked_copy
from trainingplan.imports.problems import reason_and_remedy
from trainingplan.imports.report import read_report
from trainingplan.imports.retention import forget_personal
from trainingplan.imports.undo import undo
from trainingplan.models import Change, ImportBatch, Plan
from trainingplan.reading import read_book
from trainingplan.resources.files import Xlsx
from trainingplan.services.catalogue import Edits
from trainingplan.services.refusals import Refused

HEADS = ["Khóa", "Tên", "Tên viết tắt"]
NORMS = ["Khóa bộ định mức", "Khóa", "Thứ tự", "Nội dung chi", "Đơn vị tính", "Loại mức chi", "Mức chi"]
CELLS = ["Năm", "Khóa chương trình", "Khóa chỉ tiêu", "Khóa đơn vị", "Số người"]
PEOPLE = ["Mã", "Khóa đơn vị", "Họ và tên", "Giới tính", "Ngày sinh", "Chức vụ"]


def cell(quota: str, unit: str, number: Any) -> list[Any]:
    return [2024, "cao-cap", quota, f"huyen-uy-{unit}", number]


def person(number: int, **changed: Any) -> list[Any]:
    row = {"Mã": None, "Khóa đơn vị": "huyen-uy-binh-son", "Họ và tên": "Nguyễn Văn Đức", "Giới tính": "nam",
           "Ngày sinh": "05/12/1984", "Chức vụ": f"Chuyên viên {number}"}  # fmt: skip
    return list({**row, **changed}.values())


def institutions() -> dict[str, str]:
    return dict(Institution.objects.values_list("key", "name"))


def test_every_error_of_the_file_is_told_at_once_with_place_reason_and_remedy(province: Province) -> None:
    batch = previewed("phan-bo", province.hoa, CELLS, cell("kv3", "binh-son", "1,5"), cell("sai", "binh-son", 1),
                      cell("kv3", "la", "mười"), cell("hcm", "binh-son", 2))  # fmt: skip
    assert (batch.state, batch.added, batch.refused, batch.problems) == ("previewed", 1, 3, 4)
    found = problems(batch)
    assert [(one.place, one.value) for one in found] == [
        (Place("Sheet", 2, 5), "1,5"), (Place("Sheet", 3, 3), "sai"), (Place("Sheet", 4, 4), "huyen-uy-la"),
        (Place("Sheet", 4, 5), "mười"),
    ]  # fmt: skip
    assert found[0].reason == "«1,5» không phải số người."
    assert found[0].remedy == "Nhập số nguyên, ví dụ 2."
    assert all(one.reason.endswith((".", "»")) and one.remedy.endswith(".") for one in found)
    assert not Allocation.objects.exists()
    assert not Change.objects.exists()


@pytest.mark.parametrize(
    ("message", "reason", "remedy"),
    [
        ("Sai. Sửa lại.", "Sai.", "Sửa lại."),
        ("«A. B» không có", "«A. B» không có.", "Sửa ô này trong tệp rồi nhập lại."),
        ("«1.960» quá lớn. Nhập nhỏ hơn.", "«1.960» quá lớn.", "Nhập nhỏ hơn."),
    ],
)
def test_a_message_is_parted_into_reason_and_remedy(message: str, reason: str, remedy: str) -> None:
    assert reason_and_remedy(message) == (reason, remedy)


def test_a_file_is_taken_in_whole_or_by_choice_only_its_right_rows(province: Province) -> None:
    batch = previewed("co-so-dao-tao", province.hoa, HEADS, ["hv", "Học viện", "HV"], ["sai khóa", "Trường", ""])
    with pytest.raises(Refused, match="còn 2 lỗi"):
        applied(batch, province.hoa)
    assert institutions() == {}
    batch = applied(batch, province.hoa, "good_rows")
    assert institutions() == {"hv": "Học viện"}
    assert (batch.state, batch.mode, batch.log_batch) == ("applied", "good_rows", Change.objects.get(field="key").batch)
    with pytest.raises(Refused, match="không còn chờ xác nhận"):
        applied(batch, province.hoa, "good_rows")


def test_a_database_that_is_lost_is_no_fault_of_a_row(province: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job tries again then; a row would be refused for good."""
    batch = previewed("co-so-dao-tao", province.hoa, HEADS, ["hv", "Học viện", "HV"])

    def lost(*_: Any, **__: Any) -> None:
        raise OperationalError("server closed the connection")

    with monkeypatch.context() as broken:
        broken.setattr(Edits, "save_many", lost)
        with pytest.raises(OperationalError):
            applied(batch, province.hoa)
    assert institutions() == {}
    assert applied(ImportBatch.objects.get(pk=batch.pk), province.hoa).added == 1


def test_what_was_previewed_is_applied_or_nothing(province: Province) -> None:
    Institution.objects.create(key="hv", name="Học viện")
    batch = previewed("co-so-dao-tao", province.hoa, HEADS, ["hv", "Học viện Chính trị", None])
    Institution.objects.update(name="Học viện khác")
    with pytest.raises(ChangedSince):
        applied(batch, province.hoa)
    assert institutions() == {"hv": "Học viện khác"}
    batch.refresh_from_db()
    assert "bản xem trước mới" in batch.message
    assert read_report(batch).of("changed")[0].changes == (("Tên", "Học viện khác", "Học viện Chính trị"),)
    applied(batch, province.hoa)
    assert institutions() == {"hv": "Học viện Chính trị"}


def test_what_the_user_looked_at_is_what_counts(province: Province) -> None:
    batch = previewed("co-so-dao-tao", province.hoa, HEADS, ["hv", "Học viện", None])
    batch.digest = "0" * 64
    with pytest.raises(ChangedSince):
        applied(batch, province.hoa)
    assert institutions() == {}


def test_a_file_of_nobody_else_s(province: Province) -> None:
    with pytest.raises(Refused, match="không nhập được loại tệp này"):
        take_up(name="a.xlsx", content=sheet(HEADS), kind=kinds()["phan-bo"], plan=None, actor=province.alice)
    batch = previewed("phan-bo", province.hoa, CELLS, cell("kv3", "binh-son", 1))
    with pytest.raises(Refused, match="Chỉ người tải tệp lên"):
        applied(batch, province.bob)
    with pytest.raises(Refused, match="Bạn không hoàn tác được"):
        undo(applied(batch, province.hoa), actor=province.alice)


def test_a_frozen_plan_takes_nothing_in_and_gives_nothing_back(province: Province) -> None:
    batch = applied(previewed("phan-bo", province.hoa, CELLS, cell("kv3", "binh-son", 1)), province.hoa)
    Plan.objects.update(state=Plan.State.ISSUED)
    (problem,) = problems(previewed("phan-bo", province.hoa, CELLS, cell("kv3", "son-tinh", 1)))
    assert "khóa" in problem.reason
    with pytest.raises(Refused, match="Không hoàn tác được dòng nào"):
        undo(batch, actor=province.hoa)
    assert Allocation.objects.get().number == 1


def test_a_cancelled_file_is_gone(province: Province) -> None:
    batch = previewed("phan-bo", province.hoa, CELLS, cell("kv3", "binh-son", 1))
    cancel(batch, actor=province.hoa)
    batch.refresh_from_db()
    assert (batch.state, bool(batch.upload), bool(batch.report)) == ("cancelled", False, False)
    with pytest.raises(Refused, match="không còn được lưu"):
        upload_of(batch)


def test_old_uploads_are_deleted_and_what_they_changed_stays_known(province: Province) -> None:
    old = applied(previewed("phan-bo", province.hoa, CELLS, cell("kv3", "binh-son", 1)), province.hoa)
    waiting = previewed("phan-bo", province.hoa, CELLS, cell("kv3", "binh-son", 2))
    ImportBatch.objects.update(at="2020-01-01T00:00:00Z")
    forget_uploads()
    for batch in (old, waiting):
        batch.refresh_from_db()
        assert not batch.upload
    assert (old.state, old.imported.count(), waiting.state) == ("applied", 1, "cancelled")
    assert undo(old, actor=province.hoa).state == "undone"


# Undo


def test_undo_writes_back_what_stood_and_removes_what_was_added(province: Province) -> None:
    Institution.objects.create(key="hv", name="Học viện", short_name="HV")
    batch = previewed("co-so-dao-tao", province.hoa, HEADS, ["hv", "Học viện Chính trị", ""], ["dh", "Đại học", None])
    undone = undo(applied(batch, province.hoa), actor=province.hoa)
    assert list(Institution.objects.values_list("key", "name", "short_name")) == [("hv", "Học viện", "HV")]
    assert (undone.state, undone.kept) == ("undone", 0)
    assert undone.undo_log_batch is not None
    assert Change.objects.filter(batch=undone.undo_log_batch).values("reason").distinct().count() == 1
    with pytest.raises(Refused, match="không hoàn tác được"):
        undo(undone, actor=province.hoa)


def test_undo_brings_the_mark_of_illustrative_cells_back(province: Province) -> None:
    Allocation.objects.create(
        quota=province.kv3, unit=province.binh_son, number=2, illustrative=True, updated_at=timezone.now()
    )
    batch = applied(previewed("phan-bo", province.hoa, CELLS, cell("kv3", "binh-son", 1)), province.hoa)
    assert not Allocation.objects.get().illustrative
    assert sorted(batch.imported.get().changes) == [("Số liệu minh họa", "có", ""), ("Số người", "2", "1")]
    undo(batch, actor=province.hoa)
    assert Allocation.objects.values_list("number", "illustrative").get() == (2, True)


def test_undo_keeps_what_was_edited_since_and_says_who(province: Province) -> None:
    rows = [cell("kv3", "binh-son", 1), cell("kv3", "son-tinh", 2)]
    batch = applied(previewed("phan-bo", province.hoa, CELLS, *rows), province.hoa)
    save_allocations(
        plan=province.plan, cells=[CellInput(province.son_tinh.pk, province.kv3.pk, "3", 1)], actor=province.hoa
    )
    undone = undo(batch, actor=province.hoa)
    assert dict(Allocation.objects.values_list("unit__key", "number")) == {
        "huyen-uy-binh-son": None, "huyen-uy-son-tinh": 3,
    }  # fmt: skip
    kept = undone.imported.get(outcome="kept")
    assert (undone.kept, kept.row) == (1, 3)
    assert "Phạm Thị Hoa" in kept.kept_because
    assert "Số người nay là «3»" in kept.kept_because


def test_undo_keeps_an_added_row_that_something_hangs_on(province: Province) -> None:
    batch = applied(previewed("can-bo-theo-ma", province.hoa, PEOPLE, person(1), person(2)), province.hoa)
    used, free = Person.objects.order_by("pk")
    Nomination.objects.create(quota=province.kv3, unit=province.binh_son, person=used)
    undone = undo(batch, actor=province.hoa)
    assert list(Person.objects.all()) == [used]
    assert (undone.kept, undone.imported.get(outcome="kept").object_pk) == (1, str(used.pk))
    assert "đang được dùng" in undone.imported.get(outcome="kept").kept_because
    assert not Person.objects.filter(pk=free.pk).exists()


def test_undo_says_when_nothing_can_be_taken_back(province: Province) -> None:
    batch = applied(previewed("co-so-dao-tao", province.hoa, HEADS, ["hv", "Học viện", None]), province.hoa)
    Institution.objects.update(name="Sửa sau")
    with pytest.raises(Refused, match=r"Không hoàn tác được dòng nào\..*Tên nay là «Sửa sau»"):
        undo(batch, actor=province.hoa)
    batch.refresh_from_db()
    assert batch.state == "applied"


def test_protected_values_are_forgotten_and_undo_says_which_rows_stay_for_it(province: Province) -> None:
    heads = [*PEOPLE, "Dân tộc"]
    stored = Person.objects.create(unit=province.binh_son, full_name="Phạm Văn Re", sex="male", ethnicity="Hrê")
    other = Person.objects.create(unit=province.binh_son, full_name="Lê Thị Hà", sex="female", ethnicity="Kinh")
    rows = [
        [*person(1, **{"Mã": stored.pk, "Họ và tên": "Phạm Văn Re"}), "Co"],
        [*person(2, **{"Mã": other.pk, "Họ và tên": "Lê Thị Hà", "Giới tính": "nữ"}), "Kinh"],
        [*person(3), "Co"],
    ]
    batch = applied(previewed("can-bo-theo-ma", province.hoa, heads, *rows), province.hoa)
    forget_personal()
    assert batch.imported.filter(after__has_key="Dân tộc").count() == 3, "as long as the upload is kept"
    ImportBatch.objects.update(at="2020-01-01T00:00:00Z")
    forget_personal()
    kept = str([[row.before, row.after] for row in batch.imported.all()])
    assert not any(word in kept for word in ("Hrê", "Co'", "Kinh"))
    undone = undo(ImportBatch.objects.get(pk=batch.pk), actor=province.hoa)
    (row,) = undone.imported.filter(outcome="kept")
    assert (row.object_pk, "đã xóa sau 30 ngày" in row.kept_because) == (str(stored.pk), True)
    assert list(Person.objects.order_by("pk").values_list("job_title", "ethnicity")) == [
        ("Chuyên viên 1", "Co"), ("", "Kinh"),
    ]  # fmt: skip


# The marked copy


def test_the_file_comes_back_with_its_wrong_cells_marked_and_listed(province: Province) -> None:
    content = sheet(HEADS, ["hv", "=Tên", "HV"], ["sai khóa", "Trường", ""])
    listed = [Problem(Place("Sheet", 3, 1), "=1+1", "Khóa sai.", "Sửa khóa."), Problem(None, "", "Cả tệp.", "Sửa.")]
    name, marked = marked_copy("của tôi.xlsx", content, listed)
    book = load_workbook(io.BytesIO(marked))
    assert (name, book.sheetnames) == ("của tôi-loi.xlsx", ["Lỗi", "Sheet"])
    wrong, right = book["Sheet"]["A3"], book["Sheet"]["A2"]
    assert wrong.comment.text == "Khóa sai. Sửa khóa."
    assert wrong.fill.fgColor.rgb == "FFF4B6B6"
    assert right.comment is None
    rows = list(book["Lỗi"].iter_rows(min_row=2, values_only=True))
    assert rows[0] == ("Sheet", 3, "A", "=1+1", "Khóa sai.", "Sửa khóa.")
    assert book["Lỗi"]["D2"].data_type == "s"


def test_a_text_file_comes_back_as_a_marked_workbook() -> None:
    content = "Khóa;Tên\nhv;=1+1\n".encode("utf-8-sig")
    _, marked = marked_copy("tep.csv", content, [Problem(Place("tep", 2, 2), "x", "Sai.", "Sửa.")])
    book = load_workbook(io.BytesIO(marked))
    assert [page.title for page in book] == ["Lỗi", "Dữ liệu"]
    assert (book["Dữ liệu"]["B2"].value, book["Dữ liệu"]["B2"].data_type) == ("=1+1", "s")
    assert book["Dữ liệu"]["B2"].comment.text == "Sai. Sửa."


# Lists of catalogues


def test_a_list_is_recognised_by_its_headings_wherever_they_stand(province: Province) -> None:
    for kind in (one for one in kinds().values() if isinstance(one, CatalogueKind)):
        template = kind.template(province.plan, province.hoa)
        assert template is not None
        found = recognise(read_book(*template), province.hoa)
        assert found is not None
        assert found.key == kind.key, "each list is known from its template"
    titled = read_book("a.xlsx", sheet(["Danh sách cơ sở"], [None], HEADS, ["hv", "Học viện", None]))
    assert kinds()["co-so-dao-tao"].recognises(titled)


words = st.text(st.sampled_from("abcxyzấễư =+-@'0.,"), min_size=1, max_size=20).map(str.strip).filter(bool)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(words, min_size=1, max_size=5, unique=True))
def test_any_text_goes_out_and_comes_back(names: list[str], province: Province) -> None:
    with transaction.atomic():
        for number, name in enumerate(names):
            Institution.objects.create(key=f"k{number}", name=name)
        resource = kinds()["co-so-dao-tao"].resource()  # type: ignore[attr-defined]
        content = Xlsx().export_data(resource.export())
        batch = previewed("co-so-dao-tao", province.hoa, [], content=content)
        assert (batch.same, problems(batch)) == (len(names), ())
        transaction.set_rollback(True)


# Long files


def queries_of(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as found:
        act()
    return len(found)


@pytest.mark.parametrize("changed", [False, True])
def test_a_long_file_asks_the_database_no_more_than_a_short_one(changed: bool, province: Province) -> None:  # noqa: FBT001
    counted = []
    for count in (3, 60):
        Person.objects.all().delete()
        people = [Person(unit=province.binh_son, full_name="Cũ", sex="male") for _ in range(count)]
        stored = Person.objects.bulk_create(people) if changed else []
        rows = [person(n, **({"Mã": stored[n].pk} if changed else {})) for n in range(count)]
        batch = previewed("can-bo-theo-ma", province.hoa, PEOPLE, *rows)
        counted.append(queries_of(lambda batch=batch: applied(batch, province.hoa)))  # type: ignore[misc]
        assert Person.objects.filter(full_name="Nguyễn Văn Đức").count() == count
    assert counted[1] <= counted[0] + 8, "statements hold as many rows as the database takes"


def test_many_rows_are_logged_one_line_each(province: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trainingplan.services.catalogue.MANY", 2)
    batch = applied(previewed("can-bo-theo-ma", province.hoa, PEOPLE, person(1), person(2)), province.hoa)
    told = list(Change.objects.filter(table="person").order_by("pk").values_list("field", "new"))
    assert [field for field, _ in told] == ["thêm mới"] * 2
    assert "họ và tên: Nguyễn Văn Đức" in told[0][1]
    assert "chức vụ: Chuyên viên 1" in told[0][1]
    undo(batch, actor=province.hoa)
    gone = Change.objects.filter(table="person", field="xóa").order_by("pk").values_list("old", "new")
    assert sorted(gone) == sorted((new, "") for _, new in told), "what was removed is told as it was when it was added"


def test_rows_of_a_plan_are_logged_value_by_value_however_many(
    province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trainingplan.services.catalogue.MANY", 1)
    edits, nature = Edits(province.hoa), Programme.Nature.values[0]
    with transaction.atomic():
        edits.save_many([(None, Programme(plan=province.plan, key="moi", position=9, name="Lớp mới", nature=nature))])
        edits.close()
    assert set(Change.objects.filter(table="programme").values_list("field", flat=True)) >= {"key", "name"}


def test_norm_tables_come_in_for_those_who_keep_norms(province: Province) -> None:
    NormSet.objects.create(
        key="nq-04", number="04/2019/NQ-HĐND", title="Mức chi", issued_on="2019-04-10", valid_from="2019-05-01",
        territory="Quảng Ngãi",
    )  # fmt: skip
    rows = [["nq-04", "hp", 1, "Học phí", "người", "tối đa", "1.960.000"], ["nq", "x", 2, "N", "n", "tối đa", 1]]
    batch = previewed("muc-chi", province.hoa, NORMS, *rows)
    (problem,) = problems(batch)
    assert problem.place == Place("Sheet", 3, 1)
    applied(batch, province.hoa, "good_rows")
    assert list(NormItem.objects.values_list("key", "level")) == [("hp", 1_960_000)]
    assert ROW not in NORMS
