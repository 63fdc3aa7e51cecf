"""The change log, to be read: nobody writes it here."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern

from trainingplan.admin.base import CatalogueAdmin
from trainingplan.admin.history import field_label
from trainingplan.models import Change


@admin.register(Change)
class ChangeAdmin(CatalogueAdmin):
    can_add = can_change = can_remove = False
    actions = None
    list_display = ("at", "actor_name", "label", "shown_field", "old", "new", "reason")
    list_display_links = None
    list_filter = ("plan",)
    sortable_by = ()
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("actor", "plan", "unit")

    def get_urls(self) -> list[URLPattern]:
        """Only the list: an entry says all that there is in its line."""
        urls: list[URLPattern] = super().get_urls()
        return [url for url in urls if url.name == "trainingplan_change_changelist"]

    @admin.display(description="trường")
    def shown_field(self, change: Change) -> str:
        return field_label(change)
