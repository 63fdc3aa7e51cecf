"""A deadline per phase: those after registration are set by the Board, follow one another, and remind."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from quotas.models import PhaseDeadline
from quotas.selectors.phases import phase_deadlines
from quotas.services.phases import set_phase_deadlines
from quotas.services.rounds import set_round
from tests.cast import Province, make_user
from trainingplan.models import Change, Plan, Role, User
from trainingplan.services.refusals import Refused

URL = "/2024/dot-dang-ky/cac-buoc/"
TASKS = "/2024/viec-cua-toi/"
Phase = PhaseDeadline.Phase
"""Registration of the cast closes in ten days."""


def at(days: int) -> datetime:
    return timezone.localtime().replace(second=0, microsecond=0) + timedelta(days=days)


def put(province: Province, actor: User | None = None, reason: str = "Công văn 12", **due: datetime | None) -> None:
    wanted = {Phase(name): moment for name, moment in due.items()}
    set_phase_deadlines(plan=province.plan, due=wanted, reason=reason, actor=actor or province.hoa)


def test_they_are_set_moved_and_taken_away_on_the_record(province: Province) -> None:
    put(province, allocation=at(20), submission=at(30))
    put(province, allocation=at(21), submission=at(30), reason="Chậm số liệu")
    put(province, submission=None)
    assert phase_deadlines(province.plan) == {Phase.ALLOCATION: at(21)}
    told = Change.objects.filter(table="phasedeadline").order_by("pk").values_list("label", "old", "new", "reason")
    first, second, third = (f"{at(days):%H:%M, %d/%m/%Y}" for days in (20, 21, 30))
    assert list(told) == [
        ("Hạn phân bổ chỉ tiêu: Kế hoạch 2024", "", first, "Công văn 12"),
        ("Hạn trình kế hoạch: Kế hoạch 2024", "", third, "Công văn 12"),
        ("Hạn phân bổ chỉ tiêu: Kế hoạch 2024", first, second, "Chậm số liệu"),
        ("Hạn trình kế hoạch: Kế hoạch 2024", third, "", "Công văn 12"),
    ]


def test_what_is_refused_changes_nothing(province: Province) -> None:
    put(province, allocation=at(20))
    for due, words in (
        ({"allocation": at(20)}, "vẫn như cũ"),
        ({"allocation": at(-1)}, "đã qua"),
        ({"allocation": at(9)}, "phải sau hạn đăng ký"),
        ({"submission": at(19)}, "phải sau hạn phân bổ chỉ tiêu"),
        ({"submission": at(20)}, "phải sau hạn phân bổ chỉ tiêu"),
    ):
        with pytest.raises(Refused, match=words):
            put(province, **due)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="Cần ghi lý do"):
        put(province, allocation=at(22), reason=" ")
    with pytest.raises(Refused, match="phải sau hạn đăng ký"):
        set_round(plan=province.plan, closes_at=at(25), reason="Bão", actor=province.hoa)
    for role in (Role.MANAGER, Role.FINANCE, Role.ADMIN):
        with pytest.raises(Refused, match="Chỉ Ban Tổ chức"):
            put(province, actor=make_user(f"la-{role}", "Lạ", role), allocation=at(22))
    Plan.objects.update(state=Plan.State.SUBMITTED)
    with pytest.raises(Refused, match="đang ở bước «Trình»"):
        put(province, allocation=at(22))
    assert phase_deadlines(province.plan) == {Phase.ALLOCATION: at(20)}
    assert Change.objects.count() == 1


def test_the_page_shows_what_stands_and_says_what_is_wrong_at_its_field(client: Client, province: Province) -> None:
    client.force_login(province.hoa)
    assert "Đăng ký nhu cầu" in client.get(URL).content.decode()
    form = {
        "allocation_on": f"{at(20):%d/%m/%Y}",
        "allocation_time": "17h",
        "submission_on": "",
        "reason": "Công văn 12",
    }
    page = client.post(URL, form, follow=True).content.decode()
    assert f"17:00, {at(20):%d/%m/%Y}" in page
    assert "còn 20 ngày" in page
    answer = client.post(URL, form | {"submission_on": f"{at(15):%d/%m/%Y}"})
    assert "phải sau hạn phân bổ chỉ tiêu" in answer.context["form"].errors["submission_on"][0]
    assert "không phải giờ" in client.post(URL, form | {"allocation_time": "25h"}).content.decode()
    client.post(URL, {"reason": "Bỏ hạn"})
    assert phase_deadlines(province.plan) == {}


def test_they_remind_the_board_among_what_waits_for_it(client: Client, province: Province) -> None:
    client.force_login(province.hoa)
    assert "Trình kế hoạch năm 2024" not in client.get(TASKS).content.decode()
    put(province, allocation=at(15), submission=at(30))
    page = client.get(TASKS).content.decode()
    assert "Trình kế hoạch năm 2024" in page
    assert "còn 15 ngày" in page
    assert "còn 30 ngày" in page
    client.force_login(province.alice)
    assert "Trình kế hoạch năm 2024" not in client.get(TASKS).content.decode()
