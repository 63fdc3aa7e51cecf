"""Kế hoạch: the text as it will be issued, its files, and plan and appendices in one file."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.shortcuts import render as render_template

from reports.appendices.columns import WrongDefinition
from reports.doors import Doors
from reports.exports import WHOLE, Format, file_name, plan_documents, render, render_whole
from reports.plan_document import has_text, plan_document
from reports.renderers.html import render_html
from reports.scopes import scope_of, visible_appendices
from reports.views.files import attachment
from trainingplan.models import Plan
from trainingplan.policies import Action, UserRequest, plan_view

DOWNLOADS = (Format.DOCX, Format.PDF, Format.TXT)
SERVED = (*DOWNLOADS, Format.HTML)


@plan_view(Action.SEE_PLAN)
def plan_text(request: UserRequest, plan: Plan) -> HttpResponse:
    """The document, its bound figures marked; a plan without a text says so."""
    document = plan_document(plan) if has_text(plan) else None
    context = {
        "plan": plan,
        "document": render_html(document) if document else "",
        "formats": DOWNLOADS,
        "illustrative": bool(document and document.mark),
        "editor_url": Doors(plan, request.user).editor(),
    }
    return render_template(request, "reports/plan.html", context)


@plan_view(Action.SEE_PLAN)
def plan_file(_request: UserRequest, plan: Plan, extension: str) -> HttpResponse:
    """The plan as a file of one of its formats."""
    if extension not in SERVED or not has_text(plan):
        raise Http404(extension)
    fmt, document = Format(extension), plan_document(plan)
    return attachment(render(document, fmt), file_name(document, fmt), fmt.content_type)


@plan_view(Action.SEE_PLAN)
def plan_whole(request: UserRequest, plan: Plan) -> HttpResponse:
    """The plan and its appendices in one PDF; an appendix that cannot be printed is named."""
    if not has_text(plan):
        raise Http404(WHOLE)
    try:
        documents = plan_documents(plan, visible_appendices(request.user, plan), scope_of(request.user, plan))
    except WrongDefinition as wrong:
        messages.error(request, f"Chưa tải được toàn bộ: có phụ lục bị lỗi. {wrong}")
        return redirect("plan-text", plan.year)
    return attachment(render_whole(documents), WHOLE, Format.PDF.content_type)
