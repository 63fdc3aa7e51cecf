"""Σ contributions = difference, for any sequence of changes, logged or not; and true values where all was logged."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from reports.rules.why import Past, Step, explain, timeline

START = datetime(2024, 1, 1, tzinfo=UTC)
NUMBERS = st.integers(0, 200)
MINUTES = st.integers(0, 10_000)


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


END = at(20_000)


@st.composite
def steps(draw: st.DrawFn) -> list[Step]:
    """Any log at all: its values need not join."""
    minutes = sorted(draw(st.lists(MINUTES, max_size=8)))
    return [Step(key, at(minute), draw(NUMBERS), draw(NUMBERS)) for key, minute in enumerate(minutes, 1)]


@st.composite
def pasts(draw: st.DrawFn) -> Past:
    loads = tuple(at(minute) for minute in sorted(draw(st.lists(MINUTES, max_size=3))))
    written = draw(st.none() | MINUTES.map(at))
    return Past(loads, written, draw(st.booleans()), draw(st.booleans()))


CELLS = st.dictionaries(st.text("abc", min_size=1, max_size=3), st.tuples(NUMBERS, steps(), pasts()), max_size=5)


@given(CELLS, MINUTES, MINUTES)
def test_contributions_add_up_whatever_the_log_says(
    cells: dict[str, tuple[int, list[Step], Past]], one: int, two: int
) -> None:
    lines = {name: timeline(now, log, past, END) for name, (now, log, past) in cells.items()}
    since, until = at(min(one, two)), at(max(one, two))
    explained = explain(lines, since, until)
    assert sum(one.event.difference for one in explained.contributions) == explained.difference
    assert explained.end == sum(line.before(until) for line in lines.values())
    whole = explain(lines, START - timedelta(days=1), END + timedelta(days=1))
    assert whole.end == sum(now for now, _, _ in cells.values())


@given(NUMBERS, steps(), pasts())
def test_every_step_of_the_log_is_an_event_and_the_values_join(now: int, log: list[Step], past: Past) -> None:
    line = timeline(now, log, past, END)
    assert [event.key for event in line.events if event.key is not None] == [step.key for step in log]
    value = line.base
    for event in line.events:
        assert event.old == value
        value = event.new
    assert value == now


@given(st.lists(st.tuples(MINUTES, NUMBERS), unique_by=lambda pair: pair[0]), MINUTES)
def test_where_all_was_logged_the_value_at_any_moment_is_the_true_one(
    writes: list[tuple[int, int]], moment: int
) -> None:
    log, value = [], 0
    for key, (minute, new) in enumerate(sorted(writes), 1):
        log.append(Step(key, at(minute), value, new))
        value = new
    line = timeline(value, log, Past(whole=True), END)
    truth = [new for minute, new in sorted(writes) if minute < moment]
    assert line.before(at(moment)) == (truth[-1] if truth else 0)
    assert all(event.key is not None for event in line.events)


def test_a_load_before_the_log_began_is_no_change_of_the_period() -> None:
    assert timeline(5, [], Past(), END).events == ()
    assert timeline(5, [Step(1, at(9), 4, 5)], Past(), END).before(at(9)) == 4


def test_a_load_within_the_period_stands_by_itself() -> None:
    line = timeline(7, [Step(1, at(50), 5, 7)], Past((at(10),), whole=True), END)
    assert [(event.at, event.old, event.new, event.key) for event in line.events] == [
        (at(10), 0, 5, None),
        (at(50), 5, 7, 1),
    ]
    assert (line.before(at(10)), line.before(at(11))) == (0, 5)


def test_a_row_written_once_came_when_it_was_written() -> None:
    line = timeline(5, [], Past(written=at(30), young=True), END)
    assert (line.before(at(30)), line.before(at(31))) == (0, 5)


def test_what_was_written_past_the_log_after_the_last_step_is_dated_by_the_row() -> None:
    line = timeline(9, [Step(1, at(10), 0, 5)], Past(written=at(40)), END)
    assert (line.before(at(40)), line.before(at(41))) == (5, 9)
    assert line.events[-1].key is None


def test_a_gap_between_steps_is_dated_by_the_load_between_else_by_the_later_step() -> None:
    log = [Step(1, at(10), 0, 5), Step(2, at(50), 8, 9)]
    assert timeline(9, log, Past((at(30),)), END).events[1].at == at(30)
    assert timeline(9, log, Past(), END).events[1].at == at(50)
