"""Two people at one answer, one request, one draft, one plan: one of them is first, and the other is told.

Each pair begins at one moment; who was second must find what the first left. The controls take a lock away.
"""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Event, Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone

from quotas.models import Allocation, ExtensionRequest, Proposal, Registration, Response, SubQuota
from quotas.services import cells as cells_service
from quotas.services import proposals as proposals_service
from quotas.services import responses as responses_service
from quotas.services.ceilings import add_sub_quota, remove_sub_quota, set_sub_quota_number
from quotas.services.cells import CellInput, Outcome, save_allocations, save_registrations
from quotas.services.extensions import grant_extension, refuse_extension, request_extension
from quotas.services.proposals import Order, apply_proposals, discard_proposals, propose
from quotas.services.responses import accept_response, accept_responses, return_response, send_response
from quotas.services.sheets import Sheet
from tests.cast import Province, make_province, make_unit, make_user
from tests.quotas.test_races import race
from tests.quotas.test_responses import close
from trainingplan.locking import hold_plan
from trainingplan.models import Change, Participant, Plan, Role, Unit, UnitGroup, User
from trainingplan.services.refusals import Refused

pytestmark = pytest.mark.django_db(transaction=True)

State = Response.State
ROUNDS = 3
on_postgresql = pytest.mark.skipif(
    "sqlite" in str(connection.settings_dict["ENGINE"]), reason="SQLite has one writer at a time"
)


def tried(act: Callable[[], object]) -> Callable[[], str]:
    """Whether the act was done, as a job of a race: nothing but a refusal may come instead."""

    def job() -> str:
        try:
            act()
        except Refused:
            return "refused"
        return "done"

    return job


@pytest.fixture
def sent() -> Province:
    """The answer of Bình Sơn as it waits for the Board; see `anew`."""
    province = make_province()
    Registration.objects.create(unit=province.binh_son, quota=province.kv3, number=4, updated_at=timezone.now())
    participant = Participant.objects.get(plan=province.plan, unit=province.binh_son)
    Response.objects.create(participant=participant, state=State.SENT, sent_at=timezone.now(), sent_by=province.alice)
    return province


def anew(state: str) -> int:
    """Bring the answer back to a state, off the record; where the log stands."""
    Response.objects.update(state=state)
    return Change.objects.order_by("pk").values_list("pk", flat=True).last() or 0


def steps_since(mark: int) -> list[tuple[str, str]]:
    steps = Change.objects.filter(pk__gt=mark, table="response", field="state").order_by("pk")
    return list(steps.values_list("old", "new"))


def colleague() -> User:
    return make_user("lan", "Lê Thị Lan", Role.BOARD)


def test_one_answer_is_accepted_or_returned_but_not_both(sent: Province) -> None:
    lan, plan, unit = colleague(), sent.plan, sent.binh_son
    accepting = tried(lambda: accept_response(plan=plan, unit=unit, actor=sent.hoa))
    returning = tried(lambda: return_response(plan=plan, unit=unit, actor=lan, reason="Số cao"))
    for number in range(ROUNDS):
        mark = anew(State.SENT)
        outcomes = race([accepting, returning] if number % 2 else [returning, accepting])
        assert sorted(map(str, outcomes)) == ["done", "refused"]
        ((_, new),) = steps_since(mark)
        assert Response.objects.get().get_state_display() == new


def test_many_accepting_the_same_answers_accept_each_once(sent: Province) -> None:
    lan, seen = colleague(), {sent.binh_son.pk: None}

    def accept(actor: User) -> int:
        return sum(not one.refusal for one in accept_responses(plan=sent.plan, seen=seen, actor=actor))

    for _ in range(ROUNDS):
        mark = anew(State.SENT)
        outcomes = race([lambda actor=actor: accept(actor) for actor in (sent.hoa, lan, sent.hoa, lan)])  # type: ignore[misc]
        assert sorted(map(str, outcomes)) == ["0", "0", "0", "1"]
        assert steps_since(mark) == [("đã gửi", "đã tiếp nhận")]


def test_two_colleagues_send_once(sent: Province) -> None:
    sending = [
        tried(lambda actor=actor: send_response(plan=sent.plan, unit=sent.binh_son, actor=actor))  # type: ignore[misc]
        for actor in (sent.alice, sent.bob)
    ]
    for _ in range(ROUNDS):
        mark = anew(State.EDITING)
        assert sorted(map(str, race([*sending]))) == ["done", "refused"]
        assert steps_since(mark) == [("đang nhập", "đã gửi")]


def test_no_number_changes_behind_a_sent_answer(sent: Province) -> None:
    """Who types while a colleague sends is either part of what was sent, or told that it was."""

    def write() -> None:
        version = Registration.objects.get().version
        cells = [CellInput(sent.binh_son.pk, sent.kv3.pk, str(version + 10), version)]
        save_registrations(plan=sent.plan, unit=sent.binh_son, cells=cells, actor=sent.bob)

    for _ in range(ROUNDS):
        mark = anew(State.EDITING)
        send = tried(lambda: send_response(plan=sent.plan, unit=sent.binh_son, actor=sent.alice))
        written, done = race([tried(write), send])
        assert done == "done"
        tables = list(Change.objects.filter(pk__gt=mark).order_by("pk").values_list("table", flat=True))
        assert tables == (["registration", "response"] if written == "done" else ["response"])


def test_a_request_for_more_time_has_one_answer_and_one_at_a_time_waits(sent: Province) -> None:
    lan, plan, unit = colleague(), sent.plan, sent.binh_son
    Response.objects.update(state=State.EDITING)
    close(plan)

    def ask(actor: User) -> Callable[[], str]:
        return tried(lambda: request_extension(plan=plan, unit=unit, actor=actor, reason="Bão"))

    until = timezone.now() + timedelta(days=2)
    for hours in range(ROUNDS):
        # What was granted is past again, so that the unit may ask anew.
        assert sorted(map(str, race([ask(sent.alice), ask(sent.bob)]))) == ["done", "refused"]
        assert ExtensionRequest.objects.filter(state="waiting").count() == 1
        mark = Change.objects.order_by("pk").values_list("pk", flat=True).last() or 0
        later = until + timedelta(hours=hours)
        grant = tried(lambda: grant_extension(plan=plan, unit=unit, actor=sent.hoa, until=later, reason="Bão"))  # noqa: B023
        refuse = tried(lambda: refuse_extension(plan=plan, unit=unit, actor=lan, words="Không"))
        outcomes = race([grant, refuse])
        assert outcomes[0] == "done"  # the Board may grant, asked or not
        answers = Change.objects.filter(pk__gt=mark, table="extensionrequest").values_list("new", flat=True)
        assert list(answers) == (["không đồng ý"] if outcomes[1] == "done" else ["đồng ý"])
        past = timezone.now() - timedelta(seconds=1)
        participant = Participant.objects.get(unit=unit, plan=plan)
        participant.extensions.update(until=past, granted_at=past - timedelta(days=1))


def read_without_lock(plan: Plan, unit: Unit) -> Response:
    participant = Participant.objects.get(plan=plan, unit=unit)
    return Response.objects.filter(participant=participant).first() or Response(participant=participant)


@on_postgresql
def test_control_without_the_lock_an_answer_is_returned_twice(sent: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    """If this fails, the tests above prove nothing."""
    both = Barrier(2)

    def read_together(plan: Plan, unit: Unit) -> Response:
        answer = read_without_lock(plan, unit)
        both.wait(timeout=30)
        return answer

    monkeypatch.setattr(responses_service, "lock_answer", read_together)
    mark = anew(State.SENT)
    returning = [
        tried(lambda actor=actor: return_response(plan=sent.plan, unit=sent.binh_son, actor=actor, reason="x"))  # type: ignore[misc]
        for actor in (sent.hoa, colleague())
    ]
    assert race([*returning]) == ["done", "done"]
    assert len(steps_since(mark)) == 2


def test_control_look_then_write_takes_two_steps_on_either_database(sent: Province) -> None:
    """The naive way: look at the state, then write it in a transaction of its own."""
    both = Barrier(2)

    def naive(state: str) -> str:
        waits = Response.objects.get().state == State.SENT
        both.wait(timeout=30)
        if waits:
            with transaction.atomic():
                Response.objects.update(state=state)
        return "done" if waits else "refused"

    assert race([lambda: naive(State.ACCEPTED), lambda: naive(State.RETURNED)]) == ["done", "done"]


@on_postgresql
def test_a_file_of_many_units_and_accepting_many_do_not_wait_for_each_other() -> None:
    """Both take the participants in the order of the units, which is not that of the participants' own keys."""
    province = make_province()
    group = UnitGroup.objects.get()
    first, second = (make_unit(f"don-vi-{n}", f"Đơn vị {n}", province.plan, group, n + 5) for n in (1, 2))
    Participant.objects.filter(unit=first).delete()
    Participant.objects.create(plan=province.plan, unit=first, group=group, position=9)
    holds, comes = Event(), Event()

    def register(unit: Unit) -> None:
        cells = [CellInput(unit.pk, province.kv3.pk, "1")]
        save_registrations(plan=province.plan, unit=unit, cells=cells, actor=province.hoa)

    def take_file() -> None:
        with transaction.atomic():
            register(first)
            holds.set()
            comes.wait(timeout=30)
            Event().wait(timeout=0.3)
            register(second)

    def accept() -> None:
        holds.wait(timeout=30)
        comes.set()
        accept_responses(plan=province.plan, seen={first.pk: None, second.pk: None}, actor=province.hoa)

    race([take_file, accept])
    assert Registration.objects.count() == 2


def test_a_draft_that_is_applied_meanwhile_is_not_thrown_away(monkeypatch: pytest.MonkeyPatch) -> None:
    province = make_province()
    Registration.objects.create(unit=province.binh_son, quota=province.hcm, number=4, updated_at=timezone.now())
    (draft,) = propose(
        plan=province.plan,
        orders=[Order(province.hcm.pk)],
        basis=Proposal.Basis.DEMAND,
        limits={},
        actor=province.hoa,
    )
    applied: list[str] = []

    def apply() -> None:
        job = tried(lambda: apply_proposals(plan=province.plan, proposal_ids=[draft.pk], actor=province.hoa))
        try:
            applied.append(job())
        finally:
            connection.close()

    log, other = proposals_service._log, Thread(target=apply)  # noqa: SLF001 - between its look and its deed

    def log_slowly(proposal: Proposal, *told: Any) -> None:
        if not other.ident:
            other.start()
            other.join(timeout=1)
        log(proposal, *told)

    monkeypatch.setattr(proposals_service, "_log", log_slowly)
    discard_proposals(plan=province.plan, proposal_ids=[draft.pk], actor=province.hoa)
    other.join(timeout=30)
    assert applied == ["refused"]
    assert not Proposal.objects.exists()
    assert not Allocation.objects.exists()


def test_a_sub_quota_that_somebody_took_away_is_refused_in_words() -> None:
    province = make_province()
    plan, hoa = province.plan, province.hoa
    sub = add_sub_quota(plan=plan, quota_id=province.hcm.pk, name="nữ", number=2, actor=hoa)
    outcomes = race([tried(lambda: remove_sub_quota(plan=plan, sub_quota=sub, actor=hoa))] * 2)
    assert sorted(map(str, outcomes)) == ["done", "refused"]
    assert Change.objects.filter(table="subquota", new="", field="name").count() == 1
    with pytest.raises(Refused, match="vừa được người khác bỏ"):
        set_sub_quota_number(plan=plan, sub_quota=sub, number=1, actor=hoa)


def test_a_sub_quota_is_changed_through_its_own_plan_only() -> None:
    province = make_province()
    sub = add_sub_quota(plan=province.plan, quota_id=province.hcm.pk, name="nữ", number=2, actor=province.hoa)
    Plan.objects.update(state=Plan.State.ISSUED)
    other = Plan.objects.create(year=2025, subject="", parent_body="", issuing_body="", place="")
    for act in (
        lambda: set_sub_quota_number(plan=other, sub_quota=sub, number=1, actor=province.hoa),
        lambda: remove_sub_quota(plan=other, sub_quota=sub, actor=province.hoa),
    ):
        with pytest.raises(Refused, match="không thuộc kế hoạch"):
            act()
    assert SubQuota.objects.get().number == 2


def submit_while_saving(province: Province, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """The plan is submitted while cells are on their way: what was allocated when it was, and what is in the end."""
    inside, submitted, counted = Event(), Event(), []
    write = Sheet.write

    def write_slowly(sheet: Sheet, **told: Any) -> Any:
        inside.set()
        submitted.wait(timeout=1)
        return write(sheet, **told)

    def give() -> Outcome:
        cell = CellInput(province.binh_son.pk, province.hcm.pk, "5")
        return save_allocations(plan=province.plan, cells=[cell], actor=province.hoa)[0].outcome

    def submit() -> None:
        inside.wait(timeout=30)
        with transaction.atomic():
            Plan.objects.filter(pk=province.plan.pk).update(state=Plan.State.SUBMITTED)
            counted.append(allocated())
        submitted.set()

    monkeypatch.setattr(Sheet, "write", write_slowly)
    assert race([give, submit])[0] is Outcome.SAVED
    return counted[0], allocated()


def allocated() -> int:
    return int(Allocation.objects.aggregate(total=Sum("number", default=0))["total"])


def test_a_plan_is_submitted_with_all_that_was_being_saved(monkeypatch: pytest.MonkeyPatch) -> None:
    assert submit_while_saving(make_province(), monkeypatch) == (5, 5)


@on_postgresql
def test_control_a_plan_that_is_not_held_changes_after_it_was_submitted(monkeypatch: pytest.MonkeyPatch) -> None:
    """If this fails, the test above proves nothing."""
    monkeypatch.setattr(cells_service, "hold_plan", lambda plan: Plan.objects.get(pk=plan.pk))
    assert submit_while_saving(make_province(), monkeypatch) == (0, 5)


def test_holding_a_plan_needs_a_transaction() -> None:
    province = make_province()
    with pytest.raises(RuntimeError, match="needs a transaction"):
        hold_plan(province.plan)
