"""A province of any size, made in bulk: three khối, quotas of each kind, answers in every state, money, a log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from budget.models import BudgetLine, BudgetShare, FundSource
from courses.models import Programme
from quotas.models import Allocation, Nomination, Person, Quota, Registration, Response
from tests.cast import make_user
from trainingplan.models import (
    Appendix,
    Participant,
    Plan,
    Role,
    Unit,
    UnitGroup,
    UnitName,
    UnitPlacement,
    User,
)
from trainingplan.services.changes import Entry, record

GROUPS = (("dang-doan-the", "Khối Đảng"), ("nha-nuoc", "Khối Nhà nước"), ("huyen-thi-thanh", "Khối huyện"))
STATES = (
    Response.State.SENT,
    Response.State.EDITING,
    None,
    Response.State.RETURNED,
    Response.State.ACCEPTED,
    Response.State.SENT,
)
"""The states of the answers in turn; of the units with the second SENT nobody asks for anything."""


@dataclass(frozen=True)
class Scenery:
    plan: Plan
    units: Sequence[Unit]
    table: Quota
    roster: Quota
    classes: Quota
    board: User
    staff: dict[Role, User]


def unit_label(number: int) -> str:
    return f"Cơ quan thứ {number:04}"


def build(size: int) -> Scenery:
    """`size` units; the first, second and third of them stand in the three khối, and so on in turn."""
    now = timezone.now()
    plan = Plan.objects.create(
        year=2024,
        subject="đào tạo",
        parent_body="TỈNH ỦY",
        issuing_body="Ban Thường vụ",
        place="Quảng Ngãi",
        state=Plan.State.REGISTRATION,
        registration_opens_at=now - timedelta(days=20),
        registration_closes_at=now - timedelta(days=2),
    )
    units = _units(plan, size)
    table, roster, classes = _quotas(plan)
    staff = {role: make_user(role.value, f"Người {role.label}", role, units[1]) for role in Role}
    _cells(units, (table, roster, classes))
    _answers(plan, staff[Role.UNIT])
    _people(units, roster)
    _money(plan)
    _log(plan, units, staff[Role.BOARD])
    return Scenery(plan, units, table, roster, classes, staff[Role.BOARD], staff)


def _units(plan: Plan, size: int) -> list[Unit]:
    groups = [UnitGroup.objects.create(key=key, name=name, position=i) for i, (key, name) in enumerate(GROUPS, 1)]
    units = Unit.objects.bulk_create(Unit(key=f"co-quan-{n:04}") for n in range(size))
    day = date(2000, 1, 1)
    names = [UnitName(unit=unit, name=unit_label(n), valid_from=day) for n, unit in enumerate(units)]
    for name in names:
        name.set_search_key()
    UnitName.objects.bulk_create(names)
    UnitPlacement.objects.bulk_create(
        UnitPlacement(unit=unit, group=groups[n % 3], valid_from=day) for n, unit in enumerate(units)
    )
    Participant.objects.bulk_create(
        Participant(plan=plan, unit=unit, group=groups[n % 3], position=n) for n, unit in enumerate(units)
    )
    return units


def _quotas(plan: Plan) -> tuple[Quota, Quota, Quota]:
    """One allocated in a table, one filled by names, one opened as classes."""
    kinds = ((1, Appendix.Kind.ALLOCATION), (2, Appendix.Kind.ROSTER))
    table, roster = (Appendix.objects.create(plan=plan, number=n, kind=kind, title=f"PL {n}") for n, kind in kinds)
    made = []
    for place, (appendix, given) in enumerate(((table, 50_000), (roster, 900), (None, 1960)), 1):
        programme = Programme.objects.create(
            plan=plan,
            key=f"chuong-trinh-{place}",
            code=f"1.{place}",
            name=f"Chương trình {place}",
            short_name=f"Chương trình {place}",
            nature=Programme.Nature.TRAINING,
            position=place,
        )
        made.append(
            Quota.objects.create(
                programme=programme,
                key=f"chi-tieu-{place}",
                position=1,
                name=f"Chỉ tiêu số {place}",
                short_name=f"Chỉ tiêu {place}",
                number=given,
                appendix=appendix,
            )
        )
    return made[0], made[1], made[2]


def _cells(units: Sequence[Unit], quotas: Sequence[Quota]) -> None:
    now = timezone.now()
    Registration.objects.bulk_create(
        Registration(quota=quota, unit=unit, number=None if n % 6 == 5 else 3, no_need=n % 6 == 5, updated_at=now)
        for n, unit in enumerate(units)
        for quota in quotas
    )
    Allocation.objects.bulk_create(Allocation(quota=quotas[0], unit=unit, number=2, updated_at=now) for unit in units)


def _answers(plan: Plan, sender: User) -> None:
    now = timezone.now()
    states = enumerate(Participant.objects.filter(plan=plan).order_by("position"))
    Response.objects.bulk_create(
        Response(participant=participant, state=state, sent_at=now, sent_by=sender)
        for n, participant in states
        if (state := STATES[n % 6])
    )


def _people(units: Sequence[Unit], roster: Quota) -> None:
    people = [Person(unit=unit, full_name=f"Nguyễn Văn {n}", sex=Person.Sex.MALE) for n, unit in enumerate(units)]
    for person in people:
        person.set_name_keys()
    Person.objects.bulk_create(people)
    Nomination.objects.bulk_create(
        Nomination(quota=roster, unit=person.unit, person=person, reserve=n % 4 == 3) for n, person in enumerate(people)
    )


def _money(plan: Plan) -> None:
    sources = [
        FundSource.objects.create(key=key, name=name, position=place, provincial=place == 1)
        for place, (key, name) in enumerate((("tinh", "Ngân sách tỉnh"), ("don-vi", "Đơn vị")), 1)
    ]
    for place, (group, rate) in enumerate((("Đào tạo", 30_000_000_001), ("Bồi dưỡng", 6_511_988_779)), 1):
        line = BudgetLine.objects.create(
            plan=plan,
            key=f"dong-{place}",
            position=place,
            group=group,
            content=group,
            basis=BudgetLine.Basis.LUMP_SUM,
            rate=rate,
            amount=rate,
        )
        BudgetShare.objects.create(line=line, source=sources[place - 1], amount=rate)


def _log(plan: Plan, units: Sequence[Unit], actor: User) -> None:
    for n, unit in enumerate(units):
        record(
            [Entry("allocation", n, f"phân bổ: {unit_label(n)}", "number", "1", "2", unit.pk)], actor=actor, plan=plan
        )
