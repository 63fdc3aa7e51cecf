"""Reads many files in one child with the limits of a single one, since starting a child for each takes its time."""

import json
import pickle
import subprocess
import sys
import time
from typing import Any

from trainingplan.reading.book import Sheet, Unreadable
from trainingplan.reading.child import confine, peak, tagged
from trainingplan.reading.formats import read
from trainingplan.reading.process import as_sheet, decoded

Outcome = tuple[list[Sheet] | str, float, int]
"""The sheets or the refusal; CPU seconds; the most memory so far, in KiB."""


def outcomes(contents: list[bytes]) -> list[Outcome]:
    """What became of each file, up to the one that killed the child."""
    child = subprocess.run(
        [sys.executable, "-m", "tests.hostile.batch"], input=pickle.dumps(contents), stdout=subprocess.PIPE, check=False
    )
    answers = [decoded(line) for line in child.stdout.splitlines()]
    return [
        ([as_sheet("", sheet) for sheet in said] if kind == "read" else said, seconds, most)
        for kind, said, seconds, most in (answer for answer in answers if answer)
    ]


def main() -> None:
    contents: list[bytes] = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the test that started us
    confine(cpu_seconds=1_000)
    for content in contents:
        began = time.process_time()
        answer: tuple[str, Any]
        try:
            answer = ("read", read(content))
        except Unreadable as refusal:
            answer = ("refused", str(refusal))
        told = [*answer, time.process_time() - began, peak()]
        sys.stdout.write(json.dumps(told, default=tagged) + "\n")


if __name__ == "__main__":
    main()
