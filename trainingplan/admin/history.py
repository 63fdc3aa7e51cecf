"""The history of one row ("Lịch sử"), read from the change log."""

from typing import Any

from django.apps import apps
from django.contrib.admin.utils import unquote
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from trainingplan.models import Change

LINES = 50


def history_page(page: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """The page. `page` is the row's ModelAdmin."""
    row = page.get_object(request, unquote(object_id))
    if row is None:
        raise Http404(object_id)
    if not page.has_view_permission(request, row):
        raise PermissionDenied
    lines = Paginator(changes_of(page, row), LINES).get_page(request.GET.get("p"))
    context = {
        **page.admin_site.each_context(request),
        "title": f"Lịch sử: {row}",
        "subtitle": None,
        "opts": page.opts,
        "object": row,
        "changes": [(change, field_label(change)) for change in lines],
        "lines": lines,
    }
    return TemplateResponse(request, "admin/history.html", context)


def changes_of(page: Any, row: Model) -> QuerySet[Change]:
    """What changed in the row and in its parts as they stand, the latest first."""
    found = Q(table=row._meta.model_name, row=str(row.pk))
    for parts in parts_of(page, row):
        keys = [str(pk) for pk in parts.values_list("pk", flat=True)]
        found |= Q(table=parts.model._meta.model_name, row__in=keys)
    return Change.objects.filter(found)


def parts_of(page: Any, row: Model) -> list[QuerySet[Any]]:
    """The rows edited on the page of the row, by kind."""
    found = []
    for inline in page.inlines:
        links = [field.name for field in inline.model._meta.concrete_fields if field.related_model is row._meta.model]
        found.append(inline.model._default_manager.filter(**{inline.fk_name or links[0]: row}))
    return found


def field_label(change: Change) -> str:
    """The field as forms call it; a log entry may name one that is no more."""
    for model in apps.get_models():
        if model._meta.model_name == change.table:
            try:
                return str(getattr(model._meta.get_field(change.field), "verbose_name", change.field))
            except FieldDoesNotExist:
                return change.field
    return change.field
