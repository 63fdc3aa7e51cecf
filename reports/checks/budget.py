"""Budget lines against their arithmetic, sources and programmes, and sources against the columns that print them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import Q, Sum

from budget.models import BudgetLine, FundSource
from budget.rules import line_amount
from reports.appendices.columns import SOURCE_PREFIX
from reports.checks.findings import NOTHING, Findings
from reports.checks.places import Place, Spot, of_appendix, of_programme
from reports.checks.rules import Rule
from reports.fields import Figures
from trainingplan.models import Appendix, Plan
from trainingplan.rules.numbers import format_money


@dataclass(frozen=True, slots=True)
class Line:
    """A budget line as it is checked; `paid` is what its sources sum to."""

    id: int
    key: str
    programme: str
    content: str
    basis: str
    rate: int
    classes: int
    learners_per_class: int
    days: int
    amount: int
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
    """Hold each line to its arithmetic, and each source to its column; one query."""
    rows = (
        BudgetLine.objects.filter(plan=plan)
        .order_by("position")
        .annotate(paid=Sum("shares__amount", default=0))
        .values_list(
            "pk",
            "key",
            "programme__key",
            "content",
            "basis",
            "rate",
            "classes",
            "learners_per_class",
            "days",
            "amount",
            "paid",
            "illustrative",
        )
    )
    lines = []
    for *row, illustrative in rows:
        lines.append(Line(*row))
        findings.illustrative |= illustrative
    for stt, line in enumerate(lines, 1):
        check_line(stt, line, findings)
    _check_learners(lines, figures, findings)
    _check_columns(appendices, funds, findings)


def check_line(stt: int, line: Line, findings: Findings) -> None:
    place = Place(f"Dòng kinh phí {stt} «{line.content}», thành tiền", Spot.BUDGET, line.key, str(line.id))
    amount = line_amount(
        basis=line.basis,
        rate=line.rate,
        classes=line.classes,
        learners_per_class=line.learners_per_class,
        days=line.days,
    )
    label = BudgetLine.Basis(line.basis).label
    message = f"Thành tiền không bằng mức chi nhân các thừa số ({label})."
    factors = replace(place, words="Mức chi × thừa số")
    findings.equal(Rule.LINE_AMOUNT, (place, line.amount), (factors, amount), message)
    message, sources = "Các nguồn cộng lại không bằng thành tiền.", replace(place, words="Tổng các nguồn")
    findings.equal(Rule.LINE_SOURCES, (place, line.amount), (sources, line.paid), message)


def _check_learners(lines: list[Line], figures: Figures, findings: Findings) -> None:
    """Nobody is paid for beyond a programme's quotas; fewer may be, where learners or their offices pay themselves."""
    learners: Counter[str] = Counter()
    for line in lines:
        learners[line.programme or ""] += line.classes * line.learners_per_class
    for key, name in figures.programmes.items():
        given = [quota.number for quota in figures.of_programme(key) if quota.number is not None]
        if given and learners[key]:
            message = "Kinh phí tính cho nhiều người hơn chỉ tiêu của chương trình."
            place = Place(f"Kinh phí của «{name}», số học viên", Spot.BUDGET)
            other = of_programme(key, f"Chỉ tiêu của chương trình «{name}»", figures)
            findings.at_most(Rule.LEARNERS, (place, learners[key]), (other, sum(given)), message)


def _check_columns(appendices: Iterable[Appendix], funds: Iterable[Fund], findings: Findings) -> None:
    """A source that pays something has a column in every budget appendix."""
    shown = {
        appendix.number: {column.source for column in appendix.columns.all()}
        for appendix in appendices
        if appendix.kind == Appendix.Kind.BUDGET
    }
    for fund in funds:
        for number, sources in shown.items() if fund.total else ():
            message, place = "Phụ lục không có cột cho nguồn kinh phí này.", Place(f"Nguồn «{fund.name}»", Spot.BUDGET)
            figure, holds = format_money(fund.total), f"{SOURCE_PREFIX}{fund.key}" in sources
            findings.hold(Rule.FUND_COLUMN, (place, figure), (of_appendix(number), NOTHING), message, holds=holds)
