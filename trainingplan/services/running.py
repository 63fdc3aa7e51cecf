"""Running a job: what the work may call, how an attempt ends, and that an overtaken attempt writes nothing.

Progress is kept in memory and written apart from the work's own transactions: by `Beat`, a thread with a connection
of its own, in a worker; at once, on the same connection, where a job runs in line.
"""

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.db import Error, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from trainingplan.models import Job, JobFile, Plan, User
from trainingplan.policies import Action, may
from trainingplan.services.refusals import Refused

WRITTEN_EVERY = 1
"""Seconds between two writings of progress, however often the work tells of it."""
WORDS = 300


class Stopped(Exception):  # noqa: N818 - says how an attempt ended, not that something is wrong
    """The attempt ends here; the work lets it pass."""


class Cancelled(Stopped):
    """Somebody asked to stop it."""


class Superseded(Stopped):
    """The job was given to another worker, or is over: this attempt may write nothing any more."""


class GivenBack(Stopped):
    """The worker is being stopped: the job goes back into the queue."""


@dataclass
class Running:
    """A job while it is worked on; handed to its work function.

    A work reads and renders outside of transactions and writes within one `transaction()`, short and last.
    """

    job: Job
    inline: bool = True
    stopping: threading.Event = field(default_factory=threading.Event)
    told: tuple[int, int, str] = (0, 0, "")
    cancelled: bool = False
    superseded: bool = False
    _written: int = 0

    @property
    def params(self) -> dict[str, Any]:
        params: dict[str, Any] = self.job.params
        return params

    @property
    def actor(self) -> User:
        return self.job.asked_by

    @property
    def plan(self) -> Plan:
        """The plan that the job is about. Raises Refused where it is about none."""
        if self.job.plan is None:
            raise Refused("Việc này không thuộc kế hoạch nào.")
        return self.job.plan

    def require(self, action: Action) -> None:
        """Raise Refused unless the asker still may: his account may have been closed or changed since he asked."""
        if not may(self.actor, action):
            raise Refused("Tài khoản đã yêu cầu việc này không còn quyền làm việc này.")

    @property
    def current(self) -> QuerySet[Job]:
        """The job's row as long as this attempt may write."""
        return Job.objects.filter(pk=self.job.pk, attempt=self.job.attempt, state=Job.State.RUNNING)

    def progress(self, done: int, total: int, words: str = "") -> None:
        """Tell how far the work is and what it does. Raises Stopped where it must end."""
        self.told = (done, max(done, total), words[:WORDS])
        if self.inline and _seconds() - self._written >= WRITTEN_EVERY:
            self.write()
        if self.superseded:
            raise Superseded
        if self.job.committed_at is None:
            if self.cancelled:
                raise Cancelled
            if self.stopping.is_set():
                raise GivenBack

    def write(self) -> None:
        """Write progress and the sign of life; read whether to stop."""
        done, total, words = self.told
        alive = self.current.update(done=done, total=total, words=words, heartbeat_at=timezone.now())
        self._written = _seconds()
        self.superseded = not alive
        if alive:
            self.look()

    def look(self) -> None:
        """Read whether this attempt must stop."""
        asked = self.current.values_list("cancel_asked_at", flat=True).first()
        self.cancelled = asked is not None

    def say(self, words: str) -> None:
        """Add a sentence to what the job's page says of the result."""
        self.job.notes.append(words)

    def link(self, url: str, words: str) -> None:
        """Lead from the job's page to the result."""
        self.job.links.append({"url": url, "words": words})

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """The one transaction that writes the work's effect, with what was said and linked until its end.

        It is undone where another attempt has taken over meanwhile, or where somebody was told that the job stops;
        once it stands, the work is not repeated.
        """
        with transaction.atomic():
            if not self.current.exists():
                raise Superseded
            yield
            now = timezone.now()
            written = self.current.filter(committed_at__isnull=True, cancel_asked_at__isnull=True).update(
                committed_at=now, heartbeat_at=now, notes=self.job.notes, links=self.job.links
            )
            if not written:
                raise Cancelled if self.current.exists() else Superseded
        self.job.committed_at = now

    def keep_file(self, name: str, content: bytes | Path, content_type: str = "application/octet-stream") -> JobFile:
        """Store a result under the job's page."""
        kept = JobFile(job=self.job, attempt=self.job.attempt, name=name[-150:], content_type=content_type)
        with _opened(content) as file:
            kept.size, kept.sha256 = file.size, hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            kept.stored.save(name, file, save=False)
        with transaction.atomic():
            if self.current.update(heartbeat_at=timezone.now()):
                kept.save()
                return kept
        kept.stored.delete(save=False)
        raise Superseded


def _seconds() -> int:
    return int(time.monotonic())


@contextmanager
def _opened(content: bytes | Path) -> Iterator[File[bytes]]:
    if isinstance(content, bytes):
        yield ContentFile(content)
    else:
        with content.open("rb") as stream:
            yield File(stream)


class Beat(threading.Thread):
    """Writes a running job's progress and sign of life while its work does something else.

    Where a long transaction of the work holds the whole database, as SQLite does, it waits and tries again.
    """

    def __init__(self, running: Running) -> None:
        super().__init__(daemon=True, name="job-beat")
        self._running, self._over = running, threading.Event()

    def run(self) -> None:
        last, told = 0, (0, 0, "")
        while not self._over.wait(WRITTEN_EVERY):
            now = _seconds()
            changed = self._running.told != told or now - last >= settings.JOB_STALE_SECONDS // 4
            if changed:
                last, told = now, self._running.told
            try:
                self._running.write() if changed else self._running.look()
            except Error:  # The database is held or away: the next beat tries again.
                connection.close_if_unusable_or_obsolete()
        connection.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()
