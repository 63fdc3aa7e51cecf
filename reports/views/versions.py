"""What was published: the list, one version, and its files, byte for byte as they were issued."""

import re
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from logging import getLogger

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.clickjacking import xframe_options_sameorigin

from reports.amendment_document import PAPER_STEM, TABLE_STEM
from reports.exports import WHOLE, Format
from reports.models import Version, VersionFile
from reports.version_files import PAGE
from reports.versions import SUMS, Damaged, File, find_file, find_version, versions_of
from reports.views.data_sheets import versions_data
from reports.views.files import attachment
from trainingplan.models import Plan
from trainingplan.policies import Action, UserRequest, plan_view
from trainingplan.views.sheets import page_or_sheet

logger = getLogger(__name__)
_STYLE = re.compile(rb"<style>(.*?)</style>", re.DOTALL)
_APPENDIX = re.compile(r"phu-luc-([0-9]+)")
_LABELS = {
    "ke-hoach": "Văn bản kế hoạch",
    "toan-bo": "Văn bản và phụ lục trong một tệp",
    PAPER_STEM: "Kế hoạch điều chỉnh, bổ sung",
    TABLE_STEM: "Bảng so sánh với bản trước",
    "kiem-tra": "Kết quả kiểm tra trước khi ban hành",
}
_HTML = "text/html"
_SHOWN = (_HTML, "application/pdf", "text/plain")
"""What a browser shows; the rest is kept as a file."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A document with its files in their formats."""

    label: str
    files: tuple[tuple[str, VersionFile], ...]


@plan_view(Action.SEE_PLAN)
def versions(request: UserRequest, plan: Plan) -> HttpResponse:
    """Every version with number, date, signer and files."""
    found = list(versions_of(plan))
    context = {"plan": plan, "versions": found}
    return page_or_sheet(request, "reports/versions.html", context, lambda: versions_data(plan, found))


@plan_view(Action.SEE_PLAN)
def version(request: UserRequest, plan: Plan, number: int) -> HttpResponse:
    """One version as it was published; the text stands in a frame of its own."""
    shown = _find(plan, number)
    context = {
        "plan": plan,
        "version": shown,
        "files": list(shown.files.all()),
        "shelves": _shelves(shown.files.all()),
        "page": PAGE,
        "whole": WHOLE,
        "sums": SUMS,
    }
    return render(request, "reports/version.html", context)


@xframe_options_sameorigin
@plan_view(Action.SEE_PLAN)
def version_file(request: UserRequest, plan: Plan, number: int, name: str) -> HttpResponse:
    """The stored bytes, if they are still those that were published."""
    shown = _find(plan, number)
    try:
        file = find_file(shown, name)
    except Damaged as damaged:
        logger.exception("A published version is damaged")
        context = {"plan": plan, "version": shown, "fault": str(damaged)}
        return render(request, "reports/version_damaged.html", context, status=500)
    if file is None:
        raise Http404(name)
    return _reply(file)


def _shelves(files: Iterable[VersionFile]) -> list[Shelf]:
    """The files by document, in the order in which they were made."""
    return [
        Shelf(_label(stem), tuple((_format(file.name), file) for file in members))
        for stem, members in groupby(files, key=lambda file: file.name.rpartition(".")[0])
    ]


def _label(stem: str) -> str:
    if appendix := _APPENDIX.fullmatch(stem):
        return f"Phụ lục {appendix[1]}"
    return _LABELS.get(stem, stem)


def _format(name: str) -> str:
    return Format(name.rpartition(".")[2]).label


def _find(plan: Plan, number: int) -> Version:
    found = find_version(plan, number)
    if found is None:
        raise Http404(number)
    return found


def _reply(file: File) -> HttpResponse:
    if not file.content_type.startswith(_SHOWN):
        return attachment(file.content, file.name, file.content_type)
    response = HttpResponse(file.content, content_type=file.content_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=False, filename=file.name) or ""
    response["Cache-Control"] = "no-store, private"
    if file.content_type.startswith(_HTML):
        response["Content-Security-Policy"] = _policy(_STYLE.findall(file.content))
    return response


def _policy(styles: Iterable[bytes]) -> str:
    """Of a stored page nothing runs and nothing is fetched; its own style sheets hold, by their hashes."""
    hashes = " ".join(f"'sha256-{b64encode(sha256(style).digest()).decode()}'" for style in styles) or "'none'"
    closed = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox"
    return f"{closed}; img-src data:; style-src {hashes}"
