"""Why a figure changed: the timeline of each cell, and the contributions that add up to the difference, to the unit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


class Step(NamedTuple):
    """One logged change of a cell: `key` is the log's, `old` and `new` are what the cell counted for."""

    key: int
    at: datetime
    old: int
    new: int


class Event(NamedTuple):
    """One change of a cell's value; `key` is None where the log does not tell of it, and `at` is the likeliest time."""

    at: datetime
    old: int
    new: int
    key: int | None

    @property
    def difference(self) -> int:
        return self.new - self.old


@dataclass(frozen=True, slots=True)
class Timeline:
    """What a cell counted for: `base` at first, then the events in order; the last of them leaves what stands now."""

    base: int
    events: tuple[Event, ...]

    def before(self, moment: datetime) -> int:
        """The value just before the moment."""
        return self.base + sum(event.difference for event in self.events if event.at < moment)

    def within(self, since: datetime, until: datetime) -> list[Event]:
        """The events from `since` on, before `until`."""
        return [event for event in self.events if since <= event.at < until]


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of a cell besides its steps.

    `loads` are times at which rows were written without a line a cell; `written` is when the row was written last,
    if it tells; `whole` says that the steps reach back to the first one ever logged; `young` that the row has been
    written only once.
    """

    loads: tuple[datetime, ...] = ()
    written: datetime | None = None
    whole: bool = False
    young: bool = False


def timeline(now: int, steps: Sequence[Step], past: Past, end: datetime) -> Timeline:
    """The timeline of a cell that counts for `now` at `end`, from its steps in order.

    Where a step does not begin with what the one before it left, something was written past the log: an event without
    a key takes its place, so that the values always join.
    """
    if not steps and (past.whole or past.young):
        return _loaded(now, past)
    base, first = _beginning(steps, past, now)
    events = list(first)
    value, at = base + sum(event.difference for event in events), None
    for step in steps:
        if step.old != value:
            events.append(Event(_guess(past.loads, at, step.at), value, step.old, None))
        events.append(Event(step.at, step.old, step.new, step.key))
        value, at = step.new, step.at
    if value != now:
        hints = past.loads if past.written is None else (past.written,)
        events.append(Event(_guess(hints, at, end), value, now, None))
    return Timeline(base, tuple(event for event in events if event.difference or event.key is not None))


def _loaded(now: int, past: Past) -> Timeline:
    """A cell that nobody changed by hand: it came with a load, if one is known, else it was always there."""
    born = past.written if past.young and past.written else min(past.loads, default=None)
    return Timeline(now, ()) if born is None else Timeline(0, (Event(born, 0, now, None),) if now else ())


def _beginning(steps: Sequence[Step], past: Past, now: int) -> tuple[int, tuple[Event, ...]]:
    if not steps:
        return now, ()
    old = steps[0].old
    born = min((load for load in past.loads if load <= steps[0].at), default=None)
    if past.whole and old and born is not None:
        return 0, (Event(born, 0, old, None),)
    return old, ()


def _guess(hints: Iterable[datetime], after: datetime | None, until: datetime) -> datetime:
    """The last hint between two steps, else the time of the later one."""
    return max((hint for hint in hints if (after is None or hint > after) and hint <= until), default=until)


@dataclass(frozen=True, slots=True)
class Contribution:
    """One change of one cell within a period."""

    cell: str
    event: Event


@dataclass(frozen=True, slots=True)
class Explanation:
    """A figure at the beginning and the end of a period, and every change between: they add up by construction."""

    start: int
    end: int
    contributions: tuple[Contribution, ...]

    @property
    def difference(self) -> int:
        return self.end - self.start

    @property
    def unexplained(self) -> int:
        """What the log does not tell of."""
        return sum(one.event.difference for one in self.contributions if one.event.key is None)


def explain(cells: Mapping[str, Timeline], since: datetime, until: datetime) -> Explanation:
    """The figure that is the sum of the cells, between two moments."""
    return Explanation(
        start=sum(cell.before(since) for cell in cells.values()),
        end=sum(cell.before(until) for cell in cells.values()),
        contributions=tuple(
            Contribution(name, event) for name, cell in cells.items() for event in cell.within(since, until)
        ),
    )
