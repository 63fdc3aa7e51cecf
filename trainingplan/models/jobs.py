"""Việc nền: long work that a worker does beside the pages, what it left to fetch, and what is done periodically."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q


class Job(models.Model):
    """One piece of work: who asked for it, how far it is, how it ended.

    `attempt` is the fence: whoever runs the job writes only while it is still his attempt. `committed_at` is written in
    the same transaction as the work's effect, so that a crash after it does not repeat the work.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Đang chờ"
        RUNNING = "running", "Đang làm"
        DONE = "done", "Đã xong"
        FAILED = "failed", "Không làm được"
        CANCELLED = "cancelled", "Đã hủy"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("loại việc", max_length=60)
    title = models.CharField("việc", max_length=200)
    params = models.JSONField("tham số", default=dict)
    key = models.CharField("khóa", max_length=100, blank=True, help_text="Mỗi lúc chỉ có một việc cùng khóa.")
    plan = models.ForeignKey(
        "trainingplan.Plan", models.CASCADE, null=True, blank=True, related_name="jobs", verbose_name="kế hoạch"
    )
    back = models.CharField("trang đã yêu cầu", max_length=300, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="jobs", verbose_name="người yêu cầu"
    )
    asked_as = models.CharField("với vai trò", max_length=60)
    asked_at = models.DateTimeField("yêu cầu lúc")
    state = models.CharField("trạng thái", max_length=20, choices=State, default=State.QUEUED)
    done = models.PositiveIntegerField("đã làm", default=0)
    total = models.PositiveIntegerField("tất cả", default=0)
    words = models.CharField("đang làm gì", max_length=300, blank=True)
    error = models.TextField("lỗi", blank=True)
    notes = models.JSONField("lời báo", default=list)
    links = models.JSONField("đường dẫn", default=list)
    attempt = models.PositiveSmallIntegerField("lần chạy", default=0)
    crashes = models.PositiveSmallIntegerField("số lần đứt quãng", default=0)
    queued_at = models.DateTimeField("vào hàng chờ lúc")
    started_at = models.DateTimeField("bắt đầu lúc", null=True, blank=True)
    heartbeat_at = models.DateTimeField("còn chạy lúc", null=True, blank=True)
    cancel_asked_at = models.DateTimeField("yêu cầu hủy lúc", null=True, blank=True)
    cancel_asked_by = models.CharField("người hủy", max_length=200, blank=True)
    committed_at = models.DateTimeField("đã ghi lúc", null=True, blank=True)
    finished_at = models.DateTimeField("kết thúc lúc", null=True, blank=True)

    class Meta:
        verbose_name = "việc nền"
        verbose_name_plural = "việc nền"
        ordering = ("-asked_at",)
        indexes = [
            models.Index(fields=("asked_by", "-asked_at"), name="job_by_asker"),
            models.Index(fields=("state", "queued_at"), name="job_by_state"),
        ]
        constraints = [
            models.CheckConstraint(
                name="job_state_known", condition=Q(state__in=("queued", "running", "done", "failed", "cancelled"))
            ),
            models.CheckConstraint(
                name="job_finished_when_over",
                condition=Q(state__in=("queued", "running"), finished_at__isnull=True)
                | Q(state__in=("done", "failed", "cancelled"), finished_at__isnull=False),
            ),
            models.UniqueConstraint(
                fields=("key",),
                condition=~Q(key="") & Q(state__in=("queued", "running")),
                name="job_one_pending_a_key",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def pending(self) -> bool:
        return self.state in PENDING


PENDING = (Job.State.QUEUED, Job.State.RUNNING)


def place_of_result(file: "JobFile", _name: str) -> str:
    """Where a result is stored: nothing of its own name, which may hold a person's."""
    return f"viec-nen/{file.job_id}/{uuid.uuid4().hex}"


class JobFile(models.Model):
    """A result to fetch, in Django's default storage. Those of an attempt that was overtaken are not shown."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="files", verbose_name="việc nền")
    attempt = models.PositiveSmallIntegerField("lần chạy")
    name = models.CharField("tên tệp", max_length=150)
    content_type = models.CharField("loại tệp", max_length=100)
    size = models.PositiveBigIntegerField("số byte")
    sha256 = models.CharField("SHA-256", max_length=64)
    stored: Any = models.FileField("chỗ lưu", upload_to=place_of_result, max_length=200)

    class Meta:
        verbose_name = "tệp kết quả"
        verbose_name_plural = "tệp kết quả"
        ordering = ("job", "pk")

    def __str__(self) -> str:
        return self.name


class Chore(models.Model):
    """Something that one worker does periodically, see `CHORES` in the settings; whoever moves `due_at` does it."""

    name = models.CharField("việc định kỳ", max_length=200, unique=True)
    due_at = models.DateTimeField("lần tới lúc")
    began_at = models.DateTimeField("lần trước bắt đầu lúc", null=True, blank=True)
    ended_at = models.DateTimeField("lần trước xong lúc", null=True, blank=True)
    fault = models.TextField("lỗi lần trước", blank=True)

    class Meta:
        verbose_name = "việc định kỳ"
        verbose_name_plural = "việc định kỳ"
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
