"""Số liệu của văn bản: one bound figure with its formula, its rows and who changed it last."""

from django.http import Http404, HttpResponse
from django.shortcuts import render

from reports.field_list import field_list, one_field
from reports.field_rows import QUERY, figure_view
from trainingplan.models import Plan
from trainingplan.policies import Action, UserRequest, plan_view

FRAGMENT = "manh"


@plan_view(Action.SEE_PLAN)
def figure(request: UserRequest, plan: Plan) -> HttpResponse:
    """`?truong={quota:KEY}`: the whole page, or with `manh` the part that the editor shows beside the text."""
    field = one_field(request.GET.get(QUERY, ""))
    if field is None:
        raise Http404(QUERY)
    view = figure_view(plan, field, field_list(plan, ()), request.user)
    name = "reports/figure_parts.html" if request.GET.get(FRAGMENT) else "reports/figure.html"
    return render(request, name, {"plan": plan, "view": view, "illustrative": view.illustrative})
