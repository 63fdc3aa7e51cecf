"""Reading a backup: from the sealed file to tables and files, everything held against its list."""

import base64
import hashlib
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainingplan.backup.sealing import BackupRefused, Key, damaged, sealed_chunks
from trainingplan.backup.tables import Digest
from trainingplan.backup.writing import FORMAT, Progress, Summary, silent
from trainingplan.rules.machine_faults import of_file

_MOST_AT_ONCE = 4 << 20


@dataclass(frozen=True, slots=True)
class Head:
    """Where and when a backup was made, and by which state of the program."""

    made_at: str
    database: str
    migrations: list[list[str]]
    tables: dict[str, list[list[str]]]
    log_head: str = ""
    """The chain over the change log as it stood; empty in backups of before it was told."""


@dataclass(frozen=True, slots=True)
class Part:
    """A table or a file of the backup, with its lines; they are to be read before the next part is asked for."""

    kind: str
    name: str
    lines: Iterator[str]


class Archive:
    """A backup opened for one passage from its beginning to its end."""

    def __init__(self, path: Path, key: Key | None) -> None:
        self._lines = _lines(path, key)
        try:
            told = json.loads(next(self._lines))["backup"]
            if told["format"] != FORMAT:
                raise BackupRefused(
                    "Bản sao lưu do một phiên bản khác của chương trình ghi; hãy khôi phục bằng phiên bản đó."
                )
            shape = told["database"], told["migrations"], told["tables"]
            self.head = Head(told["made_at"], *shape, log_head=str(told.get("log_head", "")))
        except (StopIteration, ValueError, KeyError, TypeError) as error:
            raise damaged("không đọc được phần mô tả") from error
        self.summary, self._manifest = Summary(), None

    def parts(self) -> Iterator[Part]:
        """Every table, then every file. What each held is in `summary` when the passage is over."""
        for line in self._lines:
            told = _control(line)
            if "manifest" in told:
                self._finish(told["manifest"])
                return
            kind = "table" if "table" in told else "file"
            try:
                name = told[kind]
            except KeyError as error:
                raise damaged("thứ tự các phần bị đảo lộn") from error
            yield Part(kind, name, self._table(name) if kind == "table" else self._file(name))
        raise damaged("thiếu phần cuối")

    def _table(self, name: str) -> Iterator[str]:
        digest = Digest()
        for line in self._lines:
            if line.startswith("["):
                digest.add(line)
                yield line
                continue
            end = _control(line).get("end", {})
            if (end.get("rows"), end.get("sha256")) != (digest.rows, digest.hexdigest()):
                raise damaged(f"bảng {name} không khớp mã SHA-256")
            self.summary.tables[name] = end
            return

    def _file(self, name: str) -> Iterator[str]:
        digest, size = hashlib.sha256(), 0
        for line in self._lines:
            if line.startswith('"'):
                piece = bytes_of(line)
                digest.update(piece)
                size += len(piece)
                yield line
                continue
            found = {"size": size, "sha256": digest.hexdigest()}
            if _control(line).get("end") != found:
                raise damaged(f"tệp {name} không khớp mã SHA-256")
            self.summary.files[name] = found
            return

    def _finish(self, manifest: dict[str, Any]) -> None:
        if manifest.get("tables") != self.summary.tables or manifest.get("files") != self.summary.files:
            raise damaged("nội dung không khớp danh sách")
        if next(self._lines, None) is not None:
            raise damaged("có phần thừa sau danh sách")
        self.summary.missing = manifest.get("missing", [])


def bytes_of(line: str) -> bytes:
    """The piece of a file that a line holds."""
    return base64.b64decode(json.loads(line))


def _control(line: str) -> dict[str, Any]:
    try:
        told = json.loads(line)
    except ValueError as error:
        raise damaged("có dòng không đọc được") from error
    if not isinstance(told, dict):
        raise damaged("thứ tự các phần bị đảo lộn")
    return told


def _lines(path: Path, key: Key | None) -> Iterator[str]:
    expand, rest = zlib.decompressobj(), b""
    try:
        with path.open("rb") as file:
            for chunk in sealed_chunks(file, key):
                for data in _expanded(expand, chunk):
                    *whole, rest = (rest + data).split(b"\n")
                    for line in whole:
                        yield line.decode()
    except (zlib.error, UnicodeDecodeError) as error:
        raise damaged("không giải nén được") from error
    except OSError as error:
        raise BackupRefused(f"Không đọc được tệp {path}: {of_file(error)}") from error
    if rest or not expand.eof:
        raise damaged("tệp bị cắt cụt")


def _expanded(expand: Any, chunk: bytes) -> Iterator[bytes]:
    """What a chunk holds, in pieces of a size that does not hang on the file."""
    while chunk:
        yield expand.decompress(chunk, _MOST_AT_ONCE)
        chunk = expand.unconsumed_tail


def verify(path: Path, key: Key | None, progress: Progress = silent) -> Archive:
    """Read the whole backup once and hold everything against its list. Raises BackupRefused."""
    archive = Archive(path, key)
    for done, part in enumerate(archive.parts()):
        progress(done, len(archive.head.tables), f"kiểm tra {part.name}")
        for _ in part.lines:
            pass
    return archive
