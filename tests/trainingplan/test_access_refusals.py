"""Refused access is logged: who asked for what, whatever the door; bounded, and read by Board and administrators."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.cast import Province, make_user
from tests.office import signed_in
from trainingplan.models import AccessRefusal, Role
from trainingplan.services.access import MOST_AN_HOUR, log_refusal

THEIRS = "/2024/dang-ky/huyen-uy-son-tinh/"
PAGE = reverse("access-refusals")


def logged() -> list[tuple[str, str, str, int]]:
    return list(AccessRefusal.objects.order_by("pk").values_list("user_name", "method", "address", "status"))


def test_another_unit_s_address_form_and_file_are_refused_and_logged(province: Province) -> None:
    alice = signed_in(province.alice)
    assert alice.get(THEIRS).status_code == 404
    assert alice.post(f"{THEIRS}gui/").status_code == 404
    assert alice.get("/2024/nhat-ky/").status_code == 403
    assert (
        alice.get(f"/2024/nhat-ky/o/?bang=allocation&don-vi=huyen-uy-son-tinh&chi-tieu={province.kv3.pk}").status_code
        == 404
    )
    assert alice.get("/quan-tri/quotas/quota/").status_code == 403
    who = "Nguyễn Thị Ái (alice)"
    assert logged() == [
        (who, "GET", THEIRS, 404),
        (who, "POST", f"{THEIRS}gui/", 404),
        (who, "GET", "/2024/nhat-ky/", 403),
        (who, "GET", f"/2024/nhat-ky/o/?bang=allocation&don-vi=huyen-uy-son-tinh&chi-tieu={province.kv3.pk}", 404),
        (who, "GET", "/quan-tri/quotas/quota/", 403),
    ]


def test_a_cell_of_another_unit_in_one_s_own_form_is_refused_and_logged(province: Province) -> None:
    cell = {"unit": province.son_tinh.pk, "quota": province.kv3.pk, "value": "4", "version": 0}
    address = "/2024/dang-ky/huyen-uy-binh-son/o/"
    answer = signed_in(province.alice).post(address, json.dumps({"cells": [cell]}), content_type="application/json")
    assert answer.json()["cells"][0]["outcome"] == "refused"
    (refusal,) = AccessRefusal.objects.all()
    assert (refusal.status, refusal.note, refusal.address) == (200, "ô của đơn vị khác", address)


def test_what_is_no_refusal_is_not_logged(province: Province, client: Client) -> None:
    client.get(THEIRS)
    alice, hoa = signed_in(province.alice), signed_in(province.hoa)
    alice.get("/2024/viec-cua-toi/")
    alice.get("/khong-co-trang-nay")
    hoa.get("/2024/dang-ky/khong-co/")
    alice.get("/2024/dang-ky/huyen-uy-binh-son/o/")
    assert logged() == []


def test_nobody_fills_the_disk_with_it(province: Province) -> None:
    alice, charlie = signed_in(province.alice), signed_in(province.charlie)
    for _ in range(MOST_AN_HOUR + 5):
        assert alice.get(THEIRS).status_code == 404
    charlie.get("/2024/nhat-ky/")
    assert AccessRefusal.objects.filter(user=province.alice).count() == MOST_AN_HOUR
    assert AccessRefusal.objects.filter(user=province.charlie).count() == 1
    with time_machine.travel(timezone.now() + timedelta(hours=1, seconds=1), tick=False):
        signed_in(province.alice).get(THEIRS)
    assert AccessRefusal.objects.filter(user=province.alice).count() == MOST_AN_HOUR + 1


def test_whatever_was_sent_fits(province: Province) -> None:
    alice = signed_in(province.alice)
    alice.generic("X" * 40, "/2024/nhat-ky/?" + "đ\x7f<script>" * 200)
    (refusal,) = AccessRefusal.objects.all()
    assert (len(refusal.method), len(refusal.address)) == (10, 500)
    assert refusal.address.isascii()


def test_a_failing_log_is_no_error_page(province: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: object) -> None:
        raise DatabaseError

    monkeypatch.setattr("trainingplan.middleware.log_refusal", fail)
    assert signed_in(province.alice).get(THEIRS).status_code == 404


@pytest.mark.parametrize("role", [Role.BOARD, Role.ADMIN])
def test_the_page(province: Province, role: Role) -> None:
    log_refusal(user=province.alice, method="GET", address="/x/?<b>", status=404)
    log_refusal(user=province.charlie, method="POST", address="/y/", status=200, note="ô của đơn vị khác")
    page = signed_in(make_user("doc", "Người Đọc", role)).get(PAGE).content.decode()
    for words in ("Nguyễn Thị Ái (alice)", "/x/?&lt;b&gt;", "404 không thuộc phạm vi", "ô của đơn vị khác"):
        assert words in page
    assert page.index("/y/") < page.index("/x/")


@pytest.mark.parametrize("number", ["0", "x", "9999", "１"])
def test_any_page_number_is_answered(province: Province, number: str) -> None:
    log_refusal(user=province.alice, method="GET", address="/x/", status=404)
    assert "/x/" in signed_in(province.hoa).get(PAGE, {"trang": number}).content.decode()
