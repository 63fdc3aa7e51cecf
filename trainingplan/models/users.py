"""Users: one role each, and a unit for those who act for one."""

from datetime import UTC
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from trainingplan.models.units import Unit


class Role(models.TextChoices):
    UNIT = "unit", "Cán bộ đơn vị"
    BOARD = "board", "Ban Tổ chức Tỉnh ủy"
    MANAGER = "manager", "Thường trực, Ban Thường vụ Tỉnh ủy"
    HOME_AFFAIRS = "home_affairs", "Sở Nội vụ"
    SCHOOL = "school", "Trường Chính trị tỉnh"
    FINANCE = "finance", "Sở Tài chính"
    ADMIN = "admin", "Quản trị hệ thống"


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> "User":
        """An administrator of the system; `manage.py createsuperuser` calls this."""
        fields.setdefault("full_name", username)
        return self.create_user(username, password, role=Role.ADMIN, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in. What the role may do is the table in `trainingplan.policies`."""

    username = models.CharField(
        "tên đăng nhập",
        max_length=150,
        unique=True,
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": "Tên đăng nhập này đã có người dùng."},
    )
    full_name = models.CharField("họ và tên", max_length=150)
    role = models.CharField("vai trò", max_length=20, choices=Role, default=Role.UNIT)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="users", verbose_name="đơn vị")
    email = models.EmailField("thư điện tử", blank=True)
    phone = models.CharField("điện thoại", max_length=20, blank=True)
    is_active = models.BooleanField("đang hoạt động", default=True)
    is_demo = models.BooleanField("tài khoản minh họa", default=False, editable=False)
    created_at = models.DateTimeField("tạo lúc", auto_now_add=True)
    opened_at = models.DateTimeField("mở lúc", default=timezone.now, editable=False)
    password_set_at = models.DateTimeField("đặt mật khẩu lúc", default=timezone.now, editable=False)
    second_factor_at = models.DateTimeField("bật xác thực hai lớp lúc", null=True, blank=True, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        verbose_name = "người dùng"
        verbose_name_plural = "người dùng"
        ordering = ("username",)
        constraints = [
            models.CheckConstraint(name="user_role_known", condition=Q(role__in=[role.value for role in Role])),
            models.CheckConstraint(
                name="user_of_a_unit_has_one",
                condition=Q(unit__isnull=False) | ~Q(role__in=("unit", "home_affairs", "school")),
                violation_error_message="Vai trò này phải gắn với một đơn vị.",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or self.username

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.full_name.split()[-1] if self.full_name else self.username

    def set_password(self, raw_password: str | None) -> None:
        super().set_password(raw_password)
        self.password_set_at = timezone.now()

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Django ends every session in which this is no longer the same: the rights count as much as the password."""
        stamps = (at.astimezone(UTC).isoformat() if at else "" for at in (self.opened_at, self.second_factor_at))
        value = "|".join((self.password, self.role, str(self.unit_id), *stamps))
        return salted_hmac("trainingplan.User.session", value, secret=secret, algorithm="sha256").hexdigest()

    @property
    def is_staff(self) -> bool:
        """Whether the back office opens: the Board keeps the catalogues, finance norms, administrators the users."""
        return self.is_active and self.role in (Role.BOARD, Role.FINANCE, Role.ADMIN)


class Delegation(models.Model):
    """Ủy quyền: between two days the deputy acts with the principal's right to approve. Both names are kept."""

    principal = models.ForeignKey(User, models.PROTECT, related_name="delegations", verbose_name="người ủy quyền")
    deputy = models.ForeignKey(User, models.PROTECT, related_name="deputations", verbose_name="người được ủy quyền")
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến hết ngày")
    reason = models.CharField("lý do", max_length=300)
    revoked_at = models.DateTimeField("thu hồi lúc", null=True, blank=True)

    class Meta:
        verbose_name = "ủy quyền"
        verbose_name_plural = "ủy quyền"
        ordering = ("-valid_from", "-id")
        constraints = [
            models.CheckConstraint(
                name="delegation_in_order",
                condition=Q(valid_to__gte=F("valid_from")),
                violation_error_message="Ngày cuối không được trước ngày đầu.",
            ),
            models.CheckConstraint(
                name="delegation_to_another",
                condition=~Q(principal=F("deputy")),
                violation_error_message="Không thể ủy quyền cho chính mình.",
            ),
            models.CheckConstraint(name="delegation_has_a_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.principal_id} → {self.deputy_id}"
