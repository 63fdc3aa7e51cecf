"""The logs: what changed and who did it, and what was refused to whom. Append-only; triggers refuse the rest."""

from django.conf import settings
from django.db import models


class Change(models.Model):
    """One value of one row that changed. Names are kept as text, so that the log outlives what it speaks of."""

    id = models.BigAutoField(primary_key=True)
    batch = models.UUIDField("lần ghi", help_text="Một mã cho một thao tác.")
    at = models.DateTimeField("lúc")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="changes",
        db_index=False,  # here and below: longer indexes begin with it
        verbose_name="người thực hiện",
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="làm thay"
    )
    actor_name = models.CharField("tên người thực hiện", max_length=200)
    plan = models.ForeignKey(
        "trainingplan.Plan",
        models.PROTECT,
        null=True,
        related_name="changes",
        db_index=False,
        verbose_name="kế hoạch",
    )
    unit = models.ForeignKey(
        "trainingplan.Unit",
        models.PROTECT,
        null=True,
        related_name="changes",
        db_index=False,
        verbose_name="đơn vị",
    )
    table = models.CharField("loại dữ liệu", max_length=60)
    row = models.CharField("mã dòng", max_length=60)
    label = models.CharField("đối tượng", max_length=500)
    field = models.CharField("trường", max_length=60)
    old = models.TextField("giá trị cũ", blank=True)
    new = models.TextField("giá trị mới", blank=True)
    reason = models.TextField("lý do", blank=True)

    class Meta:
        verbose_name = "thay đổi"
        verbose_name_plural = "nhật ký thay đổi"
        ordering = ("-id",)
        indexes = [
            models.Index(fields=("table", "row", "-id"), name="change_by_row"),
            models.Index(fields=("plan", "-id"), name="change_by_plan"),
            models.Index(fields=("plan", "table", "at"), name="change_by_table"),
            models.Index(fields=("unit", "-id"), name="change_by_unit"),
            models.Index(fields=("batch", "id"), name="change_by_batch"),
            models.Index(fields=("actor", "plan"), name="change_by_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.label}: {self.old or '–'} → {self.new or '–'}"


class AccessRefusal(models.Model):
    """Somebody who has signed in asked for what is not his; the address tells for what."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField("lúc")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="access_refusals", verbose_name="người dùng"
    )
    user_name = models.CharField("tên người dùng", max_length=320)
    method = models.CharField("cách gọi", max_length=10)
    address = models.CharField("địa chỉ", max_length=500)
    status = models.PositiveSmallIntegerField("mã trả lời")
    note = models.CharField("nội dung", max_length=200, blank=True)

    class Meta:
        verbose_name = "lần từ chối truy cập"
        verbose_name_plural = "các lần từ chối truy cập"
        ordering = ("-id",)
        indexes = [models.Index(fields=("user", "at"), name="access_refusal_by_user")]

    def __str__(self) -> str:
        return f"{self.user_name}: {self.method} {self.address} → {self.status}"
