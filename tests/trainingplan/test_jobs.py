"""A job from asking to its end: claimed once, overtaken attempts write nothing, crashes are borne once."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import InterfaceError, OperationalError, transaction
from django.test import override_settings
from django.utils import timezone

from tests.cast import Province
from trainingplan.models import Job, JobFile, Plan
from trainingplan.rules.machine_faults import FULL_DATABASE, of_storage
from trainingplan.services import jobs
from trainingplan.services.jobs import (
    BROKEN_OFF,
    CRASHED,
    UNKNOWN_FAULT,
    cancel_job,
    run_job,
    start_job,
    take_back_abandoned,
    write_ends,
)
from trainingplan.services.refusals import Refused
from trainingplan.services.running import GivenBack, Running, Superseded

State = Job.State
works: dict[str, Callable[[Running], None]] = {}


def work(run: Running) -> None:
    """Whatever the test has put into `works`."""
    works["now"](run)


@pytest.fixture(autouse=True)
def _kinds() -> Iterator[None]:
    with override_settings(JOB_KINDS={"thu": f"{__name__}.work"}, JOB_STALE_SECONDS=60):
        yield
    works.clear()


def asked(province: Province, **more: Any) -> Job:
    wanted: dict[str, Any] = {"params": {"a": 1}, "plan": province.plan, "actor": province.hoa, **more}
    return start_job(kind="thu", title="Thử", **wanted)


def make_old(job: Job) -> None:
    """As if its worker had given no sign of life for long."""
    Job.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now() - timedelta(hours=1))


def begun(job: Job) -> Running:
    """An attempt that has claimed the job and stands in the middle of its work."""
    taken: list[Running] = []
    works["now"] = taken.append
    run_job(job)
    Job.objects.filter(pk=job.pk).update(state=State.RUNNING, finished_at=None)
    return taken[0]


def test_a_job_runs_and_leaves_what_it_found(province: Province) -> None:
    def make(run: Running) -> None:
        assert (run.params, run.actor, run.plan) == ({"a": 1}, province.hoa, province.plan)
        run.progress(1, 2, "Nửa việc")
        run.keep_file("Bản tổng hợp.txt", b"xong", "text/plain")
        with run.transaction():
            Plan.objects.filter(pk=run.plan.pk).update(place="Đâu đó")
            run.say("Đã ghi nơi.")
            run.link("/x/", "Xem")
        run.progress(2, 2, "Xong")

    works["now"] = make
    job = run_job(asked(province))
    assert (job.state, job.done, job.total, job.words, job.error) == (State.DONE, 2, 2, "Xong", "")
    assert (job.notes, job.links) == (["Đã ghi nơi."], [{"url": "/x/", "words": "Xem"}])
    file = JobFile.objects.get(job=job)
    with file.stored.open() as stored:
        assert (file.name, file.size, stored.read()) == ("Bản tổng hợp.txt", 4, b"xong")
    assert default_storage.exists(file.stored.name)
    assert "tổng" not in file.stored.name
    assert Plan.objects.get().place == "Đâu đó"


def test_a_job_is_done_once(province: Province) -> None:
    count: list[int] = []
    works["now"] = lambda run: count.append(run.job.attempt)
    job = asked(province)
    assert {run_job(job).state, run_job(job).state} == {State.DONE}
    assert count == [1]


def test_while_a_job_of_a_key_is_pending_it_is_the_one(province: Province) -> None:
    first = asked(province, key="ban-hanh-2024")
    assert asked(province, key="ban-hanh-2024") == first
    assert asked(province, key="ban-hanh-2025") != first
    works["now"] = lambda _: None
    run_job(first)
    assert asked(province, key="ban-hanh-2024") != first
    assert asked(province) != asked(province)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Refused("Chưa đủ số liệu."), "Chưa đủ số liệu."),
        (ZeroDivisionError("a"), UNKNOWN_FAULT),
        (OSError(28, "No space left"), of_storage(OSError(28, ""))),
    ],
)
def test_a_failure_is_told_in_words(province: Province, fault: Exception, words: str) -> None:
    def fail(run: Running) -> None:
        run.progress(1, 3)
        raise fault

    works["now"] = fail
    job = run_job(asked(province))
    assert (job.state, job.error, job.done) == (State.FAILED, words, 1)
    assert job.finished_at


def test_a_waiting_job_is_cancelled_at_once(province: Province) -> None:
    works["now"] = lambda _: pytest.fail("it was cancelled")
    job = asked(province)
    assert cancel_job(job=job, actor=province.alice)
    job = run_job(job)
    assert (job.state, job.cancel_asked_by) == (State.CANCELLED, "Nguyễn Thị Ái")
    assert not cancel_job(job=job, actor=province.hoa)


def test_a_running_job_is_cancelled_at_its_next_step_and_nothing_is_written(province: Province) -> None:
    def stop_in_the_middle(run: Running) -> None:
        assert cancel_job(job=run.job, actor=run.actor)
        with run.transaction():
            Plan.objects.update(place="Không được")
            run.progress(1, 2)
            pytest.fail("it went on")

    works["now"] = stop_in_the_middle
    assert run_job(asked(province)).state == State.CANCELLED
    assert Plan.objects.get().place == "Quảng Ngãi"


def test_what_somebody_was_told_stops_is_not_written(province: Province) -> None:
    """The cancellation came after the last step that could have heard of it."""

    def write(run: Running) -> None:
        with run.transaction():
            Plan.objects.update(place="Không được")
            assert cancel_job(job=run.job, actor=run.actor)

    works["now"] = write
    assert run_job(asked(province)).state == State.CANCELLED
    assert Plan.objects.get().place == "Quảng Ngãi"


def test_what_is_written_cannot_be_cancelled(province: Province) -> None:
    def write(run: Running) -> None:
        with run.transaction():
            pass
        assert not cancel_job(job=run.job, actor=run.actor)
        run.write()
        run.progress(2, 2)

    works["now"] = write
    assert run_job(asked(province)).state == State.DONE


def test_a_worker_that_is_stopped_gives_the_job_back(province: Province) -> None:
    def stop(run: Running) -> None:
        run.stopping.set()
        with pytest.raises(GivenBack):
            run.progress(1, 2)
        raise GivenBack

    works["now"] = stop
    job = run_job(asked(province))
    assert (job.state, job.crashes, job.attempt) == (State.QUEUED, 0, 1)
    works["now"] = lambda _: None
    job = run_job(job)
    assert (job.state, job.attempt) == (State.DONE, 2)


def test_an_overtaken_attempt_writes_nothing(province: Province) -> None:
    """The worker was paused for long: another has taken its job over before it goes on."""
    job = asked(province)
    paused = begun(job)
    make_old(job)
    assert take_back_abandoned() == 1
    assert Job.objects.get().state == State.QUEUED
    other = begun(job)
    assert other.job.attempt == 2

    with pytest.raises(Superseded), paused.transaction():
        Plan.objects.update(place="Không được")
    with pytest.raises(Superseded):
        paused.keep_file("a.txt", b"a")
    with pytest.raises(Superseded):
        paused.progress(1, 2)
    assert not JobFile.objects.exists()
    with other.transaction():
        Plan.objects.update(place="Được")
    assert Plan.objects.get().place == "Được"


def test_an_attempt_overtaken_within_its_transaction_is_undone(province: Province) -> None:
    job = asked(province)
    running = begun(job)

    def overtaken() -> None:
        with running.transaction():
            Plan.objects.update(place="Không được")
            make_old(job)
            assert take_back_abandoned() == 1

    with pytest.raises(Superseded):
        overtaken()
    assert Plan.objects.get().place == "Quảng Ngãi"


def test_control_without_the_fence_an_overtaken_attempt_writes(
    province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    paused = begun(asked(province))
    make_old(paused.job)
    take_back_abandoned()
    monkeypatch.setattr(Running, "transaction", lambda _: transaction.atomic())
    with paused.transaction():
        Plan.objects.update(place="Hai lần")
    assert Plan.objects.get().place == "Hai lần"


def test_after_a_crash_it_is_tried_once_more_and_after_two_it_is_over(province: Province) -> None:
    job = asked(province)
    begun(job)
    assert take_back_abandoned() == 0
    make_old(job)
    assert take_back_abandoned() == 1
    begun(job)
    make_old(job)
    assert take_back_abandoned() == 0
    job.refresh_from_db()
    assert (job.state, job.error, job.crashes) == (State.FAILED, CRASHED, 2)
    assert job.finished_at


@pytest.mark.parametrize("fault", [OperationalError, InterfaceError])
def test_a_job_that_lost_the_database_is_tried_once_more(province: Province, fault: type[Exception]) -> None:
    """PostgreSQL was restarted under it, which is no fault of the work."""

    def lose(run: Running) -> None:
        run.progress(1, 2)
        raise fault

    works["now"] = lose
    job = run_job(asked(province))
    assert (job.state, job.crashes, job.error) == (State.QUEUED, 1, "")
    job = run_job(job)
    assert (job.state, job.crashes, job.error) == (State.FAILED, 2, CRASHED)


FULL = OperationalError("database or disk is full")


def test_a_job_on_a_full_disk_is_not_tried_again_and_names_the_disk(province: Province) -> None:
    def fill(_run: Running) -> None:
        raise FULL

    works["now"] = fill
    job = run_job(asked(province))
    assert (job.state, job.crashes, job.error) == (State.FAILED, 0, FULL_DATABASE)


def test_an_end_that_the_full_disk_does_not_take_is_written_when_there_is_room(
    province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(run: Running) -> None:
        with run.transaction():
            Plan.objects.update(place="Không được")
            raise FULL

    def full(*_: Any) -> int:
        raise FULL

    works["now"] = fill
    with monkeypatch.context() as still:
        still.setattr(jobs, "_settle", full)
        job = run_job(asked(province, key="ban-hanh"))
        assert job.state == State.RUNNING
        with pytest.raises(OperationalError):
            write_ends()
    write_ends()
    job.refresh_from_db()
    assert (job.state, job.error) == (State.FAILED, FULL_DATABASE)
    assert asked(province, key="ban-hanh") != job
    assert Plan.objects.get().place == "Quảng Ngãi"


def test_without_a_worker_who_asks_again_ends_what_broke_off(province: Province) -> None:
    job = asked(province, key="ban-hanh")
    begun(job)
    assert asked(province, key="ban-hanh") == job
    make_old(job)
    assert asked(province, key="ban-hanh") != job
    job.refresh_from_db()
    assert (job.state, job.error) == (State.FAILED, BROKEN_OFF)


def test_without_a_worker_who_asks_again_begins_what_could_not_begin(
    province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = asked(province, key="ban-hanh")
    begun_again: list[Job] = []
    monkeypatch.setattr(jobs, "enqueue", begun_again.append)
    assert asked(province, key="ban-hanh") == job
    assert begun_again == [job]


def test_a_crash_after_the_effect_was_written_repeats_nothing(province: Province) -> None:
    job = asked(province)
    running = begun(job)
    with running.transaction():
        running.link("/x/", "Xem")
    make_old(job)
    assert take_back_abandoned() == 0
    job.refresh_from_db()
    assert (job.state, job.links) == (State.DONE, [{"url": "/x/", "words": "Xem"}])


def test_a_crash_of_what_was_to_be_cancelled_ends_it(province: Province) -> None:
    job = asked(province)
    begun(job)
    cancel_job(job=job, actor=province.hoa)
    make_old(job)
    assert take_back_abandoned() == 0
    assert Job.objects.get().state == State.CANCELLED
