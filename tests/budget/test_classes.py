"""How classes run: one step after the other, what each needs, who records it; the issued plan stays as it was."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from budget.models import BudgetLine, ClassStep, FundSource, Grant
from budget.resources.book_execution import GrantedSheet
from budget.rules.classes import ORDER, Course, Taken, days_late, following, last_day, preceding, standing, step_fault
from budget.selectors.classes import class_table, hand_of, late_classes
from budget.services.classes import Happening, StepsRefused, take_step, take_step_back
from budget.services.grants import GrantData, add_grant, remove_grant
from budget.services.settlements import Settling, settle
from budget.services.states import approve_line
from reports.rules.compare import digest
from reports.snapshot import take_snapshot
from tests.budget.lines import add_line, make_sources
from tests.cast import Province, make_unit, make_user
from trainingplan.models import Change, Plan, Role, UnitGroup, User
from trainingplan.services.refusals import Refused

DAY, TODAY = date(2024, 3, 11), date(2024, 12, 1)
SCHOOL = "Trường Chính trị tỉnh"
S = BudgetLine.State


@pytest.fixture
def sources(db: None) -> tuple[FundSource, FundSource]:
    return make_sources()


@pytest.fixture
def line(province: Province, sources: tuple[FundSource, FundSource]) -> BudgetLine:
    """An approved class that the school carries out."""
    return funded(province, sources[0], executor=SCHOOL)


@pytest.fixture
def school(province: Province) -> User:
    unit = make_unit("truong-chinh-tri", SCHOOL, province.plan, UnitGroup.objects.get(), 3)
    return make_user("truong", "Lê Thị Trường", Role.SCHOOL, unit)


@pytest.fixture
def finance(province: Province) -> User:
    return make_user("taichinh", "Lê Thị Thu", Role.FINANCE)


def funded(province: Province, source: FundSource, **more: Any) -> BudgetLine:
    line = add_line(province, {source.pk: 40_000_000}, opens_on=date(2024, 3, 1), **more)
    return approve_line(plan=province.plan, line=line, version=line.version, actor=province.hoa)


def step(province: Province, line: BudgetLine, to: str, actor: User | None = None, **what: Any) -> int:
    seen = {line.pk: BudgetLine.objects.get(pk=line.pk).state}
    return take_step(plan=province.plan, seen=seen, step=to, what=Happening(**what), actor=actor or province.hoa)


def run_to_closing(province: Province, line: BudgetLine) -> None:
    step(province, line, S.RECRUITING)
    step(province, line, S.OPENED, day=DAY, learners=95)
    step(province, line, S.RUNNING)
    step(province, line, S.CLOSED, day=DAY + timedelta(days=10), learners=93)


def state_of(line: BudgetLine) -> str:
    return BudgetLine.objects.get(pk=line.pk).state


def test_a_class_that_runs_keeps_the_decision_that_it_runs_on(
    province: Province, sources: tuple[FundSource, ...]
) -> None:
    line = add_line(province, {sources[0].pk: 40_000_000})
    slot = (line.pk, sources[0].pk)
    assert class_table(province.plan, hand_of(province.plan, province.hoa)).rows[0].next_words == "chờ duyệt kinh phí"

    def decide(number: str) -> Grant:
        data = GrantData(Grant.Kind.FIRST, number, DAY)
        return add_grant(plan=province.plan, data=data, amounts={slot: 20_000_000}, actor=province.hoa)

    def remove(grant: Grant) -> None:
        remove_grant(plan=province.plan, grant=grant, actor=province.hoa, reason="nhập nhầm số")

    wrong = decide("12/QĐ")
    step(province, line, S.RECRUITING)
    step(province, line, S.OPENED, day=DAY)
    with pytest.raises(Refused, match=f"lớp «{line.content}» đã ở bước «khai giảng»"):
        remove(wrong)
    with pytest.raises(Refused, match=r"không còn quyết định giao"):
        GrantedSheet(year=2024).remove(list(wrong.amounts.all()), reason="hoàn tác")
    decide("21/QĐ")
    remove(wrong)
    assert state_of(line) == S.OPENED


def test_steps_follow_one_another_forward_and_back() -> None:
    assert [following(state) for state in ORDER] == ["", *ORDER[2:], ""]
    assert [preceding(state) for state in ORDER] == ["", "", *ORDER[1:-1]]
    assert following(S.CLOSED, self_funded=True) == ""


def test_a_step_that_was_taken_back_stands_no_more() -> None:
    steps = [
        Taken(S.FUNDED, S.RECRUITING),
        Taken(S.RECRUITING, S.OPENED, DAY),
        Taken(S.OPENED, S.RECRUITING),
        Taken(S.RECRUITING, S.OPENED, DAY + timedelta(days=3), 40),
    ]
    assert set(standing(steps)) == {S.RECRUITING, S.OPENED}
    assert last_day(standing(steps).values()) == DAY + timedelta(days=3)
    assert set(standing(steps[:3])) == {S.RECRUITING}


@pytest.mark.parametrize(
    ("planned", "until", "late"),
    [(DAY, DAY, 0), (DAY, date(2024, 3, 14), 3), (DAY, date(2024, 3, 1), 0), (None, DAY, 0), (DAY, None, 0)],
)
def test_days_late(planned: date | None, until: date | None, late: int) -> None:
    assert days_late(planned, until) == late


@pytest.mark.parametrize(
    ("course", "to", "day", "learners", "words"),
    [
        (Course(S.PLANNED, 2024), S.RECRUITING, None, None, "chưa được duyệt kinh phí"),
        (Course(S.FUNDED, 2024), S.OPENED, DAY, None, "không phải bước kế tiếp"),
        (Course(S.RECRUITING, 2024), S.OPENED, None, None, "Nhập ngày diễn ra"),
        (Course(S.RECRUITING, 2024), S.OPENED, date(2024, 12, 2), None, "chưa đến"),
        (Course(S.RECRUITING, 2024), S.OPENED, date(2023, 12, 31), None, "Chuyển tiếp"),
        (Course(S.RECRUITING, 2024, carried_over=True), S.OPENED, date(2018, 1, 1), None, "quá xa"),
        (Course(S.FUNDED, 2024), S.RECRUITING, None, 4, "khi khai giảng, bế giảng"),
        (Course(S.RUNNING, 2024, last_day=DAY), S.CLOSED, DAY - timedelta(days=1), None, "trước ngày 11/03/2024"),
        (Course(S.RUNNING, 2024, last_day=DAY), S.CLOSED, None, None, "Nhập ngày diễn ra"),
        (Course(S.CLOSED, 2024), S.SETTLED, None, None, "chưa có số quyết toán"),
        (Course(S.CLOSED, 2024, self_funded=True, settled=1), S.SETTLED, None, None, "không phải bước kế tiếp"),
    ],
)
def test_what_a_step_lacks_is_said(course: Course, to: str, day: date | None, learners: int | None, words: str) -> None:
    assert words in step_fault(course, to, day, learners, TODAY)


def test_what_a_step_needs_is_enough() -> None:
    assert not step_fault(Course(S.FUNDED, 2024), S.RECRUITING, None, None, TODAY)
    assert not step_fault(Course(S.RECRUITING, 2024, carried_over=True), S.OPENED, date(2023, 9, 5), 40, TODAY)
    assert not step_fault(Course(S.RUNNING, 2024, last_day=DAY), S.CLOSED, DAY, 40, TODAY)
    assert not step_fault(Course(S.CLOSED, 2024, settled=1), S.SETTLED, None, None, TODAY)


def test_a_class_runs_to_its_end_and_an_issued_plan_lets_it(
    province: Province, line: BudgetLine, finance: User, sources: tuple[FundSource, FundSource]
) -> None:
    Plan.objects.update(state=Plan.State.ISSUED)
    run_to_closing(province, line)
    with pytest.raises(Refused, match="chưa có số quyết toán"):
        step(province, line, S.SETTLED, finance)
    slot = (line.pk, sources[0].pk)
    settled = Settling(30_000_000, TODAY, excess="giao sau")
    settle(plan=province.plan, rows={slot: settled}, actor=finance)
    step(province, line, S.SETTLED, finance)
    assert state_of(line) == S.SETTLED
    with pytest.raises(Refused) as refused:
        settle(plan=province.plan, rows={slot: Settling(0, TODAY, version=1)}, actor=finance)
    assert "Lùi lớp về bế giảng" in str(vars(refused.value))
    row = class_table(province.plan, hand_of(province.plan, finance)).rows[0]
    assert (row.opened_on, row.closed_on, row.present, row.late) == (DAY, DAY + timedelta(days=10), 93, 10)
    assert not row.may_step


def test_nothing_of_what_a_version_keeps_is_changed_by_a_step(province: Province, line: BudgetLine) -> None:
    """A published version stays, and an amendment finds no difference: both see the plan through its snapshot."""
    before = digest(take_snapshot(province.plan))
    run_to_closing(province, line)
    assert digest(take_snapshot(province.plan)) == before


def test_the_log_tells_state_and_day_with_the_note(province: Province, line: BudgetLine) -> None:
    step(province, line, S.RECRUITING)
    step(province, line, S.OPENED, day=DAY, learners=95, note="Hội trường B")
    told = Change.objects.filter(reason="Hội trường B").order_by("pk").values_list("table", "field", "old", "new")
    assert list(told) == [
        ("classstep", "after", "chiêu sinh", "khai giảng"),
        ("classstep", "happened_on", "", "11/03/2024"),
        ("classstep", "learners", "", "95"),
    ]


def test_a_step_is_taken_back_with_a_reason_and_only_one_at_a_time(province: Province, line: BudgetLine) -> None:
    run_to_closing(province, line)
    back: dict[str, Any] = {"plan": province.plan, "line_id": line.pk, "actor": province.hoa}
    with pytest.raises(Refused, match="Cần ghi lý do"):
        take_step_back(**back, seen=S.CLOSED, reason="")
    assert take_step_back(**back, seen=S.CLOSED, reason="ghi nhầm lớp") == S.RUNNING
    with pytest.raises(Refused, match="vừa chuyển lớp này sang «đang học»"):
        take_step_back(**back, seen=S.CLOSED, reason="ghi nhầm lớp")
    step(province, line, S.CLOSED, day=DAY + timedelta(days=2))
    for seen in (S.CLOSED, S.RUNNING, S.OPENED, S.RECRUITING):
        take_step_back(**back, seen=seen, reason="ghi nhầm")
    with pytest.raises(Refused, match="không có bước nào để lùi"):
        take_step_back(**back, seen=S.FUNDED, reason="ghi nhầm")
    assert list(line.steps.order_by("number").values_list("number", flat=True)) == list(range(1, 11))


def test_several_classes_go_together_or_not_at_all(
    province: Province, line: BudgetLine, sources: tuple[FundSource, FundSource]
) -> None:
    other = funded(province, sources[0], content="Lớp thứ hai")
    planned = add_line(province, {sources[0].pk: 40_000_000}, content="Lớp chưa duyệt")
    survey = add_line(province, {sources[0].pk: 40_000_000}, content="Khảo sát", learners_per_class=0)
    seen = {one.pk: str(state_of(one)) for one in (line, other, planned, survey)}
    asked: dict[str, Any] = {"plan": province.plan, "step": S.RECRUITING, "what": Happening(), "actor": province.hoa}
    with pytest.raises(StepsRefused) as refused:
        take_step(seen=seen, **asked)
    assert set(refused.value.faults) == {planned.pk, survey.pk}
    assert not ClassStep.objects.exists()
    assert take_step(seen={pk: seen[pk] for pk in (line.pk, other.pk)}, **asked) == 2
    assert state_of(line) == state_of(other) == S.RECRUITING
    with pytest.raises(Refused, match="Chọn lớp"):
        take_step(seen={}, **asked)


def test_the_school_moves_its_own_classes_finance_the_last_step_and_others_none(
    province: Province, line: BudgetLine, school: User, finance: User, sources: tuple[FundSource, FundSource]
) -> None:
    foreign = funded(province, sources[0], executor="Sở Nội vụ", content="Lớp của Sở Nội vụ")
    joint = funded(province, sources[0], executor=f"Sở Y tế; {SCHOOL}", content="Lớp phối hợp")
    for one, actor in ((line, school), (joint, school), (foreign, province.hoa)):
        assert step(province, one, S.RECRUITING, actor) == 1
    for one, actor in ((foreign, school), (line, finance), (line, province.alice)):
        with pytest.raises(Refused, match="Chỉ Ban Tổ chức"):
            step(province, one, S.OPENED, actor, day=DAY)
    BudgetLine.objects.filter(pk=line.pk).update(state=S.CLOSED)
    with pytest.raises(Refused, match="Chỉ Sở Tài chính"):
        step(province, line, S.SETTLED, school)


def test_classes_that_have_not_opened_are_late_and_carried_over_ones_are_not(
    province: Province, line: BudgetLine, sources: tuple[FundSource, FundSource]
) -> None:
    funded(province, sources[0], content="Lớp chuyển tiếp", carried_over=True)
    hand = hand_of(province.plan, province.hoa)
    assert late_classes(province.plan, hand) == 1
    table = class_table(province.plan, hand, late=True)
    assert [row.line.pk for row in table.rows] == [line.pk]
    assert table.rows[0].late == (timezone.localdate() - date(2024, 3, 1)).days
    step(province, line, S.RECRUITING)
    step(province, line, S.OPENED, day=DAY)
    assert late_classes(province.plan, hand) == 0


def test_the_database_itself_keeps_days_and_numbers(province: Province, line: BudgetLine) -> None:
    common: dict[str, Any] = {"line": line, "made_by": province.hoa, "made_at": timezone.now()}
    ClassStep.objects.create(number=1, before=S.FUNDED, after=S.RECRUITING, **common)
    wrongs: tuple[dict[str, Any], ...] = (
        {"number": 1, "before": S.RECRUITING, "after": S.RUNNING},
        {"number": 2, "before": S.RECRUITING, "after": S.OPENED},
        {"number": 2, "before": S.RECRUITING, "after": S.RECRUITING},
    )
    for wrong in wrongs:
        with pytest.raises(IntegrityError), transaction.atomic():
            ClassStep.objects.create(**wrong, **common)
