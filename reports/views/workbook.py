"""The whole plan as one workbook, for those who keep the plan."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from reports.views.files import attachment
from reports.workbook.writing import write_workbook
from trainingplan.models import Plan
from trainingplan.policies import Action, UserRequest, plan_view
from trainingplan.services.refusals import Refused

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@plan_view(Action.EDIT_PLAN)
def workbook(request: UserRequest, plan: Plan) -> HttpResponse:
    """Everything of the plan, people's data among it; a text that no cell holds is told on the page of appendices."""
    try:
        content = write_workbook(plan.year, timezone.localdate())
    except Refused as refusal:
        messages.error(request, refusal.message, extra_tags="is-bad")
        return redirect("appendices", plan.year)
    return attachment(content, f"so-ke-hoach-{plan.year}.xlsx", XLSX)
