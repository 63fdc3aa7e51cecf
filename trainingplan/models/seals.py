"""The chain over the change log: digests of what was written together, and their order. Append-only, by triggers."""

from django.db import models

DIGEST = 64


class LogPart(models.Model):
    """Changes that were written by one statement; its digest is made and stored in their own transaction."""

    id = models.BigAutoField(primary_key=True)
    rows = models.TextField("các dòng", help_text="Mã dòng của nhật ký, dạng 5-8,11.")
    digest = models.CharField("SHA-256", max_length=DIGEST)

    class Meta:
        verbose_name = "phần nhật ký"
        verbose_name_plural = "các phần nhật ký"
        ordering = ("id",)

    def __str__(self) -> str:
        return self.rows


class LogSeal(models.Model):
    """A link of the chain: the digest of the link before it and of one part."""

    position = models.BigIntegerField("vị trí", primary_key=True)
    part = models.OneToOneField(LogPart, models.PROTECT, related_name="seal", verbose_name="phần nhật ký")
    at = models.DateTimeField("lúc")
    digest = models.CharField("SHA-256", max_length=DIGEST)

    class Meta:
        verbose_name = "dấu niêm phong nhật ký"
        verbose_name_plural = "chuỗi niêm phong nhật ký"
        ordering = ("position",)

    def __str__(self) -> str:
        return f"{self.position}: {self.digest[:16]}"
