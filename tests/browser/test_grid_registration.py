"""The unit's grid in the browser: typing, refusals, two writers, a lost network, no JavaScript, a phone."""

import re
from dataclasses import dataclass

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Dialog, Locator, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from quotas.models import Quota, Registration, Response
from quotas.services.cells import CellInput, save_registrations
from tests.browser.conftest import OpenPage
from tests.cast import PASSWORD, Province

pytestmark = pytest.mark.browser

ADDRESS = "/2024/dang-ky/huyen-uy-binh-son/"
SAVED = re.compile("is-saved")


@dataclass(frozen=True)
class Sheet:
    """Alice's page with the two cells of Bình Sơn."""

    page: Page
    country: Province

    def cell(self, quota: Quota) -> Locator:
        return self.page.get_by_label(f"{quota.name}, đăng ký", exact=True)

    def box(self, quota: Quota) -> Locator:
        return self.page.locator("td.cell").filter(has=self.cell(quota))

    def tick(self, quota: Quota) -> Locator:
        return self.page.get_by_label(f"Không có nhu cầu, {quota.name}", exact=True)

    @property
    def status(self) -> Locator:
        return self.page.locator("[data-status]")

    def type(self, quota: Quota, text: str, key: str = "Enter") -> None:
        self.cell(quota).click()
        self.page.keyboard.type(text)
        self.page.keyboard.press(key)


@pytest.fixture
def sheet(country: Province, open_page: OpenPage) -> Sheet:
    return Sheet(open_page(country.alice, ADDRESS), country)


def bob_writes(country: Province, typed: str, version: int) -> None:
    cell = CellInput(country.binh_son.pk, country.kv3.pk, typed, version)
    save_registrations(plan=country.plan, unit=country.binh_son, cells=[cell], actor=country.bob)


def test_signing_in_typing_and_sending(country: Province, page: Page, live_server: LiveServer) -> None:
    page.goto(live_server.url)
    page.get_by_label("Tên đăng nhập").fill("alice")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page.get_by_role("heading", name="Việc của tôi")).to_be_visible()
    page.get_by_role("link", name="Bắt đầu đăng ký").click()
    sheet = Sheet(page, country)
    sheet.type(country.hcm, "2")
    sheet.type(country.kv3, "04")
    expect(sheet.box(country.kv3)).to_have_class(SAVED)
    expect(sheet.cell(country.kv3)).to_have_value("4")
    expect(sheet.status).to_contain_text(re.compile(r"2 ô đã nhập · lưu lúc \d\d:\d\d"))
    page.get_by_role("link", name="Gửi đăng ký").click()
    expect(page.get_by_text("6 người ở 2 chỉ tiêu có số")).to_be_visible()
    page.get_by_role("button", name="Gửi đăng ký").click()
    expect(page.get_by_text("Đã gửi đăng ký đến Ban Tổ chức Tỉnh ủy.")).to_be_visible()
    assert Response.objects.get().state == Response.State.SENT
    assert dict(Registration.objects.values_list("quota_id", "number")) == {country.hcm.pk: 2, country.kv3.pk: 4}


def test_a_refused_cell_says_why_and_keeps_what_was_typed(sheet: Sheet, country: Province) -> None:
    sheet.type(country.kv3, "1,5")
    sheet.type(country.hcm, "3")
    expect(sheet.box(country.kv3)).to_have_class(re.compile("is-refused"))
    expect(sheet.cell(country.kv3)).to_have_value("1,5")
    expect(sheet.cell(country.kv3)).to_have_attribute("aria-invalid", "true")
    expect(sheet.cell(country.kv3)).to_have_accessible_description(re.compile("«1,5» không phải số người"))
    expect(sheet.box(country.hcm)).to_have_class(SAVED)
    expect(sheet.status).to_contain_text("1 ô cần sửa")
    sheet.page.locator("[data-troubles]").get_by_role("button", name=country.kv3.name).click()
    expect(sheet.cell(country.kv3)).to_be_focused()
    sheet.page.keyboard.type("15")
    sheet.page.keyboard.press("Enter")
    expect(sheet.box(country.kv3)).to_have_class(SAVED)
    expect(sheet.page.locator("[data-troubles]")).to_be_hidden()
    assert dict(Registration.objects.values_list("quota_id", "number")) == {country.kv3.pk: 15, country.hcm.pk: 3}


def test_a_sheet_with_refused_cells_is_not_sent_unseen(sheet: Sheet, country: Province) -> None:
    sheet.type(country.kv3, "-1")
    expect(sheet.box(country.kv3)).to_have_class(re.compile("is-refused"))
    sheet.page.get_by_role("link", name="Gửi đăng ký").click()
    expect(sheet.page.locator("[data-troubles-list] button")).to_be_focused()
    assert sheet.page.url.endswith(ADDRESS)


def test_sending_right_after_typing_waits_for_the_save(sheet: Sheet, country: Province) -> None:
    sheet.cell(country.kv3).click()
    sheet.page.keyboard.type("4")
    sheet.page.get_by_role("link", name="Gửi đăng ký").click()
    expect(sheet.page.get_by_text("4 người ở 1 chỉ tiêu có số")).to_be_visible()


def test_no_need_and_a_number_exclude_each_other(sheet: Sheet, country: Province) -> None:
    sheet.type(country.kv3, "4")
    sheet.page.keyboard.press("Control+Home")
    sheet.tick(country.kv3).check()
    expect(sheet.cell(country.kv3)).to_have_value("")
    expect(sheet.box(country.kv3)).to_have_class(SAVED)
    assert Registration.objects.get().no_need
    sheet.type(country.kv3, "5")
    expect(sheet.tick(country.kv3)).not_to_be_checked()
    expect(sheet.box(country.kv3)).to_have_class(SAVED)
    row = Registration.objects.get()
    assert (row.number, row.no_need) == (5, False)


@pytest.mark.parametrize(("button", "number"), [("Giữ số của tôi (6)", 6), ("Lấy số mới (9)", 9)])
def test_the_second_writer_sees_both_numbers_and_chooses(
    sheet: Sheet, country: Province, button: str, number: int
) -> None:
    bob_writes(country, "9", 0)
    sheet.type(country.kv3, "6")
    sheet.type(country.hcm, "1")
    expect(sheet.box(country.kv3)).to_have_class(re.compile("is-conflict"))
    expect(sheet.box(country.hcm)).to_have_class(SAVED)
    expect(sheet.page.locator("td.note .say.is-conflict")).to_contain_text("Trần Văn Bảo vừa sửa ô này thành «9»")
    assert Registration.objects.get(quota=country.kv3).number == 9
    sheet.page.locator("td.note").get_by_role("button", name=button).click()
    expect(sheet.page.locator("[data-troubles]")).to_be_hidden()
    expect(sheet.cell(country.kv3)).to_have_value(str(number))
    expect(sheet.status).to_have_text(re.compile(r"^2 ô đã nhập · lưu lúc"))
    assert Registration.objects.get(quota=country.kv3).number == number


def test_typing_on_into_a_conflict_does_not_overwrite(sheet: Sheet, country: Province) -> None:
    bob_writes(country, "9", 0)
    sheet.type(country.kv3, "6")
    expect(sheet.box(country.kv3)).to_have_class(re.compile("is-conflict"))
    sheet.type(country.kv3, "7")
    expect(sheet.page.locator("td.note .say.is-conflict")).to_contain_text("bạn nhập «7»")
    assert Registration.objects.get().number == 9


def test_what_is_typed_offline_is_kept_and_saved_later(sheet: Sheet, country: Province) -> None:
    sheet.page.context.set_offline(True)
    sheet.type(country.kv3, "7")
    expect(sheet.status).to_contain_text("Mất kết nối. 1 ô chưa lưu được giữ trên máy này")
    expect(sheet.box(country.kv3)).to_have_class(re.compile("is-offline"))
    assert not Registration.objects.exists()
    sheet.page.context.set_offline(False)
    expect(sheet.box(country.kv3)).to_have_class(SAVED)
    assert Registration.objects.get().number == 7


def test_what_did_not_arrive_outlives_the_page(sheet: Sheet, country: Province) -> None:
    asked: list[str] = []
    page = sheet.page

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    page.route("**/o/", lambda route: route.abort())
    sheet.type(country.kv3, "7")
    expect(sheet.status).to_contain_text("Mất kết nối")
    page.goto("about:blank")
    assert asked == ["beforeunload"]
    assert not Registration.objects.exists()
    page.unroute("**/o/")
    page.goto(ADDRESS)
    expect(sheet.box(country.kv3)).to_have_class(SAVED)
    assert Registration.objects.get().number == 7
    page.reload()
    expect(sheet.cell(country.kv3)).to_have_value("7")
    assert asked == ["beforeunload"]
    assert Registration.objects.get().version == 1


def test_an_answer_that_got_lost_is_not_saved_twice(sheet: Sheet, country: Province) -> None:
    lost: list[int] = []

    def lose_first(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().status)
        route.abort()

    sheet.page.route("**/o/", lose_first)
    sheet.type(country.kv3, "7")
    expect(sheet.box(country.kv3)).to_have_class(SAVED)
    assert lost == [200]
    row = Registration.objects.get()
    assert (row.number, row.version) == (7, 1)


def test_after_the_session_ends_nothing_typed_is_lost_or_taken_as_another_s(sheet: Sheet, country: Province) -> None:
    cookies = sheet.page.context.cookies()
    sheet.page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    sheet.type(country.kv3, "7")
    expect(sheet.status).to_contain_text("Phiên làm việc đã hết. 1 ô chưa lưu được giữ trên máy này")
    expect(sheet.page.get_by_role("link", name="Đăng nhập lại")).to_be_visible()
    client = Client()
    client.force_login(country.bob)
    bobs = client.cookies[settings.SESSION_COOKIE_NAME].value
    sheet.page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": bobs, "url": sheet.page.url}])
    sheet.page.get_by_role("button", name="Thử lưu lại ngay").click()
    expect(sheet.status).to_contain_text("đang đăng nhập bằng tài khoản khác (bob). 1 ô chưa lưu được giữ")
    sheet.page.context.add_cookies(
        [{"name": one["name"], "value": one["value"], "url": sheet.page.url} for one in cookies]
    )
    sheet.page.get_by_role("button", name="Thử lưu lại ngay").click()
    expect(sheet.box(country.kv3)).to_have_class(SAVED)
    assert Registration.objects.get().updated_by == country.alice


def test_a_round_that_closes_meanwhile_refuses_with_its_reason(sheet: Sheet, country: Province) -> None:
    country.plan.state = "allocation"
    country.plan.save()
    sheet.type(country.kv3, "7")
    expect(sheet.box(country.kv3)).to_have_class(re.compile("is-refused"))
    expect(sheet.page.locator("[data-troubles]")).to_contain_text("Kế hoạch đang ở bước «Phân bổ»")


def test_without_javascript_it_is_a_form(country: Province, open_page: OpenPage) -> None:
    sheet = Sheet(open_page(country.alice, ADDRESS, javascript=False), country)
    sheet.cell(country.kv3).fill("4")
    sheet.cell(country.hcm).fill("mười")
    sheet.page.get_by_role("button", name="Lưu", exact=True).click()
    expect(sheet.page.get_by_text("Đã lưu 1 ô. 1 ô cần sửa")).to_be_visible()
    expect(sheet.cell(country.hcm)).to_have_value("mười")
    expect(sheet.page.get_by_text("«mười» không phải số người")).to_be_visible()
    expect(sheet.cell(country.kv3)).to_have_value("4")


def test_on_a_phone_the_sheet_fits_and_saves(country: Province, open_page: OpenPage) -> None:
    sheet = Sheet(open_page(country.alice, ADDRESS, phone=True), country)
    width = sheet.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1]
    sheet.cell(country.kv3).tap()
    sheet.page.keyboard.type("4")
    sheet.page.keyboard.press("Enter")
    expect(sheet.box(country.kv3)).to_have_class(SAVED)
    sheet.page.locator(".menu-toggle summary").tap()
    expect(sheet.page.get_by_role("navigation", name="Menu chính")).to_be_visible()
