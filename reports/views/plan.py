"""Kế hoạch: the text as it will be issued, its files, and plan and appendices in one file."""

from django.http import Http404, HttpResponse
from django.shortcuts import render as render_template
from django.urls import reverse

from reports.doors import Doors
from reports.exports import Format, file_name
from reports.plan_document import has_text, plan_document
from reports.rendered import render_once
from reports.renderers.html import render_html
from reports.views.files import attachment
from trainingplan.models import Plan
from trainingplan.policies import WRITE, Action, UserRequest, plan_view
from trainingplan.services.jobs import start_job
from trainingplan.views.jobs import follow

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
    return attachment(render_once(document, fmt), file_name(document, fmt), fmt.content_type)


@plan_view(Action.SEE_PLAN, WRITE)
def plan_whole(request: UserRequest, plan: Plan) -> HttpResponse:
    """Ask for the plan and its appendices in one PDF."""
    return _export(request, plan, "xuat-toan-bo", f"Xuất kế hoạch năm {plan.year} thành một tệp PDF")


@plan_view(Action.SEE_PLAN, WRITE)
def plan_everything(request: UserRequest, plan: Plan) -> HttpResponse:
    """Ask for the plan and its appendices in every format."""
    return _export(request, plan, "xuat-tat-ca", f"Xuất tất cả các tệp của kế hoạch năm {plan.year}")


def _export(request: UserRequest, plan: Plan, kind: str, title: str) -> HttpResponse:
    if not has_text(plan):
        raise Http404(kind)
    back = reverse("plan-text", kwargs={"year": plan.year})
    return follow(request, start_job(kind=kind, title=title, params={}, plan=plan, actor=request.user, back=back))
