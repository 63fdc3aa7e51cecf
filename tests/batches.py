"""Batches of imported files for tests: taken up, previewed and applied as the import centre does."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from tests.office import sheet
from trainingplan.imports.batches import answer, apply, preview, take_up
from trainingplan.imports.kinds import FileKind, Problem, kinds
from trainingplan.imports.report import read_report
from trainingplan.models import ImportBatch, Plan, User


def make_batch(user: User) -> ImportBatch:
    """A batch without its files."""
    return ImportBatch.objects.create(
        kind="phan-bo", title="Phân bổ", by=user, at=timezone.now(), file_name="tep.xlsx", sha256="0" * 64
    )


def previewed(
    kind: FileKind | str,
    actor: User,
    heads: list[str],
    *rows: list[Any],
    plan: Plan | None = None,
    answers: Mapping[str, str] | None = None,
    content: bytes | None = None,
    name: str = "tep.xlsx",
) -> ImportBatch:
    """A file of one sheet as far as its preview."""
    known = kinds()[kind] if isinstance(kind, str) else kind
    batch = take_up(name=name, content=content or sheet(heads, *rows), kind=known, plan=plan, actor=actor)
    if answers:
        answer(batch, answers)
    return preview(batch)


def applied(batch: ImportBatch, actor: User, mode: str = "all") -> ImportBatch:
    return apply(batch, mode=mode, digest=batch.digest, actor=actor)


def problems(batch: ImportBatch) -> tuple[Problem, ...]:
    return read_report(batch).problems
