"""What is done to accounts: passwords, locks, closing. Sessions end by themselves, see `User`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from axes.models import AccessAttempt
from axes.utils import reset
from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from trainingplan.models import Role, UsedPassword, User
from trainingplan.passwords import PasswordPolicy
from trainingplan.services.catalogue import Edits
from trainingplan.services.changes import Entry, record
from trainingplan.services.refusals import Refused

COOLOFF = timedelta(minutes=15)


@transaction.atomic
def change_own_password(*, actor: User, password: str) -> None:
    """Set the actor's own password, on the record: that it changed, never what it is."""
    set_password(actor, password)
    edits = Edits(actor)
    edits.save(actor)
    edits.close()


def set_password(user: User, password: str) -> None:
    """Set a password without saving the user; the one before it is remembered, as many as the policy asks for."""
    if user.pk and user.has_usable_password():
        UsedPassword.objects.create(user=user, password=user.password, set_at=user.password_set_at)
        kept = UsedPassword.objects.filter(user=user).order_by("-pk").values_list("pk", flat=True)
        UsedPassword.objects.filter(pk__in=list(kept[PasswordPolicy.current().history :])).delete()
    user.set_password(password)


@dataclass(frozen=True, slots=True)
class Lock:
    """An account that an address may not sign in to for a while."""

    username: str
    address: str
    failures: int
    until: datetime


def locks() -> list[Lock]:
    """Those in force, the latest first; of names that no account has as well."""
    attempts = AccessAttempt.objects.filter(
        attempt_time__gt=timezone.now() - COOLOFF, failures_since_start__gte=settings.AXES_FAILURE_LIMIT
    ).order_by("-attempt_time")
    return [
        Lock(one.username or "", one.ip_address or "", one.failures_since_start, one.attempt_time + COOLOFF)
        for one in attempts
    ]


def too_many_failures(address: str) -> bool:
    """Whether so many attempts failed from the address, over all accounts, that it has to wait: against spraying."""
    recent = AccessAttempt.objects.filter(ip_address=address, attempt_time__gt=timezone.now() - COOLOFF)
    failures = recent.aggregate(all=Sum("failures_since_start"))["all"] or 0
    return bool(failures >= settings.FAILURES_AN_ADDRESS)


@transaction.atomic
def lift_lock(*, username: str, address: str, actor: User) -> None:
    """Let the address try that account again. Raises Refused when there is no such lock any more."""
    if not reset(username=username, ip=address):
        raise Refused("Khóa này không còn.")
    user = User.objects.filter(username=username).first()
    entry = Entry(
        "user", user.pk if user else username[:60], f"người dùng {user or username}", "khóa đăng nhập", address, ""
    )
    record([entry], actor=actor, plan=None, reason="Mở khóa đăng nhập")


def hold_administrators() -> list[User]:
    """The active administrators, locked in key order: of two who close each other the second sees the first."""
    rows = User.objects.filter(role=Role.ADMIN, is_active=True).order_by("pk")
    return list(rows.select_for_update())


@transaction.atomic
def close_idle_accounts(*, actor: User | None, dry_run: bool = False) -> list[User]:
    """Deactivate who has not signed in for IDLE_ACCOUNT_DAYS, but never the last administrator; return them.

    Demonstration accounts are closed by `demo_logins`, all at once.
    """
    if not settings.IDLE_ACCOUNT_DAYS:
        return []
    before = timezone.now() - timedelta(days=settings.IDLE_ACCOUNT_DAYS)
    administrators = hold_administrators()
    people = User.objects.filter(is_active=True, is_demo=False).order_by("pk")
    idle = [user for user in people if _last_sign(user) < before]
    staying = [user for user in administrators if user not in idle]
    if administrators and not staying:
        # Of those who all stay away, the one who came last keeps the key.
        idle.remove(max(administrators, key=_last_sign))
    if idle and not dry_run:
        close_accounts(idle, actor=actor, reason=f"Không đăng nhập trong {settings.IDLE_ACCOUNT_DAYS} ngày")
    return idle


def _last_sign(user: User) -> datetime:
    return max(at for at in (user.last_login, user.opened_at, user.created_at) if at)


@transaction.atomic
def close_accounts(users: Iterable[User], *, actor: User | None, reason: str) -> None:
    """Deactivate the accounts, on the record."""
    closed = list(users)
    User.objects.filter(pk__in=[user.pk for user in closed]).update(is_active=False)
    entries = (Entry("user", user.pk, str(user), "đang hoạt động", "có", "không", user.unit_id) for user in closed)
    record(entries, actor=actor, plan=None, reason=reason)


def close_idle_accounts_in_time() -> None:
    """The chore."""
    close_idle_accounts(actor=None)
