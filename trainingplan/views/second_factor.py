"""Xác thực hai lớp: one's own device and recovery codes."""

from typing import Any
from urllib.parse import quote

import qrcode
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from trainingplan.models import User
from trainingplan.policies import FORM, Action, UserRequest, access
from trainingplan.services.reauth import FACTOR, recently_signed_in
from trainingplan.services.refusals import Refused
from trainingplan.services.second_factor import (
    ISSUER,
    codes_left,
    drop_second_factor,
    enrol,
    is_required,
    new_secret,
    renew_recovery_codes,
)

SALT = "trainingplan.second_factor"
HALF_AN_HOUR = 1800


@access(Action.SEE_HOME, FORM)
@never_cache
@recently_signed_in
@sensitive_post_parameters()
def second_factor(request: UserRequest) -> HttpResponse:
    """Set up a device (`viec=bat`), get recovery codes anew (`ma`), switch off (`go`)."""
    match request.POST.get("viec"):
        case "bat":
            return _enrol(request)
        case "ma":
            return _renew(request)
        case "go":
            return _drop(request)
    if request.user.second_factor_at is None or "doi" in request.GET:
        return _setup(request, new_secret())
    context = {"left": codes_left(request.user), "required": is_required(request.user)}
    return render(request, "registration/second_factor.html", context)


def _setup(request: UserRequest, secret: str, error: str = "") -> HttpResponse:
    """The secret goes along signed, so that nothing is stored before a first code has confirmed it."""
    user = request.user
    address = f"otpauth://totp/{quote(f'{ISSUER}:{user.username}')}?secret={secret}&issuer={quote(ISSUER)}"
    context = {
        "secret": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        "signed": signing.dumps([user.pk, secret], salt=SALT),
        "error": error,
        "required": is_required(user) and user.second_factor_at is None,
        "anew": user.second_factor_at is not None,
        **_picture(address),
    }
    return render(request, "registration/second_factor_setup.html", context)


def _picture(address: str) -> dict[str, Any]:
    """The QR code as one path of unit squares."""
    code = qrcode.QRCode(border=2)
    code.add_data(address)
    code.make(fit=True)
    rows = code.get_matrix()
    squares = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return {"path": "".join(squares), "size": len(rows)}


def _enrol(request: UserRequest) -> HttpResponse:
    try:
        pk, secret = signing.loads(request.POST.get("khoa", ""), salt=SALT, max_age=HALF_AN_HOUR)
    except signing.BadSignature:
        pk, secret = None, ""
    if pk != request.user.pk:
        messages.warning(request, "Trang thiết lập đã mở quá lâu. Hãy quét mã mới.", extra_tags="is-warn")
        return redirect("second-factor")
    try:
        codes = enrol(secret=secret, code="".join(request.POST.get("code", "").split()), actor=request.user)
    except Refused as refused:
        return _setup(request, secret, refused.message)
    _stay(request, request.user)
    return _show(request, codes)


def _renew(request: UserRequest) -> HttpResponse:
    try:
        return _show(request, renew_recovery_codes(actor=request.user))
    except Refused:
        return redirect("second-factor")


def _drop(request: UserRequest) -> HttpResponse:
    try:
        drop_second_factor(user=request.user, actor=request.user)
    except Refused as refused:
        messages.error(request, refused.message, extra_tags="is-bad")
    else:
        _stay(request, request.user)
        messages.success(request, "Đã tắt xác thực hai lớp.", extra_tags="is-ok")
    return redirect("second-factor")


def _stay(request: UserRequest, user: User) -> None:
    """All other sessions of the account end; this one has shown what it has to."""
    update_session_auth_hash(request, user)
    request.session[FACTOR] = user.second_factor_at is not None


def _show(request: UserRequest, codes: list[str]) -> HttpResponse:
    return render(request, "registration/recovery_codes.html", {"codes": codes})
