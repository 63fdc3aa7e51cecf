"""What people do to their own accounts: changing the password. Everything else is the administrator's."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth import authenticate
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.password_validation import password_validators_help_texts
from django.contrib.auth.views import PasswordChangeView
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse_lazy

from trainingplan.models import User
from trainingplan.policies import FORM, WRITE, Action, UserRequest, access
from trainingplan.services.accounts import change_own_password

LONGEST_PASSWORD = 200
LABELS = {
    "old_password": "Mật khẩu cũ",
    "new_password1": "Mật khẩu mới",
    "new_password2": "Nhập lại mật khẩu mới",
}


class CountedOldPassword:
    """A form for one's own password: who guesses the old one at a session left open is locked out, as at the door."""

    user: User
    cleaned_data: dict[str, Any]

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_old_password(self) -> str:
        typed = str(self.cleaned_data["old_password"])
        if authenticate(self.request, username=self.user.username, password=typed) != self.user:
            raise ValidationError("Mật khẩu cũ không đúng. Hãy nhập lại.", code="password_incorrect")
        return typed


class OwnPasswordForm(CountedOldPassword, PasswordChangeForm):
    """The old password, and the new one twice."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in LABELS.items():
            field = self.fields[name]
            field.label, field.help_text = label, ""
            field.validators.append(MaxLengthValidator(LONGEST_PASSWORD))
        self.fields["new_password1"].help_text = " ".join(password_validators_help_texts())

    def save(self, commit: bool = True) -> User:  # noqa: FBT001, FBT002, ARG002 - Django's signature
        change_own_password(actor=self.user, password=self.cleaned_data["new_password1"])
        return self.user


class OwnPassword(PasswordChangeView):
    """Django's own view; the session that changes the password stays, all others of the account end."""

    form_class = OwnPasswordForm
    template_name = "trainingplan/password.html"
    success_url = reverse_lazy("home")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "request": self.request}

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        messages.success(
            self.request, "Đã đổi mật khẩu. Nơi khác đang đăng nhập bằng tài khoản này phải đăng nhập lại."
        )
        return super().form_valid(form)


@access(Action.SEE_HOME, FORM)
def own_password(request: UserRequest) -> HttpResponse:
    """Đổi mật khẩu của chính mình."""
    return cast("HttpResponse", OwnPassword.as_view()(request))


@access(Action.SEE_HOME, WRITE)
def still_here(request: UserRequest) -> HttpResponse:
    """What pages say when somebody types or points: the idle clock starts anew. The answer is who is signed in."""
    return JsonResponse({"user": request.user.pk})
