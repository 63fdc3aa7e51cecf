"""The back office as a site: one sign-in for the whole house, and 403 for those whose role has no business in it."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, cast

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView, redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from unfold.sites import UnfoldAdminSite

View = Callable[..., HttpResponse]


class BackOfficeSite(UnfoldAdminSite):
    """Unfold's site, without a sign-in form of its own and without Django's second log."""

    index_title = "Danh mục, Quản trị"
    empty_value_display = "–"
    enable_nav_sidebar = True

    def admin_view(self, view: View, cacheable: bool = False) -> View:  # noqa: FBT001, FBT002 - Django's signature
        """Django sends whom it does not let in to the sign-in; who has signed in would come back for ever."""
        inner: View = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied
            return inner(request, *args, **kwargs)

        return update_wrapper(guarded, inner)

    @method_decorator(never_cache)
    @login_not_required
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # noqa: ARG002
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"), resolve_url("login"))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # noqa: ARG002
        return LogoutView.as_view()(request)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Unfold's page, with a form that leaves a trace."""
        from trainingplan.admin.users import OwnPasswordForm  # noqa: PLC0415 - its models need the site
        from trainingplan.views.accounts import OwnPassword  # noqa: PLC0415 - as well

        view = OwnPassword.as_view(
            form_class=OwnPasswordForm,
            template_name="registration/password_change_form.html",
            success_url=reverse("admin:password_change_done"),
            extra_context=self.each_context(request) | (extra_context or {}),
        )
        return cast("HttpResponse", view(request))
