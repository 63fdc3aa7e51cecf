"""A batch's preview as a file in the default storage: written once, read a page at a time, gone with its upload."""

import gzip
import json
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from typing import Any
from uuid import uuid4

from django.core.files.base import ContentFile

from trainingplan.imports.kinds import Place, Problem, Question
from trainingplan.imports.running import REFUSED, Outcome
from trainingplan.models import ImportBatch
from trainingplan.models.imports import named_by


@dataclass(frozen=True, slots=True)
class Shown:
    """One row of the file as the preview shows it."""

    place: Place
    action: str
    name: str
    changes: tuple[tuple[str, str, str], ...]
    resource: str = ""
    object_pk: str = ""
    """Of a row that is stored already."""


@dataclass(frozen=True, slots=True)
class Report:
    lines: tuple[Shown, ...]
    problems: tuple[Problem, ...]
    questions: tuple[Question, ...]
    notes: tuple[str, ...]

    def of(self, action: str) -> tuple[Shown, ...]:
        return tuple(line for line in self.lines if line.action == action)


EMPTY = Report((), (), (), ())


def keep_report(batch: ImportBatch, outcome: Outcome) -> None:
    """Store what the preview found, and count it in the batch; the caller saves the batch."""
    old = batch.report.name
    content = json.dumps(_plain(outcome), ensure_ascii=False, separators=(",", ":"))
    packed = gzip.compress(content.encode(), compresslevel=1, mtime=0)
    batch.report.save(f"{uuid4().hex}.json.gz", ContentFile(packed), save=False)
    batch.digest = outcome.digest
    batch.added, batch.changed, batch.same = (outcome.count(action) for action in ("added", "changed", "same"))
    batch.refused, batch.rows = outcome.count(REFUSED), len(outcome.lines)
    batch.problems, batch.file_problems = len(outcome.problems), outcome.file_problems
    if old:
        batch.report.storage.delete(old)


def read_report(batch: ImportBatch) -> Report:
    """What the preview found; nothing once the files of the batch were deleted."""
    if not batch.report:
        return EMPTY
    with batch.report.open("rb") as file:
        found = json.loads(gzip.decompress(file.read()))
    return Report(
        tuple(
            Shown(Place(*place), action, name, _triples(changes), *rest)
            for place, action, name, changes, *rest in found["lines"]
        ),
        tuple(Problem(Place(*place) if place else None, *rest) for place, *rest in found["problems"]),
        tuple(_question(one) for one in found["questions"]),
        tuple(found["notes"]),
    )


def _plain(outcome: Outcome) -> dict[str, Any]:
    return {
        "lines": [
            (astuple(line.place), line.action, line.name, line.changes, line.resource, line.pk if line.before else "")
            for line in outcome.lines
        ],
        "problems": [astuple(problem) for problem in outcome.problems],
        "questions": [astuple(question) for question in outcome.questions],
        "notes": outcome.notes,
    }


def _triples(changes: Iterable[list[str]]) -> tuple[tuple[str, str, str], ...]:
    """What the page shows of them."""
    found = tuple((heading, old, new) for heading, old, new in changes)
    named = named_by({heading for heading, _, _ in found})
    return tuple(change for change in found if change[0] not in named)


def _question(found: list[Any]) -> Question:
    key, text, options, places, *value = found  # kept before there was a value, too
    pairs = tuple((value, words) for value, words in options)
    return Question(key, text, pairs, tuple(Place(*place) for place in places), *value)
