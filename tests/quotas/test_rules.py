"""The arithmetic of quotas, against a brute-force reading of its rule."""

from hypothesis import given
from hypothesis import strategies as st

from quotas.rules import Balance, Wish, settle

wishes = st.lists(st.builds(Wish, old=st.integers(0, 8), new=st.integers(0, 8)), max_size=6)


def test_a_place_moves_between_units_in_one_save_whatever_the_order() -> None:
    full = Balance(given=5, allocated=5)
    for order in ([Wish(0, 1), Wish(2, 1)], [Wish(2, 1), Wish(0, 1)]):
        assert [verdict.granted for verdict in settle(full, order)] == [True, True]


def test_one_over_is_refused_and_names_the_most() -> None:
    (verdict,) = settle(Balance(given=5, allocated=4), [Wish(2, 4)])
    assert not verdict.granted
    assert verdict.most == 3


def test_a_quota_without_a_number_bounds_nothing() -> None:
    assert settle(Balance(given=None, allocated=0), [Wish(0, 10_000)])[0].granted


@given(given_number=st.integers(0, 20), cells=wishes, others=st.integers(0, 12))
def test_the_sum_never_grows_past_the_ceiling(given_number: int, cells: list[Wish], others: int) -> None:
    allocated = others + sum(wish.old for wish in cells)
    verdicts = settle(Balance(given_number, allocated), cells)
    after = others + sum(w.new if v.granted else w.old for w, v in zip(cells, verdicts, strict=True))
    assert after <= max(given_number, allocated)
    if allocated > given_number:
        assert after <= allocated


@given(given_number=st.integers(0, 20), cells=wishes, others=st.integers(0, 12))
def test_a_refused_wish_did_not_fit_when_its_turn_came(given_number: int, cells: list[Wish], others: int) -> None:
    allocated = others + sum(wish.old for wish in cells)
    verdicts = settle(Balance(given_number, allocated), cells)
    running = allocated
    for growing in (False, True):
        for wish, verdict in zip(cells, verdicts, strict=True):
            if (wish.growth > 0) is growing:
                fits = wish.growth <= 0 or running + wish.growth <= given_number
                assert verdict.granted == fits
                running += wish.growth if verdict.granted else 0
