"""The back office lowers no ceiling below what is allocated either."""

import pytest
from django.test import Client
from django.urls import reverse

from quotas.models import Quota, SubQuota
from quotas.services.ceilings import add_sub_quota, save_caps, save_sub_allocations
from quotas.services.cells import CellInput, save_allocations
from tests.cast import Province
from trainingplan.models import Plan


@pytest.fixture
def sub(province: Province) -> SubQuota:
    """Three places of five given, two of them of a sub-quota of two."""
    ours = province.binh_son.pk
    cells = [CellInput(ours, province.hcm.pk, "3")]
    save_allocations(plan=province.plan, cells=cells, actor=province.hoa)
    sub = add_sub_quota(plan=province.plan, quota_id=province.hcm.pk, name="nữ", number=2, actor=province.hoa)
    save_sub_allocations(plan=province.plan, cells=[CellInput(ours, sub.pk, "2")], actor=province.hoa)
    return sub


@pytest.fixture
def office(client: Client, province: Province) -> Client:
    client.force_login(province.hoa)
    return client


def quota_form(quota: Quota, **changed: str) -> dict[str, object]:
    return {
        "name": quota.name,
        "short_name": quota.short_name,
        "position": quota.position,
        "number": str(quota.number),
        "held": "0",
        "qualifier": quota.qualifier,
        "payer": quota.payer,
        "appendix": quota.appendix_id,
        "column": quota.column_id,
        **changed,
    }


@pytest.mark.parametrize(
    ("changed", "words"), [({"number": "2"}, "Nhập ít nhất 3"), ({"held": "3"}, "Nhập nhiều nhất 2")]
)
def test_a_quota_keeps_room_for_what_is_allocated(
    office: Client, province: Province, sub: SubQuota, changed: dict[str, str], words: str
) -> None:
    url = reverse("admin:quotas_quota_change", args=[province.hcm.pk])
    html = office.post(url, quota_form(province.hcm, **changed)).content.decode()
    assert words in html
    province.hcm.refresh_from_db()
    assert (province.hcm.number, province.hcm.held) == (5, 0)
    assert office.post(url, quota_form(province.hcm, held="2")).status_code == 302
    province.hcm.refresh_from_db()
    assert province.hcm.held == 2


def test_a_sub_quota_keeps_room_too(office: Client, sub: SubQuota) -> None:
    url = reverse("admin:quotas_subquota_change", args=[sub.pk])
    html = office.post(url, {"name": "nữ", "position": "1", "number": "1"}).content.decode()
    assert "Đã phân bổ 2 chỉ tiêu con «nữ»" in html
    html = office.post(url, {"name": "nữ", "position": "1", "number": "6"}).content.decode()
    assert "Chỉ tiêu có 5" in html
    assert office.post(url, {"name": "nữ", "position": "1", "number": "3"}).status_code == 302
    sub.refresh_from_db()
    assert sub.number == 3


def test_a_sub_quota_is_added_here_within_its_quota(office: Client, province: Province) -> None:
    url = reverse("admin:quotas_subquota_add")
    form = {"quota": province.hcm.pk, "name": "cán bộ trẻ", "position": "1", "number": "9"}
    assert "Chỉ tiêu có 5" in office.post(url, form).content.decode()
    assert office.post(url, {**form, "number": "4"}).status_code == 302
    assert SubQuota.objects.get().number == 4
    again = {**form, "name": "Cán bộ  trẻ", "position": "2", "number": "1"}
    assert "đã có chỉ tiêu con «cán bộ trẻ»" in office.post(url, again).content.decode()


def test_a_sub_quota_of_a_frozen_plan_stands(office: Client, province: Province, sub: SubQuota) -> None:
    Plan.objects.update(state=Plan.State.SUBMITTED)
    url = reverse("admin:quotas_subquota_change", args=[sub.pk])
    assert office.post(url, {"name": "nữ", "position": "1", "number": "3"}).status_code == 403
    form = {"quota": province.hcm.pk, "name": "trẻ", "position": "2", "number": "1"}
    assert "nội dung đã khóa" in office.post(reverse("admin:quotas_subquota_add"), form).content.decode()
    assert SubQuota.objects.get().number == 2


def test_caps_are_read_here_and_set_in_their_grid(office: Client, province: Province) -> None:
    cells = [CellInput(province.binh_son.pk, province.hcm.programme_id, "4")]
    save_caps(plan=province.plan, cells=cells, actor=province.hoa)
    html = office.get(reverse("admin:quotas_unitcap_changelist")).content.decode()
    assert "Huyện ủy Bình Sơn" in html
    assert office.get(reverse("admin:quotas_unitcap_add")).status_code == 403
