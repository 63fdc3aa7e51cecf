"""Two people, two windows, one cell: the second is told who wrote what and when, and chooses; the rest goes through."""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from quotas.models import Quota, Registration
from tests.browser.conftest import OpenPage
from tests.cast import Province

pytestmark = pytest.mark.browser

ADDRESS = "/2024/dang-ky/huyen-uy-binh-son/"


@dataclass(frozen=True)
class Window:
    page: Page

    def cell(self, quota: Quota) -> Locator:
        return self.page.get_by_label(f"{quota.name}, đăng ký", exact=True)

    def box(self, quota: Quota) -> Locator:
        return self.page.locator("td.cell").filter(has=self.cell(quota))

    def type(self, quota: Quota, text: str) -> None:
        self.cell(quota).click()
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")

    def expect(self, quota: Quota, state: str, value: str) -> None:
        expect(self.box(quota)).to_have_class(re.compile(f"is-{state}"))
        expect(self.cell(quota)).to_have_value(value)


@pytest.fixture
def windows(country: Province, open_page: OpenPage) -> tuple[Window, Window]:
    """Alice's and Bob's, both opened before either writes."""
    return Window(open_page(country.alice, ADDRESS)), Window(open_page(country.bob, ADDRESS))


@pytest.mark.parametrize(("choice", "number"), [("Giữ số của tôi (6)", 6), ("Lấy số mới (9)", 9)])
def test_the_second_is_told_and_chooses_by_keys_alone(
    windows: tuple[Window, Window], country: Province, choice: str, number: int
) -> None:
    alice, bob = windows
    bob.type(country.kv3, "9")
    bob.expect(country.kv3, "saved", "9")
    alice.type(country.kv3, "6")
    alice.type(country.hcm, "1")
    alice.expect(country.kv3, "conflict", "6")
    alice.expect(country.hcm, "saved", "1")
    told = re.compile(r"Trần Văn Bảo vừa sửa ô này thành «9» lúc \d\d:\d\d, \d\d/\d\d/\d{4}; bạn nhập «6»")
    expect(alice.cell(country.kv3)).to_have_accessible_description(told)
    alice.cell(country.kv3).focus()
    button = alice.page.locator("td.note").get_by_role("button", name=choice)
    for _ in range(4):
        alice.page.keyboard.press("Tab")
        if button.evaluate("one => one === document.activeElement"):
            break
    expect(button).to_be_focused()
    alice.page.keyboard.press("Enter")
    expect(alice.page.locator("[data-troubles]")).to_be_hidden()
    expect(alice.cell(country.kv3)).to_have_value(str(number))
    expect(alice.cell(country.kv3)).to_be_focused()
    alice.page.wait_for_function("() => !document.querySelector('td.is-saving')")
    row = Registration.objects.get(quota=country.kv3)
    assert (row.number, row.updated_by) == (number, country.alice if number == 6 else country.bob)


def test_other_cells_merge_quietly(windows: tuple[Window, Window], country: Province) -> None:
    alice, bob = windows
    bob.type(country.hcm, "2")
    alice.type(country.kv3, "6")
    bob.expect(country.hcm, "saved", "2")
    alice.expect(country.kv3, "saved", "6")
    assert dict(Registration.objects.values_list("quota_id", "number")) == {country.hcm.pk: 2, country.kv3.pk: 6}


def test_the_same_number_by_both_is_no_conflict(windows: tuple[Window, Window], country: Province) -> None:
    alice, bob = windows
    bob.type(country.kv3, "9")
    bob.expect(country.kv3, "saved", "9")
    alice.type(country.kv3, "9")
    alice.expect(country.kv3, "saved", "9")
    alice.type(country.kv3, "8")
    alice.expect(country.kv3, "saved", "8")
