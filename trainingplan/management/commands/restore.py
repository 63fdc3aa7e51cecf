"""`manage.py restore FILE`: a backup becomes the database, wholly or not at all.

There is no page for it: who restores replaces everybody's data and every account, so he proves himself by being on
the server, where the key is as well.
"""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from trainingplan.backup.reading import verify
from trainingplan.backup.restoring import Restored, restore_backup
from trainingplan.backup.sealing import BackupRefused, Key
from trainingplan.backup.writing import Summary
from trainingplan.commands import PlainCommand
from trainingplan.rules.numbers import format_count
from trainingplan.services.changes import Entry, record


class Command(PlainCommand):
    help = "Khôi phục cơ sở dữ liệu và kho tệp từ một bản sao lưu; kiểm tra toàn bộ trước khi ghi."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="TỆP", help="bản sao lưu")
        parser.add_argument("--replace", action="store_true", help="thay toàn bộ dữ liệu đang có")
        parser.add_argument("--check-only", action="store_true", help="chỉ kiểm tra bản sao lưu, không ghi gì")

        parser.add_argument("--plain", action="store_true", help="nhận bản không mã hóa, biết chắc từ đâu đến")

    def handle(self, *args: Any, file: Path, replace: bool, check_only: bool, plain: bool, **options: Any) -> None:
        try:
            key = Key.from_text(settings.BACKUP_KEY) if settings.BACKUP_KEY and not plain else None
            if check_only:
                archive = verify(file, key)
                self._tell("Bản sao lưu nguyên vẹn", archive.head.made_at, archive.summary)
                if archive.head.log_head:
                    self.stdout.write(f"Dấu của nhật ký lúc ấy: {archive.head.log_head}")
                return
            restored = restore_backup(file, key=key, replace=replace)
        except BackupRefused as refused:
            raise CommandError(str(refused)) from refused
        self._record(file, restored)
        self._tell("Đã khôi phục; từng bảng, từng tệp khớp mã SHA-256", restored.made_at, restored.summary)
        for note in restored.notes:
            self.stdout.write(note)
        if restored.jobs_ended:
            self.stdout.write(f"{format_count(restored.jobs_ended)} việc nền chưa xong khi sao lưu đã được kết thúc.")

    def _record(self, file: Path, restored: Restored) -> None:
        entry = Entry("backup", file.name[:60], "khôi phục", "dữ liệu", "", f"như lúc {_moment(restored.made_at)}")
        record([entry], actor=None, plan=None, reason="manage.py restore")

    def _tell(self, words: str, made_at: str, summary: Summary) -> None:
        self.stdout.write(
            f"{words}: lúc {_moment(made_at)}, {format_count(len(summary.tables))} bảng, "
            f"{format_count(summary.rows)} dòng, {format_count(len(summary.files))} tệp."
        )


def _moment(made_at: str) -> str:
    """As people here write it; the archive tells it in the form of ISO 8601."""
    return f"{timezone.localtime(datetime.fromisoformat(made_at)):%H:%M:%S, %d/%m/%Y}"
