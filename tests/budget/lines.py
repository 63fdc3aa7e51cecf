"""Sources and lines for the tests of the budget."""

from typing import Any

from budget.models import BudgetLine, FundSource
from budget.services import LineData, save_line
from tests.cast import Province

PLAIN: dict[str, Any] = {
    "programme_id": None,
    "group": "Đào tạo",
    "content": "Lớp trung cấp lý luận chính trị",
    "audience": "",
    "classes": 2,
    "learners_per_class": 50,
    "days": 10,
    "basis": "learner_day",
    "rate": 40_000,
    "executor": "",
    "note": "",
}
PLAIN_AMOUNT = 40_000 * 2 * 50 * 10


def make_sources() -> tuple[FundSource, FundSource]:
    return (
        FundSource.objects.create(key="tinh", name="Ngân sách tỉnh", position=1, provincial=True),
        FundSource.objects.create(key="don-vi", name="Đơn vị cử đi", position=2),
    )


def line_data(**more: Any) -> LineData:
    return LineData(**(PLAIN | more))


def add_line(province: Province, shares: dict[int, int], **more: Any) -> BudgetLine:
    return save_line(plan=province.plan, line=None, data=line_data(**more), shares=shares, actor=province.hoa)
