"""Cost norms, kinds of class, sources of funds and budget lines in the back office."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from budget.models import (
    FACTOR_MAXIMUM,
    MAXIMUM,
    BudgetLine,
    ClassKind,
    FundSource,
    NormItem,
    NormSet,
    UsualCost,
)
from budget.resources import BudgetLineResource, NormItemResource, NormSetResource
from trainingplan.admin.base import CatalogueAdmin, Part, user_of
from trainingplan.admin.forms import OrderedForm, OrderedFormSet
from trainingplan.admin.transfer import TransferAdmin
from trainingplan.policies import Action, may
from trainingplan.rules.numbers import format_money


@admin.register(FundSource)
class FundSourceAdmin(CatalogueAdmin):
    list_display = ("name", "position", "provincial", "key")
    search_fields = ("name",)
    fields = ("key", "name", "position", "provincial")


class NormItemPart(Part):
    action = Action.KEEP_NORMS
    model = NormItem
    form = OrderedForm
    formset = OrderedFormSet
    fields = (
        "position",
        "key",
        "group",
        "name",
        "rank",
        "unit",
        "kind",
        "level",
        "base",
        "clause",
        "note",
        "illustrative",
    )
    ranges = {"position": (1, 9_999), "level": (0, MAXIMUM)}


@admin.register(NormSet)
class NormSetAdmin(TransferAdmin):
    action = Action.KEEP_NORMS
    resource_classes = (NormSetResource,)
    parts = (NormItem,)
    inlines = (NormItemPart,)
    list_display = ("number", "title", "issued_on", "valid_from", "valid_to", "territory")
    search_fields = ("number", "title")
    fields = (
        "key",
        ("number", "issued_on"),
        "title",
        ("valid_from", "valid_to"),
        "territory",
        "lessons_per_session",
        "legal_text",
    )
    ranges = {"lessons_per_session": (1, 12)}


@admin.register(NormItem)
class NormItemAdmin(TransferAdmin):
    action = Action.KEEP_NORMS
    resource_classes = (NormItemResource,)
    fixed_fields = ("norm_set", "key")
    list_display = ("name", "group", "unit", "kind", "shown_level", "norm_set", "illustrative")
    list_filter = ("norm_set", "kind")
    list_select_related = ("norm_set",)
    search_fields = ("name", "group")
    fields = (
        "norm_set",
        ("key", "position"),
        "group",
        ("name", "rank"),
        "unit",
        ("kind", "level", "base"),
        "clause",
        "note",
        "illustrative",
    )
    ranges = {"position": (1, 9_999), "level": (0, MAXIMUM)}

    @admin.display(description="mức chi", ordering="level")
    def shown_level(self, item: NormItem) -> str:
        return format_money(item.level) + (" %" if item.kind == NormItem.Kind.PERCENT else "")


class UsualCostPart(Part):
    action = Action.KEEP_NORMS
    model = UsualCost
    form = OrderedForm
    formset = OrderedFormSet
    fields = ("position", "norm_key", "content", "unit1", "number1", "unit2", "number2", "unit3", "number3")
    ranges = {"position": (1, 9_999)} | {f"number{place}": (1, FACTOR_MAXIMUM) for place in (1, 2, 3)}


@admin.register(ClassKind)
class ClassKindAdmin(CatalogueAdmin):
    """What a kind of class usually costs, for the button that fills an estimate."""

    action = Action.KEEP_NORMS
    parts = (UsualCost,)
    inlines = (UsualCostPart,)
    list_display = ("name", "position", "key")
    search_fields = ("name",)
    fields = (("key", "position"), "name")


@admin.register(BudgetLine)
class BudgetLineAdmin(TransferAdmin):
    """To be read, and to be written as a whole file: single lines have their own page."""

    action = Action.EDIT_BUDGET
    resource_classes = (BudgetLineResource,)
    can_add = can_change = can_remove = False
    list_display = ("position", "group", "content", "basis", "state", "shown_amount", "plan", "illustrative")
    list_display_links = ("content",)
    list_filter = ("plan", "state", "illustrative")
    list_select_related = ("plan",)
    search_fields = ("content", "group", "audience")

    def has_import_permission(self, request: HttpRequest) -> bool:
        return may(user_of(request), self.action)

    def get_queryset(self, request: HttpRequest) -> QuerySet[BudgetLine]:
        lines: QuerySet[BudgetLine] = super().get_queryset(request)
        return lines.order_by("plan", "position")

    @admin.display(description="thành tiền", ordering="amount")
    def shown_amount(self, line: BudgetLine) -> str:
        return format_money(line.amount)
