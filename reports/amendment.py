"""The comparison of two versions, or of one with the working data: items with their reasons, and what follows."""

from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from reports.amendment_effects import Effect, effects_of
from reports.amendment_items import Group, Item, items_of
from reports.amendment_reasons import Between, Found, reasons_of
from reports.amendment_state import State
from reports.models import Amendment, Version
from reports.rules.compare import Data, apply
from reports.snapshot import completed, take_snapshot
from reports.versions import data_of, versions_of
from trainingplan.models import Plan

OPEN = (Plan.State.AMENDING, Plan.State.SUBMITTED)
"""While there is working data beside what was issued."""


@dataclass(frozen=True, slots=True)
class Reasoned:
    """An item with what is known of its why, who and when."""

    item: Item
    found: Found


@dataclass(frozen=True)
class Comparison:
    """`new` is None for the working data, which is to become version `number`."""

    plan: Plan
    old: Version
    new: Version | None
    number: int
    before: State
    after: State
    rows: tuple[Reasoned, ...]
    effects: tuple[Effect, ...]
    amendment: Amendment | None

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(row.item for row in self.rows)

    @property
    def printed(self) -> tuple[Reasoned, ...]:
        """What the amendment names, for the plan's papers show it."""
        return tuple(row for row in self.rows if row.item.printed)

    @cached_property
    def groups(self) -> tuple[tuple[Group, tuple[Reasoned, ...]], ...]:
        return tuple((group, tuple(rows)) for group, rows in groupby(self.rows, key=lambda row: row.item.group))

    @property
    def missing(self) -> int:
        """How many printed changes have no reason yet."""
        return sum(not row.found.reason for row in self.printed)

    @property
    def illustrative(self) -> bool:
        return any(row.get("illustrative") for rows in self.after.data.values() for row in rows.values())

    def applied(self) -> Data:
        """The old version's data with the amendment: the new data, exactly."""
        return apply(self.before.data, [part for row in self.rows for part in row.item.bundle.parts])


def published(plan: Plan) -> list[Version]:
    """The versions without their data, the newest first."""
    return list(versions_of(plan))


def compare_versions(plan: Plan, old: Version, new: Version | None) -> Comparison:
    """Two versions, or one with the data as it stands. The number of queries does not depend on the data.

    Raises Damaged when what is stored is not what was published.
    """
    number = new.number if new else Version.objects.filter(plan=plan).count() + 1
    before, after = (State(completed(data)) for data in (data_of(old), data_of(new) if new else take_snapshot(plan)))
    items = items_of(before, after)
    found = reasons_of(plan, items, Between(old.issued_at, new.issued_at if new else None, number))
    return Comparison(
        plan=plan,
        old=old,
        new=new,
        number=number,
        before=before,
        after=after,
        rows=tuple(Reasoned(item, found[item.key]) for item in items),
        effects=effects_of(before, after),
        amendment=Amendment.objects.filter(plan=plan, number=number).first(),
    )


def working_comparison(plan: Plan) -> Comparison | None:
    """The plan as it stands with its last version; None before the first."""
    last = Version.objects.filter(plan=plan).first()
    return compare_versions(plan, last, None) if last else None
