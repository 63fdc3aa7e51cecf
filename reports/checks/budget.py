"""Budget lines against their estimates and their sources, and the sources against the columns that print them."""

from dataclasses import dataclass

from django.db.models import F, OuterRef, Subquery, Sum

from budget.models import BudgetLine, BudgetShare, EstimateLine, NormItem
from reports.appendices.columns import SOURCE_PREFIX
from reports.checks.findings import NOTHING, Findings
from trainingplan.models import Appendix, AppendixColumn, Plan
from trainingplan.rules.numbers import format_money


@dataclass(frozen=True, slots=True)
class Line:
    """A budget line as it is checked; `computed` is what its costs, or its lump sum, come to, `paid` its sources."""

    content: str
    amount: int
    computed: int
    paid: int


def check_budget(plan: Plan, findings: Findings) -> None:
    """Hold each line to its costs and sources, each cost to its norm, each source to its column; five queries."""
    costs = EstimateLine.objects.filter(line=OuterRef("pk")).order_by().values("line").annotate(sum=Sum("amount"))
    rows = (
        BudgetLine.objects.filter(plan=plan)
        .order_by("position")
        .annotate(paid=Sum("shares__amount", default=0), costed=Subquery(costs.values("sum")))
        .values_list("content", "basis", "rate", "amount", "costed", "paid")
    )
    for stt, (content, basis, rate, amount, costed, paid) in enumerate(rows, 1):
        computed = rate if basis == BudgetLine.Basis.LUMP_SUM else costed or 0
        check_line(stt, Line(content, amount, computed, paid), findings)
    _check_levels(plan, findings)
    _check_self_funded(plan, findings)
    _check_columns(plan, findings)


def check_line(stt: int, line: Line, findings: Findings) -> None:
    where = f"Dòng kinh phí {stt} «{line.content}», thành tiền"
    message = "Thành tiền không bằng tổng các khoản dự toán, hoặc số tiền trọn gói."
    findings.equal(where, line.amount, "Các khoản dự toán", line.computed, message)
    findings.equal(where, line.amount, "Tổng các nguồn", line.paid, "Các nguồn cộng lại không bằng thành tiền.")


def _check_levels(plan: Plan, findings: Findings) -> None:
    """No cost of a line still planned is above the level that its norm now has."""
    above = EstimateLine.objects.filter(
        line__plan=plan, line__state=BudgetLine.State.PLANNED, level__gt=F("norm_item__level")
    ).exclude(kind=NormItem.Kind.INVOICE)
    rows = above.order_by("line__position", "position").values_list(
        "line__content", "content", "level", "norm_item__level"
    )
    for line, content, level, allowed in rows:
        message = "Khoản dự toán vượt mức chi của nghị quyết."
        where = f"Dòng «{line}», khoản «{content}»"
        findings.hold(where, format_money(level), "Mức chi", format_money(allowed), message, holds=False)


def _check_self_funded(plan: Plan, findings: Findings) -> None:
    """What units guarantee is paid by no source of the province."""
    paid = BudgetShare.objects.filter(line__plan=plan, line__self_funded=True, source__provincial=True)
    for line, source, amount in paid.values_list("line__content", "source__name", "amount"):
        message = "Kinh phí do cơ quan, đơn vị bảo đảm nhưng có nguồn của tỉnh."
        findings.hold(f"Dòng «{line}»", format_money(amount), f"Nguồn «{source}»", NOTHING, message, holds=False)


def _check_columns(plan: Plan, findings: Findings) -> None:
    """A source that pays something has a column in every budget appendix."""
    paying = (
        BudgetShare.objects.filter(line__plan=plan)
        .order_by("source__position")
        .values_list("source__key", "source__name")
        .annotate(total=Sum("amount"))
    )
    columns = AppendixColumn.objects.filter(appendix__plan=plan, appendix__kind=Appendix.Kind.BUDGET)
    shown: dict[int, set[str]] = {}
    for number, source in columns.order_by("appendix__number").values_list("appendix__number", "source"):
        shown.setdefault(number, set()).add(source)
    for key, name, total in paying:
        for number, sources in shown.items():
            where, message = f"Nguồn «{name}»", "Phụ lục không có cột cho nguồn kinh phí này."
            holds = f"{SOURCE_PREFIX}{key}" in sources
            findings.hold(where, format_money(total), f"Phụ lục {number}", NOTHING, message, holds=holds)
