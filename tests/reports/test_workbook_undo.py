"""A workbook that changed amounts is taken back whole: each budget line as it was, or as the workbook left it."""

from typing import Any

import pytest

from budget.models import BudgetLine, EstimateLine
from reports.workbook.writing import write_workbook
from tests.cast import make_user
from tests.reports.test_workbook_small import DAY, other_plan, take
from tests.reports.workbook_cast import Rows, all_rows, rolled_back
from trainingplan.imports.batches import apply, preview, recognise, take_up
from trainingplan.imports.undo import undo
from trainingplan.models import ImportBatch, ImportedRow, Role, User
from trainingplan.reading import read_book

pytestmark = pytest.mark.django_db
BASE = "các khoản khác của lớp, không gồm chính khoản này"


@pytest.fixture
def board(db: None) -> User:
    return make_user("lan", "Trần Thị Lan", Role.BOARD)


def priced(people: int, *, more: bool = False) -> Rows:
    """The small plan with an estimate for so many people and a tenth for its running; `more`: a cost and a source."""
    rows = other_plan()
    rows["Nguồn kinh phí"].append({"Khóa": "don-vi", "Tên": "Đơn vị", "Thứ tự": 2})
    costs, shares, line = rows["Khoản dự toán"], rows["Nguồn của dòng"], rows["Dòng kinh phí"][0]
    tenth = {
        "Khóa dòng": "lop-mau-1",
        "Thứ tự": 2,
        "Nội dung chi": "Quản lý",
        "Loại mức chi": "tỷ lệ %",
        "Mức dùng": 10,
    }
    costs[0] |= {"Thừa số 1": people, "Thành tiền": people * 40_000}
    costs.append(tenth | {"Tỷ lệ tính trên": BASE})
    if more:
        hall = {"Khóa dòng": "lop-mau-1", "Thứ tự": 3, "Nội dung chi": "Hội trường", "Loại mức chi": "theo hóa đơn"}
        costs.append(hall | {"Mức dùng": 1_000_000, "Thừa số 1 đếm gì": "lớp"})
        shares.append(shares[0] | {"Khóa nguồn": "don-vi", "Số tiền": 1_100_000})
        line["Ghi chú"] = "Đã tính lại"
    shares[0]["Số tiền"] = people * 44_000
    line["Thành tiền"] = people * 44_000 + (1_100_000 if more else 0)
    return rows


def applied(rows: Rows, board: User) -> ImportBatch:
    keeper = rolled_back()
    next(keeper)
    taken = take(rows)
    assert taken.problems == ()
    content = write_workbook(2031, DAY)
    assert next(keeper, None) is None
    kind = recognise(read_book("so.xlsx", content), board)
    batch = preview(take_up(name="so.xlsx", content=content, kind=kind, plan=None, actor=board))
    return apply(batch, mode="all", digest=batch.digest, actor=board)


def test_amounts_go_back_whole(board: User) -> None:
    take(priced(40))
    before = all_rows()
    batch = applied(priced(80, more=True), board)
    assert BudgetLine.objects.get().amount == 80 * 44_000 + 1_100_000
    assert undo(batch, actor=board).kept == 0
    assert all_rows() == before


def test_a_line_that_was_added_goes(board: User) -> None:
    rows = other_plan()
    lines: dict[str, list[dict[str, Any]]] = {}
    for name in ("Dòng kinh phí", "Khoản dự toán", "Nguồn của dòng"):
        lines[name], rows[name] = rows[name], []
    take(rows)
    before = all_rows()
    batch = applied(other_plan(), board)
    assert BudgetLine.objects.exists()
    assert undo(batch, actor=board).kept == 0
    assert all_rows() == before


def test_a_line_edited_since_stays_whole_and_says_why(board: User) -> None:
    take(priced(40))
    changed = priced(80, more=True)
    changed["Phân bổ"][1]["Số người"] = 8
    batch = applied(changed, board)
    after = all_rows()
    EstimateLine.objects.filter(position=3).update(content="Hội trường lớn")
    undone = undo(batch, actor=board)
    line = BudgetLine.objects.get()
    assert (line.amount, line.note) == (80 * 44_000 + 1_100_000, "Đã tính lại")
    assert all_rows()["budget.BudgetShare"] == after["budget.BudgetShare"]
    kept = ImportedRow.objects.filter(batch=undone, outcome=ImportedRow.Outcome.KEPT)
    assert {row.sheet for row in kept} == {"Dòng kinh phí", "Khoản dự toán", "Nguồn của dòng"}
    assert all("Hội trường lớn" in row.kept_because for row in kept)
    assert undone.kept == kept.count() == 6
