"""Reads a file in a process of its own, of which two run at once on a machine."""

import fcntl
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from trainingplan.reading import limits
from trainingplan.reading.book import Book, CellError, FormulaWithoutValue, Merge, SerialOf1904, Sheet, Unreadable

CHILD = "trainingplan.reading.child"
ROOT = Path(__file__).resolve().parents[2]
SLOTS = tuple(Path(__file__).with_name(name) for name in ("process.py", "child.py"))
"""The locks are held on files that every process of this installation sees, whatever its folder for temporary files."""

_TYPES: Mapping[str, Callable[[str], object]] = {
    "n": Decimal,
    "d": date.fromisoformat,
    "t": datetime.fromisoformat,
    "f": FormulaWithoutValue,
    "e": CellError,
    "m": SerialOf1904,
}
BUSY = "Máy đang bận đọc các tệp khác. Chờ một phút rồi tải tệp lên lại."


class Busy(Unreadable):
    """Both places are taken, and stayed so for a while."""


def read_book(name: str, content: bytes) -> Book:
    """Read a workbook (.xlsx, .xlsm without its macros) or a .csv; what it is, its content says, not its name.

    Raises Unreadable.
    """
    shown = shown_name(name)
    if not content:
        raise Unreadable(f"{shown} rỗng. Chọn tệp có dữ liệu.")
    if len(content) > limits.LARGEST_FILE:
        raise Unreadable(f"{shown} lớn hơn 5 MB. Chia thành nhiều tệp nhỏ hơn rồi nhập từng tệp.")
    try:
        sheets = run(CHILD, content, dead=limits.DEAD)
    except Busy:
        raise
    except Unreadable as refusal:
        raise Unreadable(f"{shown} {refusal}") from refusal
    return Book(name, tuple(as_sheet(Path(name).stem, sheet) for sheet in sheets))


def shown_name(name: str) -> str:
    """The file as messages call it."""
    line = "".join(c if c.isprintable() else "\ufffd" for c in " ".join(name.split()))
    return f"Tệp «{line if len(line) <= 80 else line[:80] + '…'}»"  # noqa: PLR2004 - a line of the screen


def run(module: str, content: bytes, *, dead: str) -> Any:
    """What the program `module` (see child.serve) makes of the content.

    Raises Unreadable with the child's own words, or with those for a child that died of the file.
    """
    try:
        reply = ask(module, content)
    except subprocess.TimeoutExpired as error:
        raise Unreadable(dead) from error
    if reply is None:
        raise Unreadable(dead)
    if reply[0] != "read":
        raise Unreadable(reply[1])
    return reply[1]


def ask(module: str, content: bytes) -> list[Any] | None:
    """The child's answer as child.serve gives it; none of a child that died of the file."""
    with slot(), tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as reply:
        given.write(content)
        given.seek(0)
        child = subprocess.Popen(  # noqa: S603 - our own module, by the interpreter that runs us
            [sys.executable, "-E", "-s", "-m", module],
            stdin=given,
            stdout=reply,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env={"LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
        )
        try:
            child.wait(limits.WALL_SECONDS)
        finally:
            if child.poll() is None:
                child.kill()
                child.wait()
        reply.seek(0)
        return decoded(reply.read(limits.LARGEST_REPLY))


def decoded(reply: bytes) -> list[Any] | None:
    try:
        answer: list[Any] = json.loads(reply, object_hook=_value)
    except ValueError:
        return None  # nothing, or half of an answer
    return answer


def _value(tagged: dict[str, str]) -> object:
    """A cell that JSON has no type for, as child.tagged wrote it."""
    ((kind, text),) = tagged.items()
    return _TYPES[kind](text)


def as_sheet(untitled: str, read: list[Any]) -> Sheet:
    title, hidden, rows, merged, legacy = read
    width = max(map(len, rows), default=0)
    return Sheet(
        name=title or untitled,
        hidden=hidden,
        rows=tuple(tuple(row) + (None,) * (width - len(row)) for row in rows),
        merged=tuple(Merge(*block) for block in merged),
        legacy={(row, column): encoding for row, column, encoding in legacy},
    )


@contextmanager
def slot() -> Iterator[None]:
    """Hold one of the few places; waits a while for one."""
    until = time.monotonic() + limits.WAIT_SECONDS
    while (held := _free_slot()) is None:
        if time.monotonic() > until:
            raise Busy(BUSY)
        time.sleep(0.05)
    try:
        yield
    finally:
        os.close(held)


def _free_slot() -> int | None:
    for path in SLOTS:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
        else:
            return file
    return None
