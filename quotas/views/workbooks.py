"""Workbooks to fill in without the network: one for a unit, and all of them for the Board."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse

from quotas.imports.unit_workbook_made import unit_workbook
from trainingplan.models import Participant, Plan
from trainingplan.policies import Action, UserRequest, editable_units, plan_view, visible_unit_or_404
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
