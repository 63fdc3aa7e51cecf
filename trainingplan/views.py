"""Views of the kernel."""

from django.http import HttpResponse
from django.shortcuts import redirect

from trainingplan.models import Plan
from trainingplan.policies import Action, UserRequest, access


@access(Action.SEE_HOME)
def home(request: UserRequest) -> HttpResponse:
    """Send the user to the current plan."""
    return redirect("tasks", year=Plan.objects.latest("year").year)
