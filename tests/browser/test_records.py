"""Rosters and the budget in a browser: the live amount of a line, nominating up to the places and beyond."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from budget.models import BudgetLine
from quotas.models import Nomination
from tests.browser.conftest import OpenPage
from tests.budget.lines import PLAIN_AMOUNT, add_line, make_sources
from tests.cast import Province, make_user
from tests.quotas.rosters_cast import give, make_roster
from trainingplan.models import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def assert_fits(page: Page) -> None:
    """The page itself scrolls down only; wide tables scroll in their own box."""
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def assert_accessible(page: Page) -> None:
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(problem["id"], [node["target"] for node in problem["nodes"]]) for problem in found] == []


@pytest.mark.parametrize("phone", [False, True])
def test_finance_sees_the_amount_and_what_the_sources_lack(
    country: Province, open_page: OpenPage, *, phone: bool
) -> None:
    make_sources()
    page = open_page(make_user("taichinh", "Lê Thị Thu", Role.FINANCE), "/2024/kinh-phi/", phone=phone)
    page.get_by_role("link", name="Thêm dòng đầu tiên").click()
    for label, text in {"Nội dung": "Lớp bồi dưỡng", "Nhóm": "Bồi dưỡng", "Mức chi": "40.000"}.items():
        page.get_by_label(label, exact=False).first.fill(text)
    page.get_by_label("Học viên/lớp").fill("1.960")
    page.get_by_label("Số ngày").fill("1,5")
    expect(page.locator("[data-amount]")).to_have_text("–")
    page.get_by_label("Số ngày").fill("5")
    expect(page.locator("[data-amount]")).to_have_text("392.000.000 đồng")
    expect(page.locator("[data-formula]")).to_have_text("= 40.000 × 1 × 1.960 × 5")
    page.get_by_label("Ngân sách tỉnh").fill("300.000.000")
    expect(page.locator("[data-balance]")).to_contain_text("còn thiếu 92.000.000 đồng")
    page.get_by_label("Cách tính").select_option("lump_sum")
    expect(page.locator("[data-balance]")).to_contain_text("thừa 299.960.000 đồng")
    page.get_by_label("Cách tính").select_option("learner_day")
    page.get_by_role("button", name="Lưu dòng kinh phí").click()
    expect(page.locator("#id_shares_error")).to_contain_text("thiếu 92.000.000 đồng")
    assert_accessible(page)
    page.get_by_label("Đơn vị cử đi").fill("92000000 đồng")
    expect(page.locator("[data-balance]")).to_have_text("✓ Các nguồn bằng thành tiền.")
    page.get_by_role("button", name="Lưu dòng kinh phí").click()
    expect(page.get_by_role("status")).to_contain_text("392.000.000 đồng")
    assert BudgetLine.objects.get().amount == 392_000_000
    assert_fits(page)
    assert_accessible(page)


def test_a_word_without_end_does_not_widen_the_page_of_a_phone(country: Province, open_page: OpenPage) -> None:
    source, _ = make_sources()
    texts = {"group": "a" * 200, "content": "b" * 500, "audience": "c" * 300, "executor": "d" * 250, "note": "e" * 300}
    line = add_line(country, {source.pk: PLAIN_AMOUNT}, **texts)
    page = open_page(country.hoa, "/2024/kinh-phi/", phone=True)
    page.set_viewport_size({"width": 375, "height": 800})
    assert_fits(page)
    for address in (f"/2024/kinh-phi/{line.pk}/", f"/2024/kinh-phi/{line.pk}/xoa/"):
        page.goto(address)
        assert_fits(page)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_unit_nominates_up_to_its_places_and_then_a_reserve(
    country: Province, open_page: OpenPage, *, javascript: bool
) -> None:
    give(make_roster(country).quota, country.binh_son, 1)
    page = open_page(country.alice, "/2024/danh-sach/", phone=True, javascript=javascript)
    page.get_by_role("link", name="Phụ lục 6").click()
    for name, birth in (("Nguyễn Văn Đức", "05/12/1984"), ("Lê Thị Ánh", "1986")):
        page.get_by_role("link", name="Cử cán bộ").first.click()
        page.get_by_label("Họ và tên").fill(name)
        page.get_by_label("nữ" if "Thị" in name else "nam", exact=True).check()
        page.get_by_label("Ngày sinh").fill(birth)
        page.get_by_role("button", name="Ghi vào danh sách").click()
    expect(page.locator("#id_reserve_error")).to_contain_text("không còn chỗ")
    page.get_by_label("Ghi vào danh sách dự bị").check()
    page.get_by_role("button", name="Ghi vào danh sách").click()
    expect(page.get_by_text("Đã lưu Lê Thị Ánh vào danh sách dự bị.")).to_be_visible()
    assert set(Nomination.objects.values_list("person__full_name", "reserve")) == {
        ("Nguyễn Văn Đức", False),
        ("Lê Thị Ánh", True),
    }
    if javascript:
        assert_fits(page)
        assert_accessible(page)


def test_taking_off_asks_first(country: Province, open_page: OpenPage) -> None:
    give(make_roster(country).quota, country.binh_son, 1)
    page = open_page(country.hoa, "/2024/danh-sach/6/them/?don-vi=huyen-uy-binh-son")
    page.get_by_label("Họ và tên").fill("Nguyễn Văn Đức")
    page.get_by_label("nam", exact=True).check()
    page.get_by_label("Ngày sinh").fill("1984")
    page.get_by_role("button", name="Ghi vào danh sách").click()
    page.get_by_role("link", name="Bỏ Nguyễn Văn Đức").click()
    expect(page.get_by_role("heading", name="Bỏ Nguyễn Văn Đức khỏi danh sách?")).to_be_visible()
    assert Nomination.objects.exists()
    assert_accessible(page)
    page.get_by_label("Lý do").fill("chuyển công tác")
    page.get_by_role("button", name="Bỏ khỏi danh sách").click()
    expect(page.get_by_text("Đã bỏ Nguyễn Văn Đức khỏi danh sách.")).to_be_visible()
    assert not Nomination.objects.exists()
