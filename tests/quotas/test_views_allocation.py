"""The Board's grid over HTTP: the ceiling, what units may see of it, the form without JavaScript, a page's cost."""

import json
from typing import Any

import pytest
from django.db.models import Sum
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from quotas.models import Allocation, Registration
from quotas.services.cells import CellInput, save_allocations
from tests.cast import Province, make_unit, make_user
from trainingplan.models import Appendix, Role, UnitGroup

MOST_QUERIES = 20


def address(name: str, number: int = 1) -> str:
    return reverse(name, kwargs={"year": 2024, "number": number})


@pytest.fixture
def board(client: Client, province: Province) -> Client:
    client.force_login(province.hoa)
    return client


def send(client: Client, *cells: dict[str, object]) -> tuple[int, dict[str, Any]]:
    response = client.post(address("allocation-cells"), json.dumps({"cells": cells}), content_type="application/json")
    return response.status_code, response.json()


def cell(unit_id: int, quota_id: int, value: str, version: int = 0) -> dict[str, object]:
    return {"unit": unit_id, "quota": quota_id, "value": value, "version": version}


def test_the_grid_shows_given_allocated_left(board: Client, province: Province) -> None:
    ours = CellInput(province.binh_son.pk, province.kv3.pk, "44")
    save_allocations(plan=province.plan, cells=[ours], actor=province.hoa)
    html = board.get(address("allocation")).content.decode()
    assert f'name="c-{province.binh_son.pk}-{province.kv3.pk}-1-44" value="44"' in html
    assert 'aria-label="Huyện ủy Bình Sơn, Học viện Chính trị khu vực III"' in html
    left = html.split('class="sum sum-left"')[1].split("</tr>")[0]
    assert '<td class="num is-some">5</td><td class="num is-some">1</td><td class="num is-some">6</td>' in left


def test_the_ceiling_is_reached_and_not_passed(board: Client, province: Province) -> None:
    quota = province.kv3.pk
    _, told = send(board, cell(province.binh_son.pk, quota, "40"), cell(province.son_tinh.pk, quota, "5"))
    assert [result["outcome"] for result in told["cells"]] == ["saved", "saved"]
    assert told["columns"] == [
        {"given": 5, "allocated": 0, "held": 0, "left": 5},
        {"given": 45, "allocated": 45, "held": 0, "left": 0},
    ]
    _, told = send(board, cell(province.son_tinh.pk, quota, "6", version=1))
    (result,) = told["cells"]
    assert (result["outcome"], result["number"]) == ("refused", 5)
    assert "nhiều nhất có thể là 5" in result["message"]
    assert told["columns"][1]["left"] == 0
    assert Allocation.objects.aggregate(all=Sum("number"))["all"] == 45


def test_a_frozen_plan_is_shown_and_takes_nothing(board: Client, province: Province) -> None:
    province.plan.state = "issued"
    province.plan.save()
    html = board.get(address("allocation")).content.decode()
    assert "số phân bổ đã khóa" in html
    assert 'name="c-' not in html
    status, told = send(board, cell(province.binh_son.pk, province.kv3.pk, "1"))
    assert status == 409
    assert "đã khóa" in told["message"]
    assert not Allocation.objects.exists()


def test_a_unit_sees_its_own_row_and_no_total_of_the_province(client: Client, province: Province) -> None:
    ours = [
        CellInput(province.binh_son.pk, province.kv3.pk, "3"),
        CellInput(province.son_tinh.pk, province.kv3.pk, "31"),
    ]
    save_allocations(plan=province.plan, cells=ours, actor=province.hoa)
    client.force_login(province.charlie)
    html = client.get(address("allocation")).content.decode()
    assert "Huyện ủy Sơn Tịnh" in html
    assert '<td class="num">31' in html
    assert "Huyện ủy Bình Sơn" not in html
    assert 'class="sum' not in html
    assert ">34<" not in html
    index = client.get(reverse("allocation-index", kwargs={"year": 2024})).content.decode()
    assert "<strong>31</strong>" in index
    assert "Giao" not in index


def test_only_the_board_allocates(client: Client, province: Province) -> None:
    readers = [province.charlie, make_user("mai", "Đỗ Thị Mai", Role.MANAGER)]
    for user in readers:
        client.force_login(user)
        assert client.get(address("allocation")).status_code == 200
        assert client.post(address("allocation")).status_code == 403
        assert client.post(address("allocation-cells"), "{}", content_type="application/json").status_code == 403
    client.force_login(make_user("tam", "Lý Tâm", Role.FINANCE))
    assert client.get(address("allocation")).status_code == 403


@pytest.mark.parametrize("number", [2, 8, 10**30])
def test_where_there_is_nothing_to_allocate_there_is_no_page(board: Client, province: Province, number: int) -> None:
    Appendix.objects.create(plan=province.plan, number=8, kind=Appendix.Kind.BUDGET, title="Kinh phí")
    assert board.get(address("allocation", number)).status_code == 404
    assert board.post(address("allocation-cells", number), "{}", content_type="application/json").status_code == 404


def test_quotas_of_no_appendix_have_their_own_grid(board: Client, province: Province) -> None:
    province.kv3.appendix, province.kv3.column = None, None
    province.kv3.save()
    html = board.get(address("allocation", 0)).content.decode()
    assert f"c-{province.binh_son.pk}-{province.kv3.pk}-0-" in html
    assert f"-{province.hcm.pk}-0-" not in html


def test_without_javascript_the_form_saves_and_returns_what_is_refused(board: Client, province: Province) -> None:
    ours, theirs = province.binh_son.pk, province.son_tinh.pk
    form = {f"c-{ours}-{province.hcm.pk}-0-": "4", f"c-{theirs}-{province.hcm.pk}-0-": "2", "other": "1"}
    html = board.post(address("allocation"), form).content.decode()
    assert "Đã lưu 1 ô. 1 ô cần sửa" in html
    assert f'name="c-{theirs}-{province.hcm.pk}-0-" value="2"' in html
    assert "nhiều nhất có thể là 1" in html
    assert Allocation.objects.get().number == 4


def test_a_name_cannot_break_out_of_the_table(board: Client, province: Province) -> None:
    group = UnitGroup.objects.get()
    make_unit("la", '"><script>alert(1)</script>', province.plan, group, 3)
    html = board.get(address("allocation")).content.decode()
    assert "<script>alert" not in html
    assert "&quot;&gt;&lt;script&gt;" in html


@pytest.mark.parametrize("name", ["allocation", "allocation-index", "registration", "tasks"])
def test_a_page_costs_the_same_queries_for_few_and_many_units(
    board: Client, province: Province, name: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    url = address(name) if name == "allocation" else reverse(name, kwargs={"year": 2024})
    board.get(url)
    with django_assert_max_num_queries(MOST_QUERIES) as few:
        board.get(url)
    group = UnitGroup.objects.get()
    units = [make_unit(f"don-vi-{place}", f"Đơn vị {place}", province.plan, group, place) for place in range(3, 43)]
    Registration.objects.bulk_create(
        Registration(unit=unit, quota=province.kv3, number=1, updated_at=timezone.now()) for unit in units
    )
    with django_assert_max_num_queries(MOST_QUERIES) as many:
        assert board.get(url).status_code == 200
    assert len(many) == len(few)
