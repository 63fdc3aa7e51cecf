"""WSGI entry for gunicorn. A start that would leave the site open is refused here, in words and not in a traceback."""

import os
import sys
from functools import lru_cache

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trainingplan.settings")

try:
    application = get_wsgi_application()

    from trainingplan.safe_start import refuse_unsafe_start  # the settings must be read first

    refuse_unsafe_start()
except ImproperlyConfigured as refused:
    sys.stderr.write(f"{refused}\n")
    sys.exit(os.EX_CONFIG)  # deploy/ke-hoach-web.service: no use to try again
_resolver = get_resolver()
# Every view is loaded once, in the parent: else the first reader of each worker waits for it.
_views = _resolver.url_patterns
# People stay on their few pages: what an address leads to is looked up once.
_resolver.resolve = lru_cache(maxsize=4096)(_resolver.resolve)  # type: ignore[method-assign]
