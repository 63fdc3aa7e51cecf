"""Units through time: names, places, statuses and successions, each a part of its unit's page."""

from itertools import pairwise
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest

from trainingplan.admin.base import CatalogueAdmin, Part
from trainingplan.admin.forms import CatalogueForm, CatalogueFormSet
from trainingplan.admin.transfer import TransferAdmin
from trainingplan.models import Succession, Unit, UnitGroup, UnitName, UnitPlacement, UnitStatus
from trainingplan.resources import UnitNameResource
from trainingplan.rules.dates import format_date
from trainingplan.services.catalogue import Edits


class PeriodForm(CatalogueForm):
    """One period; whether periods overlap is a question to all of them."""

    def _get_validation_exclusions(self) -> set[str]:
        return {*super()._get_validation_exclusions(), "unit"}  # type: ignore[misc]


class PlacementForm(PeriodForm):
    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        parent = self.cleaned_data.get("parent")
        if parent is not None and parent.pk == self.instance.unit_id:
            raise ValidationError({"parent": "Một đơn vị không thể là cấp trên của chính nó."})
        return cleaned


class PeriodFormSet(CatalogueFormSet):
    """Periods follow one another: each ends before, or on the day, the next begins."""

    def clean(self) -> None:
        super().clean()
        periods = [form for form in self.staying() if form.cleaned_data.get("valid_from")]
        periods.sort(key=lambda form: form.cleaned_data["valid_from"])
        for earlier, later in pairwise(periods):
            begins = later.cleaned_data["valid_from"]
            ends = earlier.cleaned_data.get("valid_to")
            if ends is None or ends > begins:
                words = f"Giai đoạn sau bắt đầu {format_date(begins)}: giai đoạn này phải kết thúc trước ngày đó."
                earlier.add_error("valid_to", words)

    def save_rows(self, changed: Any, added: Any, edits: Edits) -> None:
        """What is closed is saved before what is left open: only one period of a unit is open."""
        rows: list[Any] = sorted([*changed, *added], key=lambda row: row.valid_to is None)
        super().save_rows(rows, [], edits)


class PeriodPart(Part):
    form = PeriodForm
    formset = PeriodFormSet


class NamePart(PeriodPart):
    model = UnitName
    fields = ("name", "short_name", "valid_from", "valid_to")


class PlacementPart(PeriodPart):
    model = UnitPlacement
    form = PlacementForm
    fk_name = "unit"
    fields = ("parent", "group", "valid_from", "valid_to")
    autocomplete_fields = ("parent",)


class StatusPart(PeriodPart):
    model = UnitStatus
    fields = ("status", "valid_from", "valid_to")


class SuccessorPart(Part):
    model = Succession
    fk_name = "predecessor"
    verbose_name = "đơn vị kế thừa"
    verbose_name_plural = "Các đơn vị kế thừa đơn vị này"
    fields = ("successor", "effective_on", "scope", "legal_basis")
    autocomplete_fields = ("successor",)


class PredecessorPart(Part):
    model = Succession
    fk_name = "successor"
    verbose_name = "đơn vị tiền thân"
    verbose_name_plural = "Các đơn vị tiền thân của đơn vị này"
    fields = ("predecessor", "effective_on", "scope", "legal_basis")
    autocomplete_fields = ("predecessor",)


@admin.register(Unit)
class UnitAdmin(TransferAdmin):
    """A unit is never deleted: it ends by its status."""

    resource_classes = (UnitNameResource,)
    fields = (("key", "official_code"),)
    can_remove = False
    inlines = (NamePart, PlacementPart, StatusPart, PredecessorPart, SuccessorPart)
    list_display = ("name", "group", "parent", "status", "key", "official_code")
    list_display_links = ("name",)
    list_filter = ("placements__group", "statuses__status")
    search_fields = ("names__name_search", "key")
    search_help_text = "Tìm theo tên hoặc khóa, gõ không dấu cũng được"
    ordering = ("key",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Unit]:
        latest = UnitName.objects.filter(unit=OuterRef("pk")).order_by("-valid_from").values("name_search")[:1]
        units: QuerySet[Unit] = super().get_queryset(request)
        return units.annotate(sort_name=Subquery(latest)).prefetch_related(
            "names", "placements__group", "placements__parent__names", "statuses"
        )

    @admin.display(description="tên", ordering="sort_name")
    def name(self, unit: Unit) -> str:
        return str(unit)

    @admin.display(description="khối")
    def group(self, unit: Unit) -> str:
        return next((str(place.group or "") for place in unit.placements.all()), "")

    @admin.display(description="đơn vị cấp trên")
    def parent(self, unit: Unit) -> str:
        return next((str(place.parent or "") for place in unit.placements.all()), "")

    @admin.display(description="tình trạng")
    def status(self, unit: Unit) -> str:
        return next((status.get_status_display() for status in unit.statuses.all()), "")


@admin.register(UnitGroup)
class UnitGroupAdmin(CatalogueAdmin):
    list_display = ("name", "position", "key")
    search_fields = ("name",)
    fields = ("key", "name", "position")
