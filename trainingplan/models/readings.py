"""Who read protected personal data unmasked. Append-only, by triggers."""

from django.conf import settings
from django.db import models


class PersonalRead(models.Model):
    """One page or file that showed protected data of people: to whom, of whom and through which door."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField("lúc")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="personal_reads", verbose_name="người đọc"
    )
    user_name = models.CharField("tên người đọc", max_length=320)
    door = models.CharField("trang, tệp", max_length=100)
    address = models.CharField("địa chỉ", max_length=500)
    count = models.PositiveIntegerField("số người")
    people = models.TextField("mã cán bộ", help_text="Dạng 5-8,11.")

    class Meta:
        verbose_name = "lần đọc dữ liệu cá nhân"
        verbose_name_plural = "các lần đọc dữ liệu cá nhân"
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.user_name}: {self.address}"
