"""Quota: number, qualifier, counting word, open clause, and where it is printed."""

from django.db import models
from django.db.models import Q

from courses.models import Institution, Programme
from trainingplan.models import Appendix, AppendixColumn
from trainingplan.models.units import KEY_VALIDATOR


class Quota(models.Model):
    """So many places of one programme in one form of study. `number` is empty where the plan states none."""

    class Qualifier(models.TextChoices):
        EXACT = "exact", "đúng"
        EXPECTED = "expected", "dự kiến"
        ABOUT = "about", "khoảng"
        REGISTERED = "registered", "đã đăng ký"

    class Mode(models.TextChoices):
        UNSTATED = "", "–"
        FULL_TIME = "full_time", "hệ tập trung"
        PART_TIME = "part_time", "hệ không tập trung"

    class Payer(models.TextChoices):
        PROVINCE = "province", "ngân sách tỉnh"
        CENTRAL = "central", "ngân sách Trung ương"
        UNITS = "units", "cơ quan, đơn vị cử đi bảo đảm"
        LEARNERS = "learners", "cá nhân"

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="quotas", verbose_name="chương trình")
    key = models.SlugField("khóa nội bộ", max_length=100, validators=[KEY_VALIDATOR])
    position = models.PositiveSmallIntegerField("thứ tự")
    name = models.CharField("tên chỉ tiêu", max_length=300)
    short_name = models.CharField("tên gọn", max_length=80)
    number = models.PositiveIntegerField("số lượng", null=True, blank=True)
    qualifier = models.CharField("mức độ", max_length=20, choices=Qualifier, default=Qualifier.EXPECTED)
    counting_word = models.CharField(
        "từ đếm", max_length=30, blank=True, help_text="chỉ tiêu, học viên, đồng chí, người"
    )
    open_clause = models.CharField(
        "phần mở", max_length=300, blank=True, help_text="Ví dụ: và bổ sung theo nhu cầu đăng ký"
    )
    mode = models.CharField("hình thức học", max_length=20, choices=Mode, blank=True, default=Mode.UNSTATED)
    institutions = models.ManyToManyField(
        Institution,
        blank=True,
        related_name="quotas",
        verbose_name="cơ sở đào tạo",
        help_text="Nhiều cơ sở nghĩa là «hoặc».",
    )
    payer = models.CharField("nguồn chi trả", max_length=20, choices=Payer, default=Payer.PROVINCE)
    held = models.PositiveIntegerField("giữ lại", default=0, blank=True, help_text="Số chỉ tiêu chưa đem phân bổ.")
    class_count = models.PositiveSmallIntegerField("số lớp", null=True, blank=True)
    appendix = models.ForeignKey(
        Appendix, models.SET_NULL, null=True, blank=True, related_name="quotas", verbose_name="phụ lục"
    )
    column = models.OneToOneField(
        AppendixColumn, models.SET_NULL, null=True, blank=True, related_name="quota", verbose_name="cột trong phụ lục"
    )

    class Meta:
        verbose_name = "chỉ tiêu"
        verbose_name_plural = "chỉ tiêu"
        ordering = ("programme__position", "position")
        constraints = [
            models.UniqueConstraint(fields=("programme", "key"), name="quota_key_once_a_programme"),
            models.UniqueConstraint(fields=("programme", "position"), name="quota_position_once_a_programme"),
            models.CheckConstraint(
                name="quota_number_in_range", condition=Q(number__isnull=True) | Q(number__gte=0, number__lte=1_000_000)
            ),
            models.CheckConstraint(
                name="quota_held_within_number",
                condition=Q(held=0) | Q(number__isnull=False, held__lte=models.F("number")),
                violation_error_message="Số giữ lại không quá số lượng của chỉ tiêu.",
            ),
            models.CheckConstraint(
                name="quota_qualifier_known", condition=Q(qualifier__in=("exact", "expected", "about", "registered"))
            ),
            models.CheckConstraint(name="quota_mode_known", condition=Q(mode__in=("", "full_time", "part_time"))),
            models.CheckConstraint(
                name="quota_payer_known", condition=Q(payer__in=("province", "central", "units", "learners"))
            ),
            models.CheckConstraint(
                name="quota_column_in_an_appendix", condition=Q(column__isnull=True) | Q(appendix__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.name
