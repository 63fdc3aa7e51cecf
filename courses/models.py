"""Programmes (chương trình) with their lettered slots, and the institutions that teach them."""

from django.db import models
from django.db.models import Q

from trainingplan.models import Plan, Section
from trainingplan.models.units import KEY_VALIDATOR


class Institution(models.Model):
    """A school or academy (cơ sở đào tạo)."""

    key = models.SlugField("khóa nội bộ", max_length=100, unique=True, validators=[KEY_VALIDATOR])
    name = models.CharField("tên", max_length=250, unique=True)
    short_name = models.CharField("tên viết tắt", max_length=100, blank=True)

    class Meta:
        verbose_name = "cơ sở đào tạo, bồi dưỡng"
        verbose_name_plural = "cơ sở đào tạo, bồi dưỡng"
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Programme(models.Model):
    """A programme of the plan's outline, standing at one section of its text."""

    class Nature(models.TextChoices):
        TRAINING = "training", "Đào tạo"
        UPDATING = "updating", "Bồi dưỡng"

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="programmes", verbose_name="kế hoạch")
    section = models.OneToOneField(
        Section,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="programme",
        verbose_name="mục trong kế hoạch",
    )
    key = models.SlugField("khóa nội bộ", max_length=100, validators=[KEY_VALIDATOR])
    code = models.CharField("số mục", max_length=20, help_text="Ví dụ: 1.1.1")
    name = models.CharField("tên chương trình", max_length=500)
    short_name = models.CharField("tên gọn", max_length=100)
    nature = models.CharField("loại", max_length=20, choices=Nature)
    abroad = models.BooleanField("ở nước ngoài", default=False)
    position = models.PositiveSmallIntegerField("thứ tự")

    class Meta:
        verbose_name = "chương trình"
        verbose_name_plural = "chương trình"
        ordering = ("plan", "position")
        constraints = [
            models.UniqueConstraint(fields=("plan", "key"), name="programme_key_once_a_plan"),
            models.UniqueConstraint(fields=("plan", "position"), name="programme_position_once_a_plan"),
            models.CheckConstraint(name="programme_nature_known", condition=Q(nature__in=("training", "updating"))),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.short_name}".strip()


class Slot(models.Model):
    """A lettered item of a programme: a), b), c), d), đ), e) … The label is data; the letter follows from the position.

    `body` has the form of `Section.body`; its first line continues the label unless it begins with "- ".
    `version` counts the writings of its texts, not its moves.
    """

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="slots", verbose_name="chương trình")
    position = models.PositiveSmallIntegerField("thứ tự")
    label = models.CharField("nhãn", max_length=200)
    body = models.TextField("nội dung", blank=True)
    version = models.PositiveIntegerField("phiên bản", default=1, editable=False)

    class Meta:
        verbose_name = "mục nhỏ của chương trình"
        verbose_name_plural = "mục nhỏ của chương trình"
        ordering = ("programme", "position")
        constraints = [
            models.UniqueConstraint(fields=("programme", "position"), name="slot_position_once_a_programme"),
            models.CheckConstraint(name="slot_position_from_one", condition=Q(position__gte=1)),
        ]

    def __str__(self) -> str:
        return self.label
