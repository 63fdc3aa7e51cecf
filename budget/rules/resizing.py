"""The sizes that a class may take – fewer, merged, smaller, later – and what it then comes to, by its own norms."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from budget.rules.amounts import percentage
from budget.rules.costs import Cost, Factor
from budget.rules.norms import INCLUDING, PERCENT
from budget.rules.shares import in_proportion

MOST_STEPS = 64
"""So many sizes of one line are looked at, spread over all that are allowed, the least always among them."""


class Measure(Enum):
    """How a line is made to cost less."""

    MERGE = auto()
    FEWER = auto()
    SMALLER = auto()
    LATER = auto()


class Priority(Enum):
    """What may happen to a line: nothing; what the others share; all that can, before the others."""

    KEEP = auto()
    SHRINK = auto()
    FIRST = auto()


@dataclass(frozen=True, slots=True)
class Size:
    """How many classes, and how many learners each."""

    classes: int
    learners: int

    @property
    def total(self) -> int:
        return self.classes * self.learners


@dataclass(frozen=True, slots=True)
class Limits:
    """A class has no fewer learners than `least`; merged, no more than `most`. Larger or smaller ones may stay so."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the budget as this arithmetic sees it; without costs it is a lump sum.

    `named` learners are nominated already; `paid` is what each source pays.
    """

    line_id: int
    size: Size
    amount: int
    costs: tuple[Cost, ...]
    paid: tuple[tuple[int, int], ...]
    priority: Priority = Priority.SHRINK
    named: int = 0

    @property
    def is_class(self) -> bool:
        return bool(self.costs and self.size.total)

    @property
    def is_held(self) -> bool:
        """Whether a class is held, and not only people sent to one that somebody else holds."""
        return any(factor.unit in ("class", "session") for cost in self.costs for factor in cost.factors)


@dataclass(frozen=True, slots=True)
class Rung:
    """A size that a line may take, None for leaving the year; `money` is what counts of its `amount`."""

    size: Size | None
    amount: int
    money: int
    lost: int


def resized(costs: Iterable[Cost], old: Size, new: Size) -> tuple[Cost, ...]:
    """The costs of a class of another size: factors that are its own numbers follow it, all others stay."""
    return tuple(
        replace(cost, factors=tuple(Factor(one.unit, _scaled(one, old, new)) for one in cost.factors)) for cost in costs
    )


def counted(line: Line, amount: int, sources: frozenset[int] | None) -> int:
    """What the sources pay of the line at that amount; None stands for all of it, whoever pays."""
    if sources is None or all(source in sources for source, _ in line.paid):
        return amount if sources is None or line.paid else 0
    if not any(source in sources for source, _ in line.paid):
        return 0
    return sum(share for source, share in in_proportion(dict(line.paid), amount).items() if source in sources)


def rungs(
    line: Line, measures: frozenset[Measure], limits: Limits, sources: frozenset[int] | None = None
) -> tuple[Rung, ...]:
    """What the measures may make of a line, from what it is: each costs less and loses no fewer than the one before."""
    whole = line.size.total if line.costs else 0
    stands = Rung(line.size, line.amount, counted(line, line.amount, sources), 0)
    ladder = [stands]
    if not stands.money:
        return (stands,)
    price = _Price(line.costs, line.size).at
    offered = [
        (max(0, whole - classes * learners), price(classes, learners), classes, learners)
        for classes, learners in _sizes(line, measures, limits)
    ]
    for lost, amount, classes, learners in sorted(offered):
        if amount < ladder[-1].amount and (money := counted(line, amount, sources)) < ladder[-1].money:
            ladder.append(Rung(Size(classes, learners), amount, money, lost))
    if Measure.LATER in measures and _may_leave(line):
        ladder.append(Rung(None, 0, 0, whole))
    return tuple(ladder)


class _Price:
    """What costs come to at any size: their sum as a polynomial of classes and learners, and percentages of it."""

    def __init__(self, costs: Sequence[Cost], size: Size) -> None:
        terms: Counter[tuple[int, int]] = Counter()
        for cost in costs:
            if cost.kind != PERCENT:
                classes = learners = 0
                amount = cost.level
                for factor in cost.factors:
                    of_classes, of_learners = _own(factor, size)
                    classes, learners = classes + of_classes, learners + of_learners
                    amount *= 1 if of_classes or of_learners else factor.number
                terms[classes, learners] += amount
        self.terms = tuple(terms.items())
        self.percents = [(cost.level, cost.base == INCLUDING) for cost in costs if cost.kind == PERCENT]

    def at(self, classes: int, learners: int) -> int:
        plain: int = sum(amount * classes**c * learners**n for (c, n), amount in self.terms)
        return plain + sum(percentage(plain, level, including=including) for level, including in self.percents)


def _own(factor: Factor, size: Size) -> tuple[int, int]:
    """Whether a factor is the class's own number, as powers of its classes and its learners. A single person is not."""
    if factor.unit == "class" and factor.number == size.classes:
        return 1, 0
    if factor.unit == "person" and factor.number > 1:
        if factor.number == size.learners:
            return 0, 1
        if factor.number == size.total:
            return 1, 1
    return 0, 0


def _scaled(factor: Factor, old: Size, new: Size) -> int:
    classes, learners = _own(factor, old)
    return new.classes**classes * new.learners**learners if classes or learners else factor.number


def _may_leave(line: Line) -> bool:
    """A class may leave the year when nobody is named for it; what is no class, only when it is to be cut first."""
    return not line.named and (line.is_class or line.priority is Priority.FIRST)


def _sizes(line: Line, measures: frozenset[Measure], limits: Limits) -> Iterator[tuple[int, int]]:
    """Classes and learners of each, as the measures allow; not ordered."""
    if not line.is_class or not measures & {Measure.MERGE, Measure.FEWER, Measure.SMALLER}:
        return
    size, least = line.size, min(line.size.learners, limits.least) if line.is_held else 1
    fewest = 1 if measures & {Measure.MERGE, Measure.FEWER} and line.is_held else size.classes
    counts = _spread(size.classes, fewest)
    for classes in counts:
        all_of_them = _ceil(size.total, classes)
        low = high = size.learners
        if classes < size.classes:
            most = max(size.learners, limits.most)
            if Measure.FEWER not in measures and all_of_them > most:
                continue
            high = min(all_of_them, most) if Measure.MERGE in measures else size.learners
            low = size.learners if Measure.FEWER in measures else high
        if Measure.SMALLER in measures:
            low = least
        low = max(low, _ceil(line.named, classes))
        for learners in _spread(high, low, max(2, MOST_STEPS // len(counts))):
            yield classes, learners


def _spread(high: int, low: int, most: int = MOST_STEPS) -> list[int]:
    """At most so many numbers from `high` down to `low`, both among them; none where `high` is below `low`."""
    if high - low < most:
        return list(range(high, low - 1, -1))
    return [high - (high - low) * step // (most - 1) for step in range(most)]


def _ceil(number: int, by: int) -> int:
    return -(-number // by)
