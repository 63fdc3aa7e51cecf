"""The history of one row that is no cell of a grid: a quota, a nominee, a line of the budget."""

from django.db.models import Model, Q

from budget.models import BudgetLine
from quotas.models import Nomination, Quota
from reports.cell_history import NEWEST, CellHistory, Step
from reports.trail import field_label, table_label
from trainingplan.models import Change, Plan

TABLES: dict[str, tuple[type[Model], str]] = {
    "quota": (Quota, "programme__plan"),
    "nomination": (Nomination, "quota__programme__plan"),
    "budgetline": (BudgetLine, "plan"),
}
"""By the log's name of a table its model, and the way from it to the plan."""


def row_history(plan: Plan, table: str, row: int) -> CellHistory | None:
    """What the log tells of a row of the plan, the newest first; None where there is no such row. Three queries."""
    model, of_plan = TABLES[table]
    changes = Change.objects.filter(Q(plan=plan) | Q(plan=None), table=table, row=str(row))
    newest = list(changes.order_by("-pk")[:NEWEST])
    stored = model._default_manager.filter(**{of_plan: plan}, pk=row).first()
    if not (stored or newest):
        return None
    steps = tuple(
        Step(one.at, one.actor_name, field_label(table, one.field), one.old, one.new, one.reason) for one in newest
    )
    label = table_label(table)
    name = newest[0].label if newest else _name(stored)
    return CellHistory(f"{label[:1].upper()}{label[1:]}", name, steps, max(changes.count() - len(steps), 0))


def _name(stored: Model | None) -> str:
    """A nominee is called by her name, as the log does."""
    return stored.person.full_name if isinstance(stored, Nomination) else str(stored)
