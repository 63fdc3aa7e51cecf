"""`manage.py backup [FILE]`: one sealed file of everything, as of one moment, while people go on working."""

import secrets
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from trainingplan.backup.sealing import KEY_BYTES, BackupRefused
from trainingplan.commands import PlainCommand
from trainingplan.rules.numbers import format_count
from trainingplan.services.backups import adopt_backups, backup_key, make_backup, remove_old_backups


class Command(PlainCommand):
    help = "Sao lưu cơ sở dữ liệu và kho tệp vào một tệp có mã hóa; không nêu tệp thì vào thư mục BACKUP_DIR."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, metavar="TỆP", help="tệp sẽ ghi")
        parser.add_argument("--plain", action="store_true", help="không mã hóa, dù ai có tệp cũng đọc được")
        parser.add_argument("--new-key", action="store_true", help="chỉ in ra một khóa mới cho BACKUP_KEY")

    def handle(self, *args: Any, file: Path | None, plain: bool, new_key: bool, **options: Any) -> None:
        if new_key:
            self.stdout.write(secrets.token_urlsafe(KEY_BYTES))
            return
        try:
            backup = make_backup(actor=None, key=None if plain else self._key(), target=file)
        except BackupRefused as refused:
            raise CommandError(str(refused)) from refused
        if file is None:
            adopt_backups(key=None if plain else self._key())
            remove_old_backups(actor=None)
        self.stdout.write(
            f"Đã sao lưu vào {file or backup.name}: {format_count(backup.rows)} dòng, "
            f"{format_count(backup.files)} tệp, {format_count(backup.size)} byte, SHA-256 {backup.sha256}."
        )

    def _key(self) -> Any:
        try:
            return backup_key()
        except BackupRefused as refused:
            raise CommandError(f"{refused} Nếu thật sự muốn một bản không mã hóa, thêm --plain.") from refused
