"""Reading the three amounts: by class and source, with their sums and the decisions behind them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any

from django.db.models import Count, Max, Model, QuerySet, Sum, Value

from budget.models import BudgetLine, BudgetShare, FundSource, Grant, GrantedAmount, SettledAmount
from budget.rules.execution import Three, total
from trainingplan.models import Plan
from trainingplan.rules.letters import roman

Slot = tuple[int, int]
"""A line and a source, by their ids."""


@dataclass(frozen=True, slots=True)
class Part:
    """The three amounts of one class from one source, and what the settlement says."""

    slot: Slot
    source: str
    money: Three
    settled_on: date | None
    note: str
    excess: str
    version: int


@dataclass(frozen=True)
class Class:
    """A class or item of the budget."""

    line_id: int
    stt: int
    content: str
    audience: str
    state: str
    approved: bool
    parts: tuple[Part, ...]

    @property
    def money(self) -> Three:
        return total(part.money for part in self.parts)


@dataclass(frozen=True)
class Group:
    """Classes under one heading of the budget."""

    roman: str
    name: str
    classes: tuple[Class, ...]

    @property
    def money(self) -> Three:
        return total(one.money for one in self.classes)


@dataclass(frozen=True, slots=True)
class SourceSum:
    """The three amounts of one source, over all classes."""

    name: str
    provincial: bool
    money: Three


@dataclass(frozen=True, slots=True)
class SourceSums:
    """By source: the three amounts, and what is planned with other bodies' own money, which is in no sum, among it."""

    inside: tuple[SourceSum, ...]
    planned: tuple[SourceSum, ...]


@dataclass(frozen=True, slots=True)
class GrantedPart:
    """What a decision gives one class from one source; below zero where it takes back."""

    line_id: int
    content: str
    source: str
    amount: int


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision with all that it gives."""

    grant: Grant
    parts: tuple[GrantedPart, ...]

    @property
    def amount(self) -> int:
        return sum(part.amount for part in self.parts)

    @property
    def lines(self) -> int:
        return len({part.line_id for part in self.parts})


@dataclass(frozen=True)
class Execution:
    """All of a plan. The sums are those of the groups and of the sources alike.

    `outside` are classes of which the money is other bodies' own (kinh phí do cơ quan, đơn vị bảo đảm): in no sum.
    """

    groups: tuple[Group, ...]
    outside: tuple[Class, ...]
    sources: tuple[SourceSum, ...]
    decisions: tuple[Decision, ...]
    illustrative: bool

    @property
    def classes(self) -> tuple[Class, ...]:
        return tuple(one for group in self.groups for one in group.classes)

    @property
    def money(self) -> Three:
        return total(group.money for group in self.groups)

    @property
    def has_parts(self) -> bool:
        """Whether any class has several sources to unfold."""
        return any(len(one.parts) > 1 for one in self.classes)

    @property
    def provincial(self) -> tuple[SourceSum, ...]:
        return tuple(source for source in self.sources if source.provincial)

    @property
    def others(self) -> tuple[SourceSum, ...]:
        return tuple(source for source in self.sources if not source.provincial)

    @property
    def provincial_money(self) -> Three:
        return total(source.money for source in self.provincial)

    @property
    def other_money(self) -> Three:
        return total(source.money for source in self.others)


@dataclass(frozen=True, slots=True)
class _Settled:
    amount: int = 0
    settled_on: date | None = None
    note: str = ""
    excess: str = ""
    version: int = 0


def execution(plan: Plan) -> Execution:
    """The whole table; six queries, whatever the number of lines."""
    lines = list(BudgetLine.objects.filter(plan=plan).order_by("position"))
    sources = list(FundSource.objects.all())
    decisions, granted, marked = _decisions(plan, lines, sources)
    settled = list(SettledAmount.objects.filter(line__plan=plan).order_by())
    parts = _parts(plan, sources, granted, settled)
    groups, outside = _groups(lines, parts)
    kept = [part for group in groups for one in group.classes for part in one.parts]
    return Execution(
        groups=groups,
        outside=outside,
        sources=tuple(_source(source, kept) for source in sources if any(part.slot[1] == source.pk for part in kept)),
        decisions=decisions,
        illustrative=plan.illustrative
        or marked
        or any(line.illustrative for line in lines)
        or any(one.illustrative for one in settled),
    )


def held_parts(plan: Plan) -> dict[Slot, Part]:
    """The three amounts by line and source, wherever any is; four queries."""
    sources = list(FundSource.objects.all())
    sums = GrantedAmount.objects.filter(grant__plan=plan).order_by().values_list("line", "source")
    granted = {(line_id, source_id): int(amount) for line_id, source_id, amount in sums.annotate(sum=Sum("amount"))}
    parts = _parts(plan, sources, granted, list(SettledAmount.objects.filter(line__plan=plan).order_by()))
    return {part.slot: part for of_line in parts.values() for part in of_line}


def _decisions(
    plan: Plan, lines: Sequence[BudgetLine], sources: Sequence[FundSource]
) -> tuple[tuple[Decision, ...], dict[Slot, int], bool]:
    """The decisions, what they sum to, and whether any is illustrative. Two queries."""
    contents = {line.pk: line.content for line in lines}
    names = {source.pk: source.name for source in sources}
    sums: dict[Slot, int] = defaultdict(int)
    by_grant: dict[int, list[GrantedPart]] = defaultdict(list)
    amounts = GrantedAmount.objects.filter(grant__plan=plan).order_by("line__position", "source__position")
    for grant_id, line_id, source_id, amount in amounts.values_list("grant", "line", "source", "amount"):
        sums[line_id, source_id] += amount
        by_grant[grant_id].append(GrantedPart(line_id, contents[line_id], names[source_id], amount))
    grants = list(Grant.objects.filter(plan=plan).select_related("made_by"))
    decisions = tuple(Decision(grant, tuple(by_grant[grant.pk])) for grant in grants)
    return decisions, sums, any(grant.illustrative for grant in grants)


def _parts(
    plan: Plan, sources: Sequence[FundSource], granted: Mapping[Slot, int], settled: Sequence[SettledAmount]
) -> dict[int, list[Part]]:
    """By line, in the order of the sources; one query."""
    planned: dict[Slot, int] = {
        (line_id, source_id): amount
        for line_id, source_id, amount in BudgetShare.objects.filter(line__plan=plan)
        .order_by()
        .values_list("line", "source", "amount")
    }
    found = {
        (one.line_id, one.source_id): _Settled(one.amount, one.settled_on, one.note, one.excess, one.version)
        for one in settled
    }
    places = {source.pk: (place, source.name) for place, source in enumerate(sources)}
    parts: dict[int, list[Part]] = defaultdict(list)
    for slot in sorted({*planned, *granted, *found}, key=lambda slot: (slot[0], places[slot[1]][0])):
        done = found.get(slot, _Settled())
        money = Three(planned.get(slot, 0), granted.get(slot, 0), done.amount)
        source = places[slot[1]][1]
        parts[slot[0]].append(Part(slot, source, money, done.settled_on, done.note, done.excess, done.version))
    return parts


def _groups(
    lines: Sequence[BudgetLine], parts: Mapping[int, Sequence[Part]]
) -> tuple[tuple[Group, ...], tuple[Class, ...]]:
    """Groups in the order of their first line, with the numbers of the budget's table; and the lines outside."""
    by_name: dict[str, list[BudgetLine]] = defaultdict(list)
    for line in lines:
        by_name[line.group].append(line)
    stt = count(1)
    groups: list[tuple[str, tuple[Class, ...]]] = []
    outside: list[Class] = []
    for name, members in by_name.items():
        inside: list[Class] = []
        for line in members:
            one = _class(line, next(stt), parts.get(line.pk, ()))
            (outside if line.self_funded else inside).append(one)
        if inside:
            groups.append((name, tuple(inside)))
    numbered = enumerate(groups, start=1)
    return tuple(Group(roman(place), name, inside) for place, (name, inside) in numbered), tuple(outside)


def _class(line: BudgetLine, stt: int, parts: Sequence[Part]) -> Class:
    return Class(
        line_id=line.pk,
        stt=stt,
        content=line.content,
        audience=line.audience,
        state=line.get_state_display(),
        approved=line.keeps_its_norms,
        parts=tuple(parts),
    )


def _source(source: FundSource, parts: Sequence[Part]) -> SourceSum:
    return SourceSum(source.name, source.provincial, total(part.money for part in parts if part.slot[1] == source.pk))


def sums_by_source(plan: Plan) -> SourceSums:
    """The same sums by source alone; one query."""
    tables = {"planned": BudgetShare, "granted": GrantedAmount, "settled": SettledAmount}
    grouped = [_by_source(plan, model, kind) for kind, model in tables.items()]
    inside: dict[tuple[int, str, bool], dict[str, int]] = defaultdict(dict)
    planned: dict[tuple[int, str, bool], int] = defaultdict(int)
    for kind, outside, position, name, provincial, amount in grouped[0].union(*grouped[1:], all=True):
        source = (position, name, provincial)
        if not outside:
            inside[source][kind] = int(amount)
        if kind == "planned":
            planned[source] += int(amount)
    return SourceSums(
        tuple(SourceSum(name, provincial, Three(**three)) for (_, name, provincial), three in sorted(inside.items())),
        tuple(SourceSum(name, provincial, Three(amount)) for (_, name, provincial), amount in sorted(planned.items())),
    )


def _by_source(plan: Plan, model: type[Model], kind: str) -> QuerySet[Any, Any]:
    rows = model._default_manager.filter(line__plan=plan).order_by().annotate(kind=Value(kind))
    names = ("kind", "line__self_funded", "source__position", "source__name", "source__provincial")
    sums: QuerySet[Any, Any] = rows.values_list(*names).annotate(sum=Sum("amount"))
    return sums


def execution_mark(plan: Plan) -> str:
    """Another text after every decision that is added or taken out."""
    found = Grant.objects.filter(plan=plan).aggregate(number=Count("pk"), last=Max("pk", default=0))
    return f"{found['number']}-{found['last']}"
