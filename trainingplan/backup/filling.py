"""Filling tables in bulk: triggers aside for the time of one transaction, and seen to be back before it ends."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from django.db import connections

from trainingplan.backup.sealing import BackupRefused, damaged
from trainingplan.backup.tables import LEFT_OUT, Table, tables

_ROWS_A_STATEMENT = 500
_BUSY = "30s"
_SQLITE_TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
_POSTGRESQL_TRIGGERS = """
    SELECT tgname, tgrelid::regclass::text, tgenabled::text, pg_get_triggerdef(oid) FROM pg_trigger
    WHERE NOT tgisinternal ORDER BY tgrelid::regclass::text, tgname
"""
_FOREIGN_OWNER = """
    SELECT tableowner FROM pg_tables
    WHERE schemaname = current_schema() AND NOT pg_has_role(tableowner, 'USAGE')
"""


def triggers(using: str) -> list[tuple[str, ...]]:
    """Every trigger of the database as it stands: on PostgreSQL also whether it fires."""
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute(_POSTGRESQL_TRIGGERS if connection.vendor == "postgresql" else _SQLITE_TRIGGERS)
        return [tuple(row) for row in cursor.fetchall()]


@contextmanager
def without_triggers(using: str) -> Iterator[None]:
    """Rows come in as they were: nothing is summed anew and nothing append-only stands in the way.

    Needs the owner of the tables, who is not the application's user in production; refused with the remedy otherwise.
    """
    connection, before = connections[using], triggers(using)
    if connection.vendor == "postgresql":
        owned = sorted({row[1] for row in before})
        aside = [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in owned]
        back = ["SET CONSTRAINTS ALL IMMEDIATE", *(f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in owned)]
    else:
        aside = [f'DROP TRIGGER "{name}"' for name, _ in before]
        back = [sql for _, sql in before]
    with connection.cursor() as cursor:
        for statement in aside:
            cursor.execute(statement)
        yield
        for statement in back:
            cursor.execute(statement)
    if triggers(using) != before:
        raise BackupRefused("Sau khi ghi, các trigger giữ dữ liệu không còn như trước. Đã hủy, mọi thứ còn nguyên.")


def lock_tables(using: str) -> None:
    """On PostgreSQL wait for those who are at it, not for ever; SQLite's transaction has the file to itself already."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{_BUSY}'")
        cursor.execute(_FOREIGN_OWNER)
        if owner := cursor.fetchone():
            raise BackupRefused(
                f"Các bảng thuộc về «{owner[0]}». Hãy khôi phục bằng tài khoản ấy (DATABASE_URL của người sở hữu), "
                "không bằng tài khoản của ứng dụng."
            )


def clear_tables(using: str) -> None:
    connection = connections[using]
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor)) - {"django_migrations"}
        names = sorted(({table.name for table in tables()} | set(LEFT_OUT)) & there)
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(connection.ops.quote_name(name) for name in names)}")
            return
        for name in names:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(name)}")  # noqa: S608 - a name of ours


def fill(table: Table, lines: Iterator[str], using: str) -> None:
    """Write the rows as they are. Raises DatabaseError, and BackupRefused for rows of another shape."""
    connection = connections[using]
    prepare = [column.stored(connection) for column in table.columns]
    quoted = ", ".join(connection.ops.quote_name(column.name) for column in table.columns)
    row_of_places = f"({', '.join(['%s'] * len(prepare))})"
    begin = f"INSERT INTO {connection.ops.quote_name(table.name)} ({quoted}) VALUES "  # noqa: S608 - names of ours
    with connection.cursor() as cursor:
        while rows := [_row(line, prepare) for line in islice(lines, _ROWS_A_STATEMENT)]:
            if connection.vendor == "sqlite":
                cursor.executemany(begin + row_of_places, rows)
            else:
                cursor.execute(begin + ", ".join([row_of_places] * len(rows)), [value for row in rows for value in row])


def _row(line: str, prepare: list[Any]) -> list[Any]:
    values = json.loads(line)
    if len(values) != len(prepare):
        raise damaged("một dòng không đủ cột")
    return [value if convert is None else convert(value) for value, convert in zip(values, prepare, strict=True)]
