"""The Board's grid: one per appendix, and one for the quotas that stand in none."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from quotas.models import Allocation
from quotas.rules import Balance
from quotas.selectors.allocation import allocation_grid, quotas_of, sums_by_quota
from quotas.selectors.waiting import OUTSIDE, illustrative_cells, places_by_appendix
from quotas.services.cells import CellInput, CellResult, save_allocations
from quotas.services.submissions import KeyReused
from quotas.views import cells_io
from quotas.views.allocation_html import allocation_table
from quotas.views.appendices import appendix_or_404, number_of
from quotas.views.cells_html import NOT_SAVED, NOTHING_RETURNED, ReturnedCells
from quotas.views.data_sheets import grid_data, places_data
from trainingplan.models import Appendix, Plan
from trainingplan.policies import (
    FORM,
    WRITE,
    Action,
    UserRequest,
    may,
    plan_view,
    require,
    sees_all_units,
    visible_units,
)
from trainingplan.services.refusals import Refused
from trainingplan.views.sheets import asks_for_sheet, page_or_sheet, sheet_reply


@plan_view(Action.SEE_ALLOCATION)
def allocation_index(request: UserRequest, plan: Plan) -> HttpResponse:
    """The appendices to allocate, with what is left in each; a unit sees what it was given."""
    whole = sees_all_units(request.user)
    places = places_by_appendix(plan, None if whole else visible_units(request.user))
    context = {"plan": plan, "places": places, "whole": whole, "illustrative": illustrative_cells(plan)}
    return page_or_sheet(
        request,
        "quotas/allocation_index.html",
        context,
        lambda: places_data(plan, places, illustrative=bool(context["illustrative"])),
    )


@plan_view(Action.SEE_ALLOCATION, FORM)
def allocation(request: UserRequest, plan: Plan, number: int) -> HttpResponse:
    """The grid; a POST is its form, sent without JavaScript."""
    appendix = appendix_or_404(plan, number)
    if asks_for_sheet(request):
        return _sheet(request, plan, appendix)
    if request.method != "POST":
        return _page(request, plan, appendix)
    require(request.user, Action.ALLOCATE)
    sent = cells_io.read_form(request.POST)
    try:
        saved = cells_io.save_once(sent, request=request, save=_saving(request, plan))
    except KeyReused as reused:
        messages.error(request, reused.message)
        return _page(request, plan, appendix, cells_io.unsaved_cells(sent.cells, NOT_SAVED), status=409)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("allocation", plan.year, number)
    return _after_form(request, plan, appendix, sent.cells, saved.results)


def _saving(request: UserRequest, plan: Plan) -> Callable[[Sequence[CellInput]], list[CellResult]]:
    return lambda cells: save_allocations(plan=plan, cells=cells, actor=request.user)


def _after_form(
    request: UserRequest, plan: Plan, appendix: Appendix | None, cells: list[CellInput], results: list[CellResult]
) -> HttpResponse:
    returned = cells_io.returned_cells(cells, results)
    words = cells_io.saved_words(results)
    if not returned:
        messages.success(request, words)
        return redirect("allocation", plan.year, number_of(appendix))
    messages.warning(request, words)
    return _page(request, plan, appendix, returned)


def _page(
    request: UserRequest,
    plan: Plan,
    appendix: Appendix | None,
    returned: ReturnedCells = NOTHING_RETURNED,
    status: int = 200,
) -> HttpResponse:
    grid = allocation_grid(plan, appendix, visible_units(request.user))
    editable = grid.open and may(request.user, Action.ALLOCATE)
    whole = sees_all_units(request.user)
    context = {
        "plan": plan,
        "appendix": appendix,
        "number": number_of(appendix),
        "numbers": _numbers(plan),
        "grid": grid,
        "editable": editable,
        "whole": whole,
        "may_allocate": may(request.user, Action.ALLOCATE),
        "departures": grid.departures,
        "illustrative": grid.illustrative,
        "table": allocation_table(grid, editable=editable, whole=whole, returned=returned),
        "submission_key": cells_io.new_key(),
    }
    return render(request, "quotas/allocation.html", context, status=status)


def _sheet(request: UserRequest, plan: Plan, appendix: Appendix | None) -> HttpResponse:
    grid = allocation_grid(plan, appendix, visible_units(request.user))
    data = grid_data(
        plan,
        f"phan-bo-phu-luc-{number_of(appendix)}",
        grid,
        title="Phân bổ chỉ tiêu",
        illustrative=grid.illustrative,
        whole=sees_all_units(request.user),
    )
    return sheet_reply(request, data)


def _numbers(plan: Plan) -> list[int]:
    """The appendices one may turn to, in order, those outside at the end."""
    within = plan.appendices.exclude(kind=Appendix.Kind.BUDGET).order_by("number").values_list("number", flat=True)
    return [*within, OUTSIDE]


@plan_view(Action.ALLOCATE, WRITE)
def allocation_cells(request: UserRequest, plan: Plan, number: int) -> HttpResponse:
    """Save changed cells sent as JSON; the reply adds what is then allocated and left of each column."""
    appendix = appendix_or_404(plan, number)
    try:
        saved = cells_io.save_once(
            cells_io.read_sent(request),
            request=request,
            save=_saving(request, plan),
            more=lambda: {"columns": _columns_now(plan, appendix)},
        )
    except cells_io.BadCells as bad:
        return cells_io.refusal(bad.message, bad.status)
    except Refused as refused:
        return cells_io.refusal(refused.message, 409)
    return cells_io.reply(saved)


def _columns_now(plan: Plan, appendix: Appendix | None) -> list[dict[str, Any]]:
    """The head's sums after a save, in the order of the columns."""
    quotas = list(quotas_of(plan, appendix))
    allocated = sums_by_quota(Allocation, [quota.pk for quota in quotas])
    balances = [Balance(quota.number, allocated.get(quota.pk, 0), quota.held) for quota in quotas]
    return [cells_io.column_sums(balance) for balance in balances]
