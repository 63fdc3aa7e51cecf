"""Reading the budget: one table that page, appendix 8 and plan text share."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count

from django.db.models import Sum

from budget.models import BudgetLine, BudgetShare, EstimateLine, FundSource
from courses.models import Institution
from trainingplan.models import Plan
from trainingplan.rules.letters import roman
from trainingplan.rules.numbers import format_percent
from trainingplan.rules.words import money_in_words

READABLE = 10**18
"""Amounts from here on have no words."""


OTHER_COSTS = "Chi khác"
"""Under which costs without a norm are summed."""
NO_BLOC = "Chung các khối"
MARKS = {
    "carried_over": "chuyển tiếp",
    "outside_plan": "ngoài kế hoạch",
    "self_funded": "kinh phí do cơ quan, đơn vị bảo đảm",
}


@dataclass(frozen=True, slots=True)
class CostRow:
    """A cost of a class: how it was computed, by which clause, what it comes to."""

    group: str
    content: str
    level: int
    how: str
    formula: str
    source: str
    amount: int


@dataclass(frozen=True, slots=True)
class Part:
    """Costs of a class as a paper sums them up; `level` stands where it is one cost, and no percentage."""

    words: str
    level: int | None
    amount: int


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
    months: int
    opens_on: date | None
    place: str
    provider: str
    basis: str
    amount: int
    costs: tuple[CostRow, ...]
    norm_set: str
    paid: tuple[tuple[str, int], ...]
    executor: str
    note: str
    programme: str
    bloc: str
    state: str
    approved: bool
    marks: tuple[str, ...]
    illustrative: bool

    @property
    def is_estimate(self) -> bool:
        return self.basis == BudgetLine.Basis.ESTIMATE

    @property
    def parts(self) -> tuple[Part, ...]:
        """The costs by the groups of their norms, one by one where there is but one group; none of a lump sum."""
        groups: dict[str, list[CostRow]] = defaultdict(list)
        for cost in self.costs:
            groups[cost.group].append(cost)
        if len(groups) == 1:
            return tuple(_part(cost.group, [cost]) for cost in self.costs)
        return tuple(_part(name, costs) for name, costs in groups.items())

    @property
    def remark(self) -> str:
        """Marks and note, as the last column prints them."""
        words = "; ".join((*self.marks, *filter(None, (self.note,))))
        return words[:1].upper() + words[1:]

    @property
    def learners(self) -> int:
        return self.classes * self.learners_per_class

    @property
    def balanced(self) -> bool:
        """Whether the sources pay the amount to the đồng."""
        return sum(share for _, share in self.paid) == self.amount

    @property
    def adds_up(self) -> bool:
        """Whether the costs are the amount to the đồng; a lump sum has none."""
        return not self.is_estimate or sum(cost.amount for cost in self.costs) == self.amount

    @property
    def shown_classes(self) -> int:
        """The number of classes; an item without learners is no class."""
        return self.classes if self.learners else 0


def _part(group: str, costs: Sequence[CostRow]) -> Part:
    if len(costs) == 1:
        (cost,) = costs
        words = ": ".join(filter(None, (cost.content, cost.how)))
        return Part(words, None if "%" in cost.how else cost.level, cost.amount)
    contents = ", ".join(f"{cost.content[:1].lower()}{cost.content[1:]}" for cost in costs)
    return Part(f"{group}: {contents}", None, sum(cost.amount for cost in costs))


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
    blocs: tuple[tuple[str, int], ...]
    """What the lines of each khối come to, those of none last; nothing while no line names one."""
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
    """The whole budget; four queries, whatever the number of lines."""
    shares: dict[int, dict[int, int]] = defaultdict(dict)
    for line_id, source_id, amount in BudgetShare.objects.filter(line__plan=plan).values_list(
        "line_id", "source_id", "amount"
    ):
        shares[line_id][source_id] = amount
    paying = {source_id for by_source in shares.values() for source_id in by_source}
    sources = [source for source in FundSource.objects.all() if source.pk in paying]
    relations = ("programme", "norm_set", "bloc")
    lines = list(BudgetLine.objects.filter(plan=plan).select_related(*relations).order_by("position"))
    groups = _groups(lines, sources, shares, _costs(plan, lines))
    total = sum(line.amount for line in lines)
    return BudgetTable(
        rows=tuple(row for group in groups for row in group.rows),
        groups=groups,
        blocs=_blocs(lines),
        sources=tuple(_source(source, shares.values(), total) for source in sources),
        illustrative=plan.illustrative or any(line.illustrative for line in lines),
    )


def _blocs(lines: Sequence[BudgetLine]) -> tuple[tuple[str, int], ...]:
    placed = [((line.bloc.position, str(line.bloc)), line.amount) for line in lines if line.bloc]
    sums: Counter[tuple[int, str]] = Counter()
    for bloc, amount in placed:
        sums[bloc] += amount
    rest = sum(line.amount for line in lines if not line.bloc)
    others = ((NO_BLOC, rest),) if rest and sums else ()
    return (*((name, amount) for (_, name), amount in sorted(sums.items())), *others)


def _source(source: FundSource, shares: Iterable[Mapping[int, int]], total: int) -> Source:
    amount = sum(paid.get(source.pk, 0) for paid in shares)
    return Source(source.name, source.provincial, amount, format_percent(amount, total))


def _costs(plan: Plan, lines: Iterable[BudgetLine]) -> dict[int, list[CostRow]]:
    """By line; one query."""
    resolutions = {line.pk: line.norm_set.number if line.norm_set else "" for line in lines}
    found: dict[int, list[CostRow]] = defaultdict(list)
    costs = EstimateLine.objects.filter(line__plan=plan).select_related("norm_item").order_by("line", "position")
    for cost in costs:
        item = cost.norm_item
        source = item.as_norm(resolutions.get(cost.line_id, "")).source if item else ""
        group = (item.group if item else "") or OTHER_COSTS
        priced = cost.priced
        found[cost.line_id].append(
            CostRow(group, cost.content, cost.level, priced.how, priced.formula, source, cost.amount)
        )
    return found


def _groups(
    lines: Sequence[BudgetLine],
    sources: Sequence[FundSource],
    shares: Mapping[int, Mapping[int, int]],
    costs: Mapping[int, Sequence[CostRow]],
) -> tuple[Group, ...]:
    """Groups in the order of their first line; STT runs through all of them."""
    by_name: dict[str, list[BudgetLine]] = defaultdict(list)
    for line in lines:
        by_name[line.group].append(line)
    stt = count(1)

    def row(line: BudgetLine) -> Row:
        paid = shares.get(line.pk, {})
        by_source = tuple((source.name, paid.get(source.pk, 0)) for source in sources)
        return _row(line, next(stt), by_source, tuple(costs.get(line.pk, ())))

    return tuple(
        Group(tuple(row(line) for line in members), roman(place), name)
        for place, (name, members) in enumerate(by_name.items(), start=1)
    )


def _row(line: BudgetLine, stt: int, paid: tuple[tuple[str, int], ...], costs: tuple[CostRow, ...]) -> Row:
    return Row(
        line_id=line.pk,
        stt=stt,
        content=line.content,
        audience=line.audience,
        classes=line.classes,
        learners_per_class=line.learners_per_class,
        days=line.days,
        months=line.months,
        opens_on=line.opens_on,
        place=line.place,
        provider=line.provider,
        basis=line.basis,
        amount=line.amount,
        costs=costs,
        norm_set=line.norm_set.number if line.norm_set else "",
        paid=paid,
        executor=line.executor,
        note=line.note,
        programme=str(line.programme) if line.programme else "",
        bloc=str(line.bloc) if line.bloc else "",
        state=line.get_state_display(),
        approved=line.keeps_its_norms,
        marks=line_marks(line),
        illustrative=line.illustrative,
    )


def line_marks(line: BudgetLine) -> tuple[str, ...]:
    """What papers remark of a line: chuyển tiếp, ngoài kế hoạch, kinh phí do cơ quan, đơn vị bảo đảm."""
    return tuple(words for name, words in MARKS.items() if getattr(line, name))


def group_names(plan: Plan) -> list[str]:
    """The groups of the plan's lines, in their order, to choose from."""
    names = BudgetLine.objects.filter(plan=plan).order_by("position").values_list("group", flat=True)
    return list(dict.fromkeys(names))


def providers(plan: Plan) -> list[str]:
    """Institutions to choose from: those known, then what the plan's lines name besides. Two queries."""
    known = Institution.objects.values_list("name", flat=True)
    typed = BudgetLine.objects.filter(plan=plan).exclude(provider="").order_by("position")
    return list(dict.fromkeys([*known, *typed.values_list("provider", flat=True)]))
