"""The worker: takes from the queue, beats while it works, mends what was forgotten, does each chore once."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import override_settings
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from tests.cast import Province, make_province
from trainingplan.models import Chore, Job, JobFile
from trainingplan.services import running, worker
from trainingplan.services.jobs import cancel_job, run_job, start_job
from trainingplan.services.running import Running
from trainingplan.services.worker import WorkLoop, do_chores, forget_results, forget_tasks, queue_forgotten
from trainingplan.sessions import SessionStore, forget_sessions

LONG = 60
done: list[str] = []


def follow_itself(run: Running) -> None:
    """Tell of progress until the page would show it; then be cancelled by somebody else."""
    until = time.monotonic() + LONG
    while not Job.objects.filter(pk=run.job.pk, done=1, words="Nửa việc").exists():
        assert time.monotonic() < until
        run.progress(1, 2, "Nửa việc")
        run.stopping.wait(0.02)
    cancel_job(job=run.job, actor=run.actor)
    while time.monotonic() < until:
        run.progress(1, 2, "Nửa việc")
        run.stopping.wait(0.02)
    pytest.fail("it was not cancelled")


def leave_a_file(run: Running) -> None:
    run.keep_file("a.txt", b"a")


def chore() -> None:
    done.append("chore")


def broken_chore() -> None:
    raise ZeroDivisionError


@pytest.fixture(autouse=True)
def _queue() -> Iterator[None]:
    done.clear()
    kinds = {kind.__name__: f"{__name__}.{kind.__name__}" for kind in (follow_itself, leave_a_file)}
    chores = {f"{__name__}.{name}": 60 for name in ("chore", "broken_chore")}
    backend = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    with override_settings(TASKS=backend, JOB_KINDS=kinds, CHORES=chores):
        yield


def asked(province: Province, kind: str) -> Job:
    return start_job(kind=kind, title="Thử", params={}, plan=province.plan, actor=province.hoa)


def test_a_job_is_taken_from_the_queue_and_followed_beside_its_work(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "WRITTEN_EVERY", 0.05)
    job = asked(make_province(), "follow_itself")
    assert DBTaskResult.objects.get().args_kwargs["args"] == [str(job.pk)]
    WorkLoop(threading.Event()).empty()
    job.refresh_from_db()
    assert (job.state, job.done, job.cancel_asked_by) == (Job.State.CANCELLED, 1, "Phạm Thị Hoa")
    assert DBTaskResult.objects.get().status == "SUCCESSFUL"


def test_who_is_asked_to_stop_takes_nothing_more(province: Province, jobs_at_once: None) -> None:
    asked(province, "leave_a_file")
    loop = WorkLoop(threading.Event())
    loop.stop()
    loop.empty()
    loop.run()
    assert Job.objects.get().state == Job.State.QUEUED


def test_what_was_never_queued_is_queued_once(province: Province) -> None:
    """Whoever asked died between the writing of the job and its queueing."""
    asked(province, "leave_a_file")
    assert not DBTaskResult.objects.exists()
    assert queue_forgotten() == 0
    Job.objects.update(queued_at=timezone.now() - timedelta(hours=1))
    assert (queue_forgotten(), queue_forgotten()) == (1, 0)
    assert DBTaskResult.objects.count() == 1


def test_a_chore_is_done_once_in_its_time_and_its_fault_is_kept(province: Province) -> None:
    stopping = threading.Event()
    do_chores(stopping)
    do_chores(stopping)
    assert done == ["chore"]
    faults = {chore.name.rpartition(".")[2]: chore.fault for chore in Chore.objects.all()}
    assert faults == {"chore": "", "broken_chore": "ZeroDivisionError: "}
    Chore.objects.update(due_at=timezone.now())
    do_chores(stopping)
    assert done == ["chore", "chore"]
    stopping.set()
    Chore.objects.update(due_at=timezone.now())
    do_chores(stopping)
    assert len(done) == 2


def test_results_are_forgotten_in_time_with_their_bytes(province: Province) -> None:
    job = run_job(asked(province, "leave_a_file"))
    place = JobFile.objects.get().stored.name
    forget_results()
    assert default_storage.exists(place)
    Job.objects.filter(pk=job.pk).update(finished_at=timezone.now() - timedelta(days=8))
    forget_results()
    assert not default_storage.exists(place)
    assert not JobFile.objects.exists()
    assert Job.objects.filter(pk=job.pk).exists()


def test_a_file_that_no_row_knows_is_forgotten_after_a_day(province: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its worker was killed between the file and the row."""
    run_job(asked(province, "leave_a_file"))
    known = JobFile.objects.get().stored.name
    stray = default_storage.save("viec-nen/abc/def", ContentFile(b"a"))
    foreign = default_storage.save("khac/def", ContentFile(b"a"))
    forget_results()
    assert default_storage.exists(stray)
    monkeypatch.setattr(worker, "STRAYS_KEPT", timedelta(days=-1))
    forget_results()
    assert [default_storage.exists(name) for name in (stray, known, foreign)] == [False, True, True]


def test_the_queue_s_own_rows_are_forgotten(province: Province, jobs_at_once: None) -> None:
    asked(province, "leave_a_file")
    DBTaskResult.objects.update(enqueued_at=timezone.now() - timedelta(days=30))
    forget_tasks()
    assert DBTaskResult.objects.count() == 1
    DBTaskResult.objects.update(status="RUNNING")
    forget_tasks()
    assert not DBTaskResult.objects.exists()


def test_sessions_that_have_ended_are_forgotten(db: None) -> None:
    standing, ended = SessionStore(), SessionStore()
    standing.set_expiry(60)
    ended.set_expiry(-60)
    for session in (standing, ended):
        session.save()
    forget_sessions()
    assert list(Session.objects.values_list("session_key", flat=True)) == [standing.session_key]
