"""The Board's grid as a spreadsheet: keys, blocks, the clipboard, undo."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from quotas.models import Allocation, Quota
from tests.browser.conftest import OpenPage
from tests.browser.pasting import copied, paste
from tests.cast import Province, make_quota, make_unit
from trainingplan.models import Unit, UnitGroup

pytestmark = pytest.mark.browser

ADDRESS = "/2024/phan-bo/1/"


@dataclass(frozen=True)
class Board:
    """The grid of six units × three quotas, of which the third states no number."""

    page: Page
    units: tuple[Unit, ...]
    quotas: tuple[Quota, ...]

    def cell(self, r: int, c: int) -> Locator:
        return self.page.locator(f"input[name^='c-{self.units[r].pk}-{self.quotas[c].pk}-']")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, *texts: str) -> None:
        """Type each text and Enter."""
        for text in texts:
            self.page.keyboard.type(text)
            self.page.keyboard.press("Enter")

    def expect_column(self, c: int, values: Iterable[str]) -> None:
        for r, value in enumerate(values):
            expect(self.cell(r, c)).to_have_value(value)

    def expect_saved(self) -> None:
        expect(self.page.locator("[data-status]")).to_have_text(
            re.compile(r"^\d+ ô đã nhập( · \d+ ô cần sửa)? · lưu lúc")
        )

    def stored(self) -> dict[tuple[int, int], int | None]:
        """What the database holds, by row and column."""
        rows, columns = [unit.pk for unit in self.units], [quota.pk for quota in self.quotas]
        found = Allocation.objects.exclude(number=None).values_list("unit_id", "quota_id", "number")
        return {(rows.index(unit), columns.index(quota)): number for unit, quota, number in found}


@pytest.fixture
def board(country: Province, open_page: OpenPage) -> Board:
    group = UnitGroup.objects.get()
    names = ["Huyện ủy Sơn Hà", "Huyện ủy Ba Tơ", "Thị ủy Đức Phổ", "Thành ủy Quảng Ngãi"]
    more = [make_unit(f"don-vi-{place}", name, country.plan, group, place) for place, name in enumerate(names, start=3)]
    free = make_quota(
        country.kv3.programme, country.appendix, "cap-nhat", "Cập nhật kiến thức", number=None, position=3
    )
    units, quotas = (country.binh_son, country.son_tinh, *more), (country.hcm, country.kv3, free)
    return Board(open_page(country.hoa, ADDRESS), units, quotas)


def test_arrows_tab_and_enter_move(board: Board) -> None:
    board.cell(0, 0).click()
    for key, place in [
        ("ArrowRight", (0, 1)),
        ("ArrowDown", (1, 1)),
        ("ArrowLeft", (1, 0)),
        ("ArrowUp", (0, 0)),
        ("ArrowUp", (0, 0)),
        ("Tab", (0, 1)),
        ("Shift+Tab", (0, 0)),
        ("Enter", (1, 0)),
        ("Shift+Enter", (0, 0)),
        ("End", (0, 2)),
        ("Control+End", (5, 2)),
        ("Control+Home", (0, 0)),
        ("PageDown", (5, 0)),
    ]:
        board.press(key)
        expect(board.cell(*place)).to_be_focused()


def test_typing_replaces_and_escape_takes_back(board: Board) -> None:
    board.cell(0, 1).click()
    board.type("12")
    board.press("ArrowUp")
    board.page.keyboard.type("7")
    expect(board.cell(0, 1)).to_have_value("7")
    board.press("Escape")
    expect(board.cell(0, 1)).to_have_value("12")
    board.press("F2")
    board.page.keyboard.type("3")
    board.press("ArrowLeft", "Backspace", "Enter")
    expect(board.cell(0, 1)).to_have_value("13")
    board.expect_saved()
    assert board.stored() == {(0, 1): 13}


def test_typing_then_an_arrow_commits(board: Board) -> None:
    board.cell(0, 1).click()
    board.page.keyboard.type("4")
    board.press("ArrowRight")
    board.page.keyboard.type("5")
    board.press("ArrowDown")
    board.expect_saved()
    assert board.stored() == {(0, 1): 4, (0, 2): 5}


def test_a_block_is_cleared_and_brought_back(board: Board) -> None:
    board.cell(0, 1).click()
    board.type("1", "2", "3")
    board.cell(0, 1).click()
    board.press("Shift+ArrowDown", "Shift+ArrowDown")
    expect(board.page.locator("td.sel")).to_have_count(3)
    board.press("Delete")
    board.expect_column(1, ["", "", ""])
    board.press("Control+z")
    board.expect_column(1, ["1", "2", "3"])
    board.press("Control+y")
    board.expect_column(1, ["", "", ""])
    board.press("Control+z")
    board.expect_saved()
    assert board.stored() == {(0, 1): 1, (1, 1): 2, (2, 1): 3}


def test_fill_down(board: Board) -> None:
    board.cell(0, 1).click()
    board.page.keyboard.type("2")
    board.press("Enter", "ArrowUp", "Shift+ArrowDown", "Shift+ArrowDown", "Control+d")
    board.expect_column(1, ["2", "2", "2", ""])
    board.cell(3, 1).click()
    board.press("Control+d")
    board.expect_column(1, ["2", "2", "2", "2"])
    board.expect_saved()
    assert sum(number or 0 for number in board.stored().values()) == 8


def test_the_mouse_selects_a_block(board: Board) -> None:
    board.cell(0, 0).hover()
    board.page.mouse.down()
    board.cell(2, 1).hover()
    board.page.mouse.up()
    expect(board.page.locator("td.sel")).to_have_count(6)
    board.cell(3, 0).click()
    expect(board.page.locator("td.sel")).to_have_count(0)
    board.cell(4, 1).click(modifiers=["Shift"])
    expect(board.page.locator("td.sel")).to_have_count(4)


def test_a_block_from_excel(board: Board) -> None:
    """CR LF, a blank, a number with its dot, and the empty row that Excel adds."""
    board.cell(1, 1).click()
    paste(board.page, "3\t1.960\r\n\t7\r\n2\t\r\n")
    board.expect_column(1, ["", "3", "", "2", "", ""])
    board.expect_column(2, ["", "1.960", "7", "", "", ""])
    board.expect_saved()
    assert board.stored() == {(1, 1): 3, (3, 1): 2, (1, 2): 1960, (2, 2): 7}
    board.press("Control+z")
    board.expect_column(2, ["", "", "", "", "", ""])
    expect(board.page.locator("td.is-saving")).to_have_count(0)
    board.expect_saved()
    assert board.stored() == {}


def test_a_block_goes_to_excel_with_plain_numbers(board: Board) -> None:
    board.cell(0, 1).click()
    paste(board.page, "3\t1960\n4\t")
    board.expect_saved()
    board.press("Shift+ArrowDown", "Shift+ArrowRight")
    assert copied(board.page) == "3\t1960\r\n4\t"


def test_one_number_fills_the_selected_block(board: Board) -> None:
    board.cell(0, 1).click()
    board.press("Shift+ArrowDown", "Shift+ArrowDown")
    paste(board.page, "2\r\n")
    board.expect_column(1, ["2", "2", "2", ""])


def test_a_paste_that_surprises_is_shown_first(board: Board) -> None:
    board.cell(0, 1).click()
    board.type("5", "6")
    board.cell(0, 1).click()
    paste(board.page, "1,5\t1\tx\n\t2\nmười\t3\n4\t4")
    dialog = board.page.get_by_role("dialog", name="Dán 8 ô")
    expect(dialog).to_contain_text("1 ô đang có số sẽ thành trống.")
    expect(dialog).to_contain_text("2 ô không đọc được là số người")
    expect(dialog).to_contain_text("Huyện ủy Bình Sơn, Học viện Chính trị khu vực III: «1,5»")
    expect(dialog).to_contain_text("1 số nằm ngoài bảng, sẽ bỏ qua.")
    board.expect_column(1, ["5", "6", "", ""])
    dialog.get_by_role("button", name="Không dán").click()
    board.expect_column(1, ["5", "6", "", ""])
    paste(board.page, "1,5\t1\n\t2\nmười\t3\n4\t4")
    board.page.get_by_role("button", name="Chỉ dán 6 ô đúng").click()
    board.expect_column(1, ["5", "", "", "4"])
    board.expect_column(2, ["1", "2", "3", "4"])


def test_a_bad_cell_of_a_paste_is_refused_alone(board: Board) -> None:
    board.cell(0, 1).click()
    paste(board.page, "3\nmười\n4")
    board.page.get_by_role("button", name="Dán 3 ô").click()
    board.expect_saved()
    assert board.stored() == {(0, 1): 3, (2, 1): 4}
    expect(board.page.locator("[data-troubles]")).to_contain_text("«mười» không phải số người")
    expect(board.cell(1, 1)).to_have_value("mười")


def test_rows_with_names_find_their_units(board: Board) -> None:
    """In another order, with a total and a unit that differs by one mark only, which is nobody."""
    board.cell(0, 1).click()
    rows = ["1\tThị uỷ Đức Phổ\t4", "2\tHUYỆN ỦY SƠN HẠ\t9", "3\thuyện ủy  Bình Sơn\t5", "\tTổng cộng\t18"]
    paste(board.page, "\r\n".join(rows))
    dialog = board.page.get_by_role("dialog", name="Dán 2 ô")
    expect(dialog).to_contain_text(
        "2 dòng không khớp tên đơn vị nào, sẽ bỏ qua: 2 · HUYỆN ỦY SƠN HẠ · 9; Tổng cộng · 18."
    )
    dialog.get_by_role("button", name="Dán 2 ô").click()
    board.expect_saved()
    assert board.stored() == {(0, 1): 5, (4, 1): 4}


def test_many_cells_in_one_paste(board: Board) -> None:
    board.cell(0, 0).click()
    paste(board.page, "\r\n".join(["\t1\t2"] * 6) + "\r\n")
    board.expect_saved()
    assert len(board.stored()) == 12


def test_the_question_mark_shows_the_keys(board: Board) -> None:
    board.cell(0, 0).click()
    board.press("?")
    expect(board.page.get_by_role("dialog", name="Phím tắt trong bảng")).to_be_visible()
    board.press("Escape")
    expect(board.cell(0, 0)).to_have_value("")
