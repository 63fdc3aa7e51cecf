"""Pasting blocks from Excel: the preview, what it tells and asks, and that nothing outside the block changes."""

import json

import pytest
from playwright.sync_api import Page, Request, expect

from quotas.models import Allocation, Quota, Registration
from quotas.services.cells import CellInput, save_allocations
from tests.browser.board import ADDRESS, Board, open_board
from tests.browser.conftest import OpenPage
from tests.browser.pasting import copied, paste, paste_block, preview
from tests.cast import Province, make_quota, make_unit
from trainingplan.models import Unit, UnitGroup

pytestmark = pytest.mark.browser


@pytest.fixture
def board(country: Province, open_page: OpenPage) -> Board:
    return open_board(country, open_page)


@pytest.fixture
def wide(country: Province) -> tuple[list[Unit], list[Quota]]:
    """42 units × 13 quotas that state no number, besides those of the cast."""
    group, programme = UnitGroup.objects.get(), country.kv3.programme
    units = [make_unit(f"don-vi-{n}", f"Đơn vị {n}", country.plan, group, n + 10) for n in range(42)]
    quotas = [
        make_quota(programme, country.appendix, f"q{n}", f"Cột {n}", number=None, position=n + 10) for n in range(13)
    ]
    return units, quotas


def requests_to(page: Page, end: str) -> list[Request]:
    """The requests from now on whose address ends so."""
    seen: list[Request] = []
    page.on("request", lambda request: seen.append(request) if request.url.endswith(end) else None)
    return seen


def stored() -> dict[tuple[int, int], int | None]:
    rows = Allocation.objects.exclude(number=None).values_list("unit_id", "quota_id", "number")
    return {(unit, quota): number for unit, quota, number in rows}


def test_forty_rows_by_twelve_columns(
    country: Province, wide: tuple[list[Unit], list[Quota]], open_page: OpenPage
) -> None:
    """Scenario 1: 480 cells are named, 1.960 is stored, nothing outside changes, one Ctrl+Z brings all back."""
    units, quotas = wide
    outside = CellInput(units[40].pk, quotas[12].pk, "77")
    inside = CellInput(units[3].pk, quotas[3].pk, "5")
    save_allocations(plan=country.plan, cells=[outside, inside], actor=country.hoa)
    before = stored()
    board = Board(open_page(country.hoa, ADDRESS), tuple(units), tuple(quotas))
    sent = requests_to(board.page, "/o/")
    block = [["1.960" if r == c else "" if (r + c) % 5 == 0 else str(r + c) for c in range(12)] for r in range(40)]
    board.cell(0, 0).click()
    dialog = preview(board.page, "\r\n".join("\t".join(row) for row in block) + "\r\n" + "\t" * 11 + "\r\n")
    expect(dialog.get_by_role("heading", name="Dán 480 ô")).to_be_visible()
    expect(dialog).to_contain_text("Khối 40 dòng × 12 cột.")
    expect(dialog).to_contain_text("1 ô thay số đang có.")
    assert stored() == before
    dialog.locator(".button-main").click()
    board.expect_saved()
    assert len(sent) == 1
    written = {
        (units[r].pk, quotas[c].pk): int(typed.replace(".", ""))
        for r, row in enumerate(block)
        for c, typed in enumerate(row)
        if typed
    }
    assert len(json.loads(sent[0].post_data or "")["cells"]) == len(written)
    assert stored() == before | written
    board.press("Control+z")
    expect(board.cell(3, 3)).to_have_value("5")
    expect(board.page.locator("td.is-saving")).to_have_count(0)
    board.expect_saved()
    assert stored() == before
    board.press("Control+y")
    expect(board.cell(3, 3)).to_have_value("1.960")


def test_a_block_from_excel(board: Board) -> None:
    """CR LF, a blank, a number with its dot, and the empty row that Excel adds."""
    board.cell(1, 1).click()
    paste_block(board.page, "3\t1.960\r\n\t7\r\n2\t\r\n")
    board.expect_column(1, ["", "3", "", "2", "", ""])
    board.expect_column(2, ["", "1.960", "7", "", "", ""])
    board.expect_saved()
    assert board.stored() == {(1, 1): 3, (3, 1): 2, (1, 2): 1960, (2, 2): 7}
    expect(board.cell(1, 1)).to_be_focused()
    board.press("Control+z")
    board.expect_column(2, ["", "", "", "", "", ""])
    expect(board.page.locator("td.is-saving")).to_have_count(0)
    board.expect_saved()
    assert board.stored() == {}


def test_a_block_goes_to_excel_with_plain_numbers(board: Board) -> None:
    board.cell(0, 1).click()
    paste_block(board.page, "3\t1960\n4\t")
    board.expect_saved()
    board.press("Shift+ArrowDown", "Shift+ArrowRight")
    assert copied(board.page) == "3\t1960\r\n4\t"


def test_one_number_fills_the_selected_block_without_a_question(board: Board) -> None:
    board.cell(0, 1).click()
    board.press("Shift+ArrowDown", "Shift+ArrowDown")
    paste(board.page, "2\r\n")
    board.expect_column(1, ["2", "2", "2", ""])
    expect(board.page.get_by_role("dialog")).to_have_count(0)


def test_the_preview_tells_all_and_only_the_good_may_be_taken(board: Board) -> None:
    board.cell(0, 1).click()
    board.type("5", "6")
    board.expect_saved()
    board.cell(0, 1).click()
    block = "1,5\t1\tx\n\t2\nmười\t3\n1,960\t4"
    dialog = preview(board.page, block)
    expect(dialog.get_by_role("heading")).to_have_text("Dán 8 ô")
    for words in (
        "2 ô bị từ chối",
        "1 ô mơ hồ",
        "1 ô trống trong khối: giữ nguyên ô.",
        "Khối lớn hơn phần bảng từ ô này: 1 số nằm ngoài bảng, không dán.",
    ):
        expect(dialog).to_contain_text(words)
    row = dialog.get_by_role("row").filter(has_text="«1,5»")
    expect(row).to_contain_text("Huyện ủy Bình Sơn, Học viện Chính trị khu vực III")
    expect(row).to_contain_text("không phải số người")
    dialog.get_by_role("button", name="Không dán").click()
    board.expect_column(1, ["5", "6", "", ""])
    expect(board.cell(0, 1)).to_be_focused()
    preview(board.page, block).get_by_role("button", name="Chỉ dán 4 ô đúng").click()
    board.expect_column(1, ["5", "6", "", ""])
    board.expect_column(2, ["1", "2", "3", "4"])


def test_a_bad_cell_of_a_paste_is_refused_alone(board: Board) -> None:
    """Scenario 2, all taken: the bad cell stays to be mended, the rest is saved."""
    board.cell(0, 1).click()
    preview(board.page, "3\nmười\n4").get_by_role("button", name="Dán 3 ô").click()
    board.expect_saved()
    assert board.stored() == {(0, 1): 3, (2, 1): 4}
    expect(board.page.locator("[data-troubles]")).to_contain_text("«mười» không phải số người")
    expect(board.cell(1, 1)).to_have_value("mười")


def test_a_blank_leaves_the_cell_unless_told_to_clear(board: Board) -> None:
    board.cell(0, 1).click()
    board.type("5", "6", "7")
    board.expect_saved()
    board.cell(0, 1).click()
    paste_block(board.page, "1\n\n3")
    board.expect_column(1, ["1", "6", "3"])
    dialog = preview(board.page, "1\n\n4")
    dialog.get_by_label("Ô trống xóa số cũ (1 ô đang có số)").check()
    expect(dialog).to_contain_text("1 ô trống trong khối: xóa số cũ.")
    dialog.locator(".button-main").click()
    board.expect_column(1, ["1", "", "4"])
    board.expect_saved()
    assert board.stored() == {(0, 1): 1, (2, 1): 4}


def test_rows_with_names_find_their_units(board: Board) -> None:
    """In another order, with a total and a unit that differs by one mark only: chosen by hand or left out."""
    board.cell(0, 1).click()
    rows = ["1\tThị uỷ Đức Phổ\t4", "2\tHUYỆN ỦY SƠN HẠ\t9", "3\thuyện ủy  Bình Sơn\t5", "\tTổng cộng\t18"]
    dialog = preview(board.page, "\r\n".join(rows))
    expect(dialog.get_by_role("heading")).to_have_text("Dán 2 ô")
    expect(dialog).to_contain_text("2 dòng chưa rõ là nơi nào: không dán cho tới khi chọn")
    expect(dialog.get_by_role("row").filter(has_text="Tổng cộng")).to_contain_text("không khớp tên nào")
    dialog.get_by_label("Dòng 2, «HUYỆN ỦY SƠN HẠ»").select_option("Huyện ủy Sơn Hà")
    expect(dialog.get_by_role("heading")).to_have_text("Dán 3 ô")
    expect(dialog.get_by_label("Dòng 2, «HUYỆN ỦY SƠN HẠ»")).to_be_focused()
    dialog.get_by_label("Dòng 2, «HUYỆN ỦY SƠN HẠ»").select_option("Không dán")
    expect(dialog.get_by_role("heading")).to_have_text("Dán 2 ô")
    dialog.get_by_role("button", name="Dán 2 ô").click()
    board.expect_saved()
    assert board.stored() == {(0, 1): 5, (4, 1): 4}


def test_a_paste_without_network_says_so_and_pastes_nothing(board: Board) -> None:
    board.cell(0, 1).click()
    board.page.context.set_offline(offline=True)
    paste(board.page, "3\n4")
    expect(board.page.locator("[data-status]")).to_contain_text("Chưa dán gì; khi có mạng, dán lại.")
    board.expect_column(1, ["", ""])
    board.page.context.set_offline(offline=False)
    paste_block(board.page, "3\n4")
    board.expect_saved()


def test_a_column_into_the_units_sheet(country: Province, open_page: OpenPage) -> None:
    page = open_page(country.alice, "/2024/dang-ky/huyen-uy-binh-son/")
    page.locator("input[name^='c-']").first.click()
    paste_block(page, "4\r\n15\r\n")
    expect(page.locator("td.is-saved")).to_have_count(2)
    assert dict(Registration.objects.values_list("quota_id", "number")) == {country.hcm.pk: 4, country.kv3.pk: 15}


def test_a_locked_cell_takes_nothing(board: Board) -> None:
    board.cell(1, 1).evaluate("input => { input.readOnly = true; }")
    board.cell(0, 1).click()
    dialog = preview(board.page, "1\n2\n3")
    expect(dialog).to_contain_text("1 ô đã khóa: không nhận số mới.")
    dialog.get_by_role("button", name="Dán 2 ô").click()
    board.expect_column(1, ["1", "", "3"])
