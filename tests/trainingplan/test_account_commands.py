"""Accounts changed at the command line leave a trace, as those changed on a page do."""

from contextlib import nullcontext
from io import StringIO
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command

from tests.cast import Province
from trainingplan import commands
from trainingplan.models import Change, Role, User


@pytest.mark.django_db
def test_the_first_administrator_is_on_the_record() -> None:
    call_command("createsuperuser", interactive=False, username="quan-tri", full_name="Trần Quản", stdout=StringIO())
    user = User.objects.get()
    assert (user.role, user.full_name) == (Role.ADMIN, "Trần Quản")
    told = Change.objects.order_by("pk").values_list("table", "row", "label", "field", "new", "actor_name", "reason")
    reason = "manage.py createsuperuser"
    assert list(told) == [
        ("user", str(user.pk), "người dùng Trần Quản", "username", "quan-tri", "Hệ thống", reason),
        ("user", str(user.pk), "người dùng Trần Quản", "role", "Quản trị hệ thống", "Hệ thống", reason),
    ]


@pytest.mark.parametrize(
    ("typed", "times"), [(["một câu dài thật khó đoán"] * 2, 1), (["khác nhau", "mỗi lần"] * 3, 0)]
)
def test_a_password_set_at_the_command_line_is_on_the_record_and_not_in_it(
    province: Province, monkeypatch: pytest.MonkeyPatch, typed: list[str], times: int
) -> None:
    answers = iter(typed)
    monkeypatch.setattr(commands, "getpass", lambda _: next(answers))
    with nullcontext() if times else pytest.raises(CommandError, match="sau ba lần"):
        call_command("changepassword", "alice", stdout=StringIO(), stderr=StringIO())
    found = Change.objects.filter(table="user", row=str(province.alice.pk), field="password")
    assert list(found.values_list("old", "new", "unit")) == [("•••", "•••", province.binh_son.pk)] * times
    assert User.objects.get(username="alice").check_password(typed[0]) is bool(times)


def test_an_administrator_is_asked_for_in_vietnamese_and_never_gets_a_password_that_the_policy_refuses(
    province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    answers = iter(
        ["alice", "lan", "Trần Lan", "ngan", "ngan", "một câu dài thật khó đoán", "một câu dài thật khó đoán"]
    )
    told = StringIO()

    def answer(question: str) -> str:
        asked.append(question)
        return next(answers)

    monkeypatch.setattr(commands, "getpass", answer)
    monkeypatch.setattr("builtins.input", answer)
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True))
    call_command("createsuperuser", stdout=told, stderr=told)
    password = ["Mật khẩu: ", "Mật khẩu (nhập lại): "] * 2
    assert asked == ["Tên đăng nhập: ", "Tên đăng nhập: ", "Họ và tên: ", *password]
    assert "Tên đăng nhập này đã có người dùng." in told.getvalue()
    assert "Đã tạo tài khoản quản trị hệ thống lan." in told.getvalue()
    assert User.objects.get(username="lan", is_superuser=True).check_password("một câu dài thật khó đoán")


@pytest.mark.django_db
def test_without_a_terminal_the_command_says_how_it_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", StringIO())
    with pytest.raises(CommandError, match="--noinput"):
        call_command("createsuperuser", stdout=StringIO())
