"""Trying out what a file would write: everything is written as it will be, and none of it stays."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

NOWHERE = "file:"
"""To SQLite a file without a name, which is gone with its connection however that ends."""
FOR_THE_MOMENT = "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF;"


@contextmanager
def rehearsal(*, short: bool = False) -> Iterator[None]:
    """A transaction that is rolled back at its end.

    On SQLite a transaction holds off every other writer as long as it lasts: there it takes place in a copy of the
    database as it stands, unless it is short. What a caller has written in a transaction of his own is in no copy: he
    stays in it.
    """
    real = connections[DEFAULT_DB_ALIAS]
    if real.vendor != "sqlite" or real.in_atomic_block or short:
        with _rolled_back():
            yield
        return
    copy = _copy_of(real)
    connections[DEFAULT_DB_ALIAS] = copy
    try:
        with _rolled_back():
            yield
    finally:
        connections[DEFAULT_DB_ALIAS] = real
        copy.close()


@contextmanager
def _rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _copy_of(real: BaseDatabaseWrapper) -> BaseDatabaseWrapper:
    """The whole database as the last commit has left it; who writes meanwhile waits for nothing."""
    real.ensure_connection()
    copy = real.copy(real.alias)
    copy.settings_dict["NAME"] = NOWHERE
    copy.settings_dict["OPTIONS"] |= {"init_command": FOR_THE_MOMENT, "transaction_mode": "DEFERRED"}  # nobody else's
    copy.ensure_connection()
    real.connection.backup(copy.connection)
    return copy
