"""The history of one row ("Lịch sử"), read from the change log."""

from typing import Any

from django.apps import apps
from django.contrib.admin.utils import unquote
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Model, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from trainingplan.models import Change

LINES = 50


def history_page(page: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """What changed in the row and in its parts as they stand, the latest first. `page` is the row's ModelAdmin."""
    row = page.get_object(request, unquote(object_id))
    if row is None:
        raise Http404(object_id)
    if not page.has_view_permission(request, row):
        raise PermissionDenied
    changes = Change.objects.filter(_of(page, row)).select_related("plan")
    lines = Paginator(changes, LINES).get_page(request.GET.get("p"))
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


def _of(page: Any, row: Model) -> Q:
    found = Q(table=row._meta.model_name, row=str(row.pk))
    for inline in page.inlines:
        links = [f.name for f in inline.model._meta.concrete_fields if f.related_model is type(row)]
        name = getattr(inline, "fk_name", None) or links[0]
        parts = inline.model._default_manager.filter(**{name: row}).values_list("pk", flat=True)
        found |= Q(table=inline.model._meta.model_name, row__in=[str(pk) for pk in parts])
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
