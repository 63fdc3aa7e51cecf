"""The Board's pages of ceilings: their grids over HTTP, the small forms above them, who may not see them."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from quotas.models import Allocation, Quota, Registration, SubAllocation, SubQuota, UnitCap
from quotas.services.ceilings import add_sub_quota
from quotas.services.cells import CellInput, save_allocations
from quotas.services.quotas import set_held
from tests.cast import Province, make_unit, make_user
from trainingplan.models import Plan, Role, UnitGroup

PAGES = ("allocation-caps", "allocation-subs", "allocation-reserves", "allocation-proposal")
ACTS = (
    "allocation-caps-cells",
    "allocation-subs-cells",
    "allocation-reserves-cells",
    "allocation-held",
    "allocation-sub-add",
    "allocation-proposal-apply",
    "allocation-proposal-discard",
)
MOST_QUERIES = 20


def address(name: str, **more: int) -> str:
    return reverse(name, kwargs={"year": 2024, "number": 1, **more})


@pytest.fixture
def board(client: Client, province: Province) -> Client:
    client.force_login(province.hoa)
    return client


def send(client: Client, name: str, *cells: dict[str, object]) -> dict[str, Any]:
    response = client.post(address(name), json.dumps({"cells": cells}), content_type="application/json")
    assert response.status_code == 200, response.content
    told: dict[str, Any] = response.json()
    return told


def give(province: Province, number: int) -> None:
    cells = [CellInput(province.binh_son.pk, province.hcm.pk, str(number))]
    save_allocations(plan=province.plan, cells=cells, actor=province.hoa)


def test_a_cap_is_set_in_its_grid_and_refused_below_what_is_allocated(board: Client, province: Province) -> None:
    give(province, 3)
    programme = province.hcm.programme_id
    cell = {"unit": province.binh_son.pk, "quota": programme, "value": "2", "version": 0}
    (refused,) = send(board, "allocation-caps-cells", cell)["cells"]
    assert refused["outcome"] == "refused"
    assert "Nhập ít nhất 3" in refused["message"]
    told = send(board, "allocation-caps-cells", {**cell, "value": "4"})
    assert (told["cells"][0]["outcome"], told["cells"][0]["version"]) == ("saved", 1)
    assert told["columns"] == [{"given": 50, "allocated": 3, "held": 0, "left": 47}]
    html = board.get(address("allocation-caps")).content.decode()
    assert f'name="c-{province.binh_son.pk}-{programme}-1-4" value="4"' in html


def test_what_was_held_meanwhile_is_neither_written_over_nor_taken_back(board: Client, province: Province) -> None:
    """The form sends every quota's number: an untouched one says nothing, a changed one says what was seen."""
    page = board.get(address("allocation-caps")).content.decode()
    assert f'name="seen-{province.kv3.pk}"' in page
    set_held(quota=province.kv3, held=5, actor=province.hoa)
    shown = {f"held-{quota.pk}": "" for quota in (province.kv3, province.hcm)}
    seen = {f"seen-{quota.pk}": "0" for quota in (province.kv3, province.hcm)}
    board.post(address("allocation-held"), shown | seen | {f"held-{province.hcm.pk}": "1"})
    assert dict(Quota.objects.values_list("key", "held")) == {"kv3": 5, "hcm": 1}
    told = board.post(address("allocation-held"), shown | seen | {f"held-{province.kv3.pk}": "3"}, follow=True)
    assert "vừa đổi số giữ lại từ 0 thành 5; bạn nhập 3" in told.content.decode()
    assert Quota.objects.get(key="kv3").held == 5


def test_what_is_held_is_a_line_of_its_own_in_every_grid(board: Client, province: Province) -> None:
    board.post(address("allocation-held"), {f"held-{province.kv3.pk}": "5", f"held-{province.hcm.pk}": ""})
    province.kv3.refresh_from_db()
    assert province.kv3.held == 5
    for name in ("allocation", "allocation-caps", "allocation-reserves"):
        html = board.get(address(name)).content.decode()
        assert ">5</td>" in html.split('class="sum sum-held"')[1].split("</tr>", 1)[0]
    index = board.get(reverse("allocation-index", kwargs={"year": 2024})).content.decode()
    assert "<strong>45</strong>" in index, "50 given, 5 held"


@pytest.mark.parametrize(("typed", "words"), [("46", "Nhập nhiều nhất 45"), ("1,5", "«1,5»"), ("-1", "«-1»")])
def test_what_cannot_be_held_is_told_in_words(board: Client, province: Province, typed: str, words: str) -> None:
    response = board.post(address("allocation-held"), {f"held-{province.kv3.pk}": typed}, follow=True)
    assert words in response.content.decode()
    province.kv3.refresh_from_db()
    assert province.kv3.held == 0


def test_sub_quotas_are_added_filled_changed_and_removed(board: Client, province: Province) -> None:
    give(province, 3)
    form = {"quota": str(province.hcm.pk), "name": " nữ ", "number": "2"}
    html = board.post(address("allocation-sub-add"), form, follow=True).content.decode()
    assert "Đã thêm chỉ tiêu con «nữ»" in html
    sub = SubQuota.objects.get()
    cell = {"unit": province.binh_son.pk, "quota": sub.pk, "value": "2", "version": 0}
    told = send(board, "allocation-subs-cells", cell)
    assert told["cells"][0]["outcome"] == "saved"
    assert told["columns"] == [{"given": 2, "allocated": 2, "held": 0, "left": 0}]
    edit = address("allocation-sub-edit", pk=sub.pk)
    assert "Đã phân bổ 2 chỉ tiêu con" in board.post(edit, {"number": "1"}, follow=True).content.decode()
    assert "Đã phân bổ 2 chỉ tiêu con" in board.post(edit, {"remove": "1"}, follow=True).content.decode()
    assert board.post(edit, {"number": "3"}).status_code == 302
    sub.refresh_from_db()
    assert sub.number == 3
    send(board, "allocation-subs-cells", {**cell, "value": "", "version": 1})
    board.post(edit, {"remove": "1"})
    assert not SubQuota.objects.exists()
    assert not SubAllocation.objects.exists()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"quota": "999999"}, "Chưa chọn chỉ tiêu"),
        ({"quota": "x"}, "Chưa chọn chỉ tiêu"),
        ({"name": " "}, "cần 1 đến 100 ký tự"),
        ({"name": "n" * 101}, "cần 1 đến 100 ký tự"),
        ({"number": ""}, "Chưa nhập số lượng"),
        ({"number": "6"}, "Chỉ tiêu có 5"),
        ({"number": "１"}, "«１»"),
    ],
)
def test_a_bad_sub_quota_is_refused_with_words(
    board: Client, province: Province, changed: dict[str, str], words: str
) -> None:
    form = {"quota": str(province.hcm.pk), "name": "nữ", "number": "2", **changed}
    assert words in board.post(address("allocation-sub-add"), form, follow=True).content.decode()
    assert not SubQuota.objects.exists()


def test_a_reserve_is_set_in_its_grid_up_to_the_demand(board: Client, province: Province) -> None:
    Registration.objects.create(unit=province.binh_son, quota=province.hcm, number=4, updated_at=timezone.now())
    give(province, 3)
    cell = {"unit": province.binh_son.pk, "quota": province.hcm.pk, "value": "2", "version": 1}
    (refused,) = send(board, "allocation-reserves-cells", cell)["cells"]
    assert "dự bị nhiều nhất 1" in refused["message"]
    assert send(board, "allocation-reserves-cells", {**cell, "value": "1"})["cells"][0]["outcome"] == "saved"
    row = Allocation.objects.get()
    assert (row.number, row.reserve) == (3, 1)
    html = board.get(address("allocation-reserves")).content.decode()
    assert "Nhu cầu = được giao + dự bị + không xếp được" in html


def test_without_javascript_a_grid_is_a_form(board: Client, province: Province) -> None:
    give(province, 3)
    programme = province.hcm.programme_id
    form = {f"c-{province.binh_son.pk}-{programme}-0-": "2", f"c-{province.son_tinh.pk}-{programme}-0-": "9"}
    html = board.post(address("allocation-caps"), form).content.decode()
    assert "Đã lưu 1 ô. 1 ô cần sửa" in html
    assert "Nhập ít nhất 3" in html
    assert UnitCap.objects.get().number == 9


@pytest.mark.parametrize("name", PAGES)
def test_a_frozen_plan_is_shown_and_takes_nothing(board: Client, province: Province, name: str) -> None:
    Plan.objects.update(state="issued")
    html = board.get(address(name)).content.decode()
    assert "Chỉ xem" in html
    assert 'name="c-' not in html
    cell = {"unit": province.binh_son.pk, "quota": province.hcm.pk, "value": "2", "version": 0}
    for act in ACTS[:3]:
        response = board.post(address(act), json.dumps({"cells": [cell]}), content_type="application/json")
        assert response.status_code == 409
    board.post(address("allocation-held"), {f"held-{province.kv3.pk}": "5"})
    board.post(address("allocation-sub-add"), {"quota": province.hcm.pk, "name": "nữ", "number": "1"})
    board.post(address("allocation-proposal"), {f"q-{province.hcm.pk}": "1", "basis": "demand"})
    assert not Quota.objects.filter(held__gt=0).exists()
    assert not SubQuota.objects.exists()


def test_nobody_but_the_board_has_these_pages(client: Client, province: Province) -> None:
    sub = add_sub_quota(plan=province.plan, quota_id=province.hcm.pk, name="nữ", number=2, actor=province.hoa)
    others = [province.alice, *(make_user(role, role, role) for role in (Role.MANAGER, Role.FINANCE, Role.ADMIN))]
    for user in others:
        client.force_login(user)
        assert {client.get(address(name)).status_code for name in PAGES} == {403}
        assert {client.post(address(name)).status_code for name in (*PAGES, *ACTS)} == {403}
        assert client.post(address("allocation-sub-edit", pk=sub.pk), {"remove": "1"}).status_code == 403
    assert SubQuota.objects.exists()


def test_a_sub_quota_of_another_plan_is_not_found(board: Client, province: Province) -> None:
    sub = add_sub_quota(plan=province.plan, quota_id=province.hcm.pk, name="nữ", number=2, actor=province.hoa)
    Plan.objects.create(year=2025, subject="x", parent_body="x", issuing_body="x", place="x")
    url = reverse("allocation-sub-edit", kwargs={"year": 2025, "number": 0, "pk": sub.pk})
    assert board.post(url, {"remove": "1"}).status_code == 404


@pytest.mark.parametrize("name", PAGES)
def test_a_page_costs_the_same_queries_for_few_and_many_units(
    board: Client, province: Province, name: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    add_sub_quota(plan=province.plan, quota_id=province.hcm.pk, name="nữ", number=2, actor=province.hoa)
    board.get(address(name))
    with django_assert_max_num_queries(MOST_QUERIES) as few:
        board.get(address(name))
    group = UnitGroup.objects.get()
    units = [make_unit(f"don-vi-{place}", f"Đơn vị {place}", province.plan, group, place) for place in range(3, 43)]
    Registration.objects.bulk_create(
        Registration(unit=unit, quota=province.kv3, number=1, updated_at=timezone.now()) for unit in units
    )
    with django_assert_max_num_queries(MOST_QUERIES) as many:
        assert board.get(address(name)).status_code == 200
    assert len(many) == len(few)
