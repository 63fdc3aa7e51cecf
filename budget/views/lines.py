"""The table of the budget, and the form of one line with its estimate."""

from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from budget.forms.lines import BudgetLineForm, RemovalForm, initial_of
from budget.models import BudgetLine
from budget.policies import why_budget_closed, why_line_closed
from budget.selectors.norms import norms_used, outdated_lines
from budget.selectors.table import budget_table, group_names, providers
from budget.services.lines import remove_line, save_line
from budget.views.data_sheets import budget_data
from trainingplan.models import Plan
from trainingplan.policies import FORM, Action, UserRequest, may, plan_view
from trainingplan.rules.numbers import format_money
from trainingplan.services.refusals import Refused
from trainingplan.views.sheets import page_or_sheet

DOING, FILL, MORE, COMPUTE = "lam", "dien", "them", "tinh"
"""The form's buttons beside the one that saves, told apart by name; they need no script."""


@plan_view(Action.SEE_BUDGET)
def budget(request: UserRequest, plan: Plan) -> HttpResponse:
    """All lines in their groups, with totals by source."""
    table, norms = budget_table(plan), norms_used(plan)
    edits = may(request.user, Action.EDIT_BUDGET)
    closed_reason = why_budget_closed(plan)
    context = {
        "plan": plan,
        "table": table,
        "norms": norms,
        "outdated": outdated_lines(plan),
        "editable": edits and not closed_reason,
        "closed_reason": closed_reason if edits else "",
        "illustrative": table.illustrative or any(norm.illustrative for norm in norms),
    }
    return page_or_sheet(request, "budget/budget.html", context, lambda: budget_data(plan, table))


@plan_view(Action.EDIT_BUDGET, FORM)
def budget_line_add(request: UserRequest, plan: Plan) -> HttpResponse:
    """A new line."""
    initial = {"token": uuid4(), "group": request.GET.get("nhom", "")}
    form = BudgetLineForm(request.POST or None, plan=plan, initial=initial)
    return _answer(request, plan, None, form)


@plan_view(Action.EDIT_BUDGET, FORM)
def budget_line_edit(request: UserRequest, plan: Plan, pk: int) -> HttpResponse:
    """A line that stands, with the version that was seen."""
    line = get_object_or_404(BudgetLine, plan=plan, pk=pk)
    form = BudgetLineForm(request.POST or None, plan=plan, line=line, initial=initial_of(line))
    return _answer(request, plan, line, form)


@plan_view(Action.EDIT_BUDGET, FORM)
def budget_line_remove(request: UserRequest, plan: Plan, pk: int) -> HttpResponse:
    """What would be deleted, and on POST its deletion."""
    line = get_object_or_404(BudgetLine, plan=plan, pk=pk)
    form = RemovalForm(request.POST or None, initial={"version": line.version})
    if request.method == "POST" and form.is_valid():
        try:
            remove_line(
                plan=plan,
                line=line,
                version=form.seen_version,
                actor=request.user,
                reason=form.cleaned_data["reason"],
            )
        except Refused as refusal:
            form.take(refusal)
        else:
            messages.success(
                request, f"Đã xóa dòng «{line.content}», {format_money(line.amount, unit=True)}.", extra_tags="is-ok"
            )
            return redirect("budget", year=plan.year)
    context = {"plan": plan, "line": line, "form": form, "closed_reason": _why_closed(plan, line)}
    return render(request, "budget/line_remove.html", context)


def _answer(request: UserRequest, plan: Plan, line: BudgetLine | None, form: BudgetLineForm) -> HttpResponse:
    """Do what the pressed button says: fill the rows, add some, compute, or save."""
    doing = request.POST.get(DOING, "")
    if doing in (FILL, MORE):
        form = _retyped(plan, line, form, fill=doing == FILL)
    elif request.method == "POST" and form.is_valid() and doing != COMPUTE:
        try:
            saved = _save(request, plan, line, form)
        except Refused as refusal:
            form.take(refusal)
        else:
            messages.success(
                request, f"Đã lưu dòng «{saved.content}», {format_money(saved.amount, unit=True)}.", extra_tags="is-ok"
            )
            return redirect(f"{reverse('budget', kwargs={'year': plan.year})}#dong-{saved.pk}")
    context = {
        "plan": plan,
        "line": line,
        "form": form,
        "total": form.price(),
        "groups": group_names(plan),
        "providers": providers(plan),
        "closed_reason": _why_closed(plan, line),
        "budget_open": not why_budget_closed(plan),
        "illustrative": plan.illustrative or bool(line and line.illustrative),
    }
    return render(request, "budget/line_form.html", context)


def _save(request: UserRequest, plan: Plan, line: BudgetLine | None, form: BudgetLineForm) -> BudgetLine:
    return save_line(
        plan=plan,
        line=line,
        data=form.line_data,
        costs=form.cost_data,
        shares=form.paid,
        payer_id=form.payer_id,
        actor=request.user,
        version=form.seen_version,
        token=form.cleaned_data["token"],
    )


def _retyped(plan: Plan, line: BudgetLine | None, form: BudgetLineForm, *, fill: bool) -> BudgetLineForm:
    """The same form as it was typed, unjudged, with the usual costs filled in or with more empty rows."""
    typed = {name: form[name].value() for name in form.fields}
    rows = form.usual_rows() if fill else form.typed_rows()
    again = BudgetLineForm(plan=plan, line=line, initial=typed, costs=rows)
    again.fill_problem = form.fill_problem if fill else ""
    return again


def _why_closed(plan: Plan, line: BudgetLine | None) -> str:
    return why_budget_closed(plan) or (why_line_closed(line) if line else "")
