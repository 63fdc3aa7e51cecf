"""gunicorn in production and under script/server; read before Django is."""

import gc
import os
import sys
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any

from gunicorn.http import errors
from gunicorn.util import write_nonblock
from gunicorn.workers.sync import SyncWorker

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from trainingplan.logs import logging_settings

PAGES = Path(__file__).resolve().parent / "pages"
STATUS = {
    errors.LimitRequestLine: HTTPStatus.REQUEST_URI_TOO_LONG,
    errors.LimitRequestHeaders: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    errors.ExpectationFailed: HTTPStatus.EXPECTATION_FAILED,
    errors.UnsupportedTransferCoding: HTTPStatus.NOT_IMPLEMENTED,
}
OURS = (errors.InvalidResponseHeader, errors.InvalidResponseHeaderName, errors.ConfigurationProblem)
HEAD = """HTTP/1.1 {status} {phrase}\r
Connection: close\r
Content-Type: text/html; charset=utf-8\r
Content-Length: {length}\r
Cache-Control: no-store\r
X-Content-Type-Options: nosniff\r
Content-Security-Policy: default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'\r
\r
"""


class Worker(SyncWorker):
    """One request a process: the proxy in front holds slow clients, and one that works has the database to itself.

    What is no request, or too long for one, never reaches Django: it is answered as nginx does, and nothing that was
    typed is logged.
    """

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:  # noqa: ARG002
        refused = isinstance(exc, errors.ParseException) and not isinstance(exc, OURS)
        if refused:
            self.log.warning("What came is no request: %s", type(exc).__name__)
        else:
            self.log.error("A request failed outside of Django", exc_info=exc)
        status = STATUS.get(type(exc), HTTPStatus.BAD_REQUEST) if refused else HTTPStatus.INTERNAL_SERVER_ERROR
        page = (PAGES / ("400.html" if refused else "503.html")).read_bytes()
        head = HEAD.format(status=status.value, phrase=status.phrase, length=len(page))
        with suppress(OSError):  # whoever asked has gone
            write_nonblock(client, head.encode() + page)


wsgi_app = "trainingplan.wsgi"
bind = os.environ.get("GUNICORN_BIND", "127.0.0.1:8000")

worker_class = Worker
workers = int(os.environ.get("WEB_CONCURRENCY", str(2 * (os.cpu_count() or 1) + 1)))
# Loaded once, in the parent: a start that is refused is refused whole, and workers that come later cannot fail at it.
preload_app = True

# The longest page is a PDF of thousands of rows; who is asked to stop gets that long to finish.
timeout = 120
graceful_timeout = 90
max_requests = 2000
max_requests_jitter = 400

# The proxy's header is read by Django, and only where HTTPS is on; see PROXIES in the README.
forwarded_allow_ips = "127.0.0.1,::1"
control_socket_disable = True

# A request leaves thousands of objects behind, of which few are in rings: they need not be searched for that often.
GARBAGE = (20_000, 20, 20)

accesslog = None  # the program logs each request itself, without what people typed
loglevel = os.environ.get("LOG_LEVEL", "WARNING").lower()
logconfig_dict = logging_settings(os.environ.get("LOG_FORMAT", "line"), loglevel.upper())


def when_ready(_server: object) -> None:
    """Leave what was loaded alone: processes share its memory, and end without walking over it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)
