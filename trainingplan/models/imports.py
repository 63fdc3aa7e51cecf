"""What came in by a file: the batch with its upload, and each row that it wrote, with what stood there before."""

from collections.abc import Collection
from uuid import uuid4

from django.conf import settings
from django.db import models


def upload_place(batch: "ImportBatch", name: str) -> str:
    """No name that a user gave becomes part of a path."""
    return f"nhap-excel/{batch.uuid.hex}/{name}"


class ImportBatch(models.Model):
    """One file on its way in. What is applied is what was previewed: `digest` stands for all that it changes."""

    class State(models.TextChoices):
        READING = "reading", "đang đọc"
        PREVIEWED = "previewed", "chờ xác nhận"
        APPLIED = "applied", "đã nhập"
        UNDONE = "undone", "đã hoàn tác"
        CANCELLED = "cancelled", "đã hủy"
        FAILED = "failed", "không đọc được"

    class Mode(models.TextChoices):
        ALL = "all", "nhập tất cả hoặc không nhập gì"
        GOOD_ROWS = "good_rows", "chỉ nhập các dòng đúng"

    uuid = models.UUIDField("mã", default=uuid4, unique=True, editable=False)
    kind = models.CharField("loại tệp", max_length=60)
    title = models.CharField("tên loại tệp", max_length=200)
    plan = models.ForeignKey(
        "trainingplan.Plan", models.PROTECT, null=True, related_name="import_batches", verbose_name="kế hoạch"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="import_batches", verbose_name="người nhập"
    )
    at = models.DateTimeField("lúc tải lên")
    applied_at = models.DateTimeField("lúc nhập", null=True)
    undone_at = models.DateTimeField("lúc hoàn tác", null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="người hoàn tác"
    )
    file_name = models.CharField("tên tệp", max_length=200)
    sha256 = models.CharField("mã kiểm tra của tệp", max_length=64)
    upload = models.FileField("tệp tải lên", upload_to=upload_place, max_length=200, blank=True)
    report = models.FileField("bản xem trước", upload_to=upload_place, max_length=200, blank=True)
    state = models.CharField("trạng thái", max_length=10, choices=State.choices, default=State.READING)
    mode = models.CharField("cách nhập", max_length=10, choices=Mode.choices, default=Mode.ALL)
    answers = models.JSONField("câu trả lời", default=dict)
    digest = models.CharField("mã của bản xem trước", max_length=64, blank=True)
    rows = models.PositiveIntegerField("số dòng", default=0)
    file_problems = models.PositiveIntegerField("số lỗi của cả tệp", default=0)
    questions = models.PositiveIntegerField("số câu hỏi chưa trả lời", default=0)
    added = models.PositiveIntegerField("thêm mới", default=0)
    changed = models.PositiveIntegerField("sửa", default=0)
    same = models.PositiveIntegerField("không đổi", default=0)
    refused = models.PositiveIntegerField("bị từ chối", default=0)
    problems = models.PositiveIntegerField("số lỗi", default=0)
    kept = models.PositiveIntegerField("giữ lại khi hoàn tác", default=0)
    message = models.TextField("thông báo", blank=True)
    log_batch = models.UUIDField("lần ghi trong nhật ký", null=True)
    undo_log_batch = models.UUIDField("lần ghi khi hoàn tác", null=True)
    job = models.UUIDField("việc nền", null=True)

    class Meta:
        verbose_name = "lần nhập tệp"
        verbose_name_plural = "các lần nhập tệp"
        ordering = ("-id",)
        indexes = [models.Index(fields=("by", "-id"), name="import_batch_by_user")]

    def __str__(self) -> str:
        return f"{self.title}: {self.file_name}"


class ImportedRow(models.Model):
    """One row that a batch added or changed; `before` and `after` are its cells by heading, as they are exported."""

    class Outcome(models.TextChoices):
        NONE = "", "–"
        UNDONE = "undone", "đã trả lại"
        KEPT = "kept", "giữ nguyên"

    FORGOTTEN = ""
    """No heading: in its place `before` names the columns whose values of before are kept no longer."""

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="imported", verbose_name="lần nhập")
    table = models.PositiveSmallIntegerField("bảng thứ")
    resource = models.CharField("bảng", max_length=120)
    sheet = models.CharField("trang tính", max_length=200, blank=True)
    row = models.PositiveIntegerField("dòng")
    name = models.CharField("đối tượng", max_length=500)
    object_pk = models.CharField("mã đối tượng", max_length=60)
    added = models.BooleanField("thêm mới")
    before = models.JSONField("trước", default=dict)
    after = models.JSONField("sau", default=dict)
    outcome = models.CharField("khi hoàn tác", max_length=10, choices=Outcome.choices, default=Outcome.NONE, blank=True)
    kept_because = models.TextField("vì sao giữ nguyên", blank=True)

    class Meta:
        verbose_name = "dòng đã nhập"
        verbose_name_plural = "các dòng đã nhập"
        ordering = ("id",)
        indexes = [models.Index(fields=("batch", "outcome", "id"), name="imported_row_by_batch")]

    def __str__(self) -> str:
        return self.name

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        """(heading, old, new) of the cells that were changed, as shown."""
        named = named_by(self.after)
        return [
            (heading, _shown(heading, self.before.get(heading)), _shown(heading, value))
            for heading, value in self.after.items()
            if heading not in named and (self.before.get(heading) or "") != (value or "")
        ]


CELL_KEYS = frozenset({"Khóa chỉ tiêu", "Khóa đơn vị"})
CELL_NAMED_BY = CELL_KEYS | {"Năm", "Khóa chương trình"}


def named_by(headings: Collection[str]) -> frozenset[str]:
    """The columns that the name of a unit's cell says in words already; shown as changes, they would only be noise."""
    return CELL_NAMED_BY if CELL_KEYS.issubset(headings) else frozenset()


def _shown(heading: str, value: object) -> str:
    return f"{value:,}".replace(",", ".") if isinstance(value, int) and heading != "Năm" else str(value or "")
