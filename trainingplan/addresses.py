"""Where a request comes from: behind our own proxies their header tells, and nobody else's."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The address that the outermost of our PROXIES saw; what a client itself writes into the header stands before."""
    seen = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    told = seen[-settings.PROXIES] if settings.PROXIES and len(seen) >= settings.PROXIES else ""
    return told if _is_address(told) else str(request.META.get("REMOTE_ADDR", "") or "")


def _is_address(told: str) -> bool:
    """A proxy that hides it writes a word; PostgreSQL stores none as an address."""
    try:
        ip_address(told)
    except ValueError:
        return False
    return "%" not in told
