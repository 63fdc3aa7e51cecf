"""One moment of the database, held still on a connection of its own while everybody else goes on writing."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from django.db import connections, transaction

from trainingplan.backup.tables import Table


@contextmanager
def snapshot(using: str = "default") -> Iterator[str]:
    """The alias of a connection that sees the database as of now and can write nothing."""
    alias = f"{using}-{uuid4().hex}"
    connection = connections[using].copy(alias)
    sqlite = connection.vendor == "sqlite"
    if sqlite:  # IMMEDIATE, as everybody else begins, would hold up all writers
        connection.settings_dict["OPTIONS"]["transaction_mode"] = "DEFERRED"
    connections[alias] = connection
    try:
        with transaction.atomic(using=alias), connection.cursor() as cursor:
            if sqlite:
                cursor.execute("PRAGMA query_only = ON")
                cursor.execute("SELECT count(*) FROM sqlite_master")  # the moment is that of the first reading
            else:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield alias
    finally:
        connection.close()
        del connections[alias]


def applied_migrations(using: str) -> list[list[str]]:
    """(app, name) of every migration that the database has, as the database tells; none where nothing was migrated."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if "django_migrations" not in connection.introspection.table_names(cursor):
            return []
        cursor.execute("SELECT app, name FROM django_migrations")
        return sorted([app, name] for app, name in cursor.fetchall())


def last_key(table: Table, using: str) -> int:
    """The highest key that the database has given in the table, a removed row's included: none is given twice."""
    if not table.counts_keys:
        return 0
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table.name])
            found = cursor.fetchone()
            return int(found[0]) if found else 0
        if not (name := sequence(table, using)):
            return 0
        cursor.execute(f"SELECT last_value, is_called FROM {name}")  # noqa: S608 - a name that PostgreSQL gave
        value, called = cursor.fetchone()
        return int(value) - (not called)


def sequence(table: Table, using: str) -> str | None:
    """PostgreSQL's counter of the table's keys."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [f'"{table.name}"', table.model._meta.pk.column])
        name: str | None = cursor.fetchone()[0]
        return name


def set_last_key(table: Table, value: int, using: str) -> None:
    """Let the next key be the one after `value`."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table.name])
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table.name, value])
        elif name := sequence(table, using):
            # Unlike setval, this is undone with its transaction.
            cursor.execute(f"ALTER SEQUENCE {name} RESTART WITH {value + 1:d}")
