"""People, and their nomination for a quota: one line of a roster."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from quotas.models.cells import illustrative_index
from quotas.models.quotas import Quota
from quotas.rules.names import LONGEST_NAME, LONGEST_SEARCH_KEY
from trainingplan.models import Unit
from trainingplan.rules.dates import PartialDate
from trainingplan.rules.names import SORT_KEY_LENGTH, fold, name_sort_key, nfc


class Person(models.Model):
    """A cadre. The date of birth may be a year only."""

    class Sex(models.TextChoices):
        MALE = "male", "nam"
        FEMALE = "female", "nữ"

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="people", verbose_name="đơn vị")
    full_name = models.CharField("họ và tên", max_length=LONGEST_NAME)
    name_sort = models.CharField(max_length=SORT_KEY_LENGTH, editable=False, db_index=True)
    name_search = models.CharField(max_length=LONGEST_SEARCH_KEY, editable=False, db_index=True)
    sex = models.CharField("giới tính", max_length=10, choices=Sex)
    birth_year = models.PositiveSmallIntegerField("năm sinh", null=True, blank=True)
    birth_month = models.PositiveSmallIntegerField("tháng sinh", null=True, blank=True)
    birth_day = models.PositiveSmallIntegerField("ngày sinh", null=True, blank=True)
    job_title = models.CharField("chức vụ", max_length=250, blank=True)
    ethnicity = models.CharField("dân tộc", max_length=50, blank=True)
    education = models.CharField("trình độ hiện tại", max_length=250, blank=True)
    illustrative = models.BooleanField("số liệu minh họa", default=False)

    class Meta:
        verbose_name = "cán bộ"
        verbose_name_plural = "cán bộ"
        ordering = ("name_sort", "id")
        indexes = [illustrative_index("person")]
        constraints = [
            models.CheckConstraint(name="person_sex_known", condition=Q(sex__in=("male", "female"))),
            models.CheckConstraint(
                name="person_birth_sensible",
                condition=(Q(birth_year__isnull=True) | Q(birth_year__gte=1900, birth_year__lte=2200))
                & (Q(birth_month__isnull=True) | Q(birth_year__isnull=False, birth_month__gte=1, birth_month__lte=12))
                & (Q(birth_day__isnull=True) | Q(birth_month__isnull=False, birth_day__gte=1, birth_day__lte=31)),
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.set_name_keys()
        super().save(*args, **kwargs)

    def clean(self) -> None:
        if self.birth_year is not None:
            try:
                PartialDate(self.birth_year, self.birth_month, self.birth_day)
            except ValueError as error:
                raise ValidationError({"birth_day": "Ngày sinh không có trong lịch."}) from error

    def set_name_keys(self) -> None:
        """Bring the name to NFC and keep its keys; `bulk_create` callers call this themselves."""
        self.full_name = nfc(self.full_name)
        self.name_sort, self.name_search = name_sort_key(self.full_name), fold(self.full_name)

    @property
    def birth(self) -> PartialDate | None:
        return None if self.birth_year is None else PartialDate(self.birth_year, self.birth_month, self.birth_day)


class Nomination(models.Model):
    """A person on the roster of a quota, in the place of the unit that sends her."""

    quota = models.ForeignKey(Quota, models.PROTECT, related_name="nominations", verbose_name="chỉ tiêu")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="nominations", verbose_name="đơn vị cử")
    person = models.ForeignKey(Person, models.PROTECT, related_name="nominations", verbose_name="cán bộ")
    reserve = models.BooleanField("dự bị", default=False)
    degree = models.CharField("trình độ đăng ký", max_length=100, blank=True)
    field_of_study = models.CharField("ngành, chuyên ngành đăng ký", max_length=250, blank=True)
    institution = models.CharField("cơ sở đào tạo", max_length=250, blank=True)
    mode = models.CharField("hình thức", max_length=100, blank=True)
    duration = models.CharField("thời gian", max_length=100, blank=True)
    funding = models.CharField("nguồn kinh phí", max_length=150, blank=True)
    planned_post = models.CharField("quy hoạch", max_length=250, blank=True)
    class_name = models.CharField("lớp", max_length=250, blank=True)
    note = models.CharField("ghi chú", max_length=300, blank=True)
    version = models.PositiveIntegerField("phiên bản", default=1)
    illustrative = models.BooleanField("số liệu minh họa", default=False)

    class Meta:
        verbose_name = "cán bộ được cử"
        verbose_name_plural = "danh sách cử đi"
        ordering = ("quota", "reserve", "person__name_sort")
        indexes = [illustrative_index("nomination")]
        constraints = [
            models.UniqueConstraint(
                fields=("quota", "person"),
                name="nomination_once_a_quota",
                violation_error_message="Cán bộ này đã có trong danh sách.",
            ),
            models.CheckConstraint(name="nomination_version_from_one", condition=Q(version__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} – {self.quota_id}"
