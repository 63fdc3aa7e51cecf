"""The round between unit and Board: what was returned and why, who may still write after the deadline, what follows."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from courses.models import Programme
from quotas.models.quotas import Quota
from quotas.models.responses import Response
from trainingplan.models import Participant, Plan


class ReturnedCell(models.Model):
    """A cell that the Board marked when it returned an answer: the unit may change these and nothing else."""

    response = models.ForeignKey(
        Response, models.CASCADE, related_name="returned_cells", verbose_name="trả lời của đơn vị"
    )
    quota = models.ForeignKey(Quota, models.CASCADE, related_name="+", verbose_name="chỉ tiêu")
    remark = models.CharField("nhận xét", max_length=300, blank=True)

    class Meta:
        verbose_name = "ô bị trả lại"
        verbose_name_plural = "ô bị trả lại"
        ordering = ("response", "quota__programme__position", "quota__position")
        constraints = [models.UniqueConstraint(fields=("response", "quota"), name="returned_cell_once")]

    def __str__(self) -> str:
        return f"{self.response_id} × {self.quota_id}"


class Extension(models.Model):
    """Gia hạn: one unit, for all programmes or one, may write until `until`, whatever the plan's deadline."""

    participant = models.ForeignKey(
        Participant, models.CASCADE, related_name="extensions", verbose_name="đơn vị tham gia"
    )
    programme = models.ForeignKey(
        Programme, models.CASCADE, null=True, blank=True, related_name="+", verbose_name="chương trình"
    )
    until = models.DateTimeField("đến lúc")
    reason = models.CharField("lý do", max_length=500)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="người gia hạn"
    )
    granted_at = models.DateTimeField("gia hạn lúc")

    class Meta:
        verbose_name = "gia hạn"
        verbose_name_plural = "gia hạn"
        ordering = ("-granted_at", "-id")
        constraints = [
            models.CheckConstraint(
                name="extension_in_order",
                condition=Q(until__gt=F("granted_at")),
                violation_error_message="Hạn mới phải sau lúc gia hạn.",
            ),
            models.CheckConstraint(name="extension_has_a_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.participant_id} → {self.until:%d/%m/%Y}"


class ExtensionRequest(models.Model):
    """Xin gia hạn: asked by a unit, answered once by the Board."""

    class State(models.TextChoices):
        WAITING = "waiting", "chờ trả lời"
        GRANTED = "granted", "đồng ý"
        REFUSED = "refused", "không đồng ý"

    participant = models.ForeignKey(
        Participant, models.CASCADE, related_name="extension_requests", verbose_name="đơn vị tham gia"
    )
    programme = models.ForeignKey(
        Programme, models.CASCADE, null=True, blank=True, related_name="+", verbose_name="chương trình"
    )
    reason = models.CharField("lý do", max_length=500)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="người xin")
    asked_at = models.DateTimeField("xin lúc")
    state = models.CharField("trạng thái", max_length=20, choices=State, default=State.WAITING)
    answer = models.CharField("trả lời", max_length=500, blank=True)

    class Meta:
        verbose_name = "đề nghị gia hạn"
        verbose_name_plural = "đề nghị gia hạn"
        ordering = ("-asked_at", "-id")
        constraints = [
            models.UniqueConstraint(
                fields=("participant",), condition=Q(state="waiting"), name="extension_request_one_waiting_a_unit"
            ),
            models.CheckConstraint(name="extension_request_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="extension_request_state_known", condition=Q(state__in=("waiting", "granted", "refused"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.participant_id}: {self.get_state_display()}"


class PhaseDeadline(models.Model):
    """Hạn of a phase that follows registration. It reminds and closes nothing; that of registration is the plan's."""

    class Phase(models.TextChoices):
        ALLOCATION = "allocation", "phân bổ chỉ tiêu"
        SUBMISSION = "submission", "trình kế hoạch"

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="phase_deadlines", verbose_name="kế hoạch")
    phase = models.CharField("bước", max_length=20, choices=Phase)
    due_at = models.DateTimeField("hạn")

    class Meta:
        verbose_name = "hạn của một bước"
        verbose_name_plural = "hạn của các bước"
        ordering = ("plan", "due_at")
        constraints = [
            models.UniqueConstraint(fields=("plan", "phase"), name="phase_deadline_once_a_phase"),
            models.CheckConstraint(
                name="phase_deadline_phase_known", condition=Q(phase__in=("allocation", "submission"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_phase_display()}: {self.due_at:%d/%m/%Y}"


class Submission(models.Model):
    """A save that was carried out, by the key of its page: the same submit again has the same answer and no effect."""

    key = models.UUIDField("mã lần gửi", primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="người gửi")
    digest = models.CharField("dấu nội dung", max_length=64)
    reply = models.JSONField("trả lời")
    at = models.DateTimeField("lúc", db_index=True)

    class Meta:
        verbose_name = "lần gửi"
        verbose_name_plural = "lần gửi"

    def __str__(self) -> str:
        return str(self.key)
