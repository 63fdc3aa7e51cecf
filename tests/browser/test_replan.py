"""What if and re-planning in a browser: an assumption that can be sent, an option looked at, accepted and undone."""

import re

import pytest
from playwright.sync_api import Page, expect

from budget.models import BudgetLine
from budget.rules.costs import Factor
from budget.services.estimates import CostData
from tests.browser.conftest import OpenPage
from tests.browser.test_records import assert_accessible, assert_fits
from tests.budget.lines import PLAIN_AMOUNT, add_class, add_line, make_norms, make_sources
from tests.cast import Province

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("phone", [False, True])
def test_scenarios_21_and_22(country: Province, open_page: OpenPage, *, phone: bool) -> None:
    make_norms()
    payer = make_sources()[0]
    lectures = CostData("giang-vien", "", None, (Factor("session", 20), Factor("class", 10)))
    line = add_class(country, payer, lectures, content="Lớp cấp xã", classes=10, learners_per_class=60)
    add_line(country, {payer.pk: PLAIN_AMOUNT}, content="Khảo sát", learners_per_class=0)
    page = open_page(country.hoa, "/2024/kinh-phi/", phone=phone)
    page.get_by_role("link", name="Giả định", exact=True).click()
    page.get_by_label("Tỷ lệ (%)").fill("20")
    page.get_by_role("button", name="Tính thử").click()
    expect(page.get_by_role("heading", name="Từ 01/01/2024 tăng 20 %: tất cả mức chi.")).to_be_visible()
    expect(page.locator(".figures .sum")).to_have_text("+60.000.000 đồng")
    assert "phan-tram=20" in page.url
    settled(page)
    page.goto("/2024/kinh-phi/cat-giam/")
    page.get_by_label("hoặc bằng % dự kiến").fill("90")
    page.get_by_text("Ưu tiên của từng nhóm, từng dòng").click()
    page.get_by_label("Giữ nguyên dòng Khảo sát").check()
    page.get_by_role("button", name="Lập phương án").click()
    expect(page.get_by_role("heading", name="phải giảm 34.000.000 đồng")).to_be_visible()
    settled(page)
    page.get_by_role("link", name=re.compile("Xem từng dòng.*Giảm số lớp")).click()
    expect(page.get_by_role("heading", name="Giảm số lớp", exact=True)).to_be_visible()
    settled(page)
    page.get_by_label("Lý do").fill("Quyết định số 12/QĐ-UBND")
    page.get_by_role("button", name="Áp dụng phương án này").click()
    expect(page.get_by_role("status")).to_contain_text("Đã áp dụng «Giảm số lớp»")
    assert BudgetLine.objects.get(pk=line.pk).classes == 8
    settled(page)
    page.get_by_role("link", name="Hoàn tác…").click()
    expect(page.get_by_role("heading", name="Hoàn tác lần cắt giảm này?")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Hoàn tác").click()
    expect(page.get_by_role("status")).to_contain_text("1 dòng trở lại như trước")
    assert BudgetLine.objects.get(pk=line.pk).amount == line.amount


def settled(page: Page) -> None:
    assert_fits(page)
    assert_accessible(page)
