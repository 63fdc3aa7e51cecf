"""An idle session: the page asks to sign in again, and what was typed and not saved is saved then."""

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from quotas.models import Allocation
from tests.browser.board import ADDRESS, Board
from tests.browser.conftest import OpenPage
from tests.cast import PASSWORD, Province
from trainingplan.services.reauth import SIGNED_IN_AT
from trainingplan.session_rules import COOKIE

pytestmark = pytest.mark.browser


def let_it_idle(page: Page) -> None:
    """As if nobody had been there for long: for the server, and for the page's own clock."""
    page.context.clear_cookies(name=COOKIE)
    for stored in Session.objects.all():
        session = stored.get_decoded()
        stored.session_data = SessionStore().encode(session | {SIGNED_IN_AT: 1})
        stored.save()
    page.evaluate("localStorage.setItem('hoat-dong', '1')")


def test_unsaved_cells_survive_an_idle_session_and_a_new_sign_in(country: Province, open_page: OpenPage) -> None:
    board = Board(open_page(country.hoa, ADDRESS), (country.binh_son, country.son_tinh), (country.hcm,))
    page = board.page
    board.cell(0, 0).click()
    page.context.set_offline(offline=True)
    board.type("3", "2")
    expect(page.locator("td.is-offline")).to_have_count(2)
    let_it_idle(page)
    page.context.set_offline(offline=False)
    question = page.get_by_role("dialog", name="Đã tự đăng xuất")
    expect(question).to_be_visible()
    assert not Allocation.objects.exists()
    with page.expect_popup() as opened:
        question.get_by_role("link", name="Đăng nhập lại").click()
    again = opened.value
    again.get_by_label("Tên đăng nhập").fill("hoa")
    again.get_by_label("Mật khẩu").fill(PASSWORD)
    again.get_by_role("button", name="Đăng nhập").click()
    again.wait_for_url(f"**{ADDRESS}")
    expect(question).to_have_count(0)
    board.expect_saved()
    expect(page.locator("td.is-offline")).to_have_count(0)
    assert set(Allocation.objects.values_list("number", flat=True)) == {2, 3}
