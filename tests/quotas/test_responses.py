"""The steps of an answer: who takes which, what a return opens, what no need says, what the log keeps."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from quotas.models import Quota, Registration, Response, ReturnedCell
from quotas.policies import TRANSITIONS, Step, may_take
from quotas.selectors.answers import answer_review
from quotas.selectors.progress import Standing, progress
from quotas.selectors.registration import registration_sheet
from quotas.services.cells import CellInput, CellResult, Outcome, save_allocations, save_registrations
from quotas.services.no_need import declare_no_need
from quotas.services.responses import (
    accept_response,
    accept_responses,
    return_response,
    send_response,
    withdraw_acceptance,
)
from tests.cast import Province, make_user
from trainingplan.models import Change, Participant, Plan, Role, Unit, User
from trainingplan.services.refusals import Refused

State = Response.State


def enter(province: Province, actor: User, *numbers: tuple[Quota, str], unit: Unit | None = None) -> list[CellResult]:
    """Write the numbers as one who has seen what stands."""
    unit = unit or province.binh_son
    seen = dict(Registration.objects.filter(unit=unit).values_list("quota_id", "version"))
    cells = [CellInput(unit.pk, quota.pk, typed, seen.get(quota.pk, 0)) for quota, typed in numbers]
    return save_registrations(plan=province.plan, unit=unit, cells=cells, actor=actor)


def send(province: Province, actor: User | None = None) -> Response:
    enter(province, actor or province.alice, (province.kv3, "4"), (province.hcm, "2"))
    return send_response(plan=province.plan, unit=province.binh_son, actor=actor or province.alice)


def give_back(province: Province, *marked: Quota, reason: str = "Số quá cao") -> None:
    marks = {quota.pk: f"xem lại {quota.short_name}" for quota in marked}
    return_response(plan=province.plan, unit=province.binh_son, actor=province.hoa, reason=reason, marks=marks)


def accept(province: Province, actor: User | None = None) -> None:
    accept_response(plan=province.plan, unit=province.binh_son, actor=actor or province.hoa)


def close(plan: Plan, days: int = 3) -> None:
    """Let the deadline be so many days ago."""
    plan.registration_opens_at = timezone.now() - timedelta(days=days + 20)
    plan.registration_closes_at = timezone.now() - timedelta(days=days)
    plan.save()


def state(province: Province) -> str:
    return Response.objects.get(participant__unit=province.binh_son).state


def test_the_whole_round_is_logged_with_its_reasons(province: Province) -> None:
    send(province)
    give_back(province, province.kv3)
    enter(province, province.alice, (province.kv3, "3"))
    send_response(plan=province.plan, unit=province.binh_son, actor=province.alice)
    accept(province)
    withdraw_acceptance(plan=province.plan, unit=province.binh_son, actor=province.hoa, reason="Nhầm đơn vị")
    steps = Change.objects.filter(table="response", field="state").order_by("pk")
    assert list(steps.values_list("old", "new", "reason", "actor__username")) == [
        ("chưa mở", "đang nhập", "", "alice"),
        ("đang nhập", "đã gửi", "", "alice"),
        ("đã gửi", "trả lại", "Số quá cao", "hoa"),
        ("trả lại", "đã gửi", "", "alice"),
        ("đã gửi", "đã tiếp nhận", "", "hoa"),
        ("đã tiếp nhận", "đã gửi", "Nhầm đơn vị", "hoa"),
    ]
    review = answer_review(province.plan, province.binh_son, province.hoa)
    assert review is not None
    assert [step.reason for step in review.history if step.reason] == ["Nhầm đơn vị", "Số quá cao"]


STEPS: dict[Step, Callable[[Province, User], object]] = {
    Step.SEND: lambda p, actor: send_response(plan=p.plan, unit=p.binh_son, actor=actor),
    Step.ACCEPT: lambda p, actor: accept_response(plan=p.plan, unit=p.binh_son, actor=actor),
    Step.RETURN: lambda p, actor: return_response(plan=p.plan, unit=p.binh_son, actor=actor, reason="Lý do"),
    Step.WITHDRAW: lambda p, actor: withdraw_acceptance(plan=p.plan, unit=p.binh_son, actor=actor, reason="Lý do"),
}


@pytest.mark.parametrize("before", [State.EDITING, State.SENT, State.RETURNED, State.ACCEPTED])
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("role", Role)
def test_the_table_says_all_that_the_services_do(province: Province, role: Role, step: Step, before: State) -> None:
    enter(province, province.alice, (province.kv3, "4"))
    answer = Response.objects.get()
    answer.state, answer.sent_at, answer.sent_by = before, timezone.now(), province.alice
    answer.save()
    actor = make_user("ai-do", "Ai Đó", role, province.binh_son)
    if may_take(step, answer, actor):
        STEPS[step](province, actor)
        assert state(province) == TRANSITIONS[role][before][step]
    else:
        with pytest.raises(Refused):
            STEPS[step](province, actor)
        assert state(province) == before


def test_only_the_board_handles_answers() -> None:
    handling = {Step.ACCEPT, Step.RETURN, Step.WITHDRAW}
    able = {role for role, states in TRANSITIONS.items() for steps in states.values() if handling & set(steps)}
    assert able == {Role.BOARD}
    assert set(TRANSITIONS) == set(Role)


def test_nobody_accepts_what_he_entered_or_sent_himself(province: Province) -> None:
    colleague = make_user("lan", "Lê Thị Lan", Role.BOARD)
    send(province)
    enter(province, province.hoa, (province.kv3, "5"))
    with pytest.raises(Refused, match="Bạn đã nhập số"):
        accept(province)
    accept(province, colleague)
    assert state(province) == State.ACCEPTED


def test_what_was_taken_in_is_changed_by_nobody_until_it_is_withdrawn(province: Province) -> None:
    """Else one could accept first and enter then, and nobody would have approved the number."""
    send(province)
    accept(province)
    for actor in (province.hoa, make_user("lan", "Lê Thị Lan", Role.BOARD)):
        with pytest.raises(Refused, match="rút tiếp nhận trước"):
            enter(province, actor, (province.kv3, "5"))
    assert not registration_sheet(province.plan, province.binh_son, province.hoa).open
    withdraw_acceptance(plan=province.plan, unit=province.binh_son, actor=province.hoa, reason="Sửa số")
    enter(province, province.hoa, (province.kv3, "5"))
    with pytest.raises(Refused, match="Bạn đã nhập số"):
        accept(province)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.BOARD])
def test_nobody_writes_or_sends_for_a_unit_that_is_not_his(province: Province, role: Role) -> None:
    """The services say so themselves, whatever page, file or script calls them."""
    enter(province, province.alice, (province.kv3, "4"))
    for unit, active in ((province.son_tinh, True), (province.binh_son, False)):
        stranger = make_user(f"la-{unit}-{active}", "Lạ", role, unit)
        stranger.is_active = active
        for act in (
            lambda actor=stranger: enter(province, actor, (province.kv3, "9")),
            lambda actor=stranger: send_response(plan=province.plan, unit=province.binh_son, actor=actor),
            lambda actor=stranger: declare_no_need(plan=province.plan, unit=province.binh_son, actor=actor),
        ):
            with pytest.raises(Refused, match="Chỉ chính đơn vị"):
                act()
    assert (state(province), Registration.objects.get().number) == (State.EDITING, 4)


def test_nobody_accepts_what_he_sent_for_a_unit(province: Province) -> None:
    enter(province, province.alice, (province.kv3, "4"))
    send_response(plan=province.plan, unit=province.binh_son, actor=province.hoa)
    with pytest.raises(Refused, match="Bạn đã gửi bản đăng ký này"):
        accept(province)
    assert state(province) == State.SENT


def test_many_are_accepted_as_one_act_and_each_is_judged(province: Province) -> None:
    send(province)
    enter(province, province.hoa, (province.kv3, "1"), unit=province.son_tinh)
    send_response(plan=province.plan, unit=province.son_tinh, actor=province.charlie)
    third = Unit.objects.create(key="don-vi-ba")
    group = Participant.objects.filter(plan=province.plan)[0].group
    Participant.objects.create(plan=province.plan, unit=third, group=group, position=9)
    seen = dict.fromkeys([province.binh_son.pk, province.son_tinh.pk, third.pk])
    verdicts = {v.unit_id: v.refusal for v in accept_responses(plan=province.plan, seen=seen, actor=province.hoa)}
    assert verdicts[province.binh_son.pk] == ""
    assert "Bạn đã nhập số" in verdicts[province.son_tinh.pk]
    assert "«chưa mở»" in verdicts[third.pk]
    assert Response.objects.filter(state=State.ACCEPTED).count() == 1
    with pytest.raises(Refused, match="Chưa chọn đơn vị"):
        accept_responses(plan=province.plan, seen={}, actor=province.hoa)


def test_an_answer_sent_again_meanwhile_is_not_accepted_unseen(province: Province) -> None:
    first = send(province).sent_at
    give_back(province)
    enter(province, province.alice, (province.kv3, "9"))
    send_response(plan=province.plan, unit=province.binh_son, actor=province.alice)
    with pytest.raises(Refused, match="Đơn vị đã gửi lại"):
        accept_response(plan=province.plan, unit=province.binh_son, actor=province.hoa, seen=first)
    with pytest.raises(Refused, match="Đơn vị đã gửi lại"):
        return_response(plan=province.plan, unit=province.binh_son, actor=province.hoa, reason="x", seen=first)
    assert state(province) == State.SENT


def test_a_number_that_a_colleague_wrote_meanwhile_is_not_accepted_unseen(province: Province) -> None:
    colleague = make_user("lan", "Lê Thị Lan", Role.BOARD)
    send(province)
    unit = Unit.objects.filter(pk=province.binh_son.pk)
    (shown,) = progress(province.plan, unit).units
    review = answer_review(province.plan, province.binh_son, province.hoa)
    assert review is not None
    assert review.stands_since == shown.stands_since == Response.objects.get().sent_at
    enter(province, colleague, (province.kv3, "9"))
    told: dict[str, Any] = {"plan": province.plan, "unit": province.binh_son, "actor": province.hoa}
    with pytest.raises(Refused, match="Có số vừa được sửa"):
        accept_response(**told, seen=shown.stands_since)
    with pytest.raises(Refused, match="Có số vừa được sửa"):
        return_response(**told, reason="x", seen=shown.stands_since)
    (now,) = progress(province.plan, unit).units
    accept_response(**told, seen=now.stands_since)
    assert state(province) == State.ACCEPTED


@pytest.mark.parametrize(("reason", "words"), [("", "Cần ghi lý do"), (" \n", "Cần ghi lý do"), ("x" * 501, "quá 500")])
def test_a_return_and_a_withdrawal_need_a_reason(province: Province, reason: str, words: str) -> None:
    send(province)
    with pytest.raises(Refused, match=words):
        give_back(province, reason=reason)
    accept(province)
    with pytest.raises(Refused, match=words):
        withdraw_acceptance(plan=province.plan, unit=province.binh_son, actor=province.hoa, reason=reason)
    assert state(province) == State.ACCEPTED


def test_a_return_opens_the_marked_cells_and_no_others(province: Province) -> None:
    send(province)
    give_back(province, province.kv3)
    shut, opened = enter(province, province.alice, (province.hcm, "5"), (province.kv3, "3"))
    assert (shut.outcome, opened.outcome) == (Outcome.REFUSED, Outcome.SAVED)
    assert "chỉ trả lại các ô được đánh dấu" in shut.message
    numbers = dict(Registration.objects.values_list("quota_id", "number"))
    assert numbers == {province.hcm.pk: 2, province.kv3.pk: 3}
    assert state(province) == State.RETURNED


def test_a_return_without_marks_opens_all(province: Province) -> None:
    send(province)
    give_back(province)
    results = enter(province, province.alice, (province.hcm, "5"), (province.kv3, "3"))
    assert {result.outcome for result in results} == {Outcome.SAVED}


def test_a_return_after_the_deadline_is_still_open_to_the_unit(province: Province) -> None:
    send(province)
    close(province.plan)
    give_back(province, province.kv3)
    enter(province, province.alice, (province.kv3, "3"))
    send_response(plan=province.plan, unit=province.binh_son, actor=province.alice)
    assert state(province) == State.SENT
    with pytest.raises(Refused, match="Đăng ký đã gửi"):
        enter(province, province.alice, (province.kv3, "1"))


def test_a_second_return_replaces_the_marks_and_the_log_keeps_both(province: Province) -> None:
    send(province)
    give_back(province, province.kv3)
    send_response(plan=province.plan, unit=province.binh_son, actor=province.alice)
    give_back(province, province.hcm, reason="Còn một ô")
    assert list(ReturnedCell.objects.values_list("quota_id", "remark")) == [
        (province.hcm.pk, "xem lại Học viện CTQG Hồ Chí Minh")
    ]
    kept = Change.objects.filter(table="returnedcell").order_by("pk").values_list("reason", "unit")
    assert list(kept) == [("Số quá cao", province.binh_son.pk), ("Còn một ô", province.binh_son.pk)]


def test_marks_of_another_plan_are_refused(province: Province) -> None:
    send(province)
    with pytest.raises(Refused, match="không thuộc kế hoạch"):
        return_response(plan=province.plan, unit=province.binh_son, actor=province.hoa, reason="x", marks={987654: ""})
    assert state(province) == State.SENT


@pytest.mark.parametrize("frozen", [Plan.State.SUBMITTED, Plan.State.ISSUED, Plan.State.CLOSED, Plan.State.DRAFT])
def test_a_frozen_plan_takes_no_step(province: Province, frozen: Plan.State) -> None:
    send(province)
    Plan.objects.update(state=frozen)
    for step in (Step.ACCEPT, Step.RETURN):
        with pytest.raises(Refused, match="Kế hoạch đang ở bước"):
            STEPS[step](province, province.hoa)
    assert state(province) == State.SENT


def test_no_need_for_all_is_an_answer_that_is_done(province: Province) -> None:
    enter(province, province.alice, (province.kv3, "4"))
    done = declare_no_need(plan=province.plan, unit=province.binh_son, actor=province.alice)
    assert (done.cells, done.numbers) == (2, 1)
    assert set(Registration.objects.values_list("number", "no_need")) == {(None, True)}
    rows = {row.unit.unit_id: row for row in progress(province.plan, Unit.objects.all()).units}
    ours = rows[province.binh_son.pk]
    assert (ours.standing, ours.standing.answered, ours.owes) == (Standing.NO_NEED, True, False)
    changed = Change.objects.filter(table="registration", new="không có nhu cầu")
    assert sorted(changed.values_list("old", flat=True)) == ["", "4"]


def test_no_need_for_one_programme_does_not_send(province: Province) -> None:
    done = declare_no_need(
        plan=province.plan, unit=province.binh_son, actor=province.alice, programme=province.kv3.programme
    )
    assert done.cells == 2
    assert state(province) == State.EDITING


def test_no_need_for_all_is_refused_where_only_a_part_is_open(province: Province) -> None:
    send(province)
    give_back(province, province.kv3)
    with pytest.raises(Refused, match="Không ghi được cho cả phần này"):
        declare_no_need(plan=province.plan, unit=province.binh_son, actor=province.alice)
    assert dict(Registration.objects.values_list("quota_id", "number"))[province.hcm.pk] == 2


def test_no_need_is_not_said_after_sending(province: Province) -> None:
    send(province)
    with pytest.raises(Refused, match="Đăng ký đã gửi"):
        declare_no_need(plan=province.plan, unit=province.binh_son, actor=province.alice)


@pytest.mark.parametrize("shown", [True, False])
def test_no_need_is_zero_or_left_out_in_the_appendix(province: Province, *, shown: bool) -> None:
    from reports.appendices import build_appendix  # noqa: PLC0415 - only this test reads the printed side
    from reports.appendices.body import Scope  # noqa: PLC0415

    declare_no_need(plan=province.plan, unit=province.binh_son, actor=province.alice)
    given = CellInput(province.son_tinh.pk, province.kv3.pk, "4")
    save_allocations(plan=province.plan, cells=[given], actor=province.hoa)
    province.appendix.show_empty_units = shown
    province.appendix.save()
    document = build_appendix(province.plan, province.appendix, Scope(units=Unit.objects.all()))
    names = [cell.value for table in document.tables for row in table.rows for cell in row.cells]
    assert "Huyện ủy Sơn Tịnh" in names
    assert ("Huyện ủy Bình Sơn" in names) is shown
