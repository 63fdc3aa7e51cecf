"""The unit's registration: choosing a unit, its grid, saving cells, sending."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from courses.models import Programme
from quotas.models import Response
from quotas.selectors.progress import progress
from quotas.selectors.registration import RegistrationSheet, registration_sheet
from quotas.services.cells import CellInput, CellResult, save_registrations
from quotas.services.no_need import declare_no_need
from quotas.services.responses import send_response
from quotas.services.submissions import KeyReused
from quotas.views import cells_io
from quotas.views.cells_html import NOT_SAVED, NOTHING_RETURNED, ReturnedCells
from quotas.views.data_sheets import progress_data, registration_data
from quotas.views.registration_html import registration_table
from trainingplan.frame import Deadline
from trainingplan.models import Plan, Role, Unit, User
from trainingplan.policies import (
    FORM,
    WRITE,
    Action,
    UserRequest,
    may,
    plan_view,
    visible_unit_or_404,
    visible_units,
    writes_for,
)
from trainingplan.rules.numbers import format_count
from trainingplan.services.refusals import Refused
from trainingplan.views.sheets import asks_for_sheet, page_or_sheet, sheet_reply

STATE_TONES: dict[str, str] = {
    Response.State.EDITING: "is-info",
    Response.State.SENT: "is-ok",
    Response.State.RETURNED: "is-warn",
    Response.State.ACCEPTED: "is-ok",
}


@plan_view(Action.SEE_REGISTRATION)
def registration(request: UserRequest, plan: Plan) -> HttpResponse:
    """The unit's own grid; who sees several units chooses one."""
    if request.user.role == Role.UNIT and request.user.unit:
        return redirect("registration-unit", plan.year, request.user.unit.key)
    units = progress(plan, visible_units(request.user))
    context = {"plan": plan, "progress": units, "illustrative": units.illustrative}
    return page_or_sheet(
        request,
        "quotas/registration_choose.html",
        context,
        lambda: progress_data(plan, units.units, notes=(), illustrative=units.illustrative),
    )


@plan_view(Action.SEE_REGISTRATION, FORM)
def registration_unit(request: UserRequest, plan: Plan, unit_key: str) -> HttpResponse:
    """The grid; a POST is its form, sent without JavaScript."""
    unit = visible_unit_or_404(request.user, unit_key)
    if asks_for_sheet(request):
        return sheet_reply(request, registration_data(plan, unit.key, registration_sheet(plan, unit, request.user)))
    if request.method != "POST":
        return _page(request, plan, unit)
    _require_editing(request.user, unit)
    sent = cells_io.read_form(request.POST)
    try:
        saved = cells_io.save_once(sent, request=request, save=_saving(request, plan, unit))
    except KeyReused as reused:
        messages.error(request, reused.message)
        return _page(request, plan, unit, cells_io.unsaved_cells(sent.cells, NOT_SAVED), status=409)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("registration-unit", plan.year, unit.key)
    return _after_form(request, plan, unit, sent.cells, saved.results)


def _saving(request: UserRequest, plan: Plan, unit: Unit) -> Callable[[Sequence[CellInput]], list[CellResult]]:
    return lambda cells: save_registrations(plan=plan, unit=unit, cells=cells, actor=request.user)


def _after_form(
    request: UserRequest, plan: Plan, unit: Unit, cells: list[CellInput], results: list[CellResult]
) -> HttpResponse:
    returned = cells_io.returned_cells(cells, results)
    words = cells_io.saved_words(results)
    if not returned:
        messages.success(request, words)
        return redirect("registration-unit", plan.year, unit.key)
    messages.warning(request, words)
    return _page(request, plan, unit, returned)


def _page(
    request: UserRequest, plan: Plan, unit: Unit, returned: ReturnedCells = NOTHING_RETURNED, status: int = 200
) -> HttpResponse:
    sheet = registration_sheet(plan, unit, request.user)
    editable = sheet.open and _may_edit(request.user, unit)
    context = {
        "plan": plan,
        "unit": unit,
        "sheet": sheet,
        "state_tone": STATE_TONES.get(sheet.state, ""),
        "editable": editable,
        "deadline": _deadline(sheet),
        "own": request.user.unit_id == unit.pk,
        "whole": sheet.open and all(block.open for block in sheet.blocks),
        "may_review": may(request.user, Action.SEE_PROGRESS),
        "illustrative": sheet.illustrative,
        "several": request.user.role != Role.UNIT,
        "table": registration_table(
            sheet,
            editable=editable,
            returned=returned,
            decline_url=reverse("registration-no-need", args=(plan.year, unit.key)),
        ),
        "asked": sum(1 for _ in sheet.rows),
        "submission_key": cells_io.new_key(),
    }
    return render(request, "quotas/registration.html", context, status=status)


def _deadline(sheet: RegistrationSheet) -> Deadline | None:
    """The unit's own: its extension when one runs."""
    at = sheet.more_time.until or sheet.closes_at
    return Deadline(at) if at else None


def _may_edit(user: User, unit: Unit) -> bool:
    return may(user, Action.EDIT_REGISTRATION) and writes_for(user, unit.pk)


def _require_editing(user: User, unit: Unit) -> None:
    if not _may_edit(user, unit):
        raise PermissionDenied(Action.EDIT_REGISTRATION)


@plan_view(Action.EDIT_REGISTRATION, WRITE)
def registration_cells(request: UserRequest, plan: Plan, unit_key: str) -> HttpResponse:
    """Save changed cells sent as JSON; see `cells_io.read_sent` and `cells_io.reply` for both forms."""
    unit = visible_unit_or_404(request.user, unit_key)
    _require_editing(request.user, unit)
    try:
        saved = cells_io.save_once(cells_io.read_sent(request), request=request, save=_saving(request, plan, unit))
    except cells_io.BadCells as bad:
        return cells_io.refusal(bad.message, bad.status)
    except Refused as refused:
        return cells_io.refusal(refused.message, 409)
    return cells_io.reply(saved)


@dataclass(frozen=True, slots=True)
class Summary:
    """What a sheet says in all, to be read before it is sent."""

    people: int
    numbered: int
    no_need: int
    empty: int


def summary(sheet: RegistrationSheet) -> Summary:
    rows = list(sheet.rows)
    numbered = [row.number for row in rows if row.number is not None]
    no_need = sum(row.no_need for row in rows)
    return Summary(sum(numbered), len(numbered), no_need, len(rows) - len(numbered) - no_need)


@plan_view(Action.EDIT_REGISTRATION, FORM)
def registration_send(request: UserRequest, plan: Plan, unit_key: str) -> HttpResponse:
    """Say with counts what sending will do (GET), and send (POST)."""
    unit = visible_unit_or_404(request.user, unit_key)
    _require_editing(request.user, unit)
    if request.method == "POST":
        return _send(request, plan, unit)
    sheet = registration_sheet(plan, unit, request.user)
    context = {
        "plan": plan,
        "unit": unit,
        "sheet": sheet,
        "summary": summary(sheet),
        "illustrative": sheet.illustrative,
    }
    return render(request, "quotas/registration_send.html", context)


@plan_view(Action.EDIT_REGISTRATION, FORM)
def registration_no_need(request: UserRequest, plan: Plan, unit_key: str) -> HttpResponse:
    """«Không có nhu cầu» for one programme (`?chuong-trinh=`) or the whole form: what it will do, and doing it."""
    unit = visible_unit_or_404(request.user, unit_key)
    _require_editing(request.user, unit)
    key = request.GET.get("chuong-trinh", "")
    programme = get_object_or_404(Programme, plan=plan, key=key) if key and "\x00" not in key else None
    if request.method == "POST":
        return _declare(request, plan, unit, programme)
    sheet = registration_sheet(plan, unit, request.user)
    blocks = [block for block in sheet.blocks if programme is None or block.key == programme.key]
    rows = [row for block in blocks for row in block.rows]
    context = {
        "plan": plan,
        "unit": unit,
        "sheet": sheet,
        "programme": programme,
        "cells": len(rows),
        "numbers": [row for row in rows if row.number is not None],
        "locked": next((row.locked for row in rows if row.locked), ""),
        "illustrative": sheet.illustrative,
    }
    return render(request, "quotas/registration_no_need.html", context)


def _declare(request: UserRequest, plan: Plan, unit: Unit, programme: Programme | None) -> HttpResponseRedirect:
    try:
        done = declare_no_need(plan=plan, unit=unit, actor=request.user, programme=programme)
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        words = f"Đã ghi «không có nhu cầu» cho {format_count(done.cells)} chỉ tiêu"
        sent = "." if programme else " và gửi Ban Tổ chức Tỉnh ủy."
        messages.success(request, words + sent)
    return redirect("registration-unit", plan.year, unit.key)


def _send(request: UserRequest, plan: Plan, unit: Unit) -> HttpResponseRedirect:
    try:
        send_response(plan=plan, unit=unit, actor=request.user)
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, "Đã gửi đăng ký đến Ban Tổ chức Tỉnh ủy.")
    return redirect("registration-unit", plan.year, unit.key)
