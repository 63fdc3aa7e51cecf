"""The page of a fault, with the number by which the log tells of it."""

from django.http import HttpRequest, HttpResponse
from django.template import loader

from trainingplan.logs import request_id


def server_error(_request: HttpRequest) -> HttpResponse:
    """Nothing of the request is used: it may be what went wrong."""
    text = loader.get_template("500.html").render({"request_id": request_id.get()})
    return HttpResponse(text, status=500)
