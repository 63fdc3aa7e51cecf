"""Every change made in the back office is in the change log: which value, from what to what, who, in one batch."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from courses.models import Institution, Programme, Slot
from quotas.models import Person
from tests.cast import Province, make_user
from tests.office import signed_in
from trainingplan.models import Change, Role, Section, Succession, Unit, UnitGroup, UnitName, User

Traced = tuple[str, str, str, str]


@pytest.fixture
def board(province: Province) -> Client:
    return signed_in(province.hoa)


def traced(**only: Any) -> list[Traced]:
    """(table, field, old, new) in the order of writing."""
    return list(Change.objects.filter(**only).order_by("pk").values_list("table", "field", "old", "new"))


def part(prefix: str, *rows: dict[str, Any], initial: int = 0) -> dict[str, Any]:
    """The fields that a page posts for its parts."""
    data: dict[str, Any] = {
        f"{prefix}-TOTAL_FORMS": len(rows),
        f"{prefix}-INITIAL_FORMS": initial,
        f"{prefix}-MIN_NUM_FORMS": 0,
        f"{prefix}-MAX_NUM_FORMS": 1000,
    }
    for index, row in enumerate(rows):
        data |= {f"{prefix}-{index}-{name}": value for name, value in row.items()}
    return data


def unit_page(unit: Unit, *names: dict[str, Any], initial: int = 1) -> dict[str, Any]:
    data = {"official_code": unit.official_code} | part("names", *names, initial=initial)
    for prefix in ("placements", "statuses", "precessions", "successions"):
        data |= part(prefix)
    return data


def test_adding_and_changing_a_row(board: Client, province: Province) -> None:
    board.post("/quan-tri/courses/institution/add/", {"key": "hv-1", "name": "Học viện Một", "short_name": "HV1"})
    institution = Institution.objects.get()
    assert traced() == [
        ("institution", "key", "", "hv-1"),
        ("institution", "name", "", "Học viện Một"),
        ("institution", "short_name", "", "HV1"),
    ]
    board.post(f"/quan-tri/courses/institution/{institution.pk}/change/", {"name": "Học viện Hai", "short_name": "HV1"})
    change = Change.objects.first()
    assert change is not None
    assert (change.field, change.old, change.new) == ("name", "Học viện Một", "Học viện Hai")
    assert (change.actor, change.actor_name) == (province.hoa, "Phạm Thị Hoa (hoa)")
    assert change.label == "cơ sở đào tạo, bồi dưỡng Học viện Hai"
    assert Change.objects.count() == 4


def test_saving_without_a_change_leaves_no_trace(board: Client) -> None:
    institution = Institution.objects.create(key="hv", name="Học viện")
    board.post(f"/quan-tri/courses/institution/{institution.pk}/change/", {"name": "Học viện", "short_name": ""})
    assert traced() == []


def test_a_key_is_given_once(board: Client) -> None:
    institution = Institution.objects.create(key="hv", name="Học viện")
    board.post(
        f"/quan-tri/courses/institution/{institution.pk}/change/", {"key": "khac", "name": "Học viện", "short_name": ""}
    )
    institution.refresh_from_db()
    assert institution.key == "hv"


def test_parts_are_traced_with_their_page_as_one_batch(board: Client, province: Province) -> None:
    unit, name = province.binh_son, province.binh_son.names.get()
    page = unit_page(
        unit,
        {"id": name.pk, "unit": unit.pk, "name": name.name, "short_name": "", "valid_from": "01/07/1989",
         "valid_to": "01/07/2025"},
        {"unit": unit.pk, "name": "Đảng ủy xã Bình Sơn", "short_name": "", "valid_from": "01/07/2025", "valid_to": ""},
    )  # fmt: skip
    answer = board.post(f"/quan-tri/trainingplan/unit/{unit.pk}/change/", page | {"official_code": "12.3"})
    assert answer.status_code == 302
    assert traced() == [
        ("unit", "official_code", "", "12.3"),
        ("unitname", "valid_to", "", "01/07/2025"),
        ("unitname", "valid_from", "", "01/07/2025"),
        ("unitname", "unit", "", "Huyện ủy Bình Sơn"),
        ("unitname", "name", "", "Đảng ủy xã Bình Sơn"),
    ]
    assert set(Change.objects.values_list("unit", flat=True)) == {unit.pk}
    assert Change.objects.values("batch").distinct().count() == 1
    assert UnitName.objects.get(name="Đảng ủy xã Bình Sơn").name_search == "dang uy xa binh son"


def test_a_part_taken_away_is_traced(board: Client, province: Province) -> None:
    programme = Programme.objects.get()
    slot = Slot.objects.create(programme=programme, position=1, label="Đối tượng")
    page = {
        "code": "1.1.1", "position": "1", "name": "Cao cấp", "short_name": "Cao cấp", "nature": "training",
        "section": "",
    } | part(
        "slots",
        {"id": slot.pk, "programme": programme.pk, "position": "1", "label": "Đối tượng", "body": "", "DELETE": "on"},
        initial=1,
    )  # fmt: skip
    board.post(f"/quan-tri/courses/programme/{programme.pk}/change/", page)
    assert traced() == [
        ("slot", "programme", "1.1.1 Cao cấp", ""),
        ("slot", "position", "1", ""),
        ("slot", "label", "Đối tượng", ""),
    ]
    assert set(Change.objects.values_list("plan", flat=True)) == {province.plan.pk}


def test_deleting_one_and_many_is_traced(board: Client) -> None:
    one, *many = [UnitGroup.objects.create(key=f"k{n}", name=f"Khối {n}", position=10 + n) for n in range(3)]
    board.post(f"/quan-tri/trainingplan/unitgroup/{one.pk}/delete/", {"post": "yes"})
    assert traced(field="name") == [("unitgroup", "name", "Khối 0", "")]
    board.post(
        "/quan-tri/trainingplan/unitgroup/",
        {"action": "delete_selected", "_selected_action": [row.pk for row in many], "post": "yes"},
    )
    assert {old for _, _, old, _ in traced(field="name")} == {"Khối 0", "Khối 1", "Khối 2"}
    assert UnitGroup.objects.count() == 1
    assert Change.objects.filter(field="name").values("batch").distinct().count() == 2


@pytest.mark.parametrize("bulk", [False, True])
def test_what_is_used_is_not_deleted_and_the_reason_is_said(board: Client, province: Province, *, bulk: bool) -> None:
    group = UnitGroup.objects.get()
    address = "/quan-tri/trainingplan/unitgroup/"
    if bulk:
        form = {"action": "delete_selected", "_selected_action": [group.pk], "post": "yes"}
        answer = board.post(address, form)
    else:
        answer = board.post(f"{address}{group.pk}/delete/", {"post": "yes"})
    assert "đang được dùng ở 2 đơn vị tham gia" in answer.content.decode()
    assert UnitGroup.objects.exists()
    assert traced() == []


def test_what_would_only_lose_its_reference_keeps_the_row_too(board: Client, province: Province) -> None:
    """The database would set the reference of a quota to nothing; the office does not do so behind anybody's back."""
    answer = board.post(f"/quan-tri/trainingplan/appendix/{province.appendix.pk}/delete/", {"post": "yes"})
    assert "đang được dùng ở 2 chỉ tiêu" in answer.content.decode()
    section = Section.objects.create(plan=province.plan, key="muc", position=1)
    Programme.objects.update(section=section)
    answer = board.post(f"/quan-tri/trainingplan/section/{section.pk}/delete/", {"post": "yes"})
    assert "đang được dùng ở 1 chương trình" in answer.content.decode()
    assert Section.objects.exists()


def test_a_relation_to_many_is_traced(board: Client, province: Province) -> None:
    first, second = (Institution.objects.create(key=f"hv{n}", name=f"Học viện {n}") for n in (1, 2))
    quota = province.kv3
    page = {
        "name": quota.name, "short_name": quota.short_name, "position": "2", "number": "45", "qualifier": "expected",
        "counting_word": "", "open_clause": "", "class_count": "", "mode": "", "payer": "province",
        "institutions": [first.pk, second.pk], "appendix": quota.appendix_id, "column": quota.column_id,
    }  # fmt: skip
    assert board.post(f"/quan-tri/quotas/quota/{quota.pk}/change/", page).status_code == 302
    assert traced() == [("quota", "institutions", "", "Học viện 1, Học viện 2")]


def test_ethnicity_and_passwords_are_never_in_the_log(board: Client, province: Province) -> None:
    person = Person.objects.create(unit=province.binh_son, full_name="Lê Thị An", sex="female", ethnicity="Hrê")
    board.post(
        f"/quan-tri/quotas/person/{person.pk}/change/",
        {"unit": person.unit_id, "full_name": "Lê Thị An", "sex": "female", "birth": "1984", "ethnicity": "Kinh"},
    )
    assert traced(table="person") == [("person", "birth_year", "", "1984"), ("person", "ethnicity", "•••", "•••")]
    admin = signed_in(make_user("quan-tri", "Quản Trị", Role.ADMIN))
    secret = "một mật khẩu rất dài 2024"
    admin.post(
        "/quan-tri/trainingplan/user/add/",
        {"username": "moi", "full_name": "Người Mới", "role": "manager", "password1": secret, "password2": secret},
    )
    user = User.objects.get(username="moi")
    assert user.check_password(secret)
    said = " ".join(Change.objects.filter(table="user").values_list("new", flat=True))
    assert "•••" in said
    assert secret not in said
    assert user.password not in said


def test_successions_and_relations_are_named_in_words(board: Client, province: Province) -> None:
    unit = province.son_tinh
    name = unit.names.get()
    kept = {"id": name.pk, "unit": unit.pk, "name": name.name, "short_name": "", "valid_from": "01/07/1989"}
    page = unit_page(unit, kept)
    page |= part(
        "successions",
        {"predecessor": unit.pk, "successor": province.binh_son.pk, "effective_on": "01/07/2025", "scope": "toàn bộ"},
    )
    assert board.post(f"/quan-tri/trainingplan/unit/{unit.pk}/change/", page).status_code == 302
    assert Succession.objects.get().effective_on == date(2025, 7, 1)
    label = Change.objects.filter(table="succession").values_list("label", flat=True)[0]
    assert label == "kế thừa đơn vị Huyện ủy Sơn Tịnh – Huyện ủy Bình Sơn"


def test_the_history_of_a_row_shows_its_changes_and_those_of_its_parts(board: Client, province: Province) -> None:
    test_parts_are_traced_with_their_page_as_one_batch(board, province)
    page = board.get(f"/quan-tri/trainingplan/unit/{province.binh_son.pk}/history/").content.decode()
    for words in ("Lịch sử: ", "mã chính thức", "12.3", "đến trước ngày", "Đảng ủy xã Bình Sơn", "Phạm Thị Hoa (hoa)"):
        assert words in page
    other = board.get(f"/quan-tri/trainingplan/unit/{province.son_tinh.pk}/history/").content.decode()
    assert "Chưa có thay đổi nào" in other
    assert board.get("/quan-tri/trainingplan/unit/999999/history/").status_code == 404


def test_changing_one_s_own_password_is_traced(province: Province) -> None:
    admin = make_user("quan-tri", "Quản Trị", Role.ADMIN)
    client = signed_in(admin)
    new = "mật khẩu mới đủ dài 2024"
    form = {"old_password": "mật khẩu dài để thử nghiệm", "new_password1": new, "new_password2": new}
    assert client.post("/quan-tri/password_change/", form).status_code == 302
    assert traced() == [("user", "password", "•••", "•••")]
    assert client.get("/quan-tri/").status_code == 200


def seen_on(client: Client, address: str) -> str:
    return str(client.get(address).context["seen"])


def test_what_a_colleague_wrote_meanwhile_is_not_written_over_unsaid(board: Client, province: Province) -> None:
    institution = Institution.objects.create(key="hv", name="Học viện")
    address = f"/quan-tri/courses/institution/{institution.pk}/change/"
    seen = seen_on(board, address)
    assert f'name="_seen" value="{seen}"' in board.get(address).content.decode()
    colleague = signed_in(make_user("mai", "Đỗ Thị Mai", Role.BOARD))
    assert colleague.post(address, {"name": "Của Mai", "short_name": "", "_seen": seen}).status_code == 302
    refused = board.post(address, {"name": "Của Hoa", "short_name": "", "_seen": seen})
    assert "Đỗ Thị Mai (mai), lúc" in refused.content.decode()
    assert "vừa sửa trang này sau khi bạn mở" in refused.content.decode()
    institution.refresh_from_db()
    assert institution.name == "Của Mai"
    again = {"name": "Của Hoa", "short_name": "", "_seen": refused.context["seen"]}
    assert board.post(address, again).status_code == 302
    institution.refresh_from_db()
    assert institution.name == "Của Hoa"


def test_a_part_that_a_colleague_wrote_counts_too(board: Client, province: Province) -> None:
    unit, name = province.binh_son, province.binh_son.names.get()
    address = f"/quan-tri/trainingplan/unit/{unit.pk}/change/"
    seen = seen_on(board, address)
    kept = {"id": name.pk, "unit": unit.pk, "name": name.name, "short_name": "", "valid_from": "01/07/1989"}
    UnitName.objects.update(short_name="HU Bình Sơn")
    assert "vừa sửa trang này" in board.post(address, unit_page(unit, kept) | {"_seen": seen}).content.decode()
    assert UnitName.objects.get(pk=name.pk).short_name == "HU Bình Sơn"
