"""Every table as lines of JSON that are the same on both databases, in one order, with one digest."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, F, Field, Model, TextField
from django.db.models.functions import Collate

LEFT_OUT = {
    "django_session": "phiên đăng nhập: sau khi khôi phục mọi người đăng nhập lại",
    "django_tasks_database_dbtaskresult": "hàng đợi của chương trình chạy nền: không việc nào chạy lại",
    "django_migrations": "đã ghi trong phần đầu của bản sao lưu",
    "rendered_documents": "tệp đã dựng từ số liệu: dựng lại được bất cứ lúc nào",
}
"""Tables that a backup does not hold, with the reason. A restore empties the first two."""

Convert = Callable[[Any], Any]
_MICROSECOND = timedelta(microseconds=1)
_ROWS_A_READ = 2000

_KINDS: dict[str, tuple[Convert, Convert]] = {
    "DateTimeField": (lambda value: value.astimezone(UTC).isoformat(), datetime.fromisoformat),
    "DateField": (date.isoformat, date.fromisoformat),
    "TimeField": (time.isoformat, time.fromisoformat),
    "DurationField": (lambda value: value // _MICROSECOND, lambda value: value * _MICROSECOND),
    "UUIDField": (str, UUID),
    "DecimalField": (str, Decimal),
    "BinaryField": (lambda value: base64.b64encode(value).decode("ascii"), base64.b64decode),
    "JSONField": (lambda value: json.dumps(value, ensure_ascii=False, sort_keys=True), json.loads),
    "FileField": (str, str),
}
"""Of each kind of column that JSON has no value for: into JSON and back."""


def _kind(field: Any) -> str:
    """The kind of a column; a reference has that of what it refers to."""
    while field.remote_field is not None:
        field = field.target_field
    kind: str = field.get_internal_type()
    return "FileField" if kind == "ImageField" else kind


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, and how its values become JSON; None where they are JSON already."""

    name: str
    field: "Field[Any, Any]"
    kind: str

    @property
    def encode(self) -> Convert | None:
        return _KINDS[self.kind][0] if self.kind in _KINDS else None

    def stored(self, connection: BaseDatabaseWrapper) -> Convert | None:
        """What makes a JSON value one that the database takes."""
        if self.kind not in _KINDS:
            return None
        decode = _KINDS[self.kind][1]
        prepare = self.field.get_db_prep_save
        return lambda value: None if value is None else prepare(decode(value), connection)


@dataclass(frozen=True)
class Table:
    model: type[Model]

    @property
    def name(self) -> str:
        return self.model._meta.db_table

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        fields = self.model._meta.local_concrete_fields
        return tuple(Column(str(field.column), field, _kind(field)) for field in fields)

    @property
    def shape(self) -> list[list[str]]:
        return [[column.name, column.kind] for column in self.columns]

    @property
    def counts_keys(self) -> bool:
        """Whether the database counts its keys."""
        pk = self.model._meta.pk
        return pk.get_internal_type().endswith("AutoField")

    def lines(self, using: str) -> Iterator[str]:
        """Each row as one line, by key."""
        encoders = [column.encode for column in self.columns]
        names = [column.field.attname for column in self.columns]
        rows = self.model._base_manager.using(using).order_by(self._order(using)).values_list(*names)
        dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
        for row in rows.iterator(chunk_size=_ROWS_A_READ):
            yield dump(
                [
                    value if value is None or encode is None else encode(value)
                    for value, encode in zip(row, encoders, strict=True)
                ]
            )

    def _order(self, using: str) -> Any:
        """By key; text by its bytes, which is how SQLite has it and PostgreSQL must be told."""
        pk = self.model._meta.pk
        if isinstance(pk, CharField | TextField) and connections[using].vendor == "postgresql":
            return Collate(F(pk.attname), "C")
        return "pk"


@dataclass
class Digest:
    """Counts lines and takes their SHA-256, each with its end."""

    rows: int = 0

    def __post_init__(self) -> None:
        self._sha256 = hashlib.sha256()

    def add(self, line: str) -> None:
        self.rows += 1
        self._sha256.update(line.encode())
        self._sha256.update(b"\n")

    def hexdigest(self) -> str:
        return self._sha256.hexdigest()


def digest_of(lines: Iterable[str]) -> tuple[int, str]:
    digest = Digest()
    for line in lines:
        digest.add(line)
    return digest.rows, digest.hexdigest()


def tables() -> tuple[Table, ...]:
    """All that a backup holds, by name."""
    models = (model for model in apps.get_models(include_auto_created=True) if model._meta.managed)
    found = {model._meta.db_table: Table(model) for model in models if not model._meta.proxy}
    return tuple(found[name] for name in sorted(found) if name not in LEFT_OUT)


def unknown_tables(using: str) -> list[str]:
    """Tables of the database that no backup would hold and nobody has left out: not to be passed over in silence."""
    connection = connections[using]
    with connection.cursor() as cursor:
        found = connection.introspection.table_names(cursor)
    return sorted(set(found) - {table.name for table in tables()} - set(LEFT_OUT))


def file_fields() -> Iterator[tuple[type[Model], str]]:
    """Every column that names a stored file."""
    for table in tables():
        for column in table.columns:
            if column.kind == "FileField":
                yield table.model, column.field.attname


def file_names(using: str) -> list[str]:
    """The stored files that the data refer to, each once."""
    names: set[str] = set()
    for model, field in file_fields():
        rows = model._base_manager.using(using).exclude(**{field: ""}).values_list(field, flat=True)
        names.update(name for name in rows.iterator() if name)
    return sorted(names)
