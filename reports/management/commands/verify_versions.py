"""`manage.py verify_versions`: compare every published version with its SHA-256; exit 1 if anything differs."""

import sys
from typing import Any

from reports.models import Version
from reports.versions import verify
from trainingplan.commands import PlainCommand
from trainingplan.rules.numbers import format_count


class Command(PlainCommand):
    help = "Đối chiếu mọi bản đã ban hành (dữ liệu và từng tệp) với mã SHA-256 đã lưu."

    def handle(self, *args: Any, **options: Any) -> None:
        damaged = 0
        for verdict in verify(Version.objects.order_by("plan__year", "number")):
            version = verdict.version
            words = f"{version.plan}, bản {version.number}, số {version.document}: {format_count(verdict.files)} tệp"
            self.stdout.write(f"{words}, {'có lỗi' if verdict.faults else 'đúng như đã ban hành'}.")
            for fault in verdict.faults:
                self.stdout.write(f"  {fault}")
            damaged += bool(verdict.faults)
        if damaged:
            self.stdout.write(f"Có {format_count(damaged)} bản không còn như đã ban hành.")
            sys.exit(1)
