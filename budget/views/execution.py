"""Dự kiến – được giao – quyết toán: the table, the forms of granted and settled amounts, taking out a decision."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from budget.forms.execution import AmountsForm, GrantForm, GrantRemovalForm, SettleForm
from budget.models import FundSource, Grant
from budget.selectors.execution import Execution, execution, execution_mark
from budget.services.grants import add_grant, remove_grant, words_of
from budget.services.settlements import settle
from trainingplan.models import Plan
from trainingplan.policies import FORM, Action, UserRequest, may, plan_view, why_ended
from trainingplan.rules.numbers import format_count, format_money
from trainingplan.services.refusals import Refused

DOING, PICK, FILL, ADD_UP = "lam", "chon", "dien", "cong"
"""The forms' buttons beside the one that saves, told apart by name; they need no script."""


@plan_view(Action.SEE_BUDGET)
def budget_execution(request: UserRequest, plan: Plan) -> HttpResponse:
    """The three amounts by class and source."""
    table = execution(plan)
    context = {
        "plan": plan,
        "table": table,
        "editable": may(request.user, Action.EDIT_BUDGET) and not why_ended(plan),
        "unfolded": request.GET.get("nguon") == "mo",
        "illustrative": table.illustrative,
    }
    return render(request, "budget/execution.html", context)


def _while_it_runs(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A form of a plan that has ended is not shown: who opens it is told why, over the table."""

    @wraps(view)
    def shown(request: UserRequest, plan: Plan, *args: Any, **kwargs: Any) -> HttpResponse:
        if not (why := why_ended(plan)):
            return view(request, plan, *args, **kwargs)
        messages.error(request, why, extra_tags="is-bad")
        return redirect("budget-execution", year=plan.year)

    return shown


@plan_view(Action.EDIT_BUDGET, FORM)
@_while_it_runs
def budget_grant_add(request: UserRequest, plan: Plan) -> HttpResponse:
    """A decision: which classes get how much from which source."""
    table, sources = execution(plan), list(FundSource.objects.all())
    extra = next((source for source in sources if source.key == request.GET.get("nguon")), None)
    form = GrantForm(request.POST or None, table=table, extra=extra, initial=GrantForm.fresh(execution_mark(plan)))
    doing = request.POST.get(DOING, "")
    if doing in (PICK, FILL):
        form = GrantForm(table=table, extra=extra, initial=_refilled(form, doing))
    elif request.method == "POST" and form.is_valid() and doing != ADD_UP:
        try:
            grant = _grant(request, plan, form)
        except Refused as refusal:
            form = _refused(request, plan, form, refusal, extra)
        else:
            summary = form.summary()
            words = (
                f"Đã ghi {words_of(grant)}: {format_count(summary.lines)} dòng, {format_money(summary.amount)} đồng."
            )
            messages.success(request, words, extra_tags="is-ok")
            return redirect("budget-execution", year=plan.year)
    context = _context(plan, table, form) | {"sources": sources, "extra": extra}
    return render(request, "budget/grant_form.html", context)


@plan_view(Action.EDIT_BUDGET, FORM)
@_while_it_runs
def budget_grant_remove(request: UserRequest, plan: Plan, pk: int) -> HttpResponse:
    """What a decision says, and on POST its removal."""
    grant = get_object_or_404(Grant, plan=plan, pk=pk)
    form = GrantRemovalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            remove_grant(plan=plan, grant=grant, actor=request.user, reason=form.cleaned_data["reason"])
        except Refused as refusal:
            form.take(refusal)
        else:
            messages.success(request, f"Đã xóa {words_of(grant)}.", extra_tags="is-ok")
            return redirect("budget-execution", year=plan.year)
    decision = next((one for one in execution(plan).decisions if one.grant.pk == grant.pk), None)
    if decision is None:
        messages.warning(request, "Quyết định này vừa được xóa.", extra_tags="is-warn")
        return redirect("budget-execution", year=plan.year)
    context = {"plan": plan, "decision": decision, "words": words_of(grant), "form": form}
    return render(request, "budget/grant_remove.html", context)


@plan_view(Action.EDIT_BUDGET, FORM)
@_while_it_runs
def budget_settle(request: UserRequest, plan: Plan) -> HttpResponse:
    """What is settled of each class and source."""
    table = execution(plan)
    parts = [part for one in table.classes for part in one.parts]
    form = SettleForm(request.POST or None, table=table, initial=SettleForm.fresh(parts))
    doing = request.POST.get(DOING, "")
    if doing in (PICK, FILL):
        form = SettleForm(table=table, initial=_refilled(form, doing))
    elif request.method == "POST" and form.is_valid() and doing != ADD_UP:
        try:
            changed = settle(plan=plan, rows=form.rows_typed, actor=request.user)
        except Refused as refusal:
            form.take(refusal)
        else:
            words = f"Đã ghi {format_count(changed)} số quyết toán." if changed else "Không có số nào thay đổi."
            messages.success(request, words, extra_tags="is-ok")
            return redirect("budget-execution", year=plan.year)
    return render(request, "budget/settle_form.html", _context(plan, table, form))


def _grant(request: UserRequest, plan: Plan, form: GrantForm) -> Grant:
    return add_grant(
        plan=plan,
        data=form.data_typed,
        amounts=form.amounts_typed,
        actor=request.user,
        mark=form.cleaned_data["mark"],
        token=form.cleaned_data["token"],
    )


def _refused(
    request: UserRequest, plan: Plan, form: GrantForm, refusal: Refused, extra: FundSource | None
) -> GrantForm:
    """The same form with the reason; where another decision came first, over what stands now, to be sent again."""
    if refusal.field == "mark":
        typed = request.POST.copy()
        typed["mark"] = execution_mark(plan)
        form = GrantForm(typed, table=execution(plan), extra=extra)
    form.take(refusal)
    return form


def _refilled(form: AmountsForm, doing: str) -> dict[str, Any]:
    return form.all_picked() if doing == PICK else form.filled()


def _context(plan: Plan, table: Execution, form: AmountsForm) -> dict[str, Any]:
    return {
        "plan": plan,
        "form": form,
        "groups": list(form.table),
        "summary": form.summary(),
        "illustrative": table.illustrative,
    }
