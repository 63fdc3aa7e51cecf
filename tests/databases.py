"""The test database: copied from one that was migrated before, and emptied again after tests that commit."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import TransactionTestCase

from tests.triggers import without_triggers

MIGRATED = os.environ.get("MIGRATED_DATABASE", "")
"""A file of SQLite, or a database in PostgreSQL's cluster, with all migrations and nothing else; `script/test` has one.

Without it each process makes its own: twelve seconds.
"""
OF_DJANGO = frozenset({"django_migrations", "django_content_type", "auth_permission"})
"""What migrating writes; no test changes it but one that takes a whole database back."""


def on_sqlite() -> bool:
    return str(settings.DATABASES["default"]["ENGINE"]).endswith("sqlite3")


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """A copied file is taken as it is: what is not migrated in it still will be."""
    return bool(MIGRATED) and on_sqlite()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Keep SQLite in a file: in memory all threads share one connection, and races cannot be seen."""
    database = settings.DATABASES["default"]
    if on_sqlite():
        file = tmp_path_factory.mktemp("database") / "test.sqlite3"
        database["TEST"]["NAME"] = str(file)
        # No test cuts the power; script/test starts PostgreSQL likewise.
        database["OPTIONS"]["init_command"] = database["OPTIONS"]["init_command"].replace("=FULL", "=OFF")
        if MIGRATED:
            shutil.copy(Path(MIGRATED), file)
    elif MIGRATED:
        database["TEST"]["TEMPLATE"] = MIGRATED


def empty(connection: BaseDatabaseWrapper) -> None:
    """Delete every row, in spite of the triggers of append-only tables; only tables that hold rows are touched."""
    names = sorted({*connection.introspection.table_names()} - OF_DJANGO)
    quoted = [connection.ops.quote_name(name) for name in names]
    with connection.cursor() as cursor:
        ask = [f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in quoted]  # noqa: S608 - the schema's own
        cursor.execute(" UNION ALL ".join(ask))
        filled = [name for (name,) in cursor.fetchall()]
    if not filled:
        return
    with without_triggers(connection, {name.strip('"') for name in filled}), connection.cursor() as cursor:
        for name in filled:
            cursor.execute(f"DELETE FROM {name}")  # noqa: S608
        connection.check_constraints()  # PostgreSQL alters no table while checks are pending


def _fixture_teardown(case: TransactionTestCase) -> None:
    for alias in case._databases_names(include_mirrors=False):  # type: ignore[attr-defined]  # noqa: SLF001
        connection = connections[alias]
        empty(connection)
        if not ContentType.objects.using(alias).exists():
            with without_triggers(connection):
                call_command("flush", verbosity=0, interactive=False, database=alias)  # writes them anew


@pytest.fixture(scope="session", autouse=True)
def _quick_flush() -> Iterator[None]:
    """Django's own flush rewrites each of eighty tables after each test that commits: a second on PostgreSQL."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", _fixture_teardown)
        yield
