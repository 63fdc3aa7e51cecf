"""The trail: the change log newest first, the changes of one act together."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache, reduce
from operator import or_
from uuid import UUID

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import connection
from django.db.models import Count, Exists, F, Max, Min, Model, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from trainingplan.models import Change, Plan, User
from trainingplan.rules.numbers import format_count
from trainingplan.selectors import plan_day, unit_names

BATCHES = 50
LINES = 10
"""How many changes of a batch the list shows; the whole batch has pages of its own."""
NEAR = 100
"""How far behind its first change a batch's first lines are looked for."""
WHOLE_BATCH = 200
SYSTEM = "he-thong"
"""Stands for the system itself where a person is chosen."""
_NEXT = 'SELECT MIN("table") FROM trainingplan_change WHERE plan_id'
_TABLES = f"""WITH RECURSIVE
 own(name) AS ({_NEXT} = %s UNION ALL SELECT ({_NEXT} = %s AND "table" > own.name) FROM own WHERE name IS NOT NULL),
 common(name) AS ({_NEXT} IS NULL
  UNION ALL SELECT ({_NEXT} IS NULL AND "table" > common.name) FROM common WHERE name IS NOT NULL)
SELECT name FROM own WHERE name IS NOT NULL UNION SELECT name FROM common WHERE name IS NOT NULL"""  # noqa: S608 - constant
NO_TABLES = {"load": "nạp dữ liệu"}
"""What the log speaks of besides tables."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which changes; what is empty does not filter. `common` asks for those that belong to no plan."""

    unit_id: int | None = None
    actor: str = ""
    table: str = ""
    since: date | None = None
    until: date | None = None
    common: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One value that changed."""

    table: str
    label: str
    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Batch:
    """One act: when, who, why; `count` changes, of which `lines` are the first."""

    key: UUID
    at: datetime
    actor: str
    reason: str
    count: int
    tables: str
    units: str
    lines: tuple[Line, ...]

    @property
    def more(self) -> int:
        return self.count - len(self.lines)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Batches that follow each other, the newest first; there are others `before` and `after` these keys, or None."""

    batches: tuple[Batch, ...]
    before: int | None = None
    after: int | None = None


@dataclass(frozen=True, slots=True)
class BatchPage:
    """A page of one batch's changes. Pages count from 1."""

    batch: Batch
    number: int
    pages: int


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters can be set to: people and tables that are in the log."""

    actors: tuple[tuple[str, str], ...]
    tables: tuple[tuple[str, str], ...]


def changes(plan: Plan, filters: Filters) -> QuerySet[Change]:
    """The changes of the plan that pass the filters."""
    found = Change.objects.filter(plan=None if filters.common else plan).order_by()
    if filters.unit_id is not None:
        found = found.filter(unit_id=filters.unit_id)
    if filters.actor:
        person = None if filters.actor == SYSTEM else int(filters.actor)
        found = found.filter(Q(actor=person) | Q(on_behalf_of=person) if person else Q(actor=None))
    if filters.table:
        found = found.filter(table=filters.table)
    if filters.since:
        found = found.filter(at__gte=_midnight(filters.since))
    if filters.until:
        found = found.filter(at__lt=_midnight(filters.until + timedelta(days=1)))
    return found


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def trail(plan: Plan, filters: Filters, *, before: int | None = None, after: int | None = None) -> Stretch:
    """The newest batches, or those next to a key in the log; the newest where there are none. Nothing is counted.

    A batch stands where its last change does. Five queries at the most, whatever is in the log.
    """
    found = changes(plan, filters)
    if after is not None:
        newer = list(_heads(found).filter(pk__gt=after).order_by("pk")[: BATCHES + 1])
        if len(newer) > BATCHES:
            shown = newer[BATCHES - 1 :: -1]
            return Stretch(_batches(plan, found, [key for _, key in shown]), before=shown[-1][0], after=shown[0][0])
    elif before is not None and (older := list(_heads(found).filter(pk__lt=before).order_by("-pk")[: BATCHES + 1])):
        return _stretch(plan, found, older, after=older[0][0])
    return _stretch(plan, found, list(_heads(found).order_by("-pk")[: BATCHES + 1]))


def _heads(found: QuerySet[Change]) -> QuerySet[Change, tuple[int, UUID]]:
    """The last change of each batch, found along indexes as far as one reads: grouping would read the whole log."""
    last = found.filter(batch=OuterRef("batch")).order_by("-pk").values("pk")[:1]
    return found.annotate(last=Subquery(last)).filter(pk=F("last")).values_list("pk", "batch")


def _stretch(
    plan: Plan, found: QuerySet[Change], heads: Sequence[tuple[int, UUID]], after: int | None = None
) -> Stretch:
    """Of one head more than is shown, which tells whether there are older ones."""
    shown = heads[:BATCHES]
    before = shown[-1][0] if len(heads) > BATCHES else None
    return Stretch(_batches(plan, found, [key for _, key in shown]), before, after)


def batch_changes(plan: Plan, key: UUID) -> QuerySet[Change]:
    """All changes of one act, of the plan or of what belongs to none."""
    return Change.objects.filter(Q(plan=plan) | Q(plan=None), batch=key).order_by()


def whole_batch(plan: Plan, key: UUID, number: int) -> BatchPage | None:
    """One batch with a page of all its changes, None when the plan's log has no such batch."""
    found = batch_changes(plan, key)
    heads = _batches(plan, found, [key])
    if not heads:
        return None
    pages = max(1, -(-heads[0].count // WHOLE_BATCH))
    number = min(max(number, 1), pages)
    start = (number - 1) * WHOLE_BATCH
    rows = found.order_by("pk")[start : start + WHOLE_BATCH]
    return BatchPage(replace(heads[0], lines=tuple(map(_line, rows))), number, pages)


def _batches(plan: Plan, found: QuerySet[Change], keys: Collection[UUID]) -> tuple[Batch, ...]:
    heads = list(
        found.filter(batch__in=keys)
        .values("batch")
        .annotate(
            first=Min("pk"),
            last=Max("pk"),
            when=Min("at"),
            who=Min("actor_name"),
            why=Min("reason"),
            count=Count("pk"),
            tables=Count("table", distinct=True),
            first_table=Min("table"),
            last_table=Max("table"),
            units=Count("unit", distinct=True),
            unit=Min("unit"),
        )
        .order_by("-last")
    )
    lines = _lines(found, {head["batch"]: (head["first"], head["count"]) for head in heads})
    names = unit_names(plan_day(plan), {head["unit"] for head in heads if head["unit"]})
    return tuple(
        Batch(
            key=head["batch"],
            at=head["when"],
            actor=head["who"],
            reason=head["why"],
            count=head["count"],
            tables=_tables(head["tables"], head["first_table"], head["last_table"]),
            units=_units(head["units"], names.get(head["unit"], "")),
            lines=tuple(lines[head["batch"]]),
        )
        for head in heads
    )


def _units(count: int, name: str) -> str:
    return name if count <= 1 else f"{format_count(count)} đơn vị"


def _tables(count: int, first: str, last: str) -> str:
    """What kinds of data an act changed, in words."""
    if count > 2:  # noqa: PLR2004 - the first and the last are named
        return f"{table_label(first)}, {table_label(last)} và {count - 2} loại khác"
    return ", ".join(dict.fromkeys((table_label(first), table_label(last))))


def _lines(found: QuerySet[Change], counts: Mapping[UUID, tuple[int, int]]) -> Mapping[UUID, list[Line]]:
    """The first changes of each batch, whose first key and count are given; others may have written between them.

    One query; a second one where the changes that are shown lie far apart, as filtered ones may.
    """
    lines: dict[UUID, list[Line]] = defaultdict(list)
    near = reduce(or_, (Q(batch=key, pk__lt=first + NEAR) for key, (first, _) in counts.items()), Q(pk=None))
    for change in found.filter(near, batch__in=list(counts)).order_by("pk"):
        if len(lines[change.batch]) < LINES:
            lines[change.batch].append(_line(change))
    if apart := [key for key, (_, count) in counts.items() if len(lines[key]) < min(count, LINES)]:
        place = Window(RowNumber(), partition_by="batch", order_by="pk")
        lines |= {key: [] for key in apart}
        for change in found.filter(batch__in=apart).annotate(place=place).filter(place__lte=LINES).order_by("pk"):
            lines[change.batch].append(_line(change))
    return lines


def _line(change: Change) -> Line:
    return Line(
        table_label(change.table), change.label, field_label(change.table, change.field), change.old, change.new
    )


def choices(plan: Plan) -> Choices:
    """The people and tables of the plan's changes and of those that belong to no plan; two queries along indexes."""
    acted = Change.objects.filter(Q(plan=plan) | Q(plan=None)).order_by()
    named = Exists(acted.filter(actor=OuterRef("pk"))) | Exists(acted.filter(on_behalf_of=OuterRef("pk")))
    people = User.objects.filter(named).order_by("full_name", "username")
    names = ((str(pk), f"{name} ({username})") for pk, name, username in _three(people))
    labels = ((table, table_label(table)) for table in _tables_of(plan))
    return Choices((*names, (SYSTEM, "Hệ thống")), tuple(sorted(labels, key=_second)))


def _tables_of(plan: Plan) -> list[str]:
    """The tables in the log, each found by stepping over the one before: DISTINCT would read all changes."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES, [plan.pk, plan.pk])
        return [table for (table,) in cursor.fetchall()]


def _three(people: QuerySet[User]) -> Iterable[tuple[int, str, str]]:
    return people.values_list("pk", "full_name", "username")


def _second(pair: tuple[str, str]) -> str:
    return pair[1]


def table_label(table: str) -> str:
    """What the reader calls a table: "đăng ký nhu cầu" for "registration"; an unknown one keeps its key."""
    model = _models().get(table)
    return str(model._meta.verbose_name) if model else NO_TABLES.get(table, table)


def field_label(table: str, field: str) -> str:
    model = _models().get(table)
    try:
        return str(getattr(model._meta.get_field(field), "verbose_name", field)) if model else field
    except FieldDoesNotExist:
        return field


@cache
def _models() -> dict[str, type[Model]]:
    """The tables of this project by the key that the log uses."""
    packages = {"trainingplan", "courses", "quotas", "budget", "reports"}
    return {str(model._meta.model_name): model for model in apps.get_models() if model._meta.app_label in packages}
