"""Middleware of the kernel."""

import logging
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from csp.constants import HEADER, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.http import url_has_allowed_host_and_scheme

from trainingplan.frame import MENU
from trainingplan.models import User
from trainingplan.policies import sees_all_units
from trainingplan.readings import watching_people
from trainingplan.services.access import log_refusal, watching
from trainingplan.services.readings import log_reading

logger = logging.getLogger(__name__)
FORBIDDEN, NOT_FOUND = 403, 404


class ContentSecurityPolicy(CSPMiddleware):
    """django-csp's, which builds the header anew for each answer, though nearly all have the same."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        super().__init__(get_response)
        self.usual = build_policy()

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if settings.DEBUG or any(name.startswith("_csp") for name in (*vars(response), *vars(request))):
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, self.usual)
        return response


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


class SignInFirst(LoginRequiredMiddleware):
    """Send who has not signed in to do so, and then back: after a form to its page, with word that nothing was done.

    Django leads to the form's own address, which may take nothing but forms.
    """

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseRedirect:
        if request.method != "POST" or request.content_type == "application/json":
            return super().handle_no_permission(request, view_func)
        if request.resolver_match and request.resolver_match.view_name == "logout":
            return redirect_to_login("/")
        messages.warning(request, "Phiên làm việc đã hết nên việc vừa làm chưa được thực hiện. Hãy làm lại.")
        return redirect_to_login(_page_before(request))


def _page_before(request: HttpRequest) -> str:
    """The page of ours that the request came from; the home page where none is told."""
    page = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(page, {request.get_host()}):
        return "/"
    return urlsplit(page)._replace(scheme="", netloc="").geturl()


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


class LogPersonalReads:
    """Log who was shown protected data of people unmasked; see `trainingplan.readings`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with watching_people() as people:
            response = self.get_response(request)
        if people and isinstance(request.user, User):
            log_reading(user=request.user, door=_door(request), address=request.get_full_path(), people=people)
        return response


def _door(request: HttpRequest) -> str:
    """The page as the menu calls it."""
    name = request.resolver_match.view_name if request.resolver_match else ""
    return next((page.label for page in MENU if name.startswith(page.family)), name)


def _refused(request: HttpRequest, user: User, status: int, notes: Sequence[str]) -> bool:
    """Whether the answer keeps something from the user: of those who see all, "not found" is no refusal."""
    hidden = status == NOT_FOUND and request.resolver_match is not None and not sees_all_units(user)
    return status == FORBIDDEN or hidden or bool(notes)
