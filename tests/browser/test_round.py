"""The round in the browser, between people: a return with marked cells, more time, twelve approvals by a deputy."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from quotas.models import Approval, Extension, Registration, Response
from tests.browser.conftest import OpenPage
from tests.browser.test_grid_pages import complaints
from tests.cast import Province, make_quota
from tests.quotas.approvals_cast import allocate, lend, make_office, submit
from tests.quotas.test_responses import close, enter, give_back, send

pytestmark = pytest.mark.browser

SHEET = "/2024/dang-ky/huyen-uy-binh-son/"
ANSWER = "/2024/tien-do/don-vi/huyen-uy-binh-son/"
APPROVALS = "/2024/duyet-phan-bo/"
SAVED = re.compile("is-saved")


def test_a_return_opens_the_marked_cells_until_it_is_taken_in(country: Province, open_page: OpenPage) -> None:
    send(country)
    board = open_page(country.hoa, ANSWER)
    board.get_by_label(f"Cần sửa: {country.kv3.name}", exact=True).check()
    board.get_by_label(f"Nhận xét: {country.kv3.name}", exact=True).fill("Nhiều hơn năm trước")
    board.get_by_role("button", name="Trả lại", exact=True).click()
    expect(board.get_by_text("Cần ghi lý do trả lại")).to_be_visible()
    expect(board.get_by_label(f"Cần sửa: {country.kv3.name}", exact=True)).to_be_checked()
    board.get_by_label("Lý do trả lại").fill("Đề nghị rà soát lại số cao cấp")
    board.get_by_role("button", name="Trả lại", exact=True).click()
    expect(board.get_by_text("1 ô được mở để sửa")).to_be_visible()

    unit = open_page(country.alice, SHEET)
    expect(unit.get_by_text("Lý do: Đề nghị rà soát lại số cao cấp")).to_be_visible()
    expect(unit.get_by_text("Cần sửa: Nhiều hơn năm trước")).to_be_visible()
    expect(unit.locator("input[name^='c-']")).to_have_count(1)
    unit.get_by_label(f"{country.kv3.name}, đăng ký", exact=True).click()
    unit.keyboard.type("3")
    unit.keyboard.press("Enter")
    expect(unit.locator("td.cell", has=unit.locator("input"))).to_have_class(SAVED)
    unit.get_by_role("link", name="Gửi lại đăng ký").click()
    unit.get_by_role("button", name="Gửi đăng ký").click()
    expect(unit.get_by_text("Đã gửi đăng ký đến Ban Tổ chức Tỉnh ủy.")).to_be_visible()

    board.goto(ANSWER)
    board.get_by_role("button", name="Tiếp nhận").click()
    expect(board.get_by_text("Đã tiếp nhận bản đăng ký.")).to_be_visible()
    expect(board.locator(".history")).to_contain_text("Lý do: Đề nghị rà soát lại số cao cấp")
    assert Response.objects.get().state == Response.State.ACCEPTED
    assert dict(Registration.objects.values_list("quota_id", "number")) == {country.hcm.pk: 2, country.kv3.pk: 3}


def test_more_time_is_asked_for_and_granted(country: Province, open_page: OpenPage) -> None:
    enter(country, country.alice, (country.kv3, "4"))
    close(country.plan)
    unit = open_page(country.alice, SHEET)
    expect(unit.locator("input[name^='c-']")).to_have_count(0)
    unit.get_by_role("link", name="Xin gia hạn").click()
    unit.get_by_label("Cho chương trình").select_option(label="1.1.1 Cao cấp")
    unit.get_by_label("Lý do").fill("Cán bộ phụ trách đi công tác")
    unit.get_by_role("button", name="Gửi đề nghị gia hạn").click()
    expect(unit.get_by_text("đang chờ Ban Tổ chức Tỉnh ủy trả lời")).to_be_visible()

    board = open_page(country.hoa, "/2024/tien-do/")
    expect(board.get_by_text("chương trình «Cao cấp»: Cán bộ phụ trách đi công tác")).to_be_visible()
    board.get_by_role("link", name="Trả lời Huyện ủy Bình Sơn").click()
    board.get_by_label("Gia hạn đến ngày").fill(f"{timezone.localdate() + timedelta(days=9):%d/%m/%Y}")
    board.get_by_label("Lý do", exact=True).fill("Đồng ý theo đề nghị")
    board.get_by_role("button", name="Đồng ý gia hạn", exact=True).click()
    expect(board.get_by_text("Đã gia hạn cho Huyện ủy Bình Sơn")).to_be_visible()
    assert Extension.objects.get().programme == country.kv3.programme

    unit.goto(SHEET)
    expect(unit.get_by_text(re.compile("cho chương trình «Cao cấp»: Đồng ý theo đề nghị"))).to_be_visible()
    unit.get_by_label(f"{country.kv3.name}, đăng ký", exact=True).click()
    unit.keyboard.type("5")
    unit.keyboard.press("Enter")
    expect(unit.locator("td.cell.is-saved")).to_have_count(1)
    assert Registration.objects.get().number == 5


def test_the_pages_of_the_round_are_accessible(country: Province, open_page: OpenPage) -> None:
    send(country)
    give_back(country, country.kv3)
    close(country.plan)
    board = open_page(country.hoa, APPROVALS)
    for address in (
        APPROVALS,
        "/2024/tien-do/",
        ANSWER,
        f"{ANSWER}gia-han/",
        "/2024/dot-dang-ky/",
        "/2024/phan-bo/1/tran/",
        "/2024/phan-bo/1/chi-tieu-con/",
        "/uy-quyen/",
        "/mat-khau/",
    ):
        board.goto(address)
        assert complaints(board) == "", address
    unit = open_page(country.alice, SHEET, phone=True)
    expect(unit.get_by_text("Cần sửa: xem lại")).to_be_visible()
    assert complaints(unit) == ""


def test_a_deputy_approves_twelve_at_once_and_none_of_his_own(country: Province, open_page: OpenPage) -> None:
    office = make_office(country)
    deputy = office.lan
    thirteenth = make_quota(country.hcm.programme, country.appendix, "rieng", "Lớp riêng", number=20, position=30)
    allocate(office, thirteenth, country.binh_son, 2, actor=deputy)
    submit(office, [*office.quotas, thirteenth], actor=office.hoa)
    lend(office, office.nam, deputy)
    page = open_page(deputy, APPROVALS)
    expect(page.get_by_text("Bạn duyệt thay Nguyễn Văn Nam theo ủy quyền")).to_be_visible()
    expect(page.get_by_text("Vũ Thị Lan đã nhập số phân bổ của chỉ tiêu này")).to_be_visible()
    page.get_by_role("button", name="Chọn tất cả").click()
    page.get_by_role("button", name="Duyệt 12 mục đã chọn", exact=True).click()
    expect(page.get_by_text("Đã duyệt phân bổ 12 chỉ tiêu.")).to_be_visible()
    expect(page.get_by_text("Vũ Thị Lan thay Nguyễn Văn Nam")).to_have_count(12)
    done = Approval.objects.filter(state=Approval.State.APPROVED, decided_by=deputy, on_behalf_of=office.nam)
    assert done.count() == 12
    assert Approval.objects.get(quota=thirteenth).state == Approval.State.WAITING
