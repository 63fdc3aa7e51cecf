"""More time: asked, granted, refused; what it opens and for how long."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from courses.models import Programme
from quotas.models import Extension, ExtensionRequest, Quota
from quotas.selectors.registration import registration_sheet
from quotas.services.cells import CellInput, Outcome, save_registrations
from quotas.services.extensions import grant_extension, refuse_extension, request_extension
from quotas.services.responses import send_response
from tests.cast import Province, make_user
from tests.quotas.test_responses import close, enter, give_back, send
from trainingplan.models import Change, Plan, Role
from trainingplan.services.refusals import Refused


@pytest.fixture
def late(province: Province) -> Province:
    """The province three days after the deadline, with a second programme."""
    other = Programme.objects.create(
        plan=province.plan,
        key="dai-hoc",
        code="1.1.3",
        name="Đại học",
        short_name="Đại học",
        nature="training",
        position=2,
    )
    Quota.objects.create(programme=other, key="dai-hoc", name="Đại học", short_name="Đại học", number=6, position=1)
    close(province.plan)
    return province


def in_days(days: int) -> datetime:
    return timezone.now() + timedelta(days=days)


def grant(province: Province, days: int = 2, programme: Programme | None = None, reason: str = "Bão số 9") -> Extension:
    return grant_extension(
        plan=province.plan,
        unit=province.binh_son,
        actor=province.hoa,
        until=in_days(days),
        reason=reason,
        programme=programme,
    )


def ask(
    province: Province, reason: str = "Cán bộ phụ trách đi công tác", programme: Programme | None = None
) -> ExtensionRequest:
    return request_extension(
        plan=province.plan, unit=province.binh_son, actor=province.alice, reason=reason, programme=programme
    )


def test_after_the_deadline_an_extension_opens_only_that_unit(late: Province) -> None:
    with pytest.raises(Refused, match="đã kết thúc"):
        enter(late, late.alice, (late.kv3, "4"))
    grant(late)
    assert enter(late, late.alice, (late.kv3, "4"))[0].outcome is Outcome.SAVED
    with pytest.raises(Refused, match="đã kết thúc"):
        enter(late, late.charlie, (late.kv3, "1"), unit=late.son_tinh)
    entry = Change.objects.get(table="extension")
    assert (entry.reason, entry.unit_id, entry.actor_id) == ("Bão số 9", late.binh_son.pk, late.hoa.pk)


def test_an_extension_of_one_programme_opens_only_its_cells(late: Province) -> None:
    grant(late, programme=Programme.objects.get(key="dai-hoc"))
    other = Quota.objects.get(key="dai-hoc")
    opened, shut = enter(late, late.alice, (other, "2"), (late.kv3, "4"))
    assert (opened.outcome, shut.outcome) == (Outcome.SAVED, Outcome.REFUSED)
    assert "đã kết thúc" in shut.message
    sheet = registration_sheet(late.plan, late.binh_son, late.alice)
    assert [bool(row.locked) for row in sheet.rows] == [True, True, False]


def test_of_several_extensions_the_longest_counts(late: Province) -> None:
    for days in (2, 5):
        grant(late, days=days)
    with time_machine.travel(in_days(3)):
        assert enter(late, late.alice, (late.kv3, "4"))[0].outcome is Outcome.SAVED


def test_at_the_very_moment_of_the_deadline_it_is_over(province: Province) -> None:
    closes = province.plan.registration_closes_at
    assert closes is not None
    with time_machine.travel(closes - timedelta(seconds=1), tick=False):
        assert enter(province, province.alice, (province.kv3, "4"))[0].outcome is Outcome.SAVED
    with time_machine.travel(closes, tick=False), pytest.raises(Refused, match="đã kết thúc"):
        enter(province, province.alice, (province.kv3, "5"))


def test_without_a_deadline_an_old_extension_closes_nothing(late: Province) -> None:
    grant(late, days=1)
    Plan.objects.update(registration_closes_at=None)
    with time_machine.travel(in_days(2)):
        assert enter(late, late.alice, (late.kv3, "4"))[0].outcome is Outcome.SAVED


def test_once_the_board_allocates_nobody_sends_without_an_extension(province: Province) -> None:
    """Even before the deadline: the plan has gone on."""
    enter(province, province.alice, (province.kv3, "4"))
    Plan.objects.update(state=Plan.State.ALLOCATION)
    with pytest.raises(Refused, match="«Phân bổ», không nhận đăng ký"):
        send_response(plan=province.plan, unit=province.binh_son, actor=province.alice)
    with pytest.raises(Refused, match="«Phân bổ», không nhận đăng ký"):
        enter(province, province.alice, (province.kv3, "5"))


def test_more_time_is_asked_for_what_is_closed_while_another_extension_runs(late: Province) -> None:
    other = Programme.objects.get(key="dai-hoc")
    grant(late, programme=other)
    sheet = registration_sheet(late.plan, late.binh_son, late.alice)
    assert (sheet.more_time.may_ask, sheet.more_time.until is None) == (True, False)
    with pytest.raises(Refused, match="Chưa hết hạn"):
        ask(late, programme=other)
    ask(late, programme=late.kv3.programme)
    assert not registration_sheet(late.plan, late.binh_son, late.alice).more_time.may_ask
    grant(late, days=3, programme=other)
    request = ExtensionRequest.objects.get()
    assert "chương trình «Đại học» đến" in request.answer, "what was granted is not what was asked for, and says so"
    grant(late, days=9)
    sheet = registration_sheet(late.plan, late.binh_son, late.alice)
    assert not sheet.more_time.may_ask


def test_an_extension_ends(late: Province) -> None:
    grant(late, days=2)
    with time_machine.travel(in_days(3)), pytest.raises(Refused, match="Thời gian gia hạn đã kết thúc"):
        enter(late, late.alice, (late.kv3, "4"))


def test_an_extension_holds_while_the_board_allocates_already(late: Province) -> None:
    grant(late, programme=late.kv3.programme)
    late.plan.state = Plan.State.ALLOCATION
    late.plan.registration_closes_at = in_days(1)
    late.plan.save()
    other = Quota.objects.get(key="dai-hoc")
    opened, shut = enter(late, late.alice, (late.kv3, "4"), (other, "2"))
    assert (opened.outcome, shut.outcome) == (Outcome.SAVED, Outcome.REFUSED)
    assert "không gồm chương trình này" in shut.message


def test_one_request_waits_at_a_time_and_is_answered_once(late: Province) -> None:
    ask(late)
    with pytest.raises(Refused, match="đang chờ trả lời"):
        ask(late)
    refuse_extension(plan=late.plan, unit=late.binh_son, actor=late.hoa, words="Đã gia hạn hai lần.")
    request = ExtensionRequest.objects.get()
    assert (request.state, request.answer) == ("refused", "Đã gia hạn hai lần.")
    with pytest.raises(Refused, match="Không có đề nghị"):
        refuse_extension(plan=late.plan, unit=late.binh_son, actor=late.hoa, words="Lần nữa")
    ask(late, "Lần hai")
    grant(late)
    assert list(ExtensionRequest.objects.order_by("pk").values_list("state", flat=True)) == ["refused", "granted"]
    assert list(Change.objects.filter(table="extensionrequest").order_by("pk").values_list("old", "new")) == [
        ("", "chờ trả lời"),
        ("chờ trả lời", "không đồng ý"),
        ("", "chờ trả lời"),
        ("chờ trả lời", "đồng ý"),
    ]


def test_in_time_there_is_nothing_to_ask(province: Province) -> None:
    with pytest.raises(Refused, match="Chưa hết hạn"):
        ask(province)


def test_who_has_sent_asks_for_a_return_and_not_for_time(province: Province) -> None:
    send(province)
    close(province.plan)
    for step in (ask, grant):
        with pytest.raises(Refused, match="trả lại, không phải gia hạn"):
            step(province)
    assert not Extension.objects.exists()


def test_others_do_not_ask_and_only_the_board_grants(late: Province) -> None:
    for actor in (late.charlie, late.hoa):
        with pytest.raises(Refused, match="Chỉ chính đơn vị"):
            request_extension(plan=late.plan, unit=late.binh_son, actor=actor, reason="x")
    for actor in (late.alice, make_user("mai", "Đỗ Thị Mai", Role.MANAGER)):
        with pytest.raises(Refused, match="Chỉ Ban Tổ chức"):
            grant_extension(plan=late.plan, unit=late.binh_son, actor=actor, until=in_days(2), reason="x")
    assert not Extension.objects.exists()
    assert not ExtensionRequest.objects.exists()


@pytest.mark.parametrize(
    ("days", "reason", "words"), [(-1, "x", "đã qua"), (2, " ", "Cần ghi lý do"), (2, "x" * 501, "500")]
)
def test_an_extension_needs_a_day_to_come_and_a_reason(late: Province, days: int, reason: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        grant(late, days=days, reason=reason)
    assert not Extension.objects.exists()


def test_an_extension_that_gives_nothing_is_refused(late: Province) -> None:
    grant(late, days=5)
    with pytest.raises(Refused, match="đã có hạn đến"):
        grant(late, days=4)
    with pytest.raises(Refused, match="đã có hạn đến"):
        grant(late, days=4, programme=late.kv3.programme)
    assert grant(late, days=6, programme=late.kv3.programme).pk


def test_a_programme_of_another_plan_is_refused(late: Province) -> None:
    other = Plan.objects.create(year=2025, subject="", parent_body="", issuing_body="", place="")
    strange = Programme.objects.create(
        plan=other, key="la", code="1", name="Lạ", short_name="Lạ", nature="training", position=1
    )
    with pytest.raises(Refused, match="không thuộc kế hoạch"):
        grant(late, programme=strange)


def test_an_extension_lets_the_unit_send(late: Province) -> None:
    grant(late)
    enter(late, late.alice, (late.kv3, "4"))
    assert send_response(plan=late.plan, unit=late.binh_son, actor=late.alice).state == "sent"


def test_marks_hold_in_spite_of_an_extension(late: Province) -> None:
    grant(late, days=5)
    enter(late, late.alice, (late.kv3, "4"), (late.hcm, "2"))
    send_response(plan=late.plan, unit=late.binh_son, actor=late.alice)
    give_back(late, late.kv3)
    grant(late, days=9)
    cells = [CellInput(late.binh_son.pk, late.hcm.pk, "1", 1)]
    (shut,) = save_registrations(plan=late.plan, unit=late.binh_son, cells=cells, actor=late.alice)
    assert shut.outcome is Outcome.REFUSED
