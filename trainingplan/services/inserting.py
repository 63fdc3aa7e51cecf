"""Writing many rows at once as plain tuples: instances of models would cost several times what the database does."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache, partial
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import AutoField, CharField, ForeignKey, IntegerField, Model, TextField

from trainingplan.statements import rows_of

MOST_PARAMETERS = 30_000
"""In one statement, where the database names no limit of its own."""
_AS_THEY_ARE = (CharField, TextField, IntegerField, ForeignKey)

Row = Sequence[Any]
Prepare = Callable[[Any], Any]


def insert_rows(
    model: type[Model],
    columns: Sequence[str],
    rows: Sequence[Row],
    *,
    unique: Sequence[str] = (),
    update: Sequence[str] = (),
) -> list[int]:
    """Store the rows and return their keys in the same order; those that are there by `unique` get the `update`.

    Without an `update` they stay as they are, and their keys are left out.
    `columns` are names of fields, of links the values are keys. All other columns get their fields' defaults.
    No signal is sent and nothing is validated but by the database.
    """
    if not rows:
        return []
    text = _text(model, tuple(columns), tuple(unique), tuple(update))
    prepared = text.prepare if len(rows) == 1 else [one and _remembering(one) for one in text.prepare]
    defaults = [default() for default in text.defaults]
    values = [[*row, *defaults] for row in rows]
    for place, prepare in enumerate(prepared):
        if prepare is not None:
            for row in values:
                row[place] = prepare(row[place])
    return list(_run(values, text.head, text.tail))


@dataclass(frozen=True, slots=True)
class _Text:
    """What of a statement does not depend on its rows."""

    prepare: tuple[Prepare | None, ...]
    defaults: tuple[Callable[[], Any], ...]
    head: str
    tail: str


@cache
def _text(model: type[Model], columns: Row, unique: Row, update: Row) -> _Text:
    fields = {field.name: field for field in model._meta.concrete_fields if not isinstance(field, AutoField)}
    left = [name for name in fields if name not in columns]
    names = [*columns, *left]
    quoted = {name: connection.ops.quote_name(field.column or "") for name, field in fields.items()}
    table, listed = connection.ops.quote_name(model._meta.db_table), ", ".join(quoted[name] for name in names)
    key = connection.ops.quote_name(model._meta.pk.column or "")
    return _Text(
        prepare=tuple(preparing(fields[name]) for name in names),
        defaults=tuple(fields[name].get_default for name in left),
        head=f"INSERT INTO {table} ({listed}) VALUES ",  # noqa: S608 - the names are our own
        tail=_conflict([quoted[name] for name in unique], [quoted[name] for name in update]) + f" RETURNING {key}",
    )


def preparing(field: Any) -> Prepare | None:
    """What makes a value of the field one that the database takes; None where it does as it is."""
    return None if isinstance(field, _AS_THEY_ARE) else partial(field.get_db_prep_save, connection=connection)


def _remembering(prepare: Prepare) -> Prepare:
    """The same for many rows, in which times and keys come again and again."""
    remembered = lru_cache(maxsize=1024)(prepare)
    return lambda value: remembered(value) if isinstance(value, (date, UUID)) else prepare(value)


def _conflict(unique: Sequence[str], update: Sequence[str]) -> str:
    if not unique:
        return ""
    if not update:
        return f" ON CONFLICT ({', '.join(unique)}) DO NOTHING"
    taken = ", ".join(f"{column} = EXCLUDED.{column}" for column in update)
    return f" ON CONFLICT ({', '.join(unique)}) DO UPDATE SET {taken}"


def _run(values: Sequence[Row], head: str, tail: str) -> Iterator[int]:
    width = len(values[0])
    most = max(1, (connection.features.max_query_params or MOST_PARAMETERS) // width)
    place = f"({', '.join(['%s'] * width)})"
    for start in range(0, len(values), most):
        part = values[start : start + most]
        text, parameters = f"{head}{', '.join([place] * len(part))}{tail}", [value for row in part for value in row]
        yield from (key for (key,) in rows_of(connection.alias, text, parameters, often=len(part) == 1))
