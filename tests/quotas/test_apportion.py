"""The proposal, against its promises and a brute-force search."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from quotas.rules.apportion import Claim, Infeasible, apportion, decimal


@st.composite
def problems(draw: st.DrawFn, *, most_units: int = 6, most_demand: int = 12) -> tuple[int, list[Claim]]:
    claims = []
    for unit in range(draw(st.integers(1, most_units))):
        demand = draw(st.integers(0, most_demand))
        cap = draw(st.none() | st.integers(0, most_demand))
        floor = draw(st.integers(0, 2 if cap is None else min(2, cap)))
        fixed = draw(st.none() | st.none() | st.integers(0, min(demand, demand if cap is None else cap)))
        weight = draw(st.integers(0, 20))
        claims.append(Claim(unit, demand, weight, floor, cap, fixed, draw(st.integers(1, 2))))
    return draw(st.integers(0, most_units * most_demand)), claims


@given(problems())
def test_sums_exactly_within_all_bounds(problem: tuple[int, list[Claim]]) -> None:
    places, claims = problem
    assume(sum(claim.least for claim in claims) <= places)
    proposal = apportion(places, claims)
    assert sum(share.places for share in proposal.shares) + proposal.left == places
    for claim, share in zip(claims, proposal.shares, strict=True):
        assert share.claim is claim
        assert claim.least <= share.places <= claim.most <= claim.demand
        assert abs(share.places - share.exact) < 1
    if proposal.left:
        assert all(s.places == (s.claim.most if s.claim.weight else s.claim.least) for s in proposal.shares)


@given(problems())
def test_the_same_claims_give_the_same_proposal_in_any_order_but_for_ties(problem: tuple[int, list[Claim]]) -> None:
    places, claims = problem
    assume(sum(claim.least for claim in claims) <= places)
    assert apportion(places, claims) == apportion(places, claims)
    exact = {share.claim.unit: share.exact for share in apportion(places, claims).shares}
    assert exact == {share.claim.unit: share.exact for share in apportion(places, claims[::-1]).shares}


@given(st.integers(0, 60), st.lists(st.integers(1, 20), min_size=1, max_size=8))
def test_who_asks_more_never_gets_less(places: int, demands: list[int]) -> None:
    shares = apportion(places, [Claim(unit, demand, demand) for unit, demand in enumerate(demands)]).shares
    for one, other in product(shares, shares):
        if one.claim.demand > other.claim.demand:
            assert one.places >= other.places


@given(st.integers(0, 40), st.lists(st.integers(1, 15), min_size=2, max_size=6), st.integers(1, 10))
def test_asking_more_never_costs_a_place(places: int, demands: list[int], growth: int) -> None:
    before = apportion(places, [Claim(unit, demand, demand) for unit, demand in enumerate(demands)])
    grown = [demands[0] + growth, *demands[1:]]
    after = apportion(places, [Claim(unit, demand, demand) for unit, demand in enumerate(grown)])
    assert after.shares[0].places >= before.shares[0].places


@settings(max_examples=60)
@given(problems(most_units=4, most_demand=5))
def test_no_other_division_is_nearer_to_the_exact_parts(problem: tuple[int, list[Claim]]) -> None:
    """Largest remainder minimises Σ|places − exact|: every division within the bounds is tried."""
    places, claims = problem
    claims = [Claim(c.unit, c.demand, c.weight or 1, c.floor, c.cap, c.fixed) for c in claims]
    assume(sum(claim.least for claim in claims) <= places)
    proposal = apportion(places, claims)
    given_out = places - proposal.left
    found = sum((abs(share.places - share.exact) for share in proposal.shares), Fraction(0))
    for division in product(*(range(claim.least, claim.most + 1) for claim in claims)):
        if sum(division) == given_out:
            other = sum((abs(n - s.exact) for n, s in zip(division, proposal.shares, strict=True)), Fraction(0))
            assert found <= other


@given(problems())
def test_the_first_rank_is_served_before_the_second_beyond_the_floors(problem: tuple[int, list[Claim]]) -> None:
    places, claims = problem
    assume(sum(claim.least for claim in claims) <= places)
    shares = apportion(places, claims).shares
    if any(share.claim.rank == 2 and share.places > share.claim.least for share in shares):
        first = [share for share in shares if share.claim.rank == 1 and share.claim.weight]
        assert all(share.places == share.claim.most for share in first)


def test_a_line_explains_itself() -> None:
    claims = [Claim(1, 20, 20, floor=1, cap=13), Claim(2, 7, 7), Claim(3, 5, 5)]
    shares = apportion(20, claims).shares
    assert [share.places for share in shares] == [13, 4, 3]
    assert shares[0].explanation == "12,5 → 12, phần dư 0,5 hạng 1/3 → 13; sàn 1; trần 13"
    assert shares[1].explanation == "4,4 → 4, phần dư 0,4 hạng 2/3 → 4"


def test_ties_go_to_the_larger_weight_and_then_to_the_order_of_units() -> None:
    assert [s.places for s in apportion(1, [Claim(1, 5, 5), Claim(2, 5, 5)]).shares] == [1, 0]
    assert [s.places for s in apportion(3, [Claim(1, 5, 1), Claim(2, 5, 3)]).shares] == [1, 2]


@pytest.mark.parametrize(
    ("places", "claims", "word"),
    [
        (3, [Claim(1, 5, 5, floor=2), Claim(2, 5, 5, floor=2)], "nhiều hơn 3 chỉ tiêu"),
        (9, [Claim(1, 2, 2, fixed=3)], "nhiều hơn nhu cầu 2"),
        (9, [Claim(1, 5, 5, cap=2, fixed=3)], "vượt trần 2"),
        (9, [Claim(1, 5, 5, floor=3, cap=2)], "cao hơn trần 2"),
    ],
)
def test_limits_that_contradict_each_other_are_named(places: int, claims: list[Claim], word: str) -> None:
    with pytest.raises(Infeasible, match=word) as refused:
        apportion(places, claims, {1: "Huyện ủy Bình Sơn"})
    assert len(refused.value.reasons) == 1


def test_what_nobody_asks_for_is_left() -> None:
    proposal = apportion(10, [Claim(1, 3, 3), Claim(2, 4, 4)])
    assert ([share.places for share in proposal.shares], proposal.left) == ([3, 4], 3)


@pytest.mark.parametrize(("value", "text"), [(Fraction(62, 5), "12,4"), (Fraction(1, 20), "0,1"), (Fraction(3), "3")])
def test_one_decimal_half_up(value: Fraction, text: str) -> None:
    assert decimal(value) == text


def test_of_equal_remainders_the_larger_weight_has_the_place_then_the_first_unit() -> None:
    """The stated rule of ties: 0,5 and 1,5 of two places; 0,5 each of one."""
    assert [share.places for share in apportion(2, [Claim(1, 9, 1), Claim(2, 9, 3)]).shares] == [0, 2]
    assert [share.places for share in apportion(1, [Claim(2, 9, 1), Claim(1, 9, 1)]).shares] == [1, 0]
