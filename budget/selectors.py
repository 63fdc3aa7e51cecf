"""Reading the budget: one table that page, appendix 8 and plan text share, and the norms of the plan's day."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, groupby

from django.db.models import Sum

from budget.models import BudgetLine, BudgetShare, FundSource, NormItem, NormSet
from trainingplan.models import Plan
from trainingplan.rules.letters import roman
from trainingplan.rules.numbers import format_percent
from trainingplan.rules.words import money_in_words
from trainingplan.selectors import plan_day, valid_on

READABLE = 10**18
"""Amounts from here on have no words."""


@dataclass(frozen=True)
class Row:
    """A line as the table shows it. `paid` is by source in the table's order, 0 where one pays nothing."""

    line_id: int
    stt: int
    content: str
    audience: str
    classes: int
    learners_per_class: int
    days: int
    basis: str
    basis_label: str
    rate: int
    amount: int
    paid: tuple[tuple[str, int], ...]
    executor: str
    note: str
    programme: str
    illustrative: bool

    @property
    def learners(self) -> int:
        return self.classes * self.learners_per_class

    @property
    def balanced(self) -> bool:
        """Whether the sources pay the amount to the đồng."""
        return sum(share for _, share in self.paid) == self.amount

    @property
    def shown_classes(self) -> int:
        """The number of classes; an item without learners is no class."""
        return self.classes if self.learners else 0


@dataclass(frozen=True)
class Sums:
    """Rows and their sums."""

    rows: tuple[Row, ...]

    @property
    def classes(self) -> int:
        return sum(row.shown_classes for row in self.rows)

    @property
    def learners(self) -> int:
        return sum(row.learners for row in self.rows)

    @property
    def amount(self) -> int:
        return sum(row.amount for row in self.rows)

    @property
    def paid(self) -> tuple[tuple[str, int], ...]:
        """What each source pays of the rows."""
        sums: Counter[str] = Counter()
        for row in self.rows:
            sums.update(dict(row.paid))
        return tuple(sums.items())


@dataclass(frozen=True)
class Group(Sums):
    """Rows under one heading."""

    roman: str
    name: str


@dataclass(frozen=True)
class Source:
    """A source of funds that pays something in this plan, and how much."""

    name: str
    provincial: bool
    amount: int
    percent: str


@dataclass(frozen=True)
class BudgetTable(Sums):
    """The plan's budget. Its total is the sum of its rows, and the sum of its sources when every row is balanced."""

    groups: tuple[Group, ...]
    sources: tuple[Source, ...]
    illustrative: bool

    @property
    def province_total(self) -> int:
        return sum(source.amount for source in self.sources if source.provincial)

    @property
    def words(self) -> str:
        return in_words(self.amount)

    @property
    def province_words(self) -> str:
        return in_words(self.province_total)

    @property
    def unbalanced(self) -> tuple[Row, ...]:
        """Rows whose sources do not sum to their amount; there should be none."""
        return tuple(row for row in self.rows if not row.balanced)


def in_words(amount: int) -> str:
    return money_in_words(amount) if amount < READABLE else ""


def province_total(plan: Plan) -> int:
    """What the province pays by the plan's lines: the sum of the shares of provincial sources. One query."""
    shares = BudgetShare.objects.filter(line__plan=plan, source__provincial=True)
    return int(shares.aggregate(total=Sum("amount", default=0))["total"])


def budget_table(plan: Plan) -> BudgetTable:
    """The whole budget; three queries, whatever the number of lines."""
    shares: dict[int, dict[int, int]] = defaultdict(dict)
    for line_id, source_id, amount in BudgetShare.objects.filter(line__plan=plan).values_list(
        "line_id", "source_id", "amount"
    ):
        shares[line_id][source_id] = amount
    paying = {source_id for by_source in shares.values() for source_id in by_source}
    sources = [source for source in FundSource.objects.all() if source.pk in paying]
    lines = list(BudgetLine.objects.filter(plan=plan).select_related("programme").order_by("position"))
    groups = _groups(lines, sources, shares)
    total = sum(line.amount for line in lines)
    return BudgetTable(
        rows=tuple(row for group in groups for row in group.rows),
        groups=groups,
        sources=tuple(_source(source, shares.values(), total) for source in sources),
        illustrative=plan.illustrative or any(line.illustrative for line in lines),
    )


def _source(source: FundSource, shares: Iterable[Mapping[int, int]], total: int) -> Source:
    amount = sum(paid.get(source.pk, 0) for paid in shares)
    return Source(source.name, source.provincial, amount, format_percent(amount, total))


def _groups(
    lines: Sequence[BudgetLine], sources: Sequence[FundSource], shares: Mapping[int, Mapping[int, int]]
) -> tuple[Group, ...]:
    """Groups in the order of their first line; STT runs through all of them."""
    by_name: dict[str, list[BudgetLine]] = defaultdict(list)
    for line in lines:
        by_name[line.group].append(line)
    stt = count(1)
    return tuple(
        Group(tuple(_row(line, next(stt), sources, shares.get(line.pk, {})) for line in members), roman(place), name)
        for place, (name, members) in enumerate(by_name.items(), start=1)
    )


def _row(line: BudgetLine, stt: int, sources: Sequence[FundSource], paid: Mapping[int, int]) -> Row:
    return Row(
        line_id=line.pk,
        stt=stt,
        content=line.content,
        audience=line.audience,
        classes=line.classes,
        learners_per_class=line.learners_per_class,
        days=line.days,
        basis=line.basis,
        basis_label=line.get_basis_display(),
        rate=line.rate,
        amount=line.amount,
        paid=tuple((source.name, paid.get(source.pk, 0)) for source in sources),
        executor=line.executor,
        note=line.note,
        programme=str(line.programme) if line.programme else "",
        illustrative=line.illustrative,
    )


@dataclass(frozen=True)
class Norms:
    """A norm set with its items by group."""

    norm_set: NormSet
    groups: tuple[tuple[str, tuple[NormItem, ...]], ...]

    @property
    def illustrative(self) -> bool:
        return any(item.illustrative for _, items in self.groups for item in items)


def norms_in_force(plan: Plan) -> tuple[Norms, ...]:
    """The norm sets that hold on the plan's day; two queries."""
    sets = NormSet.objects.filter(valid_on(plan_day(plan))).prefetch_related("items")
    return tuple(
        Norms(
            norm_set,
            tuple((name, tuple(items)) for name, items in groupby(norm_set.items.all(), key=lambda item: item.group)),
        )
        for norm_set in sets
    )


def group_names(plan: Plan) -> list[str]:
    """The groups of the plan's lines, in their order, to choose from."""
    names = BudgetLine.objects.filter(plan=plan).order_by("position").values_list("group", flat=True)
    return list(dict.fromkeys(names))
