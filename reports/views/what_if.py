"""An assumption about levels as a file, from the same address as its page."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header

from budget.forms.what_if import WhatIfForm
from budget.selectors.what_if import assume, lines_with_costs, used_norms
from reports.exports import Format, file_name
from reports.rendered import render_once
from reports.what_if import what_if_document
from trainingplan.models import Plan
from trainingplan.policies import Action, UserRequest, plan_view

DOWNLOADS = (Format.XLSX, Format.PDF)


@plan_view(Action.SEE_BUDGET)
def budget_what_if_file(request: UserRequest, plan: Plan, extension: str) -> HttpResponse:
    """The assumption in Excel or PDF; one that cannot be read or changes nothing leads to its page, which says so."""
    if extension not in DOWNLOADS:
        raise Http404(extension)
    lines = lines_with_costs(plan)
    form = WhatIfForm(request.GET, plan=plan, norms=used_norms(lines))
    assumed = assume(plan, lines, form.assumption) if form.is_valid() else None
    if assumed is None or not assumed.classes or assumed.too_large:
        page = reverse("budget-what-if", kwargs={"year": plan.year})
        return redirect(f"{page}?{request.GET.urlencode()}")
    fmt, document = Format(extension), what_if_document(plan, form.words, assumed)
    response = HttpResponse(render_once(document, fmt), content_type=fmt.content_type)
    disposition = content_disposition_header(as_attachment=True, filename=file_name(document, fmt))
    response["Content-Disposition"] = disposition or ""
    response["Cache-Control"] = "no-store, private"
    return response
