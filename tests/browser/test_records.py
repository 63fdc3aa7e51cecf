"""Rosters and the budget in a browser: the live amount of a line, nominating up to the places and beyond."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from budget.models import BudgetLine, ClassKind, NormItem, UsualCost
from quotas.models import Nomination
from tests.browser.conftest import OpenPage
from tests.budget.lines import PLAIN_AMOUNT, add_line, make_norms, make_sources
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
    NormItem.objects.filter(norm_set=make_norms(), key="quan-ly").update(base="including")
    page = open_page(make_user("taichinh", "Lê Thị Thu", Role.FINANCE), "/2024/kinh-phi/", phone=phone)
    page.get_by_role("link", name="Thêm dòng đầu tiên").click()
    page.get_by_label("Nội dung", exact=False).first.fill("Lớp bồi dưỡng")
    page.get_by_label("Nhóm", exact=False).first.fill("Bồi dưỡng")
    first, second = (page.get_by_role("group", name=f"Khoản {place}", exact=True) for place in (1, 2))
    first.get_by_label("mức chi").select_option("giang-vien")
    first.get_by_label("thừa số 1", exact=False).first.fill("1,5")
    expect(first.locator("[data-cost-amount]")).to_have_text("–")
    first.get_by_label("thừa số 1", exact=False).first.fill("30")
    first.get_by_label("đơn vị của thừa số 1").select_option("session")
    expect(first.locator("[data-cost-formula]")).to_have_text("1.500.000 × 30 buổi")
    expect(first.locator(".cost-source")).to_contain_text("khoản 1 Điều 3 Nghị quyết số 04/2019/NQ-HĐND")
    second.get_by_label("mức chi").select_option("quan-ly")
    expect(second.locator("[data-cost-amount]")).to_have_text("5.000.000")
    expect(page.locator("[data-amount]")).to_have_text("50.000.000 đồng")
    first.get_by_label("mức dùng").fill("1.500.001")
    expect(first.locator("[data-above]")).to_have_text("Vượt mức tối đa 1.500.000.")
    page.get_by_label("Ngân sách tỉnh", exact=True).fill("30.000.000")
    page.get_by_role("button", name="Lưu dòng kinh phí").click()
    expect(first.locator(".errorlist")).to_contain_text("theo khoản 1 Điều 3 Nghị quyết số 04/2019/NQ-HĐND")
    assert_accessible(page)
    assert_fits(page)
    first.get_by_label("mức dùng").fill("")
    expect(page.locator("[data-balance]")).to_contain_text("còn thiếu 20.000.000 đồng")
    page.get_by_label("Đơn vị cử đi", exact=True).fill("20000000 đồng")
    expect(page.locator("[data-balance]")).to_have_text("✓ Các nguồn bằng thành tiền.")
    page.get_by_role("button", name="Lưu dòng kinh phí").click()
    expect(page.get_by_role("status")).to_contain_text("50.000.000 đồng")
    assert BudgetLine.objects.get().amount == 50_000_000
    assert_fits(page)
    assert_accessible(page)


def test_factors_follow_the_figures_of_the_class(country: Province, open_page: OpenPage) -> None:
    make_sources()
    make_norms()
    page = open_page(country.hoa, "/2024/kinh-phi/them/")
    figures = {"Học viên/lớp": "50", "Số ngày": "5"}
    for label, number in figures.items():
        page.get_by_label(label).fill(number)
    row = page.get_by_role("group", name="Khoản 1", exact=True)
    for place, (number, unit) in enumerate((("50", "person"), ("10", "session"), ("50", "paper")), start=1):
        row.get_by_label(f"Khoản 1: thừa số {place}").fill(number)
        row.get_by_label(f"đơn vị của thừa số {place}").select_option(unit)
    row.get_by_label("mức chi").select_option("nuoc-uong")
    page.get_by_label("Học viên/lớp").fill("55")
    page.get_by_label("Số ngày").fill("6")
    expect(row.locator("[data-cost-formula]")).to_have_text("20.000 × 55 người × 10 buổi × 50 bài")
    page.get_by_label("Số tháng").focus()
    expect(row.locator("[data-cost-formula]")).to_have_text("20.000 × 55 người × 12 buổi × 50 bài")
    expect(page.locator("[data-followed]")).to_have_text("1 thừa số theo số cũ (5) đã đổi theo số mới của lớp (6).")
    expect(page.locator("[data-amount]")).to_have_text("660.000.000 đồng")


def test_an_estimate_is_filled_and_saved_without_a_script(country: Province, open_page: OpenPage) -> None:
    make_sources()
    make_norms()
    kind = ClassKind.objects.create(key="ngan-ngay", name="Lớp bồi dưỡng ngắn ngày", position=1)
    UsualCost.objects.create(kind=kind, position=1, norm_key="giang-vien", unit1="session", unit2="class")
    UsualCost.objects.create(kind=kind, position=2, norm_key="quan-ly")
    page = open_page(country.hoa, "/2024/kinh-phi/them/", javascript=False)
    page.get_by_label("Loại lớp").select_option("Lớp bồi dưỡng ngắn ngày")
    page.get_by_label("Số ngày").fill("10")
    page.get_by_role("button", name="Điền khoản thường có").click()
    expect(page.get_by_label("Khoản 1: thừa số 1")).to_have_value("20")
    expect(page.locator("[data-amount]")).to_have_text("33.000.000 đồng")
    page.get_by_label("Nội dung", exact=False).first.fill("Lớp bồi dưỡng")
    page.get_by_label("Nhóm", exact=False).first.fill("Bồi dưỡng")
    page.get_by_label("Một nguồn trả toàn bộ").select_option("Ngân sách tỉnh")
    page.get_by_role("button", name="Lưu dòng kinh phí").click()
    expect(page.get_by_text("Đã lưu dòng «Lớp bồi dưỡng», 33.000.000 đồng.")).to_be_visible()
    page.get_by_text("2 khoản").click()
    expect(page.get_by_text("1.500.000 × 20 buổi × 1 lớp = 30.000.000")).to_be_visible()


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
