"""Middleware of the kernel."""

from collections.abc import Callable

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.http import HttpRequest, HttpResponse


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
