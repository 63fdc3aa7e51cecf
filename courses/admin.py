"""Programmes with their lettered slots, and institutions, in the back office."""

from django.contrib import admin

from courses.models import Institution, Programme, Slot
from courses.resources import InstitutionResource, ProgrammeResource
from trainingplan.admin.base import Part
from trainingplan.admin.forms import InPlanForm, OrderedForm, OrderedFormSet
from trainingplan.admin.transfer import TransferAdmin


@admin.register(Institution)
class InstitutionAdmin(TransferAdmin):
    resource_classes = (InstitutionResource,)
    list_display = ("name", "short_name", "key")
    search_fields = ("name", "short_name")
    fields = ("key", "name", "short_name")


class SlotPart(Part):
    model = Slot
    form = OrderedForm
    formset = OrderedFormSet
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
