"""Plans with their text, their appendices as data, and the units they concern."""

from typing import Any, cast

from django import forms
from django.apps import apps
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Field, Model, QuerySet
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminSelectWidget

from trainingplan.admin.base import CatalogueAdmin, Part
from trainingplan.admin.forms import InPlanForm, OrderedForm, OrderedFormSet
from trainingplan.models import Appendix, AppendixColumn, Participant, Plan, Section
from trainingplan.policies import FROZEN
from trainingplan.rules.definitions import definition_faults
from trainingplan.services.refusals import Refused

PROFILES = (
    ("HD36", "Hướng dẫn 36-HD/VPTW (2018)"),
    ("ND30", "Nghị định 30/2020/NĐ-CP"),
    ("HD05", "Hướng dẫn 05-HD/VPTW (từ 2026)"),
)

COMMON_SOURCES = {"stt": "số thứ tự", "note": "ghi chú"}
SOURCES: dict[str, dict[str, str]] = {
    Appendix.Kind.ALLOCATION: COMMON_SOURCES
    | {"unit": "tên đơn vị", "quota": "số phân bổ của chỉ tiêu gắn với cột này", "total": "tổng các chỉ tiêu"},
    Appendix.Kind.ROSTER: COMMON_SOURCES
    | {
        "full_name": "họ và tên",
        "birth_male": "ngày sinh của nam",
        "birth_female": "ngày sinh của nữ",
        "job_and_unit": "chức vụ, đơn vị công tác",
        "job_title": "chức vụ",
        "unit": "đơn vị",
        "ethnicity": "dân tộc",
        "education": "trình độ hiện tại",
        "degree": "trình độ đăng ký",
        "field_of_study": "ngành, chuyên ngành đăng ký",
        "institution": "cơ sở đào tạo",
        "mode": "hình thức",
        "duration": "thời gian",
        "funding": "nguồn kinh phí",
        "planned_post": "quy hoạch",
        "class_name": "lớp",
    },
    Appendix.Kind.BUDGET: COMMON_SOURCES
    | {
        "content": "nội dung",
        "audience": "đối tượng",
        "classes": "số lớp",
        "learners_per_class": "học viên/lớp",
        "learners": "tổng học viên",
        "days": "số ngày",
        "rate": "mức chi",
        "amount": "thành tiền",
        "executor": "đơn vị thực hiện",
    },
}
"""What a column can show, by kind of appendix: `reports.appendices.columns` in words (a test holds them together)."""


def sources_of(kind: str) -> dict[str, str]:
    """What a column of such an appendix can show; a budget table also has one for each source of funds."""
    if kind != Appendix.Kind.BUDGET:
        return SOURCES.get(kind, {})
    funds = apps.get_model("budget", "FundSource")._default_manager.values_list("key", "name")
    return SOURCES[kind] | {f"source-{key}": f"phần của nguồn: {name}" for key, name in funds}


def ungrouped(shown: str) -> str:
    """A year that is only shown has no dot either."""
    return shown.replace(".", "")


@admin.register(Plan)
class PlanAdmin(CatalogueAdmin):
    """Its state moves by the steps of the plan's own pages, not by this form; a plan is never deleted."""

    can_remove = False
    fixed_fields = ("year",)
    readonly_fields = ("state", "registration_opens_at", "registration_closes_at")
    ranges = {"year": (1990, 2200)}
    readonly_preprocess_fields = {"year": ungrouped}
    list_display = ("__str__", "subject", "shown_number", "issued_on", "state", "illustrative")
    fieldsets = (
        (None, {"fields": ("year", "state", "illustrative")}),
        ("Văn bản", {"fields": (("number", "symbol", "issued_on"), "title", "subject", "profile", "place")}),
        ("Cơ quan ban hành", {"fields": ("parent_body", "issuing_body")}),
        ("Ký và nơi nhận", {"fields": ("signing_authority", "signer_title", "signer_name", "recipients")}),
        (
            "Đợt đăng ký nhu cầu",
            {
                "fields": (("registration_opens_at", "registration_closes_at"),),
                "description": "Mở đợt và đặt hạn ở trang Tiến độ đăng ký.",
            },
        ),
    )

    def formfield_for_dbfield(self, db_field: "Field[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "profile":
            return forms.ChoiceField(label="Thể thức", choices=PROFILES, widget=UnfoldAdminSelectWidget)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """What is submitted stands as it was submitted; number and date are given when it is issued."""
        frozen = isinstance(obj, Plan) and obj.state in FROZEN
        return not frozen and super().has_change_permission(request, None)

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:  # noqa: FBT001
        """The form does not know the state; one that moved while the page was open is not written back."""
        if change and isinstance(obj, Plan) and Plan.objects.select_for_update().get(pk=obj.pk).state != obj.state:
            raise Refused(f"Chưa lưu: {obj} vừa được chuyển sang bước khác. Hãy xem lại.")
        super().save_model(request, obj, form, change)

    @admin.display(description="số")
    def shown_number(self, plan: Plan) -> str:
        return f"{plan.number or '…'}-{plan.symbol}"


class SectionForm(InPlanForm):
    same_plan = ("parent",)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        above = self.cleaned_data.get("parent")
        while above is not None:
            if above.pk == self.instance.pk:
                raise ValidationError({"parent": "Một mục không thể nằm trong chính nó."})
            above = above.parent
        return cleaned


@admin.register(Section)
class SectionAdmin(CatalogueAdmin):
    form = SectionForm
    fixed_fields = ("plan", "key")
    list_display = ("__str__", "key", "position", "plan")
    list_filter = ("plan",)
    list_select_related = ("plan",)
    search_fields = ("marker", "heading", "body")
    fields = ("plan", "key", "parent", "position", "marker", "heading", "body", "closing")
    autocomplete_fields = ("parent",)

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:  # noqa: FBT001
        """Who writes the same text in the editor at this time is told of it."""
        if change and isinstance(obj, Section) and {"heading", "body", "closing"} & set(form.changed_data):
            obj.version += 1
        super().save_model(request, obj, form, change)


class ColumnForm(OrderedForm):
    """The kind of appendix decides what its columns can show."""

    source = forms.ChoiceField(label="Nguồn số liệu", widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ChoiceField", self.fields["source"])
        field.choices = [(label, list(sources_of(kind).items())) for kind, label in Appendix.Kind.choices]


class ColumnFormSet(OrderedFormSet):
    def clean(self) -> None:
        super().clean()
        allowed = sources_of(self.instance.kind)
        for form in self.staying():
            source = form.cleaned_data.get("source")
            if source and source not in allowed:
                kind = self.instance.get_kind_display()
                form.add_error("source", f"Loại phụ lục «{kind}» không có nguồn số liệu này.")
        sources = [form.cleaned_data["source"] for form in self.staying() if form.cleaned_data.get("source")]
        if self.instance.kind and (faults := definition_faults(self.instance.kind, sources, allowed)):
            raise ValidationError(faults)


class ColumnPart(Part):
    model = AppendixColumn
    form = ColumnForm
    formset = ColumnFormSet
    fields = ("position", "source", "group_head", "head", "width")
    ranges = {"position": (1, 9_999), "width": (5, 250)}


@admin.register(Appendix)
class AppendixAdmin(CatalogueAdmin):
    fixed_fields = ("plan",)
    parts = (AppendixColumn,)
    inlines = (ColumnPart,)
    ranges = {"number": (1, 99)}
    list_display = ("__str__", "title", "kind", "landscape", "plan")
    list_filter = ("plan", "kind")
    list_select_related = ("plan",)
    search_fields = ("title",)
    fields = ("plan", ("number", "kind"), "title", "unit_line", ("landscape", "show_empty_units"), "notes")


@admin.register(Participant)
class ParticipantAdmin(CatalogueAdmin):
    fixed_fields = ("plan", "unit")
    list_display = ("unit", "group", "position", "plan")
    list_filter = ("plan", "group")
    list_select_related = ("plan", "group", "unit")
    search_fields = ("unit__names__name_search", "unit__key")
    search_help_text = "Tìm theo tên đơn vị, gõ không dấu cũng được"
    fields = ("plan", "unit", "group", "position")
    autocomplete_fields = ("unit",)

    def uses_of(self, row: Model) -> list[Model]:
        """Also the cells of the unit in this plan, which name the unit and not its participation."""
        uses = super().uses_of(row)
        if isinstance(row, Participant):
            for name in ("Registration", "Allocation"):
                cells = apps.get_model("quotas", name)._default_manager
                uses += cells.filter(unit=row.unit_id, quota__programme__plan=row.plan_id)
        return uses

    def get_queryset(self, request: HttpRequest) -> QuerySet[Participant]:
        participants: QuerySet[Participant] = super().get_queryset(request)
        return participants.prefetch_related("unit__names")
