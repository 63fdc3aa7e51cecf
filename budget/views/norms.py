"""Norm sets to be read, lines that another set would price now, and the decision on a line's money."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from budget.forms.lines import StateForm
from budget.models import BudgetLine
from budget.policies import why_budget_closed
from budget.selectors.norms import all_norms, outdated_lines
from budget.services.states import approve_line, reopen_line, reprice_lines
from budget.views.data_sheets import norms_data
from trainingplan.models import Plan
from trainingplan.policies import FORM, Action, UserRequest, may, plan_view
from trainingplan.rules.numbers import format_count
from trainingplan.services.refusals import Refused
from trainingplan.views.sheets import page_or_sheet


@plan_view(Action.SEE_BUDGET)
def norm_sets(request: UserRequest, plan: Plan) -> HttpResponse:
    """Every norm set with its validity, its levels, and what is wrong with it."""
    norms = all_norms()
    context = {
        "plan": plan,
        "norms": norms,
        "keeps": may(request.user, Action.KEEP_NORMS),
        "illustrative": any(one.illustrative for one in norms),
    }
    return page_or_sheet(request, "budget/norm_sets.html", context, lambda: norms_data(norms))


@plan_view(Action.EDIT_BUDGET, FORM)
def budget_reprice(request: UserRequest, plan: Plan) -> HttpResponse:
    """The lines that another norm set would price now, and on POST their new prices."""
    problem = ""
    if request.method == "POST":
        try:
            done = reprice_lines(plan=plan, actor=request.user)
        except Refused as refusal:
            problem = refusal.message
        else:
            messages.success(request, f"Đã tính lại {format_count(len(done))} dòng.", extra_tags="is-ok")
            return redirect("budget", year=plan.year)
    context = {
        "plan": plan,
        "outdated": outdated_lines(plan),
        "problem": problem,
        "closed_reason": why_budget_closed(plan),
    }
    return render(request, "budget/reprice.html", context)


@plan_view(Action.EDIT_BUDGET, FORM)
def budget_line_state(request: UserRequest, plan: Plan, pk: int) -> HttpResponse:
    """Approve a line's money, or take it back to what is only planned."""
    line = get_object_or_404(BudgetLine.objects.select_related("norm_set"), plan=plan, pk=pk)
    form = StateForm(request.POST or None, initial={"version": line.version})
    if request.method == "POST" and form.is_valid():
        turn = reopen_line if line.keeps_its_norms else approve_line
        reason = form.cleaned_data["reason"]
        try:
            done = turn(plan=plan, line=line, version=form.seen_version, actor=request.user, reason=reason)
        except Refused as refusal:
            form.take(refusal)
        else:
            words = f"Dòng «{done.content}»: {done.get_state_display()}."
            messages.success(request, words, extra_tags="is-ok")
            return redirect("budget", year=plan.year)
    context = {"plan": plan, "line": line, "form": form, "closed_reason": why_budget_closed(plan)}
    return render(request, "budget/line_state.html", context)
