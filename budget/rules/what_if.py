"""What if levels were others from a day on: which classes change, by how much and why; nothing is stored."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from budget.rules.costs import Cost, Priced, price, repriced
from budget.rules.norms import FIXED, PERCENT, Norm
from budget.rules.shares import in_proportion

WHOLE = 100


class Outside(StrEnum):
    """Why an assumption does not reach a line, in the words of the page."""

    LUMP_SUM = "số tiền trọn gói, không theo định mức"
    APPROVED = "kinh phí đã được duyệt"
    CARRIED_OVER = "lớp chuyển tiếp"
    EARLIER = "khai giảng trước ngày áp dụng"
    UNTOUCHED = "không có khoản nào đổi"


@dataclass(frozen=True, slots=True)
class Assumption:
    """From `since` on, one of three: `levels` by norm key; `percent` more on the levels of `keys`; another norm set.

    A level that is typed goes before the percentage. `below` moves costs that use less than the level as well.
    """

    since: date
    percent: int = 0
    keys: frozenset[str] = frozenset()
    below: bool = False
    levels: Mapping[str, int] = field(default_factory=dict)
    norms: Mapping[str, Norm] | None = None


@dataclass(frozen=True, slots=True)
class NormedCost:
    """A cost and the norm that it follows, None where it follows none."""

    cost: Cost
    norm: Norm | None = None


@dataclass(frozen=True, slots=True)
class ClassCosts:
    """A line of the budget as this arithmetic sees it; `day` is the day whose norms it follows."""

    line_id: int
    day: date
    amount: int
    costs: tuple[NormedCost, ...]
    paid: Mapping[int, int] = field(default_factory=dict)
    approved: bool = False
    carried_over: bool = False


@dataclass(frozen=True, slots=True)
class CostChange:
    """One cost before and after."""

    old: Priced
    new: Priced

    @property
    def difference(self) -> int:
        return self.new.amount - self.old.amount


@dataclass(frozen=True, slots=True)
class Affected:
    """A class that the assumption reaches: what it comes to, and all its costs before and after."""

    line_id: int
    old: int
    new: int
    costs: tuple[CostChange, ...]
    paid: Mapping[int, int]

    @property
    def difference(self) -> int:
        return self.new - self.old

    @property
    def changed(self) -> tuple[CostChange, ...]:
        return tuple(cost for cost in self.costs if cost.difference or cost.old.cost != cost.new.cost)

    @property
    def shares(self) -> dict[int, int]:
        """What each source would pay: the parts they pay now."""
        return in_proportion(self.paid, self.new)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an assumption comes to. The differences of the classes are that of the total, exactly."""

    affected: tuple[Affected, ...]
    outside: Mapping[Outside, int]
    old: int
    missing: tuple[str, ...] = ()
    """Names of costs that the other norm set does not know; they stay as they are."""

    @property
    def difference(self) -> int:
        return sum(one.difference for one in self.affected)

    @property
    def new(self) -> int:
        return self.old + self.difference


def raised(level: int, percent: int) -> int:
    """A level `percent` higher (lower if negative), to the nearest đồng, halves up."""
    return (level * (WHOLE + percent) * 2 + WHOLE) // (2 * WHOLE)


def assumed(one: NormedCost, assumption: Assumption) -> Cost:
    """The cost as assumed. A percentage keeps its rate under `percent`: it follows what it is taken of.

    Who used the level in full uses the new one in full; who used less keeps that, but never above the new level.
    """
    cost, norm = one.cost, one.norm
    if norm is None:
        return cost
    if assumption.norms is not None:
        other = assumption.norms.get(norm.key)
        return cost if other is None else repriced(cost, norm, other)
    if (level := assumption.levels.get(norm.key)) is not None and norm.level is not None:
        return repriced(cost, norm, replace(norm, level=level))
    if norm.key not in assumption.keys or norm.kind == PERCENT:
        return cost
    in_full = norm.kind == FIXED or cost.level == norm.level
    if norm.level is None or (assumption.below and not in_full):
        return replace(cost, level=raised(cost.level, assumption.percent))
    return repriced(cost, norm, replace(norm, level=raised(norm.level, assumption.percent)))


def why_outside(one: ClassCosts, since: date) -> Outside | None:
    """Why the line stays as it is whatever the levels; None when it is reached."""
    if not one.costs:
        return Outside.LUMP_SUM
    if one.approved:
        return Outside.APPROVED
    if one.carried_over:
        return Outside.CARRIED_OVER
    return Outside.EARLIER if one.day < since else None


def what_if(lines: Iterable[ClassCosts], assumption: Assumption) -> Outcome:
    """The lines under the assumption, in their order; those that do not change are only counted, by reason."""
    affected: list[Affected] = []
    outside: Counter[Outside] = Counter()
    missing: dict[str, None] = {}
    old = 0
    for one in lines:
        old += one.amount
        if why := why_outside(one, assumption.since):
            outside[why] += 1
            continue
        missing |= dict.fromkeys(_missing(one, assumption))
        changed = _changed(one, assumption)
        if changed.changed:
            affected.append(changed)
        else:
            outside[Outside.UNTOUCHED] += 1
    return Outcome(tuple(affected), dict(outside), old, tuple(missing))


def _changed(one: ClassCosts, assumption: Assumption) -> Affected:
    before = price(cost.cost for cost in one.costs)
    after = price(assumed(cost, assumption) for cost in one.costs)
    costs = tuple(CostChange(old, new) for old, new in zip(before, after, strict=True))
    return Affected(one.line_id, one.amount, one.amount + sum(cost.difference for cost in costs), costs, one.paid)


def _missing(one: ClassCosts, assumption: Assumption) -> list[str]:
    if assumption.norms is None:
        return []
    return [cost.norm.name for cost in one.costs if cost.norm and cost.norm.key not in assumption.norms]
