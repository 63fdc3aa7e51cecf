"""Logs of access: who asked for what is not his, and who read protected data of people."""

from django.core.paginator import Paginator
from django.http import HttpResponse

from trainingplan.policies import Action, UserRequest, access
from trainingplan.selectors import refusals
from trainingplan.services.access import MOST_AN_HOUR
from trainingplan.services.readings import readings
from trainingplan.views.data_sheets import personal_reads_data, refusals_data
from trainingplan.views.sheets import page_or_sheet

LINES = 100
MOST_IN_FILE = 20_000


@access(Action.SEE_REFUSALS)
def access_refusals(request: UserRequest) -> HttpResponse:
    """The log, newest first."""
    page = Paginator(refusals(), LINES).get_page(request.GET.get("trang"))
    context = {"page": page, "most": MOST_AN_HOUR}
    return page_or_sheet(
        request, "trainingplan/refusals.html", context, lambda: refusals_data(refusals()[:MOST_IN_FILE])
    )


@access(Action.SEE_READINGS)
def personal_reads(request: UserRequest) -> HttpResponse:
    """Đọc dữ liệu cá nhân: the log, newest first."""
    page = Paginator(readings(), LINES).get_page(request.GET.get("trang"))
    return page_or_sheet(
        request,
        "trainingplan/personal_reads.html",
        {"page": page},
        lambda: personal_reads_data(readings()[:MOST_IN_FILE]),
    )
