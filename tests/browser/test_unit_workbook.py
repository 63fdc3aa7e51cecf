"""A unit takes its workbook along, fills it in without the network, and brings it back."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from quotas.models import Registration
from tests.browser.conftest import OpenPage
from tests.cast import Province
from tests.quotas.workbooks import Opened

pytestmark = pytest.mark.browser


def test_out_filled_in_and_back(country: Province, open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page(country.alice, "/2024/dang-ky/huyen-uy-binh-son/")
    with page.expect_download() as download:
        page.get_by_role("link", name="Phiếu ngoại tuyến").click()
    assert download.value.suggested_filename == "phieu-dang-ky-2024-huyen-uy-binh-son.xlsx"
    opened = Opened(download.value.path().read_bytes())
    opened.type("kv3", 12)
    opened.type("hcm", None, "x")
    filled = tmp_path / "phieu.xlsx"
    filled.write_bytes(opened.saved())
    page.goto("/nhap-excel/")
    page.get_by_label("Tệp cần nhập").set_input_files(filled)
    page.get_by_role("button", name="Xem trước tệp").click()
    expect(page.get_by_role("heading", name="Phiếu đăng ký của đơn vị")).to_be_visible()
    assert not Registration.objects.exists()
    page.get_by_role("button", name="Nhập 2 dòng").click()
    expect(page.get_by_text("không nhập gì: 2 dòng thêm mới.")).to_be_visible()
    page.goto("/2024/dang-ky/huyen-uy-binh-son/")
    expect(page.get_by_role("textbox", name="khu vực III")).to_have_value("12")
    expect(page.get_by_role("checkbox", name="Hồ Chí Minh")).to_be_checked()
