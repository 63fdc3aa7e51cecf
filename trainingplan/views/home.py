"""The way in, and "Việc của tôi"."""

from itertools import takewhile

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.csrf import csrf_failure as csrf_failure_page

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


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page opened in another session than the one that asks; the grid's script is told in its own form."""
    if request.content_type != "application/json":
        return csrf_failure_page(request, reason)
    message = "Phiên làm việc đã đổi. Số vừa gõ còn giữ trong trình duyệt này: tải lại trang để lưu tiếp."
    return JsonResponse({"message": message}, status=403)


def plan_steps(plan: Plan) -> list[tuple[str, str]]:
    """The states of a plan in order, each "done", "now" or still to come ("")."""
    states = [state for state in Plan.State if state != Plan.State.AMENDING or plan.state == state]
    done = set(takewhile(lambda state: state != plan.state, states))
    return [(str(state.label), "done" if state in done else "now" if state == plan.state else "") for state in states]
