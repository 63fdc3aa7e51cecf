"""`manage.py move_database --to URL`: everything into an empty database of either kind, held against the old one."""

import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from trainingplan.backup.sealing import KEY_BYTES, BackupRefused, Key
from trainingplan.backup.snapshot import snapshot
from trainingplan.backup.tables import digest_of, tables
from trainingplan.backup.writing import Summary, write_backup
from trainingplan.commands import PlainCommand
from trainingplan.services.backups import MOVING, backup_folder

AFTERWARDS = "Hãy đặt DATABASE_URL trong tệp cấu hình thành địa chỉ mới rồi khởi động lại; cơ sở dữ liệu cũ còn nguyên."


class Command(PlainCommand):
    """By way of a backup under a key of this run alone, restored by a program that is started on the new database."""

    help = "Chuyển toàn bộ dữ liệu sang một cơ sở dữ liệu trống, ví dụ từ SQLite sang PostgreSQL."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", required=True, metavar="URL", help="postgresql://… hoặc sqlite:////…")
        parser.add_argument("--replace", action="store_true", help="thay toàn bộ dữ liệu đang có ở đích")

    def handle(self, *args: Any, to: str, replace: bool, **options: Any) -> None:
        text = secrets.token_urlsafe(KEY_BYTES)
        with tempfile.TemporaryDirectory(dir=backup_folder(), prefix=MOVING) as folder:
            file = Path(folder) / "chuyen.khdt"
            try:
                summary = write_backup(file, key=Key.from_text(text))
            except BackupRefused as refused:
                raise CommandError(str(refused)) from refused
            self._restore(file, to, text, ["--replace"] if replace else [])
        if written := _written_since(summary):
            raise CommandError(
                f"Trong lúc chuyển có người ghi vào: {', '.join(written)}. Hãy dừng chương trình, "
                "rồi chạy lại lệnh này với --replace."
            )
        self.stdout.write(AFTERWARDS)

    def _restore(self, file: Path, to: str, key: str, more: list[str]) -> None:
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "restore", str(file), *more]
        done = subprocess.run(  # noqa: S603 - our own program
            command,
            env=os.environ | {"DATABASE_URL": to, "BACKUP_KEY": key},
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            last = done.stderr.strip().splitlines()[-1:] or ["không rõ lý do"]
            raise CommandError(last[0])
        self.stdout.write(done.stdout.rstrip("\n"))


def _written_since(summary: Summary) -> list[str]:
    """The tables of the old database that are no longer as they were moved."""
    with snapshot() as alias:
        found = {table.name: digest_of(table.lines(alias)) for table in tables()}
    return [name for name, told in summary.tables.items() if found[name] != (told["rows"], told["sha256"])]
