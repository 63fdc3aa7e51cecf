"""The second factor: set up, asked for, good once, throttled, lost and taken off; and no way round it."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import TOTP

from tests.cast import PASSWORD, Province
from tests.office import signed_in, somebody
from trainingplan.models import Change, RecoveryCode, Role, SecondFactor, User
from trainingplan.services.refusals import Refused
from trainingplan.services.second_factor import (
    FAILURES,
    _key,
    check_code,
    drop_second_factor,
    enrol,
    new_secret,
    renew_recovery_codes,
)

PAGE, LOGIN, CODE = reverse("second-factor"), reverse("login"), reverse("login-code")
pytestmark = pytest.mark.django_db


def shown(secret: str, steps: int = 0) -> str:
    """What the device shows, or showed and will show some steps away."""
    clock = TOTP(_key(secret))
    clock.drift = steps
    return f"{clock.token():06d}"


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller


def enrolled(user: User) -> tuple[str, list[str]]:
    secret = new_secret()
    return secret, enrol(secret=secret, code=shown(secret, -1), actor=user)


def give_password(user: User) -> Client:
    client = Client()
    response = client.post(LOGIN, {"username": user.username, "password": PASSWORD, "next": reverse("own-password")})
    assert response.status_code == 302
    return client


def test_setting_up_on_the_page_shows_the_secret_and_then_ten_codes_once(province: Province, clock: Any) -> None:
    client, elsewhere = signed_in(province.hoa), signed_in(province.hoa)
    page = client.get(PAGE).content.decode()
    secret = re.search(r'class="secret">([A-Z2-7 ]+)<', page)
    signed = re.search(r'name="khoa" value="([^"]+)"', page)
    assert secret is not None
    assert signed is not None
    assert "<path d=" in page
    assert 'style="' not in page
    key = secret[1].replace(" ", "")
    wrong = client.post(PAGE, {"viec": "bat", "khoa": signed[1], "code": "000000"}).content.decode()
    assert "Mã không đúng" in wrong
    assert not SecondFactor.objects.exists()
    done = client.post(PAGE, {"viec": "bat", "khoa": signed[1], "code": shown(key)}).content.decode()
    codes = re.findall(r"<code>([A-Z2-7-]{19})</code>", done)
    assert len(set(codes)) == 10
    assert key not in SecondFactor.objects.get().secret
    assert not RecoveryCode.objects.filter(digest__in=codes).exists()
    assert "Mã dự phòng còn lại" in client.get(PAGE).content.decode()
    assert elsewhere.get(PAGE).status_code == 302
    change = Change.objects.get(field="xác thực hai lớp")
    assert (change.actor, change.old, change.new) == (province.hoa, "chưa bật", "đã bật")


def test_a_secret_of_somebody_else_s_page_is_not_taken(province: Province) -> None:
    foreign = re.search(r'name="khoa" value="([^"]+)"', signed_in(province.alice).get(PAGE).content.decode())
    assert foreign
    response = signed_in(province.hoa).post(PAGE, {"viec": "bat", "khoa": foreign[1], "code": "123456"})
    assert response.status_code == 302
    assert not SecondFactor.objects.exists()


def test_the_password_alone_opens_nothing(province: Province, clock: Any) -> None:
    secret, _ = enrolled(province.hoa)
    client = give_password(province.hoa)
    for page in (PAGE, "/", "/quan-tri/", "/quan-tri/login/"):
        assert client.get(page, follow=True).request["PATH_INFO"] == LOGIN, page
    assert client.post(CODE, {"code": "000000"}).status_code == 200
    assert client.get(PAGE).status_code == 302
    response = client.post(CODE, {"code": shown(secret)})
    assert response["Location"] == reverse("own-password")
    assert client.get(PAGE).status_code == 200


def test_a_code_is_good_once_and_for_half_a_minute_around(province: Province, clock: Any) -> None:
    secret, _ = enrolled(province.hoa)
    assert check_code(province.hoa, shown(secret))
    assert not check_code(province.hoa, shown(secret))
    assert not check_code(province.hoa, shown(secret, -1))
    assert check_code(province.hoa, shown(secret, 1))
    assert not check_code(province.hoa, shown(secret, 5))
    for nonsense in ("", "abc", "１２３４５６", "12345", "A" * 500):
        SecondFactor.objects.update(failures=0)
        assert not check_code(province.hoa, nonsense)


def test_a_recovery_code_is_good_once_in_whatever_case(province: Province, clock: Any) -> None:
    _, codes = enrolled(province.hoa)
    client = give_password(province.hoa)
    assert client.post(CODE, {"code": codes[3].lower()}).status_code == 302
    assert not check_code(province.hoa, codes[3])
    assert RecoveryCode.objects.count() == 9
    assert Change.objects.filter(new="đã dùng một mã, còn 9").exists()
    fresh = renew_recovery_codes(actor=province.hoa)
    assert not check_code(province.hoa, codes[4])
    assert check_code(province.hoa, fresh[0])


def test_guessing_is_throttled_and_then_open_again(province: Province, clock: Any) -> None:
    secret, codes = enrolled(province.hoa)
    client = give_password(province.hoa)
    for _ in range(FAILURES):
        client.post(CODE, {"code": "000000"})
    assert "Chờ 15 phút" in client.post(CODE, {"code": shown(secret)}).content.decode()
    with pytest.raises(Refused, match="Chờ 15 phút"):
        check_code(province.hoa, codes[0])
    clock.shift(timedelta(minutes=15, seconds=1))
    assert check_code(province.hoa, shown(secret))


def test_between_password_and_code_not_more_than_five_minutes_pass(province: Province, clock: Any) -> None:
    secret, _ = enrolled(province.hoa)
    client = give_password(province.hoa)
    clock.shift(timedelta(minutes=5, seconds=1))
    assert client.post(CODE, {"code": shown(secret)})["Location"] == LOGIN
    assert client.get(PAGE).status_code == 302


def test_a_changed_password_ends_the_half_made_sign_in(province: Province, clock: Any) -> None:
    secret, _ = enrolled(province.hoa)
    client = give_password(province.hoa)
    province.hoa.set_password("một mật khẩu hoàn toàn khác")
    province.hoa.save()
    assert client.post(CODE, {"code": shown(secret)})["Location"] == LOGIN


@pytest.mark.parametrize(("role", "must"), [(Role.BOARD, True), (Role.ADMIN, True), (Role.MANAGER, False)])
def test_required_of_the_board_and_administrators_where_others_are_served(role: Role, must: bool) -> None:  # noqa: FBT001
    client = signed_in(somebody(role))
    with override_settings(SECOND_FACTOR="required"):
        for page in ("/", reverse("own-password"), "/quan-tri/"):
            response = client.get(page)
            assert (response.status_code == 302 and response["Location"] == PAGE) == must, page
        setup = client.get(PAGE)
    assert ("bắt buộc xác thực hai lớp" in setup.content.decode()) == must


def test_required_cannot_be_switched_off_and_offered_can(province: Province, clock: Any) -> None:
    enrolled(province.hoa)
    with override_settings(SECOND_FACTOR="required"), pytest.raises(Refused, match="bắt buộc"):
        drop_second_factor(user=province.hoa, actor=province.hoa)
    drop_second_factor(user=province.hoa, actor=province.hoa)
    assert not SecondFactor.objects.exists()
    assert not RecoveryCode.objects.exists()


def test_another_administrator_takes_it_off_on_the_record(province: Province, clock: Any) -> None:
    enrolled(province.hoa)
    admin = somebody(Role.ADMIN)
    client = signed_in(admin)
    assert "bật từ" in client.get(reverse("account-safety")).content.decode()
    url = reverse("second-factor-drop", args=[province.hoa.pk])
    assert province.hoa.full_name in client.get(url).content.decode()
    assert client.post(url).status_code == 302
    province.hoa.refresh_from_db()
    assert province.hoa.second_factor_at is None
    assert Change.objects.filter(actor=admin, field="xác thực hai lớp", new="đã gỡ").exists()
    assert client.get(reverse("second-factor-drop", args=[admin.pk])).status_code == 404


def test_the_server_s_own_command_takes_it_off_when_nobody_else_can(province: Province, clock: Any) -> None:
    enrolled(province.hoa)
    with override_settings(SECRET_KEY="another"):
        assert not check_code(province.hoa, "123456")
    call_command("reset_second_factor", province.hoa.username)
    assert not SecondFactor.objects.exists()
    with pytest.raises(CommandError, match="chưa bật"):
        call_command("reset_second_factor", province.hoa.username)


def test_a_session_from_before_the_second_factor_is_over(province: Province, clock: Any) -> None:
    client = signed_in(province.hoa)
    User.objects.filter(pk=province.hoa.pk).update(second_factor_at=timezone.now())
    assert client.get(PAGE).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_of_many_codes_sent_at_once_no_more_are_looked_at_than_one_after_another() -> None:
    user = somebody(Role.BOARD)
    enrolled(user)
    looked: list[str] = []
    barrier = Barrier(10)

    def look(_device: SecondFactor, code: str) -> bool:
        looked.append(code)
        return False

    def guess(number: int) -> None:
        try:
            barrier.wait(30)
            with suppress(Refused):
                check_code(user, f"{number:06d}")
        finally:
            connections.close_all()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("trainingplan.services.second_factor._take_step", look)
        threads = [Thread(target=guess, args=(number,)) for number in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(looked) == FAILURES
