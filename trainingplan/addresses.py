"""Where a request comes from: behind our own proxies their header tells, and nobody else's."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The address that the outermost of our PROXIES saw; what a client itself writes into the header stands before."""
    seen = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    if settings.PROXIES and len(seen) >= settings.PROXIES:
        return str(seen[-settings.PROXIES])[:45]
    return str(request.META.get("REMOTE_ADDR", "") or "")
