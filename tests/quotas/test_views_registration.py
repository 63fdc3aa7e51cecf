"""The unit's grid over HTTP: who gets in, what cells are told, the form without JavaScript, sending."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from quotas.models import Quota, Registration, Response
from quotas.services.cells import CellInput, save_registrations
from tests.cast import Province, make_user
from trainingplan.models import Role, User


@pytest.fixture
def page(province: Province) -> str:
    return address("registration-unit", province)


@pytest.fixture
def free(province: Province) -> Quota:
    """A quota that states no number: nothing bounds what a unit asks for."""
    return Quota.objects.create(
        programme=province.kv3.programme, key="cap-nhat", name="Cập nhật <kiến thức>", short_name="Cập nhật", position=3
    )


def address(name: str, province: Province, key: str = "huyen-uy-binh-son") -> str:
    return reverse(name, kwargs={"year": province.plan.year, "unit_key": key})


def as_user(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def cell(province: Province, quota: Quota, value: object, version: int = 0, **more: object) -> dict[str, object]:
    return {"unit": province.binh_son.pk, "quota": quota.pk, "value": value, "version": version, **more}


def send(client: Client, province: Province, *cells: dict[str, object]) -> tuple[int, dict[str, Any]]:
    response = client.post(
        address("registration-cells", province), json.dumps({"cells": cells}), content_type="application/json"
    )
    return response.status_code, response.json()


def test_a_unit_is_led_to_its_own_grid(client: Client, province: Province, page: str) -> None:
    response = as_user(client, province.alice).get(reverse("registration", kwargs={"year": 2024}))
    assert (response.status_code, response.headers["Location"]) == (302, page)


def test_the_grid_names_every_input(client: Client, province: Province, page: str) -> None:
    html = as_user(client, province.alice).get(page).content.decode()
    unit, quota = province.binh_son.pk, province.kv3.pk
    assert f'<input name="c-{unit}-{quota}-0-" value="" inputmode="numeric"' in html
    assert 'aria-label="Cao cấp lý luận chính trị – Học viện Chính trị khu vực III, đăng ký"' in html
    assert f'name="n-{unit}-{quota}"' in html
    assert "Huyện ủy Bình Sơn" in html
    assert "Huyện ủy Sơn Tịnh" not in html


def test_what_comes_from_data_is_escaped(client: Client, province: Province, page: str, free: Quota) -> None:
    html = as_user(client, province.alice).get(page).content.decode()
    assert "<kiến thức>" not in html
    assert "Cập nhật &lt;kiến thức&gt;" in html


@pytest.mark.parametrize("name", ["registration-unit", "registration-cells", "registration-send"])
def test_another_unit_does_not_exist(client: Client, province: Province, name: str) -> None:
    as_user(client, province.charlie)
    assert client.post(address(name, province), "{}", content_type="application/json").status_code == 404
    assert client.get(address(name, province)).status_code == (405 if name == "registration-cells" else 404)
    assert not Registration.objects.exists()


def test_who_only_reads_gets_no_inputs_and_may_not_write(client: Client, province: Province, page: str) -> None:
    as_user(client, make_user("mai", "Đỗ Thị Mai", Role.MANAGER))
    html = client.get(page).content.decode()
    assert 'name="c-' not in html
    assert "xem được đăng ký này nhưng không sửa" in html
    assert client.post(page).status_code == 403
    for name in ("registration-cells", "registration-send"):
        assert client.post(address(name, province)).status_code == 403


def test_the_school_sees_others_and_writes_only_for_itself(client: Client, province: Province, page: str) -> None:
    as_user(client, make_user("tan", "Võ Tân", Role.SCHOOL, province.son_tinh))
    assert client.get(page).status_code == 200
    assert (
        client.post(address("registration-cells", province), "{}", content_type="application/json").status_code == 403
    )


def test_the_board_chooses_among_the_units(client: Client, province: Province) -> None:
    html = as_user(client, province.hoa).get(reverse("registration", kwargs={"year": 2024})).content.decode()
    assert address("registration-unit", province) in html
    assert "Huyện ủy Sơn Tịnh" in html
    assert "chưa mở" in html


def test_the_board_sends_for_a_unit_what_is_not_sent(client: Client, province: Province, page: str) -> None:
    ours = CellInput(province.binh_son.pk, province.kv3.pk, "4")
    save_registrations(plan=province.plan, unit=province.binh_son, cells=[ours], actor=province.alice)
    as_user(client, province.hoa)
    sending = address("registration-send", province)
    assert f'href="{sending}"' in client.get(page).content.decode()
    assert 'type="submit">Gửi đăng ký</button>' in client.get(sending).content.decode()
    client.post(sending)
    html = client.get(page).content.decode()
    assert 'name="c-' in html, "the Board still writes into it"
    assert f'href="{sending}"' not in html
    assert address("registration-no-need", province) + '"' not in html
    assert "Bản đăng ký này đã gửi." in client.get(sending).content.decode()


def test_a_cell_is_saved_and_told(client: Client, province: Province) -> None:
    status, told = send(as_user(client, province.alice), province, cell(province, province.kv3, "04"))
    (result,) = told["cells"]
    assert status == 200
    assert {key: result[key] for key in ("outcome", "number", "version", "author")} == {
        "outcome": "saved",
        "number": 4,
        "version": 1,
        "author": "Nguyễn Thị Ái",
    }
    assert Registration.objects.get().number == 4


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("-1", "số âm"),
        ("1,5", "không phải số người"),
        ("mười", "không phải số người"),
        ("１２", "dùng chữ số khác"),
        ("1000000000000", "lớn nhất ô này nhận"),
        (10**12, "lớn nhất ô này nhận"),
        (10**40, "lớn nhất ô này nhận"),
        ("1,960", "có thể là 1.960"),
        ("5\x00", "không phải số người"),
        ("\ud800", "không phải số người"),
        ("9" * 5000, "quá dài"),
        (46, "lớn hơn cả chỉ tiêu của tỉnh (45)"),
    ],
)
def test_bad_input_is_refused_with_words_and_not_stored(
    client: Client, province: Province, typed: object, words: str
) -> None:
    bad, good = cell(province, province.kv3, typed), cell(province, province.hcm, "2")
    status, told = send(as_user(client, province.alice), province, bad, good)
    assert status == 200
    assert [result["outcome"] for result in told["cells"]] == ["refused", "saved"]
    assert words in told["cells"][0]["message"]
    assert list(Registration.objects.values_list("quota_id", "number")) == [(province.hcm.pk, 2)]


def test_grouped_thousands_are_one_number(client: Client, province: Province, free: Quota) -> None:
    _, told = send(as_user(client, province.alice), province, cell(province, free, "1.960"))
    assert told["cells"][0]["number"] == 1960


def test_no_need_excludes_a_number(client: Client, province: Province) -> None:
    as_user(client, province.alice)
    _, told = send(client, province, cell(province, province.kv3, "3", no_need=True))
    assert told["cells"][0]["outcome"] == "refused"
    _, told = send(client, province, cell(province, province.kv3, "", no_need=True))
    assert (told["cells"][0]["outcome"], told["cells"][0]["no_need"]) == ("saved", True)


def test_the_second_writer_is_told_of_the_first(client: Client, province: Province) -> None:
    send(as_user(client, province.bob), province, cell(province, province.kv3, "4"))
    other = cell(province, province.hcm, "1")
    _, told = send(as_user(client, province.alice), province, cell(province, province.kv3, "6"), other)
    stale, fresh = told["cells"]
    assert (stale["outcome"], stale["number"], stale["version"], stale["author"]) == ("conflict", 4, 1, "Trần Văn Bảo")
    assert stale["at"]
    assert "«4»" in stale["message"]
    assert "«6»" in stale["message"]
    assert fresh["outcome"] == "saved"


MALFORMED = [
    "",
    "{",
    "[]",
    "7",
    '"cells"',
    "{}",
    '{"cells": {}}',
    '{"cells": [7]}',
    '{"cells": [{}]}',
    '{"cells": [{"unit": "1", "quota": 1}]}',
    '{"cells": [{"unit": 1.5, "quota": 1}]}',
    '{"cells": [{"unit": true, "quota": 1}]}',
    '{"cells": [{"unit": 1, "quota": 99999999999999999999}]}',
    '{"cells": [{"unit": 1, "quota": 1, "version": -1}]}',
    '{"cells": [{"unit": 1, "quota": 1, "version": 4294967296}]}',
    '{"cells": [{"unit": 1, "quota": 1, "value": 1.5}]}',
    '{"cells": [{"unit": 1, "quota": 1, "value": null}]}',
    '{"cells": [{"unit": 1, "quota": 1, "value": ["4"]}]}',
    '{"cells": [{"unit": 1, "quota": 1, "value": "4", "no_need": "x"}]}',
    '{"cells": ' + "[" * 100_000,
    '{"cells": [{"unit": ' + "9" * 10_000 + "}]}",
    b"\xff\xfe",
]


@pytest.mark.parametrize("body", MALFORMED, ids=range(len(MALFORMED)))
def test_what_no_grid_sends_is_refused_as_a_whole(client: Client, province: Province, body: str | bytes) -> None:
    as_user(client, province.alice)
    response = client.post(address("registration-cells", province), body, content_type="application/json")
    assert response.status_code == 400
    assert response.json()["message"]
    assert not Registration.objects.exists()


@pytest.mark.parametrize("many", [20_001, 60_000])
def test_too_many_cells_are_refused(client: Client, province: Province, many: int) -> None:
    status, told = send(as_user(client, province.alice), province, *[cell(province, province.kv3, "4")] * many)
    assert status == 400
    assert "quá nhiều" in told["message"] or "nhiều nhất 20.000 ô" in told["message"]


def test_after_the_deadline_the_grid_is_read_only_and_says_why(client: Client, province: Province, page: str) -> None:
    province.plan.registration_opens_at = timezone.now() - timedelta(days=9)
    province.plan.registration_closes_at = timezone.now() - timedelta(days=1)
    province.plan.save()
    as_user(client, province.alice)
    html = client.get(page).content.decode()
    assert "Đợt đăng ký đã kết thúc" in html
    assert 'name="c-' not in html
    status, told = send(client, province, cell(province, province.kv3, "4"))
    assert status == 409
    assert "đã kết thúc" in told["message"]
    again = client.post(page, {f"c-{province.binh_son.pk}-{province.kv3.pk}-0-": "4"}, follow=True)
    assert "Đợt đăng ký đã kết thúc" in again.content.decode()
    assert not Registration.objects.exists()


def test_what_one_typed_is_not_taken_as_another_s_who_has_signed_in_since(client: Client, province: Province) -> None:
    body = {"writer": province.alice.pk, "cells": [cell(province, province.kv3, "4")]}
    url, sent = address("registration-cells", province), json.dumps(body)
    answer = as_user(client, province.bob).post(url, sent, content_type="application/json")
    assert answer.status_code == 401
    assert "tài khoản khác (bob)" in answer.json()["message"]
    assert not Registration.objects.exists()
    assert as_user(client, province.alice).post(url, sent, content_type="application/json").status_code == 200
    assert Registration.objects.get().updated_by == province.alice


def test_a_cell_of_another_unit_is_refused(client: Client, province: Province) -> None:
    other = {"unit": province.son_tinh.pk, "quota": province.kv3.pk, "value": "4", "version": 0}
    _, told = send(as_user(client, province.alice), province, other)
    assert told["cells"][0]["outcome"] == "refused"
    assert not Registration.objects.exists()


def test_without_javascript_only_changed_fields_are_saved(client: Client, province: Province, page: str) -> None:
    ours = CellInput(province.binh_son.pk, province.hcm.pk, "2")
    save_registrations(plan=province.plan, unit=province.binh_son, cells=[ours], actor=province.bob)
    unit = province.binh_son.pk
    # Bob writes again while Alice has her page open; she leaves that cell alone, so it is no conflict.
    again = CellInput(unit, province.hcm.pk, "3", version=1)
    save_registrations(plan=province.plan, unit=province.binh_son, cells=[again], actor=province.bob)
    form = {f"c-{unit}-{province.hcm.pk}-1-2": "2", f"c-{unit}-{province.kv3.pk}-0-": "7"}
    html = as_user(client, province.alice).post(page, form, follow=True).content.decode()
    assert "Đã lưu 1 ô." in html
    assert dict(Registration.objects.values_list("quota_id", "number")) == {province.hcm.pk: 3, province.kv3.pk: 7}


def test_without_javascript_a_refused_cell_keeps_what_was_typed(client: Client, province: Province, page: str) -> None:
    unit = province.binh_son.pk
    form = {f"c-{unit}-{province.hcm.pk}-0-": "2", f"c-{unit}-{province.kv3.pk}-0-": '1,5"'}
    html = as_user(client, province.alice).post(page, form).content.decode()
    assert "Đã lưu 1 ô. 1 ô cần sửa" in html
    assert 'value="1,5&quot;"' in html
    assert 'aria-invalid="true"' in html
    assert "không phải số người" in html
    assert dict(Registration.objects.values_list("quota_id", "number")) == {province.hcm.pk: 2}


def test_without_javascript_the_second_writer_sends_again_to_insist(
    client: Client, province: Province, page: str
) -> None:
    unit, quota = province.binh_son.pk, province.kv3.pk
    ours = CellInput(unit, quota, "4")
    save_registrations(plan=province.plan, unit=province.binh_son, cells=[ours], actor=province.bob)
    html = as_user(client, province.alice).post(page, {f"c-{unit}-{quota}-0-": "6"}).content.decode()
    assert "Trần Văn Bảo vừa sửa ô này thành «4»" in html
    assert f'name="c-{unit}-{quota}-1-4" value="6"' in html
    assert Registration.objects.get().number == 4
    client.post(page, {f"c-{unit}-{quota}-1-4": "6"})
    assert Registration.objects.get().number == 6


def test_without_javascript_a_tick_says_no_need(client: Client, province: Province, page: str) -> None:
    unit, quota = province.binh_son.pk, province.kv3.pk
    as_user(client, province.alice).post(page, {f"c-{unit}-{quota}-0-": "", f"n-{unit}-{quota}": "1"})
    assert Registration.objects.get().no_need
    client.post(page, {f"c-{unit}-{quota}-1-x": ""})
    assert not Registration.objects.get().no_need


def test_sending_is_announced_with_counts_and_closes_the_grid(client: Client, province: Province, page: str) -> None:
    as_user(client, province.alice)
    send(client, province, cell(province, province.kv3, "4"), cell(province, province.hcm, "", no_need=True))
    before = client.get(address("registration-send", province)).content.decode()
    assert "<strong>4</strong> người ở <strong>1</strong> chỉ tiêu có số" in before
    assert "<strong>1</strong> chỉ tiêu ghi «không có nhu cầu»" in before
    after = client.post(address("registration-send", province), follow=True).content.decode()
    assert Response.objects.get().state == Response.State.SENT
    assert "Đã gửi đăng ký đến Ban Tổ chức Tỉnh ủy." in after
    assert 'name="c-' not in after


def test_an_empty_sheet_is_not_sent(client: Client, province: Province) -> None:
    as_user(client, province.alice)
    html = client.post(address("registration-send", province), follow=True).content.decode()
    assert "Chưa có số nào để gửi" in html
    assert not Response.objects.exists()


def test_who_has_signed_out_is_sent_to_sign_in(client: Client, province: Province, page: str) -> None:
    for response in (client.get(page), client.post(address("registration-cells", province))):
        assert response.status_code == 302
        assert response.headers["Location"].startswith(reverse("login"))
