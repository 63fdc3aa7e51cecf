"""Saving budget lines: computed amounts, shares to the đồng, stale lines, order, and the log."""

from uuid import uuid4

import pytest

from budget.models import BudgetLine, BudgetShare, FundSource
from budget.selectors.table import budget_table
from budget.services.lines import remove_line, save_line
from tests.budget.lines import PLAIN_AMOUNT, add_line, line_data, make_sources
from tests.cast import Province, make_user
from trainingplan.models import Change, Plan, Role
from trainingplan.services.refusals import Difference, Refused, Stale


@pytest.fixture
def sources(db: None) -> tuple[FundSource, FundSource]:
    return make_sources()


def test_a_line_is_computed_stored_and_logged(province: Province, sources: tuple[FundSource, FundSource]) -> None:
    state, unit = sources
    line = add_line(province, {state.pk: PLAIN_AMOUNT - 1, unit.pk: 1})
    line.refresh_from_db()
    assert (line.amount, line.version, line.illustrative) == (40_000_000, 1, False)
    assert dict(line.shares.values_list("source_id", "amount")) == {state.pk: 39_999_999, unit.pk: 1}
    changes = {change.field: change.new for change in Change.objects.filter(table="budgetline")}
    assert changes["amount"] == "40.000.000"
    assert changes["nguồn: Ngân sách tỉnh"] == "39.999.999"
    assert changes["basis"] == "số tiền trọn gói"
    assert len(set(Change.objects.values_list("batch"))) == 1


@pytest.mark.parametrize(("paid", "words"), [(PLAIN_AMOUNT - 200, "thiếu 200 đồng"), (PLAIN_AMOUNT + 1, "thừa 1 đồng")])
def test_shares_that_do_not_sum_are_refused_with_both_figures(
    province: Province, sources: tuple[FundSource, FundSource], paid: int, words: str
) -> None:
    with pytest.raises(Refused) as refusal:
        add_line(province, {sources[0].pk: paid})
    assert "thành tiền là 40.000.000 đồng" in refusal.value.message
    assert f"{paid:,}".replace(",", ".") in refusal.value.message
    assert words in refusal.value.message
    assert not BudgetLine.objects.exists()
    assert not Change.objects.exists()


def test_a_negative_share_cannot_balance_another(province: Province, sources: tuple[FundSource, FundSource]) -> None:
    with pytest.raises(Refused):
        add_line(province, {sources[0].pk: PLAIN_AMOUNT + 5, sources[1].pk: -5})
    assert not BudgetShare.objects.exists()


def test_a_source_that_pays_nothing_any_more_is_taken_out(
    province: Province, sources: tuple[FundSource, FundSource]
) -> None:
    state, unit = sources
    line = add_line(province, {state.pk: PLAIN_AMOUNT - 1, unit.pk: 1})
    save_line(
        plan=province.plan, line=line, data=line_data(), shares={state.pk: PLAIN_AMOUNT}, actor=province.hoa, version=1
    )
    assert dict(line.shares.values_list("source_id", "amount")) == {state.pk: PLAIN_AMOUNT}
    change = Change.objects.get(field="nguồn: Đơn vị cử đi", new="")
    assert change.old == "1"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"rate": 0}, "rate"),
        ({"rate": 10**15 + 1}, "rate"),
        ({"basis": "estimate"}, "costs"),
    ],
)
def test_what_costs_nothing_or_beyond_measure_is_refused_at_its_field(
    province: Province, sources: tuple[FundSource, FundSource], values: dict[str, object], field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        add_line(province, {sources[0].pk: 1}, **values)
    assert refusal.value.field == field
    assert not BudgetLine.objects.exists()


def test_the_largest_amount_is_stored(province: Province, sources: tuple[FundSource, FundSource]) -> None:
    line = add_line(province, {sources[0].pk: 10**15}, rate=10**15, classes=1, learners_per_class=0, days=0)
    line.refresh_from_db()
    assert line.amount == 10**15


def test_a_stale_line_is_refused_with_both_values(province: Province, sources: tuple[FundSource, FundSource]) -> None:
    state, unit = sources
    line = add_line(province, {state.pk: PLAIN_AMOUNT})
    save_line(
        plan=province.plan,
        line=line,
        data=line_data(note="của Hoa"),
        shares={state.pk: PLAIN_AMOUNT},
        actor=province.hoa,
        version=1,
    )
    finance = make_user("finance", "Sở Tài chính", Role.FINANCE)
    with pytest.raises(Stale, match="Phạm Thị Hoa") as stale:
        save_line(
            plan=province.plan,
            line=line,
            data=line_data(note="của Sở"),
            shares={unit.pk: PLAIN_AMOUNT},
            actor=finance,
            version=1,
        )
    assert stale.value.version == 2
    assert set(stale.value.differences) == {
        Difference("note", "của Hoa", "của Sở"),
        Difference(f"share_{state.pk}", "40.000.000", ""),
        Difference(f"share_{unit.pk}", "", "40.000.000"),
    }
    assert BudgetLine.objects.get().note == "của Hoa"


def test_the_same_form_sent_twice_adds_one_line(province: Province, sources: tuple[FundSource, FundSource]) -> None:
    token = uuid4()
    lines = [
        save_line(
            plan=province.plan,
            line=None,
            data=line_data(),
            shares={sources[0].pk: PLAIN_AMOUNT},
            actor=province.hoa,
            token=token,
        )
        for _ in range(2)
    ]
    assert lines[0] == lines[1]
    assert BudgetLine.objects.count() == 1


def contents(province: Province) -> list[tuple[str, str]]:
    return list(BudgetLine.objects.filter(plan=province.plan).order_by("position").values_list("group", "content"))


def test_groups_stay_whole_as_lines_come_and_move(province: Province, sources: tuple[FundSource, FundSource]) -> None:
    shares = {sources[0].pk: PLAIN_AMOUNT}
    add_line(province, shares, group="A", content="a1")
    moved = add_line(province, shares, group="B", content="b1")
    add_line(province, shares, group="B", content="b2")
    add_line(province, shares, group="A", content="a2")
    assert contents(province) == [("A", "a1"), ("A", "a2"), ("B", "b1"), ("B", "b2")]
    save_line(
        plan=province.plan,
        line=moved,
        data=line_data(group="A", content="b1"),
        shares=shares,
        actor=province.hoa,
        version=1,
    )
    assert contents(province) == [("A", "a1"), ("A", "a2"), ("A", "b1"), ("B", "b2")]
    moved.refresh_from_db()
    save_line(
        plan=province.plan,
        line=moved,
        data=line_data(group="C", content="b1"),
        shares=shares,
        actor=province.hoa,
        version=moved.version,
    )
    assert [row.content for row in budget_table(province.plan).rows] == ["a1", "a2", "b2", "b1"]


def test_a_removed_line_leaves_what_it_said_in_the_log(
    province: Province, sources: tuple[FundSource, FundSource]
) -> None:
    line = add_line(province, {sources[0].pk: PLAIN_AMOUNT})
    with pytest.raises(Stale):
        remove_line(plan=province.plan, line=line, version=9, actor=province.hoa)
    remove_line(plan=province.plan, line=line, version=1, actor=province.hoa, reason="trùng")
    assert not BudgetShare.objects.exists()
    change = Change.objects.get(field="amount", new="")
    assert (change.old, change.reason) == ("40.000.000", "trùng")
    with pytest.raises(Refused, match="vừa được người khác xóa"):
        remove_line(plan=province.plan, line=BudgetLine(pk=change.pk), version=1, actor=province.hoa)


def test_a_frozen_plan_and_a_unit_write_nothing(province: Province, sources: tuple[FundSource, FundSource]) -> None:
    shares = {sources[0].pk: PLAIN_AMOUNT}
    with pytest.raises(Refused, match="Sở Tài chính"):
        save_line(plan=province.plan, line=None, data=line_data(), shares=shares, actor=province.alice)
    Plan.objects.filter(pk=province.plan.pk).update(state=Plan.State.ISSUED)
    with pytest.raises(Refused, match="đã khóa"):
        add_line(province, shares)
    assert not BudgetLine.objects.exists()


def test_a_programme_of_another_plan_is_refused(province: Province, sources: tuple[FundSource, FundSource]) -> None:
    other = Plan.objects.create(year=2025, subject="…", parent_body="TỈNH ỦY", issuing_body="BTV", place="QN")
    programme = other.programmes.create(key="x", code="1", name="X", short_name="X", nature="training", position=1)
    with pytest.raises(Refused) as refusal:
        add_line(province, {sources[0].pk: PLAIN_AMOUNT}, programme_id=programme.pk)
    assert refusal.value.field == "programme"


def test_an_illustrative_line_is_not_so_any_more_once_a_person_wrote_it(
    province: Province, sources: tuple[FundSource, FundSource]
) -> None:
    shares = {sources[0].pk: PLAIN_AMOUNT}
    line = add_line(province, shares)
    BudgetLine.objects.update(illustrative=True)
    save_line(plan=province.plan, line=line, data=line_data(), shares=shares, actor=province.hoa, version=1)
    assert not BudgetLine.objects.get().illustrative
