"""Kết thúc: what is still open of an issued plan, its end by those who issue, and the way back."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render

from quotas.selectors.waiting import illustrative_cells
from reports.closing import remains, why_not_closable
from reports.services.closing import MARK, close_plan, closers_of, reopen_plan
from reports.views.issue_forms import ClosingForm, ReasonForm
from trainingplan.models import Closing, Plan
from trainingplan.policies import WRITE, Action, UserRequest, plan_view
from trainingplan.services.reauth import recently_signed_in
from trainingplan.services.refusals import Refused

MOST_DIGITS = 18


@plan_view(Action.SEE_PLAN)
def closing(request: UserRequest, plan: Plan) -> HttpResponse:
    """What is open, or since when the plan is closed; the form of who may close or reopen it."""
    return _page(request, plan)


def _page(
    request: UserRequest, plan: Plan, form: ClosingForm | None = None, reopening: ReasonForm | None = None
) -> HttpResponse:
    why = why_not_closable(plan)
    found = None if why else remains(plan)
    past = list(Closing.objects.filter(plan=plan))
    standing = next((one for one in past if one.reopened_at is None), None)
    rights = closers_of(request.user)
    if form is None and found:
        form = ClosingForm(found=found, initial={"mark": found.mark, "token": uuid4()})
    context = {
        "plan": plan,
        "closed": plan.state == Plan.State.CLOSED,
        "why": why,
        "found": found,
        "standing": standing,
        "past": [one for one in past if one.reopened_at],
        "right": next(iter(rights), None),
        "form": form if rights else None,
        "reopening": reopening or ReasonForm(),
        "illustrative": found.illustrative if found else bool(past) and illustrative_cells(plan),
    }
    return render(request, "reports/closing.html", context)


def _for_leaders(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Those who may act in the right of a leader, as a deputy too; the table of roles does not know deputies."""

    def guarded(request: UserRequest, plan: Plan, **kwargs: Any) -> HttpResponse:
        if not closers_of(request.user):
            raise PermissionDenied(Action.ISSUE_PLAN)
        return view(request, plan, **kwargs)

    return guarded


@plan_view(Action.SEE_PLAN, WRITE)
@_for_leaders
@recently_signed_in
def close(request: UserRequest, plan: Plan) -> HttpResponse:
    """Close the plan with what was seen; a second sending of the form finds it done."""
    found = remains(plan)
    form = ClosingForm(request.POST, found=found)
    if not form.is_valid():
        form.seen_anew(found)
        return _page(request, plan, form)
    try:
        done = close_plan(plan=plan, filled=form.filled, actor=request.user)
    except Refused as refused:
        return _refused(request, plan, form, refused)
    words = f"Đã kết thúc kế hoạch năm {done.plan.year}. Không ai ghi gì vào kế hoạch này nữa, cho đến khi mở lại."
    messages.success(request, words, extra_tags="is-ok")
    return redirect("plan-closing", plan.year)


def _refused(request: UserRequest, plan: Plan, form: ClosingForm, refused: Refused) -> HttpResponse:
    """The form with the reason, over what stands now; where it can be closed no more, the page."""
    stored = Plan.objects.get(pk=plan.pk)
    if why_not_closable(stored):
        messages.error(request, refused.message, extra_tags="is-bad")
        return redirect("plan-closing", plan.year)
    if refused.field == MARK:
        found = remains(stored)
        form = ClosingForm(request.POST, found=found)
        form.seen_anew(found)
    form.take(refused)
    return _page(request, stored, form)


@plan_view(Action.SEE_PLAN, WRITE)
@_for_leaders
@recently_signed_in
def reopen(request: UserRequest, plan: Plan) -> HttpResponse:
    """Open the closed plan again, with the reason."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, plan, reopening=form)
    typed = request.POST.get("lan", "")
    seen = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= MOST_DIGITS else None
    try:
        reopen_plan(plan=plan, reason=form.cleaned_data["reason"], actor=request.user, closing_id=seen)
    except Refused as refused:
        messages.error(request, refused.message, extra_tags="is-bad")
    else:
        words = f"Đã mở lại kế hoạch năm {plan.year}: kế hoạch ở bước «Đã ban hành» như trước khi kết thúc."
        messages.success(request, words, extra_tags="is-ok")
    return redirect("plan-closing", plan.year)
