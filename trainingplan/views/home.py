"""The way in, and "Việc của tôi"."""

from itertools import takewhile

from django.http import HttpResponse
from django.shortcuts import redirect, render

from trainingplan.models import Plan
from trainingplan.policies import Action, UserRequest, access, plan_view


@access(Action.SEE_HOME)
def home(request: UserRequest) -> HttpResponse:
    """Send the user to the newest plan; before there is one, say so."""
    plan = Plan.objects.order_by("-year").first()
    return redirect("tasks", year=plan.year) if plan else render(request, "trainingplan/no_plan.html")


@plan_view(Action.SEE_HOME)
def tasks(request: UserRequest, plan: Plan) -> HttpResponse:
    """What waits for the user, by deadline. The tasks themselves come with the frame, which counts them."""
    return render(request, "trainingplan/tasks.html", {"plan": plan, "steps": plan_steps(plan)})


def plan_steps(plan: Plan) -> list[tuple[str, str]]:
    """The states of a plan in order, each "done", "now" or still to come ("")."""
    states = [state for state in Plan.State if state != Plan.State.AMENDING or plan.state == state]
    done = set(takewhile(lambda state: state != plan.state, states))
    return [(str(state.label), "done" if state in done else "now" if state == plan.state else "") for state in states]
