"""Workbooks to fill in without the network: one for a unit, and all of them for the Board."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.urls import reverse

from quotas.imports.unit_workbook_made import unit_workbook
from trainingplan.models import Participant, Plan
from trainingplan.policies import WRITE, Action, UserRequest, editable_units, plan_view, visible_unit_or_404
from trainingplan.services.jobs import start_job
from trainingplan.views.jobs import follow
from trainingplan.views.sheets import workbook_reply


@plan_view(Action.EDIT_REGISTRATION)
def registration_workbook(request: UserRequest, plan: Plan, unit_key: str) -> HttpResponse:
    """The pre-filled workbook of a unit for which the user writes."""
    unit = visible_unit_or_404(request.user, unit_key)
    if not editable_units(request.user).filter(pk=unit.pk).exists():
        raise PermissionDenied(Action.EDIT_REGISTRATION)
    if not Participant.objects.filter(plan=plan, unit=unit).exists():
        raise Http404(unit_key)
    name, content = unit_workbook(plan, unit, request.user)
    return workbook_reply(content, name)


@plan_view(Action.RUN_ROUND, WRITE)
def registration_workbooks(request: UserRequest, plan: Plan) -> HttpResponse:
    """Ask for the workbooks of all units as one archive."""
    job = start_job(
        kind="phieu-dang-ky",
        title=f"Phiếu đăng ký {plan.year} của tất cả đơn vị",
        params={},
        plan=plan,
        actor=request.user,
        back=reverse("progress", kwargs={"year": plan.year}),
    )
    return follow(request, job)
