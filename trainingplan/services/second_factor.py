"""The second factor: one-time codes of a device (TOTP, RFC 6238) and recovery codes. A code is good once."""

import base64
import hashlib
import hmac
import secrets
from datetime import timedelta

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.encoding import force_str
from django_otp.oath import TOTP

from trainingplan.models import RecoveryCode, SecondFactor, User
from trainingplan.policies import Action, require
from trainingplan.services.changes import Entry, record
from trainingplan.services.refusals import Refused

ISSUER = "Kế hoạch đào tạo"
CODES = 10
FAILURES, PAUSE = 5, timedelta(minutes=15)
TOLERANCE = 1
"""Steps of half a minute by which the device's clock may be off."""
FIELD = "xác thực hai lớp"
DIGITS = 6
RECOVERY_LENGTH = 16


def is_required(user: User) -> bool:
    """Whether the user may do nothing before a second factor is set up."""
    return settings.SECOND_FACTOR == "required" and user.role in settings.SECOND_FACTOR_ROLES


def new_secret() -> str:
    """A fresh secret as people type it: 32 letters and digits."""
    return _random(20)


@transaction.atomic
def enrol(*, secret: str, code: str, actor: User) -> list[str]:
    """Take up the device that shows `code` by `secret`, in place of any earlier one; return fresh recovery codes.

    Raises Refused when the code is not the device's.
    """
    step = _step_of(_key(secret), code)
    if step is None:
        raise Refused("Mã không đúng. Kiểm tra giờ của điện thoại rồi nhập mã đang hiện.", field="code")
    had = actor.second_factor_at is not None
    SecondFactor.objects.update_or_create(
        user=actor, defaults={"secret": _seal(secret), "last_step": step, "failures": 0, "failed_at": None}
    )
    actor.second_factor_at = timezone.now()
    actor.save(update_fields=["second_factor_at"])
    _log(actor, actor, "thiết bị cũ" if had else "chưa bật", "thiết bị mới" if had else "đã bật")
    return _new_codes(actor)


@transaction.atomic
def renew_recovery_codes(*, actor: User) -> list[str]:
    """Ten new codes; the old ones no longer count."""
    if actor.second_factor_at is None:
        raise Refused("Chưa bật xác thực hai lớp.")
    _log(actor, actor, "mã dự phòng cũ", "mã dự phòng mới")
    return _new_codes(actor)


@transaction.atomic
def drop_second_factor(*, user: User, actor: User) -> None:
    """Take the second factor off an account: one's own where it is not required, another's as administrator."""
    if user != actor:
        require(actor, Action.MANAGE_USERS)
    if user.second_factor_at is None:
        raise Refused("Tài khoản này chưa bật xác thực hai lớp.")
    if user == actor and is_required(user):
        raise Refused("Vai trò của bạn bắt buộc xác thực hai lớp: chỉ đổi được thiết bị, hoặc nhờ quản trị khác gỡ.")
    _take_off(user, actor)


@transaction.atomic
def reset_second_factor(user: User) -> None:
    """The same from the server's own command line, when nobody can sign in to do it."""
    if user.second_factor_at is None:
        raise Refused("Tài khoản này chưa bật xác thực hai lớp.")
    _take_off(user, None)


def _take_off(user: User, actor: User | None) -> None:
    SecondFactor.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    user.second_factor_at = None
    user.save(update_fields=["second_factor_at"])
    _log(user, actor, "đã bật", "đã gỡ")


def check_code(user: User, typed: str) -> bool:
    """Whether the code is good, which it then no longer is. Raises Refused after too many wrong ones."""
    device = SecondFactor.objects.filter(user=user).first()
    if device is None:
        return False
    if not _count_try(device):
        raise Refused("Đã nhập sai mã nhiều lần. Chờ 15 phút rồi thử lại.")
    code = "".join(typed.split()).replace("-", "").upper()
    good = _take_step(device, code) if len(code) == DIGITS else _take_recovery_code(user, code)
    if good:
        SecondFactor.objects.filter(pk=device.pk).update(failures=0, failed_at=None)
    return good


def _count_try(device: SecondFactor) -> bool:
    """Count a try before it is looked at, so that of many sent at once no more are looked at than one after another."""
    now = timezone.now()
    mine = SecondFactor.objects.filter(pk=device.pk)
    over = mine.filter(failures__gte=FAILURES).exclude(failed_at__gt=now - PAUSE)
    if over.update(failures=1, failed_at=now):
        return True
    return bool(mine.filter(failures__lt=FAILURES).update(failures=F("failures") + 1, failed_at=now))


def codes_left(user: User) -> int:
    return RecoveryCode.objects.filter(user=user).count()


def _take_step(device: SecondFactor, code: str) -> bool:
    """One statement decides: of two who send the same code at once, one is late."""
    try:
        secret = _open(device.secret)
    except InvalidToken:
        return False
    step = _step_of(_key(secret), code)
    return step is not None and bool(
        SecondFactor.objects.filter(pk=device.pk, last_step__lt=step).update(last_step=step)
    )


@transaction.atomic
def _take_recovery_code(user: User, code: str) -> bool:
    deleted, _ = RecoveryCode.objects.filter(user=user, digest=_digest(user, code)).delete()
    if deleted:
        left = RecoveryCode.objects.filter(user=user).count()
        _log(user, user, "mã dự phòng", f"đã dùng một mã, còn {left}")
    return bool(deleted)


def _step_of(key: bytes, code: str) -> int | None:
    """The step of time whose code this is, None when it is none of now."""
    if not (code.isascii() and code.isdigit() and len(code) == DIGITS):
        return None
    clock = TOTP(key)
    now: int = clock.t()
    found = None
    for step in range(now - TOLERANCE, now + TOLERANCE + 1):
        clock.drift = step - now
        if hmac.compare_digest(str(clock.token()).zfill(DIGITS), code):
            found = step
    return found


def _new_codes(user: User) -> list[str]:
    codes = [_random(10) for _ in range(CODES)]
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=_digest(user, code)) for code in codes)
    return ["-".join(code[start : start + 4] for start in range(0, RECOVERY_LENGTH, 4)) for code in codes]


def _random(size: int) -> str:
    return base64.b32encode(secrets.token_bytes(size)).decode("ascii")


def _digest(user: User, code: str) -> str:
    """Eighty random bits need no slow hash."""
    return hashlib.sha256(f"{user.pk}:{code}".encode()).hexdigest()


def _key(secret: str) -> bytes:
    return base64.b32decode(secret)


def _vault() -> MultiFernet:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet(
        [
            Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"second factor:{force_str(key)}".encode()).digest()))
            for key in keys
        ]
    )


def _seal(secret: str) -> str:
    return _vault().encrypt(secret.encode()).decode()


def _open(sealed: str) -> str:
    return _vault().decrypt(sealed.encode()).decode()


def _log(user: User, actor: User | None, old: str, new: str) -> None:
    entry = Entry("user", user.pk, f"người dùng {user}", FIELD, old, new, user.unit_id)
    record([entry], actor=actor, plan=None)
