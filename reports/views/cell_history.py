"""Lịch sử một ô: the whole page, or with `manh` the part that a grid shows in a dialog."""

from functools import partial

from django.core.validators import slug_re
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404

from reports.cell_history import cell_history as read_history
from reports.cell_history import tables_for
from reports.views.data_sheets import cell_history_data
from trainingplan.models import Plan, Unit, User
from trainingplan.policies import Action, UserRequest, may, plan_view, visible_unit_or_404, visible_units
from trainingplan.selectors import unit_name
from trainingplan.views.sheets import page_or_sheet

TABLE, UNIT, COLUMN, FRAGMENT = "bang", "don-vi", "chi-tieu", "manh"
MOST_DIGITS = 18


@plan_view(Action.SEE_CELL_HISTORY)
def cell_history(request: UserRequest, plan: Plan) -> HttpResponse:
    """`?bang=allocation&don-vi=<key>&chi-tieu=<id>`; a cap's column is a programme, a sub-allocation's a sub-quota.

    A grid names the unit by its id.
    """
    table = request.GET.get(TABLE, "")
    if table not in tables_for(request.user):
        raise Http404(table)
    unit = _unit(request.user, request.GET.get(UNIT, ""))
    history = read_history(plan, table, unit, _key(request.GET.get(COLUMN, "")), request.user)
    if history is None:
        raise Http404(COLUMN)
    context = {
        "plan": plan,
        "history": history,
        "unit_name": unit_name(plan, unit),
        "whole": may(request.user, Action.SEE_TRAIL),
    }
    name = "reports/trail_cell_steps.html" if request.GET.get(FRAGMENT) else "reports/trail_cell.html"
    data = partial(cell_history_data, plan, str(context["unit_name"]), history)
    return page_or_sheet(request, name, context, data)


def _unit(user: User, typed: str) -> Unit:
    if _is_id(typed):
        return get_object_or_404(visible_units(user), pk=typed)
    if not slug_re.match(typed):
        raise Http404(UNIT)
    return visible_unit_or_404(user, typed)


def _key(typed: str) -> int:
    if not _is_id(typed):
        raise Http404(COLUMN)
    return int(typed)


def _is_id(typed: str) -> bool:
    return typed.isascii() and typed.isdigit() and len(typed) <= MOST_DIGITS
