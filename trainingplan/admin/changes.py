"""The change log, to be read: nobody writes it here."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from trainingplan.admin.base import CatalogueAdmin
from trainingplan.admin.history import field_label
from trainingplan.models import Change


@admin.register(Change)
class ChangeAdmin(CatalogueAdmin):
    can_add = can_change = can_remove = False
    only_listed = True
    actions = None
    list_display = ("at", "actor_name", "label", "shown_field", "old", "new", "reason")
    list_display_links = None
    list_filter = ("plan",)
    sortable_by = ()
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("actor", "plan", "unit")

    @admin.display(description="trường")
    def shown_field(self, change: Change) -> str:
        return field_label(change)
