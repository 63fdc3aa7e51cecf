"""The history of one cell of a grid: who changed it, when, from what to what – as far as the reader may know."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from courses.models import Programme
from quotas.models import Quota, SubQuota
from reports.trail import field_label
from trainingplan.models import Change, Plan, Role, Unit, User
from trainingplan.policies import Action, may
from trainingplan.services.changes import SYSTEM

NEWEST = 100


@dataclass(frozen=True, slots=True)
class Table:
    """A grid of unit × column as the log calls it; `internal` ones are for those who read the whole log."""

    title: str
    columns: type[Quota | SubQuota | Programme]
    of_plan: str
    internal: bool = False


TABLES = {
    "registration": Table("Đăng ký nhu cầu", Quota, "programme__plan"),
    "allocation": Table("Phân bổ", Quota, "programme__plan"),
    "suballocation": Table("Phân bổ chỉ tiêu con", SubQuota, "quota__programme__plan", internal=True),
    "unitcap": Table("Trần của đơn vị", Programme, "plan", internal=True),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One change. `who` is a name, or the role of somebody whose name is not for the reader."""

    at: datetime
    who: str
    field: str
    old: str
    new: str
    reason: str


@dataclass(frozen=True, slots=True)
class CellHistory:
    """The newest changes first; `earlier` are not shown."""

    title: str
    column: str
    steps: tuple[Step, ...]
    earlier: int


def tables_for(user: User) -> set[str]:
    """Which grids' cells the reader may ask about."""
    whole = may(user, Action.SEE_TRAIL)
    return {name for name, table in TABLES.items() if whole or not table.internal}


def cell_history(plan: Plan, table: str, unit: Unit, column_id: int, reader: User) -> CellHistory | None:
    """What happened to the cell; None where the plan has no such column. Four queries.

    Who does not read the whole log sees colleagues by name, others by role, and reasons of colleagues only: the Board's
    may speak of other units.
    """
    kind = TABLES[table]
    column = kind.columns._default_manager.filter(**{kind.of_plan: plan}, pk=column_id).first()
    if column is None:
        return None
    changes = Change.objects.filter(plan=plan, table=table, row=f"{unit.pk}:{column_id}")
    steps = tuple(_step(change, reader) for change in _newest(changes))
    return CellHistory(kind.title, str(column), steps, max(changes.count() - len(steps), 0))


def _newest(changes: QuerySet[Change]) -> QuerySet[Change]:
    return changes.select_related("actor").order_by("-pk")[:NEWEST]


def _step(change: Change, reader: User) -> Step:
    known = may(reader, Action.SEE_TRAIL) or _colleagues(change.actor, reader)
    return Step(
        at=change.at,
        who=change.actor_name if known else _role(change.actor),
        field=field_label(change.table, change.field),
        old=change.old,
        new=change.new,
        reason=change.reason if known else "",
    )


def _colleagues(actor: User | None, reader: User) -> bool:
    return actor is not None and actor.unit_id is not None and actor.unit_id == reader.unit_id


def _role(actor: User | None) -> str:
    return Role(actor.role).label if actor else SYSTEM
