"""Signing in: the password, and then the code of who has a second factor."""

import time
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from trainingplan.addresses import client_address
from trainingplan.models import User
from trainingplan.policies import FORM
from trainingplan.services.accounts import too_many_failures
from trainingplan.services.reauth import FACTOR
from trainingplan.services.refusals import Refused
from trainingplan.services.second_factor import check_code

PENDING = "signing_in"
PATIENCE = 300
"""Seconds between the password and the code."""
BACKEND = "trainingplan.sessions.Backend"
TOO_MANY = 429


class SignIn(LoginView):
    """Django's own view, with a second page for who has a second factor."""

    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if too_many_failures(client_address(request)):
            context = {"spraying": True}
            return render(request, "registration/locked.html", context, status=TOO_MANY)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        user = form.get_user()
        if user.second_factor_at is None:
            return super().form_valid(form)
        self.request.session.cycle_key()
        self.request.session[PENDING] = {
            "user": user.pk,
            "hash": user.get_session_auth_hash(),
            "at": int(time.time()),
            "next": self.get_success_url(),
        }
        return redirect("login-code")


@never_cache
@login_not_required
@sensitive_post_parameters("code")
@require_http_methods(FORM)
def login_code(request: HttpRequest) -> HttpResponseBase:
    """Ask for the code; the session is signed in only with it."""
    if isinstance(request.user, User):
        return redirect(settings.LOGIN_REDIRECT_URL)
    pending = request.session.get(PENDING) or {}
    user = _user_of(pending)
    if user is None:
        request.session.pop(PENDING, None)
        return redirect("login")
    error = _why_not(user, request.POST.get("code", "")) if request.method == "POST" else ""
    if request.method == "POST" and not error:
        login(request, user, backend=BACKEND)
        request.session.pop(PENDING, None)
        request.session[FACTOR] = True
        return redirect(pending["next"])
    return render(request, "registration/code.html", {"error": error})


def _user_of(pending: Any) -> User | None:
    """Who has given the password a short while ago and is still who he was then."""
    if not pending or time.time() - pending["at"] > PATIENCE:
        return None
    user = User.objects.filter(pk=pending["user"], is_active=True).first()
    same = user is not None and constant_time_compare(pending["hash"], user.get_session_auth_hash())
    return user if same else None


def _why_not(user: User, typed: str) -> str:
    try:
        return "" if check_code(user, typed) else "Mã không đúng hoặc đã dùng. Chờ mã mới rồi nhập lại."
    except Refused as refused:
        return refused.message
