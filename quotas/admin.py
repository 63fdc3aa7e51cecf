"""Quotas, people, and the cells of the two grids, in the back office."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminTextInputWidget

from quotas.forms import PersonNameField
from quotas.models import Allocation, Person, Quota, Registration, SubAllocation, SubQuota, UnitCap
from quotas.resources import AllocationResource, PersonResource, QuotaResource, RegistrationResource
from quotas.services.ceilings import check_sub_quota_name, check_sub_quota_number
from quotas.services.nominations import lock_unit, outdate_forms, why_person_kept
from quotas.services.quotas import check_quota_number
from trainingplan.admin.base import CatalogueAdmin, user_of
from trainingplan.admin.forms import CatalogueForm, ChoiceField, InPlanForm, ModelForm
from trainingplan.admin.transfer import TransferAdmin
from trainingplan.forms import PartialDateField
from trainingplan.models import Appendix, AppendixColumn
from trainingplan.policies import Action, may
from trainingplan.readings import note_people
from trainingplan.rules.numbers import format_count
from trainingplan.services.refusals import Refused


class QuotaForm(InPlanForm):
    """Number and held are compared with what is allocated under lock: Django saves in the same transaction."""

    same_plan = ("appendix", "column")

    def clean_held(self) -> int:
        """Nothing typed is nothing held back."""
        return self.cleaned_data.get("held") or 0

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        appendix, column = self.cleaned_data.get("appendix"), self.cleaned_data.get("column")
        if column is not None and (appendix is None or column.appendix_id != appendix.pk):
            self.add_error("column", "Cột này không thuộc phụ lục đã chọn.")
        if self.instance.pk and "number" in self.cleaned_data:
            number, held = self.cleaned_data["number"], self.cleaned_data.get("held")
            try:
                check_quota_number(quota=self.instance, number=number, held=held)
            except Refused as refusal:
                self.add_error(refusal.field or "number", refusal.message)
        return cleaned


def sum_of(cells: type[Allocation | SubAllocation]) -> Coalesce:
    """What is allocated of a row, added up for the rows of the page alone; a join would add up all before it counts."""
    every: QuerySet[Any] = cells._default_manager.all()
    sums = every.filter(quota=OuterRef("pk")).order_by().values("quota").annotate(sum=Sum("number"))
    return Coalesce(Subquery(sums.values("sum")), 0)


class AppendixChoice(ChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj} – {obj.plan}"


class ColumnChoice(ChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.appendix}, cột {obj.position}: {obj} – {obj.appendix.plan}"


@admin.register(Quota)
class QuotaAdmin(TransferAdmin):
    resource_classes = (QuotaResource,)
    form = QuotaForm
    fixed_fields = ("programme", "key")
    list_display = (
        "short_name",
        "name",
        "shown_number",
        "allocated",
        "shown_held",
        "qualifier",
        "programme",
        "appendix",
        "plan",
    )
    list_display_links = ("short_name", "name")
    list_filter = ("programme__plan", "appendix", "payer", "mode")
    list_select_related = ("programme__plan", "appendix__plan")
    search_fields = ("name", "short_name", "programme__name")
    autocomplete_fields = ("programme", "institutions")
    fieldsets = (
        (None, {"fields": (("programme", "key"), "name", ("short_name", "position"))}),
        ("Số lượng", {"fields": (("number", "held"), ("qualifier", "counting_word"), "open_clause", "class_count")}),
        ("Đào tạo", {"fields": (("mode", "payer"), "institutions")}),
        ("Nơi in", {"fields": (("appendix", "column"),)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        quotas: QuerySet[Any] = super().get_queryset(request)
        summed: QuerySet[Any] = quotas.annotate(allocated_sum=sum_of(Allocation))
        return summed

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "appendix":
            kwargs |= {"form_class": AppendixChoice, "queryset": Appendix.objects.select_related("plan")}
        if db_field.name == "column":
            columns = AppendixColumn.objects.filter(source="quota").select_related("appendix__plan")
            kwargs |= {"form_class": ColumnChoice, "queryset": columns}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description="số lượng", ordering="number")
    def shown_number(self, quota: Quota) -> str:
        return format_count(quota.number) or "–"

    @admin.display(description="đã phân bổ", ordering="allocated_sum")
    def allocated(self, quota: Any) -> str:
        return format_count(quota.allocated_sum)

    @admin.display(description="giữ lại", ordering="held")
    def shown_held(self, quota: Quota) -> str:
        return format_count(quota.held) if quota.held else ""

    @admin.display(description="kế hoạch", ordering="programme__plan__year")
    def plan(self, quota: Quota) -> str:
        return str(quota.programme.plan)


class SubQuotaForm(CatalogueForm):
    """As `QuotaForm`: never less than is allocated of it, never more than the quota itself."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        quota, number = self.cleaned_data.get("quota", self.instance.quota_id), self.cleaned_data.get("number")
        if isinstance(quota, Quota):
            self.instance.quota = quota
        if not quota:
            return cleaned
        try:
            if number is not None:
                check_sub_quota_number(sub_quota=self.instance, number=number)
            if name := self.cleaned_data.get("name"):
                check_sub_quota_name(quota=self.instance.quota, name=name, sub_quota_id=self.instance.pk)
        except Refused as refusal:
            self.add_error(refusal.field if refusal.field in self.fields else "number", refusal.message)
        return cleaned


@admin.register(SubQuota)
class SubQuotaAdmin(CatalogueAdmin):
    form = SubQuotaForm
    fixed_fields = ("quota",)
    list_display = ("name", "quota", "shown_number", "allocated", "plan")
    list_filter = ("quota__programme__plan",)
    list_select_related = ("quota__programme__plan",)
    search_fields = ("name", "quota__name", "quota__short_name")
    autocomplete_fields = ("quota",)
    fields = ("quota", ("name", "position"), "number")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        summed: QuerySet[Any] = rows.annotate(allocated_sum=sum_of(SubAllocation))
        return summed

    @admin.display(description="số lượng", ordering="number")
    def shown_number(self, sub_quota: SubQuota) -> str:
        return format_count(sub_quota.number)

    @admin.display(description="đã phân bổ", ordering="allocated_sum")
    def allocated(self, sub_quota: Any) -> str:
        return format_count(sub_quota.allocated_sum)

    @admin.display(description="kế hoạch")
    def plan(self, sub_quota: SubQuota) -> str:
        return str(sub_quota.quota.programme.plan)


@admin.register(UnitCap)
class UnitCapAdmin(CatalogueAdmin):
    """To be read: caps are set in their grid, where they are compared with what is allocated."""

    can_add = can_change = can_remove = False
    list_display = ("unit", "programme", "shown_number", "plan", "updated_at", "updated_by")
    list_filter = ("programme__plan",)
    list_select_related = ("programme__plan", "unit", "updated_by")
    search_fields = ("unit__names__name_search", "unit__key", "programme__name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[UnitCap]:
        caps: QuerySet[UnitCap] = super().get_queryset(request)
        return caps.prefetch_related("unit__names")

    @admin.display(description="trần", ordering="number")
    def shown_number(self, cap: UnitCap) -> str:
        return "không có trần" if cap.number is None else format_count(cap.number)

    @admin.display(description="kế hoạch", ordering="programme__plan__year")
    def plan(self, cap: UnitCap) -> str:
        return str(cap.programme.plan)


class PersonForm(CatalogueForm):
    full_name = PersonNameField(label="Họ và tên", widget=UnfoldAdminTextInputWidget())
    birth = PartialDateField(
        label="Ngày sinh",
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text="Ngày/tháng/năm; chỉ biết năm thì nhập năm, ví dụ 1984.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["birth"] = self.instance.birth

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if "birth" in self.cleaned_data:
            birth = self.cleaned_data["birth"]
            self.instance.birth_year = birth.year if birth else None
            self.instance.birth_month = birth.month if birth else None
            self.instance.birth_day = birth.day if birth else None
        return cleaned


@admin.register(Person)
class PersonAdmin(TransferAdmin):
    resource_classes = (PersonResource,)
    form = PersonForm
    list_display = ("full_name", "sex", "shown_birth", "job_title", "unit", "illustrative")
    list_filter = ("sex", "illustrative")
    list_select_related = ("unit",)
    search_fields = ("name_search", "unit__names__name_search")
    search_help_text = "Tìm theo họ tên, tên đơn vị; gõ không dấu cũng được"
    fields = ("unit", "full_name", ("sex", "birth"), "job_title", ("ethnicity", "education"), "illustrative")
    autocomplete_fields = ("unit",)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        kept = isinstance(obj, Person) and why_person_kept(obj)
        return not kept and super().has_change_permission(request, obj)

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """A record that is kept as it is says why."""
        if isinstance(obj, Person) and obj.ethnicity:
            note_people([obj.pk])
        why = why_person_kept(obj) if isinstance(obj, Person) else ""
        return [(None, {"fields": self.fields, "description": why})]

    def get_form(self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        """Before the row is compared with what was seen, for the rosters' forms take the unit first."""
        if change and isinstance(obj, Person) and request.method == "POST":
            lock_unit(obj.unit)
        return super().get_form(request, obj, change, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:  # noqa: FBT001
        super().save_model(request, obj, form, change)
        if form.has_changed():
            outdate_forms(obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Person]:
        people: QuerySet[Person] = super().get_queryset(request)
        return people.prefetch_related("unit__names")

    @admin.display(description="ngày sinh", ordering="birth_year")
    def shown_birth(self, person: Person) -> str:
        return person.birth.display() if person.birth else ""


class CellAdmin(TransferAdmin):
    """To be read, and to be written as a whole file: single cells have their grid."""

    can_add = can_change = can_remove = False
    only_listed = True
    list_display_links = None
    import_action_right: Action
    list_display = ("quota", "plan", "unit", "shown_number", "version", "updated_at", "updated_by", "illustrative")
    list_filter = ("quota__programme__plan", "illustrative")
    list_select_related = ("quota__programme__plan", "unit", "updated_by")
    ordering = ("quota_id", "unit_id")  # along an index; the links' own order would sort the whole table for each page
    search_fields = ("unit__names__name_search", "unit__key", "quota__key")
    search_help_text = "Tìm theo tên đơn vị, khóa chỉ tiêu; gõ không dấu cũng được"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        cells: QuerySet[Any] = super().get_queryset(request)
        return cells.prefetch_related("unit__names")

    def has_import_permission(self, request: HttpRequest) -> bool:
        return may(user_of(request), self.import_action_right)

    @admin.display(description="kế hoạch")
    def plan(self, cell: Allocation | Registration) -> str:
        return str(cell.quota.programme.plan)

    @admin.display(description="số người", ordering="number")
    def shown_number(self, cell: Allocation | Registration) -> str:
        if isinstance(cell, Registration) and cell.no_need:
            return "không có nhu cầu"
        return format_count(cell.number)


@admin.register(Allocation)
class AllocationAdmin(CellAdmin):
    resource_classes = (AllocationResource,)
    import_action_right = Action.ALLOCATE


@admin.register(Registration)
class RegistrationAdmin(CellAdmin):
    resource_classes = (RegistrationResource,)
    import_action_right = Action.EDIT_REGISTRATION
