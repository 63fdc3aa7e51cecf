"""Products, percentages and gaps of đồng, on plain integers."""

from collections.abc import Iterable
from typing import Final

LARGEST_PRODUCT: Final = 2**63 - 1
"""What a database still multiplies."""
WHOLE: Final = 100


def product(level: int, factors: Iterable[int]) -> int:
    """Level × factor × factor …, in đồng."""
    amount = level
    for factor in factors:
        amount *= factor
    return amount


def too_large(level: int, factors: Iterable[int]) -> bool:
    """Whether a database would overflow, in any order of multiplication and though a factor is zero."""
    return product(max(level, 1), (max(factor, 1) for factor in factors)) > LARGEST_PRODUCT


def percentage(of: int, percent: int, *, including: bool) -> int:
    """`percent` of a sum, the rest below one đồng dropped, so that a ceiling in percent is never passed.

    `of` are the other costs. With `including` the whole of which the percentage is taken is these and itself: 10 % on
    45.000.000 are 5.000.000, since 5 of 50 million are a tenth; without, 4.500.000.
    """
    return of * percent // (WHOLE - percent if including else WHOLE)


def share_gap(amount: int, shares: Iterable[int]) -> int:
    """What the sources still lack of the amount; negative when they pay more than it."""
    return amount - sum(shares)
