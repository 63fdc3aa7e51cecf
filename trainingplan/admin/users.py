"""Accounts: created with a first password, deactivated, never deleted."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth import password_validation, update_session_auth_hash
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from unfold.forms import AdminOwnPasswordChangeForm
from unfold.widgets import UnfoldAdminPasswordWidget

from trainingplan.admin.base import edits_of, user_of
from trainingplan.admin.forms import CatalogueForm, ModelForm
from trainingplan.admin.transfer import ExportAdmin
from trainingplan.models import Role, User
from trainingplan.policies import Action
from trainingplan.resources import UserResource
from trainingplan.services.accounts import change_own_password, hold_administrators, set_password
from trainingplan.services.reauth import recently_signed_in
from trainingplan.views.accounts import CountedOldPassword


def password_field(label: str, help_text: str = "") -> forms.CharField:
    widget = UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"})
    return forms.CharField(label=label, help_text=help_text, widget=widget, strip=False, required=False, max_length=200)


class UserForm(CatalogueForm):
    """A new account needs a password; of an account that is there, the password is set anew only when typed."""

    password1 = password_field("Mật khẩu")
    password2 = password_field("Nhập lại mật khẩu")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        new = self.instance._state.adding
        self.fields["password1"].required = self.fields["password2"].required = new
        rules = " ".join(password_validation.password_validators_help_texts())
        self.fields["password1"].help_text = rules if new else f"Để trống nếu không đặt lại. {rules}"

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        first, second = self.cleaned_data.get("password1"), self.cleaned_data.get("password2")
        if (first or second) and first != second:
            self.add_error("password2", "Hai lần nhập mật khẩu không giống nhau.")
        if not self.instance._state.adding and self.instance.is_active and not self._someone_administers():
            raise ValidationError("Phải còn ít nhất một tài khoản Quản trị hệ thống đang hoạt động.", code="last_admin")
        return cleaned

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if password := self.cleaned_data.get("password1"):
            try:
                password_validation.validate_password(password, self.instance)
            except ValidationError as error:
                self.add_error("password1", error)

    def _someone_administers(self) -> bool:
        stays = self.cleaned_data.get("role") == Role.ADMIN and self.cleaned_data.get("is_active")
        others = User.objects.filter(role=Role.ADMIN, is_active=True).exclude(pk=self.instance.pk)
        return bool(stays) or self.instance.role != Role.ADMIN or others.exists()


@admin.register(User)
class UserAdmin(ExportAdmin):
    action = Action.MANAGE_USERS
    can_remove = False
    form = UserForm
    resource_classes = (UserResource,)
    fixed_fields = ("username",)
    readonly_fields = ("created_at", "last_login")
    list_display = ("username", "full_name", "role", "unit", "is_active", "is_demo", "last_login")
    list_filter = ("role", "is_active", "is_demo")
    list_select_related = ("unit",)
    search_fields = ("username", "full_name")
    search_help_text = "Tìm theo tên đăng nhập, họ tên; gõ không dấu cũng được"
    add_fieldsets = (
        ("Tài khoản", {"fields": ("username", ("password1", "password2"))}),
        ("Người dùng", {"fields": ("full_name", ("role", "unit"), ("email", "phone"))}),
    )
    fieldsets = (
        ("Tài khoản", {"fields": ("username", "is_active", ("created_at", "last_login"))}),
        ("Người dùng", {"fields": ("full_name", ("role", "unit"), ("email", "phone"))}),
        ("Đặt lại mật khẩu", {"fields": (("password1", "password2"),)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        users: QuerySet[User] = super().get_queryset(request)
        return users.prefetch_related("unit__names")

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Administrators first, before all other locks: of two who close each other the second finds himself closed."""
        if request.method == "POST":
            hold_administrators()
        return super().get_form(request, *args, **kwargs)

    @method_decorator(recently_signed_in)
    @method_decorator(sensitive_post_parameters("password1", "password2"))
    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().changeform_view(request, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:  # noqa: FBT001
        if password := form.cleaned_data.get("password1"):
            set_password(obj, password)
        if obj.is_active and "is_active" in form.changed_data:
            obj.opened_at = timezone.now()
        edits_of(request).save(obj)
        if password and obj == user_of(request):
            update_session_auth_hash(request, obj)


class OwnPasswordForm(CountedOldPassword, AdminOwnPasswordChangeForm):
    """Changing one's own password, on the record like every other change."""

    def save(self, commit: bool = True) -> User:  # noqa: FBT001, FBT002 - Django's signature
        user: User = self.user
        change_own_password(actor=user, password=self.cleaned_data["new_password1"])
        return user
