"""`python -m tests.bench [--only S5,S6] [--rounds 5] [--quick] [URL …]`: runs the benches and prints their table.

With URLs of databases each bench runs on every one of them, and the table has a column for each.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import django

from tests.bench.measure import Bench, Result, measure, side_by_side, table

DOCUMENTS = {"S5", "S6"}
"""What no database has a part in: measured once."""


def main() -> int:
    """Exit 1 when a bar is not met."""
    options = _options()
    if options.databases:
        found = {_kind(url): _elsewhere(url, options, first=not n) for n, url in enumerate(options.databases)}
        print("", *side_by_side(found), sep="\n")  # noqa: T201 - a program
        results = [result for column in found.values() for result in column]
    else:
        results = list(_results(options))
        print("", *table(results), sep="\n")  # noqa: T201 - a program
    if options.results:
        options.results.write_text(json.dumps([asdict(result) for result in results]), encoding="utf-8")
    return 0 if all(result.met or result.aim for result in results) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    parser.add_argument("databases", nargs="*", help="URLs; without any that of DATABASE_URL")
    parser.add_argument("--only", default=[], type=lambda text: text.upper().split(","), help="S1,S5,…")
    parser.add_argument("--without", default=[], type=lambda text: text.upper().split(","), help="S4,S8,…")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=10, help="how long each server of S8 is asked in a round")
    parser.add_argument("--quick", action="store_true", help="without the PDF of 10,000 rows")
    parser.add_argument("--results", type=Path, help="a file for the figures as JSON")
    return parser.parse_args()


def _kind(url: str) -> str:
    return "SQLite" if url.startswith("sqlite") else "PostgreSQL"


def _elsewhere(url: str, options: argparse.Namespace, *, first: bool) -> list[Result]:
    """The results on another database, measured by a process of its own."""
    without = {*options.without} if first else {*options.without, *DOCUMENTS}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "results.json"
        program = [sys.executable, "-m", "tests.bench", f"--results={file}", f"--rounds={options.rounds}"]
        program += [f"--only={','.join(options.only)}"] if options.only else []
        program += [f"--without={','.join(without)}"] if without else []
        program += [f"--seconds={options.seconds}", *(["--quick"] if options.quick else [])]
        subprocess.run(program, check=False, env=os.environ | {"DATABASE_URL": url})  # noqa: S603 - this very program
        return [Result(**values) for values in json.loads(file.read_text(encoding="utf-8"))]


def _results(options: argparse.Namespace) -> Iterator[Result]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trainingplan.settings")
    django.setup()
    wanted = {f"S{number}" for number in range(1, 10)} & {*(options.only or {f"S{n}" for n in range(1, 10)})}
    wanted -= {*options.without}
    if wanted - {"S8"}:
        with _database():
            for bench in _benches(wanted, quick=options.quick):
                yield _told(measure(bench, options.rounds))
    if "S6" in wanted and not options.quick:
        from tests.bench.documents import memory_and_pages  # noqa: PLC0415

        yield from map(_told, memory_and_pages())
    if "S8" in wanted:
        from tests.bench.serving import saving_over_http  # noqa: PLC0415

        yield from saving_over_http(seconds=options.seconds, rounds=options.rounds)


def _told(result: Result) -> Result:
    print(*result.cells(), sep=" · ", flush=True)  # noqa: T201 - a program
    return result


def _benches(wanted: set[str], *, quick: bool) -> "Iterator[Bench]":
    from django.db import connection, transaction  # noqa: PLC0415

    from tests.bench import documents, grids, imports, reads  # noqa: PLC0415

    clock: Callable[[], float] = time.process_time if connection.vendor == "sqlite" else time.perf_counter
    groups: Iterable[tuple[set[str], Callable[[], Iterator[Bench]]]] = (
        (DOCUMENTS, lambda: documents.benches(quick=quick)),
        ({"S1", "S2"}, lambda: grids.benches(clock)),
        ({"S3", "S7", "S9"}, lambda: reads.benches(clock)),
        ({"S4"}, lambda: imports.benches(clock)),
    )
    for keys, make in groups:
        if not keys & wanted:
            continue
        with transaction.atomic():
            yield from (bench for bench in make() if bench.key in wanted)
            transaction.set_rollback(True)


@contextmanager
def _database() -> Iterator[None]:
    """A database of its own beside the one of DATABASE_URL, dropped afterwards."""
    from django.test.utils import setup_databases, teardown_databases  # noqa: PLC0415

    made = setup_databases(verbosity=0, interactive=False)
    try:
        yield
    finally:
        teardown_databases(made, verbosity=0)


if __name__ == "__main__":
    sys.exit(main())
