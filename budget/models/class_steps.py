"""How classes run: each step that was recorded. Execution data: the published plan stays as it was issued."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from budget.models.lines import BudgetLine
from budget.rules.classes import is_back

LONGEST_NOTE = 300


class ClassStep(models.Model):
    """A step of a class, forward or, with a reason, back; `BudgetLine.state` is where the last one led."""

    line = models.ForeignKey(BudgetLine, models.CASCADE, related_name="steps", verbose_name="lớp")
    number = models.PositiveIntegerField("thứ tự")
    before = models.CharField("từ bước", max_length=20, choices=BudgetLine.State)
    after = models.CharField("sang bước", max_length=20, choices=BudgetLine.State)
    happened_on = models.DateField("ngày diễn ra", null=True, blank=True)
    learners = models.PositiveIntegerField("học viên có mặt", null=True, blank=True)
    note = models.CharField("ghi chú, lý do", max_length=LONGEST_NOTE, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="người ghi")
    made_at = models.DateTimeField("ghi lúc")

    class Meta:
        verbose_name = "bước của lớp"
        verbose_name_plural = "bước của lớp"
        ordering = ("line", "number")
        constraints = [
            models.UniqueConstraint(fields=("line", "number"), name="class_step_once_a_number"),
            models.CheckConstraint(name="class_step_leads_on", condition=~Q(before=F("after"))),
            models.CheckConstraint(
                name="class_step_has_its_day",
                condition=~Q(before="recruiting", after="opened", happened_on__isnull=True)
                & ~Q(before="running", after="closed", happened_on__isnull=True),
            ),
            models.CheckConstraint(
                name="class_step_learners_in_range", condition=Q(learners__isnull=True) | Q(learners__lte=1_000_000)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.get_after_display()}"

    @property
    def is_back(self) -> bool:
        return is_back(self.before, self.after)
