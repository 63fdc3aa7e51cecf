"""What a check finds: which places do not say the same, and how many figures were held against each other."""

from collections import Counter
from dataclasses import dataclass, field, replace

from reports.checks.places import Place
from reports.checks.rules import BY_FIGURE, COMPARISONS, Comparison, Rule
from trainingplan.rules.numbers import format_count

NOTHING = "–"

Counted = tuple[Place, int]
Shown = tuple[Place, str]
"""A place with its figure, as a number and as it is displayed."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two places that do not say the same: each place, its figure as displayed, and what is the matter.

    `again` counts those before it that say the same of the same places.
    """

    rule: Rule
    place: Place
    figure: str
    other_place: Place
    other_figure: str
    message: str
    again: int = 0

    @property
    def where(self) -> str:
        return self.place.words

    @property
    def other_where(self) -> str:
        return self.other_place.words

    @property
    def key(self) -> str:
        """The same for the same rule at the same places, so that a reason can be kept for it.

        The figures are not in it, but where the figure is all that names the finding (a number bound to nothing):
        who keeps a reason keeps `figure` and `other_figure` with it, since it was given for those.
        """
        parts = [self.rule.value, self.place.stable, self.other_place.stable]
        if self.rule in BY_FIGURE:
            parts.append(self.figure)
        if self.again:
            parts.append(f"#{self.again + 1}")
        return "|".join(parts)

    def __str__(self) -> str:
        return f"{self.where}: {self.figure} ≠ {self.other_where}: {self.other_figure}. {self.message}"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """`counts` says how many figures were compared, by what was held against what, in the order of `Comparison`.

    `illustrative`: some of them belong to no real plan.
    """

    disagreements: tuple[Disagreement, ...]
    counts: tuple[tuple[Comparison, int], ...]
    illustrative: bool = False

    @property
    def compared(self) -> int:
        return sum(number for _, number in self.counts)

    @property
    def wrong(self) -> Counter[Comparison]:
        """The disagreements by what was held against what."""
        return Counter(COMPARISONS[one.rule] for one in self.disagreements)

    @property
    def clean(self) -> bool:
        return not self.disagreements


@dataclass
class Findings:
    """Collects what the checks find."""

    disagreements: list[Disagreement] = field(default_factory=list)
    counts: Counter[Comparison] = field(default_factory=Counter)
    illustrative: bool = False

    def equal(self, rule: Rule, one: Counted, other: Counted, message: str) -> None:
        """Two figures that must be the same."""
        self.hold(rule, _shown(one), _shown(other), message, holds=one[1] == other[1])

    def at_most(self, rule: Rule, one: Counted, other: Counted, message: str) -> None:
        """A figure that must not exceed another."""
        self.hold(rule, _shown(one), _shown(other), message, holds=one[1] <= other[1])

    def hold(self, rule: Rule, one: Shown, other: Shown, message: str, *, holds: bool) -> None:
        """Two places of which something must hold."""
        self.counts[COMPARISONS[rule]] += 1
        if not holds:
            self.disagreements.append(Disagreement(rule, *one, *other, message))

    def result(self) -> CheckResult:
        seen: Counter[str] = Counter()
        found = []
        for one in dict.fromkeys(self.disagreements):
            found.append(replace(one, again=seen[one.key]))
            seen[one.key] += 1
        counts = tuple((kind, self.counts[kind]) for kind in Comparison if self.counts[kind])
        return CheckResult(tuple(found), counts, self.illustrative)


def _shown(side: Counted) -> Shown:
    place, number = side
    return place, format_count(number)
