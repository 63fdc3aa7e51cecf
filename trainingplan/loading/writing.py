"""Writing rows by natural keys: new ones in bulk, changed ones in bulk, equal ones not at all."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model

from trainingplan.loading.source import Record
from trainingplan.services.changes import Entry

M = TypeVar("M", bound=Model)
Key = tuple[Any, ...]

_BATCH = 500
_NAMED = 20
_STAMPS = {"version", "updated_at"}
_ASIDE = 20_000
"""Positions are unique: rows that change theirs wait from here on, beyond any position in use."""


@dataclass
class LoadReport:
    """How many rows of each kind were added, changed, or left as people had made them."""

    created: Counter[str] = field(default_factory=Counter)
    updated: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    own: dict[str, list[str]] = field(default_factory=dict)
    """By kind, the illustrative rows that people have changed since, by name: they stay as they are."""

    def add(self, other: "LoadReport") -> None:
        self.created += other.created
        self.updated += other.updated
        self.kept += other.kept
        self.own |= other.own

    def note_second_step(self, model: type[Model], rows: int) -> None:
        """Count rows of which a later step changed something, unless their kind was just created."""
        kind = _kind(model)
        if rows and kind not in self.created:
            self.updated[kind] += rows

    def lines(self) -> list[str]:
        """One line for each kind that changed or was left alone: "Đơn vị: thêm 54, sửa 2, giữ 1"."""
        kinds = [*dict.fromkeys([*self.created, *self.updated, *self.kept])]
        counted = [f"{kind[:1].upper()}{kind[1:]}: {self._counts(kind)}" for kind in kinds]
        return [*counted, *(f"giữ nguyên {kind} đã có người sửa: {_some(names)}" for kind, names in self.own.items())]

    def entries(self, folder: str) -> list[Entry]:
        """One entry of the change log for each kind of row that changed."""
        return [
            Entry(
                table="load",
                row=folder,
                label=f"Nạp dữ liệu từ {folder}",
                field=kind,
                old="",
                new=self._counts(kind),
            )
            for kind in dict.fromkeys([*self.created, *self.updated])
        ]

    def _counts(self, kind: str) -> str:
        words = (("thêm", self.created), ("sửa", self.updated), ("giữ nguyên số liệu thật", self.kept))
        return ", ".join(f"{word} {counter[kind]}" for word, counter in words if counter[kind])


def _some(names: Sequence[str]) -> str:
    """The first names, and how many there are besides."""
    more = len(names) - _NAMED
    return ", ".join(f"«{name}»" for name in names[:_NAMED]) + (f" và {more} dòng khác" if more > 0 else "")


def check_fields(record: Record, instance: Model, *, exclude: Iterable[str] = ()) -> bool:
    """Refuse at the record what the model's own fields refuse (length, range, choices); tell whether all is sound."""
    relations = [item.name for item in instance._meta.fields if item.is_relation]
    try:
        instance.clean_fields(exclude=[*relations, *exclude])
    except ValidationError as error:
        for name in error.message_dict.keys() - record.refused:
            record.refuse(name, " ".join(error.message_dict[name]))
    return record.sound


def upsert(
    report: LoadReport,
    existing: Iterable[M],
    wanted: Sequence[M],
    *,
    key: tuple[str, ...],
    fields: tuple[str, ...],
    scope: tuple[str, ...] = (),
    touch: Callable[[M], None] | None = None,
) -> dict[Key, M]:
    """Bring the database to the wanted rows and return these by key; rows that nobody wants stay.

    `key`, `fields` and `scope` are attribute names (`plan_id`). A real row is never replaced by an illustrative one,
    nor is an illustrative one added where its scope already holds a real row.
    `touch` is called on each row that is changed, before it is written.
    """
    stored = {_key(row, key): row for row in existing}
    real = {_key(row, scope) for row in stored.values() if scope and _is_real(row)}
    new: list[M] = []
    changed: list[M] = []
    for row in wanted:
        old = stored.get(_key(row, key))
        if _is_illustrative(row) and (_key(row, scope) in real if old is None else _is_real(old)):
            report.kept[_kind(type(row))] += 1
        elif old is None:
            new.append(row)
        elif _copy(row, old, fields):
            changed.append(old)
            if touch:
                touch(old)
    _update(changed, fields)
    if new:
        type(new[0])._default_manager.bulk_create(new, batch_size=_BATCH)
        report.created[_kind(type(new[0]))] += len(new)
    if changed:
        report.updated[_kind(type(changed[0]))] += len(changed)
    return stored | {_key(row, key): row for row in new}


def _copy(source: Model, target: Model, fields: tuple[str, ...]) -> bool:
    """Copy the fields that differ; tell whether any did."""
    different = [name for name in fields if getattr(source, name) != getattr(target, name)]
    for name in different:
        setattr(target, name, getattr(source, name))
    return bool(different)


def _update(changed: list[M], fields: tuple[str, ...]) -> None:
    if not changed:
        return
    manager = type(changed[0])._default_manager
    known = {item.name for item in changed[0]._meta.fields}
    if "position" in fields:
        places = [vars(row)["position"] for row in changed]
        for aside, row in enumerate(changed, _ASIDE):
            vars(row)["position"] = aside
        manager.bulk_update(changed, ["position"], batch_size=_BATCH)
        for place, row in zip(places, changed, strict=True):
            vars(row)["position"] = place
    manager.bulk_update(changed, [*fields, *(_STAMPS & known)], batch_size=_BATCH)


def _is_real(row: Model) -> bool:
    return getattr(row, "illustrative", None) is False


def _is_illustrative(row: Model) -> bool:
    return getattr(row, "illustrative", None) is True


def _key(row: Model, names: tuple[str, ...]) -> Key:
    return tuple(getattr(row, name) for name in names)


def _kind(model: type[Model]) -> str:
    return str(model._meta.verbose_name)
