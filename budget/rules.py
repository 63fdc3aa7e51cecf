"""The arithmetic of budget lines, on plain integers: đồng, classes, learners, days."""

from collections.abc import Iterable, Mapping
from typing import Final

FACTORS: Final[Mapping[str, tuple[str, ...]]] = {
    "learner_day": ("classes", "learners_per_class", "days"),
    "learner": ("classes", "learners_per_class"),
    "class": ("classes",),
    "lump_sum": (),
}
"""By basis, what the rate is multiplied by."""

LARGEST_PRODUCT: Final = 2**63 - 1
"""What a database still multiplies; PostgreSQL computes the product of all factors whatever the basis is."""


def line_amount(*, basis: str, rate: int, classes: int, learners_per_class: int, days: int) -> int:
    """Rate × the factors that the basis names, in đồng. Raises KeyError for a basis that is none."""
    given = {"classes": classes, "learners_per_class": learners_per_class, "days": days}
    amount = rate
    for factor in FACTORS[basis]:
        amount *= given[factor]
    return amount


def missing_factors(*, basis: str, classes: int, learners_per_class: int, days: int) -> tuple[str, ...]:
    """The factors that the basis names and that are zero, so that the line would cost nothing."""
    given = {"classes": classes, "learners_per_class": learners_per_class, "days": days}
    return tuple(factor for factor in FACTORS[basis] if given[factor] == 0)


def too_large(*, rate: int, classes: int, learners_per_class: int, days: int) -> bool:
    """Whether a database would overflow, in any order of multiplication and though a later factor is zero."""
    product = 1
    for factor in (rate, classes, learners_per_class, days):
        product *= max(factor, 1)
    return product > LARGEST_PRODUCT


def share_gap(amount: int, shares: Iterable[int]) -> int:
    """What the sources still lack of the amount; negative when they pay more than it."""
    return amount - sum(shares)
