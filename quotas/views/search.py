"""Searching units, programmes and people from the top bar."""

from typing import Any

from django.http import HttpResponse

from quotas.selectors.search import find_people, find_quotas, find_units, search_words
from quotas.views.data_sheets import search_data
from trainingplan.models import Plan
from trainingplan.policies import Action, UserRequest, may, plan_view, visible_units
from trainingplan.views.sheets import page_or_sheet

LONGEST = 100
KINDS = (("units", "đơn vị"), ("quotas", "chỉ tiêu"), ("people", "cán bộ được cử"))


@plan_view(Action.SEE_HOME)
def search(request: UserRequest, plan: Plan) -> HttpResponse:
    """What the words lead to, of each kind that the user may see."""
    typed = request.GET.get("q", "")[:LONGEST].strip()
    words = search_words(typed)
    context: dict[str, Any] = {"plan": plan, "search_words": typed}
    if words:
        units = visible_units(request.user)
        if may(request.user, Action.SEE_REGISTRATION):
            context["units"] = find_units(plan, units, words)
        if may(request.user, Action.SEE_ALLOCATION):
            context["quotas"] = find_quotas(plan, words)
        if may(request.user, Action.SEE_ROSTER):
            people = find_people(plan, units, words)
            context |= {"people": people, "illustrative": people.illustrative}
    found = tuple((label, context.get(name)) for name, label in KINDS)
    return page_or_sheet(request, "quotas/search.html", context, lambda: search_data(plan, typed, found))
