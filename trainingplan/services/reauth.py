"""Signing in anew before what weighs much: a view says `recently_signed_in`, and the question keeps what was typed."""

import time
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters

from trainingplan.services.refusals import Refused
from trainingplan.services.second_factor import check_code

if TYPE_CHECKING:
    from trainingplan.models import User

SIGNED_IN_AT, FACTOR = "signed_in_at", "second_factor"
PASSWORD, CODE, PAGE = "xac-nhan-mat-khau", "xac-nhan-ma", "xac-nhan-trang"
OURS = frozenset({PASSWORD, CODE, PAGE, "csrfmiddlewaretoken"})
MINUTE = 60

View = TypeVar("View", bound=Callable[..., HttpResponse])


def mark_signed_in(request: HttpRequest, **_: Any) -> None:
    """Note that the user has just shown who he is; Django's signal of a sign-in calls it too."""
    request.session[SIGNED_IN_AT] = int(time.time())


def is_recent(request: HttpRequest) -> bool:
    """Whether the last full sign-in of the session is recent enough for what weighs much."""
    return time.time() - int(request.session.get(SIGNED_IN_AT, 0)) <= settings.RECENT_MINUTES * MINUTE


def recently_signed_in(view: View) -> View:
    """Ask for the password, and the code of who has a second factor, when the last sign-in is some time ago.

    A page is asked for before it shows; a form that comes too late is kept on the question's own page and sent on
    with the answer. Passwords in it are not kept, nor are files: such a form comes back to be completed.
    """

    @wraps(view)
    @sensitive_post_parameters(PASSWORD, CODE)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if is_recent(request) and PASSWORD not in request.POST:
            return view(request, *args, **kwargs)
        error = ""
        if request.method == "POST" and PASSWORD in request.POST:
            error = _why_not(request)
            if not error and PAGE in request.POST:
                return redirect(request.get_full_path())
            if not error:
                _without_ours(request)
                return view(request, *args, **kwargs)
        return _question(request, error)

    return cast("View", guarded)


def _why_not(request: HttpRequest) -> str:
    """In words, why this is not the user; empty when it is. Wrong passwords count towards the lock."""
    user = cast("User", request.user)
    found = authenticate(request, username=user.username, password=request.POST.get(PASSWORD, ""))
    if found != user:
        return "Mật khẩu không đúng."
    try:
        if user.second_factor_at is not None and not check_code(user, request.POST.get(CODE, "")):
            return "Mã xác thực không đúng hoặc đã dùng. Chờ mã mới rồi nhập lại."
    except Refused as refused:
        return refused.message
    mark_signed_in(request)
    return ""


def _without_ours(request: HttpRequest) -> None:
    """Leave to the view the form as it was first sent."""
    posted = request.POST.copy()
    for name in (PASSWORD, CODE):
        posted.pop(name, None)
    request.POST = posted  # type: ignore[assignment]


def _question(request: HttpRequest, error: str) -> HttpResponse:
    kept = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in OURS and "password" not in name
        for value in values
    ]
    page = request.method != "POST" or PAGE in request.POST
    context = {
        "kept": [(PAGE, "1")] if page else kept,
        "page": page,
        "error": error,
        "factor": cast("User", request.user).second_factor_at is not None,
        "address": request.get_full_path(),
    }
    response = render(request, "registration/confirm.html", context)
    response["Cache-Control"] = "no-store"
    return response
