"""The files of a backup on their way back: as they were, and nowhere under a name."""

import tempfile
from pathlib import Path

import pytest

from trainingplan.backup.spool import Spool


def test_files_come_back_as_they_were_and_have_no_name_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    contents = {"a.pdf": b"", "b.pdf": b"0123456789", "c.xlsx": bytes(100_000)}
    with Spool() as spool:
        for name, content in contents.items():
            spool.add(name, [content[:4], content[4:]])
        assert list(tmp_path.iterdir()) == []  # a process that is killed leaves nothing behind
        assert {name: file.read() for name, file in spool.files()} == contents
        # A store looks for the length, and reads from the start.
        ends = {name: (file.seek(0, 2), file.seek(0), file.read(2)) for name, file in spool.files()}
        assert ends == {"a.pdf": (0, 0, b""), "b.pdf": (10, 0, b"01"), "c.xlsx": (100_000, 0, bytes(2))}
