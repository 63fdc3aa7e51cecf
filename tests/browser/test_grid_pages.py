"""Every page of the frame and the grids: nothing for axe to complain of, on a laptop and on a phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize
from pytest_django.live_server_helper import LiveServer

from quotas.services.cells import CellInput, save_allocations
from tests.browser.conftest import LAPTOP, PHONE, OpenPage
from tests.browser.pasting import paste
from tests.cast import Province, make_user
from trainingplan.models import Role

pytestmark = pytest.mark.browser

UNIT_PAGES = [
    "viec-cua-toi/",
    "dang-ky/huyen-uy-binh-son/",
    "dang-ky/huyen-uy-binh-son/gui/",
    "phan-bo/",
    "phan-bo/1/",
    "tim-kiem/?q=binh",
]
BOARD_PAGES = ["viec-cua-toi/", "dang-ky/", "dang-ky/huyen-uy-binh-son/", "phan-bo/", "phan-bo/1/", "phan-bo/0/"]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def complaints(page: Page) -> str:
    results = Axe().run(page, options=RULES)
    return "" if results.violations_count == 0 else results.generate_report()


@pytest.mark.parametrize("phone", [False, True], ids=["laptop", "phone"])
@pytest.mark.parametrize("role", ["unit", "board", "reader"])
def test_pages_are_accessible(country: Province, open_page: OpenPage, role: str, *, phone: bool) -> None:
    ours = CellInput(country.binh_son.pk, country.kv3.pk, "9")
    save_allocations(plan=country.plan, cells=[ours], actor=country.hoa)
    user = {
        "unit": country.alice,
        "board": country.hoa,
        "reader": make_user("mai", "Đỗ Thị Mai", Role.MANAGER),
    }[role]
    pages = UNIT_PAGES if role == "unit" else BOARD_PAGES
    page = open_page(user, "/2024/viec-cua-toi/", phone=phone)
    for address in pages:
        page.goto(f"/2024/{address}")
        assert complaints(page) == "", address


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_pages_before_signing_in_are_accessible(
    country: Province, browser: Browser, live_server: LiveServer, size: ViewportSize
) -> None:
    context = browser.new_context(base_url=live_server.url, viewport=size)
    page = context.new_page()
    for address in ("/dang-nhap/", "/khong-co-trang-nay/"):
        page.goto(address)
        assert complaints(page) == "", address
    context.close()


def test_cells_in_every_state_are_accessible(country: Province, open_page: OpenPage) -> None:
    page = open_page(country.hoa, "/2024/phan-bo/1/")
    other = CellInput(country.son_tinh.pk, country.kv3.pk, "9")
    save_allocations(plan=country.plan, cells=[other], actor=country.hoa)
    page.locator(f"input[name^='c-{country.binh_son.pk}-{country.hcm.pk}-']").click()
    paste(page, "mười\t4\n3\t5")
    page.get_by_role("dialog", name="Dán 4 ô").wait_for()
    assert complaints(page) == ""
    page.get_by_role("button", name="Dán 4 ô").click()
    page.locator("td.is-refused").wait_for()
    page.locator("td.is-conflict").wait_for()
    page.locator("td.is-saved").first.wait_for()
    assert complaints(page) == ""
    page.locator("td.is-conflict input").focus()
    assert complaints(page) == ""
    page.keyboard.press("?")
    assert complaints(page) == ""
