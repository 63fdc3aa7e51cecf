"""Nhật ký: who changed what, from which value to which, when and why."""

from uuid import UUID

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render

from reports.forms import TrailForm
from reports.trail import TrailPage, batch_changes, changes, choices, trail_page, whole_batch
from reports.versions import log_anchors
from reports.views.data_sheets import trail_data
from trainingplan.models import Change, Plan
from trainingplan.policies import Action, UserRequest, plan_view, visible_units
from trainingplan.sealed_log import Check, check_log
from trainingplan.selectors import plan_units
from trainingplan.services.seals import log_head
from trainingplan.views.sheets import asks_for_sheet, sheet_reply

PAGE, BATCH, CHECK = "trang", "lan", "kiem-tra"
MOST_CHECKED = 100_000
MOST_PAGES = 6
"""Digits of a page number; more are no page."""


@plan_view(Action.SEE_TRAIL)
def trail(request: UserRequest, plan: Plan) -> HttpResponse:
    """The log by filters, or with `lan` one act with all its changes."""
    if BATCH in request.GET:
        return _one_batch(request, plan)
    form = TrailForm(request.GET, units=plan_units(plan, visible_units(request.user)), known=choices(plan))
    if asks_for_sheet(request) and form.is_valid():
        return sheet_reply(request, trail_data(plan, changes(plan, form.filters()), notes=_filter_words(form)))
    page = trail_page(plan, form.filters(), _number(request.GET)) if form.is_valid() else None
    context = {
        "plan": plan,
        "form": form,
        "page": page,
        "filtered": _filtered(request.GET),
        "head": log_head(),
        "check": _check() if CHECK in request.GET else None,
        "most": MOST_CHECKED,
        **_turns(request.GET, page),
    }
    return render(request, "reports/trail.html", context)


def _check() -> Check | str:
    """What the seals say of the whole log; of a long one only the command tells, a page would not wait for it."""
    if Change.objects.count() > MOST_CHECKED:
        return "Nhật ký quá dài để kiểm tra trên trang này: chạy lệnh manage.py verify_log trên máy chủ."
    return check_log(log_anchors())


def _one_batch(request: UserRequest, plan: Plan) -> HttpResponse:
    try:
        key = UUID(request.GET[BATCH])
    except ValueError as error:
        raise Http404(BATCH) from error
    page = whole_batch(plan, key, _number(request.GET))
    if page is None:
        raise Http404(key)
    if asks_for_sheet(request):
        return sheet_reply(request, trail_data(plan, batch_changes(plan, key)))
    return render(request, "reports/trail_batch.html", {"plan": plan, "page": page, **_turns(request.GET, page)})


def _filter_words(form: TrailForm) -> list[str]:
    """What was filtered by, for who has only the file."""
    shown = ((form.fields[name].label, form.data.get(name, "")) for name in form.fields)
    return [f"Lọc: {label} = {value}" for label, value in shown if value]


def _number(query: QueryDict) -> int:
    """The page asked for; whatever is no number is the first."""
    typed = query.get(PAGE) or ""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= MOST_PAGES else 1


def _filtered(query: QueryDict) -> bool:
    return any(value for name, value in query.items() if name not in (PAGE, CHECK))


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
    turned.pop(CHECK, None)
    turned[PAGE] = str(number)
    return f"?{turned.urlencode()}"
