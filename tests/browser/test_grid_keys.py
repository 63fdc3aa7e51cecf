"""The Board's grid as a spreadsheet: keys, blocks, undo, and what is said to who listens."""

import pytest
from playwright.sync_api import expect

from tests.browser.board import Board, open_board
from tests.browser.conftest import OpenPage
from tests.cast import Province

pytestmark = pytest.mark.browser


@pytest.fixture
def board(country: Province, open_page: OpenPage) -> Board:
    return open_board(country, open_page)


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


def test_the_mouse_selects_a_block_and_carries_no_number_off(board: Board) -> None:
    board.cell(0, 0).click()
    board.type("3", "4")
    board.expect_saved()
    board.cell(0, 0).hover()
    board.page.mouse.down()
    to = board.cell(2, 1).bounding_box()
    assert to is not None
    board.page.mouse.move(to["x"] + to["width"] / 2, to["y"] + to["height"] / 2, steps=8)
    board.page.mouse.up()
    expect(board.page.locator("td.sel")).to_have_count(6)
    board.cell(3, 0).click()
    expect(board.page.locator("td.sel")).to_have_count(0)
    board.cell(4, 1).click(modifiers=["Shift"])
    expect(board.page.locator("td.sel")).to_have_count(4)
    board.expect_column(0, ["3", "4", "", "", "", ""])


def test_the_question_mark_shows_the_keys(board: Board) -> None:
    board.cell(0, 0).click()
    board.press("?")
    expect(board.page.get_by_role("dialog", name="Phím tắt trong bảng")).to_be_visible()
    board.press("Escape")
    expect(board.cell(0, 0)).to_have_value("")


def test_what_the_keys_do_is_said_aloud(board: Board) -> None:
    live = board.page.locator("[data-live]")
    board.cell(0, 1).click()
    board.page.keyboard.type("2")
    board.press("Enter", "ArrowUp", "Shift+ArrowDown", "Shift+ArrowDown", "Shift+ArrowRight")
    expect(live).to_have_text("Đã chọn 3 dòng × 2 cột.")
    board.press("Control+d")
    expect(live).to_have_text("Đã điền 4 ô.")
    board.press("Control+z")
    expect(live).to_have_text("Đã hoàn tác 2 ô.")


def test_who_wrote_a_cell_is_a_key_away(board: Board) -> None:
    board.cell(1, 2).click()
    board.type("4")
    board.expect_saved()
    board.press("ArrowUp")
    with board.page.expect_popup() as opened:
        board.press("Shift+F2")
    history = opened.value
    expect(history.get_by_role("heading", name="Lịch sử một ô")).to_be_visible()
    expect(history.get_by_role("main")).to_contain_text("Phạm Thị Hoa")
    expect(history.locator("ins")).to_have_text("4")
