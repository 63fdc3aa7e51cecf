"""Middleware of the kernel."""

from collections.abc import Callable

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.http import Http404, HttpRequest, HttpResponse


class AdminContentSecurityPolicy:
    """Widen the content security policy on the back office alone: Unfold's Alpine needs `unsafe-eval`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith("/quan-tri/"):
            response._csp_update = {  # type: ignore[attr-defined]  # noqa: SLF001 - django-csp's own way
                "script-src": [SELF, UNSAFE_EVAL, UNSAFE_INLINE],
                "style-src": [SELF, UNSAFE_INLINE],
            }
        return response


class NoZeroCharacter:
    """Answer an address with a zero character, in its path or its query, as a page that is not there.

    PostgreSQL holds no such text, and says so by a fault; what is posted is read by forms, which refuse it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        typed = (text for name, values in request.GET.lists() for text in (name, *values))
        if "\0" in request.path or any("\0" in text for text in typed):
            raise Http404
        return self.get_response(request)
