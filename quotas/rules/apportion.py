"""Apportioning places among units by largest remainder, within floors, caps, fixed places and priority.

The method (Hamilton's, with bounds): everybody first has his floor; then, one priority rank after the other, places go
in proportion to the weights, each unit held between its floor and the least of its demand and cap; whole places are
given, and those left over go to the largest remainders. Ties go to the larger weight, then to the order of the units.
The arithmetic is exact; the same claims always give the same proposal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby


@dataclass(frozen=True, slots=True)
class Claim:
    """What one unit brings: `demand` bounds what it gets; `fixed` settles it; a lower `rank` is served first.

    `weight` is what places are proportional to: the demand, the head-count, or a number that the Board sets. A unit of
    weight 0 has its floor only.
    """

    unit: int
    demand: int
    weight: int
    floor: int = 0
    cap: int | None = None
    fixed: int | None = None
    rank: int = 1

    @property
    def most(self) -> int:
        """The most it can get: its demand, or its cap if that is less."""
        if self.fixed is not None:
            return self.fixed
        return self.demand if self.cap is None else min(self.demand, self.cap)

    @property
    def least(self) -> int:
        """The least it gets: its floor, as far as it has demand for it."""
        return self.most if self.fixed is not None else min(self.floor, self.most)


@dataclass(frozen=True, slots=True)
class Share:
    """What one unit is proposed, and how that came about.

    `exact` is its proportional part; `place` of `rivals` is its standing by remainder, 0 if it has none.
    """

    claim: Claim
    places: int
    exact: Fraction
    place: int
    rivals: int

    @property
    def explanation(self) -> str:
        """One sentence: "12,4 → 12, phần dư 0,4 hạng 3/7 → 13; trần 13"."""
        whole = int(self.exact)
        parts = []
        if self.claim.fixed is not None:
            parts.append(f"ấn định {self.places}")
        elif self.place:
            remainder = decimal(self.exact - whole)
            parts.append(
                f"{decimal(self.exact)} → {whole}, phần dư {remainder} hạng {self.place}/{self.rivals} → {self.places}"
            )
        else:
            parts.append(f"{decimal(self.exact)} → {self.places}")
        parts += self._bounds()
        return "; ".join(parts)

    def _bounds(self) -> list[str]:
        claim, bounds = self.claim, []
        if claim.fixed is None:
            if claim.floor:
                bounds.append(f"sàn {claim.floor}")
            if claim.cap is not None:
                bounds.append(f"trần {claim.cap}")
            if self.places == claim.demand:
                bounds.append(f"đủ nhu cầu {claim.demand}")
        return bounds


@dataclass(frozen=True, slots=True)
class Proposal:
    """Shares in the order of the claims; `left` are the places that nobody can take."""

    shares: tuple[Share, ...]
    left: int


class Infeasible(ValueError):  # noqa: N818 - what is wrong with the limits, not a fault
    """The limits contradict each other; `reasons` name them, in Vietnamese."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = tuple(reasons)


def apportion(places: int, claims: Sequence[Claim], names: dict[int, str] | None = None) -> Proposal:
    """Divide `places` among the claims. Σ shares + left = places; raises Infeasible; `names` serve its words."""
    if reasons := _contradictions(places, claims, names or {}):
        raise Infeasible(reasons)
    found: dict[int, Share] = {}
    free = places - sum(claim.least for claim in claims)
    order = {claim.unit: index for index, claim in enumerate(claims)}
    for _, ranked in groupby(sorted(claims, key=lambda claim: claim.rank), key=lambda claim: claim.rank):
        members = list(ranked)
        lows = sum(claim.least for claim in members)
        reach = sum(_reach(claim) for claim in members)
        budget = min(reach, lows + free)
        free -= budget - lows
        found |= _largest_remainder(budget, members, order)
    return Proposal(tuple(found[claim.unit] for claim in claims), free)


def _reach(claim: Claim) -> int:
    return claim.most if claim.weight else claim.least


def _contradictions(places: int, claims: Sequence[Claim], names: dict[int, str]) -> list[str]:
    reasons = []
    for claim in claims:
        name = names.get(claim.unit, str(claim.unit))
        if claim.fixed is not None and claim.fixed > claim.demand:
            reasons.append(f"{name}: ấn định {claim.fixed} nhiều hơn nhu cầu {claim.demand}")
        if claim.fixed is not None and claim.cap is not None and claim.fixed > claim.cap:
            reasons.append(f"{name}: ấn định {claim.fixed} vượt trần {claim.cap}")
        if claim.cap is not None and claim.floor > claim.cap:
            reasons.append(f"{name}: sàn {claim.floor} cao hơn trần {claim.cap}")
    least = sum(claim.least for claim in claims)
    if least > places:
        reasons.append(f"các mức sàn và số ấn định cộng lại {least}, nhiều hơn {places} chỉ tiêu")
    return reasons


def _largest_remainder(places: int, claims: Sequence[Claim], order: dict[int, int]) -> dict[int, Share]:
    exact = _proportional(places, claims)
    whole = {unit: int(part) for unit, part in exact.items()}
    rivals = sorted(
        (claim for claim in claims if exact[claim.unit] != whole[claim.unit]),
        key=lambda claim: (-(exact[claim.unit] - whole[claim.unit]), -claim.weight, order[claim.unit]),
    )
    standing = {claim.unit: place for place, claim in enumerate(rivals, start=1)}
    extra = places - sum(whole.values())
    return {
        claim.unit: Share(
            claim,
            whole[claim.unit] + (0 < standing.get(claim.unit, 0) <= extra),
            exact[claim.unit],
            standing.get(claim.unit, 0),
            len(rivals),
        )
        for claim in claims
    }


def _proportional(places: int, claims: Sequence[Claim]) -> dict[int, Fraction]:
    """The parts r × weight, each held between its bounds, for the one r at which they sum to `places`."""
    weighted = [claim for claim in claims if claim.weight]
    target = places - sum(claim.least for claim in claims if not claim.weight)
    steps = sorted({Fraction(bound, claim.weight) for claim in weighted for bound in (claim.least, claim.most)})
    low, rate = Fraction(0), Fraction(0)
    for step in steps:
        if _filled(step, weighted) >= target:
            rate = _between(low, step, target, weighted)
            break
        low = rate = step
    return {claim.unit: _held(rate, claim) for claim in claims}


def _held(rate: Fraction, claim: Claim) -> Fraction:
    return (
        max(Fraction(claim.least), min(Fraction(claim.most), rate * claim.weight))
        if claim.weight
        else Fraction(claim.least)
    )


def _filled(rate: Fraction, claims: Sequence[Claim]) -> Fraction:
    return sum((_held(rate, claim) for claim in claims), Fraction(0))


def _between(low: Fraction, high: Fraction, target: int, claims: Sequence[Claim]) -> Fraction:
    """The rate in [low, high] that fills `target`: between two steps the sum is a straight line."""
    at_low, at_high = _filled(low, claims), _filled(high, claims)
    if at_high == at_low:
        return low
    return low + (high - low) * (target - at_low) / (at_high - at_low)


def decimal(value: Fraction) -> str:
    """One decimal, half up, with a comma: 12,4; a whole number stands alone."""
    tenths = (value.numerator * 20 + value.denominator) // (2 * value.denominator)
    return str(tenths // 10) if value.denominator == 1 else f"{tenths // 10},{tenths % 10}"
