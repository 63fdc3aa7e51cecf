"""A province of any size, made in bulk: its units, a plan a year, the cells of both grids, and people."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Max
from django.utils import timezone

from courses.models import Programme
from quotas.models import Allocation, Nomination, Person, Quota, Registration
from trainingplan.models import (
    Appendix,
    AppendixColumn,
    Participant,
    Plan,
    Role,
    Unit,
    UnitGroup,
    UnitName,
    UnitPlacement,
    User,
)
from trainingplan.services.inserting import insert_rows

GROUPS = 4
PASSWORD = "mật khẩu chỉ để đo"
FIRST_YEAR = 2024
AT_ONCE = 5_000
PLACES = ("Phú Lộc", "Bình Sơn", "Trà Bồng", "Sơn Tịnh", "Tư Nghĩa", "Mộ Đức", "Đức Phổ", "Ba Tơ", "Lý Sơn", "Sơn Hà")
GIVEN = ("An", "Bảo", "Cường", "Dũng", "Hạnh", "Lộc", "Minh", "Ngọc", "Phúc", "Thảo")


@dataclass(frozen=True)
class Province:
    """Its plans by year, the first one's quotas in the order of the grid, and somebody of the Board."""

    plans: tuple[Plan, ...]
    units: tuple[Unit, ...]
    quotas: tuple[Quota, ...]
    board: User

    @property
    def plan(self) -> Plan:
        return self.plans[0]


def build(
    *, units: int, quotas: int, years: int = 1, filled: bool = True, seed: int = 0, first_year: int = FIRST_YEAR
) -> Province:
    """`units` × `quotas` × `years` cells in each of the two grids, all filled or none."""
    rng = random.Random(seed)  # noqa: S311 - the numbers of a bench
    board = User.objects.create_user("do-toc-do", PASSWORD, full_name="Người của Ban", role=Role.BOARD)
    last = UnitGroup.objects.aggregate(last=Max("position", default=0))["last"]
    groups = [
        UnitGroup.objects.create(key=f"khoi-{n}", name=f"Khối {n}", position=last + n) for n in range(1, GROUPS + 1)
    ]
    members = tuple(_units(units, groups))
    plans: list[Plan] = []
    first: list[Quota] = []
    for number in range(years):
        plan = make_plan(first_year + number)
        Participant.objects.bulk_create(
            Participant(plan=plan, unit=unit, group=groups[n * GROUPS // units], position=n)
            for n, unit in enumerate(members)
        )
        columns = make_quotas(plan, quotas)
        if filled:
            fill(members, columns, rng)
        plans.append(plan)
        first = first or columns
    return Province(tuple(plans), members, tuple(first), board)


def _units(count: int, groups: list[UnitGroup]) -> list[Unit]:
    units = Unit.objects.bulk_create([Unit(key=f"don-vi-{n}") for n in range(count)], AT_ONCE)
    day = date(2000, 1, 1)
    names = [UnitName(unit=unit, name=f"Cơ quan {PLACES[n % 10]} {n}", valid_from=day) for n, unit in enumerate(units)]
    for name in names:
        name.set_search_key()
    UnitName.objects.bulk_create(names, AT_ONCE)
    UnitPlacement.objects.bulk_create(
        [UnitPlacement(unit=u, group=groups[n * GROUPS // count], valid_from=day) for n, u in enumerate(units)], AT_ONCE
    )
    return units


def make_plan(year: int) -> Plan:
    """A plan whose round is open."""
    now = timezone.now()
    return Plan.objects.create(
        year=year,
        subject="đào tạo, bồi dưỡng",
        parent_body="TỈNH ỦY",
        issuing_body="Ban Thường vụ Tỉnh ủy",
        place="Quảng Ngãi",
        state=Plan.State.REGISTRATION,
        registration_opens_at=now - timedelta(days=1),
        registration_closes_at=now + timedelta(days=10),
    )


def make_quotas(plan: Plan, count: int) -> list[Quota]:
    """All in one appendix, so that they make one grid; none bounds what is given."""
    appendix = Appendix.objects.create(plan=plan, number=1, kind=Appendix.Kind.ALLOCATION, title="Phân bổ chỉ tiêu")
    programme = Programme.objects.create(
        plan=plan, key="chuong-trinh", code="1.1", name="Chương trình", short_name="CT", nature="training", position=1
    )
    AppendixColumn.objects.create(appendix=appendix, position=1, source="stt", head="TT")
    AppendixColumn.objects.create(appendix=appendix, position=2, source="unit", head="Đơn vị")
    columns = AppendixColumn.objects.bulk_create(
        AppendixColumn(appendix=appendix, position=n + 3, source="quota", head=f"Chỉ tiêu {n}") for n in range(count)
    )
    return Quota.objects.bulk_create(
        Quota(
            programme=programme,
            key=f"q{n}",
            name=f"Chỉ tiêu số {n}",
            short_name=f"CT {n}",
            number=None,
            position=n,
            appendix=appendix,
            column=column,
        )
        for n, column in enumerate(columns)
    )


def fill(units: tuple[Unit, ...], quotas: list[Quota], rng: random.Random) -> None:
    """Both grids, full."""
    now = timezone.now()
    for model in (Registration, Allocation):
        columns = ("unit", "quota", "number", "updated_at", "updated_by")
        rows = [(unit.pk, quota.pk, rng.randrange(1, 500), now, None) for unit in units for quota in quotas]
        insert_rows(model, columns, rows)


def add_people(province: Province, count: int, seed: int = 0) -> None:
    """People with the names of people and places, each nominated once."""
    rng = random.Random(seed)  # noqa: S311 - the numbers of a bench
    people = [
        Person(
            unit=rng.choice(province.units),
            full_name=f"Nguyễn {rng.choice(GIVEN)} {rng.choice(PLACES)} {rng.choice(GIVEN)} {n}",
            sex=Person.Sex.MALE,
        )
        for n in range(count)
    ]
    for person in people:
        person.set_name_keys()
    Person.objects.bulk_create(people, AT_ONCE)
    quotas = province.quotas
    Nomination.objects.bulk_create(
        [
            Nomination(person=person, unit_id=person.unit_id, quota=quotas[n % len(quotas)])
            for n, person in enumerate(people)
        ],
        AT_ONCE,
    )
