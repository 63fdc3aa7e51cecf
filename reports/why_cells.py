"""The cells that make a figure now: each with its value, who entered it and when, and the word of who approved it."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from budget.models import BudgetLine, BudgetShare, FundSource
from quotas.models import Allocation, Nomination, Quota, Registration
from reports.why import Figure, Measure, Subject
from reports.why_people import Who, approvals
from trainingplan.rules.numbers import format_count
from trainingplan.selectors import plan_units

State = Mapping[str, str]
"""The fields of a row that a figure looks at, in the words of the log; empty for a row that is not there."""

PROPER = "chính thức"
"""What the log calls a nominee who is not in reserve."""


@dataclass(frozen=True, slots=True)
class LiveCell:
    """A row that counts, or that may have counted. `group` is the heading it stands under, `narrow` its figure.

    `author` and `written` are of who wrote the row last and when, where the row tells.
    """

    row: str
    name: str
    group: str
    state: State
    narrow: Figure | None = None
    author: int | None = None
    approved: Who | None = None
    unit_key: str = ""
    written: datetime | None = None
    young: bool = False


@dataclass(frozen=True)
class Book:
    """The cells of a figure, and what a state of one counts for; `fields` are those of the log that it looks at.

    `ours` tells of a row that is gone, by its key and label in the log, whether it belonged to the figure.
    """

    cells: tuple[LiveCell, ...]
    fields: tuple[str, ...]
    counts: Callable[[State], int]
    ours: Callable[[str, str], bool]
    illustrative: bool = False


def book_of(subject: Subject) -> Book:
    """The cells of a figure; a fixed number of queries, whatever their number."""
    match subject.figure.measure:
        case Measure.GIVEN:
            return _given(subject)
        case Measure.REGISTERED | Measure.ALLOCATED:
            return _by_unit(subject)
        case Measure.NOMINATED:
            return _nominated(subject)
    return _money(subject)


def number_in(text: str) -> int:
    """The number in a value of the log; words ("không có nhu cầu") and nothing are 0."""
    digits = text.replace(".", "")
    return int(digits) if digits.isascii() and digits.isdigit() else 0


def _given(subject: Subject) -> Book:
    """All quotas of the plan: one that has left the programme or the appendix counted there before."""
    figure = subject.figure
    wanted: dict[str, str] = {}
    if figure.programme:
        programmes = {q.programme.key: str(q.programme) for q in subject.plan_quotas.values()}
        wanted["programme"] = programmes[figure.programme]
    if figure.appendix is not None:
        wanted["appendix"] = f"Phụ lục {figure.appendix}" if figure.appendix else ""

    def counts(state: State) -> int:
        here = all(state.get(name, "") == value for name, value in wanted.items())
        return number_in(state.get("number", "")) if here else 0

    def ours(row: str, label: str) -> bool:  # noqa: ARG001 - the signature of the others
        return not figure.quota_ids

    quotas = [q for q in subject.plan_quotas.values() if not figure.quota_ids or q.pk in figure.quota_ids]
    return Book(tuple(map(_quota_cell, quotas)), ("number", "programme", "appendix"), counts, ours)


def _quota_cell(quota: Quota) -> LiveCell:
    return LiveCell(
        row=str(quota.pk),
        name=quota.name,
        group=str(quota.programme),
        state={
            "number": format_count(quota.number),
            "programme": str(quota.programme),
            "appendix": str(quota.appendix or ""),
        },
        narrow=Figure(Measure.GIVEN, programme=quota.programme.key),
    )


class _Stored(NamedTuple):
    """A stored cell of a grid."""

    unit_id: int
    unit_key: str
    quota_id: int
    number: int | None
    author: int | None
    at: datetime
    version: int
    illustrative: bool


STORED = (
    "unit_id",
    "unit__key",
    "quota_id",
    "number",
    "updated_by_id",
    "updated_at",
    "version",
    "illustrative",
)
"""What it is read from."""


def _by_unit(subject: Subject) -> Book:
    """Registered or allocated: unit × quota, in the order of the plan."""
    figure, quotas = subject.figure, subject.quotas
    model = Registration if figure.measure is Measure.REGISTERED else Allocation
    rows = model._default_manager.filter(quota__in=list(quotas))
    if subject.units is not None:
        rows = rows.filter(unit__in=subject.units)
    approved = approvals(subject)
    members = {unit.unit_id: (place, unit.name) for place, unit in enumerate(plan_units(subject.plan, subject.units))}
    places = {pk: place for place, pk in enumerate(quotas)}

    def cell(one: _Stored) -> LiveCell:
        quota, unit = quotas[one.quota_id], members.get(one.unit_id, (0, one.unit_key))[1]
        return LiveCell(
            row=f"{one.unit_id}:{one.quota_id}",
            name=quota.name if figure.unit else unit,
            group=str(quota.programme) if figure.unit else quota.name,
            state={"number": format_count(one.number)},
            narrow=None if figure.unit else Figure(figure.measure, (quota.pk,), group_id=figure.group_id),
            author=one.author,
            approved=approved(one.unit_id, one.quota_id),
            unit_key=one.unit_key,
            written=one.at,
            young=one.version == 1,
        )

    found = [_Stored(*row) for row in rows.order_by().values_list(*STORED)]
    found.sort(key=lambda one: (places[one.quota_id], members.get(one.unit_id, (len(members), ""))[0], one.unit_id))
    return Book(
        cells=tuple(map(cell, found)),
        fields=("number",),
        counts=_number,
        ours=lambda row, label: quota_of(row) in quotas,  # noqa: ARG005
        illustrative=any(one.illustrative and one.number for one in found),
    )


def quota_of(row: str) -> int:
    """The quota of a cell by its key in the log, "unit:quota"."""
    return number_in(row.partition(":")[2])


def _number(state: State) -> int:
    return number_in(state.get("number", ""))


def _nominated(subject: Subject) -> Book:
    """Each on a list proper counts for one."""
    quotas = subject.quotas
    nominees = Nomination.objects.filter(quota__in=list(quotas)).select_related("person", "quota", "unit")
    if subject.units is not None:
        nominees = nominees.filter(unit__in=subject.units)
    rows = list(nominees.order_by("quota__programme__position", "quota__position", "person__name_sort", "pk"))
    units = {unit.unit_id: unit.name for unit in plan_units(subject.plan, subject.units)}
    cells = tuple(
        LiveCell(
            row=str(row.pk),
            name=f"{row.person.full_name} ({units.get(row.unit_id, row.unit.key)})",
            group=row.quota.name,
            state={"reserve": "dự bị" if row.reserve else PROPER},
            narrow=Figure(
                Measure.NOMINATED, (row.quota_id,), unit=subject.figure.unit, group_id=subject.figure.group_id
            ),
        )
        for row in rows
    )
    illustrative = any(row.illustrative or row.person.illustrative for row in rows)
    names = sorted(subject.plan_quotas.values(), key=lambda quota: -len(quota.name))

    def ours(row: str, label: str) -> bool:  # noqa: ARG001
        """The log names the quota between the person and the unit; the longest name that stands there is meant."""
        meant = next((quota.pk for quota in names if f" – {quota.name} – " in label), None)
        return not subject.figure.quotas_chosen if meant is None else meant in quotas

    return Book(cells, ("reserve",), lambda state: int(state.get("reserve", "") == PROPER), ours, illustrative)


def _money(subject: Subject) -> Book:
    """Lines of the budget: their amounts, or what the province pays of them."""
    lines = list(BudgetLine.objects.filter(plan=subject.plan).order_by("position"))
    if subject.figure.measure is Measure.BUDGET:
        states: dict[int, dict[str, str]] = {line.pk: {"amount": format_count(line.amount)} for line in lines}
        fields: tuple[str, ...] = ("amount",)
    else:
        states, fields = _shares(subject)
    cells = tuple(
        LiveCell(row=str(line.pk), name=line.content, group=line.group, state=states.get(line.pk, {})) for line in lines
    )

    def counts(state: State) -> int:
        return sum(number_in(state.get(name, "")) for name in fields)

    marked = any(line.illustrative for line in lines)
    return Book(cells, fields, counts, lambda row, label: True, marked)  # noqa: ARG005 - all lines of the plan


def _shares(subject: Subject) -> tuple[dict[int, dict[str, str]], tuple[str, ...]]:
    """What provincial sources pay by line, under the names of the log."""
    states: dict[int, dict[str, str]] = defaultdict(dict)
    shares = BudgetShare.objects.filter(line__plan=subject.plan, source__provincial=True)
    for line_id, source, amount in shares.values_list("line_id", "source__name", "amount"):
        states[line_id][share_field(source)] = format_count(amount)
    sources = FundSource.objects.filter(provincial=True).values_list("name", flat=True)
    return states, tuple(map(share_field, sources))


def share_field(source: str) -> str:
    """What the log calls the share of a source."""
    return f"nguồn: {source}"[:60]
