"""What follows from an amendment: totals, and figures of the text that nobody wrote anew."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reports.amendment_items import SIGNS, narrowed
from reports.amendment_names import TEXTS
from reports.amendment_state import State, whole
from trainingplan.rules.numbers import format_count


@dataclass(frozen=True, slots=True)
class Effect:
    """A derived figure, or a line of the text that prints some; `difference` only of a figure."""

    place: str
    old: str
    new: str
    difference: int | None = None


def effects_of(old: State, new: State) -> tuple[Effect, ...]:
    """All that differs without being a difference of the data: totals first, then the text in its order."""
    return (*_totals(old, new), *_lines(old, new))


def _totals(old: State, new: State) -> Iterator[Effect]:
    before, after = totals(old), totals(new)
    for name in dict.fromkeys((*before, *after)):
        one, two = before.get(name, 0), after.get(name, 0)
        if one != two:
            yield Effect(name, format_count(one), format_count(two), two - one)


def totals(state: State) -> dict[str, int]:
    """The plan's totals by name."""
    return {**_given(state), **_allocated(state), **_listed(state), **_money(state)}


def _given(state: State) -> Mapping[str, int]:
    sums: Counter[str] = Counter()
    for row in state.data.get("quota", {}).values():
        sums[f"Chỉ tiêu giao, {state.programme(str(row.get('programme', '')))}"] += whole(row.get("number")) or 0
    return sums


def _allocated(state: State) -> Mapping[str, int]:
    sums: Counter[str] = Counter()
    for row in state.data.get("allocation", {}).values():
        if number := state.appendix_of_quota(str(row.get("quota", ""))):
            sums[f"Tổng cộng phụ lục {number}"] += whole(row.get("number")) or 0
    return sums


def _listed(state: State) -> Mapping[str, int]:
    sums: Counter[str] = Counter()
    for row in state.data.get("nomination", {}).values():
        if not row.get("reserve") and (number := state.appendix_of_quota(str(row.get("quota", "")))):
            sums[f"Số cán bộ trong phụ lục {number}"] += 1
    return sums


def _money(state: State) -> Mapping[str, int]:
    sums: Counter[str] = Counter()
    for row in state.data.get("budgetline", {}).values():
        sums["Tổng kinh phí (đồng)"] += whole(row.get("amount")) or 0
    for row in state.data.get("budgetshare", {}).values():
        name = state.text("fundsource", str(row.get("source", "")), "name")
        sums[f"Nguồn {name} (đồng)"] += whole(row.get("amount")) or 0
    return sums


def _lines(old: State, new: State) -> Iterator[Effect]:
    """Lines written as before that now print other figures, in the order of the text."""
    rows = [(table, key) for table in TEXTS for key in old.data.get(table, {})]
    for table, key in sorted(rows, key=lambda row: _order(old, *row)):
        for field in TEXTS[table]:
            yield from _of_text(old, new, table, key, field)


def _of_text(old: State, new: State, table: str, key: str, field: str) -> Iterator[Effect]:
    kept = set(new.text(table, key, field).splitlines())
    for line in old.text(table, key, field).splitlines():
        if line in kept and (one := old.printed(line)) != (two := new.printed(line)):
            yield Effect(_place(new, table, key), *narrowed(one.lstrip(SIGNS), two.lstrip(SIGNS)))


def _place(state: State, table: str, key: str) -> str:
    return state.section_place(key) if table == "section" else state.slot_place(key)


def _order(state: State, table: str, key: str) -> tuple[int, int]:
    """Sections by their place, lettered items by that of their section."""
    row = state.row(table, key)
    section = key if table == "section" else state.text("programme", str(row.get("programme", "")), "section")
    place, own = state.row("section", section).get("position"), row.get("position")
    return whole(place) or 0, whole(own) or 0
