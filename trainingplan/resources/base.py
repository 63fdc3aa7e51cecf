"""What a catalogue's import and export share: Vietnamese headings, strict cells, all errors at once, all or nothing."""

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import tablib
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import DataError, IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import Model, QuerySet
from import_export.instance_loaders import BaseInstanceLoader
from import_export.resources import Diff, Resource
from import_export.results import Result, RowResult

from trainingplan.models import ImportBatch, User
from trainingplan.policies import sees_all_personal_data
from trainingplan.resources.columns import Column, PersonalColumn, References, plain
from trainingplan.resources.files import ROW
from trainingplan.rules.names import fold
from trainingplan.services.catalogue import Edits, plan_of, why_frozen
from trainingplan.services.refusals import Refused

logger = logging.getLogger(__name__)

Key = tuple[object, ...]
REFUSED_BEFORE = "Dòng này có ô sai."
"""Stands for reasons that are told already."""


class Changes(Diff):
    """What a row of the file changes: (heading, before, after) of each column that differs."""

    def compare_with(self, resource: "CatalogueResource", instance: Model | None) -> None:
        self.columns = resource.get_import_fields()
        super().compare_with(resource, instance)

    def as_html(self) -> list[tuple[str, str, str]]:
        shown = (
            (column.column_name, "" if self.new else plain(old, column.column_name), plain(new, column.column_name))
            for column, old, new in zip(self.columns, self.left, self.right, strict=True)
            if column.attribute != "id"  # a new row's is another at each try
        )
        return [(heading, old, new) for heading, old, new in shown if old != new]


class KeyLoader(BaseInstanceLoader):
    """The rows that are there, read in one query and found by the columns that make their key."""

    def __init__(self, resource: "CatalogueResource", dataset: tablib.Dataset | None = None) -> None:
        super().__init__(resource, dataset)
        self.rows: dict[Key, Model] = {resource.key_of(row): row for row in resource.rows_to_change()}

    def get_instance(self, key: Key) -> Model | None:
        return self.rows.get(key)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A fault of a row of another table: its number in ROW, and the field."""

    resource: "CatalogueResource"
    number: int
    field: str
    message: str


class CatalogueResource(Resource):
    """Columns are declared one by one; `import_id_fields` are those that tell which row is meant."""

    actor: User
    edits: Edits
    judged_here: frozenset[str] = frozenset()
    """Fields that `problems_of` looks at instead of the model's own rules."""
    good_rows = False
    """Keep the rows that are right though others are refused; set by whoever has asked for it."""
    refused_rows: frozenset[int] = frozenset()
    """Rows, by their number in ROW, that whoever read the file has refused: judged like all others, never written."""
    dependent: Collection[tuple[int, str]] = ()
    """Cells, by row number and heading, that are wrong only because the row which they name is refused itself."""
    elsewhere: Sequence["Elsewhere"] = ()
    """Faults that this table's judgement found in rows of tables before it, which are written already."""
    taking_back = False
    """The file is what stood before: where writing takes off the mark of illustrative data, it comes back with them."""
    together = ""
    """Sheets of the same name are taken back together: what they say of one thing goes back whole, or stays whole."""
    computed: frozenset[str] = frozenset()
    """Headings of what follows from other cells: neither compared nor written when a batch is taken back."""
    watch: Callable[[int], None] | None = None
    """Called with each row's number; may raise to end the import."""

    def __init__(self, *, reader: User | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.reader = reader
        self._import_fields: list[Column] | None = None

    class Meta:
        model: type[Model]
        instance_loader_class = KeyLoader
        skip_unchanged = True
        report_skipped = True
        store_row_values = True
        store_instance = True
        use_transactions = True

    @classmethod
    def for_batch(cls, batch: ImportBatch) -> "CatalogueResource":  # noqa: ARG003 - for those that are one plan's
        """The resource through which what a batch wrote is looked at again."""
        return cls()

    def get_queryset(self) -> QuerySet[Any]:
        """The rows that a file may mean, with what its columns show."""
        rows: QuerySet[Any] = self._meta.model._default_manager.all()
        return rows

    def rows_to_change(self) -> Iterable[Any]:
        """The same rows, read to be written."""
        return self.get_queryset()

    def init_instance(self, row: Mapping[str, Any] | None = None) -> Any:
        return self._meta.model()

    @classmethod
    def get_display_name(cls) -> str:
        return str(cls._meta.name)

    @classmethod
    def get_diff_class(cls) -> type[Changes]:
        return Changes

    @property
    def columns(self) -> Mapping[str, Column]:
        columns: Mapping[str, Column] = self.fields
        return columns

    def get_export_fields(self, selected_fields: Any = None) -> list[Column]:
        fields: list[Column] = super().get_export_fields(selected_fields)
        return [field for field in fields if self.shows(field)]

    def shows(self, column: Column) -> bool:
        """Whether the column is for the reader of this file."""
        personal = isinstance(column, PersonalColumn)
        return not personal or (self.reader is not None and sees_all_personal_data(self.reader))

    def get_user_visible_fields(self) -> list[Column]:
        return self.get_export_fields()

    def get_import_fields(self) -> list[Column]:
        """The columns that are read; asked for with every row."""
        if self._import_fields is None:
            fields: list[Column] = super().get_import_fields()
            self._import_fields = [field for field in fields if not field.readonly]
            for field in self._import_fields:
                field.bind(self._meta.model)
        return self._import_fields

    # The file

    def before_import(self, dataset: tablib.Dataset, **kwargs: Any) -> None:
        """Bring the headings to their own spelling; raises Refused for those unknown, missing or given twice."""
        self.prepare(kwargs["user"])
        try:
            dataset.headers = self._headings(dataset.headers)
        except Refused:
            dataset.wipe()
            raise
        if not len(dataset):
            raise Refused("Tệp chỉ có dòng tiêu đề, chưa có dòng dữ liệu nào.")

    def prepare(self, actor: User) -> None:
        """Begin to write in the name of the actor."""
        self.actor, self.edits = actor, Edits(actor)
        self._rows_by_key: dict[Key, int] = {}

    def _headings(self, typed: list[str]) -> list[str]:
        known = {fold(column.column_name): column for column in self.columns.values()}
        given = [heading for heading in typed if heading != ROW]
        unknown = [heading for heading in given if fold(heading) not in known]
        if unknown:
            accepted = ", ".join(f"«{column.column_name}»" for column in known.values())
            raise Refused(f"Không hiểu cột {_listed(unknown)}. Các cột nhận được: {accepted}.")
        headings = [str(known[fold(heading)].column_name) for heading in given]
        if twice := {heading for heading in headings if headings.count(heading) > 1}:
            raise Refused(f"Cột {_listed(twice)} có hai lần trong tệp. Bỏ bớt một cột.")
        if missing := [c.column_name for c in known.values() if c.required and c.column_name not in headings]:
            raise Refused(f"Thiếu cột {_listed(missing)}. Thêm cột ấy, với tiêu đề như trong tệp mẫu.")
        return [*headings, ROW]

    def after_import(self, dataset: tablib.Dataset, result: Result, **kwargs: Any) -> None:
        """Log the whole file as one operation; what is not kept is rolled back with its log."""
        if self.keeps(result):
            self.edits.close(reason=reason_of(kwargs))

    def keeps(self, result: Result) -> bool:
        """Whether what was read is written: not, when a row is wrong, unless the right ones are wanted all the same."""
        return self.good_rows or not (result.has_errors() or result.has_validation_errors())

    # A row

    def begin_row(self, row: Mapping[str, Any]) -> None:
        self._row = int(row[ROW])
        if self.watch is not None:
            self.watch(self._row)

    def import_row(self, row: Mapping[str, Any], instance_loader: KeyLoader, **kwargs: Any) -> RowResult:
        """A row that is refused leaves nothing behind, neither what it wrote nor its lines for the log."""
        self.begin_row(row)
        noted = self.edits.noted
        with transaction.atomic():
            result: RowResult = super().import_row(row, instance_loader, **kwargs)
            if result.errors:
                result.validation_error = ValidationError(words_of(result.errors[0].error))
                result.import_type, result.errors = RowResult.IMPORT_TYPE_INVALID, []
            if result.validation_error is not None:
                transaction.set_rollback(True)
                self.edits.forget_from(noted)
                self.forget_row(row)
        return result

    def forget_row(self, row: Mapping[str, Any]) -> None:
        """The row was refused after it may have been partly written: what it added is gone."""

    def key_of(self, row: Model) -> Key:
        return tuple(_part(self.columns[name].get_value(row)) for name in self.get_import_id_fields())

    def key_in(self, row: Mapping[str, Any]) -> Key:
        """The key that the cells name; raises ValueError."""
        return tuple(_part(self.columns[name].clean(row)) for name in self.get_import_id_fields())

    def loader(self) -> KeyLoader:
        """The rows that stand, by their keys."""
        return KeyLoader(self)

    def get_instance(self, instance_loader: KeyLoader, row: Mapping[str, Any]) -> Model | None:
        try:
            key = self.key_in(row)
        except ValueError:
            return None  # the cell is refused, with its reason, when it is read
        if any(part in (None, "") for part in key):
            return None
        if (before := self._rows_by_key.setdefault(key, row[ROW])) != row[ROW]:
            raise ValidationError(f"Trùng với dòng {before} của tệp: cùng một đối tượng. Bỏ bớt một dòng.")
        return instance_loader.get_instance(key)

    def skip_row(
        self, instance: Model, original: Model, row: Mapping[str, Any], import_validation_errors: Any = None
    ) -> bool:
        if import_validation_errors or instance._state.adding:
            return False
        return not any(self._differs(column, instance, original, row) for column in self.get_import_fields())

    def _differs(self, column: Column, instance: Model, original: Model, row: Mapping[str, Any]) -> bool:
        if isinstance(column.widget, References):
            there = {one.pk for one in getattr(original, column.attribute).all()}
            return column.column_name in row and {one.pk for one in column.clean(row)} != there
        return column.differs(instance, original)

    def import_instance(self, instance: Model, row: Mapping[str, Any], **kwargs: Any) -> None:
        """Read every cell before complaining of any; relations to many wait until the row has a key."""
        errors: dict[str, ValidationError] = {}
        for column in self.get_import_fields():
            many = isinstance(column.widget, References)
            try:
                if many and column.column_name in row:
                    column.clean(row)
                elif not many:
                    self.import_field(column, instance, row, **kwargs)
            except ValueError as error:
                errors[column.attribute] = ValidationError(str(error), code="invalid")
        if errors:
            raise ValidationError(errors)

    def validate_instance(
        self,
        instance: Any,
        import_validation_errors: dict[str, Any] | None = None,
        validate_unique: bool = True,  # noqa: FBT001, FBT002 - the base class's signature
    ) -> None:
        """All that is wrong with the row: its cells, what only the whole row shows, and the model's own rules."""
        errors: dict[str, Any] = dict(import_validation_errors or {})
        unread = self._covered(errors)
        for field, message in self.problems_of(instance).items():
            if field not in unread:
                errors[field] = [ValidationError(message)]
        try:
            self.clean_instance(instance, {*self._covered(errors), *self.judged_here})
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        if errors or self._row in self.refused_rows:
            raise ValidationError(errors or REFUSED_BEFORE)

    def _covered(self, wrong: Collection[str]) -> set[str]:
        """The fields that are wrong, and those that the same columns fill: that they are empty is no second fault."""
        if not wrong:
            return set()
        columns = ({column.attribute, *column.covers} for column in self.columns.values())
        return {*wrong}.union(*(fields for fields in columns if not fields.isdisjoint(wrong)))

    def clean_instance(self, instance: Any, exclude: set[str]) -> None:
        instance.full_clean(exclude=exclude)

    def problems_of(self, instance: Any) -> dict[str, str]:
        """What is wrong with the row beyond its single cells, by field or NON_FIELD_ERRORS."""
        why = why_frozen(plan_of(instance))
        return {NON_FIELD_ERRORS: why} if why else {}

    def after_import_row(self, row: Mapping[str, Any], row_result: RowResult, **kwargs: Any) -> None:
        """The preview names the row in words."""
        if row_result.instance is not None:
            row_result.object_repr = self.name_of(row_result.instance)

    def name_of(self, instance: Any) -> str:
        return str(instance)

    def do_instance_save(self, instance: Model, is_create: bool) -> None:  # noqa: FBT001 - the base class's hook
        self.edits.save(instance)

    def before_save_instance(self, instance: Any, row: Mapping[str, Any], **kwargs: Any) -> None:
        """What a file brings in is real, unless its own column says that it is not."""
        if "illustrative" in self.columns and self.columns["illustrative"].column_name not in row:
            instance.illustrative = False

    def save_m2m(self, instance: Model, row: Mapping[str, Any], **kwargs: Any) -> None:
        for column in self.get_import_fields():
            if isinstance(column.widget, References) and column.column_name in row:
                self.edits.relate(instance, column.attribute, column.clean(row))

    # Taking back

    def logged_as(self, row: Any) -> str:
        """The name of the row in the change log."""
        return str(row.pk)

    def emptied(self, cells: Mapping[str, Any]) -> dict[str, Any] | None:
        """The cells that stand for a row that was not there, where rows are emptied; None where they are removed."""
        return None

    def remove(self, rows: Sequence[Any], *, reason: str) -> None:
        """Delete rows that an import has added, noting it; raises Refused when anything uses one of them."""
        self.edits.delete_many(rows)

    def come_with(self, kinds: Sequence[type["CatalogueResource"]]) -> None:
        """Leave what several sheets decide together to the last of these."""

    def hold(self) -> None:
        """Lock and read what is looked at when rows are removed."""

    @classmethod
    def whole_of(cls, cells: Mapping[str, Any]) -> str:  # noqa: ARG003 - for those that are taken back together
        """The thing that the row says something of, where sheets are taken back together."""
        return ""

    def why_not_whole(self, wholes: Sequence[str] | None = None) -> dict[str, str]:
        """Of these things, or of all, those that cannot stand so, with the words of why."""
        return {}

    def heading_of(self, field: str) -> str:
        """The heading of the column that a validation error names by its field; none for the row as a whole."""
        return next((str(c.column_name) for c in self.columns.values() if field in (c.attribute, *c.covers)), "")


def words_of(error: Exception) -> str:
    """What is said of an error that ended a row or a file; what nobody foresaw is logged.

    A database that is lost, or locked, is no fault of a row: the error goes on to whoever may try again.
    """
    if isinstance(error, OperationalError | InterfaceError):
        raise error
    if isinstance(error, Refused):
        return error.message
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    if isinstance(error, IntegrityError | DataError):
        logger.warning("The database refused a row of an import", exc_info=error)
        return "Không ghi được dòng này: trái với một ràng buộc của cơ sở dữ liệu. Kiểm tra các khóa và thứ tự."
    logger.error("A row of an import failed", exc_info=error)
    return "Không ghi được dòng này vì lỗi của phần mềm. Lỗi đã được ghi lại; hãy báo người quản trị."


def reason_of(told: Mapping[str, Any]) -> str:
    """What the log says of why: the file, unless whoever imports says otherwise."""
    return str(told.get("reason") or f"Nhập từ tệp {told.get('file_name') or ''}".strip())


def refuse_row(result: Result, row_result: RowResult, field: str, message: str) -> None:
    """Mark a row as refused after all rows were read: judged together with others, as a sum is."""
    row_result.import_type = RowResult.IMPORT_TYPE_INVALID
    row_result.validation_error = ValidationError({field: message})
    result.append_invalid_row(row_result.row_values[ROW], row_result.row_values, row_result.validation_error)


def _part(value: object) -> object:
    return value.pk if isinstance(value, Model) else value


def _listed(names: Any) -> str:
    return ", ".join(f"«{name}»" for name in names)
