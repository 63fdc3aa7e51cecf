"""Tiến độ đăng ký: who has answered, who has not; and the round, with its deadline."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from quotas.policies import why_collecting_closed
from quotas.selectors.progress import GroupProgress, Progress, Standing, UnitProgress, progress
from quotas.services.rounds import has_opened, set_round, why_round_fixed
from quotas.views.data_sheets import progress_data
from quotas.views.round_form import RoundForm
from trainingplan.frame import Deadline
from trainingplan.models import Participant, Plan
from trainingplan.policies import FORM, Action, UserRequest, may, plan_view, visible_units, why_ended
from trainingplan.services.refusals import Refused
from trainingplan.views.sheets import page_or_sheet

UNANSWERED = "chua-tra-loi"
"""Stands for all standings without an answer."""
OWING = "qua-han"
"""Stands for all that are to be reminded: without an answer, and out of time."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter that can be set: where it leads, what it says, how many units there are."""

    url: str
    label: str
    units: int
    current: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A khối with those of its units that pass the filter; its counts stay those of the whole khối."""

    group: GroupProgress
    units: tuple[UnitProgress, ...]


@plan_view(Action.SEE_PROGRESS)
def progress_page(request: UserRequest, plan: Plan) -> HttpResponse:
    """The units by khối, all or those of one standing."""
    state = progress(plan, visible_units(request.user))
    standing, group = request.GET.get("trang-thai", ""), request.GET.get("khoi", "")
    shown = _filtered(state, standing, group)
    context = {
        "plan": plan,
        "progress": state,
        "groups": shown,
        "shown": sum(len(one.units) for one in shown),
        "standings": _standing_choices(state, standing, group),
        "khoi": _group_choices(state, standing, group),
        "filtered": bool(standing or group),
        "deadline": _deadline(plan),
        "may_run": may(request.user, Action.RUN_ROUND) and not why_ended(plan),
        "may_accept": may(request.user, Action.RUN_ROUND) and not why_collecting_closed(plan),
        "acceptable": sum(unit.acceptable for one in shown for unit in one.units),
        "all_ticked": request.GET.get("chon") == "tat-ca",
        "tick_all_url": _url(standing, group, tick=True),
        "illustrative": state.illustrative,
    }
    listed = [unit for one in shown for unit in one.units]
    notes = _filter_words(context)
    return page_or_sheet(
        request,
        "quotas/progress.html",
        context,
        lambda: progress_data(plan, listed, notes=notes, illustrative=state.illustrative),
    )


def _filter_words(context: Mapping[str, Any]) -> tuple[str, ...]:
    """Which of the filters are set, for who has only the file."""
    chosen = [choice.label for choice in (*context["standings"], *context["khoi"]) if choice.current]
    return tuple(f"Lọc: {label}" for label in chosen if not label.startswith("tất cả"))


def _deadline(plan: Plan) -> Deadline | None:
    return Deadline(plan.registration_closes_at) if plan.registration_closes_at else None


def _filtered(state: Progress, standing: str, group: str) -> list[Shown]:
    """The groups with the units that pass, without empty groups. A word that is no filter filters nothing."""
    known = standing in {UNANSWERED, OWING, *Standing}
    chosen = [one for one in state.groups if str(one.group_id) == group] or list(state.groups)
    shown = [Shown(one, tuple(unit for unit in one.units if not known or _passes(unit, standing))) for one in chosen]
    return [one for one in shown if one.units]


def _passes(unit: UnitProgress, standing: str) -> bool:
    if standing == OWING:
        return unit.owes
    return not unit.standing.answered if standing == UNANSWERED else unit.standing == standing


def _url(standing: str, group: str, *, tick: bool = False) -> str:
    parts = ("trang-thai", standing), ("khoi", group), ("chon", "tat-ca" if tick else "")
    query = {name: value for name, value in parts if value}
    return f"?{urlencode(query)}"


def _standing_choices(state: Progress, standing: str, group: str) -> list[Choice]:
    """All, all without an answer, and each standing; the khối that is chosen stays."""
    options = [
        ("", "tất cả", state.due),
        (UNANSWERED, "chưa trả lời", len(state.missing)),
        (OWING, "quá hạn", len(state.debtors)),
        *((tally.standing, tally.standing.label, tally.units) for tally in state.tallies),
    ]
    return [Choice(_url(value, group), label, units, standing == value) for value, label, units in options]


def _group_choices(state: Progress, standing: str, group: str) -> list[Choice]:
    """All and each khối; the standing that is chosen stays."""
    options = [("", "tất cả các khối", state.due), *((str(one.group_id), one.name, one.due) for one in state.groups)]
    return [Choice(_url(standing, value), label, units, group == value) for value, label, units in options]


@plan_view(Action.RUN_ROUND, FORM)
def round_settings(request: UserRequest, plan: Plan) -> HttpResponse:
    """Open the round or move its deadline: what it will do (GET), and doing it (POST)."""
    form = RoundForm(request.POST or None, plan=plan)
    if request.method == "POST" and form.is_valid() and _set(request, plan, form):
        return redirect("progress", plan.year)
    context = {
        "plan": plan,
        "form": form,
        "opened": has_opened(plan),
        "fixed_reason": why_round_fixed(plan),
        "units": Participant.objects.filter(plan=plan).count(),
        "deadline": _deadline(plan),
    }
    return render(request, "quotas/progress_round.html", context)


def _set(request: UserRequest, plan: Plan, form: RoundForm) -> bool:
    """Whether it was done; what is refused stands in the form."""
    reason = form.cleaned_data["reason"]
    try:
        set_round(plan=plan, opens_at=form.opens_at, closes_at=form.closes_at, reason=reason, actor=request.user)
    except Refused as refused:
        form.add_error(None, refused.message)
        return False
    messages.success(request, f"Đã đặt hạn đăng ký {form.closes_at:%H:%M, %d/%m/%Y}.")
    return True
