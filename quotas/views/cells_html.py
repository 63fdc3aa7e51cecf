"""What the two grids have in common as HTML: an input, a number, why a cell was not saved.

The grids are strings joined in Python: a template loop over 400 units × 12 quotas takes several times as long. Texts
that come from data are escaped where they enter; the arguments called `label` are escaped already.
"""

from collections.abc import Mapping
from typing import TypeAlias

from django.utils.html import escape

from quotas.services.cells import Outcome
from quotas.views.cells_io import Returned
from trainingplan.rules.numbers import format_count

ReturnedCells: TypeAlias = Mapping[tuple[int, int], Returned]
NOTHING_RETURNED: ReturnedCells = {}
NOT_SAVED = "Chưa lưu: kiểm tra rồi bấm «Lưu» lần nữa."
UNKNOWN = "–"
STATE_CLASS = {Outcome.REFUSED: "cell is-refused", Outcome.CONFLICT: "cell is-conflict"}


def count(number: int | None) -> str:
    """A number in a table: zero is an empty cell."""
    return format_count(number) if number else ""


def known(number: int | None) -> str:
    """A number of which zero matters and which may be unknown."""
    return UNKNOWN if number is None else format_count(number)


def number_input(field: str, shown: str, label: str) -> str:
    return f'<input name="{field}" value="{escape(shown)}" inputmode="numeric" aria-label="{label}">'


def troubled_input(field: str, shown: str, label: str) -> str:
    """An input whose cell could not be saved; `say` with the same field tells why."""
    return (
        f'<input name="{field}" value="{escape(shown)}" inputmode="numeric" aria-label="{label}"'
        f' aria-invalid="true" aria-describedby="say-{field}">'
    )


def say(field: str, message: str) -> str:
    return f'<span class="say" id="say-{field}">{escape(message)}</span>'
