"""`python -m tests.bench.load`: so many sessions saving and reading at a given rate, then all submitting at once.

Counts wrong answers, compares every acknowledged save with the database at the end, and prints latencies beside those
of the bare view at the same rate.
"""

import argparse
import os
import statistics
import sys
import threading
import time
from collections.abc import Callable, Sequence

import django


def main() -> int:
    """Exit 1 when an answer was wrong or a save was lost."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trainingplan.settings")
    django.setup()
    from django.db import connections  # noqa: PLC0415

    from quotas.models import Registration  # noqa: PLC0415
    from tests.bench.province import build  # noqa: PLC0415
    from tests.bench.serving import BARE, Browser, Tally, gunicorn, own_database, writers  # noqa: PLC0415

    options = _options()
    ours, bare = Tally(), Tally()
    with own_database() as database:
        province = build(units=options.sessions, quotas=12, filled=False)
        cells = writers(province, options.sessions)
        connections.close_all()
        with gunicorn(database) as server:
            browsers = [Browser(server.port, cell, ours) for cell in cells]
            pages = [browser.cell.address.removesuffix("o/") for browser in browsers]
            saves = [browser.save for browser in browsers]
            reads = [_reading(browser, page) for browser, page in zip(browsers, pages, strict=True)]
            late = _paced([(saves, options.saves), (reads, options.reads)], options.seconds)
            _report("product", ours, late)
            rush = Tally()
            for browser in browsers:
                browser.tally = rush
            late = _paced([(saves, options.sessions / options.rush)], options.rush)
            _report(f"rush of {options.sessions} in {options.rush} s", rush, late)
        acknowledged = ours.acknowledged | rush.acknowledged
        stored = {
            (unit, quota): number for unit, quota, number in Registration.objects.values_list("unit", "quota", "number")
        }
        lost = [key for key, number in acknowledged.items() if stored.get(key) != number]
        connections.close_all()
        with gunicorn(database, BARE) as server:
            others = [Browser(server.port, cell, bare) for cell in cells]
            for other, browser in zip(others, browsers, strict=True):
                other.version, other.number = browser.version, browser.number
            ready = [other for other in others if other.version]
            late = _paced([([other.save_barely for other in ready], options.saves)], min(options.seconds, 60))
            _report("bare view", bare, late)
        connections.close_all()
    wrong = [*ours.wrong, *rush.wrong]
    print(f"acknowledged cells {len(acknowledged)}, lost {len(lost)}, wrong answers {len(wrong)}", *wrong[:3], sep="\n")  # noqa: T201 - a program
    return 1 if lost or wrong else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.load", description=__doc__)
    for name, default in (("seconds", 600), ("sessions", 400), ("saves", 80), ("reads", 40), ("rush", 60)):
        parser.add_argument(f"--{name}", type=int, default=default)
    return parser.parse_args()


def _reading(browser: object, page: str) -> Callable[[], None]:
    return lambda: browser.read(page)  # type: ignore[attr-defined]


def _paced(streams: Sequence[tuple[Sequence[Callable[[], None]], float]], seconds: float) -> float:
    """Start the works of each stream in turn at its rate, each again only when it has ended; seconds they were late."""
    began, late = time.monotonic(), [0.0]
    threads: list[threading.Thread] = []

    def run(works: Sequence[Callable[[], None]], first: int, step: int, rate: float) -> None:
        for number in range(first, round(rate * seconds), step):
            wait = began + number / rate - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            late[0] = max(late[0], -wait)
            works[number % len(works)]()

    for works, rate in streams:
        step = len(works)
        threads += [threading.Thread(target=run, args=(works, place, step, rate)) for place in range(step)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return late[0]


def _report(what: str, tally: object, late: float) -> None:
    times = sorted(tally.times)  # type: ignore[attr-defined]
    marks = statistics.quantiles(times, n=100) if len(times) > 1 else times * 99
    shown = ", ".join(f"p{mark} {marks[mark - 1]:.0f} ms" for mark in (50, 95, 99))
    print(f"{what}: {len(times)} answers, {shown}, at most {late:.1f} s behind time", flush=True)  # noqa: T201 - a program


if __name__ == "__main__":
    sys.exit(main())
