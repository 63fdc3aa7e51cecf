"""«Tải Excel» of every list: the page's own right, scope and masks; numbers as numbers, text never a formula."""

from datetime import date, datetime
from io import BytesIO
from typing import Any

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from quotas.models import Quota
from tests.doors import NAMES, PEOPLE, Doors, outcome
from trainingplan.models import UnitName
from trainingplan.resources.sheets import ABOUT, DATA, MARK, DataSheet, write_data_sheet
from trainingplan.rules.dates import PartialDate

PAGES = {
    "registration": "year", "registration-unit": "year unit_key", "allocation-index": "year",
    "allocation": "year number", "allocation-caps": "year number", "allocation-subs": "year number",
    "allocation-reserves": "year number", "allocation-proposal": "year number", "approvals": "year",
    "progress": "year", "progress-answer": "year unit_key", "rosters": "year", "roster": "year roster",
    "search": "year", "budget": "year", "norm-sets": "year", "dashboard": "year", "plan-versions": "year",
    "trail": "year", "cell-history": "year cell", "delegations": "", "access-refusals": "", "personal-reads": "",
    "classes": "year",
}  # fmt: skip
"""The lists by address, with the parts that it takes."""


def sheet_of(doors: Doors, who: str, listed: str, home: str = "own", more: str = "") -> Any:
    url = doors.address(listed, PAGES[listed], home)
    return doors.ask(who, "get", f"{url}{'&' if '?' in url else '?'}tai=excel{more}")


def cells(content: bytes, sheet: str = DATA) -> list[tuple[Any, ...]]:
    return list(load_workbook(BytesIO(content))[sheet].iter_rows(values_only=True))


@pytest.mark.parametrize("listed", PAGES)
def test_each_list_is_a_sheet_for_those_who_see_its_page_and_for_nobody_else(
    listed: str, doors: Doors, db: None
) -> None:
    asked = "&q=y" if listed == "search" else ""
    for role in ("own", "board", "finance", "anonymous"):
        shown = doors.ask(role, "get", f"{doors.address(listed, PAGES[listed])}{_query(listed, asked)}")
        answer = sheet_of(doors, role, listed, more=asked)
        if outcome(shown) != "200":
            assert outcome(answer) == outcome(shown) or (role, listed) == ("own", "registration")
            continue
        assert "no-store" in answer["Cache-Control"]
        heads, *rows = cells(answer.content)
        assert all(isinstance(head, str) and head for head in heads)
        assert len(set(heads)) == len(heads)
        assert "tai=excel" in shown.content.decode() or not rows
        if role == "own":
            told = " ".join(str(cell) for name in (DATA, ABOUT) for row in cells(answer.content, name) for cell in row)
            assert not [word for word in ("so-y-te", NAMES["so-y-te"], PEOPLE["other"]) if word in told]


def _query(listed: str, asked: str) -> str:
    return f"{'&' if 'cell' in PAGES[listed] else '?'}x=1{asked}"


def test_what_the_page_masks_the_sheet_masks(doors: Doors, db: None) -> None:
    heads, *rows = cells(sheet_of(doors, "school", "roster").content)
    at = heads.index("Cột ethnicity")
    by_name = {row[heads.index("Họ và tên")]: row[at] for row in rows}
    assert by_name == {PEOPLE["own"]: "•••", PEOPLE["other"]: "•••", PEOPLE["home"]: "•••", PEOPLE["school"]: "Hrê"}


def test_filters_of_the_page_hold_for_the_sheet_and_are_told(doors: Doors, db: None) -> None:
    content = sheet_of(doors, "board", "progress", more="&trang-thai=da-gui").content
    assert len(cells(content)) == 1
    assert ("Ghi chú", "Lọc: đã gửi") in cells(content, ABOUT)
    logged = sheet_of(doors, "board", "trail", more="&loai=nomination").content
    heads, *rows = cells(logged)
    assert {row[heads.index("Loại")] for row in rows} == {"cán bộ được cử"}


def test_names_that_begin_like_formulas_stay_text_everywhere(doors: Doors, db: None) -> None:
    UnitName.objects.update(name='=HYPERLINK("http://x")')
    Quota.objects.update(name="@SUM(1)")
    for listed in PAGES:
        answer = sheet_of(doors, "board", listed)
        if answer.status_code == 200 and answer.content[:2] == b"PK":
            for sheet in load_workbook(BytesIO(answer.content)):
                assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_each_value_is_written_as_what_it_is() -> None:
    rows = [
        ("=1+1", 1960, 36_511_988_780, date(2024, 12, 5), timezone.now(), PartialDate(1984), None),
        ("-5", 0, 10**15, None, None, PartialDate(1984, 12), ""),
        ("a\x01b" + "x" * 40_000, True, False, None, None, None, None),
    ]
    heads = ("Chữ", "Số", "Tiền", "Ngày", "Lúc", "Sinh", "Trống")
    content = write_data_sheet(DataSheet("Thử", "thu", heads, rows, illustrative=True), made_by="Người thử")
    book = load_workbook(BytesIO(content))
    (_, first, second, third) = list(book[DATA].iter_rows())
    assert [cell.data_type for cell in first][:6] == ["s", "n", "n", "d", "d", "s"]
    assert [first[1].value, first[2].value, first[3].value] == [1960, 36_511_988_780, datetime(2024, 12, 5)]  # noqa: DTZ001
    assert (first[5].value, second[5].value, second[2].value) == ("1984", "12/1984", str(10**15))
    assert (second[0].data_type, second[1].value, third[1].value, third[2].value) == ("s", 0, "có", None)
    assert len(third[0].value) == 32_767
    assert (first[1].number_format, first[3].number_format) == ("#,##0", "dd/mm/yyyy")
    assert book[DATA].freeze_panes == "B2"
    assert any(MARK in str(value) for row in cells(content, ABOUT) for value in row)
