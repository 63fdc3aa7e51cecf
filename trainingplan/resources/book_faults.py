"""What is looked at in rows of the whole-plan workbook when they are judged together."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError

from trainingplan.resources.columns import cell_text
from trainingplan.resources.files import cell_words


def constraint_fault(row: Any) -> tuple[str, str] | None:
    try:
        row.validate_constraints()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        return field, " ".join(messages)
    return None


def values_of(row: Any, fields: Iterable[str]) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in fields)


def safe_text(value: object) -> str:
    try:
        return cell_text(value)
    except ValueError:
        return cell_words(value)
