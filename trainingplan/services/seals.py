"""Sealing the change log: each writing leaves a digest in its own transaction, and short ones of ours chain them.

Writers never wait for the chain: nobody but the sealer writes to it, and who finds another one at it goes away.
"""

import logging
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from threading import Lock
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from trainingplan.models import LogPart, LogSeal
from trainingplan.rules.seals import FIRST, as_ranges, part_digest, seal_digest
from trainingplan.services.inserting import insert_rows

logger = logging.getLogger("trainingplan.log_head")
LOOK_BACK = 1_000
"""How far behind the last sealed part the quick sealing looks; the chore looks at all of them."""
MOST_AT_ONCE = 500
TURN = 5_120_311
"""The key of PostgreSQL's lock under which one sealer works."""
NANOSECONDS = 1_000_000_000
_last = {"at": 0}
_guard = Lock()


@dataclass(frozen=True, slots=True)
class Head:
    """The last link of the chain: all that was sealed so far follows from its digest."""

    position: int
    digest: str
    at: datetime

    @property
    def words(self) -> str:
        """As it is printed: "1234 · 0a1b2c3d4e5f6071"."""
        return f"{self.position} · {self.digest[:16]}"


def add_part(changes: Iterable[tuple[Any, ...]]) -> None:
    """Store the digest of changes, as tuples of COLUMNS, that were just written by the same transaction."""
    rows = sorted(changes)
    insert_rows(LogPart, ("rows", "digest"), [(as_ranges(row[0] for row in rows), part_digest(rows))])
    if settings.SEAL_LOG_SECONDS:
        _seal_now_and_then()


def _seal_now_and_then() -> None:
    """Seal at most once in SEAL_LOG_SECONDS in this process; the worker's chore seals what comes last.

    On SQLite one writes at a time, so the chain can grow inside his transaction; on PostgreSQL it would hold up others.
    """
    with _guard:
        now = time.monotonic_ns()
        if now - _last["at"] < settings.SEAL_LOG_SECONDS * NANOSECONDS:
            return
        _last["at"] = now
    if connection.vendor == "postgresql":
        transaction.on_commit(partial(seal_log, quick=True), robust=True)
    elif connection.in_atomic_block:
        _chain(quick=True)


def seal_log(*, quick: bool = False) -> int:
    """Chain what is not sealed yet, and return how many parts; if `quick`, 0 when somebody else is at it."""
    sealed = 0
    while count := _seal_some(quick=quick):
        sealed += count
        if count < MOST_AT_ONCE:
            break
    return sealed


@transaction.atomic
def _seal_some(*, quick: bool) -> int:
    return _chain(quick=quick) if _our_turn(wait=not quick) else 0


def _our_turn(*, wait: bool) -> bool:
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TURN])
            return True
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [TURN])
        return bool(cursor.fetchone()[0])


def _chain(*, quick: bool) -> int:
    """Add the links, each on the one before; parts are taken in the order in which they can be seen."""
    last = LogSeal.objects.order_by("-position").first()
    parts = _unsealed(last.part_id - LOOK_BACK if quick and last else None)
    position, before = (last.position, last.digest) if last else (0, FIRST)
    now, links = timezone.now(), []
    for part in parts:
        position += 1
        before = seal_digest(before, position=position, at=now, rows=part.rows, digest=part.digest)
        links.append(LogSeal(position=position, part=part, at=now, digest=before))
    LogSeal.objects.bulk_create(links)
    return len(links)


def _unsealed(after: int | None) -> Sequence[LogPart]:
    parts = LogPart.objects.filter(~Exists(LogSeal.objects.filter(part=OuterRef("pk")))).order_by("pk")
    return list((parts if after is None else parts.filter(pk__gt=after))[:MOST_AT_ONCE])


def seal_in_time() -> None:
    """The chore: what was written last is sealed too."""
    seal_log()


def tell_head() -> None:
    """The chore: the head stands in the server's log as well, so that a tail cut off with its links is missed.

    At that level always, whatever LOG_LEVEL says: see `trainingplan.logs`.
    """
    if head := log_head():
        logger.info("head of the change log", extra={"more": {"head": f"{head.position}:{head.digest}"}})


def log_head() -> Head | None:
    """The last link as it stands."""
    last = LogSeal.objects.order_by("-position").first()
    return Head(last.position, last.digest, last.at) if last else None
