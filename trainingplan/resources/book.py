"""A sheet of the whole-plan workbook: rows by key, judged together, written in bulk, each value logged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import tablib
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import DataError, IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from import_export.results import Result, RowResult

from trainingplan.locking import hold_plan
from trainingplan.models import Change, ImportBatch, Plan, User
from trainingplan.resources.base import CatalogueResource, KeyLoader, reason_of, refuse_row, words_of
from trainingplan.resources.book_columns import (
    BookColumn,
    Depends,
    Directory,
    Keyed,
    KeyRef,
    RelatedColumn,
    Scene,
    Texts,
    shown_text,
)
from trainingplan.resources.book_faults import constraint_fault, safe_text, values_of
from trainingplan.resources.book_log import entries_of
from trainingplan.resources.book_names import name_in_words
from trainingplan.resources.bulk import BulkResource, UniqueValues, unique_sets
from trainingplan.resources.columns import Column, cell_text
from trainingplan.resources.files import ROW
from trainingplan.services.catalogue import ASIDE, belongs_to_plans, why_frozen, write_rows
from trainingplan.services.changes import record
from trainingplan.services.refusals import Refused

Faults = dict[int, tuple[str, str]]
"""By row number the field, and what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A row of the file that is to be written: its number, the row as it will be, and as it stands."""

    number: int
    row: Any
    before: Any


class BookLoader(KeyLoader):
    """Keeps every row that is there, to be judged with those of the file."""

    def __init__(self, resource: "BookResource", dataset: tablib.Dataset | None = None) -> None:
        super().__init__(resource, dataset)
        resource.stored = list(self.rows.values())


class BookResource(BulkResource):
    """Made for one plan's year. Rows are collected, judged in `faults`, and what can stand is written at the end.

    An actor of None is the system itself. What belongs to a frozen plan is refused unless it is the same.
    """

    about: ClassVar[str]
    """What a row is, for the guide."""
    directory: ClassVar[Directory | None] = None
    """Where rows of other sheets find those of this one."""
    of_the_plan: ClassVar[str] = ""
    """The lookup that leads from a row to its plan; catalogues have none."""

    filled_in: ClassVar[frozenset[str]] = frozenset()
    """Fields that the sheet computes where the file leaves them open."""
    more_examples: ClassVar[tuple[Mapping[str, object], ...]] = ()
    """Rows of the sheet to begin with besides that of the columns' own examples, by heading."""

    def __init__(self, *, year: int, scene: Scene | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scene = scene or Scene(year)
        for column in self.columns.values():
            if isinstance(column.widget, Keyed):
                column.widget.scene = self.scene
        self._begin()

    judges_ahead = False

    class Meta(BulkResource.Meta):
        instance_loader_class = BookLoader

    @classmethod
    def for_batch(cls, batch: ImportBatch) -> "BookResource":
        """The plan is the one of which the log says that the batch wrote into it; a catalogue's rows need none."""
        logged = Change.objects.filter(batch__in=[batch.log_batch], plan__isnull=False).select_related("plan").first()
        return cls(year=logged.plan.year if logged and logged.plan else 0)

    def _begin(self) -> None:
        self.pending: list[Pending] = []
        self.stored: list[Any] = []
        self.readable, self._incomplete = False, False
        """Whether the sheet's rows can be read at all; and whether the row at hand was not filled in."""
        self.dependent: set[tuple[int, str]] = set()

    @classmethod
    def sheet(cls) -> str:
        return str(cls._meta.name)

    @property
    def book_columns(self) -> list[BookColumn]:
        return [column for column in self.columns.values() if isinstance(column, BookColumn)]

    def shows(self, column: Column) -> bool:
        """The whole workbook is for those who may read everything; see `reports.workbook`."""
        return True

    def needs(self, column: BookColumn) -> bool:
        """Whether a new row must have a value there: by the column's own word, or the model's."""
        attribute, open_cell = str(column.attribute), getattr(column.widget, "empty", None) not in (None, "")
        known = {item.attname: item for item in self._meta.model._meta.concrete_fields}
        if column.required or column.readonly or attribute not in known or attribute in self.filled_in or open_cell:
            return column.required
        item = known[attribute]
        return not (item.blank or item.null or item.has_default())

    # What there is

    def get_queryset(self) -> QuerySet[Any]:
        """Those of the plan of the year; a catalogue's all."""
        rows: QuerySet[Any] = self._meta.model._default_manager.order_by()
        return rows.filter(**{f"{self.of_the_plan}__year": self.scene.year}) if self.of_the_plan else rows

    def init_instance(self, row: Mapping[str, Any] | None = None) -> Any:
        return self._meta.model(**self.owner())

    def owner(self) -> dict[str, Any]:
        """What every row of the sheet has: the plan, mostly."""
        return {"plan_id": self.scene.plan.pk} if self.of_the_plan == "plan" else {}

    def place(self, row: Any) -> tuple[Any, ...]:
        """Where the row stands in the sheet; never by ids, so that two databases give one file."""
        return tuple(self.columns[name].export(row) for name in self.get_import_id_fields())

    def export(self, queryset: QuerySet[Any] | None = None, **kwargs: Any) -> tablib.Dataset:
        """Every row, in the sheet's own order."""
        columns = self.get_export_fields()
        dataset = tablib.Dataset(headers=[column.column_name for column in columns])
        for row in sorted(self.get_queryset(), key=self.place):
            dataset.append([column.export(row) for column in columns])
        return dataset

    # The file

    def before_import(self, dataset: tablib.Dataset, **kwargs: Any) -> None:
        """Nothing is read for a plan that is not there; one that is, is held."""
        self._begin()
        super().before_import(dataset, **kwargs)
        try:
            self.hold()
        except ValueError as error:
            dataset.wipe()
            raise Refused(str(error)) from error
        self.readable = True

    def _headings(self, typed: list[str]) -> list[str]:
        try:
            return super()._headings(typed)
        except Refused as refusal:
            raise Refused(f"Sheet «{self.sheet()}»: {refusal.message}") from refusal

    def come_with(self, kinds: Sequence[type[CatalogueResource]]) -> None:
        self.scene.sheets = frozenset(kind.get_display_name() for kind in kinds)

    def hold(self) -> None:
        if self.of_the_plan:
            self.scene.plan = hold_plan(self.scene.plan)
            self.lock()

    def lock(self) -> None:
        """Lock what bounds the rows of the sheet, before any of it is read."""

    def unique_values(self) -> list[UniqueValues]:
        """Rows may exchange their places: they are compared when all are read."""
        return []

    # A row of the file

    def import_instance(self, instance: Any, row: Mapping[str, Any], **kwargs: Any) -> None:
        before = {column: column.get_value(instance) for column in self.book_columns if column.only_new}
        errors: dict[str, Any] = {}
        try:
            super().import_instance(instance, row, **kwargs)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        for column in self.book_columns:
            message = self.why_missing(column, instance)
            if not message and column in before and not instance._state.adding:
                message = self.why_kept(column, instance, before[column])
            if message:
                errors.setdefault(str(column.attribute), [ValidationError(message)])
        self._incomplete = bool(errors)
        if errors:
            raise ValidationError(errors)
        self.complete(instance, row)

    def import_field(self, field: Column, instance: Any, row: Mapping[str, Any], **kwargs: Any) -> None:
        try:
            super().import_field(field, instance, row, **kwargs)
        except Depends:
            self.dependent.add((row[ROW], str(field.column_name)))
            raise

    def complete(self, instance: Any, row: Mapping[str, Any]) -> None:
        """Fill in what the file may leave open; raises ValidationError."""

    def why_missing(self, column: BookColumn, instance: Any) -> str:
        if not (column.required and isinstance(column.widget, KeyRef)) or column.get_value(instance) is not None:
            return ""
        return f"Chưa ghi {column.widget.directory.what}. Ghi một khóa có ở sheet «{column.widget.directory.sheet}»."

    def why_kept(self, column: BookColumn, instance: Any, before: object) -> str:
        """Why a row that is there does not take the value of a column that only new rows take."""
        if column.get_value(instance) == before:
            return ""
        stands = shown_text(column.widget.render(before)) or "để trống"
        return f"Dòng này đã có, ở cột này là «{stands}», không đổi bằng tệp. Ghi lại như cũ, hoặc sửa trên trang."

    def problems_of(self, instance: Any) -> dict[str, str]:
        """Asked of rows that change something only, so that a frozen plan takes its own workbook."""
        if belongs_to_plans(self._meta.model) and (why := why_frozen(self.plan_or_none())):
            return {NON_FIELD_ERRORS: f"{why} Bỏ dòng này khỏi tệp, hoặc để nguyên như đang có."}
        return {}

    def plan_or_none(self) -> Plan | None:
        try:
            return self.scene.plan
        except ValueError:
            return None

    def collect(self, result: RowResult) -> None:
        self.pending.append(Pending(result.row_values[ROW], result.instance, result.original))

    def after_import_row(self, row: Mapping[str, Any], row_result: Any, **kwargs: Any) -> None:
        row_result.object_repr = self.name_of(row_result.instance)

    def name_of(self, instance: Any) -> str:
        return name_in_words([self.columns[name] for name in self.get_import_id_fields()], instance)

    def clean_instance(self, instance: Any, exclude: set[str]) -> None:
        """Who wrote and when is set as it is written; what is said of a key is not said again of its relation."""
        if any(number == self._row for number, _ in self.dependent):
            return  # nothing was filled in yet
        told = {name.removesuffix("_id") for name in exclude}
        told |= self.filled_in if self._incomplete else set()
        super().clean_instance(instance, exclude | told | {"updated_at", "updated_by"})

    def heading_of(self, field: str) -> str:
        """Of several columns that one field fills, the one that is read."""
        read = (str(c.column_name) for c in self.get_import_fields() if field in (c.attribute, *c.covers))
        return next(read, "") or super().heading_of(field)

    # All rows together

    def after_import(self, dataset: tablib.Dataset, result: Result, **kwargs: Any) -> None:
        """Judge the rows together, refuse those that cannot stand, write and log the rest."""
        if not self.readable:
            return  # what is wrong with the sheet is told already
        self.results = {row.row_values[ROW]: row for row in result.rows}
        self._refuse(result, self.clashes())
        try:
            self._refuse(result, self.faults())
        finally:
            if self.keeps(result):
                self._write_sound(result)
            self._tell_refused()
        self._log(reason_of(kwargs))

    def faults(self) -> Faults:
        """What is wrong with rows that only all together show to be wrong.

        Raises Refused for what is the fault of no single row of the sheet.
        """
        return {}

    def standing(self) -> list[Any]:
        """The rows that are there and that the file leaves as they are."""
        changed = {one.row.pk for one in self.pending}
        touched = {row.instance.pk: row.original for row in self.results.values() if row.original is not None}
        return [touched.get(row.pk, row) for row in self.stored if row.pk not in changed]

    def clashes(self) -> Faults:
        """Rows that take what another row of the sheet or of the database has: a place, a name."""
        found: Faults = {}
        standing = self.standing()
        known = {str(column.attribute) for column in self.columns.values()} | set(self.owner())
        for names, _ in unique_sets(self._meta.model):
            fields = tuple(self._meta.model._meta.get_field(name).attname for name in names)
            if not set(fields) <= known:
                continue
            taken = {values_of(row, fields): 0 for row in standing}
            for one in self.pending:
                values = values_of(one.row, fields)
                if None not in values and values in taken:
                    found.setdefault(one.number, self._clash(one, fields, taken[values]))
                taken.setdefault(values, one.number)
        return found

    def _clash(self, one: Pending, fields: Texts, number: int) -> tuple[str, str]:
        field = next((name for name in reversed(fields) if self.heading_of(name)), fields[-1])
        column = next(column for column in self.columns.values() if column.attribute == field)
        where = f"đã có ở dòng {number} của sheet này" if number else "đã có sẵn, ở một dòng không có trong tệp"
        value = shown_text(column.export(one.row))
        return field, f"Giá trị «{value}» {where}. Ghi giá trị khác, hoặc thêm dòng kia vào tệp với giá trị mới."

    def _refuse(self, result: Result, faults: Mapping[int, tuple[str, str]]) -> None:
        for number, (field, message) in faults.items():
            refuse_row(result, self.results[number], field, message)
        self.pending = [one for one in self.pending if one.number not in faults]

    def _write_sound(self, result: Result) -> None:
        """Write; where the database refuses, find the rows that it refuses, and write the others."""
        while self.pending:
            try:
                with transaction.atomic():
                    self.write(self.pending)
            except (IntegrityError, DataError) as error:
                self._forget()
                faults = {one.number: fault for one in self.pending if (fault := constraint_fault(one.row))}
                if not faults:
                    self.pending = []
                    raise Refused(f"Sheet «{self.sheet()}»: {words_of(error)}") from error
                self._refuse(result, faults)
            else:
                self._learn()
                return

    def _forget(self) -> None:
        """What was added and taken back has no key again."""
        for one in self.pending:
            if one.before is None:
                one.row.pk, one.row._state.adding = None, True

    def write(self, pending: Sequence[Pending]) -> None:
        """Insert and update in bulk: rows that exchange their places step aside first."""
        model = self._meta.model
        changed = [one.row.pk for one in pending if one.before is not None]
        if changed and any(item.name == "position" for item in model._meta.concrete_fields):
            model._base_manager.filter(pk__in=changed).update(position=F("position") + ASIDE)
        for one in pending:
            self.stamp(one)
        write_rows([(one.before, one.row) for one in pending])
        for column in self.columns.values():
            if isinstance(column, RelatedColumn):
                for one in pending:
                    column.set_related(one.row)

    @property
    def by_system(self) -> bool:
        """Whether nobody in particular brings the file in, but whoever runs the machine."""
        actor: User | None = self.actor
        return actor is None

    def stamp(self, one: Pending) -> None:
        """Set the version, who wrote and when."""
        fields = {item.name for item in one.row._meta.concrete_fields}
        if "version" in fields and one.before is not None:
            one.row.version = one.before.version + 1
        if "updated_at" in fields:
            one.row.updated_at, one.row.updated_by = timezone.now(), self.actor

    def _learn(self) -> None:
        """Let later sheets find the rows."""
        for one in self.pending:
            if self.directory:
                self.scene.index(self.directory).learn(one.row.pk, self.key_texts(one.row), self.title_of(one.row))

    def key_texts(self, row: Any) -> Texts:
        """The row's key as other sheets write it."""
        headings = {column.column_name: column for column in self.columns.values()}
        names = self.directory.headings if self.directory else ()
        return tuple(cell_text(headings[name].export(row)) for name in names)

    def title_of(self, row: Any) -> str:
        return str(getattr(row, "name", "") or row)

    def _tell_refused(self) -> None:
        if self.directory is not None:
            for row in self.results.values():
                if row.validation_error:
                    cells = (row.row_values.get(heading) for heading in self.directory.headings)
                    self.scene.refuse(self.directory, tuple(safe_text(cell) for cell in cells))

    def _log(self, reason: str) -> None:
        entries = [entry for one in self.pending for entry in entries_of(self, one.row, one.before)]
        if entries:
            plan = self.plan_or_none() if belongs_to_plans(self._meta.model) else None
            record(entries, actor=self.actor, plan=plan, reason=reason)

    def log_key(self, row: Any) -> str:
        """The row as the log's readers look for it."""
        return str(row.pk)
