"""«Tải Excel»: what a page lists, as a data sheet: `?tai=excel` on its own address, with its right, scope and filters.

The page shows the link by including `trainingplan/sheet_link.html`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header

from trainingplan.policies import UserRequest
from trainingplan.resources.sheets import DataSheet, write_data_sheet

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def asks_for_sheet(request: UserRequest) -> bool:
    return request.method == "GET" and request.GET.get("tai") == "excel"


def page_or_sheet(
    request: UserRequest, template: str, context: Mapping[str, Any], sheet: Callable[[], DataSheet]
) -> HttpResponse:
    """The page, or what it lists as a workbook."""
    if asks_for_sheet(request):
        return sheet_reply(request, sheet())
    return render(request, template, context)


def sheet_reply(request: UserRequest, sheet: DataSheet) -> HttpResponse:
    return workbook_reply(write_data_sheet(sheet, made_by=request.user.full_name), f"{sheet.stem}.xlsx")


def workbook_reply(content: bytes, name: str, content_type: str = XLSX_TYPE) -> HttpResponse:
    """A file to be kept by the reader and by no cache."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    response["Cache-Control"] = "no-store, private"
    return response
