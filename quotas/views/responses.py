"""The Board's page for one unit's answer, and what it does there: accept, return, withdraw; accepting many at once."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.dateparse import parse_datetime

from quotas.policies import sendable
from quotas.selectors.answers import Review, answer_review
from quotas.services.responses import accept_response, accept_responses, return_response, withdraw_acceptance
from quotas.views.data_sheets import review_data
from quotas.views.registration import STATE_TONES
from trainingplan.models import Plan, Unit
from trainingplan.policies import (
    WRITE,
    Action,
    UserRequest,
    may,
    plan_view,
    visible_unit_or_404,
    visible_units,
    why_ended,
)
from trainingplan.rules.numbers import format_count
from trainingplan.services.refusals import Refused
from trainingplan.views.sheets import page_or_sheet

_MARK = re.compile(r"(mark|remark)-([0-9]{1,18})", re.ASCII)
REFUSALS_SHOWN = 10


@plan_view(Action.SEE_PROGRESS)
def progress_answer(request: UserRequest, plan: Plan, unit_key: str) -> HttpResponse:
    """What the unit registered beside last year and what is given; for the Board with its steps."""
    return _page(request, plan, visible_unit_or_404(request.user, unit_key))


@dataclass(frozen=True, slots=True)
class Attempt:
    """A return that was refused, shown again with what was typed."""

    marks: dict[int, str]
    reason: str
    refusal: str


FRESH = Attempt({}, "", "")


def _page(request: UserRequest, plan: Plan, unit: Unit, attempt: Attempt = FRESH) -> HttpResponse:
    review = answer_review(plan, unit, request.user, attempt.marks)
    if review is None:
        raise Http404(unit.key)
    context = {
        "plan": plan,
        "unit": unit,
        "review": review,
        "sheet": review.sheet,
        "state_tone": STATE_TONES.get(review.sheet.state, ""),
        "seen": review.stands_since.isoformat() if review.stands_since else "",
        "attempt": attempt,
        "may_run": may(request.user, Action.RUN_ROUND) and not why_ended(plan),
        "may_extend": may(request.user, Action.RUN_ROUND) and not review.closed_reason and sendable(review.answer),
        "total": _total(review),
        "illustrative": review.sheet.illustrative,
    }
    return page_or_sheet(request, "quotas/progress_answer.html", context, lambda: review_data(plan, unit.key, review))


def _total(review: Review) -> int:
    return sum(row.number or 0 for row in review.sheet.rows)


def seen_time(typed: str | None) -> datetime | None:
    """When the answer that a page showed was sent; None when it does not say, or says nonsense."""
    try:
        moment = parse_datetime((typed or "").replace(" ", "+"))
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None


@plan_view(Action.RUN_ROUND, WRITE)
def progress_accept(request: UserRequest, plan: Plan, unit_key: str) -> HttpResponse:
    """Take this one answer in."""
    unit = visible_unit_or_404(request.user, unit_key)
    try:
        accept_response(plan=plan, unit=unit, actor=request.user, seen=seen_time(request.POST.get("seen")))
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, "Đã tiếp nhận bản đăng ký.")
    return redirect("progress-answer", plan.year, unit.key)


@plan_view(Action.RUN_ROUND, WRITE)
def progress_accept_many(request: UserRequest, plan: Plan) -> HttpResponse:
    """Take in the answers ticked on the progress page; each is judged by itself."""
    ticked = dict(value.partition("|")[::2] for value in request.POST.getlist("unit"))
    units = visible_units(request.user).filter(key__in=[key for key in ticked if "\x00" not in key])
    seen = {pk: seen_time(ticked[key]) for pk, key in units.values_list("pk", "key")}
    try:
        verdicts = accept_responses(plan=plan, seen=seen, actor=request.user)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("progress", plan.year)
    refused_ones = [verdict for verdict in verdicts if verdict.refusal]
    if done := len(verdicts) - len(refused_ones):
        messages.success(request, f"Đã tiếp nhận đăng ký của {format_count(done)} đơn vị.")
    for verdict in refused_ones[:REFUSALS_SHOWN]:
        messages.warning(request, f"{verdict.name}: {verdict.refusal}")
    if rest := len(refused_ones[REFUSALS_SHOWN:]):
        messages.warning(request, f"Còn {format_count(rest)} đơn vị khác chưa tiếp nhận được.")
    return redirect("progress", plan.year)


@plan_view(Action.RUN_ROUND, WRITE)
def progress_return(request: UserRequest, plan: Plan, unit_key: str) -> HttpResponse:
    """Return the answer; when that is refused, the page comes again with all that was marked and typed."""
    unit = visible_unit_or_404(request.user, unit_key)
    marks, reason = _read_marks(request), request.POST.get("reason", "")
    try:
        return_response(
            plan=plan,
            unit=unit,
            actor=request.user,
            reason=reason,
            marks=marks,
            seen=seen_time(request.POST.get("seen")),
        )
    except Refused as refused:
        return _page(request, plan, unit, Attempt(marks, reason, refused.message))
    marked = f" {format_count(len(marks))} ô được mở để sửa." if marks else " Đơn vị được sửa tất cả các ô."
    messages.success(request, f"Đã trả lại bản đăng ký.{marked}")
    return redirect("progress-answer", plan.year, unit.key)


def _read_marks(request: HttpRequest) -> dict[int, str]:
    """Remarks by quota: of the cells that are ticked, and of those that only have a remark."""
    remarks: dict[int, str] = {}
    for name, value in request.POST.dict().items():
        found = _MARK.fullmatch(name)
        if found and found[1] == "mark":
            remarks.setdefault(int(found[2]), "")
        elif found and value.strip():
            remarks[int(found[2])] = value
    return remarks


@plan_view(Action.RUN_ROUND, WRITE)
def progress_withdraw(request: UserRequest, plan: Plan, unit_key: str) -> HttpResponse:
    """Make an accepted answer one that waits again."""
    unit = visible_unit_or_404(request.user, unit_key)
    try:
        withdraw_acceptance(plan=plan, unit=unit, actor=request.user, reason=request.POST.get("reason", ""))
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, "Đã rút tiếp nhận. Bản đăng ký trở lại trạng thái «đã gửi».")
    return redirect("progress-answer", plan.year, unit.key)
