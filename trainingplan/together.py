"""Several statements on one way to the database: what each reads costs PostgreSQL less than to be asked for it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import accumulate
from typing import Any

from django.db import connection

from trainingplan.prepared import Asked, Key, at_hand
from trainingplan.statements import rows_of


@contextmanager
def reading_together(*asked: Asked | None) -> Iterator[None]:
    """Read now what those calls would; within, each that then comes is given it, once.

    Nothing may lie between that changes what they would read. Only rows without an order and without locks, for one
    statement promises neither. On SQLite, to which there is no way to go, each reads when it is called.
    """
    calls = [one for one in asked if one is not None]
    if connection.vendor != "postgresql" or len(calls) < 2:  # noqa: PLR2004 - one is read as well by itself
        yield
        return
    token = at_hand.set(_read(calls))
    try:
        yield
    finally:
        at_hand.reset(token)


def _read(calls: Sequence[Asked]) -> dict[Key, list[Any]]:
    if unfit := [call.statement.sql for call in calls if call.statement.ordered or call.statement.locks]:
        raise ValueError(f"rows in an order, or locked: {unfit[0]}")
    text = _side_by_side(tuple(call.statement.sql for call in calls))
    starts = list(accumulate((call.statement.width + 1 for call in calls), initial=1))
    found: list[list[Any]] = [[] for _ in calls]
    for row in rows_of(connection.alias, text, [one for call in calls for one in call.parameters], often=True):
        place = row[0]
        if row[starts[place]]:
            found[place].append(row[starts[place] + 1 : starts[place + 1]])
    return {call.key: call.statement.read(rows) for call, rows in zip(calls, found, strict=True)}


@lru_cache(maxsize=256)
def _side_by_side(statements: tuple[str, ...]) -> str:
    """Each row of one of them behind its place; of the others it has nothing, and none of them is run for it."""
    places = ", ".join(f"({place})" for place in range(len(statements)))
    columns = ", ".join(f"t{place}.*" for place in range(len(statements)))
    joined = " ".join(
        f"LEFT JOIN LATERAL (SELECT TRUE, found.* FROM ({sql}) found WHERE turn.place = {place}) t{place} ON TRUE"  # noqa: S608
        for place, sql in enumerate(statements)
    )
    return f"SELECT turn.place, {columns} FROM (VALUES {places}) AS turn (place) {joined}"  # noqa: S608 - our own texts
