"""Budget lines against their arithmetic and their sources, and the sources against the columns that print them."""

from dataclasses import dataclass

from django.db.models import Sum

from budget.models import BudgetLine, BudgetShare
from budget.rules import line_amount
from reports.appendices.columns import SOURCE_PREFIX
from reports.checks.findings import NOTHING, Findings
from trainingplan.models import Appendix, AppendixColumn, Plan
from trainingplan.rules.numbers import format_money


@dataclass(frozen=True, slots=True)
class Line:
    """A budget line as it is checked; `paid` is what its sources sum to."""

    content: str
    basis: str
    rate: int
    classes: int
    learners_per_class: int
    days: int
    amount: int
    paid: int


def check_budget(plan: Plan, findings: Findings) -> None:
    """Hold each line to its arithmetic, and each source to its column; three queries."""
    rows = (
        BudgetLine.objects.filter(plan=plan)
        .order_by("position")
        .annotate(paid=Sum("shares__amount", default=0))
        .values_list("content", "basis", "rate", "classes", "learners_per_class", "days", "amount", "paid")
    )
    for stt, row in enumerate(rows, 1):
        check_line(stt, Line(*row), findings)
    _check_columns(plan, findings)


def check_line(stt: int, line: Line, findings: Findings) -> None:
    where = f"Dòng kinh phí {stt} «{line.content}», thành tiền"
    amount = line_amount(
        basis=line.basis,
        rate=line.rate,
        classes=line.classes,
        learners_per_class=line.learners_per_class,
        days=line.days,
    )
    label = BudgetLine.Basis(line.basis).label
    message = f"Thành tiền không bằng mức chi nhân các thừa số ({label})."
    findings.equal(where, line.amount, "Mức chi × thừa số", amount, message)
    findings.equal(where, line.amount, "Tổng các nguồn", line.paid, "Các nguồn cộng lại không bằng thành tiền.")


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
