"""The dashboard: places by programme and by khối, answers, money by source; within what its reader may see."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import reduce
from itertools import groupby
from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet, Sum, Value
from django.db.models.expressions import Combinable

from budget.models import BudgetLine
from budget.rules.execution import Three
from budget.rules.execution import total as total_money
from budget.selectors.execution import SourceSum, sums_by_source
from quotas.models import Allocation, Nomination, Person, Quota, Registration
from quotas.selectors.progress import GroupProgress, Progress, progress
from trainingplan.models import Appendix, Plan, Unit, User
from trainingplan.policies import Action, may, sees_all_units, sees_totals, visible_units


class Way(Enum):
    """How the places of a quota are filled, which decides what is left of them."""

    ALLOCATION = auto()
    ROSTER = auto()
    CLASSES = auto()


@dataclass(frozen=True, slots=True)
class Figures:
    """Numbers of people. `given` and `left` are None where the plan states no number; a sum passes over them."""

    given: int | None = None
    registered: int = 0
    allocated: int = 0
    nominated: int = 0
    left: int | None = None

    @property
    def anything(self) -> bool:
        return bool(self.registered or self.allocated or self.nominated)

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(
            given=_sum(self.given, other.given),
            registered=self.registered + other.registered,
            allocated=self.allocated + other.allocated,
            nominated=self.nominated + other.nominated,
            left=_sum(self.left, other.left),
        )


def _sum(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else one + other


def total(figures: Iterable[Figures]) -> Figures:
    return reduce(Figures.__add__, figures, Figures())


@dataclass(frozen=True, slots=True)
class QuotaFigures:
    quota_id: int
    name: str
    short_name: str
    way: Way
    appendix: int | None
    figures: Figures


@dataclass(frozen=True, slots=True)
class ProgrammeFigures:
    code: str
    name: str
    short_name: str
    quotas: tuple[QuotaFigures, ...]
    key: str = ""

    @property
    def figures(self) -> Figures:
        return total(quota.figures for quota in self.quotas)

    @property
    def whole_name(self) -> str:
        return f"{self.code} {self.short_name}".strip()


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """A khối. Quotas are given to the province, so a khối has none of its own."""

    group_id: int
    name: str
    units: int
    registered: int
    allocated: int
    nominated: int


@dataclass(frozen=True, slots=True)
class Amount:
    """đồng of one source of funds, or of one group of budget lines."""

    name: str
    amount: int


@dataclass(frozen=True, slots=True)
class Budget:
    """`provincial` is what the province itself pays; the sources and the groups both sum to `amount`."""

    sources: tuple[Amount, ...]
    groups: tuple[Amount, ...]
    provincial: int
    execution: tuple[SourceSum, ...]
    """Planned, granted and settled by source; nothing while nothing is granted."""
    illustrative: bool

    @property
    def executed(self) -> Three:
        return total_money(source.money for source in self.execution)

    @property
    def amount(self) -> int:
        return sum(group.amount for group in self.groups)


@dataclass(frozen=True, slots=True)
class Dashboard:
    """What one reader sees. `own`: of the reader's units alone, and `given` is what they were given.

    `groups` is empty, `progress` and `budget` are None where the reader may not see them.
    """

    own: bool
    programmes: tuple[ProgrammeFigures, ...]
    groups: tuple[GroupFigures, ...]
    progress: Progress | None
    budget: Budget | None
    illustrative: bool

    @property
    def quotas(self) -> tuple[QuotaFigures, ...]:
        return tuple(quota for programme in self.programmes for quota in programme.quotas)

    @property
    def total(self) -> Figures:
        return total(quota.figures for quota in self.quotas)

    def total_of(self, way: Way) -> Figures:
        return total(quota.figures for quota in self.quotas if quota.way is way)

    @property
    def contested(self) -> tuple[QuotaFigures, ...]:
        """Quotas of which places were registered, those with the most people for a place first."""
        asked = [quota for quota in self.quotas if quota.figures.given and quota.figures.registered]
        return tuple(sorted(asked, key=_per_place, reverse=True))


def _per_place(quota: QuotaFigures) -> int:
    given, scale = quota.figures.given or 1, 10**6
    return quota.figures.registered * scale // given


def dashboard(plan: Plan, user: User) -> Dashboard:
    """All numbers of the page; at most eight queries, whatever the number of units."""
    own = not sees_totals(user)
    units = visible_units(user) if own else None
    quotas = list(_quotas(plan))
    parts = _parts([quota.pk for quota in quotas], units)
    answers = progress(plan, visible_units(user), len(quotas)) if may(user, Action.SEE_REGISTRATION) else None
    money = _budget(plan) if may(user, Action.SEE_BUDGET) else None
    return Dashboard(
        own=own,
        programmes=_programmes(quotas, parts, units),
        groups=_groups(answers, parts) if answers and sees_all_units(user) else (),
        progress=answers,
        budget=money,
        illustrative=plan.illustrative
        or any(part.illustrative for part in parts)
        or bool(answers and answers.illustrative)
        or bool(money and money.illustrative),
    )


def _quotas(plan: Plan) -> QuerySet[Quota]:
    return (
        Quota.objects.filter(programme__plan=plan)
        .select_related("programme", "appendix")
        .order_by("programme__position", "position")
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """One table's sum for one quota or for one unit, and how many of its rows are illustrative."""

    table: str
    by: str
    key: int
    number: int
    illustrative: int


_KEYS = {"quota": F("quota_id"), "unit": F("unit_id") + 0, "apart": F("quota_id") + 0}


def _parts(quota_ids: Sequence[int], units: QuerySet[Unit] | None) -> list[_Part]:
    """Registered, allocated and nominated by quota, in one query; of all units also the latter two by unit.

    Two plain groupings cost less than one by quota and khối, which has to look up the khối of every row. The sum with
    zero keeps SQLite from reading all plans along the index of units to spare a sort. Illustrative people, of whom
    few or none are, are asked for apart, along their own index: so no nomination is joined with its person.
    """
    whose = Q() if units is None else Q(unit__in=units)
    heads, people, marked = Sum("number", default=0), Count("pk"), Count("pk", filter=Q(illustrative=True))

    def grouped(rows: QuerySet[Any], table: str, by: str, number: Combinable, marked: Count = marked) -> Any:
        keyed = rows.filter(whose).order_by().annotate(table=Value(table), by=Value(by), key=_KEYS[by])
        keyed = keyed.filter(key__in=quota_ids) if table == "illustrative" else keyed.filter(quota__in=quota_ids)
        return keyed.values_list("table", "by", "key").annotate(heads=number, marked=marked)

    registered, allocated = Registration.objects.all(), Allocation.objects.all()
    nominated, marked_people = Nomination.objects.filter(reserve=False), Person.objects.filter(illustrative=True)
    found = [
        grouped(allocated, "allocated", "quota", heads),
        grouped(nominated, "nominated", "quota", people),
        grouped(nominated.filter(person__in=marked_people), "illustrative", "apart", people, people),
    ]
    if units is None:
        found += [grouped(allocated, "allocated", "unit", heads), grouped(nominated, "nominated", "unit", people)]
    return [_Part(*row) for row in grouped(registered, "registered", "quota", heads).union(*found, all=True)]


def _programmes(
    quotas: Iterable[Quota], parts: Iterable[_Part], units: QuerySet[Unit] | None
) -> tuple[ProgrammeFigures, ...]:
    members = list(quotas)
    sums: dict[tuple[str, int], int] = defaultdict(int)
    for part in parts:
        if part.by == "quota":
            sums[part.table, part.key] += part.number
    figures = {
        quota.pk: _figures(
            quota,
            *(sums[table, quota.pk] for table in ("registered", "allocated", "nominated")),
            own=units is not None,
        )
        for quota in members
    }
    return tuple(
        ProgrammeFigures(
            programme.code,
            programme.name,
            programme.short_name,
            tuple(_quota(quota, figures[quota.pk]) for quota in own),
            programme.key,
        )
        for programme, own in groupby(members, key=lambda quota: quota.programme)
    )


def _quota(quota: Quota, figures: Figures) -> QuotaFigures:
    return QuotaFigures(
        quota.pk,
        quota.name,
        quota.short_name,
        way_of(quota),
        quota.appendix.number if quota.appendix else None,
        figures,
    )


def way_of(quota: Quota) -> Way:
    """By the appendix that prints it: a roster names people, a table counts them; the rest is opened as classes."""
    if quota.appendix is None:
        return Way.CLASSES
    return Way.ROSTER if quota.appendix.kind == Appendix.Kind.ROSTER else Way.ALLOCATION


def _figures(quota: Quota, registered: int, allocated: int, nominated: int, *, own: bool) -> Figures:
    """Left is, of the province, what is neither allocated nor held, or on a roster not named; of own, not named."""
    given = quota.number
    left: int | None
    if own:
        given = allocated
        left = allocated - nominated if allocated else None
    elif given is None or (way_of(quota) is Way.CLASSES and not allocated):
        left = None
    else:
        left = given - (nominated if way_of(quota) is Way.ROSTER else allocated + quota.held)
    return Figures(given, registered, allocated, nominated, left)


def _groups(answers: Progress, parts: Iterable[_Part]) -> tuple[GroupFigures, ...]:
    sums = {(part.table, part.key): part.number for part in parts if part.by == "unit"}

    def of_all(group: GroupProgress, table: str) -> int:
        return sum(sums.get((table, one.unit.unit_id), 0) for one in group.units)

    return tuple(
        GroupFigures(
            group.group_id,
            group.name,
            group.due,
            registered=sum(one.registered for one in group.units),
            allocated=of_all(group, "allocated"),
            nominated=of_all(group, "nominated"),
        )
        for group in answers.groups
    )


def _budget(plan: Plan) -> Budget:
    """Two queries. The same sums as the pages of the budget make of every line."""
    by_source = sums_by_source(plan)
    by_group = (
        BudgetLine.objects.filter(plan=plan)
        .values_list("group")
        .annotate(first=Min("position"), amount=Sum("amount"), marked=Count("pk", filter=Q(illustrative=True)))
        .order_by("first")
    )
    groups = [(name, amount, marked) for name, _, amount, marked in by_group]
    return Budget(
        sources=tuple(Amount(source.name, source.money.planned) for source in by_source.planned),
        groups=tuple(Amount(name, amount) for name, amount, _ in groups),
        provincial=sum(source.money.planned for source in by_source.planned if source.provincial),
        execution=by_source.inside if any(source.money.granted for source in by_source.inside) else (),
        illustrative=any(marked for *_, marked in groups),
    )
