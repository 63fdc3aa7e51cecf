"""The budget of a plan's folder: amounts computed, sources that sum, real lines left alone."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F, Sum

from budget.models import BudgetLine, BudgetShare, EstimateLine, FundSource, NormItem, NormSet, UsualCost
from budget.rules.costs import total
from budget.selectors.norms import outdated_lines
from budget.selectors.table import province_total
from budget.services.states import approve_line
from tests.cast import make_user
from tests.loaded import ILLUSTRATIVE
from tests.trainingplan.folders import copy, edit
from trainingplan.models import Plan, Role

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


def test_every_class_is_computed_from_norms_and_says_so(plan_2024: Plan) -> None:
    lines = plan_2024.budget_lines.order_by("position")
    lump = lines.filter(basis=BudgetLine.Basis.LUMP_SUM)
    assert list(lump.values_list("key", flat=True)) == [
        "trung-cap-trung-uong",
        "khao-sat-nhu-cau",
        "chenh-lech-lam-tron",
    ]
    for line in lines.exclude(pk__in=lump):
        assert line.norm_set is not None, line.key
        assert (
            line.amount
            == sum(cost.amount for cost in line.costs.all())
            == total(cost.as_cost for cost in line.costs.all())
        )
        assert not line.costs.filter(norm_item=None).exists()
        assert not line.costs.exclude(kind="invoice").filter(level__gt=F("norm_item__level")).exists()
    assert not outdated_lines(plan_2024)


def test_what_the_central_agencies_pay_is_in_the_table_and_not_in_the_money(plan_2024: Plan) -> None:
    line = plan_2024.budget_lines.get(key="trung-cap-trung-uong")
    assert (line.learners, line.amount, line.self_funded, line.shares.count()) == (40, 0, True, 0)


def test_the_norm_set_is_a_fact_and_its_levels_are_not(plan_2024: Plan) -> None:
    norm_set = NormSet.objects.get()
    assert (norm_set.number, str(norm_set.issued_on)) == ("04/2019/NQ-HĐND", "2019-04-10")
    assert norm_set.items.count() == 23
    assert set(UsualCost.objects.values_list("norm_key", flat=True)) <= set(
        norm_set.items.values_list("key", flat=True)
    )
    assert not NormItem.objects.filter(illustrative=False).exists()
    assert {item.kind for item in norm_set.items.all()} == {"fixed", "ceiling", "invoice", "percent"}


def test_only_the_provinces_own_budget_is_provincial(plan_2024: Plan) -> None:
    assert [source.key for source in FundSource.objects.filter(provincial=True)] == ["ngan-sach-tinh"]
    assert FundSource.objects.count() == 4


def test_a_line_that_finance_wrote_is_left_alone_with_its_shares(plan_2024: Plan) -> None:
    line = plan_2024.budget_lines.get(key="cap-xa-263")
    line.costs.all().delete()
    BudgetLine.objects.filter(pk=line.pk).update(basis="lump_sum", rate=1, amount=1, illustrative=False)
    line.shares.update(amount=1)
    plan_2024.budget_lines.get(key="khao-sat-nhu-cau").delete()
    call_command("load_plan", ILLUSTRATIVE)
    line.refresh_from_db()
    assert (line.amount, line.shares.get().amount, line.costs.count()) == (1, 1, 0)
    assert not plan_2024.budget_lines.filter(key="khao-sat-nhu-cau").exists()


def test_an_illustrative_line_that_people_have_changed_stays_and_is_named(
    plan_2024: Plan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = plan_2024.budget_lines.get(key="cap-xa-263")
    approver = make_user("taichinh9", "Lê Thị Thu", Role.FINANCE)
    approve_line(plan=plan_2024, line=line, version=line.version, actor=approver)
    other = copy(ILLUSTRATIVE, tmp_path)
    edit(other / "budget_lines.csv", line.content, "Lớp của tệp")
    edit(other / "budget_lines.csv", "khao-sat-nhu-cau", "khao-sat-khac")
    call_command("load_plan", other)
    line.refresh_from_db()
    assert (line.content == "Lớp của tệp", line.state) == (False, "funded")
    assert f"giữ nguyên dòng kinh phí đã có người sửa: «{line.content}»" in capsys.readouterr().out
    assert not plan_2024.budget_lines.filter(key="khao-sat-nhu-cau").exists()


def test_a_line_may_be_paid_by_several_sources(plan_2024: Plan, tmp_path: Path) -> None:
    folder = copy(ILLUSTRATIVE, tmp_path)
    edit(folder / "budget_lines.csv", "363780,ngan-sach-tinh", "363780,ngan-sach-tinh=363.000;ca-nhan=780")
    call_command("load_plan", folder)
    shares = BudgetShare.objects.filter(line__plan=plan_2024, line__key="chenh-lech-lam-tron")
    assert dict(shares.values_list("source__key", "amount")) == {"ngan-sach-tinh": 363_000, "ca-nhan": 780}
    call_command("load_plan", ILLUSTRATIVE)
    assert dict(shares.values_list("source__key", "amount")) == {"ngan-sach-tinh": 363_780}


def test_costs_that_a_file_no_longer_names_go(plan_2024: Plan, tmp_path: Path) -> None:
    folder = copy(ILLUSTRATIVE, tmp_path)
    edit(folder / "estimate_lines.csv", "cap-xa-263,quan-ly-lop,,,\n", "")
    before = EstimateLine.objects.get(line__key="cap-xa-263", kind="percent").amount
    edit(folder / "budget_lines.csv", "363780,ngan-sach-tinh", f"{363_780 + before},ngan-sach-tinh")
    call_command("load_plan", folder)
    assert not EstimateLine.objects.filter(line__key="cap-xa-263", kind="percent").exists()
    assert province_total(plan_2024) == TOTAL


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("363780,ngan-sach-tinh", "363780,ngan-sach-tinh=363000", "các nguồn cộng lại phải bằng thành tiền 363.780"),
        ("363780,ngan-sach-tinh", "363780,", "shares: chưa có giá trị."),
        ("363780,ngan-sach-tinh", "363780,tai-tro", "shares: không có nguồn kinh phí «tai-tro»."),
        ("363780,ngan-sach-tinh", "363780,ngan-sach-tinh=nhiều", "shares: «nhiều» không phải số tiền"),
        ("363780,ngan-sach-tinh", ",ngan-sach-tinh", "lump_sum: chưa có số tiền trọn gói, cũng không có khoản nào"),
        ("363780,ngan-sach-tinh", "-363780,ngan-sach-tinh", "lump_sum: «-363780» là số âm"),
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


@pytest.mark.parametrize(
    ("new", "message"),
    [
        ("cap-xa-263,quan-ly-lop,,11,", "level: 11 % vượt mức tối đa 10 % theo"),
        ("cap-xa-263,quan-ly,,,", "norm: Nghị quyết số 04/2019/NQ-HĐND không có mức chi này"),
        ("cap-xa-263,hoi-truong,,,session=1", "level: Nhập số tiền từ 1 đồng trở lên"),
        ("cap-xa-263,nuoc-uong,,,gio=1", "factors: không có thừa số «gio»"),
        ("cap-xa-263,nuoc-uong,,,person=chục", "factors: «chục» không phải thừa số"),
        ("cap-xa-999,quan-ly-lop,,,", "line: không có dòng kinh phí «cap-xa-999»."),
    ],
)
def test_errors_in_costs_name_their_line(plan_2024: Plan, tmp_path: Path, new: str, message: str) -> None:
    folder = copy(ILLUSTRATIVE, tmp_path)
    edit(folder / "estimate_lines.csv", "cap-xa-263,quan-ly-lop,,,", new)
    with pytest.raises(CommandError) as refused:
        call_command("load_plan", folder)
    assert "2024-minh-hoa/estimate_lines.csv, dòng 253: " in str(refused.value)
    assert message in str(refused.value)
