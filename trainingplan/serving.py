"""What stands around every request: its number and its line in the log, answers to probes, nothing kept by browsers."""

import logging
import re
import time
from collections.abc import Callable
from uuid import uuid4

from django.conf import settings
from django.core.signals import request_finished
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare

from trainingplan.logs import request_id
from trainingplan.readiness import Finding, findings

logger = logging.getLogger("trainingplan.requests")
GetResponse = Callable[[HttpRequest], HttpResponse]
ALIVE, READY = "/healthz", "/readyz"
LOCAL = {"127.0.0.1", "::1"}
_GIVEN = "HTTP_X_REQUEST_ID"  # not from `request.headers`, which Django makes of all of them when one is asked for
_GIVEN_ID = re.compile(r"[0-9A-Za-z-]{8,64}")
_MILLISECOND = 1_000_000


class NumberAndLog:
    """Give each request a number, the proxy's if it sends one, and log one line when it is answered.

    The line has the route, not the address, and the user's key: nothing that somebody typed.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.META.get(_GIVEN, "")
        request_id.set(given if _GIVEN_ID.fullmatch(given) else uuid4().hex)
        began = time.monotonic_ns()
        response = self.get_response(request)
        response["X-Request-ID"] = request_id.get()
        if logger.isEnabledFor(logging.INFO):
            logger.info("answered", extra={"more": _told(request, response, time.monotonic_ns() - began)})
        if request.method == "HEAD" and not response.streaming:  # gunicorn drops it as well, and warns of each
            response.headers.setdefault("Content-Length", str(len(response.content)))
            response.content = b""
        return response


@receiver(request_finished)
def _forget_number(**_kwargs: object) -> None:
    """Not before: Django tells of a fault, and a file is sent, after the last middleware."""
    request_id.set("")


def _told(request: HttpRequest, response: HttpResponse, nanoseconds: int) -> dict[str, str | int]:
    match, user = request.resolver_match, getattr(request, "user", None)
    return {
        "method": request.method if request.method in _METHODS else "other",
        "route": match.route if match else "",
        "status": response.status_code,
        "ms": nanoseconds // _MILLISECOND,
        "user": getattr(user, "pk", None) or 0 if _was_read(request) else 0,
    }


_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def _was_read(request: HttpRequest) -> bool:
    """Whether somebody has asked who signed in: the log asks no database."""
    return "_cached_user" in vars(request)


class Probes:
    """Answer `/healthz` and `/readyz` before anything else: no sign-in, no https, no log of refusals.

    Details are for the machine itself and for who has PROBE_TOKEN; others learn yes or no.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == ALIVE:
            return JsonResponse({"ok": True}, headers=_BARE)
        if request.path_info != READY:
            return self.get_response(request)
        found = findings()
        ready = all(finding.ok for finding in found if finding.needed)
        told = _details(found) if _may_know(request) else {}
        status = 200 if ready else 503
        return JsonResponse({"ok": ready, **told}, status=status, headers=_BARE, json_dumps_params=_AS_IT_IS)


_AS_IT_IS = {"ensure_ascii": False}
_BARE = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
"""No other middleware sees these answers; and one that is kept tells of another hour."""


def _details(found: list[Finding]) -> dict[str, object]:
    attention = [finding.words for finding in found if not finding.ok]
    return {
        "attention": attention,
        "checks": {finding.name: {"ok": finding.ok, "words": finding.words} for finding in found},
    }


def _may_know(request: HttpRequest) -> bool:
    """What comes through the proxy carries X-Forwarded-For and is nobody's own machine."""
    token = request.headers.get("X-Probe-Token", "")
    if settings.PROBE_TOKEN and constant_time_compare(token, settings.PROBE_TOKEN):
        return True
    return request.META.get("REMOTE_ADDR") in LOCAL and "X-Forwarded-For" not in request.headers


class NoStore:
    """Let nobody keep what somebody who has signed in was shown: machines are shared, and go missing."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if "Cache-Control" not in response and request.user.is_authenticated:
            response["Cache-Control"] = "no-store, private"
        return response
