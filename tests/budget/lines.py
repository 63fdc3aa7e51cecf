"""Sources, norms and lines for the tests of the budget."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from budget.models import BudgetLine, FundSource, NormItem, NormSet
from budget.rules.costs import Factor
from budget.services.estimates import CostData
from budget.services.lines import LineData, save_line
from tests.cast import Province

PLAIN_AMOUNT = 40_000_000
PLAIN: dict[str, Any] = {
    "programme_id": None,
    "group": "Đào tạo",
    "content": "Lớp trung cấp lý luận chính trị",
    "classes": 2,
    "learners_per_class": 50,
    "days": 10,
    "basis": "lump_sum",
    "rate": PLAIN_AMOUNT,
}
ESTIMATED: dict[str, Any] = {"basis": "estimate", "rate": 0}
TERRITORY = "tỉnh Quảng Ngãi"
ITEMS: tuple[tuple[str, str, int | None, str], ...] = (
    ("giang-vien", "ceiling", 1_500_000, ""),
    ("nuoc-uong", "ceiling", 20_000, ""),
    ("chung-chi", "fixed", 30_000, ""),
    ("hoi-truong", "invoice", None, ""),
    ("quan-ly", "percent", 10, "excluding"),
)
"""(key, kind, level, base) of the norms that `make_norms` sets."""


def make_sources() -> tuple[FundSource, FundSource]:
    return (
        FundSource.objects.create(key="tinh", name="Ngân sách tỉnh", position=1, provincial=True),
        FundSource.objects.create(key="don-vi", name="Đơn vị cử đi", position=2),
    )


def make_norms(
    number: str = "04/2019/NQ-HĐND",
    valid_from: str = "2019-04-10",
    valid_to: str | None = None,
    territory: str = TERRITORY,
    items: Sequence[tuple[str, str, int | None, str]] = ITEMS,
) -> NormSet:
    norm_set = NormSet.objects.create(
        key="nq-" + number.partition("/")[0],
        number=number,
        title="Mức chi đào tạo, bồi dưỡng",
        issued_on=date.fromisoformat(valid_from),
        valid_from=date.fromisoformat(valid_from),
        valid_to=valid_to and date.fromisoformat(valid_to),
        territory=territory,
    )
    for position, (key, kind, level, base) in enumerate(items, start=1):
        NormItem.objects.create(
            norm_set=norm_set,
            key=key,
            position=position,
            group="Giảng viên" if key == "giang-vien" else "Tổ chức lớp",
            name=f"Khoản {key}",
            unit="buổi",
            kind=kind,
            level=level,
            base=base,
            clause=f"khoản {position} Điều 3",
        )
    return norm_set


def cost(norm_key: str, level: int | None = None, content: str = "", **factors: int) -> CostData:
    """What is typed of a cost, with its factors by their units."""
    return CostData(norm_key, content, level, tuple(Factor(unit, number) for unit, number in factors.items()))


LECTURES = cost("giang-vien", session=20)
"""20 sessions of 1.500.000 đồng."""


def line_data(**more: Any) -> LineData:
    return LineData(**(PLAIN | more))


def add_line(province: Province, shares: dict[int, int], **more: Any) -> BudgetLine:
    return save_line(plan=province.plan, line=None, data=line_data(**more), shares=shares, actor=province.hoa)


def add_class(province: Province, payer: FundSource, *costs: CostData, **more: Any) -> BudgetLine:
    """A class with an estimate that one source pays."""
    return save_line(
        plan=province.plan,
        line=None,
        data=line_data(**ESTIMATED | more),
        costs=costs or (LECTURES,),
        shares={},
        payer_id=payer.pk,
        actor=province.hoa,
    )
