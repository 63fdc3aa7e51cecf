"""How the program logs: one line a record whatever stands in it, and nothing that tells of people.

Of a fault the kind and the places are logged, not its words, which may hold a value of a row; the words of faults of
the machine (files, network, settings) are. Imports nothing of Django, so that gunicorn can log the same way.
"""

import json
import logging
import os
import re
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import TextIO

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Of the request that is being served; empty outside of one."""

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

TOLD = {"OperationalError", "ImproperlyConfigured"}
"""Faults, besides those of the machine, whose words are of settings and connections."""
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_LONGEST = 4000


def one_line(text: str) -> str:
    """The text with what could begin a line, colour it or turn it round written out."""
    return _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)[:_LONGEST]


def fault(error: BaseException) -> list[str]:
    """A fault and those it came from, the first first: kinds and places."""
    told: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(told) < 5:  # noqa: PLR2004 - deeper chains tell no more
        kind = type(seen)
        words = f": {seen}" if isinstance(seen, OSError) or kind.__name__ in TOLD else ""
        frames = traceback.extract_tb(seen.__traceback__)
        places = " < ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames[-12:]))
        told.append(one_line(f"{kind.__module__}.{kind.__qualname__}{words} at {places}"))
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return told


class LineFormatter(logging.Formatter):
    """For a person: time, level, logger, request, message; a fault follows on the same line."""

    def format(self, record: logging.LogRecord) -> str:
        parts = [_time(record), record.levelname, record.name, request_id.get() or "-", _message(record)]
        parts += [f"{name}={value}" for name, value in _more(record).items()]
        parts += [f"| {line}" for line in _fault_of(record)]
        return " ".join(parts)


class JsonFormatter(logging.Formatter):
    """For a program: one object a line."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, object] = {
            "time": _time(record),
            "level": record.levelname,
            "logger": record.name,
            "request": request_id.get(),
            "message": _message(record),
            **_more(record),
        }
        if lines := _fault_of(record):
            told["fault"] = lines
        return json.dumps(told, ensure_ascii=False)


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _message(record: logging.LogRecord) -> str:
    """What it says; of a request the route in place of the address, which somebody may have typed names into."""
    request = getattr(record, "request", None)
    path, match = getattr(request, "path", None), getattr(request, "resolver_match", None)
    if path and record.args and isinstance(record.args, tuple):  # without any, signs of formatting were typed
        route = match.route if match else "–"
        typed = {path, path.encode("unicode_escape").decode("ascii")}  # as Django has it, and as it escapes it
        args = tuple(route if isinstance(arg, str) and arg in typed else arg for arg in record.args)
        return one_line(str(record.msg) % args)
    return one_line(record.getMessage())


def _more(record: logging.LogRecord) -> dict[str, str | int]:
    """What our own records carry as `extra={"more": …}`."""
    more: dict[str, str | int] = getattr(record, "more", {})
    return {name: one_line(value) if isinstance(value, str) else value for name, value in more.items()}


def _fault_of(record: logging.LogRecord) -> list[str]:
    return fault(record.exc_info[1]) if record.exc_info and record.exc_info[1] else []


class JournalHandler(logging.StreamHandler[TextIO]):
    """To the journal of systemd, which takes the level from a number before the line and drops it (sd-daemon(3))."""

    def format(self, record: logging.LogRecord) -> str:
        return f"<{_priority(record.levelno)}>{super().format(record)}"


def _priority(level: int) -> int:
    steps = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))
    return next((priority for least, priority in steps if level >= least), 7)


def _to_journal() -> bool:
    """Whether standard error goes to the journal: systemd names the stream that it has given."""
    try:
        stream = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError):
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{stream.st_dev}:{stream.st_ino}"


FORMATS = {"line": LineFormatter, "json": JsonFormatter}


def logging_settings(log_format: str, level: str) -> dict[str, object]:
    """For Django's LOGGING and gunicorn's: everything goes to standard error in that format."""
    formatter = f"{__name__}.{FORMATS[log_format].__name__}"
    handler = f"{__name__}.{JournalHandler.__name__}" if _to_journal() else "logging.StreamHandler"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"ours": {"()": formatter}},
        "handlers": {"console": {"class": handler, "formatter": "ours"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "gunicorn.error": {"handlers": ["console"], "propagate": False},
            "axes": {"level": "ERROR"},  # its warnings name accounts and addresses; the back office shows both
            "trainingplan.log_head": {"level": "INFO"},  # rare, and no use if it is not there when it is needed
            "weasyprint.progress": {"level": "WARNING"},  # seven lines for each document
            "django.server": {"handlers": ["console"], "propagate": False},
        },
    }
