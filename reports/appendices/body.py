"""What the three builders take and give."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import QuerySet

from reports.document import Block
from trainingplan.models import Unit


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose rows an appendix shows: those of `units`; `extract_of` names a part, `personal` opens personal data."""

    units: QuerySet[Unit]
    extract_of: str = ""
    personal: Callable[[int], bool] = lambda unit_id: True  # noqa: ARG005 - the signature of the others


@dataclass(frozen=True, slots=True)
class Body:
    """The blocks below the title, and whether any of their rows is illustrative."""

    blocks: tuple[Block, ...]
    illustrative: bool
