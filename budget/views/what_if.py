"""What if levels were others: read and never stored; the assumption is in the address."""

from django.http import HttpResponse
from django.shortcuts import render

from budget.forms.what_if import WhatIfForm
from budget.selectors.what_if import assume, lines_with_costs, shows_illustrative, used_norms
from trainingplan.models import Plan
from trainingplan.policies import Action, UserRequest, plan_view


@plan_view(Action.SEE_BUDGET)
def budget_what_if(request: UserRequest, plan: Plan) -> HttpResponse:
    """The form of the assumption, and what it comes to class by class."""
    lines = lines_with_costs(plan)
    form = WhatIfForm(request.GET, plan=plan, norms=used_norms(lines))
    assumed = assume(plan, lines, form.assumption) if form.is_valid() else None
    if assumed and assumed.too_large:
        form.add_error("assumed", "Tổng kinh phí theo giả định lớn quá mức lưu được. Nhập tỷ lệ hoặc mức nhỏ hơn.")
        assumed = None
    context = {
        "plan": plan,
        "form": form,
        "assumed": assumed,
        "address": request.GET.urlencode(),
        "illustrative": shows_illustrative(plan, lines),
    }
    return render(request, "budget/what_if.html", context)
