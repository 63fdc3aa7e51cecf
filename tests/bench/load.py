"""`python -m tests.bench.load`: so many sessions saving and reading at a given rate, then all sending at once.

Counts wrong answers, compares every acknowledged save and sending with the database at the end, and prints latencies
beside those of the bare view at the same rate. With `--sign-ins` so many people sign in first.
"""

import argparse
import os
import statistics
import sys
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from tests.bench.serving import Browser, Cell, Tally

Work = Callable[[], None]
PASSWORD = "sông Trà núi Ấn 2024"
SIGN_IN_SECONDS, BARE_SECONDS = 300, 60


def main() -> int:
    """Exit 1 when an answer was wrong, or a save or a sending was lost."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trainingplan.settings")
    django.setup()
    from django.db import connections  # noqa: PLC0415

    from tests.bench.province import build  # noqa: PLC0415
    from tests.bench.serving import BARE, Browser, Tally, gunicorn, own_database, writers  # noqa: PLC0415

    options = _options()
    signing, ours, rush, bare = Tally(), Tally(), Tally(), Tally()
    with own_database() as database:
        province = build(units=options.sessions + options.sign_ins, quotas=12, filled=False)
        cells = writers(province, options.sessions + options.sign_ins)
        names = _with_passwords(options.sessions, options.sign_ins)
        connections.close_all()
        with gunicorn(database) as server:
            if names:
                _sign_in(
                    [Browser(server.port, cell, signing) for cell in cells[options.sessions :]],
                    names,
                    options.sign_in_seconds,
                )
                _report(f"{len(names)} sign-ins in {options.sign_in_seconds} s", signing)
            browsers = [Browser(server.port, cell, ours) for cell in cells[: options.sessions]]
            _save_and_read(browsers, options)
            _report("product", ours)
            sent = _rush([browser for browser in browsers if browser.version], rush, options.rush)
            _report(f"{len(sent)} sendings in {options.rush} s", rush)
        lost = _lost(ours.acknowledged, sent)
        connections.close_all()
        with gunicorn(database, BARE) as server:
            others = [Browser(server.port, browser.cell, bare) for browser in browsers if browser.version]
            for other, browser in zip(others, (one for one in browsers if one.version), strict=True):
                other.version, other.number = browser.version, browser.number
            _paced([([other.save_barely for other in others], options.saves)], min(options.seconds, BARE_SECONDS), bare)
            _report("bare view, saves alone", bare)
        connections.close_all()
    wrong = [*signing.wrong, *ours.wrong, *rush.wrong]
    counts = f"cells {len(ours.acknowledged)}, sendings {len(sent)}, lost {lost}, wrong {len(wrong)}"
    print(counts, *wrong[:3], sep="\n")  # noqa: T201 - a program
    return 1 if lost or wrong else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.load", description=__doc__)
    figures = {"seconds": 600, "sessions": 400, "saves": 80, "reads": 40, "rush": 60, "sign-ins": 0}
    for name, default in (figures | {"sign-in-seconds": SIGN_IN_SECONDS}).items():
        parser.add_argument(f"--{name}", type=int, default=default)
    return parser.parse_args()


def _with_passwords(before: int, count: int) -> list[str]:
    """The names of so many writers, who can sign in now; not of those before, whose sessions a new password would end.

    One hash serves all: to check it costs the same.
    """
    from django.contrib.auth.hashers import make_password  # noqa: PLC0415

    from trainingplan.models import Role, User  # noqa: PLC0415

    names = list(
        User.objects.filter(role=Role.UNIT).order_by("pk").values_list("username", flat=True)[before : before + count]
    )
    User.objects.filter(username__in=names).update(password=make_password(PASSWORD))
    return names


def _sign_in(browsers: "list[Browser]", names: list[str], seconds: int) -> None:
    """Whoever signs in has no session yet."""
    from dataclasses import replace  # noqa: PLC0415

    for browser in browsers:
        browser.cell = replace(browser.cell, cookie="")
    works: list[Work] = [
        partial(browser.submit, "/dang-nhap/", {"username": name, "password": PASSWORD})
        for browser, name in zip(browsers, names, strict=False)
    ]
    _paced([(works, len(works) / seconds)], seconds, browsers[0].tally)


def _page(cell: "Cell") -> str:
    return cell.address.removesuffix("o/")


def _save_and_read(browsers: "list[Browser]", options: argparse.Namespace) -> None:
    saves: list[Work] = [browser.save for browser in browsers]
    reads: list[Work] = [partial(browser.read, _page(browser.cell)) for browser in browsers]
    _paced([(saves, options.saves), (reads, options.reads)], options.seconds, browsers[0].tally)


def _rush(browsers: "list[Browser]", tally: "Tally", seconds: int) -> list[int]:
    """All send their registrations in so many seconds; the units of those who did."""
    for browser in browsers:
        browser.tally = tally
    works: list[Work] = [partial(browser.submit, f"{_page(browser.cell)}gui/", {}) for browser in browsers]
    _paced([(works, len(works) / seconds)], seconds, tally)
    return [browser.cell.unit for browser in browsers]


def _lost(acknowledged: dict[tuple[int, int], int], sent: list[int]) -> int:
    """How many acknowledged cells hold another number, and how many sent registrations are not sent."""
    from quotas.models import Registration, Response  # noqa: PLC0415

    rows = Registration.objects.values_list("unit", "quota", "number")
    stored = {(unit, quota): number for unit, quota, number in rows}
    arrived = Response.objects.filter(state=Response.State.SENT, participant__unit__in=sent).count()
    return sum(stored.get(key) != number for key, number in acknowledged.items()) + len(sent) - arrived


def _paced(streams: Sequence[tuple[Sequence[Work], float]], seconds: float, tally: "Tally") -> None:
    """Start the works of each stream in turn at its rate, each again only when it has ended; notes how late."""
    began = time.monotonic()
    threads: list[threading.Thread] = []

    def run(works: Sequence[Work], first: int, step: int, rate: float) -> None:
        for number in range(first, round(rate * seconds), step):
            wait = began + number / rate - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            tally.late = max(tally.late, -wait)
            works[number % len(works)]()

    for works, rate in streams:
        step = len(works)
        threads += [threading.Thread(target=run, args=(works, place, step, rate)) for place in range(step)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _report(what: str, tally: "Tally") -> None:
    times = sorted(tally.times)
    marks = statistics.quantiles(times, n=100) if len(times) > 1 else (times or [0.0]) * 99
    shown = ", ".join(f"p{mark} {marks[mark - 1]:.0f} ms" for mark in (50, 95, 99))
    print(f"{what}: {len(times)} answers, {shown}, at most {tally.late:.1f} s behind time", flush=True)  # noqa: T201 - a program


if __name__ == "__main__":
    sys.exit(main())
