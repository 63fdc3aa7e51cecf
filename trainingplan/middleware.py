"""Middleware of the kernel."""

import logging
from collections.abc import Callable, Sequence

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse

from trainingplan.models import User
from trainingplan.policies import sees_all_units
from trainingplan.services.access import log_refusal, watching

logger = logging.getLogger(__name__)
FORBIDDEN, NOT_FOUND = 403, 404


class AdminContentSecurityPolicy:
    """Widen the content security policy on the back office alone: Unfold's Alpine needs `unsafe-eval`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith("/quan-tri/"):
            response._csp_update = {  # type: ignore[attr-defined]  # noqa: SLF001 - django-csp's own way
                "script-src": [SELF, UNSAFE_EVAL, UNSAFE_INLINE],
                "style-src": [SELF, UNSAFE_INLINE],
            }
        return response


class NoZeroCharacter:
    """Answer an address with a zero character, in its path or its query, as a page that is not there.

    PostgreSQL holds no such text, and says so by a fault; what is posted is read by forms, which refuse it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        typed = (text for name, values in request.GET.lists() for text in (name, *values))
        if "\0" in request.path or any("\0" in text for text in typed):
            raise Http404
        return self.get_response(request)


class LogRefusedAccess:
    """Log what somebody who has signed in asked for and may not have; see `trainingplan.services.access`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with watching() as notes:
            response = self.get_response(request)
        if isinstance(request.user, User) and _refused(request, request.user, response.status_code, notes):
            try:
                log_refusal(
                    user=request.user,
                    method=request.method or "",
                    address=request.get_full_path(),
                    status=response.status_code,
                    note="; ".join(notes),
                )
            except DatabaseError:  # A refusal that cannot be logged is still a refusal, not an error page.
                logger.exception("refused access was not logged")
        return response


def _refused(request: HttpRequest, user: User, status: int, notes: Sequence[str]) -> bool:
    """Whether the answer keeps something from the user: of those who see all, "not found" is no refusal."""
    hidden = status == NOT_FOUND and request.resolver_match is not None and not sees_all_units(user)
    return status == FORBIDDEN or hidden or bool(notes)
