"""Rosters: the list of them, one with its people, and the form of one nominee."""

from collections.abc import Sequence

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from quotas.forms import NominationForm, RemovalForm
from quotas.models import Nomination
from quotas.policies import why_roster_closed
from quotas.selectors.rosters import Roster, roster_appendices, roster_columns
from quotas.selectors.rosters import roster as read_roster
from quotas.selectors.rosters import rosters as read_rosters
from quotas.services.nominations import add_nomination, details_of, edit_nomination, remove_nomination
from quotas.views.data_sheets import roster_data, rosters_data
from trainingplan.models import Appendix, Plan, Unit, User
from trainingplan.policies import (
    FORM,
    Action,
    UserRequest,
    editable_units,
    may,
    plan_view,
    sees_all_units,
    visible_units,
)
from trainingplan.readings import note_people, unshown_people
from trainingplan.selectors import PlanUnit, unit_name
from trainingplan.services.refusals import Refused
from trainingplan.views.sheets import page_or_sheet


@plan_view(Action.SEE_ROSTER)
def rosters(request: UserRequest, plan: Plan) -> HttpResponse:
    """The plan's rosters with what is given, allocated, nominated and left."""
    lines = read_rosters(plan, visible_units(request.user))
    context = {
        "plan": plan,
        "rosters": lines,
        "all_units": sees_all_units(request.user),
        "closed_reason": why_roster_closed(plan) if may(request.user, Action.EDIT_ROSTER) else "",
        "illustrative": any(line.illustrative for line in lines),
    }
    return page_or_sheet(request, "quotas/rosters.html", context, lambda: rosters_data(plan, lines))


@plan_view(Action.SEE_ROSTER)
def roster(request: UserRequest, plan: Plan, number: int) -> HttpResponse:
    """The people of one roster, by khối and unit; a unit sees its own."""
    found = read_roster(plan, _appendix(plan, number), request.user)
    edits = may(request.user, Action.EDIT_ROSTER)
    editable = found.open and edits and any(unit.editable for unit in found.units)
    context = {
        "plan": plan,
        "roster": found,
        "width": 3 + found.many_quotas + len(found.columns) + editable,
        "all_units": sees_all_units(request.user),
        "editable": editable,
        "closed_reason": found.closed_reason if edits else "",
        "illustrative": found.illustrative,
    }
    return page_or_sheet(request, "quotas/roster.html", context, lambda: roster_data(plan, found))


@plan_view(Action.EDIT_ROSTER, FORM)
def nomination_add(request: UserRequest, plan: Plan, number: int) -> HttpResponse:
    """Nominate a person for a unit; which one is asked only of those who write for several."""
    appendix = _appendix(plan, number)
    with unshown_people():
        found = read_roster(plan, appendix, request.user)
    units = found.writable
    if not units or not found.quotas:
        messages.warning(
            request, "Đơn vị không tham gia kế hoạch này, hoặc danh sách chưa có chỉ tiêu nào.", extra_tags="is-warn"
        )
        return redirect("roster", year=plan.year, number=number)
    form = NominationForm(
        request.POST or None,
        year=plan.year,
        columns=found.columns,
        units=_unit_choices(units, found) if len(units) > 1 else (),
        quotas=[(quota.quota_id, quota.name) for quota in found.quotas] if found.many_quotas else (),
        initial={"unit": request.GET.get("don-vi", ""), "quota": request.GET.get("chi-tieu", "")},
    )
    if request.method == "POST" and form.is_valid():
        key = form.cleaned_data.get("unit", units[0].key)
        unit_id = next(unit.unit_id for unit in units if unit.key == key)
        try:
            nomination = add_nomination(
                plan=plan,
                quota_id=int(form.cleaned_data.get("quota", found.quotas[0].quota_id)),
                unit=Unit.objects.get(pk=unit_id),
                details=form.details,
                actor=request.user,
                confirmed=form.cleaned_data["confirm"],
            )
        except Refused as refusal:
            form.take(refusal)
        else:
            return _saved(request, plan, number, nomination)
    return _form_page(request, plan, appendix, form, {"unit_name": "" if len(units) > 1 else units[0].name})


@plan_view(Action.EDIT_ROSTER, FORM)
def nomination_edit(request: UserRequest, plan: Plan, number: int, pk: int) -> HttpResponse:
    """Change a nominee, or put another in her place."""
    appendix = _appendix(plan, number)
    nomination, columns = _nomination(appendix, request.user, pk), roster_columns(appendix)
    if nomination.person.ethnicity and any(column.source == "ethnicity" for column in columns):
        note_people([nomination.person_id])
    form = NominationForm(
        request.POST or None,
        year=plan.year,
        columns=columns,
        base=details_of(nomination),
        initial={"version": nomination.version},
    )
    if request.method == "POST" and form.is_valid():
        try:
            saved = edit_nomination(
                plan=plan,
                nomination=nomination,
                details=form.details,
                version=form.seen_version,
                actor=request.user,
                confirmed=form.cleaned_data["confirm"],
            )
        except Refused as refusal:
            form.take(refusal)
        else:
            return _saved(request, plan, number, saved)
    extra = {
        "nomination": nomination,
        "unit_name": unit_name(plan, nomination.unit),
        "illustrative": nomination.illustrative or nomination.person.illustrative,
    }
    return _form_page(request, plan, appendix, form, extra)


@plan_view(Action.EDIT_ROSTER, FORM)
def nomination_remove(request: UserRequest, plan: Plan, number: int, pk: int) -> HttpResponse:
    """Who would be taken off, and on POST that it is done."""
    appendix = _appendix(plan, number)
    nomination = _nomination(appendix, request.user, pk)
    form = RemovalForm(request.POST or None, initial={"version": nomination.version})
    if request.method == "POST" and form.is_valid():
        try:
            remove_nomination(
                plan=plan,
                nomination=nomination,
                version=form.seen_version,
                actor=request.user,
                reason=form.cleaned_data["reason"],
            )
        except Refused as refusal:
            form.take(refusal)
        else:
            messages.success(request, f"Đã bỏ {nomination.person.full_name} khỏi danh sách.", extra_tags="is-ok")
            return redirect("roster", year=plan.year, number=number)
    context = {
        "plan": plan,
        "appendix": appendix,
        "nomination": nomination,
        "unit_name": unit_name(plan, nomination.unit),
        "form": form,
        "closed_reason": why_roster_closed(plan),
    }
    return render(request, "quotas/roster_remove.html", context)


def _appendix(plan: Plan, number: int) -> Appendix:
    return get_object_or_404(roster_appendices(plan), number=number)


def _nomination(appendix: Appendix, user: User, pk: int) -> Nomination:
    """The nominee, if the user sees her unit (else 404) and writes for it (else 403)."""
    rows = Nomination.objects.filter(quota__appendix=appendix, unit__in=visible_units(user))
    nomination = get_object_or_404(rows.select_related("person", "unit", "quota"), pk=pk)
    if not editable_units(user).filter(pk=nomination.unit_id).exists():
        raise PermissionDenied(Action.EDIT_ROSTER)
    return nomination


def _unit_choices(units: Sequence[PlanUnit], found: Roster) -> list[tuple[str, str]]:
    """Units to choose from, those that have places with what is left of them."""
    left = {unit.unit_id: unit.places.left for unit in found.units if unit.places.allocated}
    return [
        (unit.key, f"{unit.name} – còn {left[unit.unit_id]} chỗ" if unit.unit_id in left else unit.name)
        for unit in units
    ]


def _saved(request: UserRequest, plan: Plan, number: int, nomination: Nomination) -> HttpResponse:
    where = "danh sách dự bị" if nomination.reserve else "danh sách"
    messages.success(request, f"Đã lưu {nomination.person.full_name} vào {where}.", extra_tags="is-ok")
    address = reverse("roster", kwargs={"year": plan.year, "number": number})
    return redirect(f"{address}#nguoi-{nomination.pk}")


def _form_page(
    request: UserRequest, plan: Plan, appendix: Appendix, form: NominationForm, extra: dict[str, object]
) -> HttpResponse:
    context = {"plan": plan, "appendix": appendix, "form": form, "closed_reason": why_roster_closed(plan)}
    return render(request, "quotas/roster_form.html", context | extra)
