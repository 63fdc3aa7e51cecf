"""How plans end: each closing (kết thúc) with what was still open then, and whether it was taken back."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from trainingplan.models.plans import Plan

LONGEST_REASON = 500
NAME_LENGTH = 200


class Closing(models.Model):
    """The plan was closed, and perhaps opened again; the last one that was not is why a plan stands closed.

    `unsettled` has one line for each thing that was still open. `token` stands for one filled form.
    """

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="closings", verbose_name="kế hoạch")
    closed_at = models.DateTimeField("kết thúc lúc")
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="người kết thúc"
    )
    closed_by_name = models.CharField("tên người kết thúc", max_length=NAME_LENGTH)
    reason = models.CharField("ghi chú", max_length=LONGEST_REASON, blank=True)
    unsettled = models.TextField("việc còn dở khi kết thúc", blank=True)
    token = models.UUIDField("mã của lần gửi", unique=True)
    reopened_at = models.DateTimeField("mở lại lúc", null=True, blank=True)
    reopened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="người mở lại"
    )
    reopened_by_name = models.CharField("tên người mở lại", max_length=NAME_LENGTH, blank=True)
    reopen_reason = models.CharField("lý do mở lại", max_length=LONGEST_REASON, blank=True)

    class Meta:
        verbose_name = "lần kết thúc kế hoạch"
        verbose_name_plural = "các lần kết thúc kế hoạch"
        ordering = ("plan", "-closed_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=("plan",), condition=Q(reopened_at__isnull=True), name="closing_one_stands_a_plan"
            ),
            models.CheckConstraint(
                name="closing_reopened_by_somebody",
                condition=Q(reopened_at__isnull=True, reopened_by__isnull=True, reopen_reason="")
                | Q(reopened_at__isnull=False, reopened_by__isnull=False) & ~Q(reopen_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"Kết thúc {self.plan_id}"
