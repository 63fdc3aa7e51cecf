"""The second peer of S8: the bare view behind what Django's own `startproject` puts before every view, and sign-in."""

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

from tests.bench import bare  # sets up Django with the bare view as the whole site

settings.MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
settings.ROOT_URLCONF = bare.__name__
application = WSGIHandler()
