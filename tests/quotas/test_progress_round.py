"""The registration round: opened and prolonged by the Board, with a reason, on the record."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from quotas.policies import why_registration_closed
from quotas.services.rounds import set_round
from tests.cast import Province, make_user
from trainingplan.models import Change, Plan, Role
from trainingplan.services.refusals import Refused

URL = "/2024/dot-dang-ky/"
REASON = "Theo Công văn số 12-CV/BTCTU"


def at(days: int) -> datetime:
    return timezone.localtime().replace(second=0, microsecond=0) + timedelta(days=days)


def stored(province: Province) -> Plan:
    return Plan.objects.get(pk=province.plan.pk)


def store(province: Province, **fields: object) -> Plan:
    Plan.objects.filter(pk=province.plan.pk).update(**fields)
    return stored(province)


def test_opening_a_draft_lets_units_register_until_the_deadline(province: Province) -> None:
    plan = store(province, state=Plan.State.DRAFT, registration_opens_at=None, registration_closes_at=None)
    assert why_registration_closed(plan, None)
    set_round(plan=plan, closes_at=at(10), reason=REASON, actor=province.hoa)
    plan = stored(province)
    assert (plan.state, plan.registration_closes_at) == (Plan.State.REGISTRATION, at(10))
    assert why_registration_closed(plan, None) == ""


def test_a_round_may_open_later(province: Province) -> None:
    plan = store(province, state=Plan.State.DRAFT, registration_opens_at=None, registration_closes_at=None)
    set_round(plan=plan, opens_at=at(2), closes_at=at(10), reason=REASON, actor=province.hoa)
    assert "mở lúc" in why_registration_closed(stored(province), None)


def test_prolonging_keeps_the_opening_and_is_on_the_record(province: Province) -> None:
    before = stored(province)
    set_round(plan=before, opens_at=at(1), closes_at=at(20), reason=f"  {REASON} ", actor=province.hoa)
    after = stored(province)
    assert after.registration_opens_at == before.registration_opens_at
    assert after.registration_closes_at == at(20)
    (change,) = Change.objects.all()
    assert before.registration_closes_at is not None
    assert (change.table, change.field, change.reason) == ("plan", "registration_closes_at", REASON)
    assert change.old == f"{timezone.localtime(before.registration_closes_at):%H:%M, %d/%m/%Y}"
    assert change.new == f"{at(20):%H:%M, %d/%m/%Y}"
    assert (change.plan_id, change.actor_id) == (after.pk, province.hoa.pk)


def test_a_round_that_is_over_can_be_opened_again(province: Province) -> None:
    plan = store(province, state=Plan.State.ALLOCATION, registration_opens_at=at(-30), registration_closes_at=at(-20))
    set_round(plan=plan, closes_at=at(5), reason=REASON, actor=province.hoa)
    assert stored(province).state == Plan.State.REGISTRATION
    assert set(Change.objects.values_list("field", flat=True)) == {"state", "registration_closes_at"}
    assert Change.objects.values("batch").distinct().count() == 1


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"closes_at": at(-1)}, "đã qua"),
        ({"reason": "  "}, "lý do"),
        ({"opens_at": at(11)}, "phải sau lúc mở đăng ký"),
        ({"opens_at": at(-1)}, "Để trống nếu mở ngay"),
    ],
)
def test_what_is_refused_changes_nothing(province: Province, changed: dict[str, object], words: str) -> None:
    plan = store(province, state=Plan.State.DRAFT, registration_opens_at=None, registration_closes_at=None)
    wanted: dict[str, object] = {"closes_at": at(10), "reason": REASON, **changed}
    with pytest.raises(Refused, match=words):
        set_round(plan=plan, actor=province.hoa, **wanted)  # type: ignore[arg-type]
    assert stored(province).state == Plan.State.DRAFT
    assert stored(province).registration_closes_at is None
    assert not Change.objects.exists()


def test_the_same_deadline_again_is_refused(province: Province) -> None:
    closes = stored(province).registration_closes_at
    assert closes is not None
    with pytest.raises(Refused, match="vẫn như cũ"):
        set_round(plan=province.plan, closes_at=closes, reason=REASON, actor=province.hoa)


@pytest.mark.parametrize("state", [Plan.State.SUBMITTED, Plan.State.ISSUED, Plan.State.AMENDING, Plan.State.CLOSED])
def test_a_plan_beyond_allocation_takes_no_registrations(province: Province, state: str, client: Client) -> None:
    plan = store(province, state=state)
    with pytest.raises(Refused, match=str(plan.get_state_display())):
        set_round(plan=plan, closes_at=at(10), reason=REASON, actor=province.hoa)
    client.force_login(province.hoa)
    shown = client.get(URL).content.decode()
    assert "không mở hoặc gia hạn đăng ký được nữa" in shown
    assert 'name="closes_on"' not in shown


def test_only_the_board_sets_it(province: Province) -> None:
    with pytest.raises(Refused, match="Ban Tổ chức"):
        set_round(plan=province.plan, closes_at=at(10), reason=REASON, actor=province.alice)


@pytest.mark.parametrize("role", list(Role))
def test_who_may_open_the_page(province: Province, client: Client, role: Role) -> None:
    client.force_login(make_user("dora", "Đỗ Thị Dora", role, province.binh_son))
    assert client.get(URL).status_code == (200 if role == Role.BOARD else 403)
    posted = client.post(URL, {"closes_on": f"{at(9):%d/%m/%Y}", "closes_time": "17:00", "reason": REASON})
    assert posted.status_code == (302 if role == Role.BOARD else 403)
    assert Change.objects.exists() is (role == Role.BOARD)


def test_the_form_sets_the_round(province: Province, client: Client) -> None:
    client.force_login(province.hoa)
    day = at(15)
    fields = {"closes_on": f"{day:%d/%m/%Y}", "closes_time": "16h30", "reason": REASON}
    reply = client.post(URL, fields, follow=True)
    closes = stored(province).registration_closes_at
    assert closes is not None
    assert timezone.localtime(closes).strftime("%d/%m/%Y %H:%M") == f"{day:%d/%m/%Y} 16:30"
    assert f"Đã đặt hạn đăng ký 16:30, {day:%d/%m/%Y}." in reply.content.decode()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"closes_on": "31/02/2030"}, "không có trong lịch"),
        ({"closes_on": "2030"}, "thiếu ngày hoặc tháng"),
        ({"closes_on": ""}, "Chưa nhập ngày hết hạn."),
        ({"closes_on": "01/01/2020"}, "đã qua"),
        ({"closes_time": "25:00"}, "«25:00» không phải giờ"),
        ({"closes_time": "１７:00"}, "không phải giờ"),
        ({"closes_time": ""}, "Chưa nhập giờ hết hạn."),
        ({"reason": ""}, "Cần ghi lý do."),
        ({"reason": "x" * 1001}, "Lý do dài quá"),
    ],
)
def test_the_form_says_what_is_wrong_and_keeps_what_was_typed(
    province: Province, client: Client, changed: dict[str, str], words: str
) -> None:
    client.force_login(province.hoa)
    fields = {"closes_on": "30/11/2090", "closes_time": "17:00", "reason": REASON, **changed}
    reply = client.post(URL, fields)
    assert reply.status_code == 200
    shown = reply.content.decode()
    assert words in shown
    assert all(value in shown for value in changed.values())
    assert not Change.objects.exists()
