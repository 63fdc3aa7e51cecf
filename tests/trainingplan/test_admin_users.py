"""Accounts in the back office: made with a password, changed, deactivated, never deleted."""

from typing import Any

import pytest
from django.test import Client

from tests.cast import PASSWORD, Province, make_user
from tests.office import signed_in
from trainingplan.models import Change, Role, User

SECRET = "mật khẩu đầu tiên 2024"
LIKE = "Nguyễn Thị Người Mới"
ADD = "/quan-tri/trainingplan/user/add/"


@pytest.fixture
def admin(province: Province) -> Client:
    return signed_in(make_user("quan-tri", "Quản Trị", Role.ADMIN))


def account(**more: Any) -> dict[str, Any]:
    return {
        "username": "moi", "full_name": "Người Mới", "role": "manager", "unit": "", "email": "", "phone": "",
        "password1": SECRET, "password2": SECRET,
    } | more  # fmt: skip


def changed(user: User, **more: Any) -> dict[str, Any]:
    page = {"full_name": user.full_name, "role": user.role, "unit": user.unit_id or "", "email": "", "phone": "",
            "is_active": "on", "password1": "", "password2": ""}  # fmt: skip
    return {name: value for name, value in (page | more).items() if value is not None}


def change(client: Client, user: User, **more: Any) -> Any:
    return client.post(f"/quan-tri/trainingplan/user/{user.pk}/change/", changed(user, **more))


def signs_in(username: str, password: str) -> bool:
    return Client().post("/dang-nhap/", {"username": username, "password": password}).status_code == 302


def test_an_account_is_made_and_signs_in(admin: Client, province: Province) -> None:
    page = account(role="unit", unit=province.binh_son.pk)
    assert admin.post(ADD, page).status_code == 302
    user = User.objects.get(username="moi")
    assert (user.role, user.unit, user.is_active, user.is_superuser) == ("unit", province.binh_son, True, False)
    assert signs_in("moi", SECRET)


@pytest.mark.parametrize(
    ("given", "field", "reason"),
    [
        ({"password1": "ngan", "password2": "ngan"}, "password1", "cần ít nhất 14 ký tự"),
        ({"password2": "khác hẳn mật khẩu kia"}, "password2", "không giống nhau"),
        ({"password1": "", "password2": ""}, "password1", "Chưa nhập ô này."),
        ({"full_name": LIKE, "password1": LIKE, "password2": LIKE}, "password1", "quá giống"),
        ({"username": "alice"}, "username", "đã có người dùng"),
        ({"username": "có dấu cách"}, "username", "Tên đăng nhập chỉ gồm"),
        ({"username": "a" * 151}, "username", "Nhiều nhất 150"),
        ({"email": "khong-phai"}, "email", "thư điện tử không hợp lệ"),
        ({"role": "vua"}, "role", "không có trong danh sách"),
        ({"unit": "999999"}, "unit", "không có trong danh sách"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(admin: Client, given: dict[str, str], field: str, reason: str) -> None:
    answer = admin.post(ADD, account(**given))
    assert reason in " ".join(answer.context["adminform"].form.errors[field])
    assert not User.objects.filter(username="moi").exists()


def test_who_acts_for_a_unit_has_one(admin: Client) -> None:
    answer = admin.post(ADD, account(role="unit"))
    assert "Vai trò này phải gắn với một đơn vị." in answer.content.decode()


def test_a_password_is_set_anew_only_when_typed(admin: Client, province: Province) -> None:
    assert change(admin, province.alice, full_name="Tên Mới").status_code == 302
    province.alice.refresh_from_db()
    assert province.alice.check_password(PASSWORD)
    assert list(Change.objects.values_list("field", flat=True)) == ["full_name"]
    change(admin, province.alice, full_name="Tên Mới", password1=SECRET, password2=SECRET)
    province.alice.refresh_from_db()
    assert province.alice.check_password(SECRET)


def test_a_deactivated_account_cannot_sign_in(admin: Client, province: Province) -> None:
    assert signs_in("alice", PASSWORD)
    assert change(admin, province.alice, is_active=None).status_code == 302
    assert not signs_in("alice", PASSWORD)
    assert list(Change.objects.values_list("field", "old", "new")) == [("is_active", "có", "không")]


def test_one_administrator_always_stays(admin: Client) -> None:
    own = User.objects.get(username="quan-tri")
    for given in ({"is_active": None}, {"role": "manager"}):
        answer = change(admin, own, **given)
        assert "Phải còn ít nhất một tài khoản Quản trị hệ thống" in answer.content.decode()
    make_user("quan-tri-2", "Quản Trị Hai", Role.ADMIN)
    assert change(admin, own, role="manager").status_code == 302


def test_setting_one_s_own_password_keeps_one_signed_in(admin: Client) -> None:
    own = User.objects.get(username="quan-tri")
    change(admin, own, password1=SECRET, password2=SECRET)
    assert admin.get("/quan-tri/").status_code == 200


def test_the_name_to_sign_in_with_and_rights_of_django_are_not_changed(admin: Client, province: Province) -> None:
    change(admin, province.alice, username="khac", is_superuser="on", is_staff="on", is_demo="on")
    province.alice.refresh_from_db()
    assert (province.alice.username, province.alice.is_superuser, province.alice.is_demo) == ("alice", False, False)


def test_an_account_is_never_deleted(admin: Client, province: Province) -> None:
    assert admin.post(f"/quan-tri/trainingplan/user/{province.alice.pk}/delete/", {"post": "yes"}).status_code == 403
    form = {"action": "delete_selected", "_selected_action": [province.alice.pk], "post": "yes"}
    admin.post("/quan-tri/trainingplan/user/", form)
    assert User.objects.filter(pk=province.alice.pk).exists()


def test_accounts_are_found_without_marks(admin: Client) -> None:
    listed = admin.get("/quan-tri/trainingplan/user/?q=pham thi hoa").content.decode()
    assert "Phạm Thị Hoa" in listed
    assert "Nguyễn Thị Ái" not in listed
