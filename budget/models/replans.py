"""Accepted re-plans: what was asked, what it changed, and what stood before, so that it can be undone."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from budget.models.lines import BudgetLine
from budget.models.norms import MAXIMUM
from trainingplan.models import Plan


class Replan(models.Model):
    """One option of re-planning that was accepted; `limited` says in words whose money the sum limits."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="replans", verbose_name="kế hoạch")
    way = models.CharField("cách cắt giảm", max_length=200)
    limited = models.CharField("số tiền của", max_length=200)
    limit = models.PositiveBigIntegerField("số được giao")
    money_before = models.PositiveBigIntegerField("trước khi cắt giảm")
    money_after = models.PositiveBigIntegerField("sau khi cắt giảm")
    reason = models.CharField("lý do", max_length=300)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="người áp dụng"
    )
    made_at = models.DateTimeField("áp dụng lúc")
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="người hoàn tác"
    )
    undone_at = models.DateTimeField("hoàn tác lúc", null=True, blank=True)

    class Meta:
        verbose_name = "lần cắt giảm"
        verbose_name_plural = "các lần cắt giảm"
        ordering = ("-made_at", "-id")
        constraints = [
            models.CheckConstraint(
                name="replan_holds_its_sum",
                condition=Q(money_after__lte=models.F("limit")) & Q(limit__lte=MAXIMUM),
            ),
            models.CheckConstraint(
                name="replan_undone_by_somebody",
                condition=Q(undone_at__isnull=True, undone_by__isnull=True)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.way


class ReplannedLine(models.Model):
    """A line that a re-plan changed. `was` is all of it as it stood; `version` the one that the re-plan left.

    A line that left the year has no version, and no line until the re-plan is undone.
    """

    replan = models.ForeignKey(Replan, models.CASCADE, related_name="lines", verbose_name="lần cắt giảm")
    line = models.ForeignKey(
        BudgetLine, models.SET_NULL, null=True, blank=True, related_name="replanned", verbose_name="dòng kinh phí"
    )
    content = models.CharField("nội dung", max_length=500)
    version = models.PositiveIntegerField("phiên bản sau khi cắt giảm", null=True, blank=True)
    amount_before = models.PositiveBigIntegerField("thành tiền trước")
    amount_after = models.PositiveBigIntegerField("thành tiền sau")
    was = models.JSONField("dòng như trước")

    class Meta:
        verbose_name = "dòng được cắt giảm"
        verbose_name_plural = "dòng được cắt giảm"
        ordering = ("replan", "id")

    def __str__(self) -> str:
        return self.content
