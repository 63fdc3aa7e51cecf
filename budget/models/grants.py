"""What was granted and what was settled of a line, by source: execution data, which come after the plan is issued.

The published plan stays as it was issued; these rows stand beside it. See `budget.services.grants` and `.settlements`.
"""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q

from budget.models.lines import BudgetLine, FundSource
from budget.models.norms import MAXIMUM
from trainingplan.models import Plan


class Grant(models.Model):
    """A decision on funds (quyết định giao kinh phí). Several add up; `token` stands for the form that made it."""

    class Kind(models.TextChoices):
        FIRST = "first", "giao lần đầu"
        MORE = "more", "giao bổ sung"
        BACK = "back", "thu hồi"

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="grants", verbose_name="kế hoạch")
    kind = models.CharField("loại", max_length=20, choices=Kind, default=Kind.FIRST)
    number = models.CharField("số quyết định", max_length=100)
    decided_on = models.DateField("ngày quyết định")
    note = models.CharField("ghi chú", max_length=300, blank=True)
    token = models.UUIDField("mã phiếu nhập", unique=True, default=uuid4, editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="người nhập")
    made_at = models.DateTimeField("nhập lúc")
    illustrative = models.BooleanField("số liệu minh họa", default=False)

    class Meta:
        verbose_name = "quyết định giao kinh phí"
        verbose_name_plural = "quyết định giao kinh phí"
        ordering = ("plan", "decided_on", "id")
        constraints = [
            models.UniqueConstraint(fields=("plan", "number", "kind"), name="grant_once_a_number_and_kind"),
            models.CheckConstraint(name="grant_kind_known", condition=Q(kind__in=("first", "more", "back"))),
            models.CheckConstraint(name="grant_has_a_number", condition=~Q(number="")),
        ]

    def __str__(self) -> str:
        return self.number


class GrantedAmount(models.Model):
    """What a decision gives one line from one source; below zero where it takes back.

    Of every line and source the decisions sum to zero or more, which `services` see to.
    """

    grant = models.ForeignKey(Grant, models.CASCADE, related_name="amounts", verbose_name="quyết định")
    line = models.ForeignKey(BudgetLine, models.PROTECT, related_name="granted", verbose_name="dòng kinh phí")
    source = models.ForeignKey(FundSource, models.PROTECT, related_name="granted", verbose_name="nguồn kinh phí")
    amount = models.BigIntegerField("số tiền")
    approved = models.BooleanField(
        "quyết định này duyệt dòng", default=False, help_text="Dòng đang dự kiến thì được duyệt nhờ số giao này."
    )

    class Meta:
        verbose_name = "số được giao"
        verbose_name_plural = "số được giao"
        ordering = ("grant", "line__position", "source__position")
        constraints = [
            models.UniqueConstraint(fields=("grant", "line", "source"), name="granted_amount_once_a_decision"),
            models.CheckConstraint(
                name="granted_amount_in_range",
                condition=~Q(amount=0) & Q(amount__gte=-MAXIMUM, amount__lte=MAXIMUM),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id}, {self.source_id}: {self.amount}"


class SettledAmount(models.Model):
    """What was settled (quyết toán) of one line from one source. More than was granted needs a reason (`excess`)."""

    line = models.ForeignKey(BudgetLine, models.PROTECT, related_name="settled", verbose_name="dòng kinh phí")
    source = models.ForeignKey(FundSource, models.PROTECT, related_name="settled", verbose_name="nguồn kinh phí")
    amount = models.PositiveBigIntegerField("số quyết toán")
    settled_on = models.DateField("ngày quyết toán")
    note = models.CharField("căn cứ, ghi chú", max_length=300, blank=True)
    excess = models.CharField("lý do vượt số được giao", max_length=300, blank=True)
    version = models.PositiveIntegerField("phiên bản", default=1)
    illustrative = models.BooleanField("số liệu minh họa", default=False)

    class Meta:
        verbose_name = "số quyết toán"
        verbose_name_plural = "số quyết toán"
        ordering = ("line__position", "source__position")
        constraints = [
            models.UniqueConstraint(fields=("line", "source"), name="settled_amount_once_a_source"),
            models.CheckConstraint(name="settled_amount_in_range", condition=Q(amount__gte=1, amount__lte=MAXIMUM)),
        ]

    def __str__(self) -> str:
        return f"{self.line_id}, {self.source_id}: {self.amount}"
