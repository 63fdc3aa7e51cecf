"""The Board's grids beside the allocation of an appendix: caps and what is held, sub-quotas, reserves."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from quotas.models import SubQuota
from quotas.selectors.allocation import AllocationGrid, quotas_of
from quotas.selectors.ceilings import caps_grid, reserve_grid, sub_grid, sub_quotas_of
from quotas.selectors.waiting import illustrative_cells
from quotas.services.ceilings import (
    add_sub_quota,
    remove_sub_quota,
    save_caps,
    save_reserves,
    save_sub_allocations,
    set_sub_quota_number,
)
from quotas.services.cells import CellInput, CellResult
from quotas.services.quotas import set_held
from quotas.services.submissions import KeyReused
from quotas.views import cells_io
from quotas.views.allocation_html import Wording, allocation_table
from quotas.views.appendices import appendix_or_404, number_of, read_key
from quotas.views.cells_html import NOT_SAVED, NOTHING_RETURNED, ReturnedCells
from quotas.views.data_sheets import demand_data, grid_data
from trainingplan.models import Appendix, Plan
from trainingplan.policies import FORM, WRITE, Action, UserRequest, plan_view
from trainingplan.resources.sheets import DataSheet
from trainingplan.rules.numbers import NumberRefused, format_count, parse_count
from trainingplan.rules.text import clean
from trainingplan.services.refusals import Refused
from trainingplan.views.sheets import asks_for_sheet, sheet_reply

LONGEST_NAME = 100
PLACES = (("Giao", "given"), ("Đã phân bổ", "allocated"), ("Giữ lại", "held"), ("Còn lại", "left"))


@dataclass(frozen=True, slots=True)
class GridPage:
    """One of the grids: its address, how it is read, saved and worded; `history` is its table in the change log."""

    name: str
    title: str
    store: str
    history: str
    hint: str
    template: str
    wording: Wording
    read: Callable[[Plan, Appendix | None], AllocationGrid]
    save: Callable[..., list[CellResult]]

    @property
    def cells_name(self) -> str:
        return f"{self.name}-cells"


CAPS = GridPage(
    "allocation-caps",
    "Trần, giữ lại",
    "tran",
    "unitcap",
    "Trần là số chỉ tiêu nhiều nhất một đơn vị được phân bổ ở cả chương trình; ô trống là không có trần. "
    "Số nhỏ cạnh ô là số đơn vị đã được phân bổ.",
    "quotas/ceilings_caps.html",
    Wording(PLACES, total=""),
    caps_grid,
    save_caps,
)
SUBS = GridPage(
    "allocation-subs",
    "Chỉ tiêu con",
    "chi-tieu-con",
    "suballocation",
    "Mỗi ô là số người thuộc diện ấy trong số chỉ tiêu của đơn vị; số nhỏ cạnh ô là số chỉ tiêu của đơn vị. "
    "Các diện chồng lên nhau: một người có thể tính ở hai cột.",
    "quotas/ceilings_subs.html",
    Wording((*PLACES[:2], PLACES[3], ("Đã phân bổ của cả chỉ tiêu", "registered")), total=""),
    sub_grid,
    save_sub_allocations,
)
RESERVES = GridPage(
    "allocation-reserves",
    "Nhu cầu, dự bị",
    "du-bi",
    "allocation",
    "Mỗi ô là số người dự bị; số nhỏ cạnh ô là nhu cầu chưa được phân bổ, cũng là số dự bị nhiều nhất.",
    "quotas/ceilings_reserves.html",
    Wording((*PLACES, ("Các đơn vị đăng ký", "registered")), total="Dự bị", asked="Chưa được giao"),
    lambda plan, appendix: reserve_grid(plan, appendix)[0],
    save_reserves,
)


def _view(page: GridPage) -> Callable[..., HttpResponse]:
    """The page of a grid; a POST is its form, sent without JavaScript."""

    @plan_view(Action.ALLOCATE, FORM)
    def view(request: UserRequest, plan: Plan, number: int) -> HttpResponse:
        appendix = appendix_or_404(plan, number)
        if request.method != "POST":
            return _page(request, plan, appendix, page)
        sent = cells_io.read_form(request.POST)
        try:
            saved = cells_io.save_once(sent, request=request, save=_saving(request, plan, page))
        except KeyReused as reused:
            messages.error(request, reused.message)
            return _page(request, plan, appendix, page, cells_io.unsaved_cells(sent.cells, NOT_SAVED), status=409)
        except Refused as refused:
            messages.error(request, refused.message)
            return redirect(page.name, plan.year, number)
        returned = cells_io.returned_cells(sent.cells, saved.results)
        words = cells_io.saved_words(saved.results)
        if returned:
            messages.warning(request, words)
            return _page(request, plan, appendix, page, returned)
        messages.success(request, words)
        return redirect(page.name, plan.year, number)

    return view


def _saving(request: UserRequest, plan: Plan, page: GridPage) -> Callable[[Sequence[CellInput]], list[CellResult]]:
    return lambda cells: page.save(plan=plan, cells=cells, actor=request.user)


def _page(
    request: UserRequest,
    plan: Plan,
    appendix: Appendix | None,
    page: GridPage,
    returned: ReturnedCells = NOTHING_RETURNED,
    *,
    status: int = 200,
) -> HttpResponse:
    more: dict[str, Any] = {}
    if page is RESERVES:
        grid, more["demand"] = reserve_grid(plan, appendix)
    else:
        grid, more["quotas"] = page.read(plan, appendix), list(quotas_of(plan, appendix))
    if page is SUBS:
        more["sub_quotas"] = sub_quotas_of(plan, appendix)
    context = {
        "plan": plan,
        "appendix": appendix,
        "number": number_of(appendix),
        "page": page,
        "grid": grid,
        "illustrative": illustrative_cells(plan),
        "table": allocation_table(grid, editable=grid.open, whole=True, returned=returned, wording=page.wording),
        "submission_key": cells_io.new_key(),
        **more,
    }
    if not asks_for_sheet(request):
        return render(request, page.template, context, status=status)
    return sheet_reply(request, _data(plan, page, context))


def _data(plan: Plan, page: GridPage, context: Mapping[str, Any]) -> DataSheet:
    """The grid; of the page of demand, what became of it."""
    if page is RESERVES:
        return demand_data(plan, context["number"], context["demand"], illustrative=context["illustrative"])
    stem = f"{page.store}-phu-luc-{context['number']}"
    return grid_data(
        plan, stem, context["grid"], title=page.title, illustrative=context["illustrative"], wording=page.wording
    )


def _cells_view(page: GridPage) -> Callable[..., HttpResponse]:
    """Save changed cells sent as JSON; the reply adds the head's sums as they then are."""

    @plan_view(Action.ALLOCATE, WRITE)
    def view(request: UserRequest, plan: Plan, number: int) -> HttpResponse:
        appendix = appendix_or_404(plan, number)

        def sums() -> dict[str, Any]:
            columns = page.read(plan, appendix).columns
            return {"columns": [cells_io.column_sums(column.balance) for column in columns]}

        try:
            saved = cells_io.save_once(
                cells_io.read_sent(request), request=request, save=_saving(request, plan, page), more=sums
            )
        except cells_io.BadCells as bad:
            return cells_io.refusal(bad.message, bad.status)
        except Refused as refused:
            return cells_io.refusal(refused.message, 409)
        return cells_io.reply(saved)

    return view


caps, caps_cells = _view(CAPS), _cells_view(CAPS)
subs, subs_cells = _view(SUBS), _cells_view(SUBS)
reserves, reserves_cells = _view(RESERVES), _cells_view(RESERVES)


@plan_view(Action.ALLOCATE, WRITE)
def held(request: UserRequest, plan: Plan, number: int) -> HttpResponse:
    """Set what is held back of the quotas of an appendix, those that differ from what was shown; each by itself."""
    changed = 0
    for quota in quotas_of(plan, appendix_or_404(plan, number)):
        typed = request.POST.get(f"held-{quota.pk}")
        if typed is None:
            continue
        try:
            wanted, seen = parse_count(typed) or 0, parse_count(request.POST.get(f"seen-{quota.pk}"))
            if wanted not in (quota.held, seen):
                set_held(quota=quota, held=wanted, actor=request.user, seen=seen)
                changed += 1
        except (NumberRefused, Refused) as refused:
            messages.error(request, f"{quota.short_name}: {refused.message}")
    if changed:
        messages.success(request, f"Đã đổi số giữ lại của {format_count(changed)} chỉ tiêu.")
    return redirect("allocation-caps", plan.year, number)


def _tell(request: UserRequest, plan: Plan, number: int, act: Callable[[], object], done: str) -> HttpResponse:
    """Carry out what a small form asks, say what became of it, and return to the sub-quotas."""
    try:
        act()
    except (NumberRefused, Refused) as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, done)
    return redirect("allocation-subs", plan.year, number)


def _read_number(typed: str) -> int:
    number = parse_count(typed)
    if number is None:
        raise Refused("Chưa nhập số lượng của chỉ tiêu con.")
    return number


@plan_view(Action.ALLOCATE, WRITE)
def sub_add(request: UserRequest, plan: Plan, number: int) -> HttpResponse:
    """Add a sub-quota to a quota of the appendix."""
    quota = quotas_of(plan, appendix_or_404(plan, number)).filter(pk=read_key(request.POST.get("quota", ""))).first()
    name = " ".join(clean(request.POST.get("name", "")).split())

    def act() -> None:
        if quota is None:
            raise Refused("Chưa chọn chỉ tiêu.")
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            raise Refused(f"Tên chỉ tiêu con cần 1 đến {LONGEST_NAME} ký tự, ví dụ «nữ».")
        wanted = _read_number(request.POST.get("number", ""))
        add_sub_quota(plan=plan, quota_id=quota.pk, name=name, number=wanted, actor=request.user)

    return _tell(request, plan, number, act, f"Đã thêm chỉ tiêu con «{name}».")


@plan_view(Action.ALLOCATE, WRITE)
def sub_edit(request: UserRequest, plan: Plan, number: int, pk: int) -> HttpResponse:
    """Change the number of a sub-quota, or take it away."""
    appendix_or_404(plan, number)
    sub = get_object_or_404(SubQuota.objects.filter(quota__programme__plan=plan).select_related("quota"), pk=pk)
    if "remove" in request.POST:
        act = partial(remove_sub_quota, plan=plan, sub_quota=sub, actor=request.user)
        return _tell(request, plan, number, act, f"Đã bỏ chỉ tiêu con «{sub.name}».")

    def change() -> None:
        wanted = _read_number(request.POST.get("number", ""))
        set_sub_quota_number(plan=plan, sub_quota=sub, number=wanted, actor=request.user)

    return _tell(request, plan, number, change, f"Đã đổi số lượng của chỉ tiêu con «{sub.name}».")
