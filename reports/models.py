"""What is published of a plan: versions with their files, kept for ever, and the steps that lead to them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from trainingplan.models import Plan

NAME_LENGTH = 200
SHA256_LENGTH = 64


class Version(models.Model):
    """Bản ban hành: the plan's data as issued, by whom, and which files. Append-only; triggers refuse the rest.

    `manifest` has one line a file, as `sha256sum` writes it, and triggers let no other file be added.
    """

    class Kind(models.TextChoices):
        FIRST = "first", "Ban hành"
        AMENDMENT = "amendment", "Điều chỉnh, bổ sung"

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="versions", verbose_name="kế hoạch")
    number = models.PositiveSmallIntegerField("lần")
    kind = models.CharField("loại", max_length=20, choices=Kind)
    document_number = models.CharField("số", max_length=20)
    symbol = models.CharField("ký hiệu", max_length=20)
    issued_on = models.DateField("ngày ban hành")
    issued_year = models.PositiveSmallIntegerField("năm ban hành")
    signing_authority = models.CharField("thay mặt", max_length=200, blank=True)
    signer_title = models.CharField("chức vụ người ký", max_length=200)
    signer_name = models.CharField("người ký", max_length=150)
    reason = models.TextField("lý do điều chỉnh", blank=True)
    issued_at = models.DateTimeField("ban hành lúc")
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="người ban hành"
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="ban hành thay"
    )
    issued_by_name = models.CharField("tên người ban hành", max_length=NAME_LENGTH)
    submitted_at = models.DateTimeField("trình lúc")
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="người trình"
    )
    submitted_by_name = models.CharField("tên người trình", max_length=NAME_LENGTH)
    data = models.TextField("dữ liệu")
    data_sha256 = models.CharField("SHA-256 của dữ liệu", max_length=SHA256_LENGTH)
    manifest = models.TextField("danh sách tệp")
    # May be null: SQLite adds such a column in place, while any other would cost the table its triggers.
    log_position = models.BigIntegerField("vị trí của nhật ký", null=True, blank=True)
    log_digest = models.CharField("dấu của nhật ký", max_length=SHA256_LENGTH, null=True, blank=True)  # noqa: DJ001

    class Meta:
        verbose_name = "bản ban hành"
        verbose_name_plural = "các bản ban hành"
        ordering = ("plan", "-number")
        constraints = [
            models.UniqueConstraint(fields=("plan", "number"), name="version_number_once_a_plan"),
            models.UniqueConstraint(
                fields=("issued_year", "document_number", "symbol"),
                name="version_document_number_once_a_year",
                violation_error_message="Số văn bản này đã dùng trong năm.",
            ),
            models.CheckConstraint(
                name="version_first_or_amendment",
                condition=Q(number=1, kind="first") | Q(number__gt=1, kind="amendment"),
            ),
            models.CheckConstraint(
                name="version_not_by_its_submitter",
                condition=~Q(issued_by=F("submitted_by")),
                violation_error_message="Không ai ban hành bản do chính mình trình.",
            ),
        ]

    def __str__(self) -> str:
        return f"Bản {self.number}: {self.document}"

    @property
    def document(self) -> str:
        """Number and symbol as they are printed: "12-KH/TU"."""
        return f"{self.document_number}-{self.symbol}"


class VersionFile(models.Model):
    """A file of a version, its very bytes. Append-only like its version."""

    version = models.ForeignKey(Version, models.PROTECT, related_name="files", verbose_name="bản ban hành")
    name = models.CharField("tên tệp", max_length=100)
    content_type = models.CharField("loại tệp", max_length=100)
    size = models.PositiveIntegerField("số byte")
    sha256 = models.CharField("SHA-256", max_length=SHA256_LENGTH)
    content = models.BinaryField("nội dung")

    class Meta:
        verbose_name = "tệp của bản ban hành"
        verbose_name_plural = "tệp của bản ban hành"
        ordering = ("version", "pk")
        constraints = [models.UniqueConstraint(fields=("version", "name"), name="version_file_name_once")]

    def __str__(self) -> str:
        return self.name


class Amendment(models.Model):
    """Điều chỉnh: the issued plan was opened as working version `number`, and why."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="amendments", verbose_name="kế hoạch")
    number = models.PositiveSmallIntegerField("lần")
    reason = models.TextField("lý do")
    opened_at = models.DateTimeField("mở lúc")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="người mở")

    class Meta:
        verbose_name = "lần điều chỉnh"
        verbose_name_plural = "các lần điều chỉnh"
        ordering = ("plan", "-number")
        constraints = [
            models.UniqueConstraint(fields=("plan", "number"), name="amendment_number_once_a_plan"),
            models.CheckConstraint(name="amendment_after_the_first", condition=Q(number__gt=1)),
            models.CheckConstraint(name="amendment_has_a_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"Bản {self.number}"


class Submittal(models.Model):
    """Lần trình: the Board put the plan before the leaders, to become version `number`."""

    class State(models.TextChoices):
        WAITING = "waiting", "chờ ban hành"
        RECALLED = "recalled", "đã rút về"
        ISSUED = "issued", "đã ban hành"

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="submittals", verbose_name="kế hoạch")
    number = models.PositiveSmallIntegerField("bản số")
    state = models.CharField("trạng thái", max_length=20, choices=State, default=State.WAITING)
    submitted_at = models.DateTimeField("trình lúc")
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="người trình"
    )
    recalled_at = models.DateTimeField("rút lúc", null=True, blank=True)
    recalled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="người rút"
    )
    recall_reason = models.CharField("lý do rút", max_length=500, blank=True)

    class Meta:
        verbose_name = "lần trình kế hoạch"
        verbose_name_plural = "các lần trình kế hoạch"
        ordering = ("plan", "-submitted_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=("plan",), condition=Q(state="waiting"), name="submittal_one_waiting_a_plan"
            ),
            models.CheckConstraint(
                name="submittal_recalled_by_somebody",
                condition=Q(state="recalled", recalled_at__isnull=False, recalled_by__isnull=False)
                & ~Q(recall_reason="")
                | Q(state__in=("waiting", "issued"), recalled_at__isnull=True, recalled_by__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"Bản {self.number}: {self.get_state_display()}"


class CheckException(models.Model):
    """Why a disagreement that the check found may stand: given for these figures at these places, and no others."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="check_exceptions", verbose_name="kế hoạch")
    key = models.TextField("chỗ lệch")
    figure = models.TextField("số thứ nhất")
    other_figure = models.TextField("số thứ hai")
    words = models.TextField("nội dung")
    reason = models.CharField("lý do", max_length=500)
    given_at = models.DateTimeField("ghi lúc")
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="người ghi")
    withdrawn_at = models.DateTimeField("bỏ lúc", null=True, blank=True)

    class Meta:
        verbose_name = "ngoại lệ của soát số liệu"
        verbose_name_plural = "các ngoại lệ của soát số liệu"
        ordering = ("plan", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=("plan", "key"), condition=Q(withdrawn_at__isnull=True), name="check_exception_one_a_key"
            ),
            models.CheckConstraint(name="check_exception_has_a_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return self.words


class AmendmentReason(models.Model):
    """Why an amendment changes one thing, where the change log does not say; it holds for what `told` says of it."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="amendment_reasons", verbose_name="kế hoạch")
    number = models.PositiveSmallIntegerField("bản số", help_text="Bản mà lần điều chỉnh này sẽ thành.")
    key = models.TextField("thay đổi")
    told = models.TextField("nội dung thay đổi")
    reason = models.CharField("lý do", max_length=500)
    given_at = models.DateTimeField("ghi lúc")
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="người ghi")

    class Meta:
        verbose_name = "lý do điều chỉnh"
        verbose_name_plural = "các lý do điều chỉnh"
        ordering = ("plan", "pk")
        constraints = [
            models.UniqueConstraint(fields=("plan", "number", "key"), name="amendment_reason_one_a_change"),
            models.CheckConstraint(name="amendment_reason_of_an_amendment", condition=Q(number__gt=1)),
            models.CheckConstraint(name="amendment_reason_not_empty", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return self.reason
