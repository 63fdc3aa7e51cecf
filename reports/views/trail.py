"""Nhật ký: who changed what, from which value to which, when and why."""

from uuid import UUID

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render

from reports.forms import TrailForm
from reports.trail import BatchPage, Stretch, batch_changes, changes, choices, whole_batch
from reports.trail import trail as read_trail
from reports.versions import log_anchors
from reports.views.data_sheets import trail_data
from trainingplan.models import Change, Plan
from trainingplan.policies import Action, UserRequest, plan_view, visible_units
from trainingplan.sealed_log import Check, check_log
from trainingplan.selectors import plan_units
from trainingplan.services.seals import log_head
from trainingplan.views.sheets import asks_for_sheet, sheet_reply

PAGE, BATCH, CHECK = "trang", "lan", "kiem-tra"
BEFORE, AFTER = "truoc", "sau"
MOST_CHECKED = 100_000
MOST_DIGITS = 18
"""Of a page's number and of a key in the log; more are none."""


@plan_view(Action.SEE_TRAIL)
def trail(request: UserRequest, plan: Plan) -> HttpResponse:
    """The log by filters, or with `lan` one act with all its changes."""
    if BATCH in request.GET:
        return _one_batch(request, plan)
    form = TrailForm(request.GET, units=plan_units(plan, visible_units(request.user)), known=choices(plan))
    if asks_for_sheet(request) and form.is_valid():
        return sheet_reply(request, trail_data(plan, changes(plan, form.filters()), notes=_filter_words(form)))
    page = _stretch(request.GET, plan, form) if form.is_valid() else None
    context = {
        "plan": plan,
        "form": form,
        "page": page,
        "filtered": _filtered(request.GET),
        "head": log_head(),
        "check": _check() if CHECK in request.GET else None,
        "most": MOST_CHECKED,
        **(_turns(request.GET, AFTER, page.after, BEFORE, page.before) if page else {}),
    }
    return render(request, "reports/trail.html", context)


def _stretch(query: QueryDict, plan: Plan, form: TrailForm) -> Stretch:
    return read_trail(plan, form.filters(), before=_number(query, BEFORE), after=_number(query, AFTER))


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
    page = whole_batch(plan, key, _number(request.GET, PAGE) or 1)
    if page is None:
        raise Http404(key)
    if asks_for_sheet(request):
        return sheet_reply(request, trail_data(plan, batch_changes(plan, key)))
    return render(request, "reports/trail_batch.html", {"plan": plan, "page": page, **_pages(request.GET, page)})


def _filter_words(form: TrailForm) -> list[str]:
    """What was filtered by, for who has only the file."""
    shown = ((form.fields[name].label, form.data.get(name, "")) for name in form.fields)
    return [f"Lọc: {label} = {value}" for label, value in shown if value]


def _number(query: QueryDict, name: str) -> int | None:
    """The number asked for; whatever is no number is none."""
    typed = query.get(name) or ""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= MOST_DIGITS else None


def _filtered(query: QueryDict) -> bool:
    return any(value for name, value in query.items() if name not in (PAGE, BEFORE, AFTER, CHECK))


def _pages(query: QueryDict, page: BatchPage) -> dict[str, str]:
    newer = page.number - 1 if page.number > 1 else None
    return _turns(query, PAGE, newer, PAGE, page.number + 1 if page.number < page.pages else None)


def _turns(query: QueryDict, back: str, newer: int | None, on: str, older: int | None) -> dict[str, str]:
    """The addresses of the pages before and after, with the filters kept; empty where there is none."""
    return {
        "newer": "" if newer is None else _turn(query, back, newer),
        "older": "" if older is None else _turn(query, on, older),
    }


def _turn(query: QueryDict, name: str, number: int) -> str:
    turned = query.copy()
    for other in (CHECK, PAGE, BEFORE, AFTER):
        turned.pop(other, None)
    turned[name] = str(number)
    return f"?{turned.urlencode()}"
