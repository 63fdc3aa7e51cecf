"""Making backups into the folder of the settings, on the record, and clearing old ones away."""

import hashlib
import shutil
import socket
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from trainingplan.backup.reading import verify
from trainingplan.backup.sealing import BackupRefused, Key
from trainingplan.backup.writing import Progress, Summary, silent, write_backup
from trainingplan.models import Backup, User
from trainingplan.policies import Action
from trainingplan.rules.machine_faults import of_file
from trainingplan.rules.numbers import format_count
from trainingplan.services.changes import Entry, record
from trainingplan.services.refusals import Refused
from trainingplan.services.running import Running

PREFIX, SUFFIX = "sao-luu-", ".khdt"
MOVING = ".chuyen-"
"""How the folders begin through which a database is moved."""
NO_KEY = (
    "Chưa đặt BACKUP_KEY nên chưa sao lưu được. Hãy tạo khóa bằng lệnh manage.py backup --new-key, "
    "ghi vào tệp cấu hình và cất một bản ở nơi khác."
)


def backup_key() -> Key:
    """The key of the settings. Raises BackupRefused, with the remedy."""
    if not settings.BACKUP_KEY:
        raise BackupRefused(NO_KEY)
    return Key.from_text(settings.BACKUP_KEY)


def backup_folder() -> Path:
    """Made for its owner alone where it is not there yet."""
    folder = Path(settings.BACKUP_DIR)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _machine() -> str:
    return socket.gethostname()[:200]


@dataclass(frozen=True, slots=True)
class _Attempt:
    began: datetime
    target: Path
    key: Key | None
    actor: User | None


def make_backup(
    *, actor: User | None, key: Key | None, target: Path | None = None, progress: Progress = silent
) -> Backup:
    """Write one backup, to `target` or into the folder of the settings, and keep that it was made or why it was not.

    Raises BackupRefused.
    """
    began = timezone.now()
    attempt = _Attempt(began, target or Path(settings.BACKUP_DIR, _name(began)), key, actor)
    try:
        if target is None:
            backup_folder()
        summary = write_backup(attempt.target, key=key, progress=progress)
    except (BackupRefused, OSError) as error:
        words = f"Không ghi được {attempt.target}: {of_file(error)}" if isinstance(error, OSError) else str(error)
        _keep(attempt, Summary(), words)
        raise BackupRefused(words) from error
    return _keep(attempt, summary, "")


def _name(began: datetime) -> str:
    """One that no other machine and no other writer of this second takes."""
    return f"{PREFIX}{timezone.localtime(began):%Y%m%d-%H%M%S-%f}{SUFFIX}"


@transaction.atomic
def _keep(attempt: _Attempt, summary: Summary, words: str, *, seconds: int | None = None) -> Backup:
    took = (timezone.now() - attempt.began) // timedelta(seconds=1) if seconds is None else seconds
    backup = Backup.objects.create(
        made_at=attempt.began,
        seconds=took,
        made_by=attempt.actor,
        ok=not words,
        words=words[:500],
        machine=_machine(),
        name="" if words else attempt.target.name[:200],
        size=summary.size,
        sha256=summary.sha256,
        rows=summary.rows,
        files=len(summary.files),
        encrypted=attempt.key is not None,
    )
    told = words or f"{attempt.target.name}, SHA-256 {summary.sha256}"
    record([Entry("backup", backup.pk, "sao lưu", "kết quả", "", told)], actor=attempt.actor, plan=None)
    return backup


HALF_WRITTEN = timedelta(days=1)
"""No backup is written so long: its writer was killed."""
UNRECORDED = timedelta(minutes=10)
"""Between a file and its row lies a moment: its writer was killed, or the database has been restored since."""


def adopt_backups(*, key: Key | None) -> int:
    """Put the files on the record that no row tells of, if they are whole and of this key; how many there were."""
    folder = Path(settings.BACKUP_DIR)
    known = set(Backup.objects.filter(machine=_machine()).values_list("name", flat=True))
    found = [path for path in sorted(folder.glob(f"{PREFIX}*{SUFFIX}")) if path.name not in known]
    return sum(_adopt(path, key) for path in found if _age(path) > UNRECORDED)


def _age(path: Path) -> timedelta:
    """Since it was written last; a file that somebody was quicker to remove is new."""
    try:
        return timezone.now() - datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
    except FileNotFoundError:
        return timedelta()


def _adopt(path: Path, key: Key | None) -> bool:
    try:
        archive = verify(path, key)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except (BackupRefused, OSError):  # of another key, or damaged: neither counted nor deleted
        return False
    summary = archive.summary
    summary.size, summary.sha256 = path.stat().st_size, digest
    _keep(_Attempt(datetime.fromisoformat(archive.head.made_at), path, key, None), summary, "", seconds=0)
    return True


@transaction.atomic
def remove_old_backups(*, actor: User | None) -> int:
    """Delete the files that are older than BACKUP_KEEP_DAYS, but never of the newest BACKUP_KEEP good ones.

    What a killed writer left half written goes, too.
    """
    good = Backup.objects.filter(ok=True, machine=_machine(), removed_at=None).exclude(name="")
    folder, oldest = Path(settings.BACKUP_DIR), timezone.now() - timedelta(days=settings.BACKUP_KEEP_DAYS)
    there = [backup for backup in good.order_by("-made_at", "-pk") if (folder / backup.name).is_file()]
    old = [backup for backup in there[settings.BACKUP_KEEP :] if backup.made_at < oldest]
    Backup.objects.filter(pk__in=[backup.pk for backup in old]).update(removed_at=timezone.now())
    entries = [Entry("backup", backup.pk, "sao lưu", "tệp", backup.name, "đã xóa vì quá hạn giữ") for backup in old]
    if entries:
        record(entries, actor=actor, plan=None)
    for backup in old:
        (folder / backup.name).unlink(missing_ok=True)
    for half in folder.glob(".*.part"):
        if _age(half) > HALF_WRITTEN:
            half.unlink(missing_ok=True)
    for moved in folder.glob(f"{MOVING}*"):
        if _age(moved) > HALF_WRITTEN:
            shutil.rmtree(moved, ignore_errors=True)
    return len(old)


OVERDUE = timedelta(hours=26)
"""So long after the last good backup the worker makes one, if nothing else has."""


def run_backup(run: Running) -> None:
    """The job of the page of backups."""
    run.require(Action.KEEP_BACKUPS)
    try:
        backup = make_backup(actor=run.actor, key=backup_key(), progress=run.progress)
    except BackupRefused as refused:
        raise Refused(str(refused)) from refused
    adopt_backups(key=backup_key())
    remove_old_backups(actor=run.actor)
    run.say(f"Đã ghi {backup.name}: {format_count(backup.rows)} dòng, {format_count(backup.files)} tệp.")
    run.link(reverse("backups"), "Đến danh sách bản sao lưu")


def last_good_backup() -> Backup | None:
    return Backup.objects.filter(ok=True).order_by("-made_at").first()


def make_overdue_backup() -> None:
    """The worker's chore, for machines without a timer of their own; without a key it is left to the operator."""
    last = last_good_backup()
    if settings.BACKUP_KEY and (last is None or timezone.now() - last.made_at > OVERDUE):
        make_backup(actor=None, key=backup_key())
    if settings.BACKUP_KEY:
        adopt_backups(key=backup_key())
        remove_old_backups(actor=None)
