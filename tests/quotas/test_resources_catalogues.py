"""Units, institutions, programmes, quotas and people as files."""

from datetime import date

import pytest
from django.db import DataError, IntegrityError
from django.db.models import Model
from django.test import Client
from django.utils import timezone

from courses.models import Institution, Programme
from quotas.models import Allocation, Person, Quota
from quotas.resources import PersonResource
from tests.cast import Province
from tests.office import changes, confirm, exported, problems, sheet, signed_in, upload
from trainingplan.models import Change, Role, Unit, UnitName, User

PEOPLE = ["Mã", "Khóa đơn vị", "Họ và tên", "Giới tính", "Ngày sinh", "Dân tộc"]
NAMES = ["Khóa đơn vị", "Tên", "Từ ngày", "Đến trước ngày"]


@pytest.fixture
def board(province: Province) -> Client:
    return signed_in(province.hoa)


def take_in(client: Client, model: type[Model], content: bytes) -> str:
    shown = upload(client, model, content)
    assert "token" in shown.context, problems(shown)
    text: str = confirm(client, model, shown).content.decode()
    return text


@pytest.mark.parametrize("model", [Institution, Programme, Quota, Unit, Person], ids=lambda model: model.__name__)
def test_an_export_comes_back_without_a_change(board: Client, province: Province, model: type[Model]) -> None:
    institution = Institution.objects.create(key="hv", name="Học viện")
    province.kv3.institutions.add(institution)
    Person.objects.create(unit=province.binh_son, full_name="Lê An", sex="male", birth_year=1984, ethnicity="Kinh")
    heads, *rows = exported(board, model)
    assert rows
    answer = upload(board, model, sheet([str(head) for head in heads], *[list(row) for row in rows]))
    assert "không có gì để nhập" in answer.content.decode()


def test_numbers_are_exported_as_numbers_and_text_as_text(board: Client, province: Province) -> None:
    Quota.objects.filter(pk=province.kv3.pk).update(number=1960, name="=cmd")
    heads, *rows = exported(board, Quota)
    row = dict(zip(heads, rows[1], strict=True))
    assert (row["Số lượng"], row["Năm"], row["Tên chỉ tiêu"], row["Mức độ"]) == (1960, "2024", "=cmd", "dự kiến")


def test_institutions_are_added_and_changed(board: Client) -> None:
    Institution.objects.create(key="hv", name="Học viện cũ")
    content = sheet(["Khóa", "Tên"], ["hv", "Học viện mới"], ["truong", "Ho\u0323c vie\u0323\u0302n Hai"])
    assert "1 dòng thêm mới, 1 dòng sửa" in take_in(board, Institution, content)
    assert set(Institution.objects.values_list("key", "name")) == {("hv", "Học viện mới"), ("truong", "Học viện Hai")}
    assert Change.objects.values("batch").distinct().count() == 1


def test_a_name_that_two_share_is_refused_at_its_row(board: Client) -> None:
    content = sheet(["Khóa", "Tên"], ["hv", "Học viện"], ["khac", "Học viện"], ["Hoa Chữ", "Tên"], ["dai", "a" * 251])
    assert problems(upload(board, Institution, content)) == [
        (3, "Tên", "Cơ sở đào tạo, bồi dưỡng cùng Tên đã có rồi. Sửa cho khác đi, hoặc bỏ dòng này, rồi nhập lại."),
        (4, "Khóa", "Chỉ gồm chữ cái không dấu, chữ số, gạch dưới và gạch nối. Sửa ô này trong tệp rồi nhập lại."),
        (4, "Khóa", "Khóa nội bộ chỉ gồm chữ thường không dấu, chữ số và gạch nối. Ghi như ví dụ «huyen-uy-binh-son»."),
        (5, "Tên", "Nhiều nhất 250 ký tự (đang có 251). Rút gọn rồi nhập lại."),
    ]
    assert not Institution.objects.exists()


def test_a_quota_s_number_in_a_file_is_not_lowered_below_what_is_allocated(board: Client, province: Province) -> None:
    Allocation.objects.create(quota=province.kv3, unit=province.binh_son, number=40, updated_at=timezone.now())
    heads = ["Năm", "Khóa chương trình", "Khóa", "Số lượng"]
    content = sheet(heads, [2024, "cao-cap", "kv3", 39], [2024, "cao-cap", "hcm", "1.960"])
    assert [(row, column) for row, column, _ in problems(upload(board, Quota, content))] == [(2, "Số lượng")]
    take_in(board, Quota, sheet(heads, [2024, "cao-cap", "kv3", 40], [2024, "cao-cap", "hcm", "1.960"]))
    assert set(Quota.objects.values_list("key", "number")) == {("kv3", 40), ("hcm", 1960)}


def test_a_quota_is_added_with_words_for_its_choices(board: Client, province: Province) -> None:
    Institution.objects.create(key="hv", name="Học viện")
    heads = ["Năm", "Khóa chương trình", "Khóa", "Thứ tự", "Tên chỉ tiêu", "Tên gọn", "Số lượng", "Mức độ",
             "Hình thức học", "Khóa cơ sở đào tạo", "Nguồn chi trả"]  # fmt: skip
    row = [2024, "cao-cap", "moi", 3, "Chỉ tiêu mới", "Mới", None, "Khoảng", "HE TAP TRUNG", "hv", "cá nhân"]
    take_in(board, Quota, sheet(heads, row))
    quota = Quota.objects.get(key="moi")
    assert (quota.number, quota.qualifier, quota.mode, quota.payer) == (None, "about", "full_time", "learners")
    assert [institution.key for institution in quota.institutions.all()] == ["hv"]
    wrong = [2024, "cao-cap", "moi2", 4, "Mới", "Mới", None, "chắc là", "", "hv, khong", "ai đó"]
    said = {column: message for _, column, message in problems(upload(board, Quota, sheet(heads, wrong)))}
    assert said["Mức độ"] == (
        "«chắc là» không có trong danh sách. Nhập một trong: «đúng», «dự kiến», «khoảng», «đã đăng ký»."
    )
    assert said["Khóa cơ sở đào tạo"].startswith("Không có cơ sở đào tạo «khong».")
    assert "Nguồn chi trả" in said


def test_people_are_added_changed_and_known_by_their_number(board: Client, province: Province) -> None:
    known = Person.objects.create(
        unit=province.binh_son, full_name="Lê An", sex="male", ethnicity="Kinh", illustrative=True
    )
    content = sheet(
        PEOPLE,
        [known.pk, "huyen-uy-son-tinh", "Lê Văn An", "nam", 1984, "Hrê"],
        [None, "huyen-uy-binh-son", "Trần Thị Bình", "Nữ", "05/12/1990", None],
        [None, "huyen-uy-binh-son", "Trần Thị Bình", "Nữ", date(1990, 12, 6), None],
    )
    take_in(board, Person, content)
    known.refresh_from_db()
    assert (known.full_name, known.unit, known.birth_year, known.ethnicity, known.illustrative) == (
        "Lê Văn An", province.son_tinh, 1984, "Hrê", False,
    )  # fmt: skip
    days = Person.objects.filter(full_name="Trần Thị Bình").values_list("birth_day", flat=True)
    assert sorted(day for day in days if day) == [5, 6]
    assert not Change.objects.filter(new__contains="Hrê").exists()


def test_what_is_wrong_with_people_is_said_in_the_words_of_the_sheet(board: Client, province: Province) -> None:
    content = sheet(
        PEOPLE,
        [999, "huyen-uy-binh-son", "Không Có", "nam", 1984, None],
        [None, "huyen-uy-binh-son", None, "khác", "30/02/1984", None],
        [None, None, "Thiếu Đơn Vị", "nữ", "1984", None],
    )
    found = [(row, column) for row, column, _ in problems(upload(board, Person, content))]
    assert found == [
        (2, "Mã"), (3, "Họ và tên"), (3, "Giới tính"), (3, "Ngày sinh"), (4, "Khóa đơn vị"),
    ]  # fmt: skip


def test_the_file_of_people_is_the_template_of_its_import(board: Client, province: Province) -> None:
    Person.objects.create(unit=province.binh_son, full_name="Lê An", sex="male", ethnicity="Cor")
    heads, row = exported(board, Person)
    assert dict(zip(heads, row, strict=True))["Dân tộc"] == "Cor"
    page = board.get("/quan-tri/quotas/person/import/")
    assert [column.column_name for column in page.context["columns"]] == list(heads)
    assert [kind for _, kind, _ in changes(upload(board, Person, sheet(list(heads), list(row))))] == []


def test_ethnicity_is_in_the_file_of_those_who_may_read_it_of_everybody(province: Province) -> None:
    readers = {None: False, province.hoa: True, province.alice: False}
    for reader, shown in readers.items():
        heads = [column.column_name for column in PersonResource(reader=reader).get_export_fields()]
        assert ("Dân tộc" in heads) is shown, reader


def test_names_of_units_follow_one_another_and_a_new_key_makes_a_unit(board: Client, province: Province) -> None:
    content = sheet(
        NAMES,
        ["huyen-uy-binh-son", "Huyện ủy Bình Sơn", "01/07/1989", "01/07/2025"],
        ["huyen-uy-binh-son", "Đảng ủy xã Bình Sơn", "01/07/2025", None],
        ["xa-moi", "Đảng ủy xã Mới", date(2025, 7, 1), None],
    )
    shown = upload(board, Unit, content)
    assert [(row, kind) for row, kind, _ in changes(shown)] == [(2, "update"), (3, "new"), (4, "new")]
    assert not Unit.objects.filter(key="xa-moi").exists()
    confirm(board, Unit, shown)
    assert str(Unit.objects.get(key="xa-moi")) == "Đảng ủy xã Mới"
    assert province.binh_son.names.count() == 2
    overlapping = sheet(NAMES, ["xa-moi", "Tên khác", "01/01/2026", None], ["Xã Hoa", "Tên", "01/01/2026", None])
    said = problems(upload(board, Unit, overlapping))
    assert said[0][:2] == (2, "Từ ngày")
    assert "Chồng lên tên «Đảng ủy xã Mới» từ 01/07/2025." in said[0][2]
    assert said[1][:2] == (3, "Khóa đơn vị")
    assert UnitName.objects.filter(name="Tên khác").count() == 0


def test_users_go_out_without_their_passwords_and_do_not_come_in(province: Province) -> None:
    admin = User.objects.create_user("quan-tri", "mật khẩu dài dài dài", full_name="Quản Trị", role=Role.ADMIN)
    client = signed_in(admin)
    heads, *rows = exported(client, User)
    assert heads == (
        "Tên đăng nhập", "Họ và tên", "Vai trò", "Khóa đơn vị", "Đơn vị", "Thư điện tử", "Điện thoại", "Đang hoạt động",
    )  # fmt: skip
    assert (
        "alice",
        "Nguyễn Thị Ái",
        "Cán bộ đơn vị",
        "huyen-uy-binh-son",
        "Huyện ủy Bình Sơn",
        None,
        None,
        "có",
    ) in rows
    assert not any("argon" in str(value) or "md5" in str(value) for row in rows for value in row)
    assert client.get("/quan-tri/trainingplan/user/import/").status_code in (302, 404)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (IntegrityError("UNIQUE"), "trái với một ràng buộc của cơ sở dữ liệu"),
        (DataError("too long"), "trái với một ràng buộc của cơ sở dữ liệu"),
        (KeyError("x"), "vì lỗi của phần mềm. Lỗi đã được ghi lại"),
    ],
)
def test_what_nobody_foresaw_is_said_for_what_it_is_and_logged(
    board: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception, words: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("trainingplan.services.catalogue.write_rows", fail)
    (row, column, message), *_ = problems(upload(board, Institution, sheet(["Khóa", "Tên"], ["hv", "Học viện"])))
    assert (row, column) == (2, "")
    assert words in message
    level = "WARNING" if "ràng buộc" in words else "ERROR"
    logged = [record for record in caplog.records if record.name == "trainingplan.resources.base"]
    assert {record.levelname for record in logged} == {level}
    assert all(record.exc_info and record.exc_info[1] is error for record in logged)


def test_a_text_file_is_taken_too(board: Client) -> None:
    content = "Khóa;Tên\nhv;'=Học viện\n".encode("utf-8-sig")
    shown = upload(board, Institution, content, "tep.csv")
    confirm(board, Institution, shown)
    assert Institution.objects.get().name == "=Học viện"


def test_no_file_and_a_wrong_file_are_said_at_the_field(board: Client) -> None:
    address = "/quan-tri/courses/institution/import/"
    assert "Chọn tệp cần nhập." in board.post(address, {}).content.decode()
    assert "là PDF" in upload(board, Institution, b"%PDF-1.7 \xff\xfe", "a.pdf").content.decode()
    assert "lớn hơn 5 MB" in upload(board, Institution, b"a" * (5 * 1024 * 1024 + 1)).content.decode()
    assert "Tệp rỗng." in upload(board, Institution, b"").content.decode()


def test_exports_keep_to_what_the_list_shows(board: Client, province: Province) -> None:
    for key in ("mot", "hai"):
        Institution.objects.create(key=key, name=f"Học viện {key}")
    address = "/quan-tri/courses/institution/export/?q=mot"
    answer = board.post(address, {"format": "1", "resource": "0"})
    assert answer.content.decode("utf-8-sig").splitlines() == ["Khóa,Tên,Tên viết tắt", "mot,Học viện mot,"]
    assert answer["Content-Disposition"].startswith('attachment; filename="co-so-dao-tao-boi-duong-')
