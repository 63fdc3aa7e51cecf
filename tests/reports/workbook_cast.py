"""A small plan as the rows of a workbook, to be changed by tests; and what stands in the database, without ids."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from django.db import models, transaction

from reports.workbook.sheets import SHEETS, sheets_of
from reports.workbook.writing import example
from trainingplan.reading import Book, Sheet

Rows = dict[str, list[dict[str, Any]]]
"""By sheet the rows, by heading the cells."""

BOOKKEEPING = {"id", "version", "updated_at", "updated_by", "made_at", "made_by", "token", "sent_by", "handled_by"}
"""Who wrote and when: no workbook tells it."""


def small_plan(year: int = 2031) -> Rows:
    """The rows of the workbook to begin with."""
    found: Rows = {}
    for sheet in sheets_of(year):
        table = example(sheet, year)
        found[sheet.sheet()] = [dict(zip(table.headers, row, strict=True)) for row in table]
    return deepcopy(found)


def as_book(rows: Rows) -> Book:
    """The book that a reader makes of them."""
    return Book("so.xlsx", tuple(_sheet(name, lines) for name, lines in rows.items() if lines))


def _sheet(name: str, lines: list[dict[str, Any]]) -> Sheet:
    heads = tuple(dict.fromkeys(head for line in lines for head in line))
    values = tuple(tuple(None if line.get(head) == "" else line.get(head) for head in heads) for line in lines)
    return Sheet(name, hidden=False, rows=(heads, *values))


def all_rows() -> dict[str, list[str]]:
    """Every row of every table of the workbook, its relations as what they lead to; without ids and bookkeeping."""
    tables = {sheet._meta.model: sheet._meta.model._default_manager.in_bulk() for sheet in SHEETS}
    return {
        model._meta.label: sorted(repr(_told(row, tables)) for row in rows.values()) for model, rows in tables.items()
    }


def _told(row: models.Model | None, tables: dict[Any, dict[int, Any]]) -> Any:
    if row is None:
        return None
    told = [type(row).__name__]
    for field in row._meta.concrete_fields:
        if field.name in BOOKKEEPING:
            continue
        value = getattr(row, field.attname)
        if isinstance(field, models.ForeignKey):
            value = _told(tables[field.related_model].get(value), tables)
        elif isinstance(field, models.DateTimeField) and value is not None:
            value = value.replace(second=0, microsecond=0)
        told.append(value)
    related = (getattr(row, relation.name).all() for relation in row._meta.many_to_many)
    return [*told, *(sorted(map(str, others)) for others in related)]


def rolled_back() -> Iterator[None]:
    """A transaction of which nothing stays; for a generator of a context manager."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
