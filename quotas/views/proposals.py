"""The proposal of an allocation: its limits, its preview with every line explained, and applying it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from quotas.models import Proposal, Quota, UnitCap
from quotas.policies import why_allocation_closed
from quotas.selectors.allocation import quotas_of
from quotas.selectors.proposals import demand_table, draft_tables, effect_of, given_cells, registered_cells
from quotas.selectors.waiting import illustrative_cells
from quotas.services.proposals import Unfeasible, apply_proposals, discard_proposals, propose
from quotas.views.appendices import appendix_or_404, number_of, read_key
from quotas.views.cells_io import clean_reason
from quotas.views.data_sheets import proposals_data
from quotas.views.proposal_form import LIMITS, ProposalForm, last_limits
from trainingplan.models import Appendix, Plan
from trainingplan.policies import FORM, WRITE, Action, UserRequest, plan_view
from trainingplan.rules.numbers import format_count
from trainingplan.selectors import plan_units
from trainingplan.services.refusals import Refused
from trainingplan.views.sheets import page_or_sheet


@plan_view(Action.ALLOCATE, FORM)
def proposal(request: UserRequest, plan: Plan, number: int) -> HttpResponse:
    """The drafts of an appendix and the form that makes them (GET); making them (POST)."""
    appendix = appendix_or_404(plan, number)
    every = list(quotas_of(plan, appendix))
    if request.method != "POST":
        return _page(request, plan, appendix, every, ProposalForm(last_limits(plan, every)))
    form = ProposalForm({name: str(value) for name, value in request.POST.items()})
    if reasons := _make(request, plan, form, every):
        return _page(request, plan, appendix, every, form, reasons=reasons)
    return redirect("allocation-proposal", plan.year, number)


def _make(request: UserRequest, plan: Plan, form: ProposalForm, quotas: Sequence[Quota]) -> tuple[str, ...]:
    """Make the drafts; what is in the way, in words, else nothing."""
    orders, limits = form.orders(quotas), form.limits(plan_units(plan))
    if form.errors:
        return tuple(form.errors.values())
    try:
        made = propose(plan=plan, orders=orders, basis=form.basis, limits=limits, actor=request.user)
    except Unfeasible as refused:
        return refused.reasons
    except Refused as refused:
        return (refused.message,)
    messages.success(request, f"Đã lập đề xuất cho {format_count(len(made))} chỉ tiêu. Chưa có số nào được phân bổ.")
    return ()


def _page(
    request: UserRequest,
    plan: Plan,
    appendix: Appendix | None,
    every: Sequence[Quota],
    form: ProposalForm,
    *,
    reasons: Sequence[str] = (),
) -> HttpResponse:
    quotas, units = [quota for quota in every if quota.number is not None], plan_units(plan)
    demand, given = registered_cells(quota.pk for quota in every), given_cells(quota.pk for quota in every)
    tables = draft_tables(quotas, units, given)
    allocated = _added({key: cell.number for key, cell in given.items()}, by_unit=False)
    caps = _caps(quotas)
    context: dict[str, Any] = {
        "plan": plan,
        "appendix": appendix,
        "number": number_of(appendix),
        "closed_reason": why_allocation_closed(plan),
        "reasons": reasons,
        "basis": form.basis,
        "bases": Proposal.Basis.choices,
        "limits": [title for _, title in LIMITS],
        "quotas": form.quota_lines(quotas, allocated, _added(demand, by_unit=False)),
        "units": form.unit_lines(units, _added(demand, by_unit=True), lambda unit_id: caps.get(unit_id, "")),
        "limited": any(name.startswith("u-") and value for name, value in form.fields.items()),
        "tables": tables,
        "effect": effect_of(tables),
        "stale": sorted({name for table in tables for name in table.stale}),
        "demand": demand_table(every, units, demand, given),
        "illustrative": illustrative_cells(plan),
    }
    return page_or_sheet(
        request,
        "quotas/proposal.html",
        context,
        lambda: proposals_data(plan, number_of(appendix), tables, illustrative=context["illustrative"]),
    )


def _added(cells: Mapping[tuple[int, int], int], *, by_unit: bool) -> dict[int, int]:
    """Cells (unit, quota) added up by unit, or by quota."""
    found: dict[int, int] = {}
    for (unit_id, quota_id), number in cells.items():
        key = unit_id if by_unit else quota_id
        found[key] = found.get(key, 0) + number
    return found


def _caps(quotas: Sequence[Quota]) -> dict[int, str]:
    """By unit its caps in the programmes of these quotas, in words."""
    programmes = {quota.programme_id: quota.programme.short_name for quota in quotas}
    found: dict[int, str] = {}
    for unit_id, programme_id, number in UnitCap.objects.filter(
        programme__in=programmes, number__isnull=False
    ).values_list("unit_id", "programme_id", "number"):
        told = f"{format_count(number)} ({programmes[programme_id]})" if len(programmes) > 1 else format_count(number)
        found[unit_id] = "; ".join(filter(None, (found.get(unit_id, ""), told)))
    return found


def _ids(request: UserRequest) -> list[int]:
    """The drafts that the page showed."""
    return [key for text in request.POST.getlist("proposal") if (key := read_key(text))]


@plan_view(Action.ALLOCATE, WRITE)
def proposal_apply(request: UserRequest, plan: Plan, number: int) -> HttpResponse:
    """Allocate as the drafts propose, all or nothing."""
    appendix_or_404(plan, number)
    reason = clean_reason(request.POST.get("reason", ""))
    try:
        changed = apply_proposals(plan=plan, proposal_ids=_ids(request), actor=request.user, reason=reason)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("allocation-proposal", plan.year, number)
    messages.success(request, f"Đã áp dụng đề xuất: {format_count(changed)} ô đổi, các ô khác giữ nguyên.")
    return redirect("allocation", plan.year, number)


@plan_view(Action.ALLOCATE, WRITE)
def proposal_discard(request: UserRequest, plan: Plan, number: int) -> HttpResponse:
    """Throw the drafts away."""
    appendix_or_404(plan, number)
    try:
        discard_proposals(plan=plan, proposal_ids=_ids(request), actor=request.user)
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, "Đã bỏ đề xuất. Số phân bổ không đổi.")
    return redirect("allocation-proposal", plan.year, number)
