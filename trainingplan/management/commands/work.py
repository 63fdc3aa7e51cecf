"""`manage.py work`: does the long work that pages ask for, until it is stopped."""

import signal
from types import FrameType
from typing import Any

from django.core.management.base import CommandParser

from trainingplan.commands import PlainCommand
from trainingplan.safe_start import refuse_unsafe_start
from trainingplan.services.worker import WorkLoop


class Command(PlainCommand):
    help = "Làm các việc nền (xuất tệp, ban hành, nhập tệp lớn, sao lưu) cho đến khi được dừng."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="làm hết những việc đang chờ rồi dừng")

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_unsafe_start()
        loop = WorkLoop()
        if options["once"]:
            loop.look_after()
            loop.empty()
            return

        def stop(number: int, _frame: FrameType | None) -> None:
            signal.signal(number, signal.SIG_DFL)  # whoever asks twice does not wait
            loop.stop()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        self.stdout.write("Máy xử lý việc nền đã sẵn sàng.")
        self.stdout.flush()
        loop.run()
