"""The proposal of an apportionment, kept as it was made, so that later changes by hand stay visible against it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from quotas.models.quotas import Quota
from trainingplan.models import Unit


class Proposal(models.Model):
    """One run of the apportionment over one quota, with its limits."""

    class Basis(models.TextChoices):
        DEMAND = "demand", "số đăng ký"
        HEADCOUNT = "headcount", "số cán bộ"
        WEIGHTS = "weights", "hệ số"

    class State(models.TextChoices):
        DRAFT = "draft", "đang xem"
        APPLIED = "applied", "đã áp dụng"
        SUPERSEDED = "superseded", "đã thay"

    quota = models.ForeignKey(Quota, models.CASCADE, related_name="proposals", verbose_name="chỉ tiêu")
    basis = models.CharField("chia theo", max_length=20, choices=Basis, default=Basis.DEMAND)
    places = models.PositiveIntegerField("số chỉ tiêu đem chia")
    left = models.PositiveIntegerField("không ai nhận")
    state = models.CharField("trạng thái", max_length=20, choices=State, default=State.DRAFT)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="người lập")
    made_at = models.DateTimeField("lập lúc")

    class Meta:
        verbose_name = "đề xuất phân bổ"
        verbose_name_plural = "đề xuất phân bổ"
        ordering = ("-made_at", "-id")
        constraints = [
            models.UniqueConstraint(
                fields=("quota",), condition=Q(state="applied"), name="proposal_one_applied_a_quota"
            ),
            models.CheckConstraint(
                name="proposal_basis_known", condition=Q(basis__in=("demand", "headcount", "weights"))
            ),
            models.CheckConstraint(
                name="proposal_state_known", condition=Q(state__in=("draft", "applied", "superseded"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quota_id}: {self.get_state_display()}"


class ProposedShare(models.Model):
    """One unit's line: what it brought, what it is proposed, and the sentence that explains it."""

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="shares", verbose_name="đề xuất")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="proposed_shares", verbose_name="đơn vị")
    demand = models.PositiveIntegerField("nhu cầu")
    weight = models.PositiveIntegerField("trọng số")
    floor = models.PositiveIntegerField("sàn", default=0)
    cap = models.PositiveIntegerField("trần", null=True, blank=True)
    fixed = models.PositiveIntegerField("ấn định", null=True, blank=True)
    rank = models.PositiveSmallIntegerField("thứ tự ưu tiên", default=1)
    places = models.PositiveIntegerField("đề xuất")
    seen_version = models.PositiveIntegerField("phiên bản ô khi lập", default=0)
    explanation = models.CharField("cách tính", max_length=300)

    class Meta:
        verbose_name = "dòng đề xuất"
        verbose_name_plural = "dòng đề xuất"
        ordering = ("proposal", "unit")
        constraints = [
            models.UniqueConstraint(fields=("proposal", "unit"), name="proposed_share_once"),
            models.CheckConstraint(name="proposed_share_rank_from_one", condition=Q(rank__gte=1)),
            models.CheckConstraint(name="proposed_share_within_demand", condition=Q(places__lte=models.F("demand"))),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id}: {self.places}"


class Approval(models.Model):
    """The leaders' word on the allocation of one quota. Nobody approves his own; a deputy acts for a principal."""

    class State(models.TextChoices):
        WAITING = "waiting", "chờ duyệt"
        APPROVED = "approved", "đã duyệt"
        REFUSED = "refused", "không duyệt"
        WITHDRAWN = "withdrawn", "đã trình lại"

    quota = models.ForeignKey(Quota, models.CASCADE, related_name="approvals", verbose_name="chỉ tiêu")
    total = models.PositiveIntegerField("số đã phân bổ khi trình")
    versions = models.PositiveBigIntegerField(
        "tổng phiên bản các ô khi trình", help_text="Một ô đổi thì tổng này đổi, dù tổng số phân bổ vẫn vậy."
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="người trình"
    )
    submitted_at = models.DateTimeField("trình lúc")
    state = models.CharField("trạng thái", max_length=20, choices=State, default=State.WAITING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="người duyệt"
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="duyệt thay"
    )
    decided_at = models.DateTimeField("duyệt lúc", null=True, blank=True)
    remark = models.CharField("ý kiến", max_length=500, blank=True)

    class Meta:
        verbose_name = "duyệt phân bổ"
        verbose_name_plural = "duyệt phân bổ"
        ordering = ("-submitted_at", "-id")
        constraints = [
            models.UniqueConstraint(
                fields=("quota",), condition=Q(state="waiting"), name="approval_one_waiting_a_quota"
            ),
            models.CheckConstraint(
                name="approval_state_known", condition=Q(state__in=("waiting", "approved", "refused", "withdrawn"))
            ),
            models.CheckConstraint(
                name="approval_decided_by_somebody",
                condition=Q(state__in=("waiting", "withdrawn"), decided_by__isnull=True, decided_at__isnull=True)
                | Q(state__in=("approved", "refused"), decided_by__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="approval_not_by_its_submitter",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=models.F("submitted_by")),
                violation_error_message="Không ai tự duyệt việc của mình.",
            ),
            models.CheckConstraint(
                name="approval_deputy_for_another",
                condition=Q(on_behalf_of__isnull=True)
                | (
                    Q(decided_by__isnull=False)
                    & ~Q(on_behalf_of=models.F("decided_by"))
                    & ~Q(on_behalf_of=models.F("submitted_by"))
                ),
                violation_error_message="Không duyệt thay chính mình, cũng không duyệt thay người trình.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quota_id}: {self.get_state_display()}"
