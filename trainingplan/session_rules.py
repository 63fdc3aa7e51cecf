"""What a session is good for: it ends when nobody is there, and opens only what the account may do as it stands."""

import hashlib
import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import get_user
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from trainingplan.models import User
from trainingplan.passwords import PasswordPolicy
from trainingplan.services.reauth import FACTOR, SIGNED_IN_AT
from trainingplan.services.second_factor import is_required
from trainingplan.sessions import first_reads, remember
from trainingplan.together import reading_together

COOKIE = "hoat-dong"
"""When its session was last used, signed: no request has to write to the database for that."""
MINUTE = 60
PASSIVE_HEADER = "X-Tu-Dong"
"""A script sends it with requests that nobody asked for."""
_PASSIVE = "HTTP_" + PASSIVE_HEADER.upper().replace("-", "_")
FOR_ENROLMENT = frozenset({"second-factor", "logout"})
FOR_EXPIRED = frozenset({"own-password", "logout"})

View = TypeVar("View", bound=Callable[..., HttpResponse])


def passive(view: View) -> View:
    """A view that pages ask by themselves, like the progress of a job: to ask it is no sign of somebody there."""
    view.passive = True  # type: ignore[attr-defined]
    return view


class SessionRules:
    """Ends idle sessions; leads who must first set up a second factor, or a new password, to do so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with reading_together(*first_reads(request.session.session_key)):
            return self._answer(request)

    def _answer(self, request: HttpRequest) -> HttpResponse:
        # Django's stand-in for the user is asked dozens of times a request, and costs more than to read him.
        request.user = user = get_user(request)
        if isinstance(user, User):
            remember(request.session.session_key, user)
        if isinstance(user, User) and _is_over(request, user):
            logout(request)
        response = self.get_response(request)
        if isinstance(request.user, User):
            _touch(request, response)
        elif COOKIE in request.COOKIES:
            response.delete_cookie(COOKIE, samesite="Lax")
        return response

    def process_view(self, request: HttpRequest, view: Callable[..., Any], *_: Any) -> HttpResponse | None:
        if getattr(view, "passive", False) or request.META.get(_PASSIVE):
            vars(request)["passive"] = True
        user, match = request.user, request.resolver_match
        if not isinstance(user, User) or match is None:
            return None
        if is_required(user) and user.second_factor_at is None and match.view_name not in FOR_ENROLMENT:
            return redirect("second-factor")
        if PasswordPolicy.current().is_expired(user) and match.view_name not in FOR_EXPIRED | FOR_ENROLMENT:
            messages.warning(request, "Mật khẩu đã quá hạn: đổi mật khẩu rồi mới làm tiếp được.", extra_tags="is-warn")
            return redirect("own-password")
        return None


def _is_over(request: HttpRequest, user: User) -> bool:
    """Whether nobody was there for too long, or the second factor was not shown in this session."""
    if user.second_factor_at is not None and not request.session.get(FACTOR):
        return True
    return bool(settings.IDLE_SECONDS) and time.time() - last_seen(request) > settings.IDLE_SECONDS


def last_seen(request: HttpRequest) -> int:
    """When the session was last used, by its cookie; without one, when it began."""
    began = int(request.session.get(SIGNED_IN_AT, 0))
    try:
        told, _, session = _signer().unsign(request.COOKIES.get(COOKIE, "")).partition("-")
    except BadSignature:
        return began
    return max(began, int(told)) if session == _session_mark(request) and told.isdecimal() else began


def _touch(request: HttpRequest, response: HttpResponse) -> None:
    """Say that somebody was there, at most once a minute and never for what pages ask by themselves."""
    now = int(time.time())
    step = min(MINUTE, settings.IDLE_SECONDS // 10)
    if not settings.IDLE_SECONDS or vars(request).get("passive") or now - last_seen(request) < step:
        return
    value = _signer().sign(f"{now}-{_session_mark(request)}")
    response.set_cookie(COOKIE, value, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax")


def _session_mark(request: HttpRequest) -> str:
    """The cookie is good for one session, and does not tell which."""
    return hashlib.sha256((request.session.session_key or "").encode()).hexdigest()[:32]


def _signer() -> Signer:
    return Signer(salt="trainingplan.session")
