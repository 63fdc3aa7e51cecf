"""How cost grows: the same pages, saves and files at 1, 10 and 100 times the province's size.

`python -m tests.bench.scale [--sizes 1,10,100] [--rounds 5]` fills a database of its own beside the one of DATABASE_URL
for each size and prints milliseconds, statements and kilobytes of the answer by size.
"""

import argparse
import itertools
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import django
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.bench.measure import lines

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Work:
    """Something a user does; `run` gets the number of the round and returns how many bytes came of it."""

    name: str
    run: Callable[[int], int]
    rounds: int = 0
    """How often, where it is not as often as the rest."""


@dataclass(slots=True)
class Cost:
    """Seconds of each round, statements and bytes of the last."""

    seconds: list[float] = field(default_factory=list)
    statements: int = 0
    size: int = 0

    @property
    def words(self) -> str:
        ms = statistics.median(self.seconds) * 1000
        return f"{ms:,.0f} ms · {self.statements} · {self.size / 1000:,.0f} kB"


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trainingplan.settings")
    django.setup()
    from tests.bench.generate import SIZES  # noqa: PLC0415 - models need the set-up

    options = _options()
    wanted = {int(times) for times in options.sizes.split(",")}
    columns: dict[str, dict[str, str]] = {}
    for size in SIZES:
        if size.times in wanted:
            columns[f"{size.times} ×: {size.cells:,} cells"] = dict(_measured(size, options))
    names = list(dict.fromkeys(itertools.chain.from_iterable(columns.values())))
    rows = [(name, *(column.get(name, "–") for column in columns.values())) for name in names]
    print(*lines([("Work", *columns), *rows]), sep="\n")  # noqa: T201 - a program
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bench --scale", description=__doc__)
    parser.add_argument("--sizes", default="1,10,100", help="how many times the province: 1,10,100")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="works whose name holds this")
    parser.add_argument("--without", default="nothing", help="works whose name holds this")
    parser.add_argument("--kept", action="store_true", help="measure the database of DATABASE_URL, filled before")
    return parser.parse_args()


def _measured(size: Any, options: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """Name and cost of every work; the database is made before and dropped afterwards unless it is kept."""
    from django.test.utils import setup_databases, teardown_databases  # noqa: PLC0415

    from tests.bench.generate import generate  # noqa: PLC0415

    made = None if options.kept else setup_databases(verbosity=0, interactive=False)
    try:
        began = time.perf_counter()
        if made is not None:
            generate(size)
        yield "fill the database", f"{time.perf_counter() - began:,.0f} s"
        for work in _works():
            if options.only in work.name and options.without not in work.name:
                cost = _cost(work, work.rounds or options.rounds)
                print(f"{size.times} × · {work.name} · {cost.words}", flush=True)  # noqa: T201 - a program
                yield work.name, cost.words
        yield "size on the disk", f"{_size_on_disk() / MEGABYTE:,.0f} MB"
    finally:
        if made is not None:
            teardown_databases(made, verbosity=0)


def _cost(work: Work, rounds: int) -> Cost:
    """The first round is not counted, unless it is the only one; its statements are."""
    cost = Cost()
    with CaptureQueriesContext(connection) as captured:
        began = time.perf_counter()
        cost.size = work.run(0)
        first = time.perf_counter() - began
    cost.statements = len(captured)
    for number in range(1, rounds + 1 if rounds > 1 else 1):
        began = time.perf_counter()
        cost.size = work.run(number)
        cost.seconds.append(time.perf_counter() - began)
    cost.seconds = cost.seconds or [first]
    return cost


def _works() -> Iterator[Work]:
    from trainingplan.models import Plan, Role, Unit, User  # noqa: PLC0415

    plan = Plan.objects.order_by("year")[Plan.objects.count() // 2]
    board = _client(User.objects.get(username="do-toc-do"))
    writer = User.objects.filter(role=Role.UNIT).order_by("pk")[7]
    unit, year = Unit.objects.get(users=writer), plan.year
    grid = _Grid(board, plan)

    def page(name: str, *args: object, client: Client = board, query: str = "") -> Callable[[int], int]:
        return lambda _: _read(client, reverse(name, args=args) + query)

    yield Work("dashboard", page("dashboard", year))
    yield Work("large grid", page("allocation", year, 1))
    yield Work("save one cell", lambda number: grid.save(1, number))
    yield Work("save 40 cells", lambda number: grid.save(40, number))
    yield Work("search «phu loc»", page("search", year, query="?q=phu+loc"))
    yield Work("a unit's own page", page("registration-unit", year, unit.key, client=_client(writer)))
    yield Work("progress", page("progress", year))
    cell = f"?bang=registration&don-vi={unit.key}&chi-tieu={grid.quotas[0]}"
    yield Work("trail of a cell", page("cell-history", year, query=cell))
    yield Work("trail of the plan", page("trail", year))
    yield Work("trail of the plan, one unit", page("trail", year, query=f"?don_vi={unit.key}"))
    for model in ("quotas_allocation", "quotas_registration", "quotas_person", "quotas_quota", "trainingplan_change"):
        yield Work(f"back office: {model}", page(f"admin:{model}_changelist"))
    yield Work("appendix 1 as Excel", lambda number: grid.save(1, 50 + number) and _read(board, _excel(year)))
    yield Work("backup", _backup, rounds=1)


def _excel(year: int) -> str:
    return reverse("appendix-file", args=(year, 1, "xlsx"))


def _client(user: Any) -> Client:
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    return client


def _read(client: Client, address: str) -> int:
    reply = client.get(address)
    if reply.status_code != 200:
        raise AssertionError(f"{reply.status_code} {address}")
    return len(reply.getvalue())


class _Grid:
    """The cells of a plan's first appendix, and whoever saves them."""

    def __init__(self, client: Client, plan: Any) -> None:
        from quotas.models import Quota  # noqa: PLC0415

        self.client, self.address = client, reverse("allocation-cells", args=(plan.year, 1))
        self.quotas = list(Quota.objects.filter(programme__plan=plan).order_by("pk").values_list("pk", flat=True))

    def save(self, count: int, number: int) -> int:
        """Give the cells new numbers, from the versions that stand."""
        from quotas.models import Allocation  # noqa: PLC0415

        standing = Allocation.objects.filter(quota__in=self.quotas[:1]).order_by("unit")[:count]
        cells = [
            {"unit": one.unit_id, "quota": one.quota_id, "version": one.version, "value": str(500 + number * 7 + n % 5)}
            for n, one in enumerate(standing)
        ]
        body = json.dumps({"key": str(uuid4()), "cells": cells, "reason": "đo tốc độ"})
        reply = self.client.post(self.address, body, content_type="application/json")
        outcomes = {cell["outcome"] for cell in reply.json().get("cells", [])}
        if outcomes != {"saved"}:
            raise AssertionError(f"{reply.status_code} {outcomes} {reply.content[:300]!r}")
        return len(reply.content)


def _backup(_: int) -> int:
    from trainingplan.backup.writing import write_backup  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        return write_backup(Path(folder) / "backup", key=None).size


def _size_on_disk() -> int:
    if connection.vendor == "sqlite":
        return Path(connection.settings_dict["NAME"]).stat().st_size
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


if __name__ == "__main__":
    sys.exit(main())
