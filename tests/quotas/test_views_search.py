"""Searching: marks do not matter, and nobody finds what he may not see."""

import pytest
from django.test import Client
from django.urls import reverse

from quotas.models import Nomination, Person
from tests.cast import Province, make_user
from trainingplan.models import Role, User

ADDRESS = reverse("search", kwargs={"year": 2024})


@pytest.fixture
def duc(province: Province) -> Nomination:
    person = Person.objects.create(unit=province.son_tinh, full_name="Nguyễn Văn Đức", sex=Person.Sex.MALE)
    return Nomination.objects.create(quota=province.kv3, unit=province.son_tinh, person=person)


def find(client: Client, user: User, words: str) -> str:
    client.force_login(user)
    response = client.get(ADDRESS, {"q": words})
    assert response.status_code == 200
    return response.content.decode().split("<main", 1)[1]


def test_marks_and_order_do_not_matter(client: Client, province: Province, duc: Nomination) -> None:
    assert "Nguyễn Văn Đức" in find(client, province.hoa, "duc NGUYEN")
    assert "Huyện ủy Bình Sơn</a>" in find(client, province.hoa, "bình son")
    assert "Học viện Chính trị khu vực III</a>" in find(client, province.hoa, "khu vuc iii")


def test_a_unit_finds_itself_and_its_own_people_only(client: Client, province: Province, duc: Nomination) -> None:
    assert "Không tìm thấy gì" in find(client, province.alice, "son tinh")
    assert "Không tìm thấy gì" in find(client, province.alice, "nguyen van duc")
    assert "Huyện ủy Bình Sơn</a>" in find(client, province.alice, "huyen uy")
    assert "Sơn Tịnh" not in find(client, province.alice, "huyen uy")
    assert "Nguyễn Văn Đức" in find(client, province.charlie, "duc")


def test_who_has_no_grid_finds_no_unit(client: Client, province: Province, duc: Nomination) -> None:
    for role in (Role.FINANCE, Role.ADMIN):
        assert "Không tìm thấy gì" in find(client, make_user(role.value, "Người khác", role), "huyen uy")


@pytest.mark.parametrize("words", ["", "   ", "%", "_", "'\"><script>", "a" * 5000, "đ" * 300, "\u202e9999"])
def test_whatever_is_typed_there_is_an_answer(client: Client, province: Province, words: str) -> None:
    html = find(client, province.hoa, words)
    assert "<script>" not in html
    assert "</a> <span" not in html


def test_many_findings_are_counted(client: Client, province: Province) -> None:
    for place in range(30):
        person = Person.objects.create(unit=province.binh_son, full_name=f"Trần Thị Số {place}", sex=Person.Sex.FEMALE)
        Nomination.objects.create(quota=province.kv3, unit=province.binh_son, person=person)
    html = find(client, province.hoa, "tran thi")
    assert "Cán bộ được cử (30)" in html
    assert "và 5 kết quả nữa" in html
