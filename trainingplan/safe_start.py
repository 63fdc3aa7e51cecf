"""Starts that would leave the site open: named with the remedy, by `check --deploy` and when the server begins."""

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register  # noqa: A004 - Django's own name
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connections

from trainingplan.backup.sealing import BackupRefused, Key

LOCAL_HOSTS = {"localhost", "127.0.0.1", "[::1]", "::1", "testserver"}
SHORTEST_KEY, LEAST_LETTERS = 50, 10
KNOWN_KEYS = ("django-insecure-", "changeme", "secret", "your-secret-key", "test")
_OTHERS = stat.S_IROTH | stat.S_IWOTH | stat.S_IXOTH

Problem = tuple[str, str]
"""What is wrong, and what to do."""


def open_to_others() -> bool:
    """Whether anybody but this machine is meant to come."""
    return settings.HTTPS or any(host not in LOCAL_HOSTS for host in settings.ALLOWED_HOSTS)


def problems_of_settings() -> Iterator[Problem]:
    if "*" in settings.ALLOWED_HOSTS:
        yield (
            "ALLOWED_HOSTS là «*», ai cũng giả được tên máy chủ.",
            "Hãy ghi đúng các tên miền của trang vào ALLOWED_HOSTS.",
        )
    if not open_to_others():
        return
    if settings.DEBUG:
        yield "DEBUG đang bật trong khi trang mở cho người khác.", "Hãy bỏ DEBUG."
    if _is_weak(settings.SECRET_KEY):
        yield (
            "SECRET_KEY ngắn, dễ đoán hoặc là khóa mẫu ai cũng biết.",
            "Hãy bỏ SECRET_KEY để dùng khóa mà ./script/setup đã tạo, hoặc đặt một chuỗi ngẫu nhiên từ 50 ký tự.",
        )
    if not settings.HTTPS:
        yield (
            f"Trang mở cho {', '.join(settings.ALLOWED_HOSTS)} mà không có HTTPS: mật khẩu đi qua mạng không mã hóa.",
            "Hãy đặt HTTPS=on sau một máy chủ web có chứng thư (deploy/nginx.conf), hoặc bỏ ALLOWED_HOSTS.",
        )
    yield from problems_of_files()


def _is_weak(key: str) -> bool:
    known = any(key.lower().startswith(start) for start in KNOWN_KEYS)
    return known or len(key) < SHORTEST_KEY or len(set(key)) < LEAST_LETTERS


def problems_of_files() -> Iterator[Problem]:
    """Secrets that every account of the machine may read."""
    for path in (settings.VAR_DIR, settings.BASE_DIR / ".env", Path(settings.BACKUP_DIR)):
        if path.exists() and path.stat().st_mode & _OTHERS:
            yield f"Mọi tài khoản trên máy đều đọc được {path}.", f"Hãy chạy: chmod o-rwx {path}"


def problems_of_accounts() -> Iterator[Problem]:
    """Needs the database; one that is not there yet holds no accounts."""
    from trainingplan.models import User  # noqa: PLC0415 - checks are registered before models are loaded

    try:
        demo = open_to_others() and User.objects.filter(is_demo=True, is_active=True).exists()
    except DatabaseError:
        return
    if demo:
        yield (
            "Còn tài khoản minh họa đang mở, mật khẩu của chúng nằm trong tệp ai cũng xem được.",
            "Hãy tạo tài khoản quản trị (manage.py createsuperuser), rồi chạy: manage.py demo_logins --lock",
        )


def refuse_unsafe_start() -> None:
    """Called when a server or a worker begins. Raises ImproperlyConfigured with every problem and its remedy."""
    found = [*problems_of_settings(), *problems_of_accounts()]
    connections.close_all()  # a server that forks must not share them
    if found:
        lines = "\n".join(f"  - {wrong} {remedy}" for wrong, remedy in found)
        raise ImproperlyConfigured(f"Không khởi động vì không an toàn:\n{lines}")


@register(Tags.security, deploy=True)
def check_start(**_kwargs: Any) -> list[Error | Warning]:
    found: list[Error | Warning] = [
        Error(wrong, hint=remedy, id="trainingplan.E001") for wrong, remedy in problems_of_settings()
    ]
    try:
        if not settings.BACKUP_KEY:
            hint = "Tạo bằng: manage.py backup --new-key; cất một bản ở nơi khác."
            found.append(Warning("Chưa đặt BACKUP_KEY: không sao lưu được.", hint=hint, id="trainingplan.W001"))
        else:
            Key.from_text(settings.BACKUP_KEY)
    except BackupRefused as refused:
        found.append(Error(str(refused), id="trainingplan.E002"))
    return found


@register(Tags.database, deploy=True)
def check_accounts(*, databases: Any = None, **_kwargs: Any) -> list[Error]:
    """Asked with `check --deploy --database default`."""
    if not databases:
        return []
    return [Error(wrong, hint=remedy, id="trainingplan.E003") for wrong, remedy in problems_of_accounts()]
