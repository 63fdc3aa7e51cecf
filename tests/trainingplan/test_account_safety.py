"""Passwords, locks, idle accounts, sessions that end, and the question before what weighs much."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
import time_machine
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import identify_hasher, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connections
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse
from django.utils import timezone

from tests.cast import PASSWORD, Province, make_user
from tests.office import signed_in, somebody
from trainingplan.addresses import client_address
from trainingplan.models import Change, Role, UsedPassword, User
from trainingplan.passwords import PasswordPolicy
from trainingplan.services.accounts import (
    change_own_password,
    close_accounts,
    close_idle_accounts,
    lift_lock,
    locks,
)
from trainingplan.services.refusals import Refused

LOGIN, PAGE, SAFETY = reverse("login"), reverse("own-password"), reverse("account-safety")
HASHER = "trainingplan.hashers.PlanArgon2PasswordHasher"


def try_password(username: str, password: str, address: str = "10.0.0.1") -> Any:
    return Client(REMOTE_ADDR=address).post(LOGIN, {"username": username, "password": password})


@override_settings(PASSWORD_HASHERS=[HASHER])
def test_passwords_are_hashed_with_the_small_profile_of_argon2() -> None:
    hashed = make_password("một mật khẩu để thử")
    assert identify_hasher(hashed).algorithm == "argon2"
    assert hashed.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("ngắn quá", "ít nhất 14"),
        ("x" * 201, "dài nhất 200"),
        ("aaaabbbbaaaabbbb", "lặp lại"),
        ("MậtKhẩu@1234567", "dễ đoán"),
        ("QuảngNgãi2024!!!", "dễ đoán"),
        ("12345678901234567", "dễ đoán"),
        ("Nguyễn Thị Ái 2024", "giống"),
    ],
)
def test_the_policy_says_what_is_wrong(password: str, words: str, province: Province) -> None:
    with pytest.raises(ValidationError) as refused:
        validate_password(password, province.alice)
    assert words in " ".join(refused.value.messages)


def test_a_password_of_before_does_not_come_back_for_a_while(province: Province) -> None:
    alice = province.alice
    for turn in range(5):
        change_own_password(actor=alice, password=f"bốn từ không liên quan {turn}")
        with pytest.raises(ValidationError, match="đã dùng"):
            validate_password(f"bốn từ không liên quan {turn}", alice)
    with pytest.raises(ValidationError, match="đã dùng"):
        validate_password("bốn từ không liên quan 1", alice)
    validate_password(PASSWORD, alice)
    assert UsedPassword.objects.filter(user=alice).count() == PasswordPolicy.current().history


@pytest.mark.django_db
def test_an_old_password_of_an_administrator_opens_only_the_page_to_change_it() -> None:
    admin, chief = somebody(Role.ADMIN), somebody(Role.BOARD)
    User.objects.update(password_set_at=timezone.now() - timedelta(days=181))
    client = signed_in(admin)
    assert client.get("/", follow=True).request["PATH_INFO"] == PAGE
    assert client.get("/quan-tri/")["Location"] == PAGE
    assert signed_in(chief).get("/quan-tri/").status_code == 200
    new = "một mật khẩu khác, đủ dài"
    form = {"old_password": "mật khẩu dài để thử", "new_password1": new, "new_password2": new}
    assert client.post(PAGE, form).status_code == 302
    assert client.get("/quan-tri/").status_code == 200


def test_five_failures_lock_the_account_for_that_address_alone(province: Province) -> None:
    for _ in range(4):
        assert try_password("alice", "sai").status_code == 200
    assert try_password("alice", "sai").status_code == 429
    assert try_password("alice", PASSWORD).status_code == 429
    assert try_password("alice", PASSWORD, "10.0.0.2").status_code == 302
    assert try_password("bob", PASSWORD).status_code == 302
    with time_machine.travel(timezone.now() + timedelta(minutes=15, seconds=5)):
        assert try_password("alice", PASSWORD).status_code == 302


def test_an_unknown_name_is_told_the_same_and_costs_the_same(province: Province) -> None:
    """The same words, the same status and one hash of the password in each case, also for a closed account."""
    User.objects.filter(pk=province.bob.pk).update(is_active=False)
    calls: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        from django.contrib.auth.hashers import MD5PasswordHasher  # noqa: PLC0415 - patched here alone

        encode = MD5PasswordHasher.encode

        def counted(hasher: MD5PasswordHasher, *args: Any) -> str:
            calls.append("hash")
            return encode(hasher, *args)

        patch.setattr(MD5PasswordHasher, "encode", counted)
        seen = []
        for name in ("alice", "bob", "khong-co-ai"):
            calls.clear()
            response = try_password(name, "sai", "10.0.0.9")
            page = response.content.decode().replace(name, "…")
            start = page.index("<h1>")
            seen.append(
                (response.status_code, len(calls), page[page.index("notice", start) : page.index("<form", start)])
            )
    assert seen[0] == seen[1] == seen[2]


def test_many_accounts_tried_from_one_address_lock_the_address(province: Province) -> None:
    with override_settings(FAILURES_AN_ADDRESS=6):
        for number in range(6):
            try_password(f"ten-{number}", "sai", "10.9.9.9")
        assert "quá nhiều lần" in try_password("alice", PASSWORD, "10.9.9.9").content.decode()
        assert try_password("alice", PASSWORD).status_code == 302


def test_administrators_see_locks_and_lift_them_on_the_record(province: Province) -> None:
    admin = somebody(Role.ADMIN)
    for _ in range(5):
        try_password("alice", "sai", "10.0.0.7")
    client = signed_in(admin)
    assert "10.0.0.7" in client.get(SAFETY).content.decode()
    client.post(reverse("lock-lift"), {"tai-khoan": "alice", "dia-chi": "10.0.0.7"})
    assert locks() == []
    assert try_password("alice", PASSWORD, "10.0.0.7").status_code == 302
    assert Change.objects.filter(actor=admin, field="khóa đăng nhập", row=str(province.alice.pk)).exists()
    with pytest.raises(Refused, match="không còn"):
        lift_lock(username="alice", address="10.0.0.7", actor=admin)


@pytest.mark.parametrize(
    ("proxies", "told", "seen"),
    [
        (0, "6.6.6.6", "127.0.0.1"),
        (1, "6.6.6.6, 10.1.1.1", "10.1.1.1"),
        (2, "6.6.6.6, 10.1.1.1, 10.2.2.2", "10.1.1.1"),
        (1, "", "127.0.0.1"),
        (1, "6.6.6.6, unknown", "127.0.0.1"),
        (1, "fe80::1%eth0", "127.0.0.1"),
    ],
)
def test_only_our_own_proxies_tell_the_address(proxies: int, told: str, seen: str) -> None:
    with override_settings(PROXIES=proxies):
        assert client_address(RequestFactory().get("/", HTTP_X_FORWARDED_FOR=told)) == seen


def close(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def change_role(user: User) -> None:
    User.objects.filter(pk=user.pk).update(role=Role.FINANCE)


def change_unit(user: User) -> None:
    User.objects.filter(pk=user.pk).update(unit=User.objects.get(username="charlie").unit)


def change_password(user: User) -> None:
    change_own_password(actor=User.objects.get(pk=user.pk), password="một mật khẩu khác, đủ dài")


@pytest.mark.parametrize("change", [close, change_role, change_unit, change_password])
def test_sessions_end_at_once_when_the_account_changes(change: Callable[[User], None], province: Province) -> None:
    client = signed_in(province.alice)
    assert client.get(PAGE).status_code == 200
    change(province.alice)
    assert client.get(PAGE).status_code == 302


def test_an_idle_session_ends_and_leads_back(province: Province) -> None:
    start = timezone.now()
    client = signed_in(province.alice)
    with time_machine.travel(start + timedelta(minutes=14)):
        assert client.get(PAGE).status_code == 200
    with time_machine.travel(start + timedelta(minutes=28)):
        assert client.get(PAGE, headers={"X-Tu-Dong": "1"}).status_code == 200
    with time_machine.travel(start + timedelta(minutes=29, seconds=30)):
        assert client.get(PAGE)["Location"] == f"{LOGIN}?next={PAGE}"


def test_an_idle_session_is_not_kept_by_what_the_browser_holds_back_or_makes_up(province: Province) -> None:
    start = timezone.now()
    client, other = signed_in(province.alice), signed_in(province.bob)
    with time_machine.travel(start + timedelta(minutes=14)):
        other.get(PAGE)
    client.cookies["hoat-dong"] = other.cookies["hoat-dong"].value
    with time_machine.travel(start + timedelta(minutes=16)):
        assert client.get(PAGE).status_code == 302


def test_no_request_writes_the_session(province: Province, django_assert_max_num_queries: Any) -> None:
    client = signed_in(province.alice)
    client.get(PAGE)
    with time_machine.travel(timezone.now() + timedelta(minutes=3)), django_assert_max_num_queries(2):
        client.post(reverse("still-here"))


def test_a_form_that_comes_late_is_kept_and_done_with_the_password(province: Province) -> None:
    admin = somebody(Role.ADMIN)
    for _ in range(5):
        try_password("alice", "sai", "10.0.0.7")
    client, url = signed_in(admin), reverse("lock-lift")
    form = {"tai-khoan": "alice", "dia-chi": "10.0.0.7"}
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        asked = client.post(url, form).content.decode()
        assert 'name="tai-khoan" value="alice"' in asked
        assert len(locks()) == 1
        wrong = client.post(url, form | {"xac-nhan-mat-khau": "sai"}).content.decode()
        assert "Mật khẩu không đúng" in wrong
        assert 'name="dia-chi" value="10.0.0.7"' in wrong
        done = client.post(url, form | {"xac-nhan-mat-khau": "mật khẩu dài để thử"})
        assert done["Location"] == SAFETY
        assert locks() == []
        assert client.get(reverse("second-factor")).status_code == 200


def test_a_page_that_weighs_much_asks_first_and_keeps_no_password(province: Province) -> None:
    client = signed_in(somebody(Role.ADMIN))
    url = reverse("admin:trainingplan_user_change", args=[province.alice.pk])
    assert "Xác nhận là bạn" not in client.get(url).content.decode()
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert "Xác nhận là bạn" in client.get(url).content.decode()
        late = client.post(url, {"full_name": "Tên Mới", "password1": "bí mật", "role": "unit"}).content.decode()
        assert 'value="Tên Mới"' in late
        assert "bí mật" not in late
        answer = {"xac-nhan-mat-khau": "mật khẩu dài để thử", "xac-nhan-trang": "1"}
        assert client.post(url, answer)["Location"] == url
        assert "Xác nhận là bạn" not in client.get(url).content.decode()


def test_who_stays_away_is_closed_but_never_the_last_administrator(province: Province) -> None:
    admins = [make_user(f"qt{number}", f"Quản Trị {number}", Role.ADMIN) for number in (1, 2)]
    long_ago = timezone.now() - timedelta(days=46)
    User.objects.update(opened_at=long_ago, created_at=long_ago, last_login=long_ago)
    User.objects.filter(pk=province.bob.pk).update(last_login=timezone.now())
    User.objects.filter(pk=province.hoa.pk).update(opened_at=timezone.now())
    User.objects.filter(pk=admins[1].pk).update(last_login=long_ago + timedelta(hours=1))
    User.objects.filter(pk=province.charlie.pk).update(is_demo=True)
    assert {user.username for user in close_idle_accounts(actor=None, dry_run=True)} == {"alice", "qt1"}
    call_command("close_idle_accounts")
    active = set(User.objects.filter(is_active=True).values_list("username", flat=True))
    assert active == {"bob", "charlie", "hoa", "qt2"}
    assert Change.objects.filter(reason__contains="45 ngày").count() == 2
    close_accounts([province.bob], actor=admins[1], reason="Nghỉ việc")
    assert authenticate(RequestFactory().get("/"), username="bob", password=PASSWORD) is None


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_close_each_other_leave_one() -> None:
    for turn in range(5):
        users = [make_user(f"qt{turn}-{number}", f"Quản Trị {number}", Role.ADMIN) for number in (1, 2)]
        clients = [signed_in(user) for user in users]
        barrier = Barrier(2)

        def close_other(client: Client, other: User, barrier: Barrier = barrier) -> None:
            try:
                barrier.wait(30)
                url = reverse("admin:trainingplan_user_change", args=[other.pk])
                client.post(url, {"full_name": other.full_name, "role": "admin"})
            finally:
                connections.close_all()

        threads = [Thread(target=close_other, args=pair) for pair in zip(clients, reversed(users), strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert User.objects.filter(role=Role.ADMIN, is_active=True).count() == 1
        User.objects.filter(role=Role.ADMIN).update(is_active=False)


@pytest.mark.parametrize("url", [PAGE, "/quan-tri/password_change/"])
def test_guessing_the_old_password_at_a_session_left_open_is_locked_like_at_the_door(url: str, db: None) -> None:
    admin, new = somebody(Role.ADMIN), "bốn từ không liên quan"
    client = signed_in(admin)
    form = {"new_password1": new, "new_password2": new}
    tried = [client.post(url, {**form, "old_password": f"đoán {turn}"}).status_code for turn in range(5)]
    assert tried == [200, 200, 200, 200, 429]
    assert client.post(url, {**form, "old_password": "mật khẩu dài để thử"}).status_code == 429
    assert not Change.objects.exists()
