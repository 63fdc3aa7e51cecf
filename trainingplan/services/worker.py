"""The worker: does what is queued, takes up what was abandoned, and sees to the chores; any number may run at once."""

import logging
import os
import socket
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import Error, close_old_connections
from django.db.models import F, Q
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from trainingplan.backup.tables import file_names
from trainingplan.models import Chore, Job, JobFile
from trainingplan.services.jobs import STOPPING, enqueue, take_back_abandoned, write_ends

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger(__name__)

EVERY = 1
"""Seconds between two looks at an empty queue."""
LOOK_AFTER = 5
"""Turns between two looks at what was abandoned and at the chores."""
FORGOTTEN = timedelta(minutes=1)
"""So old a job that waits must have its place in the queue: else whoever asked died before it was queued."""
TASKS_KEPT = timedelta(days=7)
STRAYS_KEPT = timedelta(days=1)
STORED_IN = ("viec-nen", "nhap-excel")
"""Where our own files are in the storage; what lies elsewhere is somebody else's."""


class WorkLoop:
    """Turns until `stop`; a job that runs then is given back at its next step, or ends."""

    def __init__(self, stopping: threading.Event = STOPPING) -> None:
        self._stopping = stopping
        self._queue = Worker(
            queue_names=["default"],
            excluded_queue_names=[],
            interval=0,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=f"{socket.gethostname()[:50]}:{os.getpid()}",
        )

    def stop(self) -> None:
        self._stopping.set()
        self._queue.running = False

    def run(self) -> None:
        turn = 0
        while not self._stopping.is_set():
            self._turn(look_after=turn % LOOK_AFTER == 0)
            turn += 1
            self._stopping.wait(EVERY)

    def _turn(self, *, look_after: bool) -> None:
        """One turn; a database that is away is waited for."""
        try:
            close_old_connections()
            write_ends()
            self.empty()
            if look_after:
                self.look_after()
        except Error:
            logger.exception("The worker cannot reach the database; it tries again")
            close_old_connections()

    def empty(self) -> None:
        """Do what is queued. Only a queue that holds something is locked, as taking from it needs."""
        if DBTaskResult.objects.ready().exists():
            self._queue.run()

    def look_after(self) -> None:
        """Settle what was abandoned and forgotten, and do the chores that are due."""
        take_back_abandoned()
        queue_forgotten()
        do_chores(self._stopping)


def queue_forgotten() -> int:
    """Queue the jobs that wait without a place in the queue; how many there were."""
    old = Job.objects.filter(state=Job.State.QUEUED, queued_at__lt=timezone.now() - FORGOTTEN)
    if not (waiting := list(old)):
        return 0
    queued = {key for task in DBTaskResult.objects.ready() for key in task.args_kwargs["args"]}
    forgotten = [job for job in waiting if str(job.pk) not in queued]
    for job in forgotten:
        enqueue(job)
    return len(forgotten)


def do_chores(stopping: threading.Event) -> None:
    """Do what is due; of several workers, the one that moves `due_at` does it."""
    now = timezone.now()
    known = dict(Chore.objects.values_list("name", "due_at"))
    new = [Chore(name=name, due_at=now) for name in settings.CHORES if name not in known]
    Chore.objects.bulk_create(new, ignore_conflicts=True)
    for name, seconds in settings.CHORES.items():
        if known.get(name, now) <= now and not stopping.is_set():
            _do_chore(name, timedelta(seconds=seconds))


def _do_chore(name: str, interval: timedelta) -> None:
    now = timezone.now()
    if not Chore.objects.filter(name=name, due_at__lte=now).update(due_at=now + interval, began_at=now):
        return
    chore: Callable[[], object] = import_string(name)
    fault = ""
    try:
        chore()
    except Exception as error:
        logger.exception("The chore %s failed", name)
        fault = f"{type(error).__name__}: {error}"[:1000]
    Chore.objects.filter(name=name).update(ended_at=timezone.now(), fault=fault)


def forget_results() -> None:
    """A chore: files of jobs that ended long ago, or that an overtaken attempt left, and strays are deleted."""
    old = timezone.now() - timedelta(days=settings.JOB_RESULT_DAYS)
    over = Q(job__finished_at__lt=old) | (Q(job__finished_at__isnull=False) & ~Q(attempt=F("job__attempt")))
    for file in JobFile.objects.filter(over):
        file.stored.delete(save=False)
        file.delete()
    forget_strays()


def forget_strays() -> None:
    """A part of a chore: files that no row refers to, since who stored them died before he wrote it."""
    known, old = set(file_names("default")), timezone.now() - STRAYS_KEPT
    for folder in STORED_IN:
        for name in _stored(folder):
            try:
                if name not in known and default_storage.get_modified_time(name) < old:
                    default_storage.delete(name)
            except FileNotFoundError:  # somebody else was quicker
                continue


def _stored(folder: str) -> list[str]:
    """The files of a folder of the storage and of the folders in it; none where it is not there yet."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return []
    here = [f"{folder}/{name}" for name in files]
    return [*here, *(name for inner in folders for name in _stored(f"{folder}/{inner}"))]


def forget_tasks() -> None:
    """A chore: what the queue carried is of no use afterwards; the jobs are the record."""
    old = DBTaskResult.objects.filter(enqueued_at__lt=timezone.now() - TASKS_KEPT)
    old.exclude(status="READY").delete()
