"""WSGI entry for gunicorn. A start that would leave the site open is refused here."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trainingplan.settings")

application = get_wsgi_application()

from trainingplan.safe_start import refuse_unsafe_start  # noqa: E402 - the settings must be read first

refuse_unsafe_start()
