"""The budget of the real plan of 2024 with its illustrative lines."""

from budget.selectors.table import budget_table, province_total
from trainingplan.models import Plan

TOTAL = 36_511_988_780


def test_the_provinces_budget_is_that_of_the_plan(plan_2024: Plan) -> None:
    table = budget_table(plan_2024)
    assert province_total(plan_2024) == table.province_total == TOTAL
    assert not table.unbalanced
    assert table.illustrative
    assert table.province_words == (
        "Ba mươi sáu tỷ năm trăm mười một triệu chín trăm tám mươi tám nghìn bảy trăm tám mươi đồng"
    )
