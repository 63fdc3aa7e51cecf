"""From a total of the dashboard to its cells and back to who wrote them; the amendment's reasons; both for axe."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from quotas.services.cells import CellInput, save_allocations
from reports.models import AmendmentReason
from reports.services.submittals import open_amendment
from tests.browser.conftest import OpenPage
from tests.cast import Province
from tests.issuing import Office, make_office

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def assert_sound(page: Page) -> None:
    """Nothing for axe to complain of, and the page itself scrolls down only."""
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(problem["id"], [node["target"] for node in problem["nodes"]]) for problem in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("phone", [False, True])
def test_a_total_leads_in_two_clicks_to_who_wrote_its_cells(
    country: Province, open_page: OpenPage, *, phone: bool
) -> None:
    cells = [
        CellInput(unit.pk, country.kv3.pk, typed) for unit, typed in ((country.binh_son, "3"), (country.son_tinh, "9"))
    ]
    save_allocations(plan=country.plan, cells=cells, actor=country.hoa, reason="Theo công văn 12")
    page = open_page(country.hoa, "/2024/tong-quan/", phone=phone)
    page.get_by_role("link", name="vì sao khác tuần trước? Phân bổ").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Phân bổ, toàn kế hoạch: 12")
    expect(page.locator(".act")).to_contain_text("Lý do: Theo công văn 12")
    page.get_by_text("2 thay đổi").click()
    expect(page.locator(".why-changes li").first).to_contain_text("Huyện ủy Bình Sơn")
    assert_sound(page)
    page.get_by_label("Từ đầu ngày").fill("31/02/2024")
    page.get_by_role("button", name="So sánh").click()
    expect(page.locator(".field-error")).to_contain_text("không có trong lịch")
    page.locator("table.why-cells").get_by_role("link", name="Huyện ủy Bình Sơn").click()
    expect(page.locator(".cell-history")).to_contain_text("Phạm Thị Hoa (hoa)")


@pytest.fixture
def office(transactional_db: None, quick_files: None) -> Office:
    """The plan issued and opened again, with a place given to another unit."""
    made = make_office()
    made.issued()
    open_amendment(plan=made.plan, reason="Trung ương giao thêm", actor=made.province.hoa)
    save_allocations(plan=made.plan, cells=made.moved(), actor=made.province.hoa)
    return made


@pytest.mark.parametrize("phone", [False, True])
def test_reasons_are_written_beside_the_changes(office: Office, open_page: OpenPage, *, phone: bool) -> None:
    page = open_page(office.province.hoa, "/2024/ke-hoach/dieu-chinh/", phone=phone)
    expect(page.get_by_text("Còn 2 thay đổi chưa có lý do.")).to_be_visible()
    assert_sound(page)
    page.get_by_label("Lý do: Phụ lục 1, Huyện ủy Bình Sơn").fill("Thêm một đồng chí")
    page.get_by_label("Lý do chung").fill("Theo công văn 12")
    page.get_by_role("button", name="Lưu lý do").click()
    expect(page.get_by_role("status")).to_have_text("Đã ghi lý do cho 2 thay đổi.")
    expect(page.get_by_label("Lý do: Phụ lục 1, Huyện ủy Sơn Tịnh")).to_have_value("Theo công văn 12")
    expect(page.get_by_text("Lý do: Thêm một đồng chí.")).to_be_visible()
    assert AmendmentReason.objects.count() == 2
