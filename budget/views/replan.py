"""Re-planning within a smaller sum: options beside each other, one line by line, its acceptance and its undoing."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from budget.forms.replan import AcceptForm, WishesForm, seen_words
from budget.models import Replan
from budget.policies import why_budget_closed
from budget.rules.replan import Strategy
from budget.selectors.replan import cut_rows, mark_of, replanning, replans, undoing
from budget.services.replans import accept_replan, undo_replan
from trainingplan.models import Plan
from trainingplan.policies import FORM, WRITE, Action, UserRequest, may, plan_view
from trainingplan.rules.numbers import format_count, format_money
from trainingplan.services.refusals import Refused


@plan_view(Action.SEE_BUDGET)
def budget_replan(request: UserRequest, plan: Plan) -> HttpResponse:
    """What is asked, the options that hold it, and what was accepted before."""
    form = WishesForm(request.GET)
    replanned = replanning(plan, form.wishes)
    context = {
        "plan": plan,
        "form": form,
        "replanned": replanned,
        "options": replanned.options() if form.is_valid() else None,
        "wishes": form.wishes,
        "address": request.GET.urlencode(),
        "replans": replans(plan),
        "editable": _editable(request, plan),
        "illustrative": plan.illustrative or replanned.illustrative,
    }
    return render(request, "budget/replan.html", context)


@plan_view(Action.SEE_BUDGET)
def budget_replan_option(request: UserRequest, plan: Plan, way: str) -> HttpResponse:
    """One option, line by line; nothing is changed by looking."""
    return _option(request, plan, _strategy(way), AcceptForm())


@plan_view(Action.EDIT_BUDGET, WRITE)
def budget_replan_accept(request: UserRequest, plan: Plan, way: str) -> HttpResponse:
    """Make the option that was seen a change of the plan."""
    strategy, wishes, form = _strategy(way), WishesForm(request.GET), AcceptForm(request.POST)
    if not wishes.is_valid() or not form.is_valid():
        return _option(request, plan, strategy, form)
    try:
        done = accept_replan(
            plan=plan,
            wishes=wishes.wishes,
            strategy=strategy,
            seen=form.versions,
            mark=form.cleaned_data["mark"],
            reason=form.cleaned_data["reason"],
            actor=request.user,
        )
    except Refused as refusal:
        form.take(refusal)
        return _option(request, plan, strategy, form)
    words = f"Đã áp dụng «{done.way}»: {done.limited} còn {format_money(done.money_after, unit=True)}."
    messages.success(request, words, extra_tags="is-ok")
    return redirect("budget-replan", year=plan.year)


@plan_view(Action.EDIT_BUDGET, FORM)
def budget_replan_undo(request: UserRequest, plan: Plan, pk: int) -> HttpResponse:
    """What an undo would bring back and what it would leave, and on POST the undo."""
    replan = get_object_or_404(Replan.objects.select_related("made_by", "undone_by"), plan=plan, pk=pk)
    problem = ""
    if request.method == "POST":
        try:
            done = undo_replan(plan=plan, replan=replan, actor=request.user)
        except Refused as refusal:
            problem = refusal.message
        else:
            words = f"Đã hoàn tác «{replan.way}»: {format_count(len(done.restored))} dòng trở lại như trước."
            messages.success(request, words, extra_tags="is-ok")
            for content, why in done.kept:
                messages.warning(request, f"Giữ nguyên «{content}»: {why}.", extra_tags="is-warn")
            return redirect("budget-replan", year=plan.year)
    rows = undoing(replan)
    context = {
        "plan": plan,
        "replan": replan,
        "rows": rows,
        "problem": problem,
        "closed_reason": why_budget_closed(plan),
        "illustrative": plan.illustrative or any(row.was["illustrative"] for row, _ in rows),
    }
    return render(request, "budget/replan_undo.html", context)


def _option(request: UserRequest, plan: Plan, strategy: Strategy, form: AcceptForm) -> HttpResponse:
    """The option as it is now; where nothing is asked, or nothing is to be cut, the page that asks."""
    asked = WishesForm(request.GET)
    address = request.GET.urlencode()
    if not asked.is_valid():
        return redirect("budget-replan", year=plan.year)
    replanned = replanning(plan, asked.wishes)
    option = replanned.option(strategy)
    if not option.cuts:
        return redirect(f"{reverse('budget-replan', kwargs={'year': plan.year})}?{address}")
    hidden = {"seen": seen_words(replanned.seen), "mark": mark_of(option)}
    if form.is_bound:
        form.data = {**dict(form.data.items()), **hidden}
    else:
        form.initial = hidden
    context = {
        "plan": plan,
        "replanned": replanned,
        "option": option,
        "rows": cut_rows(replanned, option),
        "form": form,
        "address": address,
        "editable": _editable(request, plan),
        "closed_reason": why_budget_closed(plan),
        "illustrative": plan.illustrative or replanned.illustrative,
    }
    return render(request, "budget/replan_option.html", context)


def _strategy(way: str) -> Strategy:
    try:
        return Strategy(way)
    except ValueError as error:
        raise Http404(way) from error


def _editable(request: UserRequest, plan: Plan) -> bool:
    return may(request.user, Action.EDIT_BUDGET) and not why_budget_closed(plan)
