"""An toàn tài khoản: locks after wrong passwords, and who has a second factor; for administrators."""

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from trainingplan.models import User
from trainingplan.policies import FORM, WRITE, Action, UserRequest, access
from trainingplan.services.accounts import close_idle_accounts, lift_lock, locks
from trainingplan.services.reauth import recently_signed_in
from trainingplan.services.refusals import Refused
from trainingplan.services.second_factor import drop_second_factor, is_required

LINES = 50


@access(Action.MANAGE_USERS)
def account_safety(request: UserRequest) -> HttpResponse:
    """Locks in force, second factors, accounts that nobody uses."""
    users = User.objects.filter(is_active=True).order_by("second_factor_at", "username")
    page = Paginator(users, LINES).get_page(request.GET.get("trang"))
    context = {
        "locks": locks(),
        "page": page,
        "required": {user.pk for user in page if is_required(user)},
        "idle": close_idle_accounts(actor=None, dry_run=True),
        "days": settings.IDLE_ACCOUNT_DAYS,
    }
    return render(request, "trainingplan/account_safety.html", context)


@access(Action.MANAGE_USERS, WRITE)
@recently_signed_in
def lock_lift(request: UserRequest) -> HttpResponse:
    """Let an address try an account again."""
    username, address = (request.POST.get(name, "").replace("\0", "") for name in ("tai-khoan", "dia-chi"))
    try:
        lift_lock(username=username, address=address, actor=request.user)
    except Refused as refused:
        messages.error(request, refused.message, extra_tags="is-bad")
    else:
        messages.success(request, "Đã mở khóa đăng nhập.", extra_tags="is-ok")
    return redirect("account-safety")


@access(Action.MANAGE_USERS, FORM)
@recently_signed_in
def second_factor_drop(request: UserRequest, pk: int) -> HttpResponse:
    """Take the second factor off the account of somebody else, who has lost the device."""
    user = get_object_or_404(User.objects.exclude(pk=request.user.pk), pk=pk)
    if request.method != "POST":
        return render(request, "trainingplan/second_factor_drop.html", {"account": user})
    try:
        drop_second_factor(user=user, actor=request.user)
    except Refused as refused:
        messages.error(request, refused.message, extra_tags="is-bad")
    else:
        messages.success(request, f"Đã gỡ xác thực hai lớp của {user.full_name}.", extra_tags="is-ok")
    return redirect("account-safety")
