"""Two servers and two workers, each with a folder of its own, on one PostgreSQL and one store of files.

A plan is published on one and read on the other; a worker dies in the middle of it: nothing lost, nothing twice.
"""

import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from reports.models import Version, VersionFile
from tests.issuing import Office, make_office
from trainingplan.models import Change, Job, Plan
from trainingplan.rules.dates import format_date

PATIENCE = 90
PAPER = {"number": "12", "signer_title": "PHÓ BÍ THƯ", "signer_name": "Nguyễn Văn Ký", "signing_authority": ""}
TOKEN = "a" * 32

pytestmark = [
    pytest.mark.skipif(
        "sqlite" in str(settings.DATABASES["default"]["ENGINE"]), reason="SQLite is one file on one machine"
    ),
    pytest.mark.timeout(300),
]


@dataclass(frozen=True)
class Machine:
    """One process of the product; a server answers at its address."""

    process: subprocess.Popen[bytes]
    address: str = ""


def until(found: Callable[[], Any]) -> Any:
    end = time.monotonic() + PATIENCE
    while not (value := found()):
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.05)
    return value


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/dang-nhap/", timeout=PATIENCE):  # noqa: S310 - our own server
            return True
    except OSError:
        return False


@pytest.fixture
def machines(transactional_db: None, project: Path, tmp_path: Path) -> Iterator[dict[str, Machine]]:
    """Two servers and two workers that share nothing on their disks but the store of files."""
    started: dict[str, Machine] = {}
    database = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{connection.settings_dict['NAME']}"
    shared = os.environ | {
        "DATABASE_URL": database,
        "SECRET_KEY": settings.SECRET_KEY,
        "MEDIA_ROOT": str(tmp_path / "media"),
        "JOB_STALE_SECONDS": "3",
        "DEBUG": "off",
        "HTTPS": "off",
    }

    def start(name: str, *arguments: str, address: str = "") -> None:
        own = tmp_path / name
        own.mkdir()
        with (tmp_path / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 - our own programs
                [sys.executable, *arguments], cwd=project, env=shared | {"VAR_DIR": str(own)}, stdout=log, stderr=log
            )
        started[name] = Machine(process, address)

    try:
        for name in ("server-1", "server-2"):
            bind = f"127.0.0.1:{free_port()}"
            options = ("--workers", "1", "--timeout", "120", "--no-control-socket")
            start(name, "-m", "gunicorn", "trainingplan.wsgi", "--bind", bind, *options, address=f"http://{bind}")
        for name in ("worker-1", "worker-2"):
            start(name, "manage.py", "work")
        for machine in list(started.values())[:2]:
            until(partial(answers, machine.address))
        yield started
    finally:
        stop([machine.process for machine in started.values()])
        for log in sorted(tmp_path.glob("*.log")):
            sys.stdout.write(f"--- {log.name}\n{log.read_text(encoding='utf-8', errors='replace')}")


def stop(processes: list[subprocess.Popen[bytes]]) -> None:
    """End them, and their connections: the database is dropped after the tests."""
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_terminate_backend(pid) {others}")
        until(lambda: cursor.execute(f"SELECT count(*) {others}") or cursor.fetchone() == (0,))


class Reader:
    """Somebody who has signed in: his session is good on every server."""

    def __init__(self, user: Any) -> None:
        client = Client()
        client.force_login(user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        self._headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}; csrftoken={TOKEN}"}

    def get(self, machine: Machine, path: str) -> tuple[str, bytes]:
        return self._ask(machine, path, None)

    def post(self, machine: Machine, path: str, **typed: str) -> tuple[str, bytes]:
        return self._ask(machine, path, urlencode(typed | {"csrfmiddlewaretoken": TOKEN}).encode())

    def _ask(self, machine: Machine, path: str, data: bytes | None) -> tuple[str, bytes]:
        request = urllib.request.Request(machine.address + path, data, self._headers)  # noqa: S310 - our own server
        with urllib.request.urlopen(request, timeout=PATIENCE) as reply:  # noqa: S310
            return reply.geturl().removeprefix(machine.address), reply.read()


def worker_of(job: Job, machines: dict[str, Machine]) -> str:
    """Which of the workers has taken the job from the queue."""
    (name,) = DBTaskResult.objects.get(args_kwargs__args=[str(job.pk)], status="RUNNING").worker_ids
    return next(key for key, machine in machines.items() if name.endswith(f":{machine.process.pid}"))


def publish_and_kill(office: Office, leader: Reader, machines: dict[str, Machine]) -> Job:
    """Ask one server to publish, and kill the worker that does it before it can write."""
    paper = PAPER | {"issued_on": format_date(timezone.localdate()), "right": str(office.leader.pk)}
    with transaction.atomic():
        # Held here, the plan cannot be written: whoever works on the job is in the middle of it.
        Plan.objects.select_for_update(no_key=True).get(pk=office.plan.pk)
        page, _ = leader.post(machines["server-1"], "/2024/ke-hoach/trinh-ban-hanh/ban-hanh/", **paper)
        assert page.startswith("/viec-nen/")
        job: Job = until(lambda: Job.objects.filter(state=Job.State.RUNNING, done__gte=1).first())
        again, _ = leader.post(machines["server-2"], "/2024/ke-hoach/trinh-ban-hanh/ban-hanh/", **paper)
        assert again == page
        machines[worker_of(job, machines)].process.send_signal(signal.SIGKILL)
    return job


def test_what_one_machine_publishes_another_shows_and_a_dead_worker_s_job_is_done_once(
    machines: dict[str, Machine],
) -> None:
    office = make_office()
    office.submit()
    leader = Reader(office.leader)
    job = publish_and_kill(office, leader, machines)

    until(lambda: Job.objects.filter(pk=job.pk, state=Job.State.DONE).exists())
    job.refresh_from_db()
    assert (job.attempt, job.crashes) == (2, 1)
    version = Version.objects.get()
    assert Change.objects.filter(table="version", row=str(version.pk)).count() == 1
    for name, sha256 in VersionFile.objects.values_list("name", "sha256"):
        _, content = leader.get(machines["server-2"], f"/2024/ke-hoach/phien-ban/1/{name}")
        assert hashlib.sha256(content).hexdigest() == sha256

    page, _ = leader.post(machines["server-1"], "/2024/phu-luc/tat-ca/")
    until(lambda: Job.objects.filter(kind="xuat-phu-luc", state=Job.State.DONE).exists())
    assert leader.get(machines["server-2"], f"{page}ket-qua/1/")[1].startswith(b"PK")
    assert Job.objects.filter(attempt=1, state=Job.State.DONE).count() == 1
