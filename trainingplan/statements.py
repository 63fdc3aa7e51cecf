"""Running statements that come again and again, with less around them than Django's cursors put around any.

PostgreSQL is given each once a connection and then told its name: to read and plan it costs more than to carry it out.
So whatever stands between must keep a connection to one server process, see `docs/operations.md`.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import count
from sqlite3 import Cursor
from typing import Any
from weakref import WeakKeyDictionary

from django.db import InterfaceError, OperationalError, connections

MOST_KNOWN = 300
"""To one connection; further ones are sent whole."""
_PLACE = re.compile(r"(?<!%)%s")
_LOST = {"26000", "0A000"}
"""PostgreSQL's codes: no statement has that name, or a migration has changed what it gives."""
_known: "WeakKeyDictionary[Any, dict[str, str]]" = WeakKeyDictionary()
_numbers = count()

Row = Sequence[Any]


def rows_of(alias: str, sql: str, parameters: Sequence[Any], *, often: bool) -> list[Row]:
    """The rows that a statement gives, which is one that gives some; `parameters` as the database takes them.

    Connection, transaction and errors are seen to as `connection.cursor()` does it, which is used itself where somebody
    watches statements. `often`: this very text will come again.
    """
    connection: Any = connections[alias]
    if not often or connection.execute_wrappers or connection.queries_logged:
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return list(cursor.fetchall())
    if not _is_doubtful(connection) or not sql.startswith("SELECT"):
        connection.close_if_health_check_failed()
        return _rows(connection, sql, parameters)
    connection.health_check_done = True
    try:
        return _rows(connection, sql, parameters)
    except (InterfaceError, OperationalError):
        if connection.is_usable():
            raise
        connection.close()
        return _rows(connection, sql, parameters)


def _is_doubtful(connection: Any) -> bool:
    """Whether Django would first ask if a kept connection still works: what is only read can tell that by itself."""
    return bool(connection.connection and connection.health_check_enabled and not connection.health_check_done)


def _rows(connection: Any, sql: str, parameters: Sequence[Any]) -> list[Row]:
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    with connection.wrap_database_errors:
        cursor = connection.create_cursor()
        try:
            if connection.vendor == "sqlite":
                Cursor.execute(cursor, _with_marks(sql), parameters)
            else:
                _execute_by_name(connection.connection, cursor, sql, parameters)
            return list(cursor.fetchall())
        finally:
            cursor.close()


@lru_cache(maxsize=1024)
def _with_marks(sql: str) -> str:
    """As SQLite takes it; Django's own cursor looks for the places anew each time."""
    return _PLACE.sub("?", sql).replace("%%", "%")


def _execute_by_name(session: Any, cursor: Any, sql: str, parameters: Sequence[Any]) -> None:
    known = _known.setdefault(session, {})
    call = known.get(sql)
    if call is None and len(known) < MOST_KNOWN:
        call = known[sql] = _named(cursor, sql, parameters)
    try:
        cursor.execute(call or sql, parameters)
    except session.Error as error:
        if error.pgcode in _LOST:
            known.clear()
        raise


def _named(cursor: Any, sql: str, parameters: Sequence[Any]) -> str:
    """Give the server the statement, and return the call of it.

    Numbers are wide, so that one beyond a narrow column is found nowhere; all other kinds follow from their places.
    """
    name, places = f"known_{next(_numbers)}", count(1)
    text = _PLACE.sub(lambda _: f"${next(places)}", sql).replace("%%", "%")
    kinds = ", ".join("bigint" if type(one) is int else "unknown" for one in parameters)
    cursor.execute(f"PREPARE {name}{f' ({kinds})' if kinds else ''} AS {text}")
    listed = ", ".join(["%s"] * len(parameters))
    return f"EXECUTE {name} ({listed})" if parameters else f"EXECUTE {name}"
