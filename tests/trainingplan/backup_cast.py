"""What the tests of backups stand on: a second, empty database of the same kind, and a state told in one word."""

import os
import shutil
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.sqlite3 import base as sqlite

from trainingplan.backup.sealing import Key
from trainingplan.backup.tables import digest_of, tables

KEY = Key(b"k" * 32)
KILLED = -9


def state_of(using: str) -> dict[str, tuple[int, str]]:
    """Rows and SHA-256 of every table that holds any."""
    found = {table.name: digest_of(table.lines(using)) for table in tables()}
    return {name: told for name, told in found.items() if told[0]}


@pytest.fixture
def empty(transactional_db: None, tmp_path: Path) -> Iterator[str]:
    """The alias of a second database with the tables of that of the tests, and nothing in them."""
    ours, alias = connections["default"], f"empty-{uuid4().hex}"
    connection = ours.copy(alias)
    name = connection.settings_dict["NAME"] = str(tmp_path / "empty.sqlite3") if ours.vendor == "sqlite" else alias
    if ours.vendor == "sqlite":
        with ours.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [name])
    else:
        template = ours.settings_dict["NAME"]
        ours.close()
        in_cluster(ours, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    connections[alias] = connection
    yield alias
    connection.close()
    if ours.vendor == "postgresql":
        in_cluster(ours, f'DROP DATABASE "{name}"')
    del connections[alias]


@contextmanager
def elsewhere(empty: str, place: Path) -> Iterator[str]:
    """The alias of a third database: from PostgreSQL a SQLite file without tables, else one more like `empty`."""
    alias, file = f"elsewhere-{uuid4().hex}", place / "elsewhere.sqlite3"
    if connections[empty].vendor == "sqlite":
        shutil.copy(connections[empty].settings_dict["NAME"], file)
    made_for = connections.settings["default"] | {"NAME": str(file), "OPTIONS": {"transaction_mode": "IMMEDIATE"}}
    connections[alias] = sqlite.DatabaseWrapper(made_for, alias)
    try:
        yield alias
    finally:
        connections[alias].close()
        del connections[alias]


def in_cluster(ours: BaseDatabaseWrapper, statement: str) -> None:
    """Run what PostgreSQL runs outside of transactions only."""
    with ours._nodb_cursor() as cursor:  # noqa: SLF001 - Django's tests have no other way either
        cursor.execute(statement)


def killed_at(statement: int, using: str, work: Callable[[str], object]) -> int:
    """Do the work in a child that is killed at its n-th statement; what the child ended with, 0 if it got through."""
    ours = connections[using]
    ours.close()
    with warnings.catch_warnings():  # other threads are test tools' that the child never meets
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    alias = f"child-{uuid4().hex}"
    connection = connections[alias] = ours.copy(alias)
    passed = 0

    def count(execute: Callable[..., object], sql: str, params: object, many: bool, context: object) -> object:  # noqa: FBT001
        nonlocal passed
        passed += 1
        if passed == statement:
            os.kill(os.getpid(), 9)
        return execute(sql, params, many, context)

    try:
        with connection.execute_wrapper(count):
            work(alias)
    except BaseException:  # noqa: BLE001 - nothing may return into the parent's tests
        os._exit(1)
    os._exit(0)


@pytest.fixture
def storage(tmp_path: Path, settings: pytest.FixtureRequest) -> Path:
    """Django's default storage in a folder of the test."""
    settings.MEDIA_ROOT = str(tmp_path / "media")  # type: ignore[attr-defined]
    return tmp_path / "media"
