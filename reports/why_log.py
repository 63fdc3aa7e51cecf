"""What the change log tells of the cells of a figure: their timelines, and who made each change and why."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from django.db.models import Max, Min, Q, QuerySet

from reports.rules.why import Past, Step, Timeline, timeline
from reports.why import Subject
from reports.why_cells import Book, LiveCell, State
from trainingplan.models import Change

LOAD = "load"
MOST_ROWS = 2_000
"""So many rows are asked for by name; of more all are read."""


class Line(NamedTuple):
    """One value of the log; a tuple, for there may be very many."""

    key: int
    batch: UUID
    at: datetime
    actor_id: int | None
    actor_name: str
    reason: str
    row: str
    label: str
    field: str
    old: str
    new: str


FIELDS = ("pk", "batch", "at", "actor_id", "actor_name", "reason", "row", "label", "field", "old", "new")


@dataclass(frozen=True, slots=True)
class Load:
    """A load of data: the log has a line for each kind of row, none for each row."""

    batch: UUID
    at: datetime
    label: str


@dataclass(frozen=True)
class Log:
    """The timelines of a figure's cells by row, the lines behind their events by key, and the loads of the plan."""

    timelines: Mapping[str, Timeline]
    lines: Mapping[int, Line]
    labels: Mapping[str, str]
    loads: tuple[Load, ...]


def read_log(subject: Subject, book: Book, since: datetime, end: datetime) -> Log:
    """Three queries at the most. Of grids the log is read from `since` on only, and timelines are true from there."""
    grid = subject.figure.nature.grid
    loads = _loads(subject)
    live = {cell.row: cell for cell in book.cells}
    lines = _read(_changes(subject, book).filter(at__gte=since) if grid else _changes(subject, book), live, book)
    steps = _steps(lines, live, book)
    whole: Collection[str] = live.keys() | steps.keys()
    if grid:
        doubtful = _doubtful(live, steps, loads, since)
        older = _steps(_last_before(subject, book, doubtful, since), {}, book) if doubtful else {}
        whole = doubtful - older.keys()
        steps |= {row: [*found, *steps.get(row, [])] for row, found in older.items() if row in doubtful}
    times = tuple(load.at for load in loads)
    timelines = {
        row: _timeline(book, live.get(row), steps.get(row, []), times, end, whole=row in whole)
        for row in [*live, *(steps.keys() - live.keys())]
    }
    return Log(timelines, {line.key: line for line in lines}, {line.row: line.label for line in lines}, loads)


def _timeline(
    book: Book, cell: LiveCell | None, steps: Sequence[Step], loads: tuple[datetime, ...], end: datetime, *, whole: bool
) -> Timeline:
    if cell is None:
        return timeline(0, steps, Past(loads, whole=whole), end)
    return timeline(book.counts(cell.state), steps, Past(loads, cell.written, whole=whole, young=cell.young), end)


def _changes(subject: Subject, book: Book) -> QuerySet[Change]:
    """All lines that may tell of the figure's cells."""
    nature, plan = subject.figure.nature, subject.plan
    of_plan = Q(plan=plan)
    if not nature.by_unit:  # An import over several plans is logged under none.
        of_plan |= Q(plan=None, row__in=[cell.row for cell in book.cells])
    found = Change.objects.filter(of_plan, table=nature.table, field__in=book.fields)
    if nature.by_unit and subject.units is not None:
        found = found.filter(unit__in=subject.units)
    return found


def _read(changes: QuerySet[Change], live: Mapping[str, LiveCell], book: Book) -> list[Line]:
    lines = map(Line._make, changes.order_by("pk").values_list(*FIELDS).iterator())
    return [line for line in lines if line.row in live or book.ours(line.row, line.label)]


def _steps(lines: Iterable[Line], live: Mapping[str, LiveCell], book: Book) -> dict[str, list[Step]]:
    by_row: dict[str, list[Line]] = {}
    for line in lines:
        by_row.setdefault(line.row, []).append(line)
    return {row: _walk(found, live[row].state if row in live else {}, book) for row, found in by_row.items()}


def _walk(lines: Sequence[Line], state: State, book: Book) -> list[Step]:
    """The steps of one row, back from the state that stands: an act is one step, whatever fields it changed."""
    steps: list[Step] = []
    acts = [list(act) for _, act in groupby(lines, key=lambda line: line.batch)]
    for act in reversed(acts):
        after = {**state, **{line.field: line.new for line in act}}
        state = {**after, **{line.field: line.old for line in reversed(act)}}
        steps.append(Step(act[-1].key, act[-1].at, book.counts(state), book.counts(after)))
    return steps[::-1]


def _doubtful(
    live: Mapping[str, LiveCell], steps: Mapping[str, Sequence[Step]], loads: Iterable[Load], since: datetime
) -> set[str]:
    """The cells of which the period alone does not tell whether all was logged."""
    written = {row for row, cell in live.items() if cell.written and cell.written >= since and not cell.young}
    loaded = set(steps) if any(load.at >= since for load in loads) else set()
    return (written - steps.keys()) | loaded


def _last_before(subject: Subject, book: Book, rows: Collection[str], since: datetime) -> list[Line]:
    """The last line of each of these rows before the period."""
    earlier = _changes(subject, book).filter(at__lt=since)
    if len(rows) <= MOST_ROWS:
        earlier = earlier.filter(row__in=rows)
    last = earlier.order_by().values("row").annotate(last=Max("pk")).values("last")
    return [Line(*row) for row in Change.objects.filter(pk__in=last).order_by("pk").values_list(*FIELDS)]


def _loads(subject: Subject) -> tuple[Load, ...]:
    """The loads of the plan, the earliest first. One query."""
    found = Change.objects.filter(plan=subject.plan, table=LOAD).order_by().values("batch")
    batches = found.annotate(when=Min("at"), what=Min("label")).order_by("when")
    return tuple(Load(load["batch"], load["when"], load["what"]) for load in batches)
