"""`manage.py demo_logins`: what `script/server` prints, and how the accounts are closed."""

from io import StringIO

import pytest
from django.core.management import call_command

from trainingplan.models import Change, Role, User

PASSWORD = "mat-khau-minh-hoa"


def output(*arguments: str) -> str:
    out = StringIO()
    call_command("demo_logins", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def demo_users(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO_PASSWORD", PASSWORD)
    for username, role in (("btc", Role.BOARD), ("quan", Role.MANAGER), ("anh", Role.MANAGER)):
        User.objects.create_user(username, PASSWORD, full_name=username, role=role, is_demo=True)
    User.objects.create_user("that", PASSWORD, full_name="Người thật", role=Role.ADMIN)


def test_one_login_per_role_and_none_of_real_people(demo_users: None) -> None:
    board, manager = output().splitlines()
    assert board.split() == ["Ban", "Tổ", "chức", "Tỉnh", "ủy", "btc", PASSWORD]
    assert manager.split()[-2:] == ["anh", PASSWORD]


def test_a_changed_password_is_not_passed_off_as_the_old_one(demo_users: None) -> None:
    user = User.objects.get(username="btc")
    user.set_password("da-doi-mat-khau")
    user.save()
    board, manager = output().splitlines()
    assert board.endswith("(mật khẩu đã đổi)")
    assert manager.endswith(PASSWORD)


def test_nothing_is_printed_when_nothing_is_open(demo_users: None) -> None:
    User.objects.filter(is_demo=True).update(is_active=False)
    assert output() == ""


def test_locking_closes_all_on_the_record_and_leaves_real_people(demo_users: None) -> None:
    assert "3 tài khoản" in output("--lock")
    assert list(User.objects.filter(is_active=True).values_list("username", flat=True)) == ["that"]
    assert Change.objects.filter(table="user", old="có", new="không", actor=None).count() == 3
    assert "0 tài khoản" in output("--lock")
    assert output() == ""
