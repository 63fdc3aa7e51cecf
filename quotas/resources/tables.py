"""Quotas, people and the cells of the two grids as files. Cells are written by the grids' own services."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeAlias

import tablib
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from import_export.results import Result, RowResult

from courses.models import Institution
from courses.resources import YEAR, institution_key, programme_column
from quotas.locking import lock_quotas
from quotas.models import Allocation, Person, Quota, Registration
from quotas.rules.names import parse_person_name
from quotas.services.cells import CellInput, CellResult, Outcome, save_allocations, save_registrations
from quotas.services.nominations import KEPT, kept_people, lock_units, outdate_forms
from quotas.services.quotas import check_quota_number
from quotas.services.sheets import CHOOSE, Key
from trainingplan.locking import hold_plans
from trainingplan.models import Appendix, AppendixColumn, Plan, User
from trainingplan.prepared import rows_read_once
from trainingplan.resources.base import CatalogueResource, reason_of, refuse_row
from trainingplan.resources.bulk import BulkResource, UniqueValues
from trainingplan.resources.columns import (
    Cell,
    Choice,
    Column,
    Count,
    PartialDay,
    PersonalColumn,
    Place,
    Reference,
    References,
    YesNo,
    cell_text,
    unit_column,
)
from trainingplan.resources.files import ROW
from trainingplan.rules.numbers import parse_count
from trainingplan.services.refusals import Refused

PROGRAMME, APPENDIX, NUMBER, VERSION = "Khóa chương trình", "Phụ lục số", "Số người", "Phiên bản"
MARK = "Số liệu minh họa"
LATER = "Muốn lấy số của tệp thì nhập số ấy vào ô này trên trang; giữ số đang có thì không phải làm gì."


def quota_column() -> Reference:
    """A quota by the plan's year, its programme's key and its own."""
    return Reference(
        lambda: Quota.objects.select_related("programme__plan"),
        lambda quota: (str(quota.programme.plan.year), quota.programme.key, quota.key),
        what="chỉ tiêu",
        where="Chỉ tiêu",
        scope=(YEAR, PROGRAMME),
    )


def appendix_column() -> Reference:
    return Reference(
        lambda: Appendix.objects.select_related("plan"),
        lambda appendix: (str(appendix.plan.year), str(appendix.number)),
        what="phụ lục",
        where="Phụ lục",
        scope=(YEAR,),
    )


def place_in_appendix_column() -> Reference:
    return Reference(
        lambda: AppendixColumn.objects.select_related("appendix__plan"),
        lambda column: (str(column.appendix.plan.year), str(column.appendix.number), str(column.position)),
        what="cột thứ",
        where="Phụ lục",
        scope=(YEAR, APPENDIX),
    )


class QuotaResource(CatalogueResource):
    year = Column("programme__plan__year", YEAR, shown_only=True, required=True)
    programme = Column("programme", PROGRAMME, programme_column(), required=True)
    key = Column("key", "Khóa", required=True)
    position = Column("position", "Thứ tự", Place())
    name = Column("name", "Tên chỉ tiêu")
    short_name = Column("short_name", "Tên gọn")
    number = Column("number", "Số lượng", Count())
    qualifier = Column("qualifier", "Mức độ", Choice(Quota.Qualifier.choices))
    counting_word = Column("counting_word", "Từ đếm")
    open_clause = Column("open_clause", "Phần mở")
    mode = Column("mode", "Hình thức học", Choice(Quota.Mode.choices))
    institutions = Column(
        "institutions",
        "Khóa cơ sở đào tạo",
        References(Institution.objects.all, institution_key, what="cơ sở đào tạo", where="Cơ sở đào tạo"),
    )
    payer = Column("payer", "Nguồn chi trả", Choice(Quota.Payer.choices))
    class_count = Column("class_count", "Số lớp", Count(maximum=10_000))
    appendix = Column("appendix", APPENDIX, appendix_column())
    column = Column("column", "Cột thứ (trong phụ lục)", place_in_appendix_column())

    class Meta:
        model = Quota
        import_id_fields = ("programme", "key")
        name = "Chỉ tiêu"

    def get_queryset(self) -> QuerySet[Quota]:
        return self.filter_export(Quota.objects.all())

    def filter_export(self, queryset: QuerySet[Quota], **kwargs: Any) -> QuerySet[Quota]:
        return queryset.select_related("programme__plan", "appendix__plan", "column__appendix__plan").prefetch_related(
            "institutions"
        )

    def dehydrate_year(self, quota: Quota) -> str:
        return str(quota.programme.plan.year)

    def before_import(self, dataset: tablib.Dataset, **kwargs: Any) -> None:
        """All quotas are locked at once, in key order, before any number is compared with what is allocated."""
        hold_plans(Plan.objects.values_list("pk", flat=True))
        lock_quotas(Quota.objects.values_list("pk", flat=True))
        super().before_import(dataset, **kwargs)

    def problems_of(self, instance: Quota) -> dict[str, str]:
        problems = super().problems_of(instance)
        if instance.column and instance.appendix_id != instance.column.appendix_id:
            problems["column"] = "Cột này không thuộc phụ lục đã ghi."
        if not instance._state.adding:
            try:
                check_quota_number(quota=instance, number=instance.number)
            except Refused as refusal:
                problems["number"] = refusal.message
        return problems


class PersonName(Cell):
    """A person's full name."""

    def read(self, text: str) -> str:
        return parse_person_name(text)


class BirthColumn(Column):
    """One column for year, month and day, of which the later may be unknown."""

    def save(self, instance: Person, row: Mapping[str, Any], *_: Any, **kwargs: Any) -> None:
        birth = self.clean(row)
        instance.birth_year = birth.year if birth else None
        instance.birth_month = birth.month if birth else None
        instance.birth_day = birth.day if birth else None


class PersonResource(BulkResource):
    """Cadres. Ethnicity is in the file of those who may read it of everybody."""

    id = Column("id", "Mã", Count(minimum=1, maximum=10**12), required=True)
    unit = Column("unit", "Khóa đơn vị", unit_column())
    unit_name = Column("unit", "Đơn vị", shown_only=True)
    full_name = Column("full_name", "Họ và tên", PersonName(), required=True)
    sex = Column("sex", "Giới tính", Choice(Person.Sex.choices))
    birth = BirthColumn("birth", "Ngày sinh", PartialDay(), covers=("birth_year", "birth_month", "birth_day"))
    job_title = Column("job_title", "Chức vụ")
    ethnicity = PersonalColumn("ethnicity", "Dân tộc")
    education = Column("education", "Trình độ hiện tại")
    illustrative = Column("illustrative", MARK, YesNo())

    class Meta:
        model = Person
        import_id_fields = ("id",)
        name = "Cán bộ"

    def get_queryset(self) -> QuerySet[Person]:
        return self.filter_export(Person.objects.all())

    def filter_export(self, queryset: QuerySet[Person], **kwargs: Any) -> QuerySet[Person]:
        return queryset.select_related("unit").prefetch_related("unit__names")

    def rows_to_change(self) -> QuerySet[Person]:
        """With the units that their column has read."""
        units = {unit.pk: unit for unit in self.columns["unit"].widget.all()}
        people = Person.objects.all() if self.ahead else Person.objects.select_for_update(no_key=True)
        for person in people:
            if person.unit_id in units:  # not one that was added between the two readings
                person.unit = units[person.unit_id]
        return people

    def dehydrate_unit_name(self, person: Person) -> str:
        return str(person.unit)

    def prepare(self, actor: User) -> None:
        """The rosters' forms take the unit before its people, and so does a file."""
        super().prepare(actor)
        if not self.ahead:
            lock_units(Person.objects.order_by().values_list("unit_id", flat=True).distinct())
        self._kept = kept_people()

    def lock_judged(self, rows: list[RowResult]) -> None:
        people = [one for row in rows for one in (row.original, row.instance) if one is not None]
        lock_units({person.unit_id for person in people})

    def still_right(self, rows: list[RowResult]) -> bool:
        """A plan may have been frozen with some of these people on its rosters."""
        changed = {row.original.pk for row in rows if row.original is not None}
        return super().still_right(rows) and changed.isdisjoint(kept_people())

    def problems_of(self, instance: Person) -> dict[str, str]:
        if instance._state.adding and instance.pk is not None:
            return {"id": f"Không có cán bộ nào mang mã {instance.pk}. Thêm người mới thì để trống cột Mã."}
        return {"id": KEPT} if instance.pk in self._kept else {}

    def after_writing(self, changed: list[Person]) -> None:
        outdate_forms(*changed)


Numbered: TypeAlias = tuple[int, CellInput]
"""A cell with the row of the file in which it stands."""


class CellResource(BulkResource):
    """Cells are collected row by row and saved at the end, so that sums are judged as a whole."""

    within = Q()
    """Which cells a file may mean, set by whoever has read it: others need not be fetched."""

    year = Column("quota__programme__plan__year", YEAR, shown_only=True, required=True)
    programme = Column("quota__programme__key", PROGRAMME, shown_only=True, required=True)
    quota = Column("quota", "Khóa chỉ tiêu", quota_column(), required=True)
    quota_name = Column("quota__name", "Tên chỉ tiêu", shown_only=True)
    unit = Column("unit", "Khóa đơn vị", unit_column(), required=True)
    unit_name = Column("unit", "Đơn vị", shown_only=True)
    number = Column("number", NUMBER, Count(), required=True)

    class Meta:
        import_id_fields = ("quota", "unit")

    def get_queryset(self) -> QuerySet[Any]:
        return self.filter_export(self._meta.model._default_manager.all())

    def rows_to_change(self) -> Iterable[Any]:
        """With the quotas and units that their columns have read; the services lock in their own order."""
        quotas = {quota.pk: quota for quota in self.columns["quota"].widget.all()}
        units = {unit.pk: unit for unit in self.columns["unit"].widget.all()}
        cells = self._meta.model._default_manager.order_by().filter(self.within).defer("updated_at", "updated_by")
        read: list[Any] = rows_read_once(cells)
        for cell in read:
            if cell.quota_id in quotas and cell.unit_id in units:
                cell._state.fields_cache.update(quota=quotas[cell.quota_id], unit=units[cell.unit_id])
        return read

    def still_right(self, rows: list[RowResult]) -> bool:
        """Each cell goes to the services with the version that was seen."""
        return True

    def unique_values(self) -> list[UniqueValues]:
        return []

    def filter_export(self, queryset: QuerySet[Any], **kwargs: Any) -> QuerySet[Any]:
        return queryset.select_related("quota__programme__plan", "unit").prefetch_related("unit__names")

    def logged_as(self, row: Allocation | Registration) -> str:
        return f"{row.unit_id}:{row.quota_id}"

    def emptied(self, cells: Mapping[str, Any]) -> dict[str, Any]:
        """A cell is never deleted: grids know it, and its history, from now on."""
        no_need = {column.column_name: None for name, column in self.columns.items() if name == "no_need"}
        return {**cells, NUMBER: None, **no_need}

    def dehydrate_year(self, cell: Allocation | Registration) -> str:
        return str(cell.quota.programme.plan.year)

    def dehydrate_unit_name(self, cell: Allocation | Registration) -> str:
        return str(cell.unit)

    def name_of(self, instance: Allocation | Registration) -> str:
        return f"{instance.quota.short_name} – {self._name_of_unit(instance)}"

    def _name_of_unit(self, cell: Allocation | Registration) -> str:
        name = self._unit_names.get(cell.unit_id)
        return name or self._unit_names.setdefault(cell.unit_id, str(cell.unit))

    @cached_property
    def _unit_names(self) -> dict[int, str]:
        return {}

    def key_of(self, row: Allocation | Registration) -> tuple[int, int]:  # type: ignore[override] # a cell
        return row.quota_id, row.unit_id

    def before_import(self, dataset: tablib.Dataset, **kwargs: Any) -> None:
        super().before_import(dataset, **kwargs)
        self._cells: dict[Plan, list[Numbered]] = defaultdict(list)
        self._cells_of: dict[int, list[Numbered]] = {}
        """The same lists by quota."""

    def problems_of(self, instance: Allocation | Registration) -> dict[str, str]:
        """Whether the plan takes cells is asked by the services; here only what the file leaves open."""
        missing = [name for name in ("quota", "unit") if getattr(instance, f"{name}_id") is None]
        return dict.fromkeys(missing, "Chưa ghi khóa.")

    def clean_instance(self, instance: Any, exclude: set[str]) -> None:
        """The services look at what is written."""

    def collect(self, result: RowResult) -> None:
        """Keep the cell with the version that the writer saw: the file's own, else the one that stands."""
        row, instance = result.row_values, result.instance
        try:
            seen = parse_count(cell_text(row.get(VERSION)), maximum=10**9)
        except ValueError as error:
            raise ValidationError({"version": str(error)}) from error
        stands = 0 if instance._state.adding else instance.version
        cell = CellInput(
            unit_id=instance.unit_id,
            quota_id=instance.quota_id,
            typed="" if instance.number is None else str(instance.number),
            version=stands if seen is None else seen,
            no_need=getattr(instance, "no_need", False),
            illustrative=self.taking_back and YesNo().clean(row.get(MARK)),
        )
        if instance.quota_id not in self._cells_of:
            self._cells_of[instance.quota_id] = self._cells[instance.quota.programme.plan]
        self._cells_of[instance.quota_id].append((row[ROW], cell))

    def after_import(self, dataset: tablib.Dataset, result: Result, **kwargs: Any) -> None:
        """Save through the grid's service, plan by plan in key order; what it refuses is refused at its row."""
        if self.ahead:
            return
        rows = {row.row_values[ROW]: row for row in result.rows}
        reason = reason_of(kwargs)
        hold_plans([plan.pk for plan in self._cells])
        self.lock([cell for numbered in self._cells.values() for _, cell in numbered])
        for plan in sorted(self._cells, key=lambda plan: plan.pk):
            for numbered in self.saves(self._cells[plan]):
                refused = self._refusals(plan, [cell for _, cell in numbered], reason)
                for number, cell in numbered:
                    if cell.key in refused:
                        refuse_row(result, rows[number], "number", refused[cell.key])

    def _refusals(self, plan: Plan, cells: list[CellInput], reason: str) -> dict[Key, str]:
        """Save the cells; of those that were refused, singly or all together, the words."""
        try:
            saved = self.save_cells(plan, cells, reason)
        except Refused as refusal:
            return dict.fromkeys((cell.key for cell in cells), refusal.message)
        bad = (Outcome.REFUSED, Outcome.CONFLICT)
        return {(one.unit_id, one.quota_id): one.message.replace(CHOOSE, LATER) for one in saved if one.outcome in bad}

    def lock(self, cells: Sequence[CellInput]) -> None:
        """Lock what the saves of several plans will, in the one order for all; a save of one plan locks for itself."""

    def saves(self, numbered: list[Numbered]) -> Iterable[list[Numbered]]:
        """The cells of one plan as the service takes them at a time."""
        return [numbered]

    def save_cells(self, plan: Plan, cells: list[CellInput], reason: str) -> list[CellResult]:
        raise NotImplementedError


class AllocationResource(CellResource):
    version = Column("version", VERSION, shown_only=True)
    illustrative = Column("illustrative", MARK, YesNo(), shown_only=True)

    class Meta:
        model = Allocation
        name = "Phân bổ"

    def lock(self, cells: Sequence[CellInput]) -> None:
        lock_quotas({cell.quota_id for cell in cells})

    def save_cells(self, plan: Plan, cells: list[CellInput], reason: str) -> list[CellResult]:
        return save_allocations(plan=plan, cells=cells, actor=self.actor, reason=reason)


class RegistrationResource(CellResource):
    no_need = Column("no_need", "Không có nhu cầu", YesNo())
    version = Column("version", VERSION, shown_only=True)
    illustrative = Column("illustrative", MARK, YesNo(), shown_only=True)

    class Meta:
        model = Registration
        name = "Đăng ký nhu cầu"

    def saves(self, numbered: list[Numbered]) -> Iterable[list[Numbered]]:
        """Unit by unit, in key order, as the service locks a unit's answer."""
        by_unit: dict[int, list[Numbered]] = defaultdict(list)
        for number, cell in numbered:
            by_unit[cell.unit_id].append((number, cell))
        return [by_unit[unit_id] for unit_id in sorted(by_unit)]

    def save_cells(self, plan: Plan, cells: list[CellInput], reason: str) -> list[CellResult]:
        unit = next(unit for unit in self.columns["unit"].widget.all() if unit.pk == cells[0].unit_id)
        return save_registrations(plan=plan, unit=unit, cells=cells, actor=self.actor, reason=reason)
