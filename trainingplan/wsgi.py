"""WSGI entry for gunicorn. A start that would leave the site open is refused here."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trainingplan.settings")

application = get_wsgi_application()

from django.urls import get_resolver  # noqa: E402 - the settings must be read first

from trainingplan.safe_start import refuse_unsafe_start  # noqa: E402

refuse_unsafe_start()
# Every view is loaded once, in the parent: else the first reader of each worker waits for it.
_views = get_resolver().url_patterns
