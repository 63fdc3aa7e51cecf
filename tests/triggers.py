"""Suspending the database's triggers, for cleaning up after tests and for nothing else."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

SQLITE_TRIGGERS = "SELECT name, sql, tbl_name FROM sqlite_master WHERE type = 'trigger'"
POSTGRESQL_TABLES = "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"


@contextmanager
def without_triggers(connection: BaseDatabaseWrapper, of: Collection[str] | None = None) -> Iterator[None]:
    """Take the triggers of these tables away for the block, or all, in one transaction; put them back as they were."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(POSTGRESQL_TABLES)
            tables = [table for (table,) in cursor.fetchall() if of is None or table.strip('"') in of]
            suspend = [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in tables]
            restore = [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in tables]
        else:
            cursor.execute(SQLITE_TRIGGERS)
            triggers = [(name, sql) for name, sql, table in cursor.fetchall() if of is None or table in of]
            suspend = [f'DROP TRIGGER "{name}"' for name, _ in triggers]
            restore = [sql for _, sql in triggers]
        for statement in suspend:
            cursor.execute(statement)
        yield
        for statement in restore:
            cursor.execute(statement)
