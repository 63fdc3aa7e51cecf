"""The connection: a transaction that writes takes its turn before it begins.

SQLite's own way to wait is to sleep and to ask again, longer each time, up to a tenth of a second: with five processes
that write, the database stands idle while all of them sleep, and who is lucky goes first again and again. Here they
stand in line for a lock of the system's, which wakes the next one at once. Whether anybody may write is still SQLite's
to decide.
"""

import fcntl
import os
from typing import Any

from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Beside the file of the database lies an empty one, `…-turns`: its lock is the turn, and ends with its process."""

    transaction_mode: str | None
    _turns: int | None = None

    def _start_transaction_under_autocommit(self) -> None:
        if self.transaction_mode == "IMMEDIATE":  # others begin as readers
            self._take_turn()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc] # the stubs leave out what begins so
        except BaseException:
            self._give_turn()
            raise

    def _commit(self) -> None:
        try:
            super()._commit()  # type: ignore[misc]
        finally:
            self._give_turn()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._give_turn()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            if self._turns is not None:
                os.close(self._turns)
                self._turns = None

    def _take_turn(self) -> None:
        """The file is kept open as long as the connection; a database in memory has none."""
        name: Any = self.settings_dict["NAME"]
        if self._turns is None and not self.is_in_memory_db():
            try:
                self._turns = os.open(f"{name}-turns", os.O_RDWR | os.O_CREAT, 0o600)
            except OSError:  # a full disk, a folder that is gone: SQLite says what is the matter
                return
        if self._turns is not None:
            fcntl.flock(self._turns, fcntl.LOCK_EX)

    def _give_turn(self) -> None:
        if self._turns is not None:
            fcntl.flock(self._turns, fcntl.LOCK_UN)
