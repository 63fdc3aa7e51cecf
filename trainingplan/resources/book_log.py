"""What the change log says of a row that the whole-plan workbook writes: each value that differs."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from trainingplan.models import Unit
from trainingplan.resources.book_columns import PersonalBookColumn, shown_text
from trainingplan.resources.columns import Column
from trainingplan.services.catalogue import HIDDEN
from trainingplan.services.changes import Entry

if TYPE_CHECKING:
    from trainingplan.resources.book import BookResource


def entries_of(sheet: "BookResource", row: Any, before: Any) -> Iterable[Entry]:
    """One entry a value, under the names of the model's fields; `before` is None for a row that is new."""
    meta = row._meta
    label = f"{meta.verbose_name}: {sheet.name_of(row)}"
    unit = row.pk if isinstance(row, Unit) else getattr(row, "unit_id", None)
    for column in sheet.get_import_fields():
        old, new = _texts(column, before, row)
        if old != new:
            name = str(column.attribute).removesuffix("_id")[:60]
            yield Entry(meta.model_name or "", sheet.log_key(row), label, name, old, new, unit)


def _texts(column: Column, before: Any, row: Any) -> tuple[str, str]:
    old, new = ("" if one is None else shown_text(column.export(one)) for one in (before, row))
    if column.attribute == "year":
        return "" if before is None else str(before.year), str(row.year)
    if isinstance(column, PersonalBookColumn) and old != new:
        return HIDDEN if old else "", HIDDEN if new else "–"
    return old, new
