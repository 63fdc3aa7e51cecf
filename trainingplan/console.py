"""The command line's last word: what stopped a command, in a sentence with its remedy and never as a traceback."""

import os
import signal
import sys
from collections.abc import Callable

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection

from trainingplan.rules.machine_faults import with_name

DATABASE_AWAY = (
    "Không làm việc được với cơ sở dữ liệu. Hãy xem dịch vụ PostgreSQL có đang chạy không và DATABASE_URL đúng chưa."
)
SQLITE_AWAY = "Không mở được tệp cơ sở dữ liệu SQLite. Hãy xem DATABASE_URL, và thư mục ấy có cho phép ghi không."
BUSY = "Cơ sở dữ liệu đang bận lâu hơn mức chờ. Hãy chạy lại lệnh này sau ít phút."
NO_TABLES = "Cơ sở dữ liệu chưa có đủ bảng của phiên bản này. Hãy chạy manage.py migrate rồi làm lại."
NO_RIGHT = (
    "Tài khoản của cơ sở dữ liệu không có quyền làm việc này. Trên máy chủ hãy chạy bằng tài khoản sở hữu các bảng: "
    "deploy/manage --owner …"
)
NO_DATABASE_FILE = "Tệp cơ sở dữ liệu hỏng hoặc không phải là SQLite. Hãy xem DATABASE_URL, hoặc khôi phục bản sao lưu."
NO_ROOM = "Đĩa chứa cơ sở dữ liệu đã đầy. Hãy giải phóng chỗ trống rồi chạy lại."
SETTINGS = "Cấu hình chưa đúng: {what}. Hãy sửa biến môi trường hoặc tệp .env (README, «Settings»)."
STOPPED = "Đã dừng theo yêu cầu; việc chưa xong không được ghi lại."
_OF_POSTGRESQL = {
    "42P01": NO_TABLES,  # undefined_table
    "42703": NO_TABLES,  # undefined_column
    "42501": NO_RIGHT,  # insufficient_privilege
    "53100": NO_ROOM,  # disk_full
    "55P03": BUSY,  # lock_not_available
}


def told(main: Callable[[], None]) -> None:
    """Run a command; what the machine, its settings or its operator put in the way ends it in words."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        main()
    except KeyboardInterrupt:
        _end(STOPPED, 130)  # as a shell tells of SIGINT
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read has gone: nothing to tell
        sys.exit(1)
    except (DatabaseError, OSError, ImproperlyConfigured) as error:
        if "--traceback" in sys.argv:
            raise
        _end(words_of(error), os.EX_CONFIG if isinstance(error, ImproperlyConfigured) else 1)


def _end(words: str, code: int) -> None:
    sys.stderr.write(f"{words}\n")
    sys.exit(code)


def words_of(error: DatabaseError | OSError | ImproperlyConfigured) -> str:
    """What is wrong and what to do; the machine's own words follow where they tell more."""
    if isinstance(error, ImproperlyConfigured):
        return str(error) if _is_ours(str(error)) else SETTINGS.format(what=_first_line(error))
    if isinstance(error, DatabaseError):
        return f"{_of_database(error)} ({_first_line(error)})"
    return with_name(error)


def _is_ours(words: str) -> bool:
    """Whether a refusal was written for people here: Django's own are in English."""
    return not words.isascii()


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0].rstrip(".")


def _of_database(error: DatabaseError) -> str:
    if connection.vendor == "sqlite":
        return _of_sqlite(_first_line(error))
    return _OF_POSTGRESQL.get(getattr(error.__cause__, "pgcode", None) or "", DATABASE_AWAY)


def _of_sqlite(words: str) -> str:
    parts = (
        (("no such table", "no such column"), NO_TABLES),
        (("locked", "busy"), BUSY),
        (("disk is full",), NO_ROOM),
        (("not a database", "malformed"), NO_DATABASE_FILE),
    )
    return next((told for signs, told in parts if any(sign in words for sign in signs)), SQLITE_AWAY)
