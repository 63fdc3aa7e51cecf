"""The appendices: list, preview on screen, files, and all files as one zip."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.shortcuts import render as render_template
from django.urls import reverse

from reports.appendices import build_appendix
from reports.appendices.columns import WrongDefinition
from reports.exports import Format, file_name
from reports.rendered import render_once
from reports.renderers.html import render_html
from reports.scopes import scope_of, visible_appendices
from reports.views.files import attachment
from reports.why import appendix_total, why_address
from trainingplan.models import Appendix, Plan
from trainingplan.policies import WRITE, Action, UserRequest, may, plan_view
from trainingplan.services.jobs import start_job
from trainingplan.views.jobs import follow

DOWNLOADS = (Format.XLSX, Format.PDF)


@plan_view(Action.SEE_APPENDICES)
def appendices(request: UserRequest, plan: Plan) -> HttpResponse:
    """All appendices the user may see, with what each file holds."""
    listed = visible_appendices(request.user, plan)
    scope = scope_of(request.user, plan)
    context = {"plan": plan, "appendices": listed, "formats": DOWNLOADS, "extract_of": scope.extract_of}
    context["workbook"] = may(request.user, Action.EDIT_PLAN)
    return render_template(request, "reports/appendices.html", context)


@plan_view(Action.SEE_APPENDICES)
def appendix(request: UserRequest, plan: Plan, number: int) -> HttpResponse:
    """One appendix as it will be printed; a definition that cannot be printed says why in its place."""
    listed = visible_appendices(request.user, plan)
    shown = _find(listed, number)
    context = {
        "plan": plan,
        "appendices": listed,
        "appendix": shown,
        "formats": DOWNLOADS,
        "why": why_address(plan, appendix_total(shown), request.user),
    }
    try:
        document = build_appendix(plan, shown, scope_of(request.user, plan))
    except WrongDefinition as wrong:
        context["fault"] = str(wrong)
    else:
        context |= {"document": render_html(document), "illustrative": bool(document.mark)}
    return render_template(request, "reports/appendix.html", context)


@plan_view(Action.SEE_APPENDICES)
def appendix_file(request: UserRequest, plan: Plan, number: int, extension: str) -> HttpResponse:
    """One appendix as a file; one that cannot be printed leads to its page, which says why."""
    shown = _find(visible_appendices(request.user, plan), number)
    try:
        fmt = Format(extension)
    except ValueError as error:
        raise Http404(extension) from error
    try:
        document = build_appendix(plan, shown, scope_of(request.user, plan))
    except WrongDefinition:
        return redirect("appendix", plan.year, number)
    return attachment(render_once(document, fmt), file_name(document, fmt), fmt.content_type)


@plan_view(Action.SEE_APPENDICES, WRITE)
def appendices_zip(request: UserRequest, plan: Plan) -> HttpResponse:
    """Ask for all appendices the user may see, in Excel and PDF."""
    back = reverse("appendices", kwargs={"year": plan.year})
    title = f"Xuất các phụ lục năm {plan.year}"
    job = start_job(kind="xuat-phu-luc", title=title, params={}, plan=plan, actor=request.user, back=back)
    return follow(request, job)


def _find(listed: list[Appendix], number: int) -> Appendix:
    for candidate in listed:
        if candidate.number == number:
            return candidate
    raise Http404(number)
