"""Nhật ký: who changed what, from which value to which, when and why."""

from uuid import UUID

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render

from reports.forms import TrailForm
from reports.trail import TrailPage, choices, trail_page, whole_batch
from trainingplan.models import Plan
from trainingplan.policies import Action, UserRequest, plan_view, visible_units
from trainingplan.selectors import plan_units

PAGE, BATCH = "trang", "lan"
MOST_PAGES = 6
"""Digits of a page number; more are no page."""


@plan_view(Action.SEE_TRAIL)
def trail(request: UserRequest, plan: Plan) -> HttpResponse:
    """The log by filters, or with `lan` one act with all its changes."""
    if BATCH in request.GET:
        return _one_batch(request, plan)
    form = TrailForm(request.GET, units=plan_units(plan, visible_units(request.user)), known=choices(plan))
    page = trail_page(plan, form.filters(), _number(request.GET)) if form.is_valid() else None
    context = {
        "plan": plan,
        "form": form,
        "page": page,
        "filtered": _filtered(request.GET),
        **_turns(request.GET, page),
    }
    return render(request, "reports/trail.html", context)


def _one_batch(request: UserRequest, plan: Plan) -> HttpResponse:
    try:
        key = UUID(request.GET[BATCH])
    except ValueError as error:
        raise Http404(BATCH) from error
    page = whole_batch(plan, key, _number(request.GET))
    if page is None:
        raise Http404(key)
    return render(request, "reports/trail_batch.html", {"plan": plan, "page": page, **_turns(request.GET, page)})


def _number(query: QueryDict) -> int:
    """The page asked for; whatever is no number is the first."""
    typed = query.get(PAGE) or ""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= MOST_PAGES else 1


def _filtered(query: QueryDict) -> bool:
    return any(value for name, value in query.items() if name != PAGE)


def _turns(query: QueryDict, page: TrailPage | None) -> dict[str, str]:
    """The addresses of the pages before and after, with the filters kept."""
    if page is None:
        return {}
    turns = {
        "newer": page.number - 1 if page.number > 1 else 0,
        "older": page.number + 1 if page.number < page.pages else 0,
    }
    return {name: _turn(query, number) if number else "" for name, number in turns.items()}


def _turn(query: QueryDict, number: int) -> str:
    turned = query.copy()
    turned[PAGE] = str(number)
    return f"?{turned.urlencode()}"
