"""Three amounts in a browser: a decision as planned, a settlement above it refused, sources that unfold."""

import pytest
from playwright.sync_api import expect

from budget.models import Grant
from budget.selectors.execution import execution
from tests.browser.conftest import OpenPage
from tests.browser.test_records import assert_accessible, assert_fits
from tests.budget.lines import add_line, make_sources
from tests.cast import Province, make_user
from trainingplan.models import Plan, Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("phone", [False, True])
def test_finance_grants_as_planned_and_settles(country: Province, open_page: OpenPage, *, phone: bool) -> None:
    state, unit = make_sources()
    add_line(country, {state.pk: 30_000_000, unit.pk: 10_000_000})
    Plan.objects.update(state=Plan.State.ISSUED)
    page = open_page(make_user("taichinh", "Lê Thị Thu", Role.FINANCE), "/2024/kinh-phi/ba-so/", phone=phone)
    page.get_by_role("link", name="Nhập quyết định giao").click()
    page.get_by_label("Số quyết định").fill("12/QĐ-UBND")
    page.get_by_label("Ngày quyết định").fill("05/01/2024")
    page.get_by_role("button", name="Chọn mọi dòng").click()
    expect(page.get_by_role("checkbox").first).to_be_checked()
    page.get_by_role("button", name="Giao đúng dự kiến").click()
    expect(page.get_by_role("status")).to_contain_text("1 dòng, tổng 40.000.000 đồng")
    assert not Grant.objects.exists()
    assert_fits(page)
    assert_accessible(page)
    page.get_by_role("button", name="Ghi quyết định").click()
    expect(page.get_by_role("status")).to_contain_text("Đã ghi giao lần đầu")
    page.get_by_role("link", name="Nhập quyết toán").click()
    page.get_by_label("Ngày quyết toán").fill("20/12/2024")
    amount = page.get_by_role("textbox", name="Số tiền:").first
    amount.fill("31.000.000")
    page.get_by_role("button", name="Ghi quyết toán").click()
    expect(page.locator(".errorlist")).to_contain_text("vượt số được giao 30.000.000 đồng là 1.000.000 đồng")
    assert_accessible(page)
    assert_fits(page)
    amount.fill("24.804.000")
    page.get_by_role("button", name="Ghi quyết toán").click()
    part = page.locator(".foldable .part").first
    expect(part).to_be_hidden()
    page.locator(".fold summary").click()
    expect(part).to_be_visible()
    expect(part).to_contain_text("82,68 %")
    assert_fits(page)
    assert_accessible(page)
    assert execution(country.plan).money.settled == 24_804_000
