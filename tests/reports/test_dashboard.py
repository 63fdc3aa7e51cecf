"""The dashboard: its numbers, who sees which of them, and that each leads somewhere."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from budget.selectors.table import budget_table, province_total
from quotas.models import Allocation, Nomination, Person, Registration
from quotas.selectors.allocation import sums_by_quota
from reports.dashboard import Dashboard, Way, dashboard
from tests.reports.dashboard_scenery import Scenery, build, unit_label
from trainingplan.models import Role, Unit

UNITS = 13


@pytest.fixture
def scenery(db: None) -> Scenery:
    return build(UNITS)


def page_of(scenery: Scenery, role: Role) -> str:
    client = Client()
    client.force_login(scenery.staff[role])
    reply = client.get(reverse("dashboard", kwargs={"year": 2024}))
    assert reply.status_code == 200
    return reply.content.decode()


def seen_by(scenery: Scenery, role: Role) -> Dashboard:
    return dashboard(scenery.plan, scenery.staff[role])


def test_the_numbers_of_the_province(scenery: Scenery) -> None:
    table, roster, classes = (quota.figures for quota in seen_by(scenery, Role.BOARD).quotas)
    # Of 13 units the sixth and twelfth have no need; of 13 people the 4th, 8th and 12th are reserves.
    assert (table.given, table.registered, table.allocated, table.nominated) == (50_000, 11 * 3, 13 * 2, 0)
    assert (roster.given, roster.registered, roster.allocated, roster.nominated) == (900, 11 * 3, 0, 10)
    assert (classes.given, classes.allocated) == (1960, 0)


def test_what_is_left_depends_on_how_the_places_are_filled(scenery: Scenery) -> None:
    table, roster, classes = seen_by(scenery, Role.BOARD).quotas
    assert (table.way, table.figures.left) == (Way.ALLOCATION, 50_000 - 26)
    assert (roster.way, roster.figures.left) == (Way.ROSTER, 900 - 10)
    assert (classes.way, classes.figures.left) == (Way.CLASSES, None)
    Allocation.objects.create(quota=scenery.classes, unit=scenery.units[0], number=60, updated_at=timezone.now())
    assert seen_by(scenery, Role.BOARD).quotas[2].figures.left == 1900


def test_the_khoi_add_up_to_the_totals_of_the_one_sum(scenery: Scenery) -> None:
    board = seen_by(scenery, Role.BOARD)
    ids = [quota.quota_id for quota in board.quotas]
    assert [group.units for group in board.groups] == [5, 4, 4]
    assert sum(group.registered for group in board.groups) == sum(sums_by_quota(Registration, ids).values())
    assert sum(group.allocated for group in board.groups) == sum(sums_by_quota(Allocation, ids).values())
    assert sum(group.nominated for group in board.groups) == board.total.nominated == 10


def test_a_quota_without_a_number_counts_for_nothing(scenery: Scenery) -> None:
    scenery.classes.number = None
    scenery.classes.save()
    board = seen_by(scenery, Role.BOARD)
    assert board.quotas[2].figures.given is None
    assert board.total.given == 50_900


def test_the_money_is_that_of_the_budget(scenery: Scenery) -> None:
    money = seen_by(scenery, Role.FINANCE).budget
    assert money is not None
    assert money.amount == 36_511_988_780
    assert money.provincial == province_total(scenery.plan) == 30_000_000_001
    table = budget_table(scenery.plan)
    assert [(one.name, one.amount) for one in money.sources] == [(one.name, one.amount) for one in table.sources]
    assert [(one.name, one.amount) for one in money.groups] == [(one.name, one.amount) for one in table.groups]
    assert "30.000.000.001" in page_of(scenery, Role.FINANCE)


def test_the_contested_come_by_people_for_a_place(scenery: Scenery) -> None:
    type(scenery.roster).objects.filter(pk=scenery.roster.pk).update(number=10)
    first, *_ = seen_by(scenery, Role.BOARD).contested
    assert first.quota_id == scenery.roster.pk
    assert "Đăng ký gấp 3,3 lần chỉ tiêu ở «Chỉ tiêu 2»" in page_of(scenery, Role.BOARD)


def test_a_unit_sees_its_own_alone(scenery: Scenery) -> None:
    board = seen_by(scenery, Role.UNIT)
    assert board.own
    assert (board.groups, board.budget) == ((), None)
    assert (board.total.registered, board.total.nominated) == (9, 1)
    assert board.total.given == board.total.allocated == 2
    assert board.total.left == 2
    assert board.progress is not None
    assert [unit.unit.unit_id for unit in board.progress.units] == [scenery.units[1].pk]


def _give_others_rare_numbers(scenery: Scenery, mine: Unit) -> None:
    others = [unit for unit in scenery.units if unit != mine]
    Registration.objects.filter(unit__in=others).update(number=7001, no_need=False)
    Allocation.objects.filter(unit__in=others).update(number=4003)


@pytest.mark.parametrize("role", [Role.UNIT, Role.HOME_AFFAIRS])
def test_nothing_of_another_unit_is_on_the_page(scenery: Scenery, role: Role) -> None:
    _give_others_rare_numbers(scenery, scenery.units[1])
    mine = {1} if role == Role.UNIT else {n for n in range(UNITS) if n % 3 == 1}
    page = page_of(scenery, role)
    for number in set(range(UNITS)) - mine:
        assert unit_label(number) not in page
        assert scenery.units[number].key not in page
    for text in ("Khối Đảng", "Khối huyện", "Ngân sách tỉnh"):
        assert text not in page
    whole = sum(sums_by_quota(Registration, [scenery.table.pk]).values())
    digits = page.replace(".", "")
    assert str(whole) not in digits
    assert str(whole - 7001) not in digits
    assert (str(3 * 7001 + 3) in digits) is (role == Role.HOME_AFFAIRS)
    assert "50000" not in digits


def test_home_affairs_sees_the_state_side_alone(scenery: Scenery) -> None:
    board = seen_by(scenery, Role.HOME_AFFAIRS)
    assert board.own
    assert board.groups == ()
    assert board.progress is not None
    assert [unit.unit.group for unit in board.progress.units] == ["Khối Nhà nước"] * 4
    assert (board.total.allocated, board.total.nominated) == (4 * 2, 3)


def test_finance_sees_money_and_totals_but_no_unit(scenery: Scenery) -> None:
    board = seen_by(scenery, Role.FINANCE)
    assert (board.own, board.groups, board.progress) == (False, (), None)
    assert board.total.allocated == 26
    page = page_of(scenery, Role.FINANCE)
    assert "Khối" not in page
    assert not any(unit_label(number) in page for number in range(UNITS) if number != 1)


@pytest.mark.parametrize("role", [Role.BOARD, Role.MANAGER, Role.SCHOOL, Role.HOME_AFFAIRS])
def test_who_has_not_answered_is_named_to_those_who_follow_it(scenery: Scenery, role: Role) -> None:
    page = page_of(scenery, role)
    assert "Đơn vị chưa gửi đăng ký" in page
    assert f'href="/2024/dang-ky/{scenery.units[1].key}/"' in page


def test_the_administrator_has_no_dashboard(scenery: Scenery, client: Client) -> None:
    client.force_login(scenery.staff[Role.ADMIN])
    assert client.get(reverse("dashboard", kwargs={"year": 2024})).status_code == 403


@pytest.mark.one_database("addresses are asked for; tests.test_access asks for every one on both")
@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMIN])
def test_every_door_opens(scenery: Scenery, role: Role) -> None:
    client = Client()
    client.force_login(scenery.staff[role])
    main = page_of(scenery, role).partition("<main")[2]
    doors = set(re.findall(r'href="(/2024/[^"#]*)"', main))
    assert doors
    for door in doors:
        assert client.get(door.replace("&amp;", "&"), follow=True).status_code == 200, door


def test_numbers_of_the_table_are_doors_for_the_board(scenery: Scenery) -> None:
    main = page_of(scenery, Role.BOARD).partition("<main")[2]
    cells = re.findall(r'<td class="num">(.*?)</td>', main, re.DOTALL)
    bare = [cell.strip() for cell in cells if cell.strip() and "href" not in cell]
    # A quotient is made of the two numbers beside it; "–" stands for no number.
    assert [cell for cell in bare if not re.fullmatch(r"[0-9,]+ %|[0-9],[0-9]|0|–", cell)] == []


def test_the_banner_says_when_a_shown_row_is_illustrative(scenery: Scenery) -> None:
    banner = "Số liệu minh họa."
    assert banner not in page_of(scenery, Role.BOARD)
    Allocation.objects.filter(unit=scenery.units[0]).update(illustrative=True)
    assert banner in page_of(scenery, Role.BOARD)
    assert banner not in page_of(scenery, Role.UNIT)
    Person.objects.filter(unit=scenery.units[1]).update(illustrative=True)
    assert banner in page_of(scenery, Role.UNIT)


def test_a_board_sees_that_people_alone_are_illustrative(scenery: Scenery) -> None:
    """They are asked for apart, so that no other nomination is joined with its person."""
    assert not seen_by(scenery, Role.BOARD).illustrative
    Person.objects.filter(nominations=Nomination.objects.filter(reserve=False).first()).update(illustrative=True)
    with CaptureQueriesContext(connection) as captured:
        assert seen_by(scenery, Role.BOARD).illustrative
    sums = [query["sql"] for query in captured if 'COUNT("quotas_nomination' in query["sql"]]
    assert len(sums) == 1
    assert 'JOIN "quotas_person"' not in sums[0]
    Nomination.objects.update(reserve=True)
    assert not seen_by(scenery, Role.BOARD).illustrative


def test_reserves_are_not_counted(scenery: Scenery) -> None:
    Nomination.objects.update(reserve=True)
    assert seen_by(scenery, Role.BOARD).total.nominated == 0


def test_a_plan_without_anything_has_a_page_that_says_so(scenery: Scenery, client: Client) -> None:
    type(scenery.plan).objects.create(
        year=2025, subject="x", parent_body="x", issuing_body="x", place="x", state="draft"
    )
    client.force_login(scenery.staff[Role.BOARD])
    reply = client.get(reverse("dashboard", kwargs={"year": 2025}))
    assert reply.status_code == 200
    assert "chưa có chỉ tiêu nào" in reply.content.decode()
