"""Whether this machine can serve, and what somebody should look after: what `/readyz` tells."""

import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from trainingplan.backup.snapshot import applied_migrations
from trainingplan.models import Chore, Job
from trainingplan.rules.numbers import format_count
from trainingplan.services.backups import OVERDUE, last_good_backup

logger = logging.getLogger(__name__)
WAITS_TOO_LONG = timedelta(minutes=10)
"""After it a job in the queue, or a chore that is due, says that no worker runs."""
_MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. What is `needed` and not there keeps the machine from serving."""

    name: str
    ok: bool
    words: str
    needed: bool = True


def findings() -> list[Finding]:
    """All of it; without the database, no more than that."""
    database = _looked(_database, "database", "Không kết nối được cơ sở dữ liệu.")
    looks: tuple[tuple[Callable[[], Finding], str], ...] = (
        (_migrations, "migrations"),
        (_worker, "worker"),
        (_jobs, "jobs"),
        (_backup, "backup"),
    )
    found = [_looked(look, name, "Không xem được.") for look, name in looks] if database.ok else []
    return [database, _disk(), _looked(_storage, "storage", "Không ghi được vào kho tệp."), *found]


def _looked(look: Callable[[], Finding], name: str, otherwise: str) -> Finding:
    try:
        return look()
    except (DatabaseError, OSError):
        logger.exception("the probe of %s failed", name)
        connection.close()
        return Finding(name, ok=False, words=otherwise)


def _database() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return Finding("database", ok=True, words="Cơ sở dữ liệu trả lời.")


@cache
def _known_migrations() -> frozenset[tuple[str, ...]]:
    return frozenset(MigrationLoader(None).disk_migrations)


def _migrations() -> Finding:
    missing = _known_migrations() - {tuple(migration) for migration in applied_migrations("default")}
    words = f"Còn {len(missing)} bước nâng cấp chưa chạy: manage.py migrate." if missing else "Bảng đúng phiên bản."
    return Finding("migrations", ok=not missing, words=words)


def _disk() -> Finding:
    """The fullest of the places that are written to."""
    places = [Path(settings.BACKUP_DIR), settings.VAR_DIR]
    if isinstance(default_storage, FileSystemStorage):
        places.append(Path(default_storage.location))
    free = min(shutil.disk_usage(_nearest(place)).free for place in places) // _MEGABYTE
    words = f"Đĩa còn {format_count(free)} MB, cần ít nhất {format_count(settings.LEAST_FREE_MB)} MB."
    return Finding("disk", ok=free >= settings.LEAST_FREE_MB, words=words)


def _nearest(place: Path) -> Path:
    return next(folder for folder in (place, *place.parents) if folder.is_dir())


def _storage() -> Finding:
    name = default_storage.save(f"kiem-tra/{uuid4().hex}", ContentFile(b"x"))
    default_storage.delete(name)
    return Finding("storage", ok=True, words="Kho tệp ghi được.")


def _worker() -> Finding:
    """Chores are due every hour or so; when one waits, nobody does them."""
    late = Chore.objects.filter(due_at__lt=timezone.now() - WAITS_TOO_LONG).exists()
    if not late and Chore.objects.exists():
        return Finding("worker", ok=True, words="Chương trình chạy nền đang làm việc.", needed=False)
    return Finding("worker", ok=False, words="Chương trình chạy nền không chạy: manage.py work.", needed=False)


def _jobs() -> Finding:
    oldest = (
        Job.objects.filter(state=Job.State.QUEUED).order_by("queued_at").values_list("queued_at", flat=True).first()
    )
    if oldest is None:
        return Finding("jobs", ok=True, words="Không việc nền nào chờ.", needed=False)
    minutes = (timezone.now() - oldest) // timedelta(minutes=1)
    ok = timezone.now() - oldest < WAITS_TOO_LONG
    return Finding("jobs", ok=ok, words=f"Việc nền lâu nhất đã chờ {format_count(minutes)} phút.", needed=False)


def _backup() -> Finding:
    last = last_good_backup()
    if last is None:
        return Finding("backup", ok=False, words="Chưa có bản sao lưu nào.", needed=False)
    hours = (timezone.now() - last.made_at) // timedelta(hours=1)
    words = f"Bản sao lưu tốt gần nhất cách đây {format_count(hours)} giờ."
    return Finding("backup", ok=timezone.now() - last.made_at <= OVERDUE, words=words, needed=False)
