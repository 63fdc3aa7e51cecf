"""Verifying the sealed change log: every row stands under one part, every part is as digested, the chain is whole."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from itertools import pairwise

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import QuerySet

from trainingplan.backup.snapshot import snapshot
from trainingplan.models import Change, LogPart, LogSeal
from trainingplan.rules.numbers import format_count
from trainingplan.rules.seals import COLUMNS, FIRST, Row, from_ranges, part_digest, seal_digest

BLOCK = 10_000
"""About how many changes are read at once."""
MOST_FAULTS = 200

Ranges = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Anchor:
    """A head of the chain that was noted elsewhere: in an issued version, on paper."""

    where: str
    position: int
    digest: str
    """The whole digest or its beginning."""


@dataclass(slots=True)
class Check:
    """What the verification found; `faults` say in words what is wrong."""

    rows: int = 0
    links: int = 0
    unsealed: int = 0
    head: str = ""
    faults: list[str] = field(default_factory=list)

    def blame(self, words: str) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(words)


def check_log(anchors: Iterable[Anchor] = ()) -> Check:
    """Read the whole log once. What was sealed on this machine is compared with the heads noted elsewhere."""
    check = Check()
    with _one_moment() as using:
        digests = _check_chain(check, using)
        covered: Ranges = []
        for block in _blocks(LogPart.objects.using(using).order_by("pk")):
            _check_block(check, block, covered, using)
        _check_coverage(check, covered, using)
    for anchor in anchors:
        _check_anchor(check, anchor, digests)
    return check


def _one_moment() -> AbstractContextManager[str]:
    """The log held still: rows that come between two readings would seem slipped in. A transaction sees its own."""
    return nullcontext(DEFAULT_DB_ALIAS) if connection.in_atomic_block else snapshot()


def _check_chain(check: Check, using: str) -> Mapping[int, str]:
    """Each link on the one before, without a gap; the digests by position."""
    before, expected, digests, sealed = FIRST, 1, {}, 0
    seals = LogSeal.objects.using(using).order_by("position")
    links = seals.values_list("position", "at", "digest", "part__rows", "part__digest")
    for position, at, digest, rows, part in links.iterator(chunk_size=2_000):
        if position != expected:
            check.blame(
                f"Chuỗi niêm phong thiếu mắt xích {format_count(expected)} (kế đó là {format_count(position)})."
            )
        if digest != seal_digest(before, position=position, at=at, rows=rows, digest=part):
            check.blame(f"Mắt xích {format_count(position)} không khớp mắt xích trước hoặc phần nhật ký của nó.")
        before, expected, sealed = digest, position + 1, sealed + 1
        digests[position] = digest
    check.links = sealed
    check.unsealed = LogPart.objects.using(using).count() - sealed
    check.head = f"{expected - 1}:{before}" if sealed else ""
    return digests


def _blocks(parts: QuerySet[LogPart]) -> Iterator[list[LogPart]]:
    """Parts that follow each other, so many that one reading of the log serves them all."""
    block: list[LogPart] = []
    size = 0
    for part in parts.iterator(chunk_size=2_000):
        block.append(part)
        size += sum(last - first + 1 for first, last in _runs(part))
        if size >= BLOCK:
            yield block
            block, size = [], 0
    if block:
        yield block


def _runs(part: LogPart) -> Ranges:
    """The runs of a part; none where its text is not one of ours, and then its digest fails."""
    try:
        return [run for run in from_ranges(part.rows) if run[0] <= run[1]]
    except ValueError:
        return []


def _check_block(check: Check, parts: list[LogPart], covered: Ranges, using: str) -> None:
    runs = [run for part in parts for run in _runs(part)]
    if not runs:
        rows: dict[int, Row] = {}
    else:
        least, most = min(first for first, _ in runs), max(last for _, last in runs)
        found = Change.objects.using(using).filter(pk__gte=least, pk__lte=most).order_by("pk")
        rows = {row[0]: row for row in found.values_list(*COLUMNS).iterator(chunk_size=5_000)}
    for part in parts:
        _check_part(check, part, rows)
        covered.extend(_runs(part))


def _check_part(check: Check, part: LogPart, rows: Mapping[int, Row]) -> None:
    runs = _runs(part)
    first_lost = next((key for first, last in runs for key in range(first, last + 1) if key not in rows), None)
    if first_lost is not None:
        there = sum(any(first <= key <= last for first, last in runs) for key in rows)
        lost = format_count(sum(last - first + 1 for first, last in runs) - there)
        check.blame(f"Nhật ký mất {lost} dòng trong phần {part.rows} (dòng {first_lost}).")
        return
    keys = [key for first, last in runs for key in range(first, last + 1)]
    if not keys or part_digest(rows[key] for key in keys) != part.digest:
        check.blame(f"Phần nhật ký {part.rows} không còn như lúc ghi: có dòng bị sửa hoặc đổi chỗ.")


def _check_coverage(check: Check, covered: Ranges, using: str) -> None:
    """Every row of the log stands under one part and no more."""
    covered.sort()
    starts = [first for first, _ in covered]
    for (_, last), (first, _) in pairwise(covered):
        if first <= last:
            check.blame(f"Dòng nhật ký {first} thuộc hai phần.")
    for key in Change.objects.using(using).order_by("pk").values_list("pk", flat=True).iterator(chunk_size=20_000):
        check.rows += 1
        place = bisect_right(starts, key) - 1
        if place < 0 or covered[place][1] < key:
            check.blame(f"Dòng nhật ký {key} không có dấu niêm phong: bị chèn thêm.")


def _check_anchor(check: Check, anchor: Anchor, digests: Mapping[int, str]) -> None:
    stands = digests.get(anchor.position)
    if stands is None:
        check.blame(f"{anchor.where} ghi mắt xích {format_count(anchor.position)}, nay không còn: nhật ký bị cắt đuôi.")
    elif not stands.startswith(anchor.digest):
        check.blame(f"{anchor.where} ghi dấu khác của mắt xích {format_count(anchor.position)}: chuỗi đã bị thay.")
