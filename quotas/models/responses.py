"""Response: where a unit stands in answering the plan's call."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from trainingplan.models import Participant


class Response(models.Model):
    """A participant without a row has not opened its form yet."""

    class State(models.TextChoices):
        EDITING = "editing", "đang nhập"
        SENT = "sent", "đã gửi"
        RETURNED = "returned", "trả lại"
        ACCEPTED = "accepted", "đã tiếp nhận"

    participant = models.OneToOneField(
        Participant, models.CASCADE, related_name="response", verbose_name="đơn vị tham gia"
    )
    state = models.CharField("trạng thái", max_length=20, choices=State, default=State.EDITING)
    sent_at = models.DateTimeField("gửi lúc", null=True, blank=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="người gửi"
    )
    return_reason = models.CharField("lý do trả lại", max_length=500, blank=True)
    handled_at = models.DateTimeField("tiếp nhận, trả lại lúc", null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="người xử lý"
    )
    illustrative = models.BooleanField("số liệu minh họa", default=False)

    class Meta:
        verbose_name = "trả lời của đơn vị"
        verbose_name_plural = "trả lời của các đơn vị"
        ordering = ("participant",)
        constraints = [
            models.CheckConstraint(
                name="response_state_known", condition=Q(state__in=("editing", "sent", "returned", "accepted"))
            ),
            models.CheckConstraint(
                name="response_sent_has_a_time",
                condition=Q(state__in=("editing", "returned")) | Q(sent_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.participant_id}: {self.get_state_display()}"
