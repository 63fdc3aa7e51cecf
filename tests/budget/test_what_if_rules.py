"""Assumptions about levels: whom they reach, what they make of a cost, and that all differences add up to the đồng."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget.rules.costs import Cost, Factor, total
from budget.rules.norms import Norm
from budget.rules.what_if import Assumption, ClassCosts, NormedCost, Outside, assumed, raised, what_if

JULY = date(2024, 7, 1)
LECTURER = Norm("giang-vien", "Giảng viên", "buổi", "ceiling", 1_500_000, group="Giảng viên")
CERTIFICATE = Norm("chung-chi", "Chứng chỉ", "người", "fixed", 30_000)
HALL = Norm("hoi-truong", "Hội trường", "buổi", "invoice", None)
MANAGEMENT = Norm("quan-ly", "Quản lý", "%", "percent", 10, base="excluding")
NORMS = (LECTURER, CERTIFICATE, HALL, MANAGEMENT)
TWENTY = Assumption(JULY, percent=20, keys=frozenset({"giang-vien"}))


def normed(norm: Norm | None, level: int | None = None, **factors: int) -> NormedCost:
    name, kind, base = (norm.name, norm.kind, norm.base) if norm else ("Hoa", "invoice", "")
    used = level if level is not None else (norm.level if norm else 0) or 0
    return NormedCost(
        Cost(name, kind, used, tuple(Factor(unit, number) for unit, number in factors.items()), base), norm
    )


def one_class(line_id: int = 1, day: date = JULY, **more: object) -> ClassCosts:
    costs = (normed(LECTURER, session=20), normed(CERTIFICATE, person=50), normed(MANAGEMENT))
    amount = total(cost.cost for cost in costs)
    return ClassCosts(line_id, day, amount, costs, {1: amount}, **more)  # type: ignore[arg-type]


def test_scenario_22_lecturers_pay_rises_by_a_fifth() -> None:
    """20 × 1.500.000 become 20 × 1.800.000, and the tenth for management follows."""
    outcome = what_if([one_class()], TWENTY)
    (changed,) = outcome.affected
    assert (changed.old, changed.new) == (34_650_000, 41_250_000)
    assert outcome.difference == 6_600_000
    assert [cost.difference for cost in changed.changed] == [6_000_000, 600_000]
    assert changed.shares == {1: 41_250_000}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (one_class(day=JULY - timedelta(days=1)), Outside.EARLIER),
        (one_class(approved=True), Outside.APPROVED),
        (one_class(carried_over=True), Outside.CARRIED_OVER),
        (ClassCosts(1, JULY, 5, ()), Outside.LUMP_SUM),
        (ClassCosts(1, JULY, 5, (normed(HALL, 5),)), Outside.UNTOUCHED),
    ],
)
def test_whom_an_assumption_does_not_reach(line: ClassCosts, why: Outside) -> None:
    outcome = what_if([line], TWENTY)
    assert (outcome.affected, outcome.outside, outcome.new) == ((), {why: 1}, line.amount)


@pytest.mark.parametrize(
    ("cost", "assumption", "level"),
    [
        (normed(LECTURER), TWENTY, 1_800_000),
        (normed(LECTURER, 1_000_000), TWENTY, 1_000_000),
        (normed(LECTURER, 1_000_000), Assumption(JULY, 20, frozenset({"giang-vien"}), below=True), 1_200_000),
        (normed(LECTURER, 1_400_000), Assumption(JULY, -20, frozenset({"giang-vien"})), 1_200_000),
        (normed(LECTURER, 1_000_000), Assumption(JULY, -20, frozenset({"giang-vien"})), 1_000_000),
        (normed(HALL, 500_001), Assumption(JULY, 50, frozenset({"hoi-truong"})), 750_002),
        (normed(CERTIFICATE), Assumption(JULY, levels={"chung-chi": 35_000}), 35_000),
        (normed(LECTURER), Assumption(JULY, 20, frozenset({"giang-vien"}), levels={"giang-vien": 1}), 1),
        (normed(MANAGEMENT), Assumption(JULY, 20, frozenset({"quan-ly"})), 10),
        (normed(MANAGEMENT), Assumption(JULY, levels={"quan-ly": 8}), 8),
        (normed(None, 700), Assumption(JULY, 20, frozenset({"", "x"})), 700),
        (normed(LECTURER), Assumption(JULY, norms={"giang-vien": CERTIFICATE}), 30_000),
        (normed(LECTURER), Assumption(JULY, norms={}), 1_500_000),
    ],
)
def test_what_an_assumption_makes_of_a_cost(cost: NormedCost, assumption: Assumption, level: int) -> None:
    assert assumed(cost, assumption).level == level


def test_what_the_other_norm_set_lacks_is_named_and_stays() -> None:
    other = {"giang-vien": LECTURER, "quan-ly": MANAGEMENT}
    outcome = what_if([one_class()], Assumption(JULY, norms=other))
    assert (outcome.missing, outcome.difference) == (("Chứng chỉ",), 0)


@given(st.integers(0, 10**12), st.integers(-100, 900))
def test_a_level_rises_to_the_nearest_dong(level: int, percent: int) -> None:
    assert -50 <= raised(level, percent) * 100 - level * (100 + percent) <= 50
    assert raised(level, 0) == level


@st.composite
def budgets(draw: st.DrawFn) -> list[ClassCosts]:
    found = []
    for line_id in range(draw(st.integers(0, 6))):
        costs = tuple(
            normed(norm, draw(st.integers(0, norm.level if norm.kind == "ceiling" else 10**6) if norm.kind in
                   ("ceiling", "invoice") else st.none()), person=draw(st.integers(1, 300)))
            if norm.kind != "percent" else normed(norm)
            for norm in draw(st.lists(st.sampled_from(NORMS), max_size=6))
        )  # fmt: skip
        amount = total(cost.cost for cost in costs) + draw(st.integers(0, 3))
        share = draw(st.integers(0, amount))
        day = JULY + timedelta(days=draw(st.integers(-2, 2)))
        flags = draw(st.booleans()), draw(st.booleans())
        found.append(ClassCosts(line_id, day, amount, costs, {1: share, 2: amount - share}, *flags))
    return found


assumptions = st.builds(
    Assumption,
    since=st.just(JULY),
    percent=st.integers(-100, 300),
    keys=st.frozensets(st.sampled_from([norm.key for norm in NORMS])),
    below=st.booleans(),
    levels=st.dictionaries(st.sampled_from(["giang-vien", "chung-chi"]), st.integers(0, 10**7)),
)


@given(budgets(), assumptions)
def test_the_differences_are_that_of_the_total_to_the_dong(lines: list[ClassCosts], assumption: Assumption) -> None:
    outcome = what_if(lines, assumption)
    assert len(outcome.affected) + sum(outcome.outside.values()) == len(lines)
    assert outcome.old == sum(line.amount for line in lines)
    by_id = {one.line_id: one for one in outcome.affected}
    again = sum(by_id[line.line_id].new if line.line_id in by_id else line.amount for line in lines)
    assert outcome.new == again == outcome.old + outcome.difference
    for one in outcome.affected:
        assert one.difference == sum(cost.difference for cost in one.changed)
        # What the costs come to when all is priced from scratch; a stored amount may differ from its costs.
        scratch = total(cost.new.cost for cost in one.costs) - total(cost.old.cost for cost in one.costs)
        assert one.difference == scratch
        if sum(one.paid.values()):
            assert sum(one.shares.values()) == one.new
