"""Thirty cells typed without network: none lost, none doubled, over a reload, a lost answer, a new sign-in."""

import json
import re

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, Request, Route, expect

from quotas.models import Allocation, Submission
from tests.browser.board import ADDRESS, Board
from tests.browser.conftest import OpenPage
from tests.cast import Province, make_quota, make_unit
from trainingplan.models import Change, UnitGroup

pytestmark = pytest.mark.browser

CELLS = 30
NUMBERS = list(range(1, CELLS + 1))


@pytest.fixture
def board(country: Province, open_page: OpenPage) -> Board:
    """One column of thirty units, and the first cell has the focus."""
    group = UnitGroup.objects.get()
    units = [make_unit(f"don-vi-{n}", f"Đơn vị {n}", country.plan, group, n + 10) for n in range(CELLS)]
    free = make_quota(country.kv3.programme, country.appendix, "tu-do", "Tự do", number=None, position=3)
    board = Board(open_page(country.hoa, ADDRESS), tuple(units), (free,))
    board.page.on("dialog", lambda dialog: dialog.accept())
    board.cell(0, 0).click()
    return board


def type_all(board: Board) -> None:
    board.type(*(str(number) for number in NUMBERS))


def expect_all_once(board: Board) -> None:
    """Each number stands in its cell, was written once, and is on the page."""
    board.expect_saved()
    expect(board.page.locator("td.is-saving, td.is-offline, td.is-refused, td.is-conflict")).to_have_count(0)
    assert board.stored() == {(r, 0): number for r, number in enumerate(NUMBERS)}
    assert set(Allocation.objects.values_list("version", flat=True)) == {1}
    assert Change.objects.filter(table="allocation").count() == CELLS
    board.expect_column(0, [str(number) for number in NUMBERS])


def keys_sent(page: Page) -> list[str]:
    """The keys of the saves from now on, one for each time they are sent."""
    keys: list[str] = []

    def note(request: Request) -> None:
        if request.url.endswith("/o/"):
            keys.append(json.loads(request.post_data or "{}")["key"])

    page.on("request", note)
    return keys


def test_when_the_network_returns_all_are_saved(board: Board) -> None:
    keys = keys_sent(board.page)
    board.page.context.set_offline(offline=True)
    board.type(*(str(number) for number in NUMBERS[:10]))
    expect(board.page.locator("td.is-offline")).to_have_count(10)
    board.type(*(str(number) for number in NUMBERS[10:]))
    status = board.page.locator("[data-status]")
    expect(status).to_contain_text(re.compile(f"Mất kết nối. {CELLS} ô chưa lưu được giữ trên máy này"))
    expect(board.page.locator("td.is-offline")).to_have_count(CELLS)
    assert not Allocation.objects.exists()
    board.page.context.set_offline(offline=False)
    expect_all_once(board)
    # What had been sent went again under its key; what was typed meanwhile went in one save more.
    assert len(keys) > len(set(keys)) == 2
    assert Submission.objects.count() == 2


def test_after_a_reload_all_are_saved(board: Board) -> None:
    board.page.route("**/o/", lambda route: route.abort())
    type_all(board)
    expect(board.page.locator("td.is-offline")).to_have_count(CELLS)
    board.page.unroute("**/o/")
    board.page.reload()
    expect_all_once(board)


def test_a_lost_answer_is_asked_for_again_under_the_same_key_after_a_reload(board: Board) -> None:
    keys = keys_sent(board.page)

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    board.page.route("**/o/", lose)
    type_all(board)
    expect(board.page.locator("td.is-offline")).to_have_count(CELLS)
    assert Allocation.objects.exists()
    board.page.unroute("**/o/")
    lost = keys[-1]
    board.page.reload()
    expect_all_once(board)
    assert keys.count(lost) > 1
    assert Submission.objects.filter(key=lost).count() == 1


def test_after_signing_in_again_all_are_saved(board: Board, country: Province) -> None:
    context = board.page.context
    context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    type_all(board)
    expect(board.page.locator("[data-status]")).to_contain_text(f"Phiên làm việc đã hết. {CELLS} ô chưa lưu")
    assert not Allocation.objects.exists()
    client = Client()
    client.force_login(country.hoa)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": board.page.url}])
    board.page.reload()
    expect_all_once(board)
