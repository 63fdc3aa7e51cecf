"""Scenario 7 in a browser: last time's file with its errors, all at once, and the copy that marks them."""

from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from courses.models import Institution
from tests.browser.conftest import OpenPage
from tests.browser.test_checks import assert_fine
from tests.cast import Province
from tests.office import sheet

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_all_errors_are_told_at_once_and_come_back_marked(
    country: Province, open_page: OpenPage, tmp_path: Path
) -> None:
    file = tmp_path / "co-so.xlsx"
    rows: list[list[Any]] = [
        ["hv-1", "Học viện", "HV"],
        ["sai khóa", "Trường", ""],
        ["dh", None, ""],
        ["cd", "x" * 300, ""],
    ]
    file.write_bytes(sheet(["Khóa", "Tên", "Tên viết tắt"], *rows))
    page = open_page(country.hoa, "/nhap-excel/", javascript=True)
    assert_fine(page)
    page.get_by_label("Tệp cần nhập").set_input_files(file)
    expect(page.locator(".file-field")).to_have_text("Chọn tệpco-so.xlsx")
    page.get_by_role("button", name="Xem trước tệp").click()
    expect(page.get_by_role("heading", name="Cơ sở đào tạo, bồi dưỡng")).to_be_visible()
    for place in ("dòng 3, cột A", "dòng 4, cột B", "dòng 5, cột B"):
        expect(page.get_by_role("rowheader", name=place).first).to_be_visible()
    assert_fine(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Tải tệp đã đánh dấu lỗi").click()
    marked = tmp_path / "marked.xlsx"
    download.value.save_as(marked)
    book = load_workbook(marked)
    assert book.sheetnames == ["Lỗi", "Sheet"]
    assert [cell for cell in ("A3", "B4", "B5") if book["Sheet"][cell].comment is None] == []
    assert not Institution.objects.exists()
    page.get_by_role("button", name="Chỉ nhập 1 dòng đúng").click()
    expect(page.get_by_role("button", name="Hoàn tác lần nhập này")).to_be_visible()
    assert_fine(page)
    page.get_by_role("button", name="Hoàn tác lần nhập này").click()
    expect(page.get_by_text("Đã hoàn tác tất cả các dòng")).to_be_visible()
    assert not Institution.objects.exists()
