"""Budget lines against estimates, norms, sources and programmes, and sources against the columns that print them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import F, OuterRef, Q, Subquery, Sum

from budget.models import BudgetLine, BudgetShare, EstimateLine, FundSource, NormItem
from reports.appendices.columns import SOURCE_PREFIX
from reports.checks.findings import NOTHING, Findings
from reports.checks.places import Place, Spot, of_appendix, of_programme
from reports.checks.rules import Rule
from reports.fields import Figures
from trainingplan.models import Appendix, Plan
from trainingplan.rules.numbers import format_money

_FIELDS = (
    "pk",
    "key",
    "programme__key",
    "content",
    "classes",
    "learners_per_class",
    "basis",
    "rate",
    "amount",
    "illustrative",
)


@dataclass(frozen=True, slots=True)
class Line:
    """A budget line as it is checked; `computed` is what its costs, or its lump sum, come to, `paid` its sources."""

    id: int
    key: str
    programme: str
    content: str
    learners: int
    amount: int
    computed: int
    paid: int


@dataclass(frozen=True, slots=True)
class Fund:
    """A source of funds, and what it pays in the plan."""

    key: str
    name: str
    total: int


def load_funds(plan: Plan) -> list[Fund]:
    """All sources, those too that pay nothing; one query."""
    total = Sum("shares__amount", filter=Q(shares__line__plan=plan), default=0)
    rows = FundSource.objects.annotate(total=total).order_by("position").values_list("key", "name", "total")
    return [Fund(*row) for row in rows]


def check_budget(
    plan: Plan, figures: Figures, appendices: Iterable[Appendix], funds: Iterable[Fund], findings: Findings
) -> None:
    """Hold each line to its costs and sources, each cost to its norm, each source to its column; three queries."""
    lines = _load_lines(plan, findings)
    for stt, line in enumerate(lines, 1):
        check_line(stt, line, findings)
    _check_levels(plan, findings)
    _check_self_funded(plan, findings)
    _check_learners(lines, figures, findings)
    _check_columns(appendices, funds, findings)


def _load_lines(plan: Plan, findings: Findings) -> list[Line]:
    costs = EstimateLine.objects.filter(line=OuterRef("pk")).order_by().values("line").annotate(sum=Sum("amount"))
    found = (
        BudgetLine.objects.filter(plan=plan)
        .order_by("position")
        .annotate(paid=Sum("shares__amount", default=0), costed=Subquery(costs.values("sum")))
        .values(*_FIELDS, "paid", "costed")
    )
    lines = []
    for row in found:
        computed = row["rate"] if row["basis"] == BudgetLine.Basis.LUMP_SUM else row["costed"] or 0
        learners = row["classes"] * row["learners_per_class"]
        programme = row["programme__key"] or ""
        lines.append(
            Line(row["pk"], row["key"], programme, row["content"], learners, row["amount"], computed, row["paid"])
        )
        findings.illustrative |= row["illustrative"]
    return lines


def check_line(stt: int, line: Line, findings: Findings) -> None:
    place = Place(f"Dòng kinh phí {stt} «{line.content}», thành tiền", Spot.BUDGET, line.key, str(line.id))
    message = "Thành tiền không bằng tổng các khoản dự toán, hoặc số tiền trọn gói."
    costs = replace(place, words="Các khoản dự toán")
    findings.equal(Rule.LINE_AMOUNT, (place, line.amount), (costs, line.computed), message)
    message, sources = "Các nguồn cộng lại không bằng thành tiền.", replace(place, words="Tổng các nguồn")
    findings.equal(Rule.LINE_SOURCES, (place, line.amount), (sources, line.paid), message)


def _check_levels(plan: Plan, findings: Findings) -> None:
    """No cost of a line still planned is above the level that its norm now has."""
    costs = EstimateLine.objects.filter(line__plan=plan, line__state=BudgetLine.State.PLANNED)
    rows = (
        costs.exclude(kind=NormItem.Kind.INVOICE)
        .filter(norm_item__level__isnull=False)
        .annotate(allowed=F("norm_item__level"))
        .order_by("line__position", "position")
        .values_list("line_id", "line__key", "line__content", "position", "content", "level", "allowed")
    )
    for line_id, key, line, position, content, level, allowed in rows:
        place = Place(f"Dòng «{line}», khoản «{content}»", Spot.BUDGET, f"{key}/{position}", str(line_id))
        norm = replace(place, words="Mức chi của nghị quyết")
        findings.at_most(Rule.COST_LEVEL, (place, level), (norm, allowed), "Khoản dự toán vượt mức chi.")


def _check_self_funded(plan: Plan, findings: Findings) -> None:
    """What units guarantee is paid by no source of the province."""
    paid = BudgetShare.objects.filter(line__plan=plan, line__self_funded=True, source__provincial=True)
    rows = paid.order_by("line__position", "source__position")
    for line_id, key, line, source, amount in rows.values_list(
        "line_id", "line__key", "line__content", "source__name", "amount"
    ):
        place = Place(f"Dòng «{line}»", Spot.BUDGET, key, str(line_id))
        other = Place(f"Nguồn «{source}»", Spot.BUDGET)
        message = "Kinh phí do cơ quan, đơn vị bảo đảm nhưng có nguồn của tỉnh."
        findings.hold(Rule.SELF_FUNDED, (place, format_money(amount)), (other, NOTHING), message, holds=False)


def _check_learners(lines: list[Line], figures: Figures, findings: Findings) -> None:
    """Nobody is paid for beyond a programme's quotas; fewer may be, where learners or their offices pay themselves."""
    learners: Counter[str] = Counter()
    for line in lines:
        learners[line.programme] += line.learners
    for key, name in figures.programmes.items():
        given = [quota.number for quota in figures.of_programme(key) if quota.number is not None]
        if given and learners[key]:
            message = "Kinh phí tính cho nhiều người hơn chỉ tiêu của chương trình."
            place = Place(f"Kinh phí của «{name}», số học viên", Spot.BUDGET)
            other = of_programme(key, f"Chỉ tiêu của chương trình «{name}»", figures)
            findings.at_most(Rule.LEARNERS, (place, learners[key]), (other, sum(given)), message)


def _check_columns(appendices: Iterable[Appendix], funds: Iterable[Fund], findings: Findings) -> None:
    """A source that pays something has a column of its own in the definition of every budget appendix."""
    shown = {
        appendix.number: {column.source for column in appendix.columns.all()}
        for appendix in appendices
        if appendix.kind == Appendix.Kind.BUDGET
    }
    for fund in funds:
        for number, sources in shown.items() if fund.total else ():
            message = "Phụ lục chưa đặt cột cho nguồn kinh phí này; bản in tự thêm một cột."
            place = Place(f"Nguồn «{fund.name}»", Spot.BUDGET)
            figure, holds = format_money(fund.total), f"{SOURCE_PREFIX}{fund.key}" in sources
            findings.hold(Rule.FUND_COLUMN, (place, figure), (of_appendix(number), NOTHING), message, holds=holds)
