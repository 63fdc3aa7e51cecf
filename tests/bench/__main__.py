"""`python -m tests.bench [--only S5,S6] [--rounds 5] [--large]`: runs the benches and prints their table."""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import django

from tests.bench.measure import Bench, Result, measure, table


def main() -> int:
    """Exit 1 when a bar is not met."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trainingplan.settings")
    django.setup()

    options = _options()
    results: list[Result] = []
    if set(options.only) != {"S8"}:
        with _database():
            for bench in _benches(set(options.only), large=options.large):
                results.append(measure(bench, options.rounds))
                print(*results[-1].cells(), sep=" · ", flush=True)  # noqa: T201 - a program
    if not options.only or "S8" in options.only:
        from tests.bench.serving import saving_over_http  # noqa: PLC0415

        results.extend(saving_over_http(seconds=options.seconds, rounds=options.rounds))
    print("", *table(results), sep="\n")  # noqa: T201 - a program
    return 0 if all(result.met or result.aim for result in results) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", default=[], type=lambda text: text.upper().split(","), help="S1,S5,…")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=10, help="how long each server of S8 is asked in a round")
    parser.add_argument("--large", action="store_true", help="with the PDF of 10,000 rows")
    return parser.parse_args()


def _benches(only: set[str], *, large: bool) -> "Iterator[Bench]":
    from django.db import connection, transaction  # noqa: PLC0415

    from tests.bench import documents, grids, imports, reads  # noqa: PLC0415

    clock: Callable[[], float] = time.process_time if connection.vendor == "sqlite" else time.perf_counter
    sizes = (300, 2_000, 10_000) if large else (300, 2_000)
    groups: Iterable[tuple[set[str], Callable[[], Iterator[Bench]]]] = (
        ({"S5", "S6"}, lambda: documents.benches(sizes_pdf=sizes)),
        ({"S1", "S2"}, lambda: grids.benches(clock)),
        ({"S3", "S7", "S9"}, lambda: reads.benches(clock)),
        ({"S4"}, lambda: imports.benches(clock)),
    )
    for keys, make in groups:
        if only and not keys & only:
            continue
        with transaction.atomic():
            yield from (bench for bench in make() if not only or bench.key in only)
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
