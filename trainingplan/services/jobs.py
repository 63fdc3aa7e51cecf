"""Asking for long work, and doing it: a job waits, is claimed by one worker, ends. The queue carries only its key."""

import logging
import threading
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import Error, IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks import task

from trainingplan.models import Job, Plan, User
from trainingplan.models.jobs import PENDING
from trainingplan.readings import watching_people
from trainingplan.rules.machine_faults import FULL_DATABASE, is_full, of_storage
from trainingplan.services.readings import log_reading
from trainingplan.services.refusals import Refused
from trainingplan.services.running import Beat, Cancelled, GivenBack, Running, Superseded

logger = logging.getLogger(__name__)

CRASHES_BORNE = 1
"""After so many broken attempts a job is tried once more; the next break ends it."""
UNKNOWN_FAULT = "Việc này dừng vì lỗi của phần mềm. Lỗi đã được ghi lại; hãy báo người quản trị."
CRASHED = "Máy xử lý dừng giữa chừng hai lần nên việc này không được làm tiếp. Hãy báo người quản trị rồi yêu cầu lại."
BROKEN_OFF = (
    "Việc này dừng giữa chừng vì máy chủ không ghi được vào cơ sở dữ liệu: đĩa đầy, hoặc cơ sở dữ liệu tạm nghỉ. "
    "Hãy báo người quản trị rồi yêu cầu lại."
)
IN_LINE_AT_MOST = timedelta(minutes=3)
"""No request lasts longer: what ran within one and has been silent for so long is dead."""


def start_job(
    *, kind: str, title: str, params: dict[str, Any], plan: Plan | None, actor: User, key: str = "", back: str = ""
) -> Job:
    """Ask for work of a kind of `JOB_KINDS`; it is queued when the surrounding transaction is committed.

    The caller has checked that the actor may; the work checks it again. While a job of the same `key` is pending, that
    one is returned: two clicks are one job. `back` is the page to return to where it fails.
    """
    if kind not in settings.JOB_KINDS:
        raise ValueError(kind)
    now = timezone.now()
    job = Job(kind=kind, title=title[:200], params=params, plan=plan, key=key, asked_by=actor, asked_as=standing(actor))
    job.asked_at = job.queued_at = now
    job.back = back
    try:
        with transaction.atomic():
            job.save(force_insert=True)
            when_committed(lambda: enqueue(job))
    except IntegrityError:
        pending = Job.objects.filter(key=key, state__in=PENDING).first() if key else None
        if pending is None:
            raise
    else:
        return job
    if settle_in_line(pending):
        return start_job(kind=kind, title=title, params=params, plan=plan, actor=actor, key=key, back=back)
    if in_line() and pending.state == Job.State.QUEUED:  # The disk was full when it was to begin.
        enqueue(pending)
    return pending


def when_committed(act: Callable[[], None]) -> None:
    """After the surrounding transaction; tests that undo theirs let it happen at once."""
    transaction.on_commit(act)


def standing(user: User) -> str:
    """In what standing somebody asks: who has changed role or unit since gets no file of the old one."""
    return f"{user.role}:{user.unit_id or ''}"


def enqueue(job: Job) -> None:
    run_queued.enqueue(str(job.pk))


@task()
def run_queued(job_id: str) -> None:
    """What the queue calls, in a worker or at once."""
    if job := Job.objects.filter(pk=job_id).first():
        run_job(job, inline=in_line(), stopping=STOPPING)


STOPPING = threading.Event()
"""Set when this process is asked to stop: its jobs go back into the queue."""


def in_line() -> bool:
    """Whether jobs run where they are asked for, and not in a worker."""
    return not isinstance(run_queued.get_backend(), _database_backend())


def _database_backend() -> type[Any]:
    backend: type[Any] = import_string("django_tasks_db.DatabaseBackend")
    return backend


def run_job(job: Job, *, inline: bool = True, stopping: threading.Event | None = None) -> Job:
    """Work on a queued job, and return it as it then stands; one that somebody else has is left to him."""
    now = timezone.now()
    claimed = Job.objects.filter(pk=job.pk, state=Job.State.QUEUED).update(
        state=Job.State.RUNNING,
        attempt=F("attempt") + 1,
        started_at=now,
        heartbeat_at=now,
        done=0,
        total=0,
        words="",
        notes=[],
        links=[],
    )
    jobs = Job.objects.select_related("asked_by", "plan")
    if claimed:
        _attempt(Running(jobs.get(pk=job.pk), inline=inline, stopping=stopping or threading.Event()))
    return jobs.get(pk=job.pk)


def _attempt(running: Running) -> None:
    work: Callable[[Running], None] = import_string(settings.JOB_KINDS[running.job.kind])
    try:
        with nullcontext() if running.inline else Beat(running), watching_people() as people:
            work(running)
        if people:
            address = f"/viec-nen/{running.job.pk}/"
            log_reading(user=running.actor, door=running.job.title, address=address, people=people)
    except Superseded:
        logger.warning("Attempt %s of job %s was overtaken", running.job.attempt, running.job.pk)
    except Cancelled:
        _end(running, Job.State.CANCELLED)
    except GivenBack:
        give_back(running)
    except Refused as refused:
        _end(running, Job.State.FAILED, refused.message)
    except (OperationalError, InterfaceError) as error:
        logger.exception("Job %s lost the database", running.job.pk)
        _break_off(running, FULL_DATABASE if is_full(error) else "")
    except Exception as error:
        logger.exception("Job %s failed", running.job.pk)
        _end(running, Job.State.FAILED, of_storage(error) or UNKNOWN_FAULT)
    else:
        _end(running, Job.State.DONE)


def _end(running: Running, state: Job.State, error: str = "") -> None:
    done, total, words = running.told
    now = timezone.now()
    job, how = running.job, {"state": state, "error": error, "finished_at": now, "heartbeat_at": now}
    how |= {"done": done, "total": total, "words": words, "notes": job.notes, "links": job.links}
    _write_end(running, lambda: running.current.update(**how))


_UNWRITTEN: dict[UUID, Callable[[], object]] = {}
"""Ends of attempts of this process that the database has not taken, by their job."""


def _write_end(running: Running, write: Callable[[], object]) -> None:
    """What cannot be written now is written later by `write_ends`; by another process, once the job is silent."""
    _reconnect(running)
    try:
        write()
    except Error:
        logger.exception("The end of job %s was not written", running.job.pk)
        _UNWRITTEN[running.job.pk] = write


def write_ends() -> None:
    """Write the ends that could not be written before; raises where they still cannot."""
    for pk, write in list(_UNWRITTEN.items()):
        write()
        del _UNWRITTEN[pk]


def is_broken_off(job: Job) -> bool:
    """Whether a job that ran within this request stands still, because how it ended could not be written."""
    return in_line() and (job.pk in _UNWRITTEN or job.state == Job.State.QUEUED)


def _reconnect(running: Running) -> None:
    """Let go of a connection that broke under the work; in line it belongs to the request."""
    if not running.inline:
        connection.close_if_unusable_or_obsolete()


def _break_off(running: Running, error: str) -> None:
    """As if the worker had died, but without the wait where the database is there again: it was only restarted.

    With an error it is not tried once more: so a full disk.
    """
    _write_end(running, lambda: _settle(running.current, error))


def give_back(running: Running) -> None:
    """Put the job back into the queue: its worker is being stopped, which is no crash."""
    now = timezone.now()
    with transaction.atomic():
        if running.current.update(state=Job.State.QUEUED, queued_at=now, words=""):
            transaction.on_commit(lambda: enqueue(running.job))


def cancel_job(*, job: Job, actor: User) -> bool:
    """Ask a pending job to stop: at once while it waits, at its next step while it runs. False when it is too late."""
    now = timezone.now()
    asked = {"cancel_asked_at": now, "cancel_asked_by": actor.full_name}
    waiting = Job.objects.filter(pk=job.pk, state=Job.State.QUEUED)
    if waiting.update(state=Job.State.CANCELLED, finished_at=now, **asked):
        return True
    return bool(Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, committed_at__isnull=True).update(**asked))


def take_back_abandoned() -> int:
    """Settle the jobs whose worker gives no sign of life: once more for each, or its end. How many are queued again."""
    now = timezone.now()
    silent = Job.objects.filter(
        state=Job.State.RUNNING, heartbeat_at__lt=now - timedelta(seconds=settings.JOB_STALE_SECONDS)
    )
    return _settle(silent) if silent.exists() else 0


def settle_in_line(job: Job) -> bool:
    """Where there is no worker, nobody looks after what broke off: who comes back to it ends it. Whether it is over."""
    if not in_line():
        return False
    now = timezone.now()
    old = now - IN_LINE_AT_MOST
    mine = Job.objects.filter(pk=job.pk)
    try:
        write_ends()
        if (silent := mine.filter(state=Job.State.RUNNING, heartbeat_at__lt=old)).exists():
            _settle(silent, BROKEN_OFF)
        if (waiting := mine.filter(state=Job.State.QUEUED, queued_at__lt=old)).exists():
            waiting.update(state=Job.State.FAILED, finished_at=now, error=BROKEN_OFF)
    except Error:
        logger.exception("The end of job %s is not written yet", job.pk)
    job.refresh_from_db()
    return not job.pending


def _settle(broken: QuerySet[Job], error: str = "") -> int:
    now = timezone.now()
    broken.filter(committed_at__isnull=False).update(state=Job.State.DONE, finished_at=now)
    broken.filter(cancel_asked_at__isnull=False).update(state=Job.State.CANCELLED, finished_at=now)
    if error:
        broken.update(state=Job.State.FAILED, finished_at=now, error=error)
    broken.filter(crashes__gte=CRASHES_BORNE).update(
        state=Job.State.FAILED, finished_at=now, error=CRASHED, crashes=F("crashes") + 1
    )
    return sum(_again(job, now) for job in broken)


def _again(job: Job, now: Any) -> bool:
    with transaction.atomic():
        mine = Job.objects.filter(pk=job.pk, attempt=job.attempt, state=Job.State.RUNNING, committed_at__isnull=True)
        taken = mine.filter(heartbeat_at=job.heartbeat_at).update(
            state=Job.State.QUEUED, queued_at=now, crashes=F("crashes") + 1, words=""
        )
        if taken:
            transaction.on_commit(lambda: enqueue(job))
    return bool(taken)
