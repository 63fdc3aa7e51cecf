"""Logs of access: who asked for what is not his, and who read protected data of people."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from trainingplan.policies import Action, UserRequest, access
from trainingplan.selectors import refusals
from trainingplan.services.access import MOST_AN_HOUR
from trainingplan.services.readings import readings

LINES = 100


@access(Action.SEE_REFUSALS)
def access_refusals(request: UserRequest) -> HttpResponse:
    """The log, newest first."""
    page = Paginator(refusals(), LINES).get_page(request.GET.get("trang"))
    return render(request, "trainingplan/refusals.html", {"page": page, "most": MOST_AN_HOUR})


@access(Action.SEE_READINGS)
def personal_reads(request: UserRequest) -> HttpResponse:
    """Đọc dữ liệu cá nhân: the log, newest first."""
    page = Paginator(readings(), LINES).get_page(request.GET.get("trang"))
    return render(request, "trainingplan/personal_reads.html", {"page": page})
