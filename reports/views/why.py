"""Vì sao số này đổi?: a figure's cells with who and when, and what changed it between two days."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render

from reports.why import NATURES, Figure, Measure, Subject, UnknownFigure, subject_of, why_address
from reports.why_form import PeriodForm
from reports.why_page import last_week, why
from reports.why_rows import TABLES, row_history
from trainingplan.models import Plan
from trainingplan.policies import Action, UserRequest, may, plan_view

MOST_DIGITS = 9
DEFAULTS = (Measure.ALLOCATED, Measure.BUDGET)


@plan_view(Action.SEE_DASHBOARD)
def why_changed(request: UserRequest, plan: Plan) -> HttpResponse:
    """`?so=phan-bo&chi-tieu=12&don-vi=<key>&tu_ngay=16/11/2026&den_ngay=23/11/2026`; see `reports.why.Figure`."""
    figure = _figure(request)
    if not may(request.user, figure.nature.action):
        raise PermissionDenied(figure.nature.action)
    try:
        subject = subject_of(plan, figure, request.user)
    except UnknownFigure as error:
        raise Http404(str(error)) from error
    asked = "tu_ngay" in request.GET or "den_ngay" in request.GET
    week = last_week()
    form = PeriodForm(request.GET if asked else None, initial={"tu_ngay": week.first, "den_ngay": week.last})
    explained = why(subject, form.period() if form.is_valid() else week)
    context = {
        "plan": plan,
        "form": form,
        "figure": figure,
        "subject": subject,
        "carried": _pairs(figure),
        "tabs": _tabs(subject),
        "why": explained,
        "illustrative": explained.illustrative,
        "whole_log": may(request.user, Action.SEE_TRAIL),
    }
    return render(request, "reports/why.html", context)


def _tabs(subject: Subject) -> list[tuple[str, str, bool]]:
    """The same subject counted otherwise, as far as the reader may ask: label, address, whether it is this one."""
    tabs = []
    for measure in Measure:
        figure = subject.among(measure)
        if url := why_address(subject.plan, figure, subject.user):
            tabs.append((NATURES[measure].label, url, measure is subject.figure.measure))
    return tabs


def _pairs(figure: Figure) -> list[tuple[str, str]]:
    """What the form of the days carries along."""
    query = QueryDict(figure.query())
    return [(name, value) for name, values in query.lists() for value in values]


def _figure(request: UserRequest) -> Figure:
    """The figure of the address; raises Http404 for what is none."""
    query = request.GET
    try:
        measure = Measure(query["so"]) if "so" in query else next(m for m in DEFAULTS if _may(request, m))
    except (ValueError, StopIteration) as error:
        raise Http404("so") from error
    return Figure(
        measure=measure,
        quota_ids=tuple(dict.fromkeys(_number(text) for text in query.getlist("chi-tieu"))),
        programme=query.get("chuong-trinh", ""),
        appendix=_number(query["phu-luc"]) if "phu-luc" in query else None,
        unit=query.get("don-vi", ""),
        group_id=_number(query["khoi"]) if "khoi" in query else None,
    )


def _may(request: UserRequest, measure: Measure) -> bool:
    return may(request.user, NATURES[measure].action)


def _number(typed: str) -> int:
    if not (typed.isascii() and typed.isdigit() and len(typed) <= MOST_DIGITS):
        raise Http404(typed)
    return int(typed)


@plan_view(Action.SEE_TRAIL)
def why_row(request: UserRequest, plan: Plan) -> HttpResponse:
    """Lịch sử một dòng: all changes of a quota, a nominee or a line of the budget. `?bang=quota&dong=12`."""
    table = request.GET.get("bang", "")
    if table not in TABLES:
        raise Http404(table)
    history = row_history(plan, table, _number(request.GET.get("dong", "")))
    if history is None:
        raise Http404("dong")
    return render(request, "reports/why_row.html", {"plan": plan, "history": history})
