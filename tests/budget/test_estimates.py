"""Estimates: priced by the norms of the class's day, held to levels, summed by the database, kept once approved."""

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from budget.models import BudgetLine, EstimateLine, FundSource, NormItem, NormSet
from budget.selectors.norms import all_norms, norms_used, outdated_lines
from budget.selectors.table import budget_table
from budget.services.estimates import CostData, CostsRefused
from budget.services.lines import remove_line, save_line
from budget.services.states import approve_line, reopen_line, reprice_lines
from tests.budget.lines import (
    ESTIMATED,
    ITEMS,
    LECTURES,
    PLAIN_AMOUNT,
    TERRITORY,
    add_class,
    add_line,
    cost,
    line_data,
    make_norms,
    make_sources,
)
from tests.cast import Province
from trainingplan.models import Change
from trainingplan.services.refusals import Refused, Stale

DEARER = [(key, kind, level and level * 2 if kind == "ceiling" else level, base) for key, kind, level, base in ITEMS]
JUNE, JULY = date(2024, 6, 30), date(2024, 7, 1)


@pytest.fixture
def source(db: None) -> FundSource:
    return make_sources()[0]


@pytest.fixture
def norms(db: None) -> NormSet:
    return make_norms()


@pytest.fixture
def two_sets(db: None) -> tuple[NormSet, NormSet]:
    """The old resolution until 30 June, the new one, twice as dear, from 1 July."""
    return make_norms(valid_to="2024-07-01"), make_norms("15/2024/NQ-HĐND", "2024-07-01", items=DEARER)


def test_a_class_is_priced_stored_and_logged(province: Province, source: FundSource, norms: NormSet) -> None:
    water = cost("nuoc-uong", 15_000, "Nước suối", person=50, session=20)
    hall, flowers = cost("hoi-truong", 500_000, session=20), cost("", 700_000, "Hoa")
    line = add_class(province, source, LECTURES, water, hall, flowers, cost("quan-ly"))
    line.refresh_from_db()
    assert [one.amount for one in line.costs.all()] == [30_000_000, 15_000_000, 10_000_000, 700_000, 5_570_000]
    assert (line.amount, line.norm_set, line.rate) == (61_270_000, norms, 0)
    assert line.shares.get().amount == 61_270_000
    changes = {change.field: change.new for change in Change.objects.filter(table="budgetline")}
    assert changes["khoản: Nước suối"] == "15.000 × 50 người × 20 buổi = 15.000.000 – Khoản nuoc-uong"
    assert changes["khoản: Khoản quan-ly"] == "10 % × 55.700.000 = 5.570.000 (các khoản khác của lớp)"
    (row,) = budget_table(province.plan).rows
    assert row.costs[0].source == "khoản 1 Điều 3 Nghị quyết số 04/2019/NQ-HĐND"
    assert [part.amount for part in row.parts] == [30_000_000, 30_570_000, 700_000]
    assert row.adds_up


@pytest.mark.parametrize(("base", "amount"), [("including", 5_000_000), ("excluding", 4_500_000)])
def test_management_is_a_tenth_of_its_stated_base(
    province: Province, source: FundSource, norms: NormSet, base: str, amount: int
) -> None:
    NormItem.objects.filter(kind="percent").update(base=base)
    line = add_class(province, source, cost("giang-vien", session=30), cost("quan-ly"))
    assert line.costs.get(kind="percent").amount == amount
    assert line.amount == 45_000_000 + amount


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        (cost("giang-vien", 1_500_001, session=1), "level", "vượt mức tối đa 1.500.000 đồng/buổi theo khoản 1 Điều 3"),
        (cost("chung-chi", 29_000, person=1), "level", "khác mức cố định 30.000 đồng/buổi theo khoản 3 Điều 3"),
        (cost("quan-ly", 11), "level", "11 % vượt mức tối đa 10 %"),
        (cost("hoi-truong"), "level", "từ 1 đồng trở lên"),
        (cost("giang-vien", 0, session=1), "level", "từ 1 đồng trở lên"),
        (cost("", 5_000), "content", "Ghi nội dung chi"),
        (cost("", 5_000, "x" * 401), "content", "dài hơn 400"),
        (cost("khong-co"), "norm", "Nghị quyết số 04/2019/NQ-HĐND không có mức chi này"),
        (cost("hoi-truong", 10**15, session=10**6, day=10**6), "level", "vượt quá 1.000.000.000.000.000 đồng"),
        (cost("giang-vien", session=0), "factors", "từ 1 đến 1.000.000"),
        (cost("giang-vien", session=1, day=1, month=1, year=1), "factors", "Nhiều nhất ba thừa số"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("norms")
def test_a_cost_that_cannot_stand_is_refused_at_its_field(
    province: Province, source: FundSource, typed: CostData, field: str, words: str
) -> None:
    with pytest.raises(CostsRefused) as refusal:
        add_class(province, source, LECTURES, typed)
    (fault,) = refusal.value.faults
    assert (fault.place, fault.field) == (1, field)
    assert words in fault.message
    assert not BudgetLine.objects.exists()
    assert not Change.objects.exists()


def test_a_total_beyond_measure_is_refused(province: Province, source: FundSource, norms: NormSet) -> None:
    most = cost("hoi-truong", 10**15)
    assert add_class(province, source, most).amount == 10**15
    with pytest.raises(Refused, match=r"vượt quá 1\.000\.000\.000\.000\.000 đồng"):
        add_class(province, source, most, cost("hoi-truong", 1))


def test_scenario_19_each_class_follows_the_norms_of_its_day(
    province: Province, source: FundSource, two_sets: tuple[NormSet, NormSet]
) -> None:
    june = add_class(province, source, opens_on=JUNE)
    july = add_class(province, source, opens_on=JULY)
    assert [(line.norm_set, line.amount) for line in (june, july)] == [
        (two_sets[0], 30_000_000),
        (two_sets[1], 60_000_000),
    ]
    rows = budget_table(province.plan).rows
    assert [row.costs[0].formula for row in rows] == [
        "1.500.000 × 20 buổi = 30.000.000",
        "3.000.000 × 20 buổi = 60.000.000",
    ]
    assert [row.norm_set for row in rows] == ["04/2019/NQ-HĐND", "15/2024/NQ-HĐND"]
    assert [one.norm_set for one in norms_used(province.plan)] == list(two_sets)
    with pytest.raises(CostsRefused, match=r"vượt mức tối đa 1\.500\.000"):
        add_class(province, source, cost("giang-vien", 1_500_001, session=1), opens_on=JUNE)


def test_approved_lines_do_not_move_when_norms_change(province: Province, source: FundSource, norms: NormSet) -> None:
    approved, planned = (add_class(province, source, opens_on=JULY) for _ in range(2))
    approve_line(plan=province.plan, line=approved, version=1, actor=province.hoa, reason="QĐ 12/QĐ-UBND")
    NormSet.objects.update(valid_to=JULY)
    new = make_norms("15/2024/NQ-HĐND", "2024-07-01", items=DEARER)
    assert [(one.line, one.wanted) for one in outdated_lines(province.plan)] == [(planned, new)]
    assert [line.pk for line in reprice_lines(plan=province.plan, actor=province.hoa)] == [planned.pk]
    assert outdated_lines(province.plan) == ()
    for line, amount, norm_set in ((approved, 30_000_000, norms), (planned, 60_000_000, new)):
        line.refresh_from_db()
        assert (line.amount, line.norm_set, line.shares.get().amount) == (amount, norm_set, amount)
    assert Change.objects.filter(reason="Tính lại theo 15/2024/NQ-HĐND", field="amount").count() == 1


def test_a_line_priced_anew_is_paid_by_its_sources_in_the_same_parts(
    province: Province, source: FundSource, norms: NormSet
) -> None:
    other = FundSource.objects.exclude(pk=source.pk)[0]
    line = add_class(province, source, opens_on=JULY)
    line.shares.filter(source=source).update(amount=20_000_001)
    line.shares.create(source=other, amount=9_999_999)
    NormSet.objects.update(valid_to=JULY)
    make_norms("15/2024/NQ-HĐND", "2024-07-01", items=DEARER)
    reprice_lines(plan=province.plan, actor=province.hoa)
    assert dict(line.shares.values_list("source", "amount")) == {
        source.pk: 40_000_002,
        other.pk: 19_999_998,
    }


def test_a_line_whose_norms_ended_is_named_and_not_priced_anew(
    province: Province, source: FundSource, norms: NormSet
) -> None:
    add_class(province, source, opens_on=JULY)
    NormSet.objects.update(valid_to=JULY)
    (one,) = outdated_lines(province.plan)
    assert "Không có bộ định mức nào có hiệu lực ngày 01/07/2024" in one.why
    with pytest.raises(Refused, match="Không có bộ định mức nào"):
        reprice_lines(plan=province.plan, actor=province.hoa)


def test_an_approved_line_takes_no_change_until_it_is_reopened(
    province: Province, source: FundSource, norms: NormSet
) -> None:
    line = add_class(province, source)
    approve: dict[str, Any] = {"plan": province.plan, "line": line, "actor": province.hoa}
    with pytest.raises(Stale):
        approve_line(**approve, version=9)
    approve_line(**approve, version=1)
    for act in (
        lambda: approve_line(**approve, version=2),
        lambda: remove_line(**approve, version=2),
        lambda: save_line(**approve, data=line_data(**ESTIMATED), shares={}, payer_id=source.pk, version=2),
    ):
        with pytest.raises(Refused, match="«được duyệt kinh phí»"):
            act()
    with pytest.raises(Refused) as refusal:
        reopen_line(**approve, version=2, reason="")
    assert refusal.value.field == "reason"
    reopen_line(**approve, version=2, reason="UBND giảm dự toán")
    with pytest.raises(Refused, match="không đưa về dự kiến được"):
        reopen_line(**approve, version=3, reason="lần nữa")
    assert list(Change.objects.filter(field="state").order_by("pk").values_list("old", "new")) == [
        ("dự kiến", "được duyệt kinh phí"),
        ("được duyệt kinh phí", "dự kiến"),
    ]
    logged = Change.objects.count()
    again = save_line(**approve, data=line_data(**ESTIMATED), shares={}, payer_id=source.pk, version=3)
    assert (again.version, Change.objects.count()) == (3, logged)
    changed = line_data(**ESTIMATED, note="giảm")
    assert save_line(**approve, data=changed, shares={}, payer_id=source.pk, version=3).version == 4


def test_a_file_that_changes_a_class_keeps_its_costs(province: Province, source: FundSource, norms: NormSet) -> None:
    line = add_class(province, source, LECTURES, cost("quan-ly"))
    data = line_data(**ESTIMATED, note="mới")
    save_line(plan=province.plan, line=line, data=data, shares={}, payer_id=source.pk, actor=province.hoa, version=1)
    assert (line.costs.count(), BudgetLine.objects.get().amount) == (2, 33_000_000)
    lump = line_data()
    save_line(plan=province.plan, line=line, data=lump, shares={}, payer_id=source.pk, actor=province.hoa, version=2)
    assert (line.costs.count(), BudgetLine.objects.get().amount) == (0, PLAIN_AMOUNT)


def test_two_provinces_ask_which_one_is_meant(province: Province, source: FundSource, norms: NormSet) -> None:
    make_norms("60/2018/NQ-HĐND", "2018-01-01", territory="tỉnh Kon Tum", items=DEARER)
    with pytest.raises(Refused, match="Chọn địa bàn của lớp") as refusal:
        add_class(province, source)
    assert refusal.value.field == "opens_on"
    assert add_class(province, source, territory=TERRITORY).amount == 30_000_000
    assert add_class(province, source, territory="tỉnh Kon Tum").amount == 60_000_000


def test_expired_and_overlapping_norms_are_named(norms: NormSet) -> None:
    make_norms("15/2024/NQ-HĐND", "2024-07-01")
    by_number = {one.norm_set.number: one for one in all_norms()}
    assert "15/2024/NQ-HĐND" in by_number["04/2019/NQ-HĐND"].faults[0]
    assert "04/2019/NQ-HĐND" in by_number["15/2024/NQ-HĐND"].faults[0]
    NormSet.objects.filter(pk=norms.pk).update(valid_to=JULY)
    by_number = {one.norm_set.number: one for one in all_norms()}
    assert {one.faults for one in by_number.values()} == {()}
    assert by_number["04/2019/NQ-HĐND"].state == "hết hiệu lực từ 01/07/2024"


def test_what_units_guarantee_stays_out_of_the_provinces_total(
    province: Province, norms: NormSet, source: FundSource
) -> None:
    unit = FundSource.objects.get(provincial=False)
    with pytest.raises(Refused, match="Ngân sách tỉnh không chi") as refusal:
        add_class(province, source, self_funded=True)
    assert refusal.value.field == "self_funded"
    add_class(province, unit, self_funded=True)
    add_line(province, {}, self_funded=True, rate=0)
    add_class(province, source)
    table = budget_table(province.plan)
    assert (table.province_total, table.amount) == (30_000_000, 60_000_000)
    assert table.rows[0].remark == "Kinh phí do cơ quan, đơn vị bảo đảm"


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    amounts=st.lists(st.integers(1, 10**9), min_size=1, max_size=5),
    percent=st.integers(1, 10),
    gone=st.integers(0, 4),
)
@pytest.mark.usefixtures("norms")
def test_the_database_keeps_the_sum_by_any_door(
    province: Province, source: FundSource, amounts: list[int], percent: int, gone: int
) -> None:
    costs = [cost("", amount, f"Khoản {place}") for place, amount in enumerate(amounts)]
    line = add_class(province, source, *costs, cost("quan-ly", percent))

    def stored() -> tuple[int, int]:
        line.refresh_from_db()
        return line.amount, sum(line.costs.values_list("amount", flat=True))

    expected = sum(amounts) + sum(amounts) * percent // 100
    assert stored() == (expected, expected)
    BudgetLine.objects.filter(pk=line.pk).update(amount=7)
    assert stored() == (expected, expected)
    line.costs.filter(position=gone + 1).exclude(kind="percent").delete()
    line.costs.filter(kind="invoice").update(level=3, amount=3)
    assert len(set(stored())) == 1
    other = add_class(province, source)
    EstimateLine.objects.filter(line=line, position=len(costs) + 1).update(line=other, position=99)
    assert len(set(stored())) == 1
    other.refresh_from_db()
    assert other.amount == sum(other.costs.values_list("amount", flat=True))


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite knows no TRUNCATE")
def test_costs_are_not_truncated_past_their_sum(province: Province, source: FundSource, norms: NormSet) -> None:
    add_class(province, source)
    connection.check_constraints()  # PostgreSQL truncates nothing while checks are pending, trigger or not
    for table in ("budget_estimateline", "budget_budgetline"):
        with pytest.raises(DatabaseError, match="bằng TRUNCATE"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {table} CASCADE")
    assert EstimateLine.objects.exists()


@pytest.mark.parametrize(
    "values",
    [
        {"amount": 1},
        {"number1": 21},
        {"unit1": ""},
        {"unit2": "day", "number2": 0},
        {"number3": 2},
        {"kind": "percent"},
        {"base": "including"},
        {"of_amount": 5},
    ],
)
def test_the_database_refuses_a_cost_that_is_not_its_product(
    province: Province, source: FundSource, norms: NormSet, values: dict[str, object]
) -> None:
    add_class(province, source)
    with pytest.raises(IntegrityError), transaction.atomic():
        EstimateLine.objects.update(**values)


@pytest.mark.parametrize(
    "values", [{"amount": 3_000_001}, {"amount": 2_999_999}, {"level": 9}, {"base": "including"}, {"base": ""}]
)
def test_the_database_refuses_a_percentage_that_is_not_its_share(
    province: Province, source: FundSource, norms: NormSet, values: dict[str, object]
) -> None:
    line = add_class(province, source, LECTURES, cost("quan-ly"))
    with pytest.raises(IntegrityError), transaction.atomic():
        line.costs.filter(kind="percent").update(**values)
