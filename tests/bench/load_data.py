"""The province of a load: the real plan of 2024, its writers and readers, and a plan of units who all send at once."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.db.models import Q
from django.utils import timezone

from quotas.models import Quota, Registration, Response
from tests.bench.arrivals import Act, Visitor
from tests.bench.province import build, fill
from tests.bench.serving import session_of
from tests.bench.visitors import MOST, OwnCell, Writer, reading
from trainingplan.models import Change, Job, Participant, Plan, Role, Unit, User
from trainingplan.rules.numbers import format_count
from trainingplan.sealed_log import check_log

FOLDERS = ("fixtures/2024", "fixtures/2023-minh-hoa", "fixtures/2024-minh-hoa")
YEAR, RUSH_YEAR = 2024, 2025
PASSWORD = "sông Trà núi Ấn 2024"
READERS = 20
"""One session in so many is of the Board, which reads what units do not see."""

WEIGHTS = {
    "a unit's sheet": 40,
    "a unit's tasks": 20,
    "state of a job": 10,
    "grid, 52 units": 8,
    "progress of 52 units": 7,
    "dashboard": 5,
    "search": 5,
    "rosters": 5,
}
"""What a hundred reads ask for."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may sign in, and the address of the page that his unit fills in."""

    user: User
    page: str


@dataclass(frozen=True, slots=True)
class Town:
    """Who takes part: each writer with his own cell, the Board, and a sender for each unit of the rush."""

    writers: tuple[tuple[Person, OwnCell], ...]
    board: tuple[Person, ...]
    senders: tuple[Person, ...]
    job: str


def make_town(sessions: int, senders: int) -> Town:
    """Plans, people and cells in an empty database."""
    call_command("load_plan", *(str(Path(settings.BASE_DIR) / folder) for folder in FOLDERS), verbosity=0)
    plan = Plan.objects.get(year=YEAR)
    _open(plan)
    readers = max(1, sessions // READERS)
    cells = _cells(plan, sessions - readers)
    units = {unit.pk: unit for unit in Unit.objects.all()}
    password = make_password(PASSWORD)
    add = partial(_person, password=password)
    writers = [(add(f"viet-{n}", units[cell.unit], cell.page), cell) for n, cell in enumerate(cells)]
    board = [_person(f"ban-{n}", None, "", password=password) for n in range(readers)]
    return Town(tuple(writers), tuple(board), tuple(_senders(senders, add)), _finished_job(board[0].user))


def _open(plan: Plan) -> None:
    """The round runs, and nobody has sent anything yet."""
    now = timezone.now()
    Plan.objects.filter(pk=plan.pk).update(
        state=Plan.State.REGISTRATION,
        registration_opens_at=now - timedelta(days=1),
        registration_closes_at=now + timedelta(days=10),
    )
    Response.objects.filter(participant__plan=plan).delete()


def _cells(plan: Plan, count: int) -> list[OwnCell]:
    """One for each writer, unit after unit, of quotas in which the numbers of the load have room."""
    roomy = Q(number__isnull=True) | Q(number__gte=MOST) | ~Q(open_clause="")
    quotas = Quota.objects.filter(roomy, programme__plan=plan).values_list("pk", flat=True)
    units = list(Participant.objects.filter(plan=plan).values_list("unit_id", "unit__key"))
    cells = [OwnCell(_page(YEAR, key), unit, quota) for quota in quotas for unit, key in units]
    if count > len(cells):
        raise ValueError(f"{len(cells)} cells for {count} writers")
    return cells[:count]


def _page(year: int, key: str) -> str:
    return f"/{year}/dang-ky/{key}/"


def _person(name: str, unit: Unit | None, page: str, *, password: str) -> Person:
    role = Role.UNIT if unit else Role.BOARD
    user = User.objects.create(username=name, full_name=f"Người {name}", role=role, unit=unit, password=password)
    return Person(user, page)


def _senders(count: int, add: "partial[Person]") -> list[Person]:
    """A unit each in a plan of their own, with two numbers to send."""
    province = build(units=count, quotas=12, filled=False, first_year=RUSH_YEAR)
    fill(province.units, list(province.quotas[:2]), random.Random(0))  # noqa: S311 - the numbers of a bench
    return [add(f"gui-{n}", unit, _page(RUSH_YEAR, unit.key)) for n, unit in enumerate(province.units)]


def _finished_job(user: User) -> str:
    now = timezone.now()
    job = Job.objects.create(
        kind="xuat-phu-luc",
        title="Xuất phụ lục",
        asked_by=user,
        asked_as=user.get_role_display(),
        asked_at=now,
        queued_at=now,
        started_at=now,
        finished_at=now,
        state=Job.State.DONE,
    )
    return f"/viec-nen/{job.pk}/trang-thai/"


def visitor(person: Person, port: int) -> Visitor:
    """Somebody who has signed in just now."""
    return Visitor(port, {settings.SESSION_COOKIE_NAME: session_of(person.user)})


def writers(town: Town, port: int, *, signed_in: bool) -> list[Writer]:
    """They have seen their cells as they stand; who has not signed in asks the bare view, for rows that are there."""
    rows = Registration.objects.filter(quota__programme__plan__year=YEAR)
    stand = {(unit, quota): seen for unit, quota, *seen in rows.values_list("unit", "quota", "version", "number")}
    made = []
    for person, cell in town.writers:
        version, number = stand.get((cell.unit, cell.quota), (0, 0))
        if version or signed_in:
            who = visitor(person, port) if signed_in else Visitor(port, {})
            made.append(Writer(who, cell, version or 0, number or 0))
    return made


def reads(town: Town, writers: Sequence[Writer], port: int, count: int) -> dict[str, list[Act]]:
    """So many reads by what they ask for; units' pages by the units, the others by the Board."""
    rng = random.Random(1)  # noqa: S311 - the reads of a bench
    board = [visitor(person, port) for person in town.board]
    addresses = {
        "grid, 52 units": (f"/{YEAR}/phan-bo/1/", f"/{YEAR}/phan-bo/4/"),
        "progress of 52 units": (f"/{YEAR}/tien-do/",),
        "dashboard": (f"/{YEAR}/tong-quan/",),
        "search": (f"/{YEAR}/tim-kiem/?q=binh%20son", f"/{YEAR}/tim-kiem/?q=cao%20cap"),
        "rosters": (f"/{YEAR}/danh-sach/", f"/{YEAR}/danh-sach/2/"),
    }
    made: dict[str, list[Act]] = {name: [] for name in WEIGHTS}
    for name in rng.choices(list(WEIGHTS), list(WEIGHTS.values()), k=count):
        writer = rng.choice(writers)
        if name in addresses:
            made[name].append(reading(rng.choice(board), rng.choice(addresses[name])))
        elif name == "state of a job":
            made[name].append(reading(board[0], town.job))
        else:
            address = writer.cell.page if name == "a unit's sheet" else f"/{YEAR}/viec-cua-toi/"
            made[name].append(reading(writer.visitor, address))
    return made


def lost_saves(writers: Sequence[Writer]) -> int:
    """Acknowledged numbers that are not in the log in their order, and last ones that do not stand."""
    rows = Registration.objects.filter(quota__programme__plan__year=YEAR)
    stand = {(unit, quota): number for unit, quota, number in rows.values_list("unit", "quota", "number")}
    logged: dict[str, list[str]] = {}
    changes = Change.objects.filter(table="registration", plan__year=YEAR).order_by("pk")
    for row, new in changes.values_list("row", "new"):
        logged.setdefault(row, []).append(new)
    lost = 0
    for one in writers:
        if not one.acknowledged:
            continue
        lost += stand.get((one.cell.unit, one.cell.quota)) not in {one.acknowledged[-1], *one.unsure}
        lost += missing_in_log(one.acknowledged, logged.get(f"{one.cell.unit}:{one.cell.quota}", []))
    return lost


def missing_in_log(acknowledged: Sequence[int], logged: Sequence[str]) -> int:
    """How many of these numbers do not come in the log one after the other."""
    lines, missing = iter(logged), 0
    for place, number in enumerate(acknowledged):
        if not any(line == format_count(number) for line in lines):
            missing = len(acknowledged) - place
            break
    return missing


def lost_sendings(pages: Sequence[str]) -> int:
    """Units whose form was taken, but whose answer is not sent, or not logged as sent."""
    answers = Response.objects.filter(participant__plan__year=RUSH_YEAR, state=Response.State.SENT)
    stand = set(answers.values_list("participant__unit__key", flat=True))
    changes = Change.objects.filter(table="response", plan__year=RUSH_YEAR, new=Response.State.SENT.label)
    logged = set(changes.values_list("unit__key", flat=True))
    keys = [page.rstrip("/").rpartition("/")[2] for page in pages]
    return sum(key not in stand or key not in logged for key in keys)


def log_faults() -> list[str]:
    """What is wrong with the sealed log after the load."""
    return check_log().faults
