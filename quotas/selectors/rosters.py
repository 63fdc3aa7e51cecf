"""Rosters (danh sách cử đi): the list of them, and one with its people by khối and unit."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, groupby

from django.db.models import Count, QuerySet

from quotas.models import Allocation, Nomination, Person, Quota
from quotas.policies import why_roster_closed
from quotas.selectors.allocation import sums_by_quota
from trainingplan.models import Appendix, Plan, Unit, User
from trainingplan.policies import editable_units, sees_personal_data, visible_units
from trainingplan.readings import note_people
from trainingplan.rules.letters import roman
from trainingplan.selectors import PlanUnit, plan_units

MASK = "•••"
PERSON_SOURCES = ("ethnicity", "education")
NOMINATION_SOURCES = (
    "degree",
    "field_of_study",
    "institution",
    "mode",
    "duration",
    "funding",
    "planned_post",
    "class_name",
    "note",
)


@dataclass(frozen=True, slots=True)
class Places:
    """What a unit, or all shown units, have of a quota. `nominated` are those on the list proper."""

    allocated: int = 0
    nominated: int = 0
    reserve: int = 0

    @property
    def left(self) -> int:
        return self.allocated - self.nominated

    @property
    def over(self) -> int:
        """How many are nominated beyond the places, after an allocation was lowered."""
        return max(-self.left, 0)

    def __add__(self, other: "Places") -> "Places":
        return Places(self.allocated + other.allocated, self.nominated + other.nominated, self.reserve + other.reserve)


@dataclass(frozen=True, slots=True)
class RosterLine:
    """A roster in the list of rosters. `given` is the province's; None where a quota states no number."""

    number: int
    title: str
    given: int | None
    places: Places
    illustrative: bool


def roster_appendices(plan: Plan) -> QuerySet[Appendix]:
    return Appendix.objects.filter(plan=plan, kind=Appendix.Kind.ROSTER).order_by("number")


def rosters(plan: Plan, units: QuerySet[Unit]) -> tuple[RosterLine, ...]:
    """The plan's rosters with the places of `units`; five queries."""
    quotas: dict[int, list[Quota]] = defaultdict(list)
    for quota in Quota.objects.filter(programme__plan=plan, appendix__kind=Appendix.Kind.ROSTER):
        quotas[quota.appendix_id or 0].append(quota)
    ids = [quota.pk for members in quotas.values() for quota in members]
    allocated = sums_by_quota(Allocation, ids, units)
    people = _people_by_quota(ids, units)
    marked = _illustrative_quotas(ids, units)
    return tuple(
        RosterLine(
            number=appendix.number,
            title=appendix.title,
            given=_given(quotas[appendix.pk]),
            places=_sum(
                Places(allocated.get(quota.pk, 0), people[quota.pk, False], people[quota.pk, True])
                for quota in quotas[appendix.pk]
            ),
            illustrative=plan.illustrative or any(quota.pk in marked for quota in quotas[appendix.pk]),
        )
        for appendix in roster_appendices(plan)
    )


def _given(quotas: Iterable[Quota]) -> int | None:
    numbers = [quota.number for quota in quotas]
    return None if None in numbers or not numbers else sum(number or 0 for number in numbers)


def _sum(places: Iterable[Places]) -> Places:
    return sum(places, Places())


def _people_by_quota(quota_ids: Iterable[int], units: QuerySet[Unit]) -> Counter[tuple[int, bool]]:
    rows = Nomination.objects.filter(quota_id__in=quota_ids, unit__in=units).order_by()
    return Counter(
        {
            (quota_id, reserve): people
            for quota_id, reserve, people in rows.values_list("quota_id", "reserve").annotate(people=Count("pk"))
        }
    )


def _illustrative_quotas(quota_ids: Sequence[int], units: QuerySet[Unit]) -> set[int]:
    """Quotas of which a shown cell or person is illustrative."""
    marked = Allocation.objects.filter(quota_id__in=quota_ids, unit__in=units, illustrative=True).order_by()
    people = Nomination.objects.filter(quota_id__in=quota_ids, unit__in=units, illustrative=True).order_by()
    return set(marked.values_list("quota_id", flat=True).union(people.values_list("quota_id", flat=True)))


@dataclass(frozen=True, slots=True)
class Nominee:
    """A person on a roster, with the value of each of its columns; what may not be seen is masked."""

    nomination_id: int
    stt: int
    full_name: str
    sex: str
    birth: str
    job_title: str
    quota: str
    cells: tuple[tuple["RosterColumn", str], ...]
    illustrative: bool


@dataclass(frozen=True, slots=True)
class QuotaPlaces:
    """A quota of the roster with what the unit has of it. `made` is false before anything of it is allocated."""

    quota_id: int
    name: str
    places: Places
    made: bool


@dataclass(frozen=True, slots=True)
class UnitBlock:
    """A unit with its places, its people, and its reserve list."""

    unit_id: int
    key: str
    name: str
    quotas: tuple[QuotaPlaces, ...]
    people: tuple[Nominee, ...]
    reserve: tuple[Nominee, ...]
    editable: bool

    @property
    def places(self) -> Places:
        return _sum(quota.places for quota in self.quotas)


@dataclass(frozen=True, slots=True)
class RosterGroup:
    """A khối with its units."""

    roman: str
    name: str
    units: tuple[UnitBlock, ...]

    @property
    def places(self) -> Places:
        return _sum(unit.places for unit in self.units)


@dataclass(frozen=True, slots=True)
class RosterColumn:
    source: str
    head: str


@dataclass(frozen=True, slots=True)
class Roster:
    """One roster as a user may see it. `hidden` counts participants that have neither places nor people.

    `writable` are the participants for which the user writes, whether they have anything or not.
    """

    number: int
    title: str
    quotas: tuple[QuotaPlaces, ...]
    given: int | None
    columns: tuple[RosterColumn, ...]
    groups: tuple[RosterGroup, ...]
    writable: tuple[PlanUnit, ...]
    hidden: int
    open: bool
    closed_reason: str
    illustrative: bool

    @property
    def units(self) -> Iterator[UnitBlock]:
        return (unit for group in self.groups for unit in group.units)

    @property
    def places(self) -> Places:
        return _sum(group.places for group in self.groups)

    @property
    def many_quotas(self) -> bool:
        return len(self.quotas) > 1

    @property
    def made(self) -> bool:
        """Whether anything of any of its quotas is allocated."""
        return any(quota.made for quota in self.quotas)


def roster_columns(appendix: Appendix) -> tuple[RosterColumn, ...]:
    """What the roster's appendix shows of a nominee beyond name, birth, job and unit, with its own headings."""
    return tuple(
        RosterColumn(source, head)
        for source, head in appendix.columns.order_by("position").values_list("source", "head")
        if source in (*PERSON_SOURCES, *NOMINATION_SOURCES)
    )


def roster(plan: Plan, appendix: Appendix, user: User) -> Roster:
    """The roster of an appendix with the people whom the user may see; eight queries, whatever their number."""
    units = visible_units(user)
    quotas = list(
        Quota.objects.filter(programme__plan=plan, appendix=appendix).order_by("programme__position", "position")
    )
    columns = roster_columns(appendix)
    scene = _Scene(plan, quotas, units, columns, user)
    members = plan_units(plan, units)
    groups = tuple(scene.groups(members))
    reason = why_roster_closed(plan)
    return Roster(
        number=appendix.number,
        title=appendix.title,
        quotas=tuple(
            QuotaPlaces(
                quota.pk,
                quota.short_name,
                _sum(scene.places(member.unit_id, quota) for member in members),
                quota.pk in scene.made,
            )
            for quota in quotas
        ),
        given=_given(quotas),
        columns=columns,
        groups=groups,
        writable=tuple(member for member in members if member.unit_id in scene.editable),
        hidden=len(members) - sum(len(group.units) for group in groups),
        open=not reason,
        closed_reason=reason,
        illustrative=plan.illustrative or scene.illustrative,
    )


class _Scene:
    """What was read for one roster: cells and people by unit and quota."""

    def __init__(
        self, plan: Plan, quotas: list[Quota], units: QuerySet[Unit], columns: Sequence[RosterColumn], user: User
    ) -> None:
        ids = [quota.pk for quota in quotas]
        self.quotas, self.columns, self.user = quotas, columns, user
        self.made = quotas_made(ids)
        self.editable = set(editable_units(user).filter(participations__plan=plan).values_list("pk", flat=True))
        self.allocated: dict[tuple[int, int], int] = {}
        self.illustrative = False
        for unit_id, quota_id, number, illustrative in Allocation.objects.filter(
            quota_id__in=ids, unit__in=units, number__gt=0
        ).values_list("unit_id", "quota_id", "number", "illustrative"):
            self.allocated[unit_id, quota_id] = number or 0
            self.illustrative |= illustrative
        self.people: dict[tuple[int, int, bool], list[Nomination]] = defaultdict(list)
        for nomination in (
            Nomination.objects.filter(quota_id__in=ids, unit__in=units)
            .select_related("person")
            .order_by("person__name_sort", "pk")
        ):
            self.people[nomination.unit_id, nomination.quota_id, nomination.reserve].append(nomination)
            self.illustrative |= nomination.illustrative or nomination.person.illustrative
        self.stt = {False: count(1), True: count(1)}

    def places(self, unit_id: int, quota: Quota) -> Places:
        return Places(
            self.allocated.get((unit_id, quota.pk), 0),
            len(self.people.get((unit_id, quota.pk, False), ())),
            len(self.people.get((unit_id, quota.pk, True), ())),
        )

    def groups(self, members: Sequence[PlanUnit]) -> Iterator[RosterGroup]:
        """The khối with the units that have places or people, and the user's own."""
        shown = [unit for unit in members if unit.unit_id == self.user.unit_id or self._has_anything(unit.unit_id)]
        for place, (name, units) in enumerate(groupby(shown, key=lambda unit: unit.group), start=1):
            yield RosterGroup(roman(place), name, tuple(self._block(unit) for unit in units))

    def _has_anything(self, unit_id: int) -> bool:
        return any(self.places(unit_id, quota) != Places() for quota in self.quotas)

    def _block(self, unit: PlanUnit) -> UnitBlock:
        return UnitBlock(
            unit_id=unit.unit_id,
            key=unit.key,
            name=unit.name,
            quotas=tuple(
                QuotaPlaces(quota.pk, quota.short_name, self.places(unit.unit_id, quota), quota.pk in self.made)
                for quota in self.quotas
            ),
            people=tuple(self._nominees(unit.unit_id, reserve=False)),
            reserve=tuple(self._nominees(unit.unit_id, reserve=True)),
            editable=unit.unit_id in self.editable,
        )

    def _nominees(self, unit_id: int, *, reserve: bool) -> Iterator[Nominee]:
        personal = sees_personal_data(self.user, unit_id)
        for quota in self.quotas:
            for nomination in self.people.get((unit_id, quota.pk, reserve), ()):
                person = nomination.person
                if personal and person.ethnicity and any(column.source == "ethnicity" for column in self.columns):
                    note_people([person.pk])
                yield Nominee(
                    nomination_id=nomination.pk,
                    stt=next(self.stt[reserve]),
                    full_name=person.full_name,
                    sex=person.get_sex_display(),
                    birth=person.birth.display() if person.birth else "",
                    job_title=person.job_title,
                    quota=quota.short_name,
                    cells=tuple(
                        (column, _value(nomination, column.source, personal=personal)) for column in self.columns
                    ),
                    illustrative=nomination.illustrative or person.illustrative,
                )


def _value(nomination: Nomination, source: str, *, personal: bool) -> str:
    if source == "ethnicity" and not personal:
        return MASK
    holder: Person | Nomination = nomination.person if source in PERSON_SOURCES else nomination
    return str(getattr(holder, source))


def quotas_made(quota_ids: Iterable[int]) -> set[int]:
    """The quotas of which the Board has allocated anything to anybody."""
    cells = Allocation.objects.filter(quota_id__in=quota_ids, number__isnull=False).order_by()
    return set(cells.values_list("quota_id", flat=True).distinct())


def unit_places(quota: Quota, unit: Unit) -> Places:
    """What the unit has of the quota. Two queries."""
    allocated = Allocation.objects.filter(quota=quota, unit=unit).values_list("number", flat=True).first()
    people = Counter(Nomination.objects.filter(quota=quota, unit=unit).values_list("reserve", flat=True))
    return Places(allocated or 0, people[False], people[True])
