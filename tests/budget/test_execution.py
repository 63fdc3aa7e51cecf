"""Dự kiến, được giao, quyết toán: sums to the đồng, decisions that add up, settlements, guards, and their traces."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from budget.models import BudgetLine, FundSource, Grant, GrantedAmount, SettledAmount
from budget.rules.execution import Three, short_money, total
from budget.selectors.execution import Slot, execution, execution_mark, held_parts, sums_by_source
from budget.selectors.table import budget_table
from budget.services.grants import AmountsRefused, GrantData, add_grant, remove_grant
from budget.services.lines import save_line
from budget.services.settlements import Settling, settle
from budget.services.states import approve_line, reopen_line
from reports.document import Table
from reports.execution import execution_document
from tests.budget.lines import PLAIN_AMOUNT, add_line, line_data, make_sources
from tests.cast import Province, make_user
from trainingplan.models import Change, Plan, Role, User
from trainingplan.services.refusals import Refused

DAY = date(2024, 1, 5)
KINDS = Grant.Kind


@pytest.fixture
def sources(db: None) -> tuple[FundSource, FundSource]:
    return make_sources()


@pytest.fixture
def line(province: Province, sources: tuple[FundSource, FundSource]) -> BudgetLine:
    """A class that the province pays three quarters of."""
    return add_line(province, {sources[0].pk: 30_000_000, sources[1].pk: 10_000_000})


@pytest.fixture
def slots(line: BudgetLine, sources: tuple[FundSource, FundSource]) -> tuple[Slot, Slot]:
    return (line.pk, sources[0].pk), (line.pk, sources[1].pk)


def grant(province: Province, amounts: dict[Slot, int], number: str = "1/QĐ", kind: str = KINDS.FIRST) -> Grant:
    return add_grant(
        plan=province.plan, data=GrantData(kind, number, DAY), amounts=amounts, actor=province.hoa, token=uuid4()
    )


def settled(province: Province, slot: Slot, amount: int, **more: Any) -> int:
    return settle(plan=province.plan, rows={slot: Settling(amount, DAY, **more)}, actor=province.hoa)


def money(province: Province, slot: Slot) -> Three:
    return held_parts(province.plan)[slot].money


# Sums

AMOUNTS = st.integers(1, 10**9)
LINES = st.lists(
    st.fixed_dictionaries(
        {
            "group": st.sampled_from(["A", "B", "C"]),
            "planned": st.lists(AMOUNTS, min_size=2, max_size=2),
            "granted": st.lists(st.tuples(st.integers(0, 1), AMOUNTS), max_size=4),
            "settled": st.lists(st.integers(0, 10**9), min_size=2, max_size=2),
            "self_funded": st.booleans(),
        }
    ),
    max_size=6,
)


def store(province: Province, sources: tuple[FundSource, FundSource], lines: list[dict[str, Any]]) -> None:
    """As drawn, past the services."""
    SettledAmount.objects.all().delete()
    Grant.objects.all().delete()
    BudgetLine.objects.all().delete()
    grants = [
        Grant.objects.create(
            plan=province.plan, number=f"{n}", decided_on=DAY, made_by=province.hoa, made_at=province.hoa.created_at
        )
        for n in range(4)
    ]
    for place, drawn in enumerate(lines, start=1):
        amount = sum(drawn["planned"])
        line = BudgetLine.objects.create(
            plan=province.plan, key=f"d-{place}", position=place, content=f"Dòng {place}", group=drawn["group"],
            basis="lump_sum", rate=amount, amount=amount, self_funded=drawn["self_funded"],
        )  # fmt: skip
        for source, planned, spent in zip(sources, drawn["planned"], drawn["settled"], strict=True):
            line.shares.create(source=source, amount=planned)
            if spent:
                line.settled.create(source=source, amount=spent, settled_on=DAY, excess="x")
        for decision, (which, given_now) in zip(grants, drawn["granted"], strict=False):
            GrantedAmount.objects.create(grant=decision, line=line, source=sources[which], amount=given_now)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=LINES)
def test_sums_by_class_by_source_and_in_all_are_the_same_to_the_dong(
    lines: list[dict[str, Any]], province: Province, sources: tuple[FundSource, FundSource]
) -> None:
    with transaction.atomic():
        store(province, sources, lines)
        inside = [drawn for drawn in lines if not drawn["self_funded"]]
        whole = Three(
            sum(sum(drawn["planned"]) for drawn in inside),
            sum(amount for drawn in inside for _, amount in drawn["granted"]),
            sum(sum(drawn["settled"]) for drawn in inside),
        )
        table = execution(province.plan)
        assert table.money == whole
        assert total(one.money for one in table.classes) == whole
        assert total(source.money for source in table.sources) == whole == table.provincial_money + table.other_money
        assert sums_by_source(province.plan).inside == table.sources
        assert len(table.outside) == len(lines) - len(inside)
        numbers = {one.content: one.stt for one in (*table.classes, *table.outside)}
        assert numbers == {row.content: row.stt for row in budget_table(province.plan).rows}
        printed = {
            block.name: [cell.value for cell in block.rows[-1].cells if isinstance(cell.value, int)]
            for block in execution_document(province.plan, table).blocks
            if isinstance(block, Table)
        }
        expected = [whole.planned, whole.granted, whole.settled, whole.left]
        assert printed == {"Theo nguồn": expected, "Theo lớp": expected}
        transaction.set_rollback(True)


def test_a_share_is_rounded_half_up_and_a_sum_without_a_grant_has_none() -> None:
    assert Three(granted=40_000, settled=33_072).percent == "82,68 %"
    assert Three(granted=80_000, settled=4).percent == "0,01 %"
    assert Three(granted=20_000, settled=1).percent == "0,01 %"
    assert Three(settled=5).percent == ""
    assert Three(granted=10, settled=25).percent == "250,00 %"
    assert Three(granted=10, settled=25).left == -15


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (3_249_999_999, "3,2 tỷ đồng"),
        (3_250_000_000, "3,3 tỷ đồng"),
        (2_000_000_000, "2 tỷ đồng"),
        (1_036_511_988_780, "1.036,5 tỷ đồng"),
        (450_499_999, "450 triệu đồng"),
        (999_999, "999.999 đồng"),
    ],
)
def test_a_title_says_an_amount_in_short(amount: int, words: str) -> None:
    assert short_money(amount) == words


# Granted


@pytest.mark.parametrize("state", [Plan.State.DRAFT, Plan.State.ISSUED, Plan.State.AMENDING])
def test_execution_amounts_are_written_until_the_plan_ends_and_the_plan_s_own_are_not(
    province: Province, line: BudgetLine, slots: tuple[Slot, Slot], sources: tuple[FundSource, FundSource], state: str
) -> None:
    Plan.objects.update(state=state)
    grant(province, {slots[0]: 25_000_000})
    assert settled(province, slots[0], 24_000_000) == 1
    assert money(province, slots[0]) == Three(30_000_000, 25_000_000, 24_000_000)
    line.refresh_from_db()
    assert (line.state, line.amount, line.shares.get(source=sources[0]).amount) == ("funded", PLAIN_AMOUNT, 30_000_000)
    with pytest.raises(Refused):
        save_line(
            plan=province.plan, line=line, data=line_data(), shares={sources[0].pk: PLAIN_AMOUNT}, actor=province.hoa,
            version=line.version,
        )  # fmt: skip


def test_decisions_add_up_and_what_is_taken_back_stays_within_what_was_granted(
    province: Province, slots: tuple[Slot, Slot]
) -> None:
    grant(province, {slots[0]: 20_000_000, slots[1]: 0})
    grant(province, {slots[0]: 5_000_000}, kind=KINDS.MORE)
    grant(province, {slots[0]: 25_000_000}, "2/QĐ", KINDS.BACK)
    assert money(province, slots[0]).granted == 0
    with pytest.raises(AmountsRefused) as refusal:
        grant(province, {slots[0]: 1, slots[1]: 2}, "3/QĐ", KINDS.BACK)
    assert refusal.value.faults == {
        slots[0]: "Mới được giao 0 đồng, không thu hồi được 1 đồng.",
        slots[1]: "Mới được giao 0 đồng, không thu hồi được 2 đồng.",
    }
    assert Grant.objects.count() == 3


def test_what_is_settled_is_not_taken_back_unless_a_reason_stands(province: Province, slots: tuple[Slot, Slot]) -> None:
    grant(province, {slots[0]: 20})
    settled(province, slots[0], 15)
    with pytest.raises(AmountsRefused) as refusal:
        grant(province, {slots[0]: 6}, "2/QĐ", KINDS.BACK)
    assert refusal.value.faults == {slots[0]: "Đã quyết toán 15 đồng, chỉ còn thu hồi được 5 đồng."}
    settled(province, slots[0], 15, excess="bù từ kinh phí tiết kiệm", version=1)
    grant(province, {slots[0]: 6}, "2/QĐ", KINDS.BACK)
    assert money(province, slots[0]).left == -1


@pytest.mark.parametrize(("amounts", "field"), [({}, "amounts"), ({(0, 0): 5}, "")])
def test_a_decision_for_nothing_or_for_no_line_is_refused(
    province: Province, line: BudgetLine, amounts: dict[Slot, int], field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        grant(province, amounts)
    assert refusal.value.field == field
    assert not Grant.objects.exists()


def test_a_line_that_others_fund_is_granted_nothing(
    province: Province, line: BudgetLine, slots: tuple[Slot, Slot]
) -> None:
    BudgetLine.objects.update(self_funded=True)
    with pytest.raises(AmountsRefused) as refusal:
        grant(province, {slots[1]: 5})
    assert "cơ quan, đơn vị bảo đảm" in refusal.value.faults[slots[1]]


def test_a_number_is_entered_once_and_a_form_makes_one_decision(province: Province, slots: tuple[Slot, Slot]) -> None:
    token, data = uuid4(), GrantData(KINDS.FIRST, "7/QĐ", DAY)
    mark = execution_mark(province.plan)
    sent: dict[str, Any] = {
        "plan": province.plan,
        "data": data,
        "amounts": {slots[0]: 5},
        "actor": province.hoa,
        "mark": mark,
    }
    assert add_grant(**sent, token=token) == add_grant(**sent, token=token)
    with pytest.raises(Refused, match="giao lần đầu theo Quyết định số 7/QĐ ngày 05/01/2024"):
        add_grant(**sent | {"mark": None}, token=uuid4())
    with pytest.raises(Refused, match="Vừa có giao lần đầu") as refusal:
        add_grant(**sent | {"data": GrantData(KINDS.MORE, "8/QĐ", DAY)}, token=uuid4())
    assert refusal.value.field == "mark"
    assert money(province, slots[0]).granted == 5


def test_two_lines_of_one_content_are_two_lines_of_a_decision(
    province: Province, line: BudgetLine, slots: tuple[Slot, Slot]
) -> None:
    twin = add_line(province, {slots[0][1]: PLAIN_AMOUNT}, content=line.content)
    grant(province, {slots[0]: 20, slots[1]: 5, (twin.pk, slots[0][1]): 7})
    (decision,) = execution(province.plan).decisions
    assert (decision.lines, decision.amount) == (2, 32)


def test_a_decision_entered_by_mistake_is_taken_out_with_a_reason_and_a_trace(
    province: Province, line: BudgetLine, slots: tuple[Slot, Slot]
) -> None:
    first = grant(province, {slots[0]: 20})
    second = grant(province, {slots[0]: 5, slots[1]: 7}, kind=KINDS.MORE)
    with pytest.raises(Refused, match="Cần ghi lý do"):
        remove_grant(plan=province.plan, grant=second, actor=province.hoa, reason="")
    settled(province, slots[1], 7)
    with pytest.raises(Refused, match=r"Đơn vị cử đi\. Đã quyết toán 7 đồng"):
        remove_grant(plan=province.plan, grant=second, actor=province.hoa, reason="nhầm")
    settled(province, slots[1], 0, version=1)
    remove_grant(plan=province.plan, grant=second, actor=province.hoa, reason="nhầm")
    line.refresh_from_db()
    assert (line.state, money(province, slots[0]).granted) == ("funded", 20)
    remove_grant(plan=province.plan, grant=first, actor=province.hoa, reason="nhầm")
    line.refresh_from_db()
    assert (line.state, execution(province.plan).money.granted) == ("planned", 0)
    gone = Change.objects.filter(table="grant", row=str(first.pk)).order_by("-pk")[0]
    assert (gone.field, gone.old, gone.new) == ("nguồn: Ngân sách tỉnh", "20", "")
    assert gone.reason == "Xóa giao lần đầu theo Quyết định số 1/QĐ ngày 05/01/2024: nhầm"
    with pytest.raises(Refused, match="vừa được người khác xóa"):
        remove_grant(plan=province.plan, grant=first, actor=province.hoa, reason="nhầm")


def test_a_line_approved_by_hand_stays_approved_without_its_decisions(
    province: Province, line: BudgetLine, slots: tuple[Slot, Slot]
) -> None:
    approve_line(plan=province.plan, line=line, version=line.version, actor=province.hoa)
    only = grant(province, {slots[0]: 20})
    remove_grant(plan=province.plan, grant=only, actor=province.hoa, reason="nhầm")
    line.refresh_from_db()
    assert line.state == "funded"


def test_the_decision_left_carries_on_the_approval_of_the_one_taken_out(
    province: Province, line: BudgetLine, slots: tuple[Slot, Slot]
) -> None:
    first = grant(province, {slots[0]: 20})
    second = grant(province, {slots[0]: 5}, kind=KINDS.MORE)
    remove_grant(plan=province.plan, grant=first, actor=province.hoa, reason="nhầm")
    line.refresh_from_db()
    assert line.state == "funded"
    remove_grant(plan=province.plan, grant=second, actor=province.hoa, reason="nhầm")
    line.refresh_from_db()
    assert line.state == "planned"


def test_a_line_with_a_granted_amount_is_not_planned_again(
    province: Province, line: BudgetLine, slots: tuple[Slot, Slot]
) -> None:
    grant(province, {slots[0]: 20})
    line.refresh_from_db()
    with pytest.raises(Refused, match="đã có số được giao"):
        reopen_line(plan=province.plan, line=line, version=line.version, actor=province.hoa, reason="x")


def test_a_decision_and_the_states_it_brings_are_one_operation(province: Province, slots: tuple[Slot, Slot]) -> None:
    before = set(Change.objects.values_list("batch", flat=True))
    grant(province, {slots[0]: 20, slots[1]: 5})
    made = Change.objects.exclude(batch__in=before)
    assert {change.table for change in made} == {"grant", "budgetline"}
    assert len({change.batch for change in made}) == 1
    assert {change.reason for change in made} == {"giao lần đầu theo Quyết định số 1/QĐ ngày 05/01/2024"}


# Settled


def test_more_than_was_granted_is_settled_only_with_a_reason(province: Province, slots: tuple[Slot, Slot]) -> None:
    grant(province, {slots[0]: 20})
    with pytest.raises(AmountsRefused) as refusal:
        settled(province, slots[0], 21)
    assert refusal.value.faults[slots[0]].startswith("Quyết toán 21 đồng, vượt số được giao 20 đồng là 1 đồng.")
    assert settled(province, slots[0], 21, excess="giá tăng") == 1
    assert held_parts(province.plan)[slots[0]].excess == "giá tăng"


def test_nothing_is_settled_of_a_line_that_is_only_planned(province: Province, slots: tuple[Slot, Slot]) -> None:
    with pytest.raises(AmountsRefused, match="Chưa có gì được ghi") as refusal:
        settled(province, slots[0], 5, excess="x")
    assert refusal.value.faults == {slots[0]: "Dòng này chưa có số được giao. Nhập quyết định giao trước."}


def test_of_two_who_saw_the_same_settlement_one_wins_and_the_same_form_is_no_conflict(
    province: Province, slots: tuple[Slot, Slot]
) -> None:
    grant(province, {slots[0]: 20})
    assert settled(province, slots[0], 12) == 1
    assert settled(province, slots[0], 12) == 0
    with pytest.raises(AmountsRefused) as refusal:
        settled(province, slots[0], 13)
    assert "Phạm Thị Hoa" in refusal.value.faults[slots[0]]
    assert "vừa ghi 12 đồng" in refusal.value.faults[slots[0]]
    assert settled(province, slots[0], 13, version=1) == 1
    assert settled(province, slots[0], 0, version=2) == 1
    assert not SettledAmount.objects.exists()
    log = Change.objects.filter(table="settledamount", field="amount").order_by("pk")
    assert [(change.old, change.new) for change in log] == [("", "12"), ("12", "13"), ("13", "")]


@pytest.mark.parametrize("role", [Role.UNIT, Role.MANAGER, Role.SCHOOL, Role.HOME_AFFAIRS])
def test_only_finance_and_the_board_write(province: Province, slots: tuple[Slot, Slot], role: Role) -> None:
    actor: User = make_user("khac", "Người khác", role, province.binh_son)
    stored = grant(province, {slots[0]: 20})
    data = GrantData(KINDS.MORE, "9/QĐ", DAY)
    with pytest.raises(Refused, match="Chỉ Sở Tài chính"):
        add_grant(plan=province.plan, data=data, amounts={slots[0]: 5}, actor=actor)
    with pytest.raises(Refused, match="Chỉ Sở Tài chính"):
        settle(plan=province.plan, rows={slots[0]: Settling(5, DAY)}, actor=actor)
    with pytest.raises(Refused, match="Chỉ Sở Tài chính"):
        remove_grant(plan=province.plan, grant=stored, actor=actor, reason="x")
    assert money(province, slots[0]) == Three(30_000_000, 20, 0)


@pytest.mark.parametrize("values", [{"amount": 0}, {"amount": 10**15 + 1}, {"amount": -(10**15) - 1}])
def test_the_database_refuses_amounts_that_are_none(
    province: Province, slots: tuple[Slot, Slot], values: dict[str, int]
) -> None:
    stored = grant(province, {slots[0]: 20})
    with pytest.raises(IntegrityError), transaction.atomic():
        GrantedAmount.objects.create(grant=stored, line_id=slots[1][0], source_id=slots[1][1], **values)
    with pytest.raises(IntegrityError), transaction.atomic():
        SettledAmount.objects.create(line_id=slots[1][0], source_id=slots[1][1], settled_on=DAY, **values)
