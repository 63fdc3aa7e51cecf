"""S8: one cell saved over HTTP by 50 clients, beside a bare Django view that does the same UPDATE.

The bar is held against a view without middleware, session or sign-in. The same view behind Django's own middleware and
sign-in is measured too, and for both the processor time of the web server's processes: that is fair on a busy machine.
"""

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

from django.conf import settings
from django.db import connection, connections
from django.test import Client
from django.test.utils import setup_databases, teardown_databases

from quotas.models import Registration
from tests.bench.measure import Result
from tests.bench.province import Province, build
from trainingplan.models import Role, User

CLIENTS = 50
BAR = 0.5
BARE, SIGNED_IN = "tests.bench.bare", "tests.bench.signed_in"
TICKS = os.sysconf("SC_CLK_TCK")
PROJECT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True, slots=True)
class Cell:
    """A unit's first cell, and the session of its writer."""

    address: str
    unit: int
    quota: int
    cookie: str


@dataclass
class Tally:
    """What came back: milliseconds of each answer, how many were wrong, and the last number acknowledged by cell."""

    times: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    acknowledged: dict[tuple[int, int], int] = field(default_factory=dict)
    late: float = 0.0
    """Seconds by which the latest work began after its time."""


@contextmanager
def own_database() -> Iterator[str]:
    """A database beside that of DATABASE_URL, committed to as in production; its URL."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    sqlite = connection.vendor == "sqlite"
    if sqlite:
        connection.settings_dict["TEST"]["NAME"] = str(folder / "plan.sqlite3")
    made = setup_databases(verbosity=0, interactive=False)
    name = connection.settings_dict["NAME"]
    try:
        yield f"sqlite:///{name}" if sqlite else f"{os.environ['DATABASE_URL'].rsplit('/', 1)[0]}/{name}"
    finally:
        teardown_databases(made, verbosity=0)
        shutil.rmtree(folder)


@dataclass(frozen=True, slots=True)
class Server:
    """A running gunicorn."""

    port: int
    process: int

    def cpu(self) -> int:
        """Processor time that it and its workers, also those that have ended, have used so far, in ticks."""
        children = Path(f"/proc/{self.process}/task/{self.process}/children").read_text(encoding="ascii").split()
        return _ticks(self.process, 4) + sum(_ticks(int(child), 2) for child in children)


def _ticks(process: int, fields: int) -> int:
    """The processor time of a process, with four fields also those of its children that have ended."""
    told = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return sum(map(int, told[11 : 11 + fields]))


@contextmanager
def gunicorn(database: str, application: str = "trainingplan.wsgi", workers: int = 5) -> Iterator[Server]:
    """The production server on a free port, killed afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "DATABASE_URL": database,
        "DEBUG": "off",
        "HTTPS": "off",
        "GUNICORN_BIND": f"127.0.0.1:{port}",
        "WEB_CONCURRENCY": str(workers),
        "LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", application]
    server = subprocess.Popen(command, cwd=PROJECT, env=environment)  # noqa: S603 - our own program
    try:
        _wait_for(port, server)
        yield Server(port, server.pid)
    finally:
        server.terminate()
        server.wait(30)


def _wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("gunicorn does not answer")


def writers(province: Province, count: int) -> list[Cell]:
    """So many units with a writer who has signed in and an empty first cell."""
    cells = []
    quota = province.quotas[0]
    for number, unit in enumerate(province.units[:count]):
        user = User.objects.create(username=f"don-vi-{number}", full_name=f"Người {number}", role=Role.UNIT, unit=unit)
        user.set_unusable_password()
        user.save()
        cells.append(Cell(f"/{province.plan.year}/dang-ky/{unit.key}/o/", unit.pk, quota.pk, session_of(user)))
    return cells


def session_of(user: User) -> str:
    """The key of a session as signing in makes it."""
    client = Client()
    client.force_login(user)
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)


class Browser:
    """One client with its cell, keeping the version that it saw last, and cookies as browsers do."""

    def __init__(self, port: int, cell: Cell, tally: Tally) -> None:
        self.port, self.cell, self.tally = port, cell, tally
        self.version = self.number = 0
        self.token = "a" * 32
        self.cookies = {settings.SESSION_COOKIE_NAME: cell.cookie, settings.CSRF_COOKIE_NAME: self.token}

    def save(self) -> None:
        """Save the next number through the product."""
        number = self.number % 900 + 1
        sent = {"unit": self.cell.unit, "quota": self.cell.quota, "value": str(number), "version": self.version}
        status, body = self._post(self.cell.address, {"key": str(uuid4()), "cells": [sent]})
        if status == http.client.OK and (told := json.loads(body)["cells"][0])["outcome"] == "saved":
            self.version, self.number = told["version"], number
            self.tally.acknowledged[self.cell.unit, self.cell.quota] = number
        else:
            self.tally.wrong.append(f"{status} {body[:200]!r}")

    def save_barely(self) -> None:
        """Save the next number through the bare view."""
        number = self.number % 900 + 1
        sent = {"unit": self.cell.unit, "quota": self.cell.quota, "value": number, "version": self.version}
        status, body = self._post("/", sent)
        if status == http.client.OK and json.loads(body)["updated"] == 1:
            self.version, self.number = self.version + 1, number
        else:
            self.tally.wrong.append(f"{status} {body[:200]!r}")

    def read(self, address: str) -> None:
        """Look at a page."""
        status, body = self._ask("GET", address, None)
        if status != http.client.OK:
            self.tally.wrong.append(f"{status} {address} {body[:200]!r}")

    def submit(self, address: str, fields: dict[str, str]) -> None:
        """Post a form; whoever is led on to another page has been heard."""
        status, body = self._ask("POST", address, urlencode(fields), "application/x-www-form-urlencoded")
        if status != http.client.FOUND:
            self.tally.wrong.append(f"{status} {address} {body[:200]!r}")

    def _post(self, address: str, body: object) -> tuple[int, bytes]:
        return self._ask("POST", address, json.dumps(body))

    def _ask(self, method: str, address: str, body: str | None, kind: str = "application/json") -> tuple[int, bytes]:
        headers = {
            "Host": "127.0.0.1",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "X-CSRFToken": self.token,
            "Content-Type": kind,
        }
        began = time.perf_counter()
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            line.request(method, address, body, headers)
            reply = line.getresponse()
            content = reply.read()
            for told in reply.headers.get_all("Set-Cookie", ()):
                name, _, value = told.partition(";")[0].partition("=")
                self.cookies[name] = value
        finally:
            line.close()
        self.tally.times.append((time.perf_counter() - began) * 1000)
        return reply.status, content


def at_once(works: list[Callable[[], None]], seconds: float) -> tuple[int, float]:
    """Run each again and again in its own thread for so long; rounds over all, and the seconds they took."""
    ends, done = time.monotonic() + seconds, [0] * len(works)

    def run(place: int) -> None:
        while time.monotonic() < ends:
            works[place]()
            done[place] += 1

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(works))]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done), time.monotonic() - began


def saving_over_http(*, seconds: float, rounds: int, clients: int = CLIENTS) -> list[Result]:
    """Saves a second of so many clients, and processor time a save, in turn with those of the two peers."""
    names = {BARE: "bare view, same UPDATE", SIGNED_IN: "the same behind Django's sign-in"}
    work, cost = f"saves a second, {clients} clients, {connection.vendor}", "CPU ms of the web server a save"
    rates = {peer: Result("S8", work, name, BAR, at_least=True, aim=peer != BARE) for peer, name in names.items()}
    costs = {peer: Result("S8", cost, name, 1 / BAR, aim=True) for peer, name in names.items()}
    with own_database() as database:
        cells = empty_cells(clients)
        ours_at = "trainingplan.wsgi"
        with gunicorn(database) as ours, gunicorn(database, BARE) as bare, gunicorn(database, SIGNED_IN) as signed_in:
            tally = Tally()
            servers = {ours_at: ours, BARE: bare, SIGNED_IN: signed_in}
            browsers = {name: [Browser(server.port, cell, tally) for cell in cells] for name, server in servers.items()}
            before = browsers[SIGNED_IN]
            for number in range(rounds + 1):
                found = {}
                for name, server in servers.items():
                    _hand_over(before, browsers[name])
                    before = browsers[name]
                    saves = [browser.save if name == ours_at else browser.save_barely for browser in before]
                    found[name] = _rate_and_cost(server, saves, seconds)
                for peer in names if number else ():
                    for result, place in ((rates[peer], 0), (costs[peer], 1)):
                        result.ours.append(found[ours_at][place])
                        result.peer.append(found[peer][place])
        if tally.wrong:
            raise AssertionError(f"{len(tally.wrong)} wrong answers, the first: {tally.wrong[0]}")
        connections.close_all()
    return [*rates.values(), *costs.values()]


def empty_cells(clients: int) -> list[Cell]:
    """Units with writers, and the first cell of each empty, in the own database."""
    province = build(units=clients, quotas=2, filled=False)
    cells = writers(province, clients)
    for cell in cells:
        Registration.objects.filter(unit_id=cell.unit, quota_id=cell.quota).delete()
    connections.close_all()
    return cells


def _rate_and_cost(server: Server, saves: list[Callable[[], None]], seconds: float) -> tuple[float, float]:
    """Saves a second, and milliseconds of processor time for one."""
    before = server.cpu()
    done, took = at_once(saves, seconds)
    return done / took, (server.cpu() - before) * 1000 / TICKS / done


def _hand_over(done: list[Browser], following: list[Browser]) -> None:
    """The cells go on from the version that stands."""
    for one, other in zip(done, following, strict=True):
        other.version, other.number = one.version, one.number
