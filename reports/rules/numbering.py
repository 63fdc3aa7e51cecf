"""How the sections of a plan number themselves: I., then 1., 1.1., 1.1.1. anew in each part."""

from collections.abc import Iterable, Iterator

from trainingplan.rules.letters import roman

DEEPEST = 3
"""The depth of 1.1.1., counted from 0 for I.: official papers number no deeper."""


def markers(outline: Iterable[tuple[int, bool]]) -> Iterator[str]:
    """The markers of sections in reading order, each given as its depth and whether it is numbered.

    What is not numbered has no marker, takes no number from those beside it and adds none to those below it.
    """
    counts: list[int] = []
    path: list[int] = []
    for depth, numbered in outline:
        del counts[depth + 1 :], path[depth:]
        counts += [0] * (depth + 1 - len(counts))
        counts[depth] += numbered
        path.append(counts[depth] if numbered else 0)
        yield _marker(path) if numbered else ""


def _marker(path: list[int]) -> str:
    """A part is counted in Roman numerals, and not repeated in the numbers below it."""
    if len(path) == 1:
        return f"{roman(path[0])}."
    return "".join(f"{number}." for number in path[1:] if number)
