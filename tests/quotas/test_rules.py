"""The arithmetic of quotas, against a brute-force reading of its rules."""

from collections.abc import Hashable
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from quotas.rules import Answered, Balance, Ceiling, Wish, answer_demand, settle

KEYS = ("quota", "cap", "nữ", "dân tộc thiểu số")


@st.composite
def saves(draw: st.DrawFn) -> tuple[dict[Hashable, Ceiling], list[Wish]]:
    """Ceilings that overlap, of which some are passed already, and the wishes of one save under them."""
    wishes = draw(
        st.lists(
            st.builds(
                Wish,
                old=st.integers(0, 6),
                new=st.integers(0, 8),
                under=st.lists(st.sampled_from(KEYS), unique=True).map(tuple),
                least=st.sampled_from((0, 0, 2)),
            ),
            max_size=6,
        )
    )
    ceilings: dict[Hashable, Ceiling] = {
        key: Ceiling(
            draw(st.none() | st.integers(0, 20)),
            draw(st.integers(0, 6)) + sum(wish.old for wish in wishes if key in wish.under),
        )
        for key in KEYS
    }
    return ceilings, wishes


def after(key: Hashable, ceiling: Ceiling, wishes: list[Wish], granted: list[bool]) -> int:
    grown = (wish.growth for wish, yes in zip(wishes, granted, strict=True) if yes and key in wish.under)
    return ceiling.taken + sum(grown)


@given(saves())
def test_no_sum_grows_past_any_of_its_ceilings(save: tuple[dict[Hashable, Ceiling], list[Wish]]) -> None:
    ceilings, wishes = save
    granted = [verdict.granted for verdict in settle(ceilings, wishes)]
    for key, ceiling in ceilings.items():
        if ceiling.limit is not None:
            assert after(key, ceiling, wishes, granted) <= max(ceiling.limit, ceiling.taken)


@given(saves())
def test_what_gives_back_is_granted_but_for_its_own_least(save: tuple[dict[Hashable, Ceiling], list[Wish]]) -> None:
    ceilings, wishes = save
    for wish, verdict in zip(wishes, settle(ceilings, wishes), strict=True):
        if wish.growth <= 0:
            assert verdict.granted == (wish.new >= min(wish.least, wish.old))


@given(saves())
def test_a_refused_wish_did_not_fit_when_its_turn_came(save: tuple[dict[Hashable, Ceiling], list[Wish]]) -> None:
    """Read the rule word by word: first what gives back, then each wish in order, whole or not at all."""
    ceilings, wishes = save
    verdicts = settle(ceilings, wishes)
    running = {key: ceiling.taken for key, ceiling in ceilings.items()}
    for growing, (wish, verdict) in product((False, True), list(zip(wishes, verdicts, strict=True))):
        if (wish.growth > 0) is not growing:
            continue
        rooms = {key: limit - running[key] for key in wish.under if (limit := ceilings[key].limit) is not None}
        if growing:
            assert verdict.granted == all(wish.growth <= room for room in rooms.values())
            assert verdict.most == (wish.old + max(min(rooms.values()), 0) if rooms else None)
            assert verdict.binding is None or rooms[str(verdict.binding)] == min(rooms.values()) == verdict.left
        for key in wish.under if verdict.granted else ():
            running[key] += wish.growth


@given(saves(), st.randoms())
def test_a_save_that_fits_as_a_whole_is_granted_in_any_order(
    save: tuple[dict[Hashable, Ceiling], list[Wish]], random: object
) -> None:
    ceilings, drawn = save
    wishes = [Wish(wish.old, wish.new, wish.under) for wish in drawn]
    everything = [True] * len(wishes)
    fits = all(
        ceiling.limit is None or after(key, ceiling, wishes, everything) <= ceiling.limit
        for key, ceiling in ceilings.items()
    )
    random.shuffle(wishes)  # type: ignore[attr-defined]
    if fits:
        assert all(verdict.granted for verdict in settle(ceilings, wishes))


def test_a_place_moves_between_units_in_one_save_whatever_the_order() -> None:
    full: dict[Hashable, Ceiling] = {"quota": Ceiling(5, 5)}
    to, away = Wish(0, 1, ("quota",)), Wish(2, 1, ("quota",))
    for order in ([to, away], [away, to]):
        assert [verdict.granted for verdict in settle(full, order)] == [True, True]


def test_one_over_is_refused_and_names_the_ceiling_that_binds_and_the_most() -> None:
    ceilings: dict[Hashable, Ceiling] = {"quota": Ceiling(5, 4), "cap": Ceiling(9, 2)}
    (verdict,) = settle(ceilings, [Wish(2, 4, ("quota", "cap"))])
    assert (verdict.granted, verdict.binding, verdict.left, verdict.most) == (False, "quota", 1, 3)
    (verdict,) = settle({**ceilings, "cap": Ceiling(2, 2)}, [Wish(2, 4, ("quota", "cap"))])
    assert (verdict.granted, verdict.binding, verdict.left, verdict.most) == (False, "cap", 0, 2)


def test_a_quota_without_a_number_bounds_nothing() -> None:
    (verdict,) = settle({"quota": Ceiling(None, 0)}, [Wish(0, 10_000, ("quota",))])
    assert verdict.granted
    assert verdict.most is None


@given(st.none() | st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_given_less_allocated_less_held_is_left(number: int | None, allocated: int, held: int) -> None:
    balance = Balance(number, allocated, held)
    assert balance.left is None if number is None else balance.left == number - allocated - held


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30))
def test_a_demand_is_granted_reserved_and_refused_without_rest(demand: int, allocated: int, reserve: int) -> None:
    answered = answer_demand(demand, allocated, reserve)
    assert answered.demand == demand == answered.granted + answered.reserve + answered.refused
    assert min(answered.granted, answered.reserve, answered.refused, answered.beyond) >= 0
    assert answered.granted + answered.beyond == allocated
    assert answered.reserve in {reserve, demand - answered.granted}


def test_split_demands_add_up() -> None:
    assert answer_demand(5, 3, 1) + answer_demand(2, 4, 1) == Answered(7, 5, 1, 2)


def test_a_cell_below_its_least_is_left_as_it_is_but_not_lowered() -> None:
    """As after people were nominated beyond the places: what does not change is no complaint."""
    stays, falls = settle({}, [Wish(1, 1, least=3), Wish(1, 0, least=3)])
    assert (stays.granted, falls.granted) == (True, False)
