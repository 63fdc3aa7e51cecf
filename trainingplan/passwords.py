"""The password policy: one object, set by PASSWORD_POLICY in the settings, and the validator that enforces it."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import CommonPasswordValidator, UserAttributeSimilarityValidator
from django.core.exceptions import ValidationError
from django.utils import timezone

from trainingplan.models import UsedPassword, User
from trainingplan.rules.names import fold

FEWEST_CHARACTERS = 6
"""Different ones; "aaaa1111aaaa1111" is long and no password."""
COMMON_WORDS = frozenset(
    """
    matkhau matkhaucuatoi matkhaumoi khongco khongbiet anhyeuem emyeuanh yeuem yeuanh toiyeuvietnam vietnam
    vietnamvodich conggiao hanoi saigon danang quangngai thanhphoquangngai kontum tinhuy tinhuyquangngai bantochuc
    bantochuctinhuy uyban ubnd daotao boiduong canbo kehoach dangcongsan dangcongsanvietnam hochiminh bachho admin
    administrator quantri nguoidung user test demo welcome xinchao chaomung password pass letmein iloveyou qwerty
    qwertyuiop asdfgh asdfghjkl zxcvbn zxcvbnm abc abcd abcdef abcdefgh abcdefghijklmn qwertyuiopasdfghjkl
    """.split()  # noqa: SIM905 - a list of words is read more easily so
)
"""What people here put digits and signs around: folded, without what is no letter."""


@dataclass(frozen=True, slots=True)
class PasswordPolicy:
    """What a password must be, and for how long it is good."""

    min_length: int = 14
    max_length: int = 200
    history: int = 5
    """How many earlier passwords may not come back, the present one among them."""
    rotation_days: int = 180
    """After so many days those of `rotating_roles` choose a new one; 0 is never."""
    rotating_roles: tuple[str, ...] = ("admin",)

    @classmethod
    def current(cls) -> "PasswordPolicy":
        given = dict(settings.PASSWORD_POLICY)
        return cls(**given | {"rotating_roles": tuple(given.get("rotating_roles", cls().rotating_roles))})

    def is_expired(self, user: User) -> bool:
        if not self.rotation_days or user.role not in self.rotating_roles:
            return False
        return user.password_set_at < timezone.now() - timedelta(days=self.rotation_days)


class PolicyValidator:
    """All rules in one; says all that is wrong with a password at once."""

    def validate(self, password: str, user: User | None = None) -> None:
        policy = PasswordPolicy.current()
        faults = [*_faults_of_form(password, policy)]
        for rule in (CommonPasswordValidator(), UserAttributeSimilarityValidator(("username", "full_name", "email"))):
            try:
                rule.validate(password, user)
            except ValidationError as error:
                faults.append(error)
        if user is not None and user.pk and not faults and _was_used(password, user, policy):
            faults.append(
                ValidationError(f"Mật khẩu này đã dùng trong {policy.history} lần gần đây. Hãy đặt mật khẩu khác.")
            )
        if faults:
            raise ValidationError(faults)

    def get_help_text(self) -> str:
        policy = PasswordPolicy.current()
        return (
            f"Ít nhất {policy.min_length} ký tự, ví dụ bốn từ không liên quan nhau; không giống tên hay tên đăng nhập, "
            f"không phải mật khẩu phổ biến, không trùng {policy.history} mật khẩu gần đây."
        )


def _faults_of_form(password: str, policy: PasswordPolicy) -> list[ValidationError]:
    faults = []
    if len(password) < policy.min_length:
        faults.append(f"Mật khẩu quá ngắn, cần ít nhất {policy.min_length} ký tự.")
    if len(password) > policy.max_length:
        faults.append(f"Mật khẩu dài nhất {policy.max_length} ký tự.")
    if len(password) >= policy.min_length and len(set(password)) < FEWEST_CHARACTERS:
        faults.append("Mật khẩu lặp lại quá ít ký tự khác nhau.")
    letters = "".join(character for character in fold(password) if character.isalpha())
    if letters in COMMON_WORDS or (not letters and password):
        faults.append("Mật khẩu này dễ đoán: một từ quen thuộc thêm chữ số, hoặc toàn chữ số.")
    return [ValidationError(fault) for fault in faults]


def _was_used(password: str, user: User, policy: PasswordPolicy) -> bool:
    used = UsedPassword.objects.filter(user=user).order_by("-pk").values_list("password", flat=True)
    earlier = [user.password, *used[: max(policy.history - 1, 0)]] if policy.history else []
    return any(check_password(password, one) for one in earlier)
