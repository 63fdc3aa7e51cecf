"""Re-planning: the plan's lines with what may happen to them, the options within a sum, and what was accepted."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from django.db.models import Count

from budget.models import BudgetLine, FundSource, Replan, ReplannedLine
from budget.rules.replan import Cut, Option, Rank, Strategy, find, options, share_named
from budget.rules.resizing import Limits, Line, Priority, Size, counted
from budget.selectors.what_if import lines_with_costs, paid_by
from quotas.models import Nomination
from trainingplan.models import Plan

ALL, PROVINCE = "tat-ca", "tinh"
"""Whose money a sum limits: all sources, those of the province, or the id of one."""
USUAL_LIMITS = Limits(least=30, most=80)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What somebody asks of re-planning: whose money, the sum, sizes of classes, what goes first and what stays.

    `percent` stands for the sum as a part of what there is now. A line's own priority goes before its group's.
    """

    source: str = PROVINCE
    limit: int | None = None
    percent: int = 100
    limits: Limits = USUAL_LIMITS
    rank: Rank = Rank.LEARNERS
    keep: frozenset[int] = frozenset()
    first: frozenset[int] = frozenset()
    keep_groups: frozenset[str] = frozenset()
    first_groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A line of the budget, and as re-planning sees it; `closed` says why nothing may happen to it."""

    row: BudgetLine
    line: Line
    closed: str


@dataclass(frozen=True)
class Replanning:
    """The lines, what the limited sources pay of them now, and the sum that they are to hold."""

    candidates: tuple[Candidate, ...]
    sources: frozenset[int] | None
    limited: str
    money: int
    limit: int
    wishes: Wishes

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(one.line for one in self.candidates)

    @property
    def gap(self) -> int:
        """What must be saved; negative: what may be spent besides."""
        return self.money - self.limit

    @property
    def illustrative(self) -> bool:
        return any(one.row.illustrative for one in self.candidates)

    @property
    def seen(self) -> dict[int, int]:
        """The versions of all lines, for the one who accepts an option to show what he saw."""
        return {one.row.pk: one.row.version for one in self.candidates}

    def groups(self) -> Iterable[tuple[str, list[Candidate]]]:
        found: dict[str, list[Candidate]] = defaultdict(list)
        for one in self.candidates:
            found[one.row.group].append(one)
        return found.items()

    def options(self) -> tuple[Option, ...]:
        wishes = self.wishes
        return options(self.lines, self.limit, wishes.limits, sources=self.sources, rank=wishes.rank)

    def option(self, strategy: Strategy) -> Option:
        return find(self.lines, self.limit, self.wishes.limits, strategy, sources=self.sources)


def replanning(plan: Plan, wishes: Wishes) -> Replanning:
    """The lines of the plan under these wishes; five queries."""
    rows = lines_with_costs(plan)
    sources = list(FundSource.objects.all())
    named = _named(plan, rows)
    candidates = tuple(_candidate(row, wishes, named.get(row.pk, 0)) for row in rows)
    chosen, words = _chosen(wishes.source, sources)
    money = sum(counted(one.line, one.row.amount, chosen) for one in candidates)
    limit = money * wishes.percent // 100 if wishes.limit is None else wishes.limit
    return Replanning(candidates, chosen, words, money, limit, wishes)


def source_choices() -> list[tuple[str, str]]:
    """Whose money a sum can limit; the province's only source stands for the province."""
    sources = list(FundSource.objects.all())
    only = [source for source in sources if source.provincial][:2]
    own = [(str(source.pk), source.name) for source in sources if [source] != only]
    return [(PROVINCE, "Ngân sách tỉnh"), (ALL, "Tất cả các nguồn"), *own]


def mark_of(option: Option) -> str:
    """Stands for exactly what the option does: two are the same when their marks are."""
    cuts = [(cut.line.line_id, cut.line.amount, cut.size, cut.amount) for cut in option.cuts]
    return sha256(repr((option.strategy.value, option.limit, cuts)).encode()).hexdigest()[:24]


def replans(plan: Plan) -> list[Replan]:
    """What was accepted, the latest first, with the number of lines of each; one query."""
    found = Replan.objects.filter(plan=plan).select_related("made_by", "undone_by")
    return list(found.annotate(changed=Count("lines")))


def undoing(replan: Replan) -> list[tuple[ReplannedLine, str]]:
    """The lines of a re-plan, each with the reason why an undo would leave it as it is; two queries."""
    rows = list(replan.lines.select_related("line"))
    keys = set(BudgetLine.objects.filter(plan=replan.plan_id).values_list("key", flat=True))
    return [(row, why_kept(row, keys)) for row in rows]


def why_kept(row: ReplannedLine, keys: Iterable[str]) -> str:
    """Why an undo leaves the line; empty when it stands as the re-plan left it. `keys`: of the plan's lines."""
    if row.version is None:
        return "đã có dòng khác cùng khóa" if row.was["key"] in keys else ""
    if row.line is None:
        return "dòng đã bị xóa sau khi cắt giảm"
    return "" if row.line.version == row.version else "dòng đã được sửa sau khi cắt giảm"


def cut_rows(replanned: Replanning, option: Option) -> list[tuple[BudgetLine, Cut]]:
    """What the option changes, with the lines that it changes, in their order."""
    rows = {one.row.pk: one.row for one in replanned.candidates}
    return [(rows[cut.line.line_id], cut) for cut in option.cuts]


def _candidate(row: BudgetLine, wishes: Wishes, named: int) -> Candidate:
    closed = _why_closed(row)
    line = Line(
        line_id=row.pk,
        size=Size(row.classes, row.learners_per_class),
        amount=row.amount,
        costs=tuple(cost.as_cost for cost in row.costs.all()),
        paid=tuple(paid_by(row).items()),
        priority=Priority.KEEP if closed else _priority(row, wishes),
        named=named,
    )
    return Candidate(row, line, closed)


def _why_closed(row: BudgetLine) -> str:
    if row.keeps_its_norms:
        return row.get_state_display()
    if row.carried_over:
        return "chuyển tiếp"
    return "cơ quan, đơn vị bảo đảm" if row.self_funded else ""


def _priority(row: BudgetLine, wishes: Wishes) -> Priority:
    if row.pk in wishes.keep:
        return Priority.KEEP
    if row.pk in wishes.first:
        return Priority.FIRST
    if row.group in wishes.keep_groups:
        return Priority.KEEP
    return Priority.FIRST if row.group in wishes.first_groups else Priority.SHRINK


def _named(plan: Plan, rows: Sequence[BudgetLine]) -> Mapping[int, int]:
    """By line, its part of the people nominated for its programme (reserves not counted). One query."""
    nominated = dict(
        Nomination.objects.filter(quota__programme__plan=plan, reserve=False)
        .values_list("quota__programme")
        .annotate(Count("pk"))
        .order_by()
    )
    by_programme: dict[int, list[BudgetLine]] = defaultdict(list)
    for row in rows:
        if row.programme_id and row.learners:
            by_programme[row.programme_id].append(row)
    found: dict[int, int] = {}
    for programme, members in by_programme.items():
        shares = share_named(nominated.get(programme, 0), [row.learners for row in members])
        found |= zip((row.pk for row in members), shares, strict=True)
    return found


def _chosen(source: str, sources: Sequence[FundSource]) -> tuple[frozenset[int] | None, str]:
    """The ids of the limited sources, None for all, and their names in words."""
    if source == ALL:
        return None, "tất cả các nguồn"
    if source == PROVINCE:
        return frozenset(one.pk for one in sources if one.provincial), "ngân sách tỉnh"
    chosen = [one for one in sources if str(one.pk) == source]
    return frozenset(one.pk for one in chosen), ", ".join(one.name for one in chosen)
