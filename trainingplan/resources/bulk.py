"""Resources of long files: rows are read and judged one by one, and written all together in a few statements."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models, transaction
from django.db.models import Model, UniqueConstraint
from django.db.models.base import ModelState
from import_export.results import Result, RowResult

from trainingplan.garbage import collector_paused
from trainingplan.resources.base import CatalogueResource, KeyLoader, refuse_row, words_of
from trainingplan.resources.columns import plain
from trainingplan.resources.constraints import broken_constraints

AT_ONCE = 1_000
"""Rows that are written, or logged, in one go."""


class Moved(Exception):  # noqa: N818 - says what happened meanwhile, not that something is wrong
    """What was judged ahead has changed before it was written."""


@dataclass
class UniqueValues:
    """The values of fields that no two rows share, as they are with the rows read so far."""

    fields: tuple[str, ...]
    fields_named: frozenset[str]
    message: str = ""
    taken: dict[tuple[object, ...], object] = field(default_factory=dict)

    def claim(self, row: Model, before: Model | None) -> bool:
        """Take the row's values, free those it had; whether nobody else has them. A value that is not there is free."""
        values, owner = self._of(row), row.pk or id(row)
        if None in values:
            return True
        if self.taken.get(values, owner) != owner:
            return False
        if before is not None:
            self.taken.pop(self._of(before), None)
        self.taken[values] = owner
        return True

    def _of(self, row: Model) -> tuple[object, ...]:
        return tuple(getattr(row, name) for name in self.fields)


class BulkResource(CatalogueResource):
    """No query a row: keys and unique values are read once; the rows that a file may mean are locked.

    Not for models whose rows are judged by what stands beside them, nor for columns that relate to many.
    With `ahead` rows are only judged, and nothing is locked; `write_judged` writes them later, see there.
    """

    ahead = False
    judges_ahead = True
    """Whether rows can be judged before the transaction that writes them."""

    class Meta(CatalogueResource.Meta):
        use_bulk = True  # no savepoint a row
        skip_diff = True  # made here, without a deep copy

    def import_data(self, *args: Any, **kwargs: Any) -> Result:
        with collector_paused():
            result: Result = super().import_data(*args, **kwargs)
        return result

    def rows_to_change(self) -> Iterable[Any]:
        rows = self.get_queryset()
        return rows if self.ahead else rows.select_for_update(of=("self",), no_key=True)

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        super().before_import(dataset, **kwargs)
        self._pending: list[RowResult] = []
        model: type[Model] = self._meta.model
        self._relations = frozenset(one.name for one in model._meta.concrete_fields if one.is_relation)
        self._unique = self.unique_values()

    def unique_values(self) -> list[UniqueValues]:
        model: type[Model] = self._meta.model
        return [_read(model, fields, message) for fields, message in unique_sets(model)]

    def import_row(self, row: Mapping[str, Any], instance_loader: KeyLoader, **kwargs: Any) -> RowResult:
        self.begin_row(row)
        result: RowResult = self.get_row_result_class()()
        result.row_values = row
        try:
            self._read_row(row, instance_loader, result, **kwargs)
        except ValidationError as error:
            result.import_type, result.validation_error = RowResult.IMPORT_TYPE_INVALID, error
        except Exception as error:  # noqa: BLE001 - a row that fails is told of and logged; the others are still read
            result.import_type = RowResult.IMPORT_TYPE_INVALID
            result.validation_error = ValidationError(words_of(error))
        return result

    def _read_row(self, row: Mapping[str, Any], loader: KeyLoader, result: RowResult, **kwargs: Any) -> None:
        self.before_import_row(row, **kwargs)
        instance, new = self.get_or_init_instance(loader, row)
        original = None if new else _copied(instance)
        errors: dict[str, Any] = {}
        try:
            self.import_instance(instance, row, **kwargs)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        result.instance, result.original = instance, original
        if original is not None and self.skip_row(instance, original, row, errors):
            result.import_type = RowResult.IMPORT_TYPE_SKIP
        else:
            result.import_type = RowResult.IMPORT_TYPE_NEW if new else RowResult.IMPORT_TYPE_UPDATE
            self.before_save_instance(instance, row, **kwargs)
            self._original = original
            self.validate_instance(instance, errors)
            self.collect(result)
        result.diff = self._changes(original, instance)
        self.after_import_row(row, result, **kwargs)

    def collect(self, result: RowResult) -> None:
        """Put a row that was found right aside, to be written at the end."""
        self._pending.append(result)

    def _changes(self, before: Model | None, after: Model) -> list[tuple[str, str, str]]:
        found = []
        for column in self.get_import_fields():
            if column.attribute == "id":
                continue
            if before is not None and not column.differs(before, after):
                continue
            old = plain(column.export(before), column.column_name) if before is not None else ""
            new = plain(column.export(after), column.column_name)
            if old != new:
                found.append((str(column.column_name), old, new))
        return found

    def clean_instance(self, instance: Any, exclude: set[str]) -> None:
        """The model's rules but those that ask the database; what a cell refers to has been found already."""
        errors: dict[str, Any] = {}
        for name in self._relations - exclude:
            relation = instance._meta.get_field(name)
            if getattr(instance, relation.attname) is None and not relation.blank:
                errors[name] = [ValidationError(relation.error_messages["null"], code="null")]
        try:
            instance.clean_fields(exclude=exclude | self._relations)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        try:
            instance.clean()
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        for unique in self._unique:
            if unique.fields_named.isdisjoint({*exclude, *errors}) and not unique.claim(instance, self._original):
                self._add_taken(errors, instance, unique)
        if broken := broken_constraints(instance, {*exclude, *errors}):
            errors[NON_FIELD_ERRORS] = [
                *errors.get(NON_FIELD_ERRORS, []),
                *(ValidationError(one.get_violation_error_message(), code=one.violation_error_code) for one in broken),
            ]
        if errors:
            raise ValidationError(errors)

    @staticmethod
    def _add_taken(errors: dict[str, Any], instance: Model, unique: UniqueValues) -> None:
        told = instance.unique_error_message(type(instance), tuple(sorted(unique.fields_named)))
        field = next(iter(unique.fields_named)) if len(unique.fields_named) == 1 else NON_FIELD_ERRORS
        said = ValidationError(unique.message, code="unique") if unique.message else told
        errors.setdefault(field, []).append(said)

    # Writing

    def after_import(self, dataset: Any, result: Result, **kwargs: Any) -> None:
        if self.ahead:
            return
        if self.keeps(result):
            for start in range(0, len(self._pending), AT_ONCE):
                self._write(result, self._pending[start : start + AT_ONCE])
        super().after_import(dataset, result, **kwargs)

    def write_judged(self, dataset: Any, result: Result, **kwargs: Any) -> None:
        """Write what was judged ahead, locking only the rows that are written; raises Moved where they have changed.

        Whatever else has changed is met by the database or by the services that write.
        """
        rows = [row for row in self._pending if row.validation_error is None]
        self.lock_judged(rows)
        if not self.still_right(rows):
            raise Moved
        self.after_import(dataset, result, **kwargs)

    def lock_judged(self, rows: list[RowResult]) -> None:
        """What others lock before they lock rows of this table."""

    def still_right(self, rows: list[RowResult]) -> bool:
        """Whether the rows that are to be changed stand as they were judged, now that they are locked."""
        model: type[Model] = self._meta.model
        names = [one.attname for one in model._meta.concrete_fields]
        read = attrgetter(*names)
        seen = {row.original.pk: read(row.original) for row in rows if row.original is not None}
        keys = sorted(seen)
        for start in range(0, len(keys), AT_ONCE):
            part = keys[start : start + AT_ONCE]
            stand = model._base_manager.filter(pk__in=part).order_by("pk").select_for_update(no_key=True)
            if [(key, seen[key]) for key in part] != [
                (values[0], values[1:]) for values in stand.values_list("pk", *names)
            ]:
                return False
        return True

    def _write(self, result: Result, rows: list[RowResult]) -> None:
        """Write the rows in a few statements; where the database refuses one of them, singly, to tell which."""
        try:
            with transaction.atomic():
                self._save(rows)
        except Exception:  # noqa: BLE001 - whatever it is, it is met again and told at its row
            for row in rows:
                _forget(row)
            self._write_singly(result, rows)

    def _write_singly(self, result: Result, rows: list[RowResult]) -> None:
        for row in rows:
            try:
                with transaction.atomic():
                    row.instance.validate_constraints()
                    self._save([row])
            except ValidationError as error:
                refuse_row(result, row, NON_FIELD_ERRORS, " ".join(error.messages))
            except Exception as error:  # noqa: BLE001 - told of and logged
                refuse_row(result, row, getattr(error, "field", "") or NON_FIELD_ERRORS, words_of(error))

    def _save(self, rows: list[RowResult]) -> None:
        self.edits.save_many([(row.original, row.instance) for row in rows])
        self.after_writing([row.instance for row in rows if row.original is not None])

    def after_writing(self, changed: list[Any]) -> None:
        """What follows from rows that were changed, in the same transaction."""


def _copied(row: Model) -> Model:
    """`copy`, which takes a model apart and puts it together again, at a fifth of its cost."""
    kind = type(row)
    other = kind.__new__(kind)
    vars(other).update(vars(row), _state=(state := ModelState()))
    vars(state).update(vars(row._state), fields_cache={**row._state.fields_cache})
    return other


def _forget(row: RowResult) -> None:
    """What was added and taken back has no key again."""
    if row.original is None:
        row.instance.pk, row.instance._state.adding = None, True


def unique_sets(model: type[Model]) -> Iterable[tuple[tuple[str, ...], str]]:
    """Fields that are unique together, with the message of their own if they have one; None is never the same."""
    for one in model._meta.concrete_fields:
        if one.unique and not one.primary_key:
            yield (one.name,), ""
    for constraint in model._meta.constraints:
        if isinstance(constraint, UniqueConstraint) and constraint.fields and constraint.condition is None:
            own = constraint.violation_error_message
            given = own != constraint.default_violation_error_message
            yield tuple(constraint.fields), str(own) if given else ""


def _attname(model: type[Model], name: str) -> str:
    found = model._meta.get_field(name)
    return found.attname if isinstance(found, models.Field) else name


def _read(model: type[Model], names: tuple[str, ...], message: str) -> UniqueValues:
    fields = tuple(_attname(model, name) for name in names)
    rows = model._base_manager.values_list(*fields, "pk")
    return UniqueValues(fields, frozenset(names), message, {tuple(values): pk for *values, pk in rows})
