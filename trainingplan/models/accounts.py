"""What belongs to an account besides its row: earlier passwords, the second factor and its recovery codes."""

from django.conf import settings
from django.db import models


class UsedPassword(models.Model):
    """The hash of a password that the account has had, so that it does not come back."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="used_passwords", verbose_name="người dùng"
    )
    password = models.CharField("mật khẩu đã băm", max_length=128)
    set_at = models.DateTimeField("đặt lúc")

    class Meta:
        verbose_name = "mật khẩu đã dùng"
        verbose_name_plural = "mật khẩu đã dùng"
        ordering = ("user", "-id")

    def __str__(self) -> str:
        return f"{self.user_id}"


class SecondFactor(models.Model):
    """The device that shows one-time codes (TOTP); stored once a first code has confirmed it."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="second_factor", verbose_name="người dùng"
    )
    secret = models.TextField("khóa đã mã hóa")
    last_step = models.BigIntegerField("bước của mã dùng sau cùng", default=0)
    failures = models.PositiveSmallIntegerField("số lần nhập sai liên tiếp", default=0)
    failed_at = models.DateTimeField("nhập sai lúc", null=True, blank=True)

    class Meta:
        verbose_name = "xác thực hai lớp"
        verbose_name_plural = "xác thực hai lớp"

    def __str__(self) -> str:
        return f"{self.user_id}"


class RecoveryCode(models.Model):
    """A code for who has lost the device: good once, kept as a hash."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="recovery_codes", verbose_name="người dùng"
    )
    digest = models.CharField("mã đã băm", max_length=64)

    class Meta:
        verbose_name = "mã dự phòng"
        verbose_name_plural = "mã dự phòng"
        constraints = [models.UniqueConstraint(fields=("user", "digest"), name="recovery_code_once")]

    def __str__(self) -> str:
        return f"{self.user_id}"
