"""The progress page: every unit due has one standing, lateness by its own deadline, and what the Board does there."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from quotas.models import Extension, ExtensionRequest, Registration, Response, ReturnedCell
from quotas.selectors.progress import Progress, Standing, progress
from quotas.services.extensions import grant_extension, request_extension
from quotas.services.responses import accept_response, return_response
from quotas.services.rounds import set_round
from tests.cast import Province, make_user
from tests.quotas.test_responses import close, enter, give_back, send
from trainingplan.models import Participant, Role, Unit, UnitName, User
from trainingplan.services.refusals import Refused

YEAR = {"year": 2024}


def own(name: str, key: str = "huyen-uy-binh-son") -> str:
    return reverse(name, kwargs={**YEAR, "unit_key": key})


def html(client: Client, user: User, url: str) -> str:
    client.force_login(user)
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def more_units(province: Province, many: int, stem: str = "them") -> list[Participant]:
    group = Participant.objects.filter(plan=province.plan)[0].group
    units = Unit.objects.bulk_create(Unit(key=f"{stem}-{n}") for n in range(many))
    UnitName.objects.bulk_create(
        UnitName(unit=unit, name=f"Đơn vị {unit.key}", valid_from="1990-01-01") for unit in units
    )
    return Participant.objects.bulk_create(
        Participant(plan=province.plan, unit=unit, group=group, position=100 * len(stem) + n)
        for n, unit in enumerate(units)
    )


def all_standings(province: Province) -> dict[Standing, Participant]:
    """One more unit in every standing, all past the deadline."""
    close(province.plan, days=4)
    standings = list(Standing)
    participants = dict(zip(standings, more_units(province, len(standings)), strict=True))
    now = timezone.now()
    states = {
        Standing.SENT: "sent",
        Standing.NO_NEED: "sent",
        Standing.ACCEPTED: "accepted",
        Standing.EDITING: "editing",
        Standing.RETURNED: "returned",
    }
    for standing, state in states.items():
        Response.objects.create(
            participant=participants[standing],
            state=state,
            sent_at=now - timedelta(days=3) if state != "editing" else None,
            handled_at=now - timedelta(days=1) if standing is Standing.RETURNED else None,
        )
    for standing in (Standing.SENT, Standing.ACCEPTED, Standing.EDITING, Standing.RETURNED):
        unit = participants[standing].unit
        Registration.objects.create(quota=province.kv3, unit=unit, number=1, updated_at=now)
    Registration.objects.create(
        quota=province.kv3, unit=participants[Standing.NO_NEED].unit, no_need=True, updated_at=now
    )
    return participants


def state_of(province: Province) -> Progress:
    return progress(province.plan, Unit.objects.all())


def test_the_counts_add_up_to_the_units_due(province: Province) -> None:
    participants = all_standings(province)
    now = state_of(province)
    found = {row.unit.unit_id: row.standing for row in now.units}
    assert {standing: found[one.unit_id] for standing, one in participants.items()} == {s: s for s in Standing}
    assert now.due == len(Standing) + 2 == sum(tally.units for tally in now.tallies)
    assert now.answered + len(now.missing) == now.due
    assert len(now.debtors) + len(now.reprieved) == len(now.missing)
    assert sum(group.due for group in now.groups) == now.due


def test_an_extension_that_the_common_deadline_has_overtaken_extends_nothing(province: Province) -> None:
    close(province.plan, days=1)
    until = timezone.now() + timedelta(hours=1)
    grant_extension(plan=province.plan, unit=province.binh_son, actor=province.hoa, until=until, reason="Bão")
    closes = timezone.now() + timedelta(days=5)
    plan = set_round(plan=province.plan, closes_at=closes, reason="Cho tất cả", actor=province.hoa)
    ours = next(row for row in progress(plan, Unit.objects.all()).units if row.unit.unit_id == province.binh_son.pk)
    assert (ours.due_at, ours.extended, ours.reprieved) == (closes, False, False)


def test_days_late_go_by_the_own_deadline(province: Province) -> None:
    participants = all_standings(province)
    given = timezone.now() - timedelta(days=3)
    for standing, until in ((Standing.EDITING, -2), (Standing.NOT_OPENED, 2)):
        Extension.objects.create(
            participant=participants[standing],
            until=timezone.now() + timedelta(days=until),
            reason="x",
            granted_by=province.hoa,
            granted_at=given,
        )
    rows = {row.unit.unit_id: row for row in state_of(province).units}
    late = {standing: rows[one.unit_id].late for standing, one in participants.items()}
    assert late == {
        Standing.SENT: 1,
        Standing.NO_NEED: 1,
        Standing.ACCEPTED: 1,
        Standing.EDITING: 2,
        Standing.RETURNED: 1,  # given back yesterday
        Standing.NOT_OPENED: None,
    }
    assert rows[participants[Standing.NOT_OPENED].unit_id].reprieved
    assert not rows[participants[Standing.NOT_OPENED].unit_id].owes
    assert rows[participants[Standing.EDITING].unit_id].owes
    assert not rows[participants[Standing.NO_NEED].unit_id].owes


def test_nobody_owes_before_the_deadline(province: Province) -> None:
    assert state_of(province).debtors == ()


@pytest.mark.parametrize("name", ["progress", "progress-letter"])
def test_many_units_make_as_many_queries_as_few(client: Client, province: Province, name: str) -> None:
    participants = all_standings(province)
    client.force_login(province.hoa)
    client.get(reverse(name, kwargs=YEAR))  # a session that is new is read step by step
    counts = []
    for stem in ("it", "nhieu"):
        extended = [*more_units(province, 40, stem), *participants.values()] if stem == "nhieu" else []
        for one in extended[::2]:
            Extension.objects.create(
                participant=one,
                until=timezone.now() + timedelta(days=1),
                reason="x",
                granted_by=province.hoa,
                granted_at=timezone.now(),
            )
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse(name, kwargs=YEAR)).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 20


def test_the_page_leads_the_board_to_every_step(client: Client, province: Province) -> None:
    participants = all_standings(province)
    request_extension(plan=province.plan, unit=province.binh_son, actor=province.alice, reason="Bão <số 9>")
    page = html(client, province.hoa, reverse("progress", kwargs=YEAR))
    assert "1 đơn vị xin gia hạn, đang chờ trả lời" in page
    assert "Bão &lt;số 9&gt;" in page
    assert own("progress-extend") in page
    assert "Công văn đôn đốc (5 đơn vị)" in page
    sent = participants[Standing.SENT].unit.key
    assert f'value="{sent}|' in page
    assert f'value="{participants[Standing.ACCEPTED].unit.key}|' not in page


def test_who_only_reads_the_progress_gets_no_buttons(client: Client, province: Province) -> None:
    all_standings(province)
    manager = make_user("mai", "Đỗ Thị Mai", Role.MANAGER)
    page = html(client, manager, reverse("progress", kwargs=YEAR))
    assert reverse("progress-accept-many", kwargs=YEAR) not in page
    assert "Công văn đôn đốc" not in page
    assert "Trả lại đơn vị" not in html(client, manager, own("progress-answer", "them-0"))


def test_ticked_answers_are_accepted_and_the_others_said(client: Client, province: Province) -> None:
    participants = all_standings(province)
    page = html(client, province.hoa, reverse("progress", kwargs=YEAR) + "?chon=tat-ca")
    ticked = re.findall(r'name="unit"\s+value="([^"]*)"', page)
    assert page.count(" checked>") == len(ticked) == 2
    stale = f"{participants[Standing.EDITING].unit.key}|"
    response = client.post(reverse("progress-accept-many", kwargs=YEAR), {"unit": [*ticked, stale]}, follow=True)
    page = response.content.decode()
    assert "Đã tiếp nhận đăng ký của 2 đơn vị." in page
    assert "Đơn vị them-3: Đăng ký đang ở trạng thái «đang nhập»" in page
    accepted = Response.objects.filter(state="accepted").values_list("participant_id", flat=True)
    wanted = {participants[s].pk for s in (Standing.SENT, Standing.NO_NEED, Standing.ACCEPTED)}
    assert set(accepted) == wanted


def test_accepting_nothing_says_so(client: Client, province: Province) -> None:
    client.force_login(province.hoa)
    for ticked in ([], ["khong-co|"], ["\x00|"]):
        response = client.post(reverse("progress-accept-many", kwargs=YEAR), {"unit": ticked}, follow=True)
        assert "Chưa chọn đơn vị nào" in response.content.decode()


def test_the_answer_stands_beside_last_year_and_the_given(client: Client, province: Province) -> None:
    send(province)
    page = html(client, province.hoa, own("progress-answer"))
    assert 'data-label="Đăng ký"><b>4</b>' in page
    assert 'data-label="Giao cả tỉnh">45' in page
    assert "Tiếp nhận</button>" in page
    client.post(own("progress-accept"), {"seen": Response.objects.get().sent_at.isoformat()})  # type: ignore[union-attr]
    assert Response.objects.get().state == "accepted"


def test_a_return_marks_cells_and_the_unit_sees_them(client: Client, province: Province) -> None:
    send(province)
    client.force_login(province.hoa)
    form = {
        "reason": "Đề nghị xem lại",
        f"mark-{province.kv3.pk}": "1",
        f"remark-{province.kv3.pk}": "cao hơn <năm trước>",
        f"remark-{province.hcm.pk}": " ",
    }
    page = client.post(own("progress-return"), form, follow=True).content.decode()
    assert "Đã trả lại bản đăng ký. 1 ô được mở để sửa." in page
    cell = ReturnedCell.objects.get()
    assert (cell.quota_id, cell.remark) == (province.kv3.pk, "cao hơn <năm trước>")
    unit = html(client, province.alice, own("registration-unit"))
    assert "Lý do: Đề nghị xem lại" in unit
    assert "Cần sửa: cao hơn &lt;năm trước&gt;" in unit
    assert f'name="c-{province.binh_son.pk}-{province.kv3.pk}-' in unit
    assert f'name="c-{province.binh_son.pk}-{province.hcm.pk}-' not in unit
    assert "Gửi lại đăng ký" in unit
    assert "chỉ trả lại các ô được đánh dấu" in unit


def test_a_refused_return_keeps_what_was_marked(client: Client, province: Province) -> None:
    send(province)
    client.force_login(province.hoa)
    form = {"reason": "", f"mark-{province.kv3.pk}": "1", f"remark-{province.hcm.pk}": "sao lại hai?"}
    page = client.post(own("progress-return"), form).content.decode()
    assert "Cần ghi lý do trả lại" in page
    assert page.count(" checked>") == 2
    assert 'value="sao lại hai?"' in page
    assert not ReturnedCell.objects.exists()


def test_an_acceptance_is_withdrawn_with_a_reason(client: Client, province: Province) -> None:
    send(province)
    accept_response(plan=province.plan, unit=province.binh_son, actor=province.hoa)
    client.force_login(province.hoa)
    assert "Cần ghi lý do" in client.post(own("progress-withdraw"), follow=True).content.decode()
    client.post(own("progress-withdraw"), {"reason": "Nhầm"})
    assert Response.objects.get().state == "sent"


def test_a_unit_asks_for_time_and_reads_the_answer(client: Client, province: Province) -> None:
    close(province.plan)
    assert own("registration-extension") in html(client, province.alice, own("registration-unit"))
    page = client.post(own("registration-extension"), {"reason": "Đi công tác"}, follow=True).content.decode()
    assert "đang chờ Ban Tổ chức Tỉnh ủy trả lời" in page
    assert own("registration-extension") not in page
    board = html(client, province.hoa, own("progress-extend"))
    assert "Đi công tác" in board
    client.post(own("progress-refuse-extension"), {"words": "Hết thời gian <tổng hợp>"})
    page = html(client, province.alice, own("registration-unit"))
    assert "không được đồng ý: Hết thời gian &lt;tổng hợp&gt;" in page
    assert own("registration-extension") in page


def test_the_board_grants_until_a_day(client: Client, province: Province) -> None:
    close(province.plan)
    client.force_login(province.hoa)
    day = timezone.localdate() + timedelta(days=5)
    bad = client.post(own("progress-extend"), {"until_on": "31/02/2024", "until_time": "17:00", "reason": ""})
    assert "Cần ghi lý do" in bad.content.decode()
    form = {"until_on": f"{day:%d/%m/%Y}", "until_time": "17 giờ", "reason": "Bão", "programme": "cao-cap"}
    page = client.post(own("progress-extend"), form, follow=True).content.decode()
    assert f"Đã gia hạn cho Huyện ủy Bình Sơn đến 17:00, {day:%d/%m/%Y}" in page
    assert f"gia hạn đến {day:%d/%m/%Y}" in page
    unit = html(client, province.alice, own("registration-unit"))
    assert f"Được gia hạn đến 17:00, {day:%d/%m/%Y}" in unit
    assert 'name="c-' in unit


def test_no_need_is_confirmed_with_what_it_erases(client: Client, province: Province) -> None:
    enter(province, province.alice, (province.kv3, "4"))
    page = html(client, province.alice, own("registration-no-need"))
    assert "1 số đã nhập sẽ bị xóa" in page
    assert "gửi ngay" in page
    part = html(client, province.alice, own("registration-no-need") + "?chuong-trinh=cao-cap")
    assert "gửi ngay" not in part
    assert client.get(own("registration-no-need") + "?chuong-trinh=la").status_code == 404
    client.post(own("registration-no-need"))
    assert Response.objects.get().state == "sent"
    listed = html(client, province.hoa, reverse("progress", kwargs=YEAR) + "?trang-thai=khong-co-nhu-cau")
    assert "Huyện ủy Bình Sơn" in listed
    assert "Huyện ủy Sơn Tịnh" not in listed


GETS = ("progress-answer", "progress-extend", "registration-extension", "registration-no-need")
POSTS = ("progress-accept", "progress-return", "progress-withdraw", "progress-refuse-extension")


@pytest.mark.parametrize("name", GETS + POSTS)
def test_another_unit_gets_nowhere(client: Client, province: Province, name: str) -> None:
    send(province)
    client.force_login(province.charlie)
    expected = 403 if name.startswith("progress") else 404
    assert client.post(own(name), {"reason": "x", "words": "x"}).status_code == expected
    assert client.get(own(name)).status_code == expected
    assert Response.objects.get().state == "sent"
    assert not ExtensionRequest.objects.exists()


def test_the_units_own_clerk_takes_no_step_of_the_board(client: Client, province: Province) -> None:
    send(province)
    client.force_login(province.alice)
    for name in (*POSTS, "progress-extend", "progress-answer"):
        assert client.post(own(name)).status_code == 403
    assert client.post(reverse("progress-accept-many", kwargs=YEAR)).status_code == 403
    assert Response.objects.get().state == "sent"


def test_the_tasks_name_what_waits(client: Client, province: Province) -> None:
    tasks = reverse("tasks", kwargs=YEAR)
    send(province)
    close(province.plan)
    request_extension(plan=province.plan, unit=province.son_tinh, actor=province.charlie, reason="x")
    page = html(client, province.hoa, tasks)
    assert "1 bản đăng ký chờ tiếp nhận" in page
    assert "1 đơn vị xin gia hạn đăng ký" in page
    give_back(province, province.kv3)
    assert "Sửa và gửi lại đăng ký" in html(client, province.alice, tasks)
    assert "chờ tiếp nhận" not in html(client, province.hoa, tasks)


def test_a_unit_that_is_not_asked_has_no_answer(client: Client, province: Province) -> None:
    Unit.objects.create(key="ngoai")
    client.force_login(province.hoa)
    assert client.get(own("progress-answer", "ngoai")).status_code == 404
    assert client.get(own("progress-extend", "ngoai")).status_code == 404
    outside = Unit.objects.get(key="ngoai")
    with pytest.raises(Refused, match="không tham gia"):
        return_response(plan=province.plan, unit=outside, actor=province.hoa, reason="x")
