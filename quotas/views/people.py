"""Dữ liệu cá nhân: all that is kept about one person, to be shown or handed out on request."""

from io import BytesIO

import xlsxwriter
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from quotas.models import Person
from quotas.selectors.people import PersonData, find_people, person_data
from trainingplan.policies import Action, UserRequest, access
from trainingplan.services.readings import readings_of

LONGEST_QUERY = 100
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@access(Action.SEE_PERSONAL_DATA)
def people(request: UserRequest) -> HttpResponse:
    """Find a person by name."""
    words = request.GET.get("q", "").strip()[:LONGEST_QUERY]
    found = list(find_people(words)) if words else []
    return render(request, "quotas/people.html", {"words": words, "found": found})


@access(Action.SEE_PERSONAL_DATA)
def person(request: UserRequest, pk: int) -> HttpResponse:
    """Everything on one page, with who has read it."""
    data = person_data(get_object_or_404(Person.objects.select_related("unit"), pk=pk))
    return render(request, "quotas/person.html", {"data": data, "reads": readings_of(pk)})


@access(Action.SEE_PERSONAL_DATA)
def person_file(request: UserRequest, pk: int) -> HttpResponse:  # noqa: ARG001 - a view's signature
    """The same as a workbook."""
    data = person_data(get_object_or_404(Person.objects.select_related("unit"), pk=pk))
    response = HttpResponse(_workbook(data), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="du-lieu-ca-nhan-{pk}.xlsx"'
    return response


def _workbook(data: PersonData) -> bytes:
    """Text cells only: nothing that somebody typed is a formula."""
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        for name, pairs in data.sheets():
            sheet = book.add_worksheet(name)
            sheet.set_column(0, 0, 32)
            sheet.set_column(1, 1, 80)
            for row, (label, value) in enumerate(pairs):
                sheet.write_string(row, 0, label, bold)
                sheet.write_string(row, 1, value, wrapped)
    return buffer.getvalue()
