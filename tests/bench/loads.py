"""The three loads of `load`: each run, judged, and told in lines of a table."""

import argparse
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connection, connections

from tests.bench import load_data
from tests.bench.arrivals import Heard, Stream, run
from tests.bench.serving import BARE, PROJECT, TICKS, Server, gunicorn, own_database
from tests.bench.visitors import sending, signing_in

HEAD = ("Database", "Load", "asked", "errors", "lost", "p50 ms", "p95 ms", "p99 ms", "longest", "CPU")
MARKS = (50, 95, 99)
RUSH_OF_BARE = 30
"""Seconds for which the bare view is asked at the rate of the rush."""


@dataclass
class Loads:
    """Runs those loads that are asked for; afterwards `lines` and `troubles` tell what came of them."""

    options: argparse.Namespace
    lines: list[Sequence[str]] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def run(self) -> None:
        asked, options = self.options.loads, self.options
        with own_database() as database:
            town = load_data.make_town(options.sessions, max(options.sendings, options.sign_ins))
            connections.close_all()
            with gunicorn(database) as server, _worker(database):
                if "sign-ins" in asked:
                    self._sign_in(server, town)
                if "saves" in asked:
                    self._save_and_read(server, town)
                if "rush" in asked:
                    self._rush(server, town)
            self.troubles += load_data.log_faults()
            connections.close_all()
            if "saves" in asked:
                with gunicorn(database, BARE) as server:
                    self._bare(server, town)
            connections.close_all()

    def _sign_in(self, server: Server, town: load_data.Town) -> None:
        people, seconds = town.senders[: self.options.sign_ins], self.options.sign_in_seconds
        acts = [signing_in(server.port, one.user.username, load_data.PASSWORD) for one in people]
        self._load(server, [Stream(f"{len(acts)} sign-ins in {seconds} s", acts, len(acts))], seconds)

    def _save_and_read(self, server: Server, town: load_data.Town) -> None:
        seconds, rate = self.options.seconds, self.options.saves
        writers = load_data.writers(town, server.port, signed_in=True)
        reads = load_data.reads(town, writers, server.port, self.options.reads * seconds)
        saves = Stream(f"{rate} saves a second, {seconds} s", [one.save for one in writers], rate * seconds)
        streams = [saves, *(Stream(f"… read: {name}", acts, len(acts)) for name, acts in reads.items())]
        self._load(server, streams, seconds)
        self._lost(saves.name, load_data.lost_saves(writers))

    def _rush(self, server: Server, town: load_data.Town) -> None:
        people, seconds, sent = town.senders[: self.options.sendings], self.options.rush_seconds, list[str]()
        acts = [sending(load_data.visitor(one, server.port), one.page, sent) for one in people]
        name = f"{len(acts)} sendings in {seconds} s"
        self._load(server, [Stream(name, acts, len(acts))], seconds)
        self._lost(name, load_data.lost_sendings(sent))

    def _bare(self, server: Server, town: load_data.Town) -> None:
        """The same UPDATE at the rates of the saves and of the rush."""
        rush = self.options.sendings / self.options.rush_seconds
        seconds = min(self.options.seconds, self.options.bare_seconds)
        for rate, lasting in ((self.options.saves, seconds), (rush, min(seconds, RUSH_OF_BARE))):
            acts = [one.save_barely for one in load_data.writers(town, server.port, signed_in=False)]
            name = f"bare view, {rate:.1f} saves a second, {lasting} s"
            self._load(server, [Stream(name, acts, round(rate * lasting))], lasting)

    def _load(self, server: Server, streams: Sequence[Stream], seconds: int) -> None:
        """Run it, and tell what was heard; the processor time of server and sender beside the first stream."""
        connections.close_all()
        before, began, own = server.cpu(), time.monotonic(), _own_cpu()
        heard = run(streams, seconds)
        took = time.monotonic() - began
        used = (server.cpu() - before) / TICKS / took
        shares = f"server {used:.0%}, sender {(_own_cpu() - own) / took:.0%}"
        if len(heard) > 1:
            every = [one for name, one in heard.items() if name.startswith("…")]
            heard |= {"… reads, all": Heard([ms for one in every for ms in one.times])}
        for name, one in heard.items():
            self.troubles += [f"{connection.vendor}, {name}: {words}" for words in one.wrong]
            self.lines.append(_line(name, one, shares if name == streams[0].name else ""))
            print(" · ".join(self.lines[-1]), flush=True)  # noqa: T201 - a program
        late = max(one.late for one in heard.values())
        if late > LATE:
            print(f"the sender itself was up to {late * 1000:.0f} ms late", flush=True)  # noqa: T201

    def _lost(self, name: str, lost: int) -> None:
        self.lines = [(*line[:4], str(lost), *line[5:]) if line[1] == name else line for line in self.lines]
        if lost:
            self.troubles.append(f"{connection.vendor}, {name}: {lost} acknowledged and lost")


LATE = 0.1
"""Seconds by which the sender may be late without a word."""


def _line(name: str, heard: Heard, shares: str) -> Sequence[str]:
    marks = (f"{heard.mark(percent):.0f}" for percent in (*MARKS, 100))
    return (connection.vendor, name, str(len(heard.times)), str(len(heard.wrong)), "", *marks, shares)


def _own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


@contextmanager
def _worker(database: str) -> Iterator[None]:
    """The worker of the production machine beside the server, with nothing to do but its rounds."""
    environment = os.environ | {"DATABASE_URL": database}
    process = subprocess.Popen([sys.executable, "manage.py", "work"], cwd=PROJECT, env=environment)
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def table(lines: Sequence[Sequence[str]]) -> Iterator[str]:
    """The lines of a Markdown table."""
    yield "| " + " | ".join(HEAD) + " |"
    yield "|" + "---|" * len(HEAD)
    for line in lines:
        yield "| " + " | ".join(line) + " |"
