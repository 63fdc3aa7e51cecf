"""A unit's people on the rosters of a plan, for a file that the unit fills in."""

from collections.abc import Mapping
from dataclasses import dataclass

from quotas.models import Allocation, Nomination, Person, Quota
from quotas.policies import why_roster_closed
from quotas.rules.names import parse_person_name
from quotas.selectors.rosters import NOMINATION_SOURCES, PERSON_SOURCES, quotas_made
from trainingplan.models import Appendix, AppendixColumn, Plan, Unit, User
from trainingplan.policies import sees_personal_data
from trainingplan.readings import note_people
from trainingplan.rules.dates import PartialDate, parse_date
from trainingplan.rules.names import fold


@dataclass(frozen=True, slots=True)
class RosterQuota:
    """A quota whose places are filled by name. `made` is false before anything of it is allocated to anybody."""

    quota: Quota
    label: str
    allocated: int
    made: bool


@dataclass(frozen=True, slots=True)
class UnitPeople:
    """`sources` are what the rosters show of a nominee; personal ones are missing where they are not for the reader."""

    quotas: tuple[RosterQuota, ...]
    sources: frozenset[str]
    nominations: tuple[Nomination, ...]
    open: bool
    illustrative: bool

    @property
    def worth_a_sheet(self) -> bool:
        """Whether anybody is or can be nominated."""
        return bool(self.nominations) or any(one.made for one in self.quotas)

    def label_of(self, quota_id: int) -> str:
        return next(one.label for one in self.quotas if one.quota.pk == quota_id)


def roster_quotas(plan: Plan) -> Mapping[str, Quota]:
    """The quotas of the plan's rosters in printed order, by the label that files show: "PL 2 – Đại học". One query."""
    found: dict[str, Quota] = {}
    for quota in (
        Quota.objects.filter(programme__plan=plan, appendix__kind=Appendix.Kind.ROSTER)
        .select_related("programme", "appendix")
        .order_by("appendix__number", "programme__position", "position")
    ):
        label = plain = f"PL {quota.appendix.number if quota.appendix else ''} – {quota.short_name}"
        place = 1
        while label in found:
            place += 1
            label = f"{plain} ({place})"
        found[label] = quota
    return found


def unit_people(plan: Plan, unit: Unit, user: User) -> UnitPeople:
    """Five queries, whatever the number of people."""
    quotas = roster_quotas(plan)
    ids = [quota.pk for quota in quotas.values()]
    made = quotas_made(ids)
    allocated = dict(Allocation.objects.filter(quota_id__in=ids, unit=unit).values_list("quota_id", "number"))
    people = Nomination.objects.filter(quota_id__in=ids, unit=unit).select_related("person")
    order = {pk: place for place, pk in enumerate(ids)}
    sources = _sources(plan, personal=sees_personal_data(user, unit.pk))
    listed = sorted(people.order_by("person__name_sort", "pk"), key=lambda one: (order[one.quota_id], one.reserve))
    if "ethnicity" in sources:
        note_people(one.person_id for one in listed if one.person.ethnicity)
    return UnitPeople(
        quotas=tuple(
            RosterQuota(quota, label, allocated.get(quota.pk) or 0, quota.pk in made) for label, quota in quotas.items()
        ),
        sources=sources,
        nominations=tuple(listed),
        open=not why_roster_closed(plan),
        illustrative=any(one.illustrative or one.person.illustrative for one in listed),
    )


def _sources(plan: Plan, *, personal: bool) -> frozenset[str]:
    columns = AppendixColumn.objects.filter(appendix__plan=plan, appendix__kind=Appendix.Kind.ROSTER)
    shown = set(columns.values_list("source", flat=True)) & {*PERSON_SOURCES, *NOMINATION_SOURCES}
    return frozenset(shown if personal else shown - {"ethnicity"})


class Known:
    """The people whom a unit has, and those that a file adds as it is read: by folded name and birth."""

    def __init__(self, people: Mapping[tuple[str, PartialDate | None], Person]) -> None:
        self.people = people
        self.read: set[tuple[str, PartialDate | None]] = set()

    @classmethod
    def of(cls, unit: Unit) -> "Known":
        """Two queries."""
        people = Person.objects.filter(unit=unit).prefetch_related("nominations__quota__programme__plan")
        return cls({(fold(one.full_name), one.birth): one for one in people})

    def where(self, name: str, birth: str, quota: Quota) -> str:
        """Where somebody of that name and birth stands already, in words; empty for a new one, and for what is none.

        Empty for who is on the very roster, too: there is nothing to ask, she cannot be put on it twice.
        """
        key = _identity(name, birth)
        if key is None:
            return ""
        stands = self.people.get(key)
        if stands is None:
            return "một dòng trước của tệp này" if key in self.read else ""
        on_it = any(one.quota_id == quota.pk for one in stands.nominations.all())
        return "" if on_it else _where(stands)

    def add(self, name: str, birth: str) -> None:
        if key := _identity(name, birth):
            self.read.add(key)


def _identity(name: str, birth: str) -> tuple[str, PartialDate | None] | None:
    try:
        read = parse_person_name(name)
        return (fold(read), parse_date(birth)) if read else None
    except ValueError:
        return None


def _where(person: Person) -> str:
    lists = sorted(f"«{one.quota.short_name}» năm {one.quota.programme.plan.year}" for one in person.nominations.all())
    return f"danh sách {'; '.join(lists)}" if lists else "hồ sơ cán bộ của đơn vị"
