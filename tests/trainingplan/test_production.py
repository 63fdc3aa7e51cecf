"""The production set-up: a stop lets those finish who are being served, the database's account takes nothing away."""

import logging
import os
import runpy
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import TypeVar
from urllib.parse import quote, urlencode

import pytest
from django.conf import settings
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.test import Client

from tests.cast import Province
from trainingplan.models import Change
from trainingplan.services.changes import Entry, record

AT_ONCE = 20
PATIENCE = 240
T = TypeVar("T")
TOKEN = "a" * 32


def database_url() -> str:
    """The DATABASE_URL of the database of the tests."""
    told = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{told['NAME']}"
    return f"postgresql:///{quote(str(told['HOST']), safe='/')}/{told['NAME']}"


@pytest.fixture
def server(project: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """Gunicorn with the production settings, and its socket."""
    folder = Path(tempfile.mkdtemp())  # short: the path of a Unix socket holds 107 letters
    address = folder / "socket"
    given = {"DATABASE_URL": database_url(), "GUNICORN_BIND": f"unix:{address}", "WEB_CONCURRENCY": str(AT_ONCE)}
    quiet = {"HTTPS": "off", "DEBUG": "off", "SECRET_KEY": settings.SECRET_KEY, "ALLOWED_HOSTS": "localhost"}
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py"],
        cwd=project, env=os.environ | given | quiet,
    )  # fmt: skip
    yield process, address
    process.kill()
    process.wait()
    shutil.rmtree(folder)


def wait_for(what: Callable[[], T | None]) -> T:
    """What is found before patience ends."""
    end = time.monotonic() + PATIENCE
    while (found := what()) is None:
        assert time.monotonic() < end
        time.sleep(0.05)
    return found


def connected(address: Path) -> socket.socket:
    def attempt() -> socket.socket | None:
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(PATIENCE)
        try:
            client.connect(str(address))
        except OSError:  # not there yet, or not listening yet
            client.close()
            return None
        return client

    return wait_for(attempt)


def begin(address: Path, session: str, length: int) -> socket.socket:
    """Say that somebody is still here, but for the form itself; back when a process has begun to serve it."""
    client = connected(address)
    head = [
        "POST /con-day/ HTTP/1.1", "Host: localhost", "Expect: 100-continue",
        f"Cookie: csrftoken={TOKEN}; {settings.SESSION_COOKIE_NAME}={session}",
        "Content-Type: application/x-www-form-urlencoded", f"Content-Length: {length}", "Connection: close",
    ]  # fmt: skip
    client.sendall("\r\n".join([*head, "", ""]).encode())
    assert client.recv(1000).startswith(b"HTTP/1.1 100")
    return client


def reply_of(client: socket.socket) -> bytes:
    parts = []
    while part := client.recv(65536):
        parts.append(part)
    return b"".join(parts)


@pytest.mark.timeout(600)
@pytest.mark.django_db(transaction=True)
def test_whoever_is_being_served_when_the_stop_comes_is_served(
    server: tuple[subprocess.Popen[bytes], Path], province: Province
) -> None:
    process, address = server
    signed_in = Client()
    signed_in.force_login(province.alice)
    session = signed_in.cookies[settings.SESSION_COOKIE_NAME].value
    form = urlencode({"csrfmiddlewaretoken": TOKEN}).encode()
    clients = [begin(address, session, len(form)) for _ in range(AT_ONCE)]
    process.send_signal(signal.SIGTERM)
    wait_for(lambda: None if address.exists() else True)  # it takes nobody new
    for client in clients:
        client.sendall(form)
    replies = []
    for client in clients:
        with closing(client):
            replies.append(reply_of(client).split(b"\r\n", 1)[0])
    assert replies == [b"HTTP/1.1 200 OK"] * AT_ONCE
    assert process.wait(PATIENCE) == 0


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        ("InvalidRequestLine", 400, "không đọc được yêu cầu này"),
        ("LimitRequestLine", 414, "địa chỉ quá dài"),
        ("LimitRequestHeaders", 431, "không đọc được yêu cầu này"),
        ("", 500, "Hãy thử lại sau ít phút"),
    ],
)
def test_what_django_never_sees_is_answered_in_vietnamese(
    error: str, status: int, words: str, project: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config = runpy.run_path(str(project / "deploy" / "gunicorn.conf.py"))
    fault = getattr(config["errors"], error, ValueError)(*["bí mật"] * (2 if error == "LimitRequestLine" else 1))
    worker = config["Worker"]
    ours, theirs = socket.socketpair()
    with closing(ours), closing(theirs):
        worker.handle_error(SimpleNamespace(log=logging.getLogger("gunicorn")), None, ours, ("", 0), fault)
        ours.close()
        head, _, page = reply_of(theirs).decode().partition("\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ")
    assert f"Content-Length: {len(page.encode())}\r\n" in head
    assert words in page
    assert "bí mật" not in page + caplog.messages[0]


@pytest.mark.skipif("sqlite" in str(connection.settings_dict["ENGINE"]), reason="SQLite knows no accounts")
@pytest.mark.django_db
def test_the_application_s_account_writes_rows_and_takes_nothing_away(province: Province, project: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_roles WHERE rolname = 'ke_hoach_app'")
        if cursor.fetchone() is None:
            cursor.execute("CREATE ROLE ke_hoach_app NOSUPERUSER")
        cursor.execute("GRANT TRUNCATE, TRIGGER ON ALL TABLES IN SCHEMA public TO ke_hoach_app")  # as of old
        cursor.execute((project / "deploy" / "grants.sql").read_text(encoding="utf-8"))
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL ROLE ke_hoach_app")
    record([Entry("plan", 1, "kế hoạch", "place", "", "x")], actor=province.hoa, plan=province.plan)
    for statement, why in {
        "UPDATE trainingplan_change SET field = 'khác'": "chỉ được ghi thêm",
        "DELETE FROM trainingplan_change": "chỉ được ghi thêm",
        "TRUNCATE trainingplan_change CASCADE": "permission denied",
        "TRUNCATE budget_estimateline CASCADE": "permission denied",
        "ALTER TABLE trainingplan_change DISABLE TRIGGER USER": "must be owner",
        "DROP TRIGGER trainingplan_change_rows ON trainingplan_change": "must be owner",
        "DROP TABLE trainingplan_change CASCADE": "must be owner",
        "DROP FUNCTION trainingplan_change_append_only() CASCADE": "must be owner",
        "CREATE RULE r AS ON DELETE TO trainingplan_change DO INSTEAD NOTHING": "must be owner",
        "SET LOCAL session_replication_role = replica": "permission denied",
        "CREATE TABLE other (id int)": "permission denied",
    }.items():
        with (
            pytest.raises((DatabaseError, ProgrammingError), match=why),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    assert Change.objects.count() == 1
