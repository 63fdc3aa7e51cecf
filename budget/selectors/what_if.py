"""The plan's lines as the arithmetic of assumptions and of re-planning reads them, and what an assumption comes to."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Prefetch

from budget.models import MAXIMUM, BudgetLine, EstimateLine, FundSource, NormItem
from budget.rules.norms import INVOICE, PERCENT
from budget.rules.what_if import Affected, Assumption, ClassCosts, CostChange, NormedCost, Outcome, what_if
from budget.selectors.norms import class_day
from budget.selectors.table import NO_BLOC
from trainingplan.models import Plan


@dataclass(frozen=True, slots=True)
class UsedNorm:
    """A level that the plan's estimates use: what can be assumed to be another."""

    key: str
    name: str
    group: str
    rank: str
    unit: str
    kind: str
    level: int | None

    @property
    def is_percentage(self) -> bool:
        return self.kind == PERCENT

    @property
    def by_invoice(self) -> bool:
        return self.kind == INVOICE


@dataclass(frozen=True, slots=True)
class Sum:
    """What a source or a khối comes to, before and after."""

    name: str
    old: int
    new: int

    @property
    def difference(self) -> int:
        return self.new - self.old


@dataclass(frozen=True, slots=True)
class Class:
    """A class that the assumption reaches, as page and paper show it."""

    line_id: int
    content: str
    group: str
    classes: int
    learners: int
    opens_on: date | None
    change: Affected

    @property
    def changed(self) -> tuple[CostChange, ...]:
        return self.change.changed


@dataclass(frozen=True)
class Assumed:
    """What the assumption comes to. `old`, `new` and the sums are of the whole budget, and add up to the đồng."""

    outcome: Outcome
    classes: tuple[Class, ...]
    sources: tuple[Sum, ...]
    blocs: tuple[Sum, ...]
    illustrative: bool

    @cached_property
    def groups(self) -> tuple[tuple[str, tuple[Class, ...], int, int, int], ...]:
        """The classes by group, with what these come to before and after, and the difference."""
        names = dict.fromkeys(one.group for one in self.classes)
        found = [(name, tuple(one for one in self.classes if one.group == name)) for name in names]
        sums = [(sum(one.change.old for one in group), sum(one.change.new for one in group)) for _, group in found]
        return tuple((*group, old, new, new - old) for group, (old, new) in zip(found, sums, strict=True))

    @property
    def too_large(self) -> bool:
        """Whether the budget would be beyond what is stored and printed."""
        return self.outcome.new >= MAXIMUM

    @property
    def old(self) -> int:
        """What the classes that change come to now."""
        return sum(one.change.old for one in self.classes)

    @property
    def new(self) -> int:
        return sum(one.change.new for one in self.classes)


def lines_with_costs(plan: Plan) -> list[BudgetLine]:
    """The lines in their order with costs, norms and shares; three queries."""
    costs = EstimateLine.objects.select_related("norm_item").order_by("position")
    lines = BudgetLine.objects.filter(plan=plan).select_related("bloc", "norm_set", "programme")
    return list(lines.prefetch_related(Prefetch("costs", costs), "shares").order_by("position"))


def used_norms(lines: Iterable[BudgetLine]) -> tuple[UsedNorm, ...]:
    """The levels that the estimates use, once each by key, in the order of their set."""
    items = {cost.norm_item.pk: cost.norm_item for line in lines for cost in line.costs.all() if cost.norm_item}
    by_key: dict[str, NormItem] = {}
    for item in sorted(items.values(), key=lambda item: (item.norm_set_id, item.position)):
        by_key[item.key] = item
    return tuple(
        UsedNorm(key, one.name, one.group, one.rank, one.unit, one.kind, one.level) for key, one in by_key.items()
    )


def assume(plan: Plan, lines: Sequence[BudgetLine], assumption: Assumption) -> Assumed:
    """What the assumption makes of the lines; one query for the names of the sources."""
    outcome = what_if([class_costs(plan, line) for line in lines], assumption)
    by_id = {line.pk: line for line in lines}
    changed = {one.line_id: one for one in outcome.affected}
    return Assumed(
        outcome=outcome,
        classes=tuple(_class(by_id[line_id], one) for line_id, one in changed.items()),
        sources=_by_source(lines, changed),
        blocs=_by_bloc(lines, changed),
        illustrative=shows_illustrative(plan, lines),
    )


def class_costs(plan: Plan, line: BudgetLine) -> ClassCosts:
    """The line as the rules see it."""
    number = line.norm_set.number if line.norm_set else ""
    costs = (
        NormedCost(cost.as_cost, cost.norm_item.as_norm(number) if cost.norm_item else None)
        for cost in line.costs.all()
    )
    return ClassCosts(
        line_id=line.pk,
        day=class_day(plan, line.opens_on),
        amount=line.amount,
        costs=tuple(costs),
        paid=paid_by(line),
        approved=line.keeps_its_norms,
        carried_over=line.carried_over,
    )


def shows_illustrative(plan: Plan, lines: Iterable[BudgetLine]) -> bool:
    """Whether the plan, a line or a level that it uses is not of a real plan."""
    return plan.illustrative or any(
        line.illustrative or any(cost.norm_item and cost.norm_item.illustrative for cost in line.costs.all())
        for line in lines
    )


def paid_by(line: BudgetLine) -> dict[int, int]:
    """What each source pays of a line, by its id."""
    return {share.source_id: share.amount for share in line.shares.all()}


def _class(line: BudgetLine, change: Affected) -> Class:
    return Class(line.pk, line.content, line.group, line.classes, line.learners, line.opens_on, change)


def _by_source(lines: Sequence[BudgetLine], changed: Mapping[int, Affected]) -> tuple[Sum, ...]:
    old: Counter[int] = Counter()
    new: Counter[int] = Counter()
    for line in lines:
        paid = paid_by(line)
        old.update(paid)
        new.update(changed[line.pk].shares if line.pk in changed else paid)
    names = FundSource.objects.values_list("pk", "name")
    return tuple(Sum(name, old[pk], new[pk]) for pk, name in names if old[pk] or new[pk])


def _by_bloc(lines: Sequence[BudgetLine], changed: Mapping[int, Affected]) -> tuple[Sum, ...]:
    """By khối, lines of none last; nothing while no line names one."""
    old: Counter[tuple[int, str]] = Counter()
    new: Counter[tuple[int, str]] = Counter()
    last = max((line.bloc.position for line in lines if line.bloc), default=0) + 1
    for line in lines:
        bloc = (line.bloc.position, str(line.bloc)) if line.bloc else (last, NO_BLOC)
        old[bloc] += line.amount
        new[bloc] += changed[line.pk].new if line.pk in changed else line.amount
    if not any(line.bloc for line in lines):
        return ()
    return tuple(Sum(bloc[1], old[bloc], new[bloc]) for bloc in sorted(old) if old[bloc] or new[bloc])
