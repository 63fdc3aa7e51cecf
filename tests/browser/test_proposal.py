"""The proposal in the browser: made, applied, then departed from by hand with a reason that stays in sight."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from quotas.models import Allocation, Quota, Registration
from tests.browser.conftest import OpenPage
from tests.cast import Province
from trainingplan.models import Unit

pytestmark = pytest.mark.browser

GRID = "/2024/phan-bo/1/"


@pytest.fixture
def asked(country: Province) -> Province:
    """Ten places of one quota; six and three registered."""
    Quota.objects.filter(pk=country.hcm.pk).update(number=10)
    for unit, number in ((country.binh_son, 6), (country.son_tinh, 3)):
        Registration.objects.create(unit=unit, quota=country.hcm, number=number, updated_at=timezone.now())
    return country


def type_into(page: Page, unit: Unit, quota: Quota, text: str) -> None:
    expect(page.locator("form.live")).to_be_visible()
    page.locator(f"input[name^='c-{unit.pk}-{quota.pk}-']").click()
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def test_a_proposal_is_made_applied_and_departed_from_with_a_reason(asked: Province, open_page: OpenPage) -> None:
    page = open_page(asked.hoa, GRID)
    page.get_by_role("link", name="Đề xuất phân bổ").click()
    page.get_by_role("button", name="Lập đề xuất").click()
    expect(page.locator(".apply")).to_contain_text("Phân bổ 9 chỉ tiêu cho 2 đơn vị; 2 đơn vị đổi so với hiện tại.")
    expect(page.locator(".proposal .total")).to_contain_text("9 + 1 không đơn vị nào nhận = 10")
    page.get_by_role("button", name="Áp dụng đề xuất").click()
    expect(page.locator("tr.sum-left td.num").first).to_have_text("1")

    type_into(page, asked.binh_son, asked.hcm, "7")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Huyện ủy Bình Sơn")
    dialog.get_by_role("button", name="Để sau").click()
    expect(page.locator("[data-troubles]")).to_contain_text("Đổi thành 7 thì cần ghi lý do.")
    assert Allocation.objects.get(unit=asked.binh_son).number == 6
    page.locator("[data-troubles]").get_by_role("button", name="Ghi lý do…").click()
    dialog.get_by_label("Lý do").fill("thêm một xã")
    dialog.get_by_role("button", name="Lưu với lý do này").click()
    expect(page.locator(".departs")).to_have_text("đề xuất 6, +1: thêm một xã")
    expect(page.locator("tr.sum-left td.num").first).to_have_text("0")
    expect(page.locator("[data-troubles]")).to_be_hidden()
    page.reload()
    expect(page.locator(".departures li")).to_have_text(
        "Huyện ủy Bình Sơn, Học viện CTQG Hồ Chí Minh: đề xuất 6, +1: thêm một xã"
    )
    assert Allocation.objects.get(unit=asked.binh_son).number == 7


def test_back_to_the_proposal_asks_nothing(asked: Province, open_page: OpenPage) -> None:
    page = open_page(asked.hoa, f"{GRID}de-xuat/")
    page.get_by_role("button", name="Lập đề xuất").click()
    page.get_by_role("button", name="Áp dụng đề xuất").click()
    type_into(page, asked.binh_son, asked.hcm, "5")
    page.get_by_label("Lý do").fill("nhường một chỗ")
    page.get_by_role("button", name="Lưu với lý do này").click()
    expect(page.locator(".departs")).to_have_count(1)
    type_into(page, asked.binh_son, asked.hcm, "6")
    expect(page.locator(".departs")).to_have_count(0)
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert Allocation.objects.get(unit=asked.binh_son).number == 6


@pytest.mark.parametrize("page_name", ["tran", "chi-tieu-con", "du-bi", "de-xuat"])
def test_the_pages_fit_a_phone(asked: Province, open_page: OpenPage, page_name: str) -> None:
    page = open_page(asked.hoa, f"{GRID}{page_name}/", phone=True)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
