"""Who writes to SQLite takes its turn, and gives it back however the transaction ends."""

import fcntl
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction

from trainingplan.imports.rehearsal import rehearsal

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has many writers at once"),
]


@pytest.fixture
def turns() -> Iterator[IO[str]]:
    """The file whose lock is the turn, opened by somebody else."""
    with transaction.atomic():
        pass
    with Path(f"{connection.settings_dict['NAME']}-turns").open() as file:
        yield file


def free(turns: IO[str]) -> bool:
    try:
        fcntl.flock(turns, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    fcntl.flock(turns, fcntl.LOCK_UN)
    return True


def test_a_writer_holds_it_to_the_end_of_its_transaction(turns: IO[str]) -> None:
    with transaction.atomic():
        with transaction.atomic():
            assert not free(turns)
        assert not free(turns)
    assert free(turns)


def test_what_goes_wrong_gives_it_back(turns: IO[str]) -> None:
    with pytest.raises(ValueError, match="x"), transaction.atomic():
        raise ValueError("x")
    assert free(turns)
    with transaction.atomic():
        connection.close()
    assert free(turns)


def test_a_reader_takes_none(turns: IO[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "transaction_mode", "DEFERRED")
    with transaction.atomic():
        assert free(turns)


def test_a_folder_that_takes_no_files_is_no_reason_to_refuse() -> None:
    connection.close()
    name = connection.settings_dict["NAME"]
    Path(f"{name}-turns").unlink(missing_ok=True)
    Path(f"{name}-turns").mkdir()
    try:
        with transaction.atomic():
            assert connection.in_atomic_block
    finally:
        Path(f"{name}-turns").rmdir()


def test_a_preview_in_a_passing_copy_takes_none(
    turns: IO[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    with rehearsal():
        assert connections[DEFAULT_DB_ALIAS].in_atomic_block
        assert free(turns)
    assert not list(tmp_path.iterdir())
