"""The arithmetic of the sealed log: rows in one form for all databases, their digests, and ranges of keys as text."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
COLUMNS = (
    "id", "batch", "at", "actor_id", "on_behalf_of_id", "actor_name", "plan_id", "unit_id",
    "table", "row", "label", "field", "old", "new", "reason",
)  # fmt: skip
"""What of a change is sealed: all of it, in this order."""
FIRST = "0" * 64
"""Stands for the link before the first."""

Row = tuple[object, ...]
_encode = json.JSONEncoder(ensure_ascii=False, default=str).encode


def microseconds(at: datetime) -> int:
    """A time as whole microseconds since 1970, whatever zone it is told in."""
    return (at - EPOCH) // timedelta(microseconds=1)


def part_digest(rows: Iterable[Row]) -> str:
    """The digest of changes, each a tuple of COLUMNS, in the order of their keys."""
    digest = sha256()
    for key, batch, at, *rest in rows:
        if not isinstance(at, datetime):
            raise TypeError(at)
        digest.update(_encode([key, str(batch), microseconds(at), *rest]).encode())
        digest.update(b"\n")
    return digest.hexdigest()


def seal_digest(before: str, *, position: int, at: datetime, rows: str, digest: str) -> str:
    """The digest of a link of the chain."""
    return sha256(f"{before}\n{position}\n{microseconds(at)}\n{rows}\n{digest}\n".encode()).hexdigest()


def as_ranges(keys: Iterable[int]) -> str:
    """Keys as text: 5, 6, 7, 9 is "5-7,9"."""
    runs: list[list[int]] = []
    for key in sorted(keys):
        if runs and runs[-1][1] == key - 1:
            runs[-1][1] = key
        else:
            runs.append([key, key])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def from_ranges(text: str) -> Iterator[tuple[int, int]]:
    """The first and last key of each run; raises ValueError for what `as_ranges` never writes."""
    for run in text.split(","):
        first, _, last = run.partition("-")
        yield int(first), int(last or first)
