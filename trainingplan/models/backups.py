"""Which backups were made: what the page of backups lists, and what tells that one is due."""

from django.conf import settings
from django.db import models


class Backup(models.Model):
    """One attempt at a backup, done or failed. The file is in `settings.BACKUP_DIR` of the machine named."""

    made_at = models.DateTimeField("lúc", db_index=True)
    seconds = models.PositiveIntegerField("số giây", default=0)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="người sao lưu"
    )
    ok = models.BooleanField("thành công")
    words = models.CharField("lý do không thành công", max_length=500, blank=True)
    machine = models.CharField("máy", max_length=200)
    name = models.CharField("tên tệp", max_length=200, blank=True)
    size = models.PositiveBigIntegerField("số byte", default=0)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    rows = models.PositiveBigIntegerField("số dòng", default=0)
    files = models.PositiveIntegerField("số tệp kèm theo", default=0)
    encrypted = models.BooleanField("có mã hóa", default=True)
    removed_at = models.DateTimeField("đã xóa tệp lúc", null=True, blank=True)

    class Meta:
        verbose_name = "bản sao lưu"
        verbose_name_plural = "các bản sao lưu"
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.name or self.words
