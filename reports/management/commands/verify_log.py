"""`manage.py verify_log`: compare the change log with its seals and the issued heads; exit 1 if anything differs."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from reports.versions import log_anchors
from trainingplan.backup.reading import Archive
from trainingplan.backup.sealing import BackupRefused, Key
from trainingplan.commands import PlainCommand
from trainingplan.rules.numbers import format_count
from trainingplan.sealed_log import Anchor, check_log
from trainingplan.services.seals import seal_log


class Command(PlainCommand):
    help = "Đối chiếu toàn bộ nhật ký thay đổi với chuỗi niêm phong và với dấu đã in trong các bản ban hành."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--head",
            action="append",
            default=[],
            metavar="VỊ-TRÍ:DẤU",
            help="Dấu đã ghi lại ở nơi khác (16 ký tự đầu là đủ): chuỗi phải còn dẫn tới dấu này. Dùng được nhiều lần.",
        )
        parser.add_argument(
            "--backup",
            action="append",
            default=[],
            type=Path,
            metavar="TỆP",
            help="Bản sao lưu: chuỗi phải còn dẫn tới dấu mà bản ấy đã ghi. Dùng được nhiều lần.",
        )
        parser.add_argument("--seal", action="store_true", help="Niêm phong những gì còn chờ rồi mới đối chiếu.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["seal"]:
            seal_log()
        noted = [*map(_anchor, options["head"]), *_of_backups(options["backup"])]
        check = check_log([*log_anchors(), *noted])
        rows, links = format_count(check.rows), format_count(check.links)
        self.stdout.write(f"{rows} dòng, {links} mắt xích, {format_count(check.unsealed)} lần ghi chờ niêm phong.")
        self.stdout.write(f"Dấu hiện nay: {check.head or 'chưa có'}")
        for fault in check.faults:
            self.stdout.write(f"  {fault}")
        if check.faults:
            self.stdout.write("Nhật ký KHÔNG còn như lúc ghi.")
            sys.exit(1)
        self.stdout.write("Nhật ký đúng như lúc ghi.")


def _anchor(typed: str) -> Anchor:
    position, _, digest = typed.partition(":")
    if not (position.isascii() and position.isdigit() and len(digest) >= 16):  # noqa: PLR2004 - as printed
        raise CommandError(f"«{typed}» không phải dạng VỊ-TRÍ:DẤU, ví dụ 1234:0a1b2c3d4e5f6071.")
    return Anchor("Dấu ghi ở nơi khác", int(position), digest)


def _of_backups(files: list[Path]) -> Iterator[Anchor]:
    """The heads that backups carry; raises CommandError for one that cannot be opened."""
    for file in files:
        try:
            head = Archive(file, Key.from_text(settings.BACKUP_KEY) if settings.BACKUP_KEY else None).head.log_head
        except BackupRefused as refused:
            raise CommandError(str(refused)) from refused
        position, _, digest = head.partition(":")
        if not digest:
            raise CommandError(f"Bản sao lưu {file} không ghi dấu của nhật ký: lúc ấy chưa niêm phong gì.")
        yield Anchor(f"Bản sao lưu {file.name}", int(position), digest)
