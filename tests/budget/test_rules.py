"""The arithmetic of the money: products, percentages, levels, the choice of norms, and estimates."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget.models import NormItem
from budget.rules.amounts import LARGEST_PRODUCT, percentage, product, share_gap, too_large
from budget.rules.costs import UNITS, Cost, Factor, Pattern, figures, fill, price, repriced, total
from budget.rules.norms import Norm, NormRefused, Validity, choose, level_fault, overlaps

HERE, THERE = "tỉnh Quảng Ngãi", "tỉnh Kon Tum"
OLD = Validity(1, "04/2019/NQ-HĐND", HERE, date(2019, 4, 10), date(2024, 7, 1))
NEW = Validity(2, "15/2024/NQ-HĐND", HERE, date(2024, 7, 1))
OTHER = Validity(3, "60/2018/NQ-HĐND", THERE, date(2018, 1, 1))
DAYS = st.dates(date(2018, 1, 1), date(2030, 12, 31))
COSTS = st.lists(
    st.one_of(
        st.builds(
            Cost,
            content=st.just("khoản"),
            kind=st.sampled_from(["fixed", "ceiling", "invoice"]),
            level=st.integers(1, 10**8),
            factors=st.lists(st.builds(Factor, st.sampled_from(list(UNITS)), st.integers(1, 500)), max_size=3).map(
                tuple
            ),
        ),
        st.builds(
            Cost,
            content=st.just("quản lý"),
            kind=st.just("percent"),
            level=st.integers(1, 99),
            base=st.sampled_from(["excluding", "including"]),
        ),
    ),
    max_size=8,
)


def norm(kind: str, level: int | None, base: str = "") -> Norm:
    return Norm("k", "Thù lao", "buổi", kind, level, base=base, clause="khoản 1 Điều 3", resolution=OLD.number)


@pytest.mark.parametrize(("including", "amount"), [(True, 5_000_000), (False, 4_500_000)])
def test_ten_percent_of_45_million_on_either_base(amount: int, *, including: bool) -> None:
    assert percentage(45_000_000, 10, including=including) == amount


@given(of=st.integers(0, 10**15), percent=st.integers(1, 99))
def test_a_percentage_is_the_most_that_does_not_pass_its_ceiling(of: int, percent: int) -> None:
    apart, within = percentage(of, percent, including=False), percentage(of, percent, including=True)
    assert apart * 100 <= of * percent < (apart + 1) * 100
    assert within * 100 <= (of + within) * percent
    assert (within + 1) * 100 > (of + within + 1) * percent


def test_what_no_database_multiplies_is_too_large_whatever_the_order() -> None:
    assert too_large(10**15, (10**6, 10**6, 1))
    assert too_large(10**15, (10**6, 10**6, 0))
    assert not too_large(LARGEST_PRODUCT, (1, 0))
    assert too_large(LARGEST_PRODUCT + 1, ())


@given(amount=st.integers(0, 10**15), shares=st.lists(st.integers(0, 10**15)))
def test_amount_is_shares_and_gap(amount: int, shares: list[int]) -> None:
    assert sum(shares) + share_gap(amount, shares) == amount


@pytest.mark.parametrize(
    ("day", "territory", "number"),
    [
        (date(2024, 6, 30), HERE, OLD.number),
        (date(2024, 7, 1), HERE, NEW.number),
        (date(2024, 7, 1), "  Tỉnh  quảng Ngãi ", NEW.number),
        (date(2024, 7, 1), THERE, OTHER.number),
    ],
)
def test_a_class_follows_the_norms_of_its_day_and_place(day: date, territory: str, number: str) -> None:
    assert choose(day, territory, [OLD, NEW, OTHER]).number == number


def test_without_a_territory_the_only_one_holds() -> None:
    assert choose(date(2024, 6, 30), "", [OLD, NEW]) == OLD
    with pytest.raises(NormRefused, match="Chọn địa bàn của lớp") as refusal:
        choose(date(2024, 6, 30), "", [OLD, NEW, OTHER])
    assert OLD.number in str(refusal.value)
    assert OTHER.number in str(refusal.value)


def test_no_norms_and_overlapping_norms_are_named() -> None:
    with pytest.raises(
        NormRefused, match="Không có bộ định mức nào có hiệu lực ngày 01/01/2018 trên địa bàn tỉnh Q"
    ) as none:
        choose(date(2018, 1, 1), HERE, [OLD, NEW, OTHER])
    assert "hiệu lực từ 10/04/2019 đến trước 01/07/2024" in str(none.value)
    assert OTHER.number not in str(none.value)
    third = Validity(4, "20/2024/NQ-HĐND", HERE, date(2024, 1, 1))
    with pytest.raises(NormRefused, match="2 bộ định mức cùng hiệu lực") as several:
        choose(date(2024, 6, 30), HERE, [OLD, NEW, third])
    assert third.number in str(several.value)
    assert overlaps([OLD, NEW, OTHER]) == ()
    assert {(one.set_id, other.set_id) for one, other in overlaps([OLD, NEW, third])} == {(1, 4), (2, 4)}


@given(
    day=DAYS,
    sets=st.lists(
        st.builds(
            lambda place, start, length, territory: Validity(
                place, str(place), territory, start, start + timedelta(length) if length else None
            ),
            st.integers(1, 9),
            DAYS,
            st.integers(0, 900),
            st.sampled_from([HERE, THERE]),
        ),
        max_size=5,
        unique_by=lambda one: one.set_id,
    ),
)
def test_what_is_chosen_holds_alone_and_overlaps_are_days_of_both(day: date, sets: list[Validity]) -> None:
    holding = [one for one in sets if one.territory == HERE and one.valid_from <= day]
    holding = [one for one in holding if one.valid_to is None or day < one.valid_to]
    if len(holding) == 1:
        assert choose(day, HERE, sets) == holding[0]
    else:
        with pytest.raises(NormRefused):
            choose(day, HERE, sets)
    if len(holding) > 1:
        assert overlaps(holding)
    for one, other in overlaps(sets):
        both = max(one.valid_from, other.valid_from)
        assert one.holds_on(both)
        assert other.holds_on(both)


@pytest.mark.parametrize(
    ("kind", "allowed", "used", "words"),
    [
        ("ceiling", 1_500_000, 1_500_000, ""),
        ("ceiling", 1_500_000, 1, ""),
        (
            "ceiling",
            1_500_000,
            1_500_001,
            "1.500.001 đồng vượt mức tối đa 1.500.000 đồng/buổi theo khoản 1 Điều 3 Nghị",
        ),
        ("fixed", 30_000, 30_000, ""),
        ("fixed", 30_000, 29_999, "29.999 đồng khác mức cố định 30.000 đồng/buổi theo khoản 1 Điều 3 Nghị quyết số 04"),
        ("percent", 10, 11, "11 % vượt mức tối đa 10 % theo khoản 1 Điều 3 Nghị quyết số 04/2019/NQ-HĐND."),
        ("percent", 10, 7, ""),
        ("invoice", None, 10**12, ""),
    ],
)
def test_a_level_is_held_to_its_norm_with_the_clause(kind: str, allowed: int | None, used: int, words: str) -> None:
    fault = level_fault(norm(kind, allowed), used)
    assert fault.startswith(words)
    assert bool(fault) == bool(words)


def test_an_estimate_writes_itself_out() -> None:
    costs = [
        Cost("Thù lao", "ceiling", 1_300_000, (Factor("session", 40), Factor("class", 2))),
        Cost("Hội trường", "invoice", 5_000_000),
        Cost("Quản lý", "percent", 10, base="including"),
        Cost("Chi khác", "percent", 10, base="excluding"),
    ]
    assert [one.formula for one in price(costs)] == [
        "1.300.000 × 40 buổi × 2 lớp = 104.000.000",
        "5.000.000",
        "109.000.000 × 10 / 90 = 12.111.111 (10 % tổng kinh phí của lớp, gồm cả khoản này)",
        "10 % × 109.000.000 = 10.900.000 (các khoản khác của lớp)",
    ]
    assert total(costs) == 132_011_111


@given(COSTS)
def test_the_total_is_the_sum_of_the_costs_in_any_order(costs: list[Cost]) -> None:
    priced = price(costs)
    assert total(costs) == sum(one.amount for one in priced) == total(costs[::-1])
    plain = sum(product(cost.level, (one.number for one in cost.factors)) for cost in costs if cost.kind != "percent")
    assert {one.of for one in priced if one.of is not None} <= {plain}
    assert total([cost for cost in costs if cost.kind != "percent"]) == plain


def test_a_kind_of_class_fills_what_the_norms_have() -> None:
    norms = {"a": norm("ceiling", 1_500_000), "b": norm("invoice", None), "c": norm("percent", 10, "excluding")}
    patterns = [
        Pattern("a", "", (("session", None), ("class", None))),
        Pattern("b", "Hội trường", (("person", None), ("time", None), ("paper", 3))),
        Pattern("gone", "", ()),
        Pattern("c", "", ()),
    ]
    counted = figures(classes=2, learners_per_class=0, days=5, months=0)
    assert fill(patterns, norms, counted) == (
        ("k", Cost("Thù lao", "ceiling", 1_500_000, (Factor("session", 10), Factor("class", 2)))),
        ("k", Cost("Hội trường", "invoice", 0, (Factor("person", 1), Factor("time", 1), Factor("paper", 3)))),
        ("k", Cost("Thù lao", "percent", 10, (), "excluding")),
    )


@pytest.mark.parametrize(
    ("used", "old", "new", "level"),
    [
        (1_500_000, norm("ceiling", 1_500_000), norm("ceiling", 1_800_000), 1_800_000),
        (1_000_000, norm("ceiling", 1_500_000), norm("ceiling", 1_800_000), 1_000_000),
        (1_000_000, norm("ceiling", 1_500_000), norm("ceiling", 900_000), 900_000),
        (1_000_000, norm("ceiling", 1_500_000), norm("fixed", 1_200_000), 1_200_000),
        (7_000_000, norm("invoice", None), norm("ceiling", 5_000_000), 7_000_000),
    ],
)
def test_another_norm_prices_a_cost_anew(used: int, old: Norm, new: Norm, level: int) -> None:
    assert repriced(Cost("x", old.kind, used), old, new).level == level


def test_the_words_of_the_rules_are_those_of_the_models() -> None:
    assert set(NormItem.Kind.values) == {"fixed", "ceiling", "invoice", "percent"}
    assert set(NormItem.Base.values) == {"excluding", "including"}
