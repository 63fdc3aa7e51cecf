"""Why each item of an amendment was changed, and who did it: given on the page, else found in the change log."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from quotas.models import Allocation, Registration
from reports.amendment_items import Item
from reports.models import AmendmentReason
from reports.rules.compare import Removed
from reports.snapshot import JOINT
from reports.snapshot_tables import TABLES, TableSpec, scene_of
from trainingplan.models import Change, Plan

SPECS = {spec.name: spec for spec in TABLES}
GRIDS = (Allocation, Registration)
GONE: Mapping[str, tuple[str, str]] = {
    "nomination": ("full_name", "person"),
    "budgetline": ("content", "content"),
    "section": ("key", "key"),
    "quota": ("key", "key"),
    "slot": ("label", "label"),
    "programme": ("key", "key"),
    "normitem": ("key", "key"),
}
"""By table the field of the log that names a row which is gone, and the field of the data that holds it."""


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of a change; each may be empty."""

    reason: str = ""
    who: str = ""
    at: datetime | None = None
    given: bool = False
    """Whether the reason was given on the page."""


@dataclass(frozen=True, slots=True)
class Between:
    """The moments between which the items were changed; `number` is the version that they led to."""

    since: datetime
    until: datetime | None
    number: int


def reasons_of(plan: Plan, items: Sequence[Item], between: Between) -> dict[str, Found]:
    """What is known of each item by its key. A query a table concerned, and two."""
    stored = AmendmentReason.objects.filter(plan=plan, number=between.number)
    given = {(one.key, one.told): one.reason for one in stored}
    logged = _logged(plan, items, between)
    found = {}
    for item in items:
        last = logged.get(item.key, Found())
        reason = given.get((item.key, item.told))
        found[item.key] = Found(reason, last.who, last.at, given=True) if reason else last
    return found


def _logged(plan: Plan, items: Sequence[Item], between: Between) -> dict[str, Found]:
    """The last word of the log on each item, and its last reason."""
    rows = _log_rows(plan, items)
    wanted: dict[str, set[str]] = defaultdict(set)
    for table, row in rows.values():
        wanted[table].add(row)
    within = Q(at__gt=between.since) & (Q(at__lte=between.until) if between.until else Q())
    named = Q(pk__in=[])
    for table, keys in wanted.items():
        named |= Q(table=table, row__in=keys)
    gone = _gone(items)
    for table, field, value in gone.values():
        named |= Q(plan=plan, table=table, field=field, old=value, new="")
    changes = list(Change.objects.filter(within & named).order_by("pk"))
    return {item.key: last_word(item, changes, rows.get(item.key), gone.get(item.key)) for item in items}


def last_word(
    item: Item, changes: Iterable[Change], row: tuple[str, str] | None, gone: tuple[str, str, str] | None
) -> Found:
    """What the log says last of an item, of its `row`, or of a row that is `gone`: table, field and last value."""
    fields = item.bundle.anchor[2:]
    own = [
        one
        for one in changes
        if (row and (one.table, one.row) == row and (not fields or one.field in fields))
        or (gone and (one.table, one.field, one.old) == gone)
    ]
    if not own or len({one.row for one in own}) > 1:
        return Found()  # nobody, or namesakes: nobody is given the reason of another
    reason = next((one.reason for one in reversed(own) if one.reason), "")
    return Found(reason, own[-1].actor_name, own[-1].at)


def _gone(items: Iterable[Item]) -> dict[str, tuple[str, str, str]]:
    """For rows that are no more, what the log says when they go: table, field and its last value."""
    found = {}
    for item in items:
        first = item.bundle.main[0]
        if isinstance(first, Removed) and first.table in GONE:
            field, name = GONE[first.table]
            value = item.subject.partition(",")[0] if name == "person" else str(first.row.get(name, first.key))
            found[item.key] = first.table, field, value.rpartition(JOINT)[2] if name == "key" else value
    return found


def _log_rows(plan: Plan, items: Iterable[Item]) -> dict[str, tuple[str, str]]:
    """By item the table and row of the log, for rows that stand. People are logged with their nomination."""
    tables = {"nomination" if item.bundle.table == "person" else item.bundle.table for item in items}
    known = {table: _keys(plan, SPECS[table]) for table in sorted(tables) if table in SPECS}
    people = {key.rpartition(JOINT)[2]: row for key, row in known.get("nomination", {}).items()}
    found = {}
    for item in items:
        table, key = item.bundle.table, item.bundle.key
        if table == "person" and key in people:
            found[item.key] = "nomination", people[key]
        elif row := known.get(table, {}).get(key):
            found[item.key] = table, row
    return found


def _keys(plan: Plan, spec: TableSpec) -> dict[str, str]:
    """What the log calls the rows of a table, by their keys in the data."""
    cells = ("unit_id", "quota_id") if spec.model in GRIDS else ("pk",)
    rows = spec.rows(scene_of(plan)).values_list(*spec.key, *cells)
    place = len(spec.key)
    return {JOINT.join(map(str, row[:place])): ":".join(map(str, row[place:])) for row in rows}


def appendices_of(plan: Plan, items: Iterable[Item]) -> list[int]:
    """The numbers of the appendices that the items change, those the plan still has."""
    standing = set(plan.appendices.values_list("number", flat=True))
    return sorted(standing & {item.appendix for item in items if item.appendix and item.printed})
