"""Budget lines and norm items as files: lines through the budget's own service, with their sources."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from budget.models import BudgetLine, NormItem, NormSet
from tests.budget.lines import PLAIN_AMOUNT, add_class, add_line, make_norms, make_sources
from tests.cast import Province
from tests.office import changes, confirm, exported, problems, sheet, signed_in, upload
from trainingplan.models import Change, Plan

HEADS = ["Năm", "Khóa", "Nhóm", "Nội dung", "Số lớp", "Cách tính", "Số tiền trọn gói", "Thành tiền",
         "Nguồn: Ngân sách tỉnh", "Nguồn: Đơn vị cử đi"]  # fmt: skip


@pytest.fixture
def board(province: Province) -> Client:
    return signed_in(province.hoa)


def row(key: str | None, rate: Any, amount: Any, province_pays: Any, unit_pays: Any = None) -> list[Any]:
    return [
        2024,
        key,
        "Đào tạo",
        "Lớp cao cấp",
        2,
        "số tiền trọn gói",
        rate,
        amount,
        province_pays,
        unit_pays,
    ]


def test_lines_are_added_with_their_sources_as_one_batch(board: Client, province: Province) -> None:
    make_sources()
    content = sheet(
        HEADS, row(None, "40.000.000", 40_000_000, 30_000_000, "10.000.000 đồng"), row(None, 1_000_000, None, 1_000_000)
    )
    shown = upload(board, BudgetLine, content)
    assert [(number, kind) for number, kind, _ in changes(shown)] == [(2, "new"), (3, "new")]
    assert not BudgetLine.objects.exists()
    confirm(board, BudgetLine, shown)
    assert list(BudgetLine.objects.order_by("position").values_list("amount", flat=True)) == [40_000_000, 1_000_000]
    shares = BudgetLine.objects.order_by("position")[0].shares.order_by("amount").values_list("amount", flat=True)
    assert list(shares) == [10_000_000, 30_000_000]
    assert Change.objects.values("batch").distinct().count() == 1


def test_a_line_is_changed_and_comes_back_unchanged(board: Client, province: Province) -> None:
    state, _ = make_sources()
    line = add_line(province, {state.pk: PLAIN_AMOUNT})
    heads, out = exported(board, BudgetLine)
    names = [str(head) for head in heads]
    assert "không có gì để nhập" in upload(board, BudgetLine, sheet(names, list(out))).content.decode()
    assert dict(zip(names, out, strict=True))["Thành tiền"] == PLAIN_AMOUNT
    partly = sheet(["Năm", "Khóa", "Nội dung"], [2024, line.key, "Nội dung mới"])
    confirm(board, BudgetLine, upload(board, BudgetLine, partly))
    line.refresh_from_db()
    assert (line.content, line.amount, line.version) == ("Nội dung mới", PLAIN_AMOUNT, 2)


def test_what_is_wrong_with_lines_is_said_at_its_column(board: Client, province: Province) -> None:
    make_sources()
    content = sheet(
        HEADS,
        row(None, "40.000,5", None, 40_000_000),
        row(None, 40_000_000, 1, 40_000_000),
        row(None, 40_000_000, None, 1),
        row("khong-co", 40_000_000, None, 40_000_000),
        row(None, 10**16, None, 1),
        row(None, 40_000_000, None, -5),
    )
    found = problems(upload(board, BudgetLine, content))
    assert [(number, column) for number, column, _ in found] == [
        (2, "Số tiền trọn gói"), (3, "Thành tiền"), (4, "Thành tiền"), (5, "Khóa"), (6, "Số tiền trọn gói"),
        (7, "Nguồn: Ngân sách tỉnh"),
    ]  # fmt: skip
    assert found[1][2] == "Ghi 1 đồng, tính ra là 40.000.000 đồng. Sửa số tiền, hoặc để trống ô này."
    assert "thiếu 39.999.999 đồng" in found[2][2]
    assert not BudgetLine.objects.exists()


def test_a_line_that_another_changed_is_not_written_over(board: Client, province: Province) -> None:
    state, _ = make_sources()
    line = add_line(province, {state.pk: PLAIN_AMOUNT})
    BudgetLine.objects.update(version=2)
    content = sheet(["Năm", "Khóa", "Nội dung", "Phiên bản"], [2024, line.key, "Khác", 1])
    assert "vừa sửa dòng này" in problems(upload(board, BudgetLine, content))[0][2]


def test_a_frozen_plan_takes_no_lines(board: Client, province: Province) -> None:
    make_sources()
    Plan.objects.update(state=Plan.State.ISSUED)
    content = sheet(HEADS, row(None, 40_000_000, None, 40_000_000))
    assert "đã khóa" in problems(upload(board, BudgetLine, content))[0][2]


def test_norm_items_take_levels_of_their_kind(board: Client) -> None:
    NormSet.objects.create(
        key="nq-04", number="04/2019/NQ-HĐND", title="Mức chi", issued_on=date(2019, 4, 10),
        valid_from=date(2019, 5, 1), territory="Quảng Ngãi",
    )  # fmt: skip
    heads = ["Khóa bộ định mức", "Khóa", "Thứ tự", "Nội dung chi", "Đơn vị tính", "Loại mức chi", "Mức chi",
             "Tỷ lệ tính trên"]  # fmt: skip
    including = "tổng kinh phí của lớp, gồm cả chính khoản này"
    good = sheet(
        heads,
        ["nq-04", "ql", 1, "Quản lý lớp", "%", "tỷ lệ %", 10, including],
        ["nq-04", "hp", 2, "Học phí", "người", "theo hóa đơn", None, None],
    )
    confirm(board, NormItem, upload(board, NormItem, good))
    assert set(NormItem.objects.values_list("key", "kind", "level")) == {("ql", "percent", 10), ("hp", "invoice", None)}
    bad = sheet(
        heads,
        ["nq-04", "ql", 1, "Quản lý lớp", "%", "tỷ lệ %", 101, including],
        ["nq-04", "hp", 2, "Học phí", "người", "theo hóa đơn", None, including],
        ["nq-04", "kt", 3, "Khen thưởng", "%", "tỷ lệ %", 10, None],
        ["khong", "x", 4, "N", "n", "tối đa", "1,5", None],
    )
    said = problems(upload(board, NormItem, bad))
    assert any(row == 2 and words.startswith("Mức chi theo hóa đơn để trống; tỷ lệ") for row, _, words in said)
    assert {row for row, _, words in said if "phải nêu tính trên số tiền nào" in words} == {2, 3, 4}
    assert [(row, column) for row, column, _ in said if row == 5] == [(5, "Khóa bộ định mức"), (5, "Mức chi")]


def test_norm_sets_go_out_and_come_in_again(board: Client, province: Province) -> None:
    norm_set = make_norms()
    heads, out = exported(board, NormSet)
    names = [str(head) for head in heads]
    assert "không có gì để nhập" in upload(board, NormSet, sheet(names, list(out))).content.decode()
    new = dict(zip(names, out, strict=True)) | {
        "Khóa": "nq-15", "Số hiệu": "15/2024/NQ-HĐND", "Hiệu lực từ": "01/07/2024", "Số tiết một buổi giảng": 5,
    }  # fmt: skip
    old = dict(zip(names, out, strict=True)) | {"Hết hiệu lực từ": "01/07/2024"}
    content = sheet(names, list(old.values()), list(new.values()))
    confirm(board, NormSet, upload(board, NormSet, content))
    norm_set.refresh_from_db()
    assert norm_set.valid_to == date(2024, 7, 1)
    assert NormSet.objects.get(key="nq-15").lessons_per_session == 5
    bad = sheet(names, list((old | {"Hết hiệu lực từ": "10/04/2019", "Số tiết một buổi giảng": 13}).values()))
    assert (2, "Số tiết một buổi giảng") in [(row, column) for row, column, _ in problems(upload(board, NormSet, bad))]


def test_a_class_with_an_estimate_keeps_its_costs_through_a_file(board: Client, province: Province) -> None:
    make_norms()
    source, _ = make_sources()
    line = add_class(province, source)
    heads, out = exported(board, BudgetLine)
    names = [str(head) for head in heads]
    assert "không có gì để nhập" in upload(board, BudgetLine, sheet(names, list(out))).content.decode()
    partly = sheet(["Năm", "Khóa", "Nội dung"], [2024, line.key, "Nội dung mới"])
    confirm(board, BudgetLine, upload(board, BudgetLine, partly))
    line.refresh_from_db()
    assert (line.content, line.amount, line.costs.count()) == ("Nội dung mới", 30_000_000, 1)
    none = sheet(HEADS[:8], [2024, None, "A", "B", 1, "dự toán theo định mức", None, None])
    assert "Chưa có khoản chi nào" in problems(upload(board, BudgetLine, none))[0][2]
