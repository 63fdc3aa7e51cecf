"""An estimate: its costs, what they come to, how they are written out, and how another norm would price them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from budget.rules.amounts import percentage, product
from budget.rules.norms import FIXED, INCLUDING, PERCENT, Norm
from trainingplan.rules.numbers import format_count

UNITS: Final[Mapping[str, str]] = {
    "person": "người",
    "day": "ngày",
    "session": "buổi",
    "class": "lớp",
    "night": "đêm",
    "month": "tháng",
    "year": "năm",
    "trip": "lượt",
    "paper": "bài",
    "time": "lần",
}
"""What a factor counts."""
MOST_FACTORS: Final = 3
SESSIONS_A_DAY: Final = 2
BASES: Final[Mapping[str, str]] = {
    "excluding": "các khoản khác của lớp",
    "including": "tổng kinh phí của lớp, gồm cả khoản này",
}


@dataclass(frozen=True, slots=True)
class Factor:
    """A number of what one of UNITS counts."""

    unit: str
    number: int

    def __str__(self) -> str:
        return f"{format_count(self.number)} {UNITS[self.unit]}"


@dataclass(frozen=True, slots=True)
class Cost:
    """One cost of a class: level × factors, or `level` percent of the other costs on the base that it names."""

    content: str
    kind: str
    level: int
    factors: tuple[Factor, ...] = ()
    base: str = ""


@dataclass(frozen=True, slots=True)
class Priced:
    """A cost with its amount; `of` is what a percentage was taken of."""

    cost: Cost
    amount: int
    of: int | None = None

    @property
    def formula(self) -> str:
        """How the amount came about: "1.300.000 × 40 buổi × 2 lớp = 104.000.000"."""
        cost, amount = self.cost, format_count(self.amount)
        if cost.kind != PERCENT:
            parts = (format_count(cost.level), *map(str, cost.factors))
            return f"{' × '.join(parts)} = {amount}" if cost.factors else amount
        of = format_count(self.of)
        if cost.base == INCLUDING:
            return f"{of} × {cost.level} / {100 - cost.level} = {amount} ({cost.level} % {BASES[cost.base]})"
        return f"{cost.level} % × {of} = {amount} ({BASES[cost.base]})"

    @property
    def how(self) -> str:
        """What the level is multiplied by, or what the percentage is of: "40 buổi × 2 lớp"."""
        cost = self.cost
        return f"{cost.level} % {BASES[cost.base]}" if cost.kind == PERCENT else " × ".join(map(str, cost.factors))


@dataclass(frozen=True, slots=True)
class Pattern:
    """A usual cost of a kind of class: a norm's key, and its factors, whose number the class gives where it is None."""

    norm_key: str
    content: str
    factors: tuple[tuple[str, int | None], ...]


def price(costs: Iterable[Cost]) -> tuple[Priced, ...]:
    """Every cost with its amount. A percentage is taken of all costs that are none themselves."""
    costs = tuple(costs)
    plain = [None if cost.kind == PERCENT else _product(cost) for cost in costs]
    of = sum(amount for amount in plain if amount is not None)
    return tuple(
        Priced(cost, percentage(of, cost.level, including=cost.base == INCLUDING), of)
        if amount is None
        else Priced(cost, amount)
        for cost, amount in zip(costs, plain, strict=True)
    )


def total(costs: Iterable[Cost]) -> int:
    """What an estimate comes to, in đồng."""
    return sum(priced.amount for priced in price(costs))


def figures(*, classes: int, learners_per_class: int, days: int, months: int) -> dict[str, int]:
    """By unit of a factor, the number that follows from the figures of a class; two sessions a day."""
    return {
        "class": classes,
        "person": learners_per_class,
        "day": days,
        "session": days * SESSIONS_A_DAY,
        "night": days,
        "month": months,
    }


def fill(
    patterns: Iterable[Pattern], norms: Mapping[str, Norm], counted: Mapping[str, int]
) -> tuple[tuple[str, Cost], ...]:
    """The usual costs of a class with the norm's own levels, each with its norm's key; what the set lacks is left out.

    A cost whose level invoices decide comes with level 0, to be typed.
    """
    found = []
    for pattern in patterns:
        if (norm := norms.get(pattern.norm_key)) is None:
            continue
        factors = tuple(
            Factor(unit, number if number is not None else counted.get(unit, 1) or 1)
            for unit, number in pattern.factors
        )
        content = pattern.content or norm.name
        found.append((norm.key, Cost(content, norm.kind, norm.level or 0, factors, norm.base)))
    return tuple(found)


def repriced(cost: Cost, old: Norm, new: Norm) -> Cost:
    """The cost under another norm: who used the old level in full, or must or may not pay more, uses the new one."""
    if new.level is None or old.level is None:
        return replace(cost, kind=new.kind, base=new.base)
    full = cost.level == old.level or new.kind == FIXED
    return replace(cost, kind=new.kind, base=new.base, level=new.level if full else min(cost.level, new.level))


def _product(cost: Cost) -> int:
    return product(cost.level, (factor.number for factor in cost.factors))
