"""The page of a figure: the changes of a period by act, adding up to the difference, and the cells that make it now."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from reports.rules.why import Contribution, Explanation, explain
from reports.why import Subject, why_address
from reports.why_cells import Book, LiveCell, book_of, quota_of
from reports.why_log import Line, Load, Log, read_log
from reports.why_people import LOADED, Who, named, people
from trainingplan.policies import Action, may
from trainingplan.rules.numbers import format_count

MOST_ACTS = 100
MOST_LINES = 200
MOST_CELLS = 400
MOST_SUMMANDS = 12
"""What a page lists; the rest is counted and summed in a line of its own."""


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days, both included."""

    first: date
    last: date

    @property
    def since(self) -> datetime:
        return _midnight(self.first)

    @property
    def until(self) -> datetime:
        return _midnight(self.last + timedelta(days=1))


def last_week() -> Period:
    """From a week ago until today."""
    today = timezone.localdate()
    return Period(today - timedelta(days=7), today)


def signed(number: int) -> str:
    """A difference as it is written: "+1.960", "−3", "0"."""
    return f"{'+' if number > 0 else '−'}{format_count(abs(number))}" if number else "0"


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


@dataclass(frozen=True, slots=True)
class Change:
    """What one change of one cell contributed; `url` leads to the cell's history, "" where there is none to read."""

    name: str
    group: str
    old: int
    new: int
    url: str

    @property
    def difference(self) -> int:
        return self.new - self.old

    @property
    def signed(self) -> str:
        return signed(self.difference)


@dataclass(frozen=True, slots=True)
class Act:
    """What one person did at once; `batch` opens it in the log. Only the first changes are listed."""

    batch: UUID | None
    at: datetime | None
    who: str
    reason: str
    changes: tuple[Change, ...]
    count: int
    difference: int

    @property
    def rest(self) -> int:
        """How many changes are not listed."""
        return self.count - len(self.changes)

    @property
    def rest_difference(self) -> int:
        """What those add up to."""
        return self.difference - sum(change.difference for change in self.changes)

    @property
    def signed(self) -> str:
        return signed(self.difference)

    @property
    def rest_signed(self) -> str:
        return signed(self.rest_difference)


@dataclass(frozen=True, slots=True)
class ShownCell:
    name: str
    value: int
    entered: Who | None
    approved: Who | None
    url: str


@dataclass(frozen=True, slots=True)
class CellGroup:
    """Cells under one heading; where only their sum is shown, `url` leads to them."""

    name: str
    value: int
    count: int
    cells: tuple[ShownCell, ...]
    url: str


@dataclass(frozen=True, slots=True)
class Why:
    """All that the page says. `earlier` acts are only summed; `unlogged` is what the log has no line for."""

    subject: Subject
    period: Period
    start: int
    end: int
    now: int
    acts: tuple[Act, ...]
    earlier: Act | None
    unlogged: Act | None
    groups: tuple[CellGroup, ...]
    loads: tuple[Load, ...]
    illustrative: bool

    @property
    def difference(self) -> int:
        return self.end - self.start

    @property
    def signed(self) -> str:
        return signed(self.difference)

    @property
    def sum_words(self) -> str:
        """The differences of the acts as they are added up: "+ 5 − 3 …"; of many only their sum."""
        parts = [*self.acts, *filter(None, (self.earlier, self.unlogged))]
        shown = [part.difference for part in parts] if len(parts) <= MOST_SUMMANDS else [self.difference]
        return " ".join(f"{'+' if number >= 0 else '−'} {format_count(abs(number))}" for number in shown)

    @property
    def count(self) -> int:
        return sum(group.count for group in self.groups)

    @property
    def folded(self) -> bool:
        """Whether some cells are a click away."""
        return any(group.count and not group.cells for group in self.groups)

    @property
    def approvable(self) -> bool:
        return any(cell.approved for group in self.groups for cell in group.cells)


def why(subject: Subject, period: Period) -> Why:
    """The figure explained; a fixed number of queries. Acts and lines always add up to the difference."""
    book = book_of(subject)
    log = read_log(subject, book, period.since, timezone.now())
    explained = explain(log.timelines, period.since, period.until)
    writer = _Writer(subject, book, log)
    acts, unlogged = writer.acts(explained)
    return Why(
        subject=subject,
        period=period,
        start=explained.start,
        end=explained.end,
        now=sum(book.counts(cell.state) for cell in book.cells),
        acts=tuple(acts[:MOST_ACTS]),
        earlier=_summed(acts[MOST_ACTS:]),
        unlogged=unlogged,
        groups=tuple(writer.groups()),
        loads=tuple(load for load in log.loads if period.since <= load.at < period.until),
        illustrative=subject.plan.illustrative or book.illustrative,
    )


class _Writer:
    """Puts names, people and addresses to the cells and events of one figure."""

    def __init__(self, subject: Subject, book: Book, log: Log) -> None:
        self.subject, self.book, self.log = subject, book, log
        self.live = {cell.row: cell for cell in book.cells}
        actors = {line.actor_id for line in log.lines.values()} | {cell.author for cell in book.cells}
        self.people = people({key for key in actors if key})

    def acts(self, explained: Explanation) -> tuple[list[Act], Act | None]:
        """The acts, the latest first, and what no line of the log tells of."""
        told: dict[UUID, list[Contribution]] = {}
        untold: list[Contribution] = []
        for one in explained.contributions:
            if not one.event.difference:
                continue
            if one.event.key is None:
                untold.append(one)
            else:
                told.setdefault(self.log.lines[one.event.key].batch, []).append(one)
        acts = [self._act(self.log.lines[self._last_key(members)], members) for members in told.values()]
        acts.sort(key=lambda act: act.at or _midnight(date.max), reverse=True)
        return acts, self._sum(None, None, "", "", untold) if untold else None

    @staticmethod
    def _last_key(members: Sequence[Contribution]) -> int:
        return max(one.event.key or 0 for one in members)

    def _act(self, line: Line, members: Sequence[Contribution]) -> Act:
        return self._sum(line.batch, line.at, self._name(line), self._reason(line, members), members)

    def _sum(
        self, batch: UUID | None, at: datetime | None, who: str, reason: str, members: Sequence[Contribution]
    ) -> Act:
        changes = tuple(map(self._change, members[:MOST_LINES]))
        return Act(batch, at, who, reason, changes, len(members), sum(one.event.difference for one in members))

    def _name(self, line: Line) -> str:
        return named(self.subject.user, self.people.get(line.actor_id or 0), line.actor_name)

    def _reason(self, line: Line, members: Sequence[Contribution]) -> str:
        """The reasons of an act, for who may know the actor: the Board's may speak of other units."""
        if self._name(line) != line.actor_name:
            return ""
        reasons = (self.log.lines[one.event.key].reason for one in members if one.event.key is not None)
        return "; ".join(dict.fromkeys(filter(None, reasons)))

    def _change(self, one: Contribution) -> Change:
        cell = self.live.get(one.cell)
        name = cell.name if cell else f"{self.log.labels.get(one.cell, one.cell)} (không còn)"
        group = cell.group if cell else ""
        return Change(name, group, one.event.old, one.event.new, self._history(cell) if cell else "")

    def _history(self, cell: LiveCell) -> str:
        table, year = self.subject.figure.nature.table, self.subject.plan.year
        if self.subject.figure.nature.grid:
            action, name = Action.SEE_CELL_HISTORY, "cell-history"
            query = {"bang": table, "don-vi": cell.unit_key, "chi-tieu": str(quota_of(cell.row))}
        else:
            action, name, query = Action.SEE_TRAIL, "why-row", {"bang": table, "dong": cell.row}
        allowed = may(self.subject.user, action)
        return f"{reverse(name, kwargs={'year': year})}?{urlencode(query)}" if allowed else ""

    def groups(self) -> Iterator[CellGroup]:
        """The cells that count for something, by heading; of very many the headings alone."""
        counted = [(cell, value) for cell in self.book.cells if (value := self.book.counts(cell.state))]
        headed = [(name, list(members)) for name, members in groupby(counted, key=lambda pair: pair[0].group)]
        fold = len(counted) > MOST_CELLS and len(headed) > 1
        for name, members in headed:
            narrow = members[0][0].narrow
            folded = fold and narrow is not None
            yield CellGroup(
                name=name,
                value=sum(value for _, value in members),
                count=len(members),
                cells=() if folded else tuple(self._shown(cell, value) for cell, value in members),
                url=why_address(self.subject.plan, narrow, self.subject.user) if narrow and len(headed) > 1 else "",
            )

    def _shown(self, cell: LiveCell, value: int) -> ShownCell:
        entered = Who(self._author(cell), cell.written) if cell.written else self._last_writer(cell)
        return ShownCell(cell.name, value, entered, cell.approved, self._history(cell))

    def _author(self, cell: LiveCell) -> str:
        return named(self.subject.user, self.people.get(cell.author or 0))

    def _last_writer(self, cell: LiveCell) -> Who:
        """Who gave the cell what it counts for, by the log; a row that it does not know came with a load."""
        keys = [event.key for event in self.log.timelines[cell.row].events if event.key is not None]
        if not keys:
            return Who(LOADED)
        line = self.log.lines[keys[-1]]
        return Who(self._name(line), line.at)


def _summed(acts: Sequence[Act]) -> Act | None:
    """Acts that are not listed, as one."""
    if not acts:
        return None
    return Act(None, None, "", "", (), len(acts), sum(act.difference for act in acts))
