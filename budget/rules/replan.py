"""Re-planning within a smaller sum: options of stated measures that hold it, never below the minima of a class.

A line offers rungs, from what it is to the least it may be: each saves more and loses as few learners as that allows.
An option goes down the rungs of all lines evenly – first those to cut first, first where nobody loses a place – until
the sum holds, then gives back what is left over. All is on plain integers, and the same for the same data.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from budget.rules.costs import Cost, Priced, price
from budget.rules.resizing import Limits, Line, Measure, Priority, Rung, Size, counted, resized, rungs
from budget.rules.shares import in_proportion

DEPTHS = 1000
RATIO = 10**18
_TIERS = (Priority.FIRST, Priority.SHRINK)


class Strategy(StrEnum):
    """Measures that go together; the order is that of equal options."""

    MERGE = "ghep-lop"
    MERGE_SMALLER = "ghep-lop-giam-si-so"
    MERGE_FEWER = "ghep-lop-giam-so-lop"
    SMALLER = "giam-si-so"
    FEWER = "giam-so-lop"
    MERGE_LATER = "ghep-lop-lui-lop"
    LATER = "lui-lop"
    ALL = "ket-hop"

    @property
    def words(self) -> str:
        return _WORDS[self]

    @property
    def measures(self) -> frozenset[Measure]:
        return _MEASURES[self]


_WORDS = {
    Strategy.MERGE: "Ghép lớp",
    Strategy.MERGE_SMALLER: "Ghép lớp và giảm học viên mỗi lớp",
    Strategy.MERGE_FEWER: "Ghép lớp và giảm số lớp",
    Strategy.SMALLER: "Giảm học viên mỗi lớp",
    Strategy.FEWER: "Giảm số lớp",
    Strategy.MERGE_LATER: "Ghép lớp và lùi lớp sang năm sau",
    Strategy.LATER: "Lùi lớp sang năm sau",
    Strategy.ALL: "Kết hợp cả bốn cách",
}
_MEASURES = {
    Strategy.MERGE: frozenset({Measure.MERGE}),
    Strategy.MERGE_SMALLER: frozenset({Measure.MERGE, Measure.SMALLER}),
    Strategy.MERGE_FEWER: frozenset({Measure.MERGE, Measure.FEWER}),
    Strategy.SMALLER: frozenset({Measure.SMALLER}),
    Strategy.FEWER: frozenset({Measure.FEWER}),
    Strategy.MERGE_LATER: frozenset({Measure.MERGE, Measure.LATER}),
    Strategy.LATER: frozenset({Measure.LATER}),
    Strategy.ALL: frozenset(Measure),
}


class Rank(StrEnum):
    """What is asked of the best option first; equal ones go by the other two, then by the order of strategies."""

    LEARNERS = "hoc-vien"
    LINES = "dong"
    REST = "so-du"


@dataclass(frozen=True, slots=True)
class Cut:
    """A line that an option changes."""

    line: Line
    size: Size | None
    amount: int
    lost: int

    @property
    def saved(self) -> int:
        return self.line.amount - self.amount

    @property
    def shares(self) -> dict[int, int]:
        return in_proportion(dict(self.line.paid), self.amount)

    @property
    def costs(self) -> tuple[Cost, ...]:
        return resized(self.line.costs, self.line.size, self.size) if self.size else ()

    @property
    def priced(self) -> tuple[Priced, ...]:
        return price(self.costs)

    @property
    def fewer_classes(self) -> int:
        if not self.line.is_class:
            return 0
        return self.line.size.classes - (self.size.classes if self.size else 0)


@dataclass(frozen=True, slots=True)
class Option:
    """One way to hold the sum; `money` is what counts of all lines, `total` all that they come to."""

    strategy: Strategy
    cuts: tuple[Cut, ...]
    money: int
    total: int
    limit: int

    @property
    def reached(self) -> bool:
        return self.money <= self.limit

    @property
    def rest(self) -> int:
        """What is left of the sum, negative where it is not held."""
        return self.limit - self.money

    @property
    def missing(self) -> int:
        """By how much the sum is not held, though all is done that may be."""
        return max(0, -self.rest)

    @property
    def cut_from(self) -> int:
        """What the changed lines come to now, and below what they then do and what that saves."""
        return sum(cut.line.amount for cut in self.cuts)

    @property
    def cut_to(self) -> int:
        return sum(cut.amount for cut in self.cuts)

    @property
    def saved(self) -> int:
        return self.cut_from - self.cut_to

    @property
    def lost(self) -> int:
        return sum(cut.lost for cut in self.cuts)

    @property
    def fewer_classes(self) -> int:
        return sum(cut.fewer_classes for cut in self.cuts)

    @property
    def later(self) -> int:
        return sum(cut.size is None for cut in self.cuts)


def share_named(named: int, learners: Sequence[int]) -> tuple[int, ...]:
    """Nominated learners of a programme over its lines, in proportion to their learners and never more than these."""
    whole = sum(learners)
    shares = in_proportion(dict(enumerate(learners)), min(named, whole))
    return tuple(shares.get(place, 0) for place in range(len(learners)))


def options(
    lines: Sequence[Line],
    limit: int,
    limits: Limits,
    *,
    sources: frozenset[int] | None = None,
    rank: Rank = Rank.LEARNERS,
) -> tuple[Option, ...]:
    """The ways to hold the sum, the best first, those that cannot last; alike ones once; none where it holds already.

    `sources` are those whose money the sum limits, None all of them.
    """
    if sum(counted(line, line.amount, sources) for line in lines) <= limit:
        return ()
    found: dict[tuple[Cut, ...], Option] = {}
    for strategy in sorted(Strategy, key=lambda strategy: len(strategy.measures)):
        option = find(lines, limit, limits, strategy, sources=sources)
        if option.cuts:
            found.setdefault(option.cuts, option)
    return tuple(sorted(found.values(), key=lambda option: _place(option, rank)))


def find(
    lines: Sequence[Line], limit: int, limits: Limits, strategy: Strategy, *, sources: frozenset[int] | None = None
) -> Option:
    """What the strategy makes of the lines: within the sum, or as near to it as it can come."""
    ladders = [rungs(line, strategy.measures, limits, sources) for line in lines]
    descent = _Descent(ladders, limit)
    first, others = ([at for at, line in enumerate(lines) if line.priority is which] for which in _TIERS)
    descent.down(first)
    descent.down(others)
    descent.up(others)
    descent.up(first)
    taken = [ladder[place] for ladder, place in zip(ladders, descent.places, strict=True)]
    return Option(
        strategy=strategy,
        cuts=tuple(
            Cut(line, rung.size, rung.amount, rung.lost)
            for line, rung, place in zip(lines, taken, descent.places, strict=True)
            if place
        ),
        money=sum(rung.money for rung in taken),
        total=sum(rung.amount for rung in taken),
        limit=limit,
    )


class _Descent:
    """Goes down the ladders evenly until they cost no more than the limit, and back up where something is left."""

    def __init__(self, ladders: Sequence[Sequence[Rung]], limit: int) -> None:
        self.ladders, self.limit = ladders, limit
        self.places = [0] * len(ladders)
        self.spent = sum(ladder[0].money for ladder in ladders)
        self.harmless = [max(at for at, rung in enumerate(ladder) if not rung.lost) for ladder in ladders]
        """The last rung of each ladder that costs no learner a place."""

    def down(self, tier: Sequence[int]) -> None:
        """First as far as nobody loses a place, then further."""
        self._down([(at, 0, self.harmless[at]) for at in tier])
        self._down([(at, self.harmless[at], len(self.ladders[at]) - 1) for at in tier])

    def up(self, tier: Sequence[int]) -> None:
        """Where most learners are lost for what is saved, back to no loss; then, as the sum allows, to what was."""
        cut = [at for at in tier if self.places[at] > self.harmless[at]]
        for at in sorted(cut, key=self._pain):
            self._up(at, self.harmless[at])
        for at in tier:
            self._up(at, 0)

    def _down(self, stretches: Sequence[tuple[int, int, int]]) -> None:
        """The least depth that is enough; the full one where none is."""
        if self.spent <= self.limit:
            return
        rest = self.spent - sum(self.ladders[at][self.places[at]].money for at, _, _ in stretches)
        low, high = 0, DEPTHS
        while low < high:
            depth = (low + high) // 2
            cost = sum(self.ladders[at][top + (end - top) * depth // DEPTHS].money for at, top, end in stretches)
            low, high = (low, depth) if rest + cost <= self.limit else (depth + 1, high)
        for at, top, end in stretches:
            self.places[at] = top + (end - top) * high // DEPTHS
        self.spent = rest + sum(self.ladders[at][self.places[at]].money for at, _, _ in stretches)

    def _up(self, at: int, top: int) -> None:
        ladder, place = self.ladders[at], self.places[at]
        free = self.limit - self.spent + ladder[place].money
        self.places[at] = next((higher for higher in range(top, place) if ladder[higher].money <= free), place)
        self.spent += ladder[self.places[at]].money - ladder[place].money

    def _pain(self, at: int) -> int:
        """Learners lost for what is saved, the most first."""
        ladder, place = self.ladders[at], self.places[at]
        return -(ladder[place].lost * RATIO // (ladder[0].money - ladder[place].money))


def _place(option: Option, rank: Rank) -> tuple[int, ...]:
    asked = {Rank.LEARNERS: option.lost, Rank.LINES: len(option.cuts), Rank.REST: abs(option.rest)}
    first = asked.pop(rank)
    order = list(Strategy).index(option.strategy)
    if not option.reached:
        return (1, -option.rest, first, *asked.values(), order)
    return (0, first, *asked.values(), order)
