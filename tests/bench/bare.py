"""The peer of S8 as a WSGI application: one view without middleware that does the same conditional UPDATE."""

import json
import os

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trainingplan.settings")
settings.MIDDLEWARE, settings.ROOT_URLCONF = [], __name__
django.setup()

from django.http import HttpRequest, JsonResponse  # noqa: E402 - the settings must be changed first
from django.urls import path  # noqa: E402
from django.utils import timezone  # noqa: E402

from quotas.models import Registration  # noqa: E402


def save(request: HttpRequest) -> JsonResponse:
    """Set the number of a cell of which this version stands."""
    sent = json.loads(request.body)
    standing = Registration.objects.filter(unit=sent["unit"], quota=sent["quota"], version=sent["version"])
    updated = standing.update(number=sent["value"], version=sent["version"] + 1, updated_at=timezone.now())
    return JsonResponse({"updated": updated})


urlpatterns = [path("", save)]
application = WSGIHandler()
