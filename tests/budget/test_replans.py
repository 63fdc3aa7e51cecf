"""Accepting an option of re-planning and undoing it: whole or not at all, on the record, and back to the đồng."""

from collections.abc import Callable
from typing import Any

import pytest

from budget.models import BudgetLine, BudgetShare, EstimateLine, FundSource, NormItem, NormSet, Replan, ReplannedLine
from budget.rules.costs import Factor
from budget.rules.replan import Option, Strategy
from budget.selectors.replan import ALL, PROVINCE, Wishes, mark_of, replanning, replans, undoing
from budget.services import replans as service
from budget.services.estimates import CostData
from budget.services.lines import remove_line, save_line, write_line
from budget.services.replans import accept_replan, undo_replan
from budget.services.states import approve_line
from quotas.services.nominations import add_nomination
from tests.budget.lines import add_class, add_line, cost, line_data, make_norms, make_sources
from tests.cast import Province
from tests.quotas.rosters_cast import give, make_roster, person
from trainingplan.models import Change, Plan
from trainingplan.services.refusals import Refused

REASON = "Quyết định số 12/QĐ-UBND giao dự toán"


def a_class(classes: int, learners: int) -> tuple[CostData, ...]:
    """Two days, four sessions."""
    in_each = {"session": 4, "class": classes}
    return (
        CostData("giang-vien", "", None, factors(**in_each)),
        CostData("nuoc-uong", "", None, factors(person=learners, **in_each)),
        CostData("chung-chi", "", None, factors(person=learners, **{"class": classes})),
        CostData("quan-ly", "", None),
    )


def factors(**numbers: int) -> tuple[Factor, ...]:
    return tuple(Factor(unit, number) for unit, number in numbers.items())


@pytest.fixture
def norms(db: None) -> NormSet:
    return make_norms()


@pytest.fixture
def sources(db: None) -> tuple[FundSource, FundSource]:
    return make_sources()


@pytest.fixture
def budget(province: Province, norms: NormSet, sources: tuple[FundSource, FundSource]) -> list[BudgetLine]:
    """Four classes of 40, ten of 60, and a lump sum."""
    payer = sources[0]
    sizes = [(4, 40), (10, 60)]
    lines = [
        add_class(
            province, payer, *a_class(classes, learners),
            content=f"Lớp {classes} × {learners}", classes=classes, learners_per_class=learners, days=2,
        )
        for classes, learners in sizes
    ]  # fmt: skip
    return [
        *lines,
        add_line(province, {payer.pk: 10_000_000}, content="Khảo sát", rate=10_000_000, learners_per_class=0),
    ]


def accept(province: Province, wishes: Wishes, strategy: Strategy, **more: Any) -> Replan:
    """Accept what is seen now; `more` are the things that were seen otherwise."""
    seen = replanning(province.plan, wishes)
    given = {"seen": seen.seen, "mark": mark_of(seen.option(strategy)), "reason": REASON} | more
    return accept_replan(plan=province.plan, wishes=wishes, strategy=strategy, actor=province.hoa, **given)


def stored() -> list[Any]:
    """All that lines, costs and shares are, but keys of rows and versions."""
    hidden = {"id", "version", "line_id"}
    rows = []
    for line in BudgetLine.objects.order_by("position"):
        parts = [*line.costs.order_by("position").values(), *line.shares.order_by("source").values()]
        own = BudgetLine.objects.filter(pk=line.pk).values()[0]
        rows.append([{key: value for key, value in part.items() if key not in hidden} for part in (own, *parts)])
    return rows


def option(province: Province, wishes: Wishes, strategy: Strategy) -> Option:
    return replanning(province.plan, wishes).option(strategy)


NINETY = Wishes(percent=90)


@pytest.mark.parametrize("strategy", [Strategy.MERGE_FEWER, Strategy.SMALLER, Strategy.FEWER, Strategy.ALL])
def test_scenario_21_an_option_is_accepted_and_undone_to_the_dong(
    province: Province, budget: list[BudgetLine], strategy: Strategy
) -> None:
    before, seen = stored(), replanning(province.plan, NINETY)
    total = sum(line.amount for line in BudgetLine.objects.all())
    assert seen.limit == total * 90 // 100
    found = seen.option(strategy)
    assert stored() == before
    replan = accept(province, NINETY, strategy)
    lines = list(BudgetLine.objects.order_by("position"))
    assert sum(line.amount for line in lines) == found.money == replan.money_after <= seen.limit
    for line in lines:
        assert sum(line.shares.values_list("amount", flat=True)) == line.amount
        if line.basis == BudgetLine.Basis.ESTIMATE:
            assert sum(line.costs.values_list("amount", flat=True)) == line.amount
    made = Change.objects.filter(reason=REASON)
    assert {change.actor for change in made} == {province.hoa}
    assert len({change.batch for change in made}) == 1
    assert {"budgetline", "replan"} == {change.table for change in made}
    undone = undo_replan(plan=province.plan, replan=replan, actor=province.hoa)
    assert (len(undone.restored), undone.kept) == (len(found.cuts), ())
    assert stored() == before
    (kept,) = replans(province.plan)
    assert kept.undone_by == province.hoa
    with pytest.raises(Refused, match="đã được hoàn tác"):
        undo_replan(plan=province.plan, replan=replan, actor=province.hoa)


def test_a_class_that_leaves_the_year_comes_back_whole_and_in_its_place(
    province: Province, budget: list[BudgetLine], sources: tuple[FundSource, FundSource]
) -> None:
    first, lump = budget[0], budget[2]
    wishes = Wishes(percent=90, first=frozenset({first.pk, lump.pk}), keep=frozenset({budget[1].pk}))
    before = stored()
    replan = accept(province, wishes, Strategy.LATER)
    gone = {row.content for row in replan.lines.all() if row.version is None}
    assert gone
    assert gone.isdisjoint(BudgetLine.objects.values_list("content", flat=True))
    assert not EstimateLine.objects.filter(line__isnull=True).exists()
    undo_replan(plan=province.plan, replan=replan, actor=province.hoa)
    assert stored() == before


def test_shares_of_a_shrunk_class_keep_their_proportions(
    province: Province, budget: list[BudgetLine], sources: tuple[FundSource, FundSource]
) -> None:
    line = budget[1]
    third = line.amount // 3
    paid = {sources[0].pk: line.amount - third, sources[1].pk: third}
    BudgetShare.objects.filter(line=line).delete()
    BudgetShare.objects.bulk_create(BudgetShare(line=line, source_id=pk, amount=part) for pk, part in paid.items())
    whole = line.amount
    accept(province, Wishes(source=ALL, percent=90), Strategy.FEWER)
    line.refresh_from_db()
    shares = dict(line.shares.values_list("source_id", "amount"))
    assert line.amount < whole
    assert sum(shares.values()) == line.amount
    assert all(abs(shares[pk] * whole - part * line.amount) < whole for pk, part in paid.items())


def edited(province: Province, line: BudgetLine) -> None:
    data = line_data(content="Lớp khác", basis="estimate", rate=0)
    paid = {share.source_id: share.amount for share in line.shares.all()}
    save_line(plan=province.plan, line=line, data=data, shares=paid, actor=province.hoa, version=line.version)


def added(province: Province, line: BudgetLine) -> None:
    add_line(province, {share.source_id: 5 for share in line.shares.all()}, content="Mới", rate=5)


@pytest.mark.parametrize(
    ("meanwhile", "words"),
    [
        (edited, "Vừa có người sửa hoặc thêm «Lớp khác»"),
        (lambda p, line: remove_line(plan=p.plan, line=line, version=line.version, actor=p.hoa), "1 dòng vừa bị xóa"),
        (added, "«Mới»"),
        (lambda p, line: approve_line(plan=p.plan, line=line, version=line.version, actor=p.hoa), "«Lớp 4 × 40»"),
    ],
)
def test_what_changed_since_it_was_seen_refuses_all(
    province: Province, budget: list[BudgetLine], meanwhile: Callable[[Province, BudgetLine], Any], words: str
) -> None:
    seen = replanning(province.plan, NINETY)
    mark = mark_of(seen.option(Strategy.FEWER))
    meanwhile(province, budget[0])
    before, log = stored(), Change.objects.count()
    with pytest.raises(Refused, match=words):
        accept(province, NINETY, Strategy.FEWER, seen=seen.seen, mark=mark)
    assert (stored(), Change.objects.count(), Replan.objects.count()) == (before, log, 0)


def test_an_option_that_cannot_be_accepted_writes_nothing(province: Province, budget: list[BudgetLine]) -> None:
    before = stored()
    for wishes, more, words in (
        (NINETY, {"reason": ""}, "ghi lý do"),
        (NINETY, {"mark": "x"}, "không còn như đã xem"),
        (Wishes(percent=1), {}, "không đưa được kinh phí về"),
        (Wishes(percent=100), {}, "không đưa được kinh phí về"),
    ):
        with pytest.raises(Refused, match=words):
            accept(province, wishes, Strategy.FEWER, **more)
    NormItem.objects.filter(key="nuoc-uong").update(level=10_000)
    with pytest.raises(Refused, match="Dòng «Lớp 10 × 60» không còn theo định mức: Khoản 2: 20"):
        accept(province, NINETY, Strategy.FEWER)
    assert (stored(), Replan.objects.count()) == (before, 0)


def test_a_frozen_plan_and_another_role_are_refused(province: Province, budget: list[BudgetLine]) -> None:
    replan = accept(province, NINETY, Strategy.FEWER)
    with pytest.raises(Refused, match="Chỉ Sở Tài chính"):
        undo_replan(plan=province.plan, replan=replan, actor=province.alice)
    Plan.objects.update(state=Plan.State.ISSUED)
    for act in (
        lambda: accept(province, Wishes(percent=80), Strategy.FEWER),
        lambda: undo_replan(plan=province.plan, replan=replan, actor=province.hoa),
    ):
        with pytest.raises(Refused, match="kinh phí đã khóa"):
            act()


def test_a_fault_half_way_leaves_nothing(
    province: Province, budget: list[BudgetLine], monkeypatch: pytest.MonkeyPatch
) -> None:
    before, log, calls = stored(), Change.objects.count(), []

    def failing(*args: Any) -> None:
        calls.append(args)
        if len(calls) == 2:
            raise RuntimeError
        write_line(*args)

    monkeypatch.setattr(service, "write_line", failing)
    with pytest.raises(RuntimeError):
        accept(province, Wishes(percent=50), Strategy.FEWER)
    assert (stored(), Change.objects.count(), Replan.objects.count()) == (before, log, 0)


def test_lines_edited_since_are_kept_and_named(province: Province, budget: list[BudgetLine]) -> None:
    before = stored()
    replan = accept(province, Wishes(percent=50), Strategy.FEWER)
    assert replan.lines.count() == 2
    line = BudgetLine.objects.get(pk=budget[0].pk)
    approve_line(plan=province.plan, line=line, version=line.version, actor=province.hoa)
    assert [bool(why) for _, why in undoing(replan)] == [True, False]
    undone = undo_replan(plan=province.plan, replan=replan, actor=province.hoa)
    assert undone.kept == (("Lớp 4 × 40", "dòng đã được sửa sau khi cắt giảm"),)
    assert undone.restored == ("Lớp 10 × 60",)
    assert stored()[1:] == before[1:]
    assert BudgetLine.objects.get(pk=line.pk).classes < 4


def test_an_undo_that_brings_nothing_back_is_refused(province: Province, budget: list[BudgetLine]) -> None:
    replan = accept(province, Wishes(percent=90, keep=frozenset({budget[1].pk})), Strategy.LATER)
    (row,) = replan.lines.all()
    add_line(province, {FundSource.objects.all()[0].pk: 5}, content="Mới", rate=5)
    BudgetLine.objects.filter(content="Mới").update(key=row.was["key"])
    with pytest.raises(Refused, match="đã có dòng khác cùng khóa"):
        undo_replan(plan=province.plan, replan=replan, actor=province.hoa)
    assert Replan.objects.get().undone_at is None


@pytest.mark.parametrize("strategy", [Strategy.FEWER, Strategy.LATER])
def test_a_line_that_its_norms_would_price_otherwise_now_does_not_come_back_with_shares_of_another_amount(
    province: Province, budget: list[BudgetLine], strategy: Strategy
) -> None:
    replan = accept(province, Wishes(percent=90, keep=frozenset({budget[1].pk})), strategy)
    NormItem.objects.filter(key="quan-ly").update(base=NormItem.Base.INCLUDING)
    cut = stored()
    with pytest.raises(Refused, match="định mức đã đổi từ khi cắt giảm: nay tính ra"):
        undo_replan(plan=province.plan, replan=replan, actor=province.hoa)
    assert stored() == cut
    assert Replan.objects.get().undone_at is None


def test_approved_carried_over_and_self_funded_lines_are_never_touched(
    province: Province, budget: list[BudgetLine]
) -> None:
    BudgetLine.objects.filter(pk=budget[0].pk).update(state="funded")
    BudgetLine.objects.filter(pk=budget[1].pk).update(carried_over=True)
    everything = frozenset(BudgetLine.objects.values_list("pk", flat=True))
    wishes = Wishes(percent=50, first=everything)
    assert {cut.line.line_id for cut in option(province, wishes, Strategy.ALL).cuts} == {budget[2].pk}


def test_nobody_who_is_nominated_loses_the_place(
    province: Province, budget: list[BudgetLine], sources: tuple[FundSource, FundSource]
) -> None:
    roster = make_roster(province)
    give(roster.quota, province.binh_son, 3)
    names = ("Đinh Văn Ích", "Lê Thị Hạnh", "Mai Thị Yên")
    for name in names:
        details = person(name)
        add_nomination(
            plan=province.plan, quota_id=roster.quota.pk, unit=province.binh_son, details=details, actor=province.hoa
        )
    sent = (cost("hoi-truong", 5_000_000, person=10),)
    line = add_class(
        province, sources[0], *sent,
        content="Cử đi học", classes=1, learners_per_class=10, programme_id=roster.quota.programme_id,
    )  # fmt: skip
    only = frozenset({one.pk for one in budget})
    wishes = Wishes(limit=1, keep=only)
    for strategy in (Strategy.SMALLER, Strategy.ALL):
        (cut,) = option(province, wishes, strategy).cuts
        assert (cut.line.line_id, cut.size and cut.size.learners) == (line.pk, 3)


def test_priorities_of_lines_go_before_those_of_groups(province: Province, budget: list[BudgetLine]) -> None:
    group = budget[0].group
    wishes = Wishes(percent=10, keep_groups=frozenset({group}), first=frozenset({budget[1].pk}))
    assert [cut.line.line_id for cut in option(province, wishes, Strategy.ALL).cuts] == [budget[1].pk]
    assert replanning(province.plan, Wishes(source=PROVINCE)).limited == "ngân sách tỉnh"
    assert ReplannedLine.objects.count() == 0
