"""Programmes with their lettered slots, and institutions, in the back office."""

from collections.abc import Sequence

from django.contrib import admin
from django.db.models import Model

from courses.models import Institution, Programme, Slot
from courses.resources import InstitutionResource, ProgrammeResource
from trainingplan.admin.base import Part
from trainingplan.admin.forms import InPlanForm, OrderedForm, OrderedFormSet
from trainingplan.admin.transfer import TransferAdmin
from trainingplan.services.catalogue import Edits


@admin.register(Institution)
class InstitutionAdmin(TransferAdmin):
    resource_classes = (InstitutionResource,)
    list_display = ("name", "short_name", "key")
    search_fields = ("name", "short_name")
    fields = ("key", "name", "short_name")


class SlotFormSet(OrderedFormSet):
    def save_rows(self, changed: Sequence[Model], added: Sequence[Model], edits: Edits) -> None:
        """Who writes the same text in the editor at this time is told of it."""
        for slot in changed:
            assert isinstance(slot, Slot)  # noqa: S101 - tells the type checker
            slot.version += 1
        super().save_rows(changed, added, edits)


class SlotPart(Part):
    model = Slot
    form = OrderedForm
    formset = SlotFormSet
    fields = ("position", "label", "body")
    ranges = {"position": (1, 9_999)}


class ProgrammeForm(InPlanForm):
    same_plan = ("section",)


@admin.register(Programme)
class ProgrammeAdmin(TransferAdmin):
    resource_classes = (ProgrammeResource,)
    form = ProgrammeForm
    parts = (Slot,)
    inlines = (SlotPart,)
    fixed_fields = ("plan", "key")
    list_display = ("code", "short_name", "name", "nature", "position", "plan")
    list_display_links = ("code", "short_name")
    list_filter = ("plan", "nature")
    list_select_related = ("plan",)
    search_fields = ("code", "name", "short_name")
    fields = ("plan", "key", ("code", "position"), "name", "short_name", ("nature", "abroad"), "section")
    autocomplete_fields = ("section",)
