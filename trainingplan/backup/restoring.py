"""The way back: a backup that was found whole becomes the database, in one transaction or not at all."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import DatabaseError, connections, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from trainingplan.backup.filling import clear_tables, fill, lock_tables, without_triggers
from trainingplan.backup.reading import Archive, bytes_of, verify
from trainingplan.backup.sealing import BackupRefused, Key
from trainingplan.backup.snapshot import applied_migrations, set_last_key
from trainingplan.backup.spool import Spool
from trainingplan.backup.tables import digest_of, tables
from trainingplan.backup.writing import FILE_PIECE, Progress, Summary, silent
from trainingplan.models import Job

_FEW = 3
BORN_WITH = {"django_content_type", "auth_permission"}
"""Tables that a migration fills by itself; rows in any other make a database that is not empty."""
INTERRUPTED = "Việc này chưa xong khi sao lưu; hệ thống đã được khôi phục từ bản sao lưu đó. Nếu còn cần, hãy làm lại."


@dataclass(slots=True)
class Restored:
    """What was restored, and what of it a person should know."""

    made_at: str
    summary: Summary
    files_kept: int = 0
    jobs_ended: int = 0
    notes: list[str] = field(default_factory=list)


def restore_backup(
    path: Path, *, key: Key | None, replace: bool = False, using: str = "default", progress: Progress = silent
) -> Restored:
    """Bring the backup into the database. Raises BackupRefused before anything is written, or with all undone."""
    archive = verify(path, key, progress)
    _refuse_other_version(archive)
    _prepare(using, replace=replace)
    restored = Restored(archive.head.made_at, archive.summary)
    with Spool() as spool:
        _stage_files(path, key, archive.summary, spool, restored)
        with _put_back_files(spool, archive.summary):
            _fill_database(path, key, using, progress, restored, replace=replace)
    if archive.summary.missing:
        restored.notes.append(f"Đã không còn khi sao lưu: {', '.join(archive.summary.missing)}.")
    return restored


def _refuse_other_version(archive: Archive) -> None:
    """Tables change with migrations: a backup goes back into the version of the program that made it."""
    disk = sorted([app, name] for app, name in MigrationLoader(None).disk_migrations)
    theirs = {tuple(migration) for migration in archive.head.migrations}
    ours = {tuple(migration) for migration in disk}
    shapes = {table.name: table.shape for table in tables()}
    if theirs == ours and archive.head.tables == shapes:
        return
    newer, older = sorted(theirs - ours), sorted(ours - theirs)
    told = "; ".join(
        f"{words}: {_some('.'.join(migration) for migration in found)}"
        for words, found in (("bản sao lưu có thêm", newer), ("chương trình này có thêm", older))
        if found
    )
    raise BackupRefused(
        "Bản sao lưu do một phiên bản khác của chương trình ghi"
        f"{f' ({told})' if told else ''}. Chưa có gì bị ghi đè. "
        "Hãy cài đúng phiên bản đã sao lưu, khôi phục, rồi mới nâng cấp."
    )


def _some(names: Iterable[str]) -> str:
    """The first few of them."""
    few = list(islice(names, _FEW + 1))
    return f"{', '.join(few[:_FEW])}{' …' if len(few) > _FEW else ''}"


def _prepare(using: str, *, replace: bool) -> None:
    """See to it that the tables are there, and that nobody's data stand in them unless they are to be replaced."""
    if not replace:
        _refuse_filled(using)
    wanted = {tuple(migration) for migration in MigrationLoader(None).disk_migrations}
    if {tuple(migration) for migration in applied_migrations(using)} == wanted:
        return
    if filled_tables(using):
        raise BackupRefused("Cơ sở dữ liệu đích chưa được nâng cấp. Hãy chạy manage.py migrate rồi khôi phục lại.")
    call_command("migrate", database=using, verbosity=0, interactive=False)


def _refuse_filled(using: str) -> None:
    if filled := filled_tables(using):
        raise BackupRefused(
            f"Cơ sở dữ liệu đích đã có dữ liệu (bảng {_some(filled)}). "
            "Chưa có gì bị ghi đè. Hãy khôi phục vào cơ sở dữ liệu trống, hoặc thêm --replace để thay toàn bộ."
        )


def filled_tables(using: str) -> list[str]:
    """The tables that hold rows of somebody's."""
    connection = connections[using]
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
    return [
        table.name
        for table in tables()
        if table.name in there and table.name not in BORN_WITH and table.model._base_manager.using(using).exists()
    ]


def _stage_files(path: Path, key: Key | None, summary: Summary, spool: Spool, restored: Restored) -> None:
    """Lay the files that storage lacks aside; refuse where one of that name is another."""
    if not summary.files:
        return
    there = {name for name in summary.files if default_storage.exists(name)}
    for name in sorted(there):
        if stored_sha256(name) != summary.files[name]["sha256"]:
            raise BackupRefused(
                f"Kho tệp đã có tệp {name} với nội dung khác. Chưa có gì bị ghi đè. "
                "Hãy chuyển tệp ấy đi nơi khác, rồi làm lại."
            )
    restored.files_kept = len(there)
    for part in Archive(path, key).parts():
        pieces = (bytes_of(line) for line in part.lines)
        if part.kind == "file" and part.name not in there:
            spool.add(part.name, pieces)
        else:
            for _ in part.lines:
                pass


@contextmanager
def _put_back_files(spool: Spool, summary: Summary) -> Iterator[None]:
    """Files first, for nobody sees a file that no row names; taken away again when the rows do not come."""
    written: list[str] = []
    try:
        for name, content in spool.files():
            saved = default_storage.save(name, File(content))
            written.append(saved)
            _see_stored(name, saved, summary.files[name]["sha256"])
        yield
    except BaseException:
        for name in written:
            default_storage.delete(name)
        raise


def _see_stored(name: str, saved: str, sha256: str) -> None:
    if saved != name or stored_sha256(name) != sha256:
        raise BackupRefused(f"Kho tệp không nhận tệp {name} như đã gửi. Cơ sở dữ liệu còn nguyên như trước.")


def stored_sha256(name: str) -> str:
    digest = hashlib.sha256()
    with default_storage.open(name, "rb") as stored:
        while piece := stored.read(FILE_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _fill_database(
    path: Path, key: Key | None, using: str, progress: Progress, restored: Restored, *, replace: bool
) -> None:
    connection, summary = connections[using], restored.summary
    known = {table.name: table for table in tables()}
    connection.disable_constraint_checking()  # SQLite: outside of a transaction or not at all
    try:
        with transaction.atomic(using=using):
            lock_tables(using)
            with without_triggers(using):
                if not replace:
                    _refuse_filled(using)
                clear_tables(using)
                for done, part in enumerate(Archive(path, key).parts()):
                    if part.kind == "table":
                        progress(done, len(known), f"ghi {part.name}")
                        fill(known[part.name], part.lines, using)
                    else:
                        break
                connection.check_constraints()
            for name, table in known.items():
                set_last_key(table, int(summary.tables[name]["last_key"]), using)
            _compare(summary, using, progress)
            restored.jobs_ended = _end_jobs(using)
    except DatabaseError as error:
        raise BackupRefused(
            f"Cơ sở dữ liệu không nhận bản sao lưu, mọi thứ còn nguyên như trước: {error}".strip()
        ) from error
    finally:
        connection.enable_constraint_checking()


def _compare(summary: Summary, using: str, progress: Progress) -> None:
    """Hold what stands in each table now against the backup, before it counts."""
    for done, table in enumerate(tables()):
        progress(done, len(summary.tables), f"đối chiếu {table.name}")
        told = summary.tables[table.name]
        if digest_of(table.lines(using)) != (told["rows"], told["sha256"]):
            raise BackupRefused(
                f"Bảng {table.name} sau khi ghi không khớp mã SHA-256 của bản sao lưu. "
                "Đã hủy, mọi thứ còn nguyên như trước."
            )


def _end_jobs(using: str) -> int:
    """Work that was under way at the moment of the backup is not begun again by itself."""
    pending = Job._base_manager.using(using).filter(state__in=(Job.State.QUEUED, Job.State.RUNNING))
    return pending.update(state=Job.State.CANCELLED, finished_at=timezone.now(), error=INTERRUPTED)
