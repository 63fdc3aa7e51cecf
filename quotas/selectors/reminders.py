"""Whom a letter has to remind: exactly the units that owe, by khối, and who is left out."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from quotas.selectors.progress import Progress, UnitProgress, progress
from trainingplan.models import Plan, Unit


@dataclass(frozen=True, slots=True)
class DebtorGroup:
    """A khối with those of its units that owe."""

    name: str
    units: tuple[UnitProgress, ...]


@dataclass(frozen=True, slots=True)
class Reminder:
    """`due` units were asked, `answered` of them answered; `reprieved` have not, but their extension runs."""

    groups: tuple[DebtorGroup, ...]
    due: int
    answered: int
    reprieved: tuple[UnitProgress, ...]
    closes_at: datetime | None
    illustrative: bool

    @property
    def debtors(self) -> tuple[UnitProgress, ...]:
        return tuple(unit for group in self.groups for unit in group.units)


def reminder(plan: Plan, units: QuerySet[Unit]) -> Reminder:
    """The units to remind now; as many queries as `progress` makes."""
    return reminder_of(progress(plan, units))


def reminder_of(state: Progress) -> Reminder:
    groups = (DebtorGroup(one.name, tuple(unit for unit in one.units if unit.owes)) for one in state.groups)
    return Reminder(
        groups=tuple(group for group in groups if group.units),
        due=state.due,
        answered=state.answered,
        reprieved=state.reprieved,
        closes_at=state.closes_at,
        illustrative=state.illustrative,
    )
