"""Soát số liệu in a browser: what disagrees, and the Word file that came back."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from courses.models import Programme, Slot
from reports.plan_document import plan_document
from reports.renderers.docx import render_docx
from tests.browser.conftest import LAPTOP, PHONE, OpenPage
from tests.cast import Province
from tests.reports.word_edits import change, edited
from trainingplan.models import Section

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def assert_fine(page: Page) -> None:
    """Accessible, and no wider than the screen of a laptop or a phone."""
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(problem["id"], [node["target"] for node in problem["nodes"]]) for problem in found] == []
    for size in (PHONE, LAPTOP):
        page.set_viewport_size(size)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def write_text(province: Province) -> None:
    """A text with a total, its parts, and the appendix that prints them."""
    section = Section.objects.create(
        plan=province.plan, key="cao-cap", position=1, marker="I.", heading="ĐÀO TẠO CAO CẤP LÝ LUẬN CHÍNH TRỊ"
    )
    programme = Programme.objects.get(key="cao-cap")
    Programme.objects.filter(pk=programme.pk).update(section=section)
    body = "Đúng {programme:cao-cap} chỉ tiêu; trong đó: {quota:hcm} chỉ tiêu và {quota:kv3} chỉ tiêu"
    Slot.objects.create(
        programme=programme, position=1, label="Số lượng:", body=f"{body} (phụ lục {{appendix:1}} gửi kèm theo)."
    )


def test_the_board_reads_what_differs_and_checks_the_word_file(
    country: Province, open_page: OpenPage, tmp_path: Path
) -> None:
    write_text(country)
    path = tmp_path / "ban-gop-y.docx"
    path.write_bytes(edited(render_docx(plan_document(country.plan)), change("và |45", "54")))
    page = open_page(country.hoa, "/2024/soat-so-lieu/")
    expect(page.locator(".differences > li").first).to_be_visible()
    expect(page.get_by_role("link", name="Chỉ tiêu «Học viện Chính trị khu vực III»").first).to_be_visible()
    assert_fine(page)
    page.get_by_role("button", name="Đối chiếu tệp Word").click()
    expect(page.get_by_text("Chọn tệp Word cần đối chiếu.")).to_be_visible()
    page.get_by_label("Tệp Word nhận lại").set_input_files(path)
    page.get_by_role("button", name="Đối chiếu tệp Word").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("ban-gop-y.docx")
    expect(page.locator(".verdict")).to_contain_text("5 + 54 ≠ 50")
    expect(page.locator(".word-changes")).to_contain_text("45 54")
    assert_fine(page)
    page.locator(".word-changes").get_by_role("link").click()
    expect(page).to_have_url(f"{page.url.partition('/2024/')[0]}/2024/ke-hoach/soan-thao/cao-cap/#diem-1")
