"""A grid of 400 units × 30 quotas: only the rows near what is seen are laid out, only changed cells travel.

No times here, which belong to a machine: the structure on which they hang.
"""

import json

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Request, expect

from quotas.models import Allocation, Quota
from tests.browser.board import ADDRESS, Board
from tests.browser.conftest import OpenPage
from tests.browser.pasting import preview
from tests.cast import Province, make_quota, make_unit
from trainingplan.models import Unit, UnitGroup

pytestmark = pytest.mark.browser

UNITS, QUOTAS = 400, 30
SLOW = 40_000  # milliseconds; the machine may be busy
LAID_OUT = "tbody tr:not(.far):not(.spacer):not(.group)"


@pytest.fixture
def large(country: Province, open_page: OpenPage) -> Board:
    groups = [UnitGroup.objects.get(), UnitGroup.objects.create(key="khac", name="Khối khác", position=9)]
    units = [
        make_unit(f"u-{n}", f"Đơn vị số {n}", country.plan, groups[n * 2 // UNITS], n + 10) for n in range(UNITS - 2)
    ]
    quotas = [
        make_quota(country.kv3.programme, country.appendix, f"q{n}", f"Cột {n}", number=None, position=n + 10)
        for n in range(QUOTAS - 2)
    ]
    now = timezone.now()
    Allocation.objects.bulk_create(
        Allocation(unit=unit, quota=quota, number=(r * c) % 7 + 1, updated_at=now)
        for r, unit in enumerate(units)
        for c, quota in enumerate(quotas)
    )
    return Board(open_page(country.hoa, ADDRESS), tuple(units), tuple(quotas))


def requests_of(page: Page) -> list[Request]:
    seen: list[Request] = []

    def note(request: Request) -> None:
        seen.append(request)

    page.on("request", note)
    return seen


def hidden(board: Board, unit: Unit) -> bool:
    return bool(
        board.page.locator(f"input[name^='c-{unit.pk}-']").first.evaluate(
            "input => input.closest('tr').classList.contains('far')"
        )
    )


def test_a_large_grid(large: Board) -> None:
    page, units = large.page, large.units
    assert page.locator("input[name^='c-']").count() == UNITS * QUOTAS
    rows = page.locator(LAID_OUT).count()
    assert 20 <= rows <= 120
    assert page.locator("table.grid").get_attribute("aria-rowcount")
    box = page.locator("[data-box]")
    height = box.evaluate("box => box.scrollHeight")

    # One typed number is one request with one cell.
    sent = requests_of(page)
    large.cell(0, 0).click()
    large.type("77")
    large.expect_saved()
    assert len(sent) == 1
    assert len(json.loads(sent[0].post_data or "")["cells"]) == 1

    # The keys reach the last row; what was left behind is laid out no more, and the height is the same.
    large.press("Control+End")
    expect(large.cell(UNITS - 3, QUOTAS - 3)).to_be_focused()
    expect(large.cell(UNITS - 3, QUOTAS - 3)).to_be_in_viewport()
    page.wait_for_function(f"() => document.querySelectorAll('{LAID_OUT}').length <= 120")
    assert hidden(large, units[0])
    assert abs(box.evaluate("box => box.scrollHeight") - height) <= 2
    large.press("Control+Home", "ArrowDown", "ArrowDown")
    page.wait_for_function(f"() => document.querySelectorAll('{LAID_OUT}').length <= 120")
    assert hidden(large, units[-1])

    # Scrolling lays out what comes into sight, and the row that has the focus stays.
    box.evaluate("box => { box.scrollTop = box.scrollHeight; }")
    expect(large.cell(UNITS - 3, 0)).to_be_visible(timeout=SLOW)
    assert page.locator("input:focus").count() == 1

    # A filter finds rows wherever they are; a paste by name reaches them too.
    page.get_by_placeholder("Lọc đơn vị").fill("so 397")
    expect(large.cell(397, 0)).to_be_visible(timeout=SLOW)
    page.get_by_placeholder("Lọc đơn vị").fill("")
    large.cell(0, 0).click()
    preview(page, "Đơn vị số 390\t55\nĐơn vị số 3\t44").locator(".button-main").click()
    large.expect_saved()
    expect(large.cell(390, 0)).to_have_value("55")
    stored = Allocation.objects.filter(quota=large.quotas[0], unit__in=[units[390], units[3]])
    assert set(stored.values_list("number", flat=True)) == {44, 55}


def test_a_large_form_is_sent_without_javascript(country: Province, open_page: OpenPage) -> None:
    """12,000 fields and the key: more than the framework takes by default."""
    units = [
        make_unit(f"u-{n}", f"Đơn vị số {n}", country.plan, UnitGroup.objects.get(), n + 10) for n in range(UNITS - 2)
    ]
    for n in range(QUOTAS - 2):
        make_quota(country.kv3.programme, country.appendix, f"q{n}", f"Cột {n}", number=None, position=n + 10)
    page = open_page(country.hoa, ADDRESS, javascript=False)
    quota = Quota.objects.get(key="q3")
    page.locator(f"input[name^='c-{units[-1].pk}-{quota.pk}-']").fill("5")
    page.get_by_role("button", name="Lưu", exact=True).click()
    expect(page.get_by_text("Đã lưu 1 ô.")).to_be_visible()
    assert Allocation.objects.get().number == 5
