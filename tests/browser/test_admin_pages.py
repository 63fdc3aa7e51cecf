"""The back office in a browser: nothing stopped by the security policy, lists and calendars in Vietnamese, a file."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Request, expect

from quotas.models import Allocation, Quota
from tests.browser.conftest import OpenPage
from tests.cast import Province
from tests.office import pages, sheet
from trainingplan.models import Appendix, Change, Plan, Unit

pytestmark = pytest.mark.browser

SLOW = 20_000  # milliseconds; the machine may be busy

HEADS = ["Năm", "Khóa chương trình", "Khóa chỉ tiêu", "Khóa đơn vị", "Số người"]


def listen(page: Page) -> list[str]:
    """What the browser complains of while the page is used: a list that grows.

    A search that the next letter typed makes out of date is called off by the page itself: no complaint.
    """
    said: list[str] = []

    def heard(request: Request) -> None:
        if (request.resource_type, request.failure) != ("xhr", "net::ERR_ABORTED"):
            said.append(f"{page.url}: {request.url}: {request.failure}")

    page.on("console", lambda message: said.append(f"{page.url}: {message.text}") if message.type != "log" else None)
    page.on("requestfailed", heard)
    return said


def test_no_page_is_stopped_by_the_policy(country: Province, open_page: OpenPage) -> None:
    page = open_page(country.hoa, "/quan-tri/")
    page.wait_for_load_state("networkidle")
    said = listen(page)
    opened = 0
    for office in pages([Appendix, Change, Plan, Quota, Unit]):
        answer = page.goto(office.url)
        assert answer is not None
        if answer.status == 200:
            opened += 1
            page.wait_for_load_state("networkidle")
        else:
            said.clear()
        assert said == []
    assert opened > 15


def test_a_unit_is_chosen_by_typing_without_marks(country: Province, open_page: OpenPage) -> None:
    page = open_page(country.hoa, "/quan-tri/quotas/person/add/")
    said = listen(page)
    page.locator(".select2-selection").first.click()
    page.locator(".select2-search__field").fill("binh son")
    page.get_by_role("option", name="Huyện ủy Bình Sơn").click()
    page.get_by_label("Họ và tên").fill("Lê Thị An")
    page.get_by_label("Giới tính").select_option("female")
    page.get_by_label("Ngày sinh").fill("1984")
    page.get_by_role("button", name="Lưu", exact=True).click()
    expect(page.get_by_text("Đã thêm cán bộ")).to_be_visible(timeout=SLOW)
    assert said == []


def test_nothing_found_is_said_in_vietnamese(country: Province, open_page: OpenPage) -> None:
    page = open_page(country.hoa, "/quan-tri/quotas/person/add/")
    page.locator(".select2-selection").first.click()
    page.locator(".select2-search__field").fill("khong co don vi nay")
    expect(page.locator(".select2-results__message")).to_have_text("Không tìm thấy kết quả", timeout=SLOW)


def test_the_calendar_gives_a_day_the_vietnamese_way(country: Province, open_page: OpenPage) -> None:
    page = open_page(country.hoa, f"/quan-tri/trainingplan/plan/{country.plan.pk}/change/")
    field = page.get_by_label("Ngày ban hành")
    field.fill("05/03/2024")
    field.locator("xpath=..").locator("a[id^=calendarlink]").click()
    expect(page.locator(".calendarbox caption").first).to_contain_text("Tháng Ba 2024", timeout=SLOW)
    page.locator(".calendarbox").get_by_role("link", name="25", exact=True).click()
    expect(field).to_have_value("25/03/2024", timeout=SLOW)


def test_a_file_is_shown_and_written(country: Province, open_page: OpenPage, tmp_path: Path) -> None:
    file = tmp_path / "phan-bo.xlsx"
    file.write_bytes(sheet(HEADS, [2024, "cao-cap", "kv3", "huyen-uy-binh-son", "1.960"]))
    page = open_page(country.hoa, "/quan-tri/quotas/allocation/import/")
    said = listen(page)
    page.set_input_files("input[type=file]", file)
    page.get_by_role("button", name="Xem trước").click()
    expect(page.get_by_text("Vượt chỉ tiêu")).to_be_visible(timeout=SLOW)
    file.write_bytes(sheet(HEADS, [2024, "cao-cap", "kv3", "huyen-uy-binh-son", 20]))
    page.set_input_files("input[type=file]", file)
    page.get_by_role("button", name="Xem trước").click()
    expect(page.get_by_text("Học viện Chính trị khu vực III – Huyện ủy Bình Sơn")).to_be_visible(timeout=SLOW)
    page.get_by_role("button", name="Ghi 1 dòng thay đổi").click()
    expect(page.get_by_text("Đã nhập tệp «phan-bo.xlsx»")).to_be_visible(timeout=SLOW)
    assert Allocation.objects.get().number == 20
    assert said == []


@pytest.mark.parametrize("phone", [False, True], ids=["laptop", "phone"])
def test_our_own_pages_of_the_office_are_accessible(country: Province, open_page: OpenPage, *, phone: bool) -> None:
    page = open_page(country.hoa, "/quan-tri/", phone=phone)
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
    for address in ("", "quotas/allocation/import/", f"quotas/quota/{country.kv3.pk}/history/"):
        page.goto(f"/quan-tri/{address}")
        results = Axe().run(page, context="#content", options=rules)
        assert results.violations_count == 0, results.generate_report()
