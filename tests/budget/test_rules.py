"""The arithmetic of budget lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget.models import BudgetLine
from budget.rules import FACTORS, LARGEST_PRODUCT, line_amount, missing_factors, share_gap, too_large

COUNTS = {"classes": 3, "learners_per_class": 40, "days": 5}


def test_every_basis_has_its_factors() -> None:
    assert set(FACTORS) == set(BudgetLine.Basis.values)


@pytest.mark.parametrize(
    ("basis", "amount"),
    [("learner_day", 30_000_000), ("learner", 6_000_000), ("class", 150_000), ("lump_sum", 50_000)],
)
def test_an_amount_is_the_rate_times_what_its_basis_names(basis: str, amount: int) -> None:
    assert line_amount(basis=basis, rate=50_000, **COUNTS) == amount


def test_an_unknown_basis_is_no_amount() -> None:
    with pytest.raises(KeyError):
        line_amount(basis="month", rate=1, **COUNTS)


def test_a_factor_is_missing_only_where_the_basis_names_it() -> None:
    counts = COUNTS | {"days": 0, "learners_per_class": 0}
    assert missing_factors(basis="learner_day", **counts) == ("learners_per_class", "days")
    assert missing_factors(basis="learner", **counts) == ("learners_per_class",)
    assert missing_factors(basis="class", **counts) == ()
    assert missing_factors(basis="lump_sum", **counts) == ()


def test_what_no_database_multiplies_is_too_large_whatever_the_order() -> None:
    most = {"classes": 10_000, "learners_per_class": 100_000, "days": 3_660}
    assert too_large(rate=10**15, **most)
    assert too_large(rate=10**15, **(most | {"days": 0}))
    assert not too_large(rate=LARGEST_PRODUCT, classes=1, learners_per_class=0, days=0)
    assert too_large(rate=LARGEST_PRODUCT + 1, classes=1, learners_per_class=0, days=0)


@given(amount=st.integers(0, 10**15), shares=st.lists(st.integers(0, 10**15)))
def test_amount_is_shares_and_gap(amount: int, shares: list[int]) -> None:
    assert sum(shares) + share_gap(amount, shares) == amount
