"""Hạn của các bước: by when the phases after registration are to be done."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from quotas.selectors.phases import phase_deadlines
from quotas.services.phases import set_phase_deadlines, why_phases_fixed
from quotas.views.round_form import PhaseForm
from trainingplan.frame import Deadline
from trainingplan.models import Plan
from trainingplan.policies import FORM, Action, UserRequest, plan_view
from trainingplan.services.refusals import Refused


@plan_view(Action.RUN_ROUND, FORM)
def round_phases(request: UserRequest, plan: Plan) -> HttpResponse:
    """What stands (GET), and setting it (POST)."""
    form = PhaseForm(request.POST or None, standing=phase_deadlines(plan))
    if request.method == "POST" and form.is_valid():
        try:
            set_phase_deadlines(plan=plan, due=form.due, reason=form.cleaned_data["reason"], actor=request.user)
        except Refused as refused:
            form.take(refused)
        else:
            messages.success(request, "Đã đặt hạn của các bước.", extra_tags="is-ok")
            return redirect("round-phases", plan.year)
    context = {"plan": plan, "form": form, "fixed_reason": why_phases_fixed(plan), "deadlines": labelled(plan)}
    return render(request, "quotas/progress_phases.html", context)


def labelled(plan: Plan) -> list[tuple[str, Deadline]]:
    """The deadlines of the plan's phases in order, registration first, those that are set."""
    first = [("Đăng ký nhu cầu", plan.registration_closes_at)] if plan.registration_closes_at else []
    later = [(phase.label.capitalize(), at) for phase, at in phase_deadlines(plan).items()]
    return [(label, Deadline(at)) for label, at in (*first, *later)]
