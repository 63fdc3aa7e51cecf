"""A unit's people on the rosters of a plan, for a file that the unit fills in."""

from collections.abc import Mapping
from dataclasses import dataclass

from quotas.models import Allocation, Nomination, Quota
from quotas.policies import why_roster_closed
from quotas.selectors.rosters import NOMINATION_SOURCES, PERSON_SOURCES, quotas_made
from trainingplan.models import Appendix, AppendixColumn, Plan, Unit, User
from trainingplan.policies import sees_personal_data


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
    listed = sorted(people.order_by("person__name_sort", "pk"), key=lambda one: (order[one.quota_id], one.reserve))
    return UnitPeople(
        quotas=tuple(
            RosterQuota(quota, label, allocated.get(quota.pk) or 0, quota.pk in made) for label, quota in quotas.items()
        ),
        sources=_sources(plan, personal=sees_personal_data(user, unit.pk)),
        nominations=tuple(listed),
        open=not why_roster_closed(plan),
        illustrative=any(one.illustrative or one.person.illustrative for one in listed),
    )


def _sources(plan: Plan, *, personal: bool) -> frozenset[str]:
    columns = AppendixColumn.objects.filter(appendix__plan=plan, appendix__kind=Appendix.Kind.ROSTER)
    shown = set(columns.values_list("source", flat=True)) & {*PERSON_SOURCES, *NOMINATION_SOURCES}
    return frozenset(shown if personal else shown - {"ethnicity"})
