"""Whose protected data a batch shows: its pages and its files lay it open to others than who brought it in."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Protocol

from django.utils.module_loading import import_string

from trainingplan.imports.report import read_report
from trainingplan.models import ImportBatch
from trainingplan.readings import note_people
from trainingplan.resources.book_columns import PersonalBookColumn
from trainingplan.resources.columns import PersonalColumn, person_of


class ShownRow(Protocol):
    """A row of a preview, or of what was applied: each change is (heading, old, new)."""

    @property
    def resource(self) -> str: ...
    @property
    def object_pk(self) -> str: ...
    @property
    def changes(self) -> Iterable[tuple[str, str, str]]: ...


def note_shown(rows: Iterable[ShownRow]) -> None:
    """Note the people whose protected data these rows show; who is not stored yet is nobody's reading."""
    found: defaultdict[str, dict[str, set[str]]] = defaultdict(dict)
    for row in rows:
        if row.object_pk:
            found[row.resource][row.object_pk] = {heading for heading, old, new in row.changes if old or new}
    for path, headings in found.items():
        _note(path, headings)


def note_file(batch: ImportBatch) -> None:
    """Note those of the whole file."""
    applied = list(batch.imported.all())
    note_shown(applied or read_report(batch).lines)


def _note(path: str, headings: dict[str, set[str]]) -> None:
    resource: Any = import_string(path)
    columns = [column for column in resource.fields.values() if isinstance(column, PersonalColumn | PersonalBookColumn)]
    for column in columns:
        keys = [key for key, shown in headings.items() if column.column_name in shown]
        rows = resource._meta.model.objects.filter(pk__in=keys)
        if owner := str(column.attribute).rpartition("__")[0]:
            rows = rows.select_related(owner)
        people = (person_of(column, row) for row in rows)
        note_people(key for key in people if key is not None)
