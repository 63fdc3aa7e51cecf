"""The editor in a browser: chips for figures, pasting from Word, undo, and nothing lost by leaving."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Dialog, Locator, Page, expect

from courses.models import Slot
from tests.browser.conftest import OpenPage
from tests.cast import PASSWORD, Province
from tests.reports.text_cast import BODY, make_text

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ADDRESS = "/2024/ke-hoach/soan-thao/cao-cap/"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PASTE = """(surface, text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  data.setData("text/html", "<p style='color: red'>khác</p>");
  surface.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


def assert_sound(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(problem["id"], [node["target"] for node in problem["nodes"]]) for problem in found] == []


def body(page: Page, place: int = 1) -> tuple[Locator, Locator]:
    """The surface of a lettered item's text, and the textarea that keeps it."""
    text = page.locator(f"#diem-{place} .text-body")
    return text.get_by_role("textbox"), text.locator("textarea")


@pytest.mark.parametrize("phone", [False, True])
def test_a_figure_is_chosen_shown_as_a_chip_and_asked_what_it_is_made_of(
    country: Province, open_page: OpenPage, *, phone: bool
) -> None:
    text = make_text(country)
    page = open_page(country.hoa, ADDRESS, phone=phone)
    surface, area = body(page)
    expect(surface.get_by_role("button", name="05, Học viện CTQG Hồ Chí Minh")).to_be_visible()
    surface.press("Control+End")
    page.keyboard.type(" Trong đó")
    page.keyboard.press("Control+k")
    page.get_by_label("Tìm theo tên hoặc con số").fill("khu vuc")
    page.keyboard.press("Enter")
    page.keyboard.type(" người")
    expect(area).to_have_value(f"{BODY} Trong đó {{quota:kv3}} người")
    for _ in range(7):
        page.keyboard.press("Backspace")
    expect(area).to_have_value(re.compile(r"Trong đó ?$"))
    page.keyboard.press("Control+z")
    expect(surface.get_by_role("button")).to_have_count(2)
    surface.get_by_role("button", name="45,").press("Enter")
    panel = page.locator("[data-panel]")
    expect(panel.get_by_text("Phân bổ cho các đơn vị")).to_be_visible()
    if not phone:
        assert_sound(page)
    panel.get_by_role("button", name="Bỏ gắn, giữ chữ").click()
    expect(area).to_have_value(re.compile(r"Trong đó 45"))
    page.get_by_role("button", name="Lưu mục này").click()
    expect(page.get_by_role("status").first).to_contain_text("Đã lưu điểm a)")
    if phone:
        page.get_by_role("button", name="Chọn số liệu…").click()
        page.get_by_label("Tìm theo tên hoặc con số").fill("45")
        page.keyboard.press("Enter")
        expect(area).to_have_value(re.compile(r"Trong đó \{quota:kv3\}"))
        page.get_by_role("button", name="Lưu mục này").click()
    else:
        page.get_by_role("button", name="Đánh dấu cố định").click()
    expect(page.get_by_text("mọi con số đã gắn dữ liệu")).to_be_visible()
    bound = "{quota:kv3}" if phone else "{fixed:45}"
    assert f"Trong đó {bound}" in Slot.objects.get(pk=text.first.pk).body
    assert_sound(page)


def test_a_paste_from_word_is_plain_and_leaving_asks_first(country: Province, open_page: OpenPage) -> None:
    text = make_text(country)
    page = open_page(country.hoa, ADDRESS)
    surface, area = body(page, 2)
    surface.press("Control+a")
    surface.evaluate(PASTE, "Mở lớp\r\n•\tĐợt\u00a01\t\r\n\r\n–  Trong năm {year}\r\n+ Lớp **chính**")
    pasted = "Mở lớp\n- Đợt 1\n- Trong năm {year}\n+ Lớp **chính**"
    expect(area).to_have_value(pasted)
    surface.press("Control+a")
    page.keyboard.press("Control+b")
    expect(area).to_have_value(re.compile(r"^\*\*Mở lớp\*\*\n- \*\*Đợt 1\*\*\n"))
    page.keyboard.press("Control+z")
    expect(area).to_have_value(pasted)
    expect(page.locator("[data-status]")).to_have_text("● Có thay đổi chưa lưu")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    with page.expect_event("dialog"):
        page.get_by_role("link", name="2. Yêu cầu").click()
    expect(area).to_have_value(re.compile("Đợt 1"))
    assert asked == ["beforeunload"]
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    surface.press("Control+s")
    page.get_by_label("Tên đăng nhập").fill(country.hoa.username)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    page.get_by_role("button", name="Lấy lại").click()
    expect(area).to_have_value(pasted)
    surface.press("Control+s")
    expect(page.get_by_role("status").first).to_contain_text("Đã lưu điểm b)")
    assert Slot.objects.get(pk=text.second.pk).body == pasted


def test_without_javascript_the_text_is_written_as_it_is_stored(country: Province, open_page: OpenPage) -> None:
    text = make_text(country)
    page = open_page(country.hoa, ADDRESS, javascript=False)
    area = page.locator(f"[name='body-{text.first.pk}']")
    expect(area).to_have_value(BODY)
    expect(page.get_by_text("{quota:kv3}", exact=True)).to_be_visible()
    area.fill("Có {quota:kv3} người")
    page.get_by_role("button", name="Lưu mục này").click()
    expect(page.get_by_role("status").first).to_contain_text("Đã lưu điểm a)")
    assert Slot.objects.get(pk=text.first.pk).body == "Có {quota:kv3} người"
