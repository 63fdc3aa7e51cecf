"""After a plan is closed nothing of it is written, through whatever door, and whatever was under way at that moment."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.utils import timezone

from budget.models import BudgetLine, FundSource, Grant
from budget.services import settlements as settlements_service
from budget.services.classes import Happening, take_step, take_step_back
from budget.services.grants import GrantData, add_grant, remove_grant
from budget.services.lines import lock_budget, remove_line, save_line
from budget.services.settlements import Settling, settle
from budget.services.states import approve_line, reopen_line
from courses.models import Programme, Slot
from quotas.models import ExtensionRequest, Nomination, PhaseDeadline, Registration
from quotas.selectors.last_year import last_year_figures
from quotas.services.cells import CellInput, save_allocations, save_registrations
from quotas.services.extensions import refuse_extension
from quotas.services.nominations import add_nomination, edit_nomination, remove_nomination
from quotas.services.phases import set_phase_deadlines
from quotas.services.responses import accept_response
from quotas.services.rounds import set_round
from reports.closing import Remains, remains
from reports.services import closing as closing_service
from reports.services.closing import Filled, close_plan, reopen_plan
from reports.services.outline import add_section
from reports.services.submittals import open_amendment, submit_plan
from tests.batches import applied, previewed
from tests.budget.lines import PLAIN_AMOUNT, add_line, line_data, make_sources
from tests.cast import Province, make_province, make_user
from tests.issuing import make_version
from tests.office import signed_in, visible_text
from tests.quotas.rosters_cast import RosterCast, give, make_roster, person
from tests.quotas.test_races import race
from tests.reports.test_workbook_small import other_plan, take
from trainingplan.imports.undo import undo
from trainingplan.models import Change, Closing, Participant, Plan, Role, User
from trainingplan.services.catalogue import Edits, belongs_to_plans
from trainingplan.services.refusals import Refused

DAY = date(2024, 3, 11)
S = BudgetLine.State
OUTSIDE = {"Closing", "Change", "ImportBatch"}
"""What tells of plans and is no part of them."""


@dataclass(frozen=True)
class Scene:
    """An issued plan with one of everything."""

    cast: RosterCast
    leader: User
    source: FundSource
    line: BudgetLine
    running: BudgetLine
    grant: Grant
    nominee: Nomination

    @property
    def province(self) -> Province:
        return self.cast.province

    @property
    def plan(self) -> Plan:
        """As whoever has opened a page before holds it: issued."""
        return self.province.plan

    def close(self) -> None:
        close_plan(plan=self.plan, filled=seen(remains(self.plan)), actor=self.leader)


def seen(found: Remains) -> Filled:
    return Filled(found.mark, "Hết năm", go_on=True, token=uuid4())


def make_scene() -> Scene:
    province = make_province()
    cast, (source, _) = make_roster(province), make_sources()
    give(cast.quota, province.binh_son, 2)
    Plan.objects.update(state=Plan.State.ALLOCATION)
    Registration.objects.create(quota=province.kv3, unit=province.binh_son, number=4, updated_at=timezone.now())
    nominee = add_nomination(
        plan=province.plan, quota_id=cast.quota.pk, unit=province.binh_son, details=person(), actor=province.hoa
    )
    line, running = (add_line(province, {source.pk: PLAIN_AMOUNT}, content=f"Lớp {n}") for n in "ab")
    approve_line(plan=province.plan, line=running, version=running.version, actor=province.hoa)
    Plan.objects.update(state=Plan.State.ISSUED)
    for step in (S.RECRUITING, S.OPENED):
        seen = {running.pk: BudgetLine.objects.get(pk=running.pk).state}
        take_step(plan=province.plan, seen=seen, step=step, what=Happening(day=DAY), actor=province.hoa)
    grant = add_grant(plan=province.plan, data=decision("1/QĐ"), amounts={(line.pk, source.pk): 9}, actor=province.hoa)
    participant = Participant.objects.get(plan=province.plan, unit=province.binh_son)
    ExtensionRequest.objects.create(
        participant=participant, reason="Chậm", asked_by=province.alice, asked_at=timezone.now()
    )
    leader = make_user("ky", "Lê Văn Lãnh", Role.MANAGER)
    make_version(province.plan, submitted_by=province.hoa, issued_by=leader)
    province.plan.refresh_from_db()
    return Scene(cast, leader, source, line, running, grant, nominee)


def decision(number: str) -> GrantData:
    return GrantData("first", number, date(2024, 1, 5))


def everything() -> dict[str, list[Any]]:
    """Every row that is part of a plan."""
    models = [model for model in apps.get_models() if belongs_to_plans(model) and model.__name__ not in OUTSIDE]
    return {model._meta.label: list(model._base_manager.order_by("pk").values_list()) for model in models}


@pytest.fixture
def scene(db: None) -> Scene:
    return make_scene()


def doors(it: Scene) -> Iterator[tuple[str, Callable[[], object]]]:
    """Every kind of writing, with a plan that was read before it was closed."""
    plan, cast, board = it.plan, it.province, it.province.hoa
    slot, cell = (it.line.pk, it.source.pk), CellInput(cast.binh_son.pk, cast.kv3.pk, "3", 1)
    line: dict[str, Any] = {"plan": plan, "line": it.line, "version": it.line.version, "actor": board}
    one: dict[str, Any] = {"plan": plan, "nomination": it.nominee, "version": it.nominee.version}
    yield "registration", lambda: save_registrations(plan=plan, unit=cast.binh_son, cells=[cell], actor=board)
    yield "registration", lambda: save_registrations(plan=plan, unit=cast.binh_son, cells=[cell], actor=cast.alice)
    yield "allocation", lambda: save_allocations(plan=plan, cells=[cell], actor=board)
    yield "answer", lambda: accept_response(plan=plan, unit=cast.binh_son, actor=board)
    yield (
        "nominate",
        lambda: add_nomination(
            plan=plan, quota_id=it.cast.quota.pk, unit=cast.binh_son, details=person("Lê Mới"), actor=cast.alice
        ),
    )
    yield "nominee", lambda: edit_nomination(**one, details=person("Lê Khác"), actor=board)
    yield "nominee", lambda: remove_nomination(**one, actor=board)
    yield "line", lambda: save_line(data=line_data(note="x"), shares={it.source.pk: PLAIN_AMOUNT}, **line)
    yield "line", lambda: remove_line(**line)
    yield "line", lambda: reopen_line(**line, reason="Sửa")
    yield "grant", lambda: add_grant(plan=plan, data=decision("2/QĐ"), amounts={slot: 7}, actor=board)
    yield "grant", lambda: remove_grant(plan=plan, grant=it.grant, actor=board, reason="Nhầm")
    yield "settle", lambda: settle(plan=plan, rows={slot: Settling(5, DAY)}, actor=board)
    yield (
        "step",
        lambda: take_step(plan=plan, seen={it.running.pk: S.OPENED}, step=S.RUNNING, what=Happening(), actor=board),
    )
    yield "step", lambda: take_step_back(plan=plan, line_id=it.running.pk, seen=S.OPENED, reason="Nhầm", actor=board)
    yield "extension", lambda: refuse_extension(plan=plan, unit=cast.binh_son, actor=board, words="Không")
    yield (
        "round",
        lambda: set_round(plan=plan, closes_at=timezone.now() + timedelta(days=3), reason="Thêm hạn", actor=board),
    )
    yield (
        "phase",
        lambda: set_phase_deadlines(
            plan=plan, due={PhaseDeadline.Phase.ALLOCATION: timezone.now() + timedelta(days=3)}, reason="x", actor=board
        ),
    )
    yield "text", lambda: add_section(plan=plan, heading="Mới", actor=board)
    yield "amendment", lambda: open_amendment(plan=plan, reason="Sửa", actor=board)
    yield "submittal", lambda: submit_plan(plan=plan, actor=board)
    yield "back office", lambda: Edits(board).save(Slot(programme=Programme.objects.get(), position=99, body="x"))


def test_every_door_refuses_in_words_and_nothing_changes(scene: Scene) -> None:
    scene.close()
    before = everything()
    for name, act in doors(scene):
        with pytest.raises(Refused) as refusal, transaction.atomic():
            act()
        assert "ết thúc" in refusal.value.message, (name, refusal.value.message)
    assert everything() == before
    standing = Closing.objects.get(reopened_at=None)
    reopen_plan(plan=scene.plan, reason="Sót", actor=scene.leader, closing_id=standing.pk)
    assert settle(plan=scene.plan, rows={(scene.line.pk, scene.source.pk): Settling(5, DAY)}, actor=scene.province.hoa)


def test_forms_of_money_and_classes_say_why_and_are_not_shown(scene: Scene) -> None:
    scene.close()
    before, board = everything(), signed_in(scene.province.hoa)
    for page in ("giao/", "quyet-toan/", f"giao/{scene.grant.pk}/xoa/"):
        for reply in (
            board.get(f"/2024/kinh-phi/{page}", follow=True),
            board.post(f"/2024/kinh-phi/{page}", follow=True),
        ):
            assert "đã kết thúc, không ghi gì thêm được" in visible_text(reply.content.decode()), page
    seen = {"seen": "opened", "reason": "Nhầm", "lam": "lui", "day": "11/03/2024"}
    for typed in (seen, seen | {"lam": ""}):
        reply = board.post(f"/2024/lop/{scene.running.pk}/", typed)
        assert "đã kết thúc, không ghi gì thêm được" in visible_text(reply.content.decode())
    reply = board.post("/2024/lop/", {"chon": f"{scene.running.pk}:opened", "step": "running", "day": "11/03/2024"})
    assert "đã kết thúc, không ghi gì thêm được" in visible_text(reply.content.decode())
    assert everything() == before


def test_a_file_that_was_looked_at_before_is_not_written_nor_taken_back_after(scene: Scene) -> None:
    """What a job does later is the same: it applies, or undoes, the batch."""
    hoa, heads = scene.province.hoa, ["Năm", "Khóa chương trình", "Khóa chỉ tiêu", "Khóa đơn vị", "Số người"]
    Plan.objects.update(state=Plan.State.ALLOCATION)
    row = [2024, "cao-cap", "kv3", "huyen-uy-binh-son", 3]
    done = applied(previewed("phan-bo", hoa, heads, row), hoa)
    waiting = previewed("phan-bo", hoa, heads, [*row[:-1], 4])
    Plan.objects.update(state=Plan.State.ISSUED)
    scene.close()
    before = everything()
    with pytest.raises(Refused):
        applied(waiting, hoa)
    with pytest.raises(Refused, match="Kết thúc"):
        undo(done, actor=hoa)
    assert everything() == before


def test_the_next_plan_still_reads_from_it(scene: Scene) -> None:
    Plan.objects.update(state=Plan.State.ALLOCATION)
    give(scene.province.kv3, scene.province.binh_son, 7)
    Plan.objects.update(state=Plan.State.ISSUED)
    scene.close()
    following = Plan.objects.create(year=2025, subject="x", parent_body="x", issuing_body="x", place="x")
    figures = last_year_figures(following, [scene.province.binh_son.pk])
    assert figures[scene.province.binh_son.pk, "cao-cap", "kv3"] == 7


def test_a_plan_that_has_ended_takes_no_execution_data_either(db: None) -> None:
    rows, board = other_plan(), make_user("lan", "Trần Thị Lan", Role.BOARD)
    assert take(rows, actor=board).problems == ()
    Plan.objects.update(state=Plan.State.CLOSED)
    rows["Kế hoạch"][0]["Bước"] = "Kết thúc"
    line, source = rows["Dòng kinh phí"][0]["Khóa"], rows["Nguồn của dòng"][0]["Khóa nguồn"]
    rows["Quyết định giao"] = [{"Số quyết định": "7", "Loại": "giao lần đầu", "Ngày quyết định": "05/01/2031"}]
    rows["Số quyết toán"] = [
        {"Khóa dòng": line, "Khóa nguồn": source, "Số quyết toán": 7, "Ngày quyết toán": "5/1/2031"}
    ]
    taken = take(rows, actor=board)
    assert [one.place.sheet for one in taken.problems if one.place] == ["Quyết định giao", "Số quyết toán"]
    assert all("đã kết thúc, không ghi gì thêm" in one.reason for one in taken.problems)


# At the same moment


def told(act: Callable[[], object]) -> str:
    """Whether the act was done; nothing but a refusal may come instead."""
    try:
        act()
    except Refused as refused:
        return refused.message
    return "done"


def last_is_the_end() -> bool:
    """Whether the log holds nothing of the plan behind its closing."""
    return Change.objects.exclude(table="closing").latest("pk").new == "Kết thúc"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["settle", "step", "grant", "amendment", "nominate", "allocation"])
def test_who_writes_while_the_plan_is_closed_is_before_it_or_refused(what: str) -> None:
    scene = make_scene()
    act = next(act for name, act in doors(scene) if name == what)
    filled = seen(remains(scene.plan))
    closed, wrote = race(
        [lambda: told(lambda: close_plan(plan=scene.plan, filled=filled, actor=scene.leader)), lambda: told(act)]
    )
    assert "done" in (closed, wrote)
    assert last_is_the_end() == (closed == "done") == (Plan.objects.get().state == Plan.State.CLOSED)


def settle_around(monkeypatch: pytest.MonkeyPatch, lock: Callable[[Plan], Plan], *, patience: float) -> list[object]:
    """Somebody settles, having seen the plan open, and writes after it is closed, if he can."""
    scene = make_scene()
    looked, closed = Event(), Event()

    def look_and_wait(plan: Plan) -> Plan:
        held = lock(plan)
        looked.set()
        closed.wait(patience)
        return held

    monkeypatch.setattr(settlements_service, "lock_budget", look_and_wait)
    nothing = Remains((), illustrative=False)
    monkeypatch.setattr(closing_service, "remains", lambda _: nothing)
    filled = seen(nothing)

    def close() -> str:
        looked.wait(30)
        outcome = told(lambda: close_plan(plan=scene.plan, filled=filled, actor=scene.leader))
        closed.set()
        return outcome

    settling = next(act for name, act in doors(scene) if name == "settle")
    return race([lambda: told(settling), close])


@pytest.mark.django_db(transaction=True)
def test_a_settlement_under_way_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settle_around(monkeypatch, lock_budget, patience=0.2) == ["done", "done"]
    assert last_is_the_end()


@pytest.mark.skipif("sqlite" in str(connection.settings_dict["ENGINE"]), reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_control_a_plan_that_is_not_held_is_written_behind_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """If this fails, the tests above prove nothing."""
    outcome = settle_around(monkeypatch, lambda plan: Plan.objects.get(pk=plan.pk), patience=30)
    assert outcome == ["done", "done"]
    assert not last_is_the_end()
