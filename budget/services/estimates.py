"""Estimates as they are typed, priced by the norms of the class's day, and stored."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from budget.models import FACTOR_MAXIMUM, MAXIMUM, BudgetLine, EstimateLine, NormItem, NormSet
from budget.rules.amounts import too_large
from budget.rules.costs import MOST_FACTORS, Cost, Factor, price
from budget.rules.norms import INVOICE, NormRefused, level_fault
from budget.selectors.norms import class_day, items_by_key, norm_set_on
from trainingplan.models import Plan
from trainingplan.rules.numbers import format_money
from trainingplan.services.refusals import Refused

LONGEST = 400


@dataclass(frozen=True, slots=True)
class CostData:
    """What somebody typed of a cost: the norm's key (blank: by invoice) and the level used (None: the norm's own)."""

    norm_key: str
    content: str
    level: int | None
    factors: tuple[Factor, ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a cost: its place in the list, the field, and why."""

    place: int
    field: str
    message: str


class CostsRefused(Refused):
    """Costs that cannot stand, all of them at once."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        first = faults[0]
        super().__init__(f"Khoản {first.place + 1}: {first.message}", field="costs")
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Estimate:
    """Costs ready to be stored, the norm set that priced them, and what they come to."""

    norm_set: NormSet | None
    costs: tuple[EstimateLine, ...]
    total: int


def estimate(
    plan: Plan,
    opens_on: date | None,
    territory: str,
    costs: Sequence[CostData],
    known: Sequence[NormSet] | None = None,
) -> Estimate:
    """Price the costs by the norm set of the day on which the class opens. Raises Refused at the wrong field.

    Who prices many classes gives all norm sets, their items fetched, as `known`.
    """
    norm_set = None
    if any(cost.norm_key for cost in costs):
        try:
            norm_set = norm_set_on(class_day(plan, opens_on), territory, known)
        except NormRefused as refusal:
            raise Refused(str(refusal), field="opens_on") from refusal
    return estimate_by(norm_set, costs)


def estimate_by(
    norm_set: NormSet | None, costs: Sequence[CostData], items: Mapping[str, NormItem] | None = None
) -> Estimate:
    """Price the costs by this norm set, of which `items` may be at hand. Raises CostsRefused with all faults."""
    if items is None:
        items = items_by_key(norm_set) if norm_set else {}
    faults = [fault for place, cost in enumerate(costs) for fault in _faults(place, cost, items, norm_set)]
    if faults:
        raise CostsRefused(faults)
    found = [items.get(cost.norm_key) for cost in costs]
    priced = price(_cost(cost, item) for cost, item in zip(costs, found, strict=True))
    total = sum(one.amount for one in priced)
    if total > MAXIMUM or any((one.of or 0) > MAXIMUM for one in priced):
        raise Refused(
            f"Thành tiền {format_money(total)} đồng vượt quá {format_money(MAXIMUM)} đồng. Kiểm tra các khoản chi.",
            field="costs",
        )
    rows = tuple(
        _row(position, one.cost, item, one.amount, one.of)
        for position, (one, item) in enumerate(zip(priced, found, strict=True), start=1)
    )
    return Estimate(norm_set, rows, total)


def write_costs(line: BudgetLine, made: Estimate) -> None:
    """Store the costs instead of those that stand."""
    line.costs.all().delete()
    for cost in made.costs:
        cost.pk, cost.line = None, line
    EstimateLine.objects.bulk_create(made.costs)


def cost_data(line: BudgetLine) -> list[CostData]:
    """The stored costs as somebody would type them."""
    return [
        CostData(cost.norm_item.key if cost.norm_item else "", cost.content, cost.level, cost.factors)
        for cost in line.costs.select_related("norm_item")
    ]


def words_of(costs: Iterable[EstimateLine], prefix: str) -> dict[str, str]:
    """Each cost written out, by its content; with its norm where the content does not name it."""
    words: dict[str, str] = {}
    for cost in costs:
        name = f"{prefix}{cost.content}"
        norm = cost.norm_item.name if cost.norm_item else "không theo định mức"
        written = cost.formula if norm == cost.content else f"{cost.formula} – {norm}"
        words[name] = "; ".join(filter(None, (words.get(name), written)))
    return words


def _faults(place: int, cost: CostData, items: Mapping[str, NormItem], norm_set: NormSet | None) -> Iterable[Fault]:
    item = items.get(cost.norm_key)
    if cost.norm_key and item is None:
        number = norm_set.number if norm_set else ""
        yield Fault(place, "norm", f"Nghị quyết số {number} không có mức chi này. Chọn mức chi khác.")
        return
    if not cost.content and item is None:
        yield Fault(place, "content", "Ghi nội dung chi.")
    if len(cost.content) > LONGEST:
        yield Fault(place, "content", f"Nội dung dài hơn {LONGEST} ký tự.")
    if len(cost.factors) > MOST_FACTORS or any(not 1 <= one.number <= FACTOR_MAXIMUM for one in cost.factors):
        yield Fault(place, "factors", "Nhiều nhất ba thừa số, mỗi thừa số từ 1 đến 1.000.000.")
        return
    level = _level(cost, item)
    if not level:
        yield Fault(place, "level", "Nhập số tiền từ 1 đồng trở lên.")
    elif item and norm_set and (fault := level_fault(item.as_norm(norm_set.number), level)):
        yield Fault(place, "level", fault)
    elif level > MAXIMUM or too_large(level, (one.number for one in cost.factors)):
        yield Fault(place, "level", f"Thành tiền vượt quá {format_money(MAXIMUM)} đồng. Kiểm tra mức chi và thừa số.")


def _level(cost: CostData, item: NormItem | None) -> int:
    if cost.level is None:
        return (item.level if item else None) or 0
    return cost.level


def _cost(cost: CostData, item: NormItem | None) -> Cost:
    percent = item is not None and item.kind == NormItem.Kind.PERCENT
    return Cost(
        content=cost.content or (item.name if item else ""),
        kind=item.kind if item else INVOICE,
        level=_level(cost, item),
        factors=() if percent else cost.factors,
        base=item.base if item else "",
    )


def _row(position: int, cost: Cost, item: NormItem | None, amount: int, of: int | None) -> EstimateLine:
    row = EstimateLine(position=position, norm_item=item, content=cost.content, kind=cost.kind, base=cost.base)
    row.level, row.amount, row.of_amount = cost.level, amount, of
    for place, factor in enumerate(cost.factors, start=1):
        setattr(row, f"unit{place}", factor.unit)
        setattr(row, f"number{place}", factor.number)
    return row
