"""Measuring two ways of one work beside each other: in turn, on new data in each round, medians of the pairs."""

import gc
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

Work: TypeAlias = Callable[[], object]
Clock: TypeAlias = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Pair:
    """One round: our way and the peer's, both on the same new data."""

    ours: Work
    peer: Work


@dataclass(frozen=True, slots=True)
class Bench:
    """`bar` is how many times the peer's cost ours may be; `prepare` makes the data of a round from its number.

    With `at_least` more is better: the figures are rates, and ours must reach so many times the peer's.
    """

    key: str
    work: str
    peer: str
    bar: float
    prepare: Callable[[int], Pair]
    clock: Clock = time.process_time
    aim: bool = False
    """Whether the bar is only aimed at: its ratio is printed, and missing it is no failure."""
    rounds: int = 0
    """How many at the most, where the peer is slow; the first of a single one counts."""


@dataclass(slots=True)
class Result:
    """What was measured, in seconds."""

    key: str
    work: str
    peer_name: str
    bar: float
    ours: list[float] = field(default_factory=list)
    peer: list[float] = field(default_factory=list)
    aim: bool = False
    at_least: bool = False

    @property
    def ratio(self) -> float:
        return statistics.median(one / other for one, other in zip(self.ours, self.peer, strict=True))

    @property
    def met(self) -> bool:
        return self.ratio >= self.bar if self.at_least else self.ratio <= self.bar

    @property
    def verdict(self) -> str:
        if self.met:
            return "met"
        return "aim not met" if self.aim else "NOT MET"

    def cells(self) -> tuple[str, ...]:
        sign = "≥" if self.at_least else "≤"
        figures = (statistics.median(self.ours), statistics.median(self.peer))
        return (
            self.key,
            self.work,
            *(f"{figure:.4g}" for figure in figures),
            f"{self.ratio:.3g}",
            f"{sign} {self.bar:g}",
            self.verdict,
            self.peer_name,
        )


def measure(bench: Bench, rounds: int) -> Result:
    """Run the bench so many rounds, after one that is not counted; where one is all there is, that one counts."""
    result = Result(bench.key, bench.work, bench.peer, bench.bar, aim=bench.aim)
    rounds = min(rounds, bench.rounds or rounds)
    for number in range(1 if rounds == 1 else 0, rounds + 1):
        pair = bench.prepare(number)
        ours, peer = timed(pair.ours, bench.clock), timed(pair.peer, bench.clock)
        if number:
            result.ours.append(ours)
            result.peer.append(peer)
    return result


def timed(work: Work, clock: Clock) -> float:
    """Seconds of one run; garbage of what came before is not counted."""
    gc.collect()
    began = clock()
    work()
    return clock() - began


def table(results: list[Result]) -> Iterator[str]:
    """The lines of a Markdown table of results."""
    return lines([("Id", "Work", "ours", "peer", "ratio", "bar", "verdict", "peer is"), *(r.cells() for r in results)])


def side_by_side(found: Mapping[str, Sequence[Result]]) -> Iterator[str]:
    """One table of the same benches on several databases, with a column of ratios for each."""
    names = list(found)
    rows: dict[tuple[str, str, str], dict[str, Result]] = {}
    for name, results in found.items():
        for result in results:
            work = result.work.removesuffix(f", {name.lower()}")
            rows.setdefault((result.key, work, result.peer_name), {})[name] = result
    head = ("Id", "Work", "peer is", *names, "bar", "rounds", "verdict")
    yield from lines([head, *(_row(item, names) for item in rows.items())])


def _row(item: tuple[tuple[str, str, str], dict[str, Result]], names: Sequence[str]) -> tuple[str, ...]:
    head, by_name = item
    worst = max(by_name.values(), key=lambda result: (not result.met, not result.aim))
    ratios = (f"{by_name[name].ratio:.2g}" if name in by_name else "–" for name in names)
    return (*head, *ratios, worst.cells()[5], str(len(worst.ours)), worst.verdict)


def lines(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The lines of a Markdown table, its columns wide enough to be read as it is."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for number, row in enumerate(rows):
        yield "| " + " | ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) + " |"
        if not number:
            yield "|" + "|".join("-" * (width + 2) for width in widths) + "|"
