"""The three amounts as a file."""

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header

from budget.selectors.execution import execution
from reports.execution import execution_document
from reports.exports import Format, file_name
from reports.rendered import render_once
from trainingplan.models import Plan
from trainingplan.policies import Action, UserRequest, plan_view

DOWNLOADS = (Format.XLSX, Format.PDF)


@plan_view(Action.SEE_BUDGET)
def budget_execution_file(request: UserRequest, plan: Plan, extension: str) -> HttpResponse:  # noqa: ARG001 - a view
    """Dự kiến – được giao – quyết toán in Excel or PDF."""
    if extension not in DOWNLOADS:
        raise Http404(extension)
    fmt, document = Format(extension), execution_document(plan, execution(plan))
    response = HttpResponse(render_once(document, fmt), content_type=fmt.content_type)
    disposition = content_disposition_header(as_attachment=True, filename=file_name(document, fmt))
    response["Content-Disposition"] = disposition or ""
    response["Cache-Control"] = "no-store, private"
    return response
