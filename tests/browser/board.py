"""The Board's grid of six units × three quotas, as the tests of keys and of pasting use it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from quotas.models import Allocation, Quota
from tests.browser.conftest import OpenPage
from tests.cast import Province, make_quota, make_unit
from trainingplan.models import Unit, UnitGroup

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
            re.compile(r"^[\d.]+ ô đã nhập( · \d+ ô cần sửa)? · lưu lúc")
        )

    def stored(self) -> dict[tuple[int, int], int | None]:
        """What the database holds, by row and column."""
        rows, columns = [unit.pk for unit in self.units], [quota.pk for quota in self.quotas]
        found = Allocation.objects.exclude(number=None).values_list("unit_id", "quota_id", "number")
        return {(rows.index(unit), columns.index(quota)): number for unit, quota, number in found}


def open_board(country: Province, open_page: OpenPage) -> Board:
    group = UnitGroup.objects.get()
    names = ["Huyện ủy Sơn Hà", "Huyện ủy Ba Tơ", "Thị ủy Đức Phổ", "Thành ủy Quảng Ngãi"]
    more = [make_unit(f"don-vi-{place}", name, country.plan, group, place) for place, name in enumerate(names, start=3)]
    free = make_quota(
        country.kv3.programme, country.appendix, "cap-nhat", "Cập nhật kiến thức", number=None, position=3
    )
    units, quotas = (country.binh_son, country.son_tinh, *more), (country.hcm, country.kv3, free)
    return Board(open_page(country.hoa, ADDRESS), units, quotas)
