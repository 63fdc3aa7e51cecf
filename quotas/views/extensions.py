"""More time for one unit: the unit asks, the Board grants or refuses."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from courses.models import Programme
from quotas.models import ExtensionRequest
from quotas.selectors.registration import answer_for, registration_sheet
from quotas.services.extensions import grant_extension, refuse_extension, request_extension
from quotas.views.round_form import ExtensionForm, ExtensionRequestForm
from trainingplan.models import Plan
from trainingplan.policies import FORM, WRITE, Action, UserRequest, editable_units, plan_view, visible_unit_or_404
from trainingplan.selectors import unit_name
from trainingplan.services.refusals import Refused


@plan_view(Action.EDIT_REGISTRATION, FORM)
def registration_extension(request: UserRequest, plan: Plan, unit_key: str) -> HttpResponse:
    """Xin gia hạn: why, and for which programme."""
    unit = visible_unit_or_404(request.user, unit_key)
    if not editable_units(request.user).filter(pk=unit.pk).exists():
        raise PermissionDenied(Action.EDIT_REGISTRATION)
    form = ExtensionRequestForm(request.POST or None, programmes=_programmes(plan))
    if request.method == "POST" and form.is_valid():
        try:
            request_extension(
                plan=plan,
                unit=unit,
                actor=request.user,
                reason=form.cleaned_data["reason"],
                programme=form.cleaned_data["programme"],
            )
        except Refused as refused:
            form.take(refused)
        else:
            messages.success(request, "Đã gửi đề nghị gia hạn đến Ban Tổ chức Tỉnh ủy.")
            return redirect("registration-unit", plan.year, unit.key)
    sheet = registration_sheet(plan, unit, request.user)
    context = {"plan": plan, "unit": unit, "sheet": sheet, "form": form, "illustrative": sheet.illustrative}
    return render(request, "quotas/registration_extension.html", context)


@plan_view(Action.RUN_ROUND, FORM)
def progress_extend(request: UserRequest, plan: Plan, unit_key: str) -> HttpResponse:
    """The Board gives one unit more time, asked or not."""
    unit = visible_unit_or_404(request.user, unit_key)
    answer = answer_for(plan, unit.pk)
    if answer is None:
        raise Http404(unit.key)
    waiting = (
        ExtensionRequest.objects.filter(participant=answer.participant, state=ExtensionRequest.State.WAITING)
        .select_related("programme", "asked_by")
        .first()
    )
    form = ExtensionForm(request.POST or None, programmes=_programmes(plan), request=waiting)
    if request.method == "POST" and form.is_valid():
        try:
            grant_extension(
                plan=plan,
                unit=unit,
                actor=request.user,
                until=form.until,
                reason=form.cleaned_data["reason"],
                programme=form.cleaned_data["programme"],
            )
        except Refused as refused:
            form.take(refused)
        else:
            messages.success(request, f"Đã gia hạn cho {unit_name(plan, unit)} đến {form.until:%H:%M, %d/%m/%Y}.")
            return redirect("progress", plan.year)
    context = {"plan": plan, "unit": unit, "name": unit_name(plan, unit), "form": form, "waiting": waiting}
    return render(request, "quotas/progress_extend.html", context)


@plan_view(Action.RUN_ROUND, WRITE)
def progress_refuse_extension(request: UserRequest, plan: Plan, unit_key: str) -> HttpResponse:
    """Answer the unit's request with no."""
    unit = visible_unit_or_404(request.user, unit_key)
    try:
        refuse_extension(plan=plan, unit=unit, actor=request.user, words=request.POST.get("words", ""))
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("progress-extend", plan.year, unit.key)
    messages.success(request, f"Đã trả lời {unit_name(plan, unit)}: không đồng ý gia hạn.")
    return redirect("progress", plan.year)


def _programmes(plan: Plan) -> list[Programme]:
    """Those that ask anything of the units."""
    return list(Programme.objects.filter(plan=plan, quotas__isnull=False).distinct())
