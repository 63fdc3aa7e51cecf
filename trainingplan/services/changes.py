"""The only writer of the change log. Callers record inside their own transaction."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.utils import timezone

from trainingplan.models import Change, Plan, User
from trainingplan.rules.seals import COLUMNS
from trainingplan.services.inserting import insert_rows
from trainingplan.services.seals import add_part

SYSTEM = "Hệ thống"
NAME_LENGTH = 200
"""What the log holds of names: SQLite would store more, PostgreSQL answer with an error."""
FIELDS = tuple(column.removesuffix("_id") for column in COLUMNS if column != "id")
_batch: ContextVar[UUID | None] = ContextVar("batch", default=None)


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of one row: `label` names the row for a reader, `old` and `new` are as displayed."""

    table: str
    row: int | str
    label: str
    field: str
    old: str
    new: str
    unit_id: int | None = None


def record(
    entries: Iterable[Entry],
    *,
    actor: User | None,
    plan: Plan | None,
    reason: str = "",
    on_behalf_of: User | None = None,
) -> UUID:
    """Write the entries in one statement under one batch id, and return it. An `actor` of None is the system itself.

    Their digest goes with them, see `trainingplan.services.seals`.
    A deputy is the actor, `on_behalf_of` the one whose right was used: both names are kept.
    """
    batch, now = _batch.get() or uuid4(), timezone.now()
    name = SYSTEM if actor is None else acting_name(actor, on_behalf_of)
    who = (actor and actor.pk, on_behalf_of and on_behalf_of.pk, name, plan and plan.pk)
    rows = [
        (batch, now, *who, one.unit_id, one.table, str(one.row), one.label[:500], one.field, one.old, one.new, reason)
        for one in entries
    ]
    keys = insert_rows(Change, FIELDS, rows)
    if keys:
        add_part((key, *row) for key, row in zip(keys, rows, strict=True))
    return batch


def acting_name(actor: User, on_behalf_of: User | None) -> str:
    """Who acted, as the log keeps it: "Trần B (tranb) thay Nguyễn A"."""
    name = f"{actor.full_name} ({actor.username})"
    instead = f" thay {on_behalf_of.full_name}" if on_behalf_of else ""
    return f"{name[: NAME_LENGTH - len(instead)]}{instead}"


@contextmanager
def one_batch() -> Iterator[UUID]:
    """Put all that is recorded within under one batch: an import is one operation, whatever services it calls."""
    token = _batch.set(batch := uuid4())
    try:
        yield batch
    finally:
        _batch.reset(token)
