"""Progress: each unit has one standing, and the standings add up to the units that are asked."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from quotas.models import Registration, Response
from quotas.selectors.progress import Progress, Standing, UnitProgress, days_late, progress, standing_of
from tests.cast import Province, make_unit, make_user
from trainingplan.models import Participant, Plan, Role, Unit, UnitGroup

URL = "/2024/tien-do/"
NAMES = {
    "da-gui": "Đảng ủy Đã Gửi",
    "khong-nhu-cau": "Đảng ủy Không Nhu Cầu",
    "tiep-nhan": "Đảng ủy Tiếp Nhận",
    "tra-lai": "Đảng ủy Trả Lại",
    "dang-nhap": "Đảng ủy Đang Nhập",
}


@pytest.fixture
def answers(province: Province) -> dict[str, Unit]:
    """Besides the two units that have not opened their form, one of each other standing, in a khối of its own."""
    group = UnitGroup.objects.create(key="nha-nuoc", name="Khối Nhà nước", position=1)
    units = {
        key: make_unit(key, name, province.plan, group, place) for place, (key, name) in enumerate(NAMES.items(), 1)
    }
    for key, unit in units.items():
        ask(province, unit, None if key == "khong-nhu-cau" else 4)
    for key, state in (
        ("da-gui", Response.State.SENT),
        ("khong-nhu-cau", Response.State.SENT),
        ("tiep-nhan", Response.State.ACCEPTED),
        ("tra-lai", Response.State.RETURNED),
        ("dang-nhap", Response.State.EDITING),
    ):
        answer(province, units[key], state)
    return units


def ask(province: Province, unit: Unit, number: int | None) -> None:
    for quota in (province.hcm, province.kv3):
        Registration.objects.create(
            quota=quota, unit=unit, number=number, no_need=number is None, updated_at=timezone.now()
        )


def answer(province: Province, unit: Unit, state: str) -> Response:
    return Response.objects.create(
        participant=Participant.objects.get(plan=province.plan, unit=unit),
        state=state,
        sent_at=timezone.now(),
        sent_by=province.alice,
    )


def whole(province: Province) -> Progress:
    return progress(Plan.objects.get(pk=province.plan.pk), Unit.objects.all())


def of(province: Province, unit: Unit) -> UnitProgress:
    return next(row for row in whole(province).units if row.unit.unit_id == unit.pk)


def test_the_standings_add_up_to_the_units_that_are_asked(province: Province, answers: dict[str, Unit]) -> None:
    state = whole(province)
    counts = {tally.standing: tally.units for tally in state.tallies}
    assert counts == {
        Standing.SENT: 1,
        Standing.NO_NEED: 1,
        Standing.ACCEPTED: 1,
        Standing.EDITING: 1,
        Standing.RETURNED: 1,
        Standing.NOT_OPENED: 2,
    }
    assert sum(counts.values()) == state.due == Participant.objects.filter(plan=province.plan).count() == 7
    assert (state.answered, len(state.missing)) == (3, 4)
    assert [(group.name, group.answered, group.due) for group in state.groups] == [
        ("Khối Nhà nước", 3, 5),
        ("Khối huyện, thị, thành phố", 0, 2),
    ]


@pytest.mark.parametrize("state", [None, *Response.State.values])
def test_every_state_has_a_standing_with_a_word(state: str | None) -> None:
    assert standing_of(state, 3).label
    assert (standing_of(state, 0) is Standing.NO_NEED) is (state == Response.State.SENT)


def test_a_row_says_what_was_filled_sent_and_by_whom(province: Province, answers: dict[str, Unit]) -> None:
    row = of(province, answers["da-gui"])
    assert (row.filled, row.registered, row.sent_by) == (2, 8, "Nguyễn Thị Ái")
    assert row.unit.name == "Đảng ủy Đã Gửi"
    assert whole(province).asked == 2
    nothing = of(province, answers["khong-nhu-cau"])
    assert (nothing.filled, nothing.registered) == (2, 0)
    returned = of(province, answers["tra-lai"])
    assert (returned.sent_at, returned.sent_by) == (None, "")


def test_late_is_counted_in_days_of_the_calendar(province: Province, answers: dict[str, Unit]) -> None:
    assert of(province, province.binh_son).lateness == ""
    now = timezone.now()
    Plan.objects.update(registration_opens_at=now - timedelta(days=9), registration_closes_at=now - timedelta(days=3))
    assert of(province, province.binh_son).lateness == "quá hạn 3 ngày"
    assert of(province, answers["da-gui"]).lateness == "gửi muộn 3 ngày"
    Response.objects.update(sent_at=now - timedelta(days=4))
    assert of(province, answers["da-gui"]).lateness == ""


def test_late_on_the_day_itself() -> None:
    noon = timezone.localtime().replace(hour=12)
    assert days_late(noon, noon) is None
    assert days_late(noon, noon + timedelta(minutes=1)) == 0
    assert days_late(noon, noon + timedelta(hours=13)) == 1
    assert days_late(None, noon) is None


def test_another_plan_counts_for_nothing(province: Province, answers: dict[str, Unit]) -> None:
    other = Plan.objects.create(year=2023, subject="x", parent_body="x", issuing_body="x", place="x")
    assert (progress(other, Unit.objects.all()).due, whole(province).due) == (0, 7)


def page(client: Client, province: Province, query: str = "") -> str:
    client.force_login(province.hoa)
    reply = client.get(URL + query)
    assert reply.status_code == 200
    return reply.content.decode().partition("<main")[2]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {*NAMES}),
        ("?trang-thai=da-gui", {"da-gui"}),
        ("?trang-thai=khong-co-nhu-cau", {"khong-nhu-cau"}),
        ("?trang-thai=chua-tra-loi", {"tra-lai", "dang-nhap"}),
        ("?trang-thai=chua-mo", set()),
        ("?trang-thai=linh-tinh", {*NAMES}),
        ("?khoi=x", {*NAMES}),
    ],
)
def test_the_filter(province: Province, answers: dict[str, Unit], client: Client, query: str, shown: set[str]) -> None:
    text = page(client, province, query)
    assert {key for key, name in NAMES.items() if name in text} == shown


def test_the_counts_of_a_group_are_not_those_of_the_filter(
    province: Province, answers: dict[str, Unit], client: Client
) -> None:
    assert "3/5 đơn vị đã trả lời" in page(client, province, "?trang-thai=tra-lai")


def test_the_filter_by_group(province: Province, answers: dict[str, Unit], client: Client) -> None:
    group = UnitGroup.objects.get(key="huyen-thi-thanh")
    text = page(client, province, f"?khoi={group.pk}")
    assert "Huyện ủy Bình Sơn" in text
    assert not any(name in text for name in NAMES.values())
    assert "Không có đơn vị nào khớp" in page(client, province, f"?khoi={group.pk}&trang-thai=da-gui")


def test_each_reader_sees_the_units_of_his_scope(province: Province, answers: dict[str, Unit], client: Client) -> None:
    client.force_login(make_user("dora", "Đỗ Thị Dora", Role.HOME_AFFAIRS, answers["da-gui"]))
    text = client.get(URL).content.decode()
    assert all(name in text for name in NAMES.values())
    assert "Bình Sơn" not in text
    assert "huyen-uy" not in text
    assert "Gia hạn đăng ký" not in text


@pytest.mark.parametrize("role", list(Role))
def test_who_may_open_it(province: Province, client: Client, role: Role) -> None:
    client.force_login(make_user("dora", "Đỗ Thị Dora", role, province.binh_son))
    allowed = role in (Role.BOARD, Role.MANAGER, Role.SCHOOL, Role.HOME_AFFAIRS)
    assert client.get(URL).status_code == (200 if allowed else 403)


def test_the_banner_of_illustrative_answers(province: Province, answers: dict[str, Unit], client: Client) -> None:
    assert "Số liệu minh họa." not in page(client, province)
    Response.objects.filter(state=Response.State.SENT).update(illustrative=True)
    assert "Số liệu minh họa." in page(client, province)
