"""The budget of a plan's folder: amounts computed, sources that sum, real lines left alone."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum

from budget.models import BudgetLine, BudgetShare, FundSource, NormItem, NormSet
from budget.selectors import province_total
from tests.loaded import ILLUSTRATIVE
from tests.trainingplan.folders import copy, edit
from trainingplan.models import Plan

TOTAL = 36_511_988_780


def test_the_lines_sum_to_the_plans_money_to_the_dong(plan_2024: Plan) -> None:
    assert plan_2024.budget_lines.aggregate(total=Sum("amount"))["total"] == TOTAL
    assert province_total(plan_2024) == TOTAL
    assert not plan_2024.budget_lines.filter(illustrative=False).exists()
    last = plan_2024.budget_lines.order_by("position").last()
    assert last
    assert last.content.startswith("Chênh lệch do làm tròn")
    assert last.amount < 1_000_000


def test_learners_of_the_classes_are_the_heads_of_the_text(plan_2024: Plan) -> None:
    lines = BudgetLine.objects.filter(plan=plan_2024)
    learners = {
        key: sum(line.learners for line in lines.filter(programme__key=key))
        for key in ("cao-cap-ly-luan-chinh-tri", "can-bo-cap-xa", "quan-ly-nha-nuoc", "cap-xa-263")
    }
    assert list(learners.values()) == [113, 1_960, 4_100, 900]


def test_the_norm_set_is_a_fact_and_its_levels_are_not(plan_2024: Plan) -> None:
    norm_set = NormSet.objects.get()
    assert (norm_set.number, str(norm_set.issued_on)) == ("04/2019/NQ-HĐND", "2019-04-10")
    assert norm_set.items.count() == 15
    assert not NormItem.objects.filter(illustrative=False).exists()
    assert {item.kind for item in norm_set.items.all()} == {"fixed", "ceiling", "invoice", "percent"}


def test_only_the_provinces_own_budget_is_provincial(plan_2024: Plan) -> None:
    assert [source.key for source in FundSource.objects.filter(provincial=True)] == ["ngan-sach-tinh"]
    assert FundSource.objects.count() == 4


def test_a_line_that_finance_wrote_is_left_alone_with_its_shares(plan_2024: Plan) -> None:
    line = plan_2024.budget_lines.get(key="cap-xa-263")
    BudgetLine.objects.filter(pk=line.pk).update(rate=1, classes=1, learners_per_class=1, days=1, amount=1)
    BudgetLine.objects.filter(pk=line.pk).update(illustrative=False)
    line.shares.update(amount=1)
    plan_2024.budget_lines.get(key="khao-sat-nhu-cau").delete()
    call_command("load_plan", ILLUSTRATIVE)
    line.refresh_from_db()
    assert (line.amount, line.shares.get().amount) == (1, 1)
    assert not plan_2024.budget_lines.filter(key="khao-sat-nhu-cau").exists()


def test_a_line_may_be_paid_by_several_sources(plan_2024: Plan, tmp_path: Path) -> None:
    folder = copy(ILLUSTRATIVE, tmp_path)
    edit(folder / "budget_lines.csv", "388780,ngan-sach-tinh", "388780,ngan-sach-tinh=388.000;ca-nhan=780")
    call_command("load_plan", folder)
    shares = BudgetShare.objects.filter(line__plan=plan_2024, line__key="chenh-lech-lam-tron")
    assert dict(shares.values_list("source__key", "amount")) == {"ngan-sach-tinh": 388_000, "ca-nhan": 780}
    call_command("load_plan", ILLUSTRATIVE)
    assert dict(shares.values_list("source__key", "amount")) == {"ngan-sach-tinh": 388_780}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("388780,ngan-sach-tinh", "388780,ngan-sach-tinh=388000", "các nguồn cộng lại phải bằng thành tiền 388.780"),
        ("388780,ngan-sach-tinh", "388780,", "shares: chưa có giá trị."),
        ("388780,ngan-sach-tinh", "388780,tai-tro", "shares: không có nguồn kinh phí «tai-tro»."),
        ("388780,ngan-sach-tinh", "388780,ngan-sach-tinh=nhiều", "shares: «nhiều» không phải số tiền"),
        ("lump_sum,388780", "lumpsum,388780", "basis: "),
        ("lump_sum,388780", "lump_sum,-388780", "rate: «-388780» là số âm"),
        (",chenh-lech-lam-tron,", ",khao-sat-nhu-cau,", "key: «khao-sat-nhu-cau» đã có ở trên."),
    ],
)
def test_errors_in_lines_name_their_line(plan_2024: Plan, tmp_path: Path, old: str, new: str, message: str) -> None:
    folder = copy(ILLUSTRATIVE, tmp_path)
    edit(folder / "budget_lines.csv", old, new)
    with pytest.raises(CommandError) as refused:
        call_command("load_plan", folder)
    assert "2024-minh-hoa/budget_lines.csv, dòng 38: " in str(refused.value)
    assert message in str(refused.value)
    assert province_total(plan_2024) == TOTAL
