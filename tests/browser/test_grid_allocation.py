"""The Board's grid in the browser: the ceiling, live totals, folding, filtering, reading on a phone, many units."""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from quotas.models import Allocation, Quota
from quotas.services.cells import CellInput, save_allocations
from tests.browser.conftest import OpenPage
from tests.cast import Province, make_unit
from trainingplan.models import Unit, UnitGroup

pytestmark = pytest.mark.browser

ADDRESS = "/2024/phan-bo/1/"


@dataclass(frozen=True)
class Board:
    page: Page

    def cell(self, unit: Unit, quota: Quota) -> Locator:
        return self.page.locator(f"input[name^='c-{unit.pk}-{quota.pk}-']")

    def box(self, unit: Unit, quota: Quota) -> Locator:
        return self.page.locator("td.cell").filter(has=self.cell(unit, quota))

    def sums(self, kind: str) -> Locator:
        return self.page.locator(f"tr.sum-{kind} td.num")

    def type(self, unit: Unit, quota: Quota, text: str) -> None:
        self.cell(unit, quota).click()
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")


@pytest.fixture
def board(country: Province, open_page: OpenPage) -> Board:
    return Board(open_page(country.hoa, ADDRESS))


def test_to_the_ceiling_and_one_over(board: Board, country: Province) -> None:
    ours, theirs, quota = country.binh_son, country.son_tinh, country.kv3
    board.type(ours, quota, "40")
    board.type(theirs, quota, "5")
    expect(board.box(theirs, quota)).to_have_class(re.compile("is-saved"))
    expect(board.sums("left")).to_have_text(["5", "0", "5"])
    expect(board.sums("allocated")).to_have_text(["0", "45", "45"])
    board.type(theirs, quota, "6")
    expect(board.box(theirs, quota)).to_have_class(re.compile("is-refused"))
    words = "Vượt chỉ tiêu «Học viện Chính trị khu vực III» (45): ô này đang có 5, nhập 6, nhiều nhất có thể là 5."
    expect(board.page.locator("[data-troubles]")).to_contain_text(words)
    board.cell(theirs, quota).focus()
    expect(board.box(theirs, quota).get_by_text(words)).to_be_visible()
    expect(board.sums("left")).to_have_text(["5", "0", "5"])
    assert Allocation.objects.get(unit=theirs).number == 5
    board.type(ours, quota, "39")
    board.type(theirs, quota, "6")
    expect(board.box(theirs, quota)).to_have_class(re.compile("is-saved"))
    expect(board.page.locator("[data-troubles]")).to_be_hidden()
    assert Allocation.objects.get(unit=theirs).number == 6


def test_escape_takes_back_what_was_refused(board: Board, country: Province) -> None:
    unit, quota = country.binh_son, country.hcm
    board.type(unit, quota, "4")
    expect(board.box(unit, quota)).to_have_class(re.compile("is-saved"))
    board.type(unit, quota, "6")
    expect(board.box(unit, quota)).to_have_class(re.compile("is-refused"))
    board.cell(unit, quota).click()
    board.page.keyboard.press("Escape")
    expect(board.cell(unit, quota)).to_have_value("4")
    expect(board.page.locator("[data-troubles]")).to_be_hidden()
    board.page.reload()
    expect(board.cell(unit, quota)).to_have_value("4")


def test_totals_follow_the_typing_and_count_no_refused_number(board: Board, country: Province) -> None:
    row = board.page.get_by_role("row").filter(has_text="Huyện ủy Bình Sơn").locator("td.total")
    group = board.page.locator("tr.group td.num")
    board.type(country.binh_son, country.hcm, "2")
    board.type(country.binh_son, country.kv3, "30")
    board.type(country.son_tinh, country.kv3, "4")
    expect(row).to_have_text("32")
    expect(group).to_have_text(["2", "34", "36", ""])
    expect(board.page.locator("td.is-saved")).to_have_count(3)
    board.type(country.binh_son, country.kv3, "99")
    expect(board.box(country.binh_son, country.kv3)).to_have_class(re.compile("is-refused"))
    expect(row).to_have_text("32")
    expect(group).to_have_text(["2", "34", "36", ""])


def test_two_of_the_board_and_one_cell(board: Board, country: Province) -> None:
    ours = CellInput(country.binh_son.pk, country.kv3.pk, "9")
    save_allocations(plan=country.plan, cells=[ours], actor=country.hoa)
    board.type(country.binh_son, country.kv3, "6")
    box = board.box(country.binh_son, country.kv3)
    expect(box).to_have_class(re.compile("is-conflict"))
    board.cell(country.binh_son, country.kv3).focus()
    expect(box.get_by_text("Phạm Thị Hoa vừa sửa ô này thành «9»")).to_be_visible()
    board.page.keyboard.press("Tab")
    board.page.keyboard.press("Enter")
    expect(box).to_have_class(re.compile("is-saved"))
    assert Allocation.objects.get().number == 6


def test_groups_fold_and_rows_are_filtered(board: Board, country: Province) -> None:
    fold = board.page.get_by_role("button", name="I. Khối huyện, thị, thành phố")
    cell = board.cell(country.binh_son, country.kv3)
    fold.click()
    expect(cell).to_be_hidden()
    expect(fold).to_have_attribute("aria-expanded", "false")
    fold.click()
    expect(cell).to_be_visible()
    board.page.get_by_placeholder("Lọc đơn vị").fill("son tinh")
    expect(cell).to_be_hidden()
    other = board.cell(country.son_tinh, country.hcm)
    expect(other).to_be_visible()
    other.click()
    board.page.keyboard.press("ArrowDown")
    expect(other).to_be_focused()


def test_a_unit_reads_its_row_on_a_phone(country: Province, open_page: OpenPage) -> None:
    ours = CellInput(country.binh_son.pk, country.kv3.pk, "9")
    save_allocations(plan=country.plan, cells=[ours], actor=country.hoa)
    page = open_page(country.alice, ADDRESS, phone=True)
    expect(page.get_by_role("row", name="Huyện ủy Bình Sơn")).to_contain_text("9")
    expect(page.locator("input[name^='c-']")).to_have_count(0)
    expect(page.get_by_text("Huyện ủy Sơn Tịnh")).to_have_count(0)


def test_on_a_phone_the_first_column_stays(country: Province, open_page: OpenPage) -> None:
    board = Board(open_page(country.hoa, ADDRESS, phone=True))
    width = board.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1]
    board.cell(country.son_tinh, country.kv3).tap()
    board.page.keyboard.type("3")
    board.page.keyboard.press("Enter")
    expect(board.box(country.son_tinh, country.kv3)).to_have_class(re.compile("is-saved"))
    name = board.page.get_by_role("rowheader", name="Huyện ủy Sơn Tịnh")
    board.page.locator("[data-box]").evaluate("box => box.scrollLeft = 9999")
    place = name.bounding_box()
    assert place is not None
    assert 0 <= place["x"] < 30


def test_a_cell_reached_by_keys_is_not_hidden_under_the_head(country: Province, open_page: OpenPage) -> None:
    group = UnitGroup.objects.get()
    units = [make_unit(f"don-vi-{place}", f"Đơn vị {place}", country.plan, group, place) for place in range(3, 60)]
    board = Board(open_page(country.hoa, ADDRESS))
    board.cell(units[-1], country.hcm).click()
    for _ in range(40):
        board.page.keyboard.press("ArrowUp")
    cell = board.page.locator("input:focus").bounding_box()
    head = board.page.locator("table.grid thead").bounding_box()
    assert cell is not None
    assert head is not None
    assert cell["y"] >= head["y"] + head["height"]


def test_without_javascript_the_board_has_a_form(country: Province, open_page: OpenPage) -> None:
    board = Board(open_page(country.hoa, ADDRESS, javascript=False))
    board.cell(country.binh_son, country.hcm).fill("4")
    board.cell(country.son_tinh, country.hcm).fill("2")
    board.page.get_by_role("button", name="Lưu", exact=True).click()
    expect(board.page.get_by_text("Đã lưu 1 ô. 1 ô cần sửa")).to_be_visible()
    expect(board.page.get_by_text("nhiều nhất có thể là 1")).to_be_visible()
    expect(board.cell(country.son_tinh, country.hcm)).to_have_value("2")
