"""The process that reads one file: it limits itself before it looks at the file, and answers in JSON."""

import json
import resource
import sys
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

from trainingplan.reading import limits
from trainingplan.reading.book import CellError, FormulaWithoutValue, Since1904, Unreadable


def serve(work: Callable[[bytes], object]) -> None:
    """Read the file from the standard input and answer ["read", what work made of it, peak] or ["refused", why, peak].

    A process that is killed or runs out of memory answers nothing, which says as much.
    """
    confine()
    try:
        answer = ("read", work(sys.stdin.buffer.read(limits.LARGEST_GIVEN)))
    except Unreadable as refusal:
        answer = ("refused", str(refusal))
    except MemoryError:
        answer = ("refused", limits.DEAD)
    sys.stdout.write(json.dumps([*answer, peak()], default=tagged, ensure_ascii=False, check_circular=False))


def confine(cpu_seconds: int = limits.CPU_SECONDS) -> None:
    """Take away from this process what reading a file does not need."""
    for kind, most in (
        (resource.RLIMIT_AS, limits.MEMORY),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, limits.LARGEST_REPLY),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    sys.setrecursionlimit(500)


def peak() -> int:
    """The most memory that this process has held, in KiB; its own, unlike what getrusage says after a fork."""
    with open("/proc/self/status", encoding="ascii") as status:  # noqa: PTH123 - pathlib is not loaded here
        return next((int(line.split()[1]) for line in status if line.startswith("VmHWM")), 0)


def tagged(value: object) -> dict[str, str]:
    """A value that JSON has no type for, under one letter that tells which."""
    match value:
        case Decimal():
            return {"n": str(value)}
        case datetime():
            return {"t": value.isoformat()}
        case date():
            return {"d": value.isoformat()}
        case FormulaWithoutValue(formula):
            return {"f": formula}
        case CellError(code):
            return {"e": code}
        case Since1904(number):
            return {"m": str(number)}
    raise TypeError(type(value).__name__)


if __name__ == "__main__":
    from trainingplan.reading.formats import read

    serve(read)
