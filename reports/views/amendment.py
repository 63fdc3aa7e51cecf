"""Điều chỉnh, bổ sung: two versions compared, the reasons asked for, and the drafted paper with its files."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import count

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from reports import exports
from reports.amendment import OPEN, Comparison, Reasoned, compare_versions, published, working_comparison
from reports.amendment_document import (
    PAPER_STEM,
    TABLE_STEM,
    amendment_document,
    comparison_document,
    replaced_appendices,
    version_words,
)
from reports.amendment_effects import Effect
from reports.amendment_items import Item
from reports.amendment_reasons import Found
from reports.appendices.columns import WrongDefinition
from reports.exports import Format, file_name
from reports.models import Version
from reports.renderers.html import render_html
from reports.services.amendments import give_reasons
from reports.versions import Damaged
from reports.views.files import attachment
from reports.why_page import signed
from trainingplan.models import Plan
from trainingplan.policies import WRITE, Action, UserRequest, may, plan_view
from trainingplan.services.refusals import Refused

OLD, NEW, COMMON = "tu", "den", "chung"
FILES = {TABLE_STEM: (Format.XLSX, Format.PDF), PAPER_STEM: (Format.DOCX, Format.PDF)}
ADDRESSES = {TABLE_STEM: "plan-amendment-table", PAPER_STEM: "plan-amendment-paper"}
MOST_ASKED = 400
"""So many reasons are asked for at once; a form may have a thousand fields."""
MOST_DIGITS = 5


@dataclass(frozen=True, slots=True)
class ShownRow:
    """An item as the table shows it; `field` takes its reason where it is asked for."""

    number: int
    item: Item
    found: Found
    signed: str
    field: str


@dataclass(frozen=True, slots=True)
class ShownEffect:
    effect: Effect
    signed: str


@plan_view(Action.SEE_PLAN)
def amendment(request: UserRequest, plan: Plan) -> HttpResponse:
    """`?tu=1&den=2`; without `den` the working data, without both what is being amended, else the last two versions."""
    listed = published(plan)
    context = {"plan": plan, "versions": listed}
    if not listed:
        return render(request, "reports/amendment.html", context)
    old, new = _chosen(request, plan, listed)
    try:
        found = compare_versions(plan, old, new)
    except Damaged as damaged:
        return render(request, "reports/amendment.html", context | {"fault": str(damaged)}, status=500)
    editable = new is None and plan.state == Plan.State.AMENDING and may(request.user, Action.EDIT_PLAN)
    asked = _asked(found) if editable else {}
    issued = _issued_files(old, new)
    context |= {
        "found": found,
        "old_words": version_words(old),
        "new_words": version_words(new) if new else "số liệu đang soạn",
        "editable": editable,
        "asked": asked,
        "table": _table(found, asked),
        "effects": [ShownEffect(one, _signed(one.difference)) for one in found.effects],
        "document": render_html(amendment_document(found)) if found.printed and not issued else "",
        "files": _addresses(plan, old, new, issued),
        "illustrative": found.illustrative,
    }
    return render(request, "reports/amendment.html", context)


def _table(found: Comparison, asked: Mapping[str, str]) -> list[tuple[str, list[ShownRow]]]:
    """The rows by group, numbered through, with the fields of those whose reason is asked for."""
    numbers = count(1)
    return [
        (group.value, [_shown(next(numbers), row, asked.get(row.item.key, "")) for row in rows])
        for group, rows in found.groups
    ]


def _shown(number: int, row: Reasoned, field: str) -> ShownRow:
    return ShownRow(number, row.item, row.found, _signed(row.item.difference), field)


def _signed(difference: int | None) -> str:
    return "" if difference is None else signed(difference)


def _chosen(request: UserRequest, plan: Plan, listed: list[Version]) -> tuple[Version, Version | None]:
    """The versions of the address; raises Http404 for those that are not there."""
    by_number = {version.number: version for version in listed}
    if not (request.GET.get(OLD) or request.GET.get(NEW)):
        if plan.state in OPEN or len(listed) == 1:
            return listed[0], None
        return listed[1], listed[0]
    old, new = (_number(request.GET.get(name, "")) for name in (OLD, NEW))
    if old not in by_number or (new is not None and new not in by_number) or (new is not None and new <= old):
        raise Http404(OLD)
    return by_number[old], by_number[new] if new is not None else None


def _number(typed: str) -> int | None:
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) <= MOST_DIGITS):
        raise Http404(typed)
    return int(typed)


def _field(row: Reasoned) -> str:
    """The name of an item in the form."""
    return f"ly-do-{sha256(row.item.key.encode()).hexdigest()[:16]}"


def _asked(found: Comparison) -> dict[str, str]:
    """The field of each item whose reason the log does not tell."""
    rows = [row for row in found.printed if not row.found.reason or row.found.given]
    return {row.item.key: _field(row) for row in rows[:MOST_ASKED]}


def _issued_files(old: Version, new: Version | None) -> frozenset[str]:
    """The files of the amendment that led from one version to the next: they are read as they were issued."""
    if new is None or new.number != old.number + 1:
        return frozenset()
    names = {f"{stem}.{fmt}" for stem, formats in FILES.items() for fmt in formats}
    return frozenset(names & {file.name for file in new.files.all()})


def _addresses(plan: Plan, old: Version, new: Version | None, issued: frozenset[str]) -> list[tuple[str, str]]:
    """The files of this comparison: what each is called, and where it is."""
    query = f"?{OLD}={old.number}" + (f"&{NEW}={new.number}" if new else "")
    names = {PAPER_STEM: "Kế hoạch điều chỉnh", TABLE_STEM: "Bảng so sánh"}
    return [
        (
            f"{names[stem]} ({fmt.label})",
            reverse("plan-version-file", args=(plan.year, new.number, f"{stem}.{fmt}"))
            if new and f"{stem}.{fmt}" in issued
            else reverse(ADDRESSES[stem], args=(plan.year, fmt)) + query,
        )
        for stem in (PAPER_STEM, TABLE_STEM)
        for fmt in FILES[stem]
    ]


@plan_view(Action.SEE_PLAN)
def amendment_table(request: UserRequest, plan: Plan, extension: str) -> HttpResponse:
    """The table of comparison as a file."""
    try:
        found, fmt = _of_file(request, plan, TABLE_STEM, extension)
    except Damaged as damaged:
        return _not_compared(request, plan, damaged)
    document = comparison_document(found)
    return attachment(exports.render(document, fmt), file_name(document, fmt), fmt.content_type)


@plan_view(Action.SEE_PLAN)
def amendment_paper(request: UserRequest, plan: Plan, extension: str) -> HttpResponse:
    """The drafted paper as a file; its PDF ends with the appendices that it replaces."""
    try:
        found, fmt = _of_file(request, plan, PAPER_STEM, extension)
    except Damaged as damaged:
        return _not_compared(request, plan, damaged)
    document = amendment_document(found)
    if fmt is not Format.PDF or found.new is not None:
        return attachment(exports.render(document, fmt), file_name(document, fmt), fmt.content_type)
    try:
        content = exports.render_whole([document, *replaced_appendices(found)])
    except WrongDefinition as wrong:
        messages.error(request, f"Chưa tải được: có phụ lục bị lỗi. {wrong}", extra_tags="is-bad")
        return redirect("plan-amendment", plan.year)
    return attachment(content, file_name(document, fmt), fmt.content_type)


def _of_file(request: UserRequest, plan: Plan, stem: str, extension: str) -> tuple[Comparison, Format]:
    listed = published(plan)
    if extension not in FILES[stem] or not listed:
        raise Http404(f"{stem}.{extension}")
    return compare_versions(plan, *_chosen(request, plan, listed)), Format(extension)


def _not_compared(request: UserRequest, plan: Plan, damaged: Damaged) -> HttpResponse:
    messages.error(request, str(damaged), extra_tags="is-bad")
    return redirect("plan-amendment", plan.year)


@plan_view(Action.EDIT_PLAN, WRITE)
def amendment_reasons(request: UserRequest, plan: Plan) -> HttpResponse:
    """Store the reasons that were written, each at its item; the common one at those that have none."""
    try:
        found = working_comparison(plan)
    except Damaged as damaged:
        return _not_compared(request, plan, damaged)
    fields = {_field(row): row for row in found.printed} if found else {}
    common = request.POST.get(COMMON, "")
    reasons = {row.item.key: request.POST[name] for name, row in fields.items() if request.POST.get(name)}
    if common.strip():
        bare = (row.item.key for row in fields.values() if not row.found.reason)
        reasons = dict.fromkeys(bare, common) | reasons
    try:
        given = give_reasons(plan=plan, reasons=reasons, actor=request.user)
    except Refused as refused:
        messages.error(request, refused.message, extra_tags="is-bad")
    else:
        messages.success(request, f"Đã ghi lý do cho {given} thay đổi.", extra_tags="is-ok")
    return redirect("plan-amendment", plan.year)
