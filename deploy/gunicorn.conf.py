"""gunicorn in production and under script/server; read before Django is."""

import gc
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from trainingplan.logs import logging_settings

wsgi_app = "trainingplan.wsgi"
bind = os.environ.get("GUNICORN_BIND", "127.0.0.1:8000")

# One request a process: the proxy in front holds slow clients, and a process that works has the database to itself.
worker_class = "sync"
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
