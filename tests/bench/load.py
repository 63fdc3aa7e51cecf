"""`python -m tests.bench.load`: many people at once on the production server and a worker, on one database.

Three loads: sign-ins, saves and reads, and a rush of sendings. Requests come when they are due, and a latency counts
from then; beside it stands that of a bare Django view which does the same UPDATE at the same times. Every wrong or
missing answer is told; every acknowledged save and sending is looked for in the database and in the log at the end.
"""

import argparse
import os
import signal
import sys
from pathlib import Path

import django

LOADS = ("sign-ins", "saves", "rush")


def main() -> int:
    """Exit 1 when an answer was wrong or did not come, or a save or a sending was lost."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trainingplan.settings")
    django.setup()
    from tests.bench.loads import Loads, table  # noqa: PLC0415 - Django must be set up first

    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that servers and database are cleared away
    loads = Loads(options)
    loads.run()
    lines = list(table(loads.lines))
    print("", *lines, "", *loads.troubles[:20], sep="\n")  # noqa: T201 - a program
    if options.table:
        with options.table.open("a", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in (lines[2:] if file.tell() else lines))
    return 1 if loads.troubles else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.load", description=__doc__)
    figures = {"seconds": 600, "sessions": 400, "saves": 80, "reads": 40}
    figures |= {"sign-ins": 400, "sign-in-seconds": 300, "sendings": 400, "rush-seconds": 60, "bare-seconds": 60}
    for name, default in figures.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--loads", type=lambda text: text.split(","), default=LOADS, help=",".join(LOADS))
    parser.add_argument("--table", type=Path, help="a file to which the table is added")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
