"""Making a backup: the tables of one moment, then the files they refer to, then the list of all that was written."""

import base64
import hashlib
import json
import os
import tempfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import django
from django.core.files.storage import default_storage
from django.db import connections
from django.utils import timezone

from trainingplan.backup.sealing import BackupRefused, Key, SealedWriter, sync_folder
from trainingplan.backup.snapshot import applied_migrations, last_key, snapshot
from trainingplan.backup.tables import Digest, Table, file_names, tables, unknown_tables
from trainingplan.models import LogSeal
from trainingplan.rules.numbers import format_count

FORMAT = 1
FILE_PIECE = 3 << 16
"""Bytes of a file in one line; a multiple of three, as base64 likes it."""
_LEVEL = 3
_LINES_A_WRITE, _ROWS_A_WORD = 500, 5000

Progress = Callable[[int, int, str], None]


def silent(_done: int, _total: int, _words: str) -> None:
    """No progress to tell."""


@dataclass(slots=True)
class Summary:
    """What a backup holds: rows and digest by table, digest by file, and files that were gone when it came to them."""

    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    size: int = 0
    sha256: str = ""

    @property
    def rows(self) -> int:
        return sum(int(told["rows"]) for told in self.tables.values())


class _Lines:
    """Lines of JSON, compressed and sealed."""

    def __init__(self, sealed: SealedWriter) -> None:
        self._sealed, self._compress = sealed, zlib.compressobj(_LEVEL)

    def raw(self, line: str) -> None:
        self._sealed.write(self._compress.compress(line.encode() + b"\n"))

    def tell(self, **values: Any) -> None:
        self.raw(json.dumps(values, ensure_ascii=False, separators=(",", ":")))

    def close(self) -> None:
        self._sealed.write(self._compress.flush())
        self._sealed.close()


def write_backup(target: Path, *, key: Key | None, using: str = "default", progress: Progress = silent) -> Summary:
    """Write the file whole or not at all; an older file of that name stands until the new one is on the disk."""
    if unknown := unknown_tables(using):
        raise BackupRefused(
            f"Cơ sở dữ liệu có bảng mà chương trình không biết: {', '.join(unknown)}. "
            "Bản sao lưu sẽ thiếu các bảng ấy, nên không được ghi. Hãy chuyển chúng sang cơ sở dữ liệu khác."
        )
    handle, name = tempfile.mkstemp(prefix=f".{target.name}-", suffix=".part", dir=target.parent)
    try:
        with os.fdopen(handle, "w+b") as file:
            summary = _write(file, key, using, progress)
            file.flush()
            os.fsync(file.fileno())
            summary.size = file.tell()
            file.seek(0)
            summary.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        Path(name).replace(target)
        sync_folder(str(target.parent))
    finally:
        Path(name).unlink(missing_ok=True)
    return summary


def _write(file: Any, key: Key | None, using: str, progress: Progress) -> Summary:
    lines, summary = _Lines(SealedWriter(file, key)), Summary()
    with snapshot(using) as alias:
        known, names = tables(), file_names(alias)
        lines.tell(**_head(alias))
        for place, table in enumerate(known):
            say = partial(progress, place, len(known) + 1)
            summary.tables[table.name] = _write_table(lines, table, alias, say)
    for place, name in enumerate(names):
        if not place % 20:
            progress(len(known), len(known) + 1, f"tệp {format_count(place + 1)}/{format_count(len(names))}")
        _write_file(lines, name, summary)
    lines.tell(manifest={"tables": summary.tables, "files": summary.files, "missing": summary.missing})
    lines.close()
    return summary


def _head(alias: str) -> dict[str, Any]:
    return {
        "backup": {
            "format": FORMAT,
            "made_at": timezone.now().isoformat(),
            "database": connections[alias].vendor,
            "django": django.get_version(),
            "migrations": applied_migrations(alias),
            "tables": {table.name: table.shape for table in tables()},
            "log_head": _log_head(alias),
        }
    }


def _log_head(alias: str) -> str:
    """The last link of the chain over the change log, as `verify_log --head` takes it."""
    last = LogSeal.objects.using(alias).order_by("-position").first()
    return f"{last.position}:{last.digest}" if last else ""


def _write_table(lines: _Lines, table: Table, alias: str, say: Callable[[str], None]) -> dict[str, Any]:
    lines.tell(table=table.name)
    digest, waiting = Digest(), []
    say(table.name)
    for line in table.lines(alias):
        digest.add(line)
        waiting.append(line)
        if len(waiting) == _LINES_A_WRITE:
            lines.raw("\n".join(waiting))
            waiting.clear()
        if not digest.rows % _ROWS_A_WORD:
            say(f"{table.name}: {format_count(digest.rows)} dòng")
    if waiting:
        lines.raw("\n".join(waiting))
    end = {"rows": digest.rows, "sha256": digest.hexdigest(), "last_key": last_key(table, alias)}
    lines.tell(end=end)
    return end


def _write_file(lines: _Lines, name: str, summary: Summary) -> None:
    """One stored file in pieces; one that was cleared away since the moment of the tables is named as missing."""
    digest, size = hashlib.sha256(), 0
    try:
        stored = default_storage.open(name, "rb")
    except FileNotFoundError:
        summary.missing.append(name)
        return
    lines.tell(file=name)
    with stored:
        for piece in _pieces(stored):
            digest.update(piece)
            size += len(piece)
            lines.raw(json.dumps(base64.b64encode(piece).decode("ascii")))
    summary.files[name] = {"size": size, "sha256": digest.hexdigest()}
    lines.tell(end=summary.files[name])


def _pieces(stored: Any) -> Iterator[bytes]:
    while piece := stored.read(FILE_PIECE):
        yield piece
