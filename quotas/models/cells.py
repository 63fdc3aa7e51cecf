"""The cells of the two grids: unit × quota, registered by the unit and allocated by the Board."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from quotas.models.quotas import Quota
from trainingplan.models import Unit

MAXIMUM = 1_000_000


class CellBase(models.Model):
    """A number of people with the version that a writer must have seen, and who wrote it last."""

    number = models.PositiveIntegerField("số người", null=True, blank=True)
    note = models.CharField("ghi chú", max_length=300, blank=True)
    version = models.PositiveIntegerField("phiên bản", default=1)
    illustrative = models.BooleanField("số liệu minh họa", default=False)
    updated_at = models.DateTimeField("sửa lúc")
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="người sửa"
    )

    class Meta:
        abstract = True


def cell_constraints(name: str, *, column: str = "quota") -> list[models.BaseConstraint]:
    return [
        models.UniqueConstraint(fields=(column, "unit"), name=f"{name}_once_a_cell"),
        models.CheckConstraint(
            name=f"{name}_number_in_range", condition=Q(number__isnull=True) | Q(number__gte=0, number__lte=MAXIMUM)
        ),
        models.CheckConstraint(name=f"{name}_version_from_one", condition=Q(version__gte=1)),
    ]


def illustrative_index(name: str) -> models.Index:
    """Of the rows to be labelled alone: lists and pages ask whether there is any, and most provinces have none."""
    return models.Index(fields=("id",), condition=Q(illustrative=True), name=f"{name}_illustrative")


class Registration(CellBase):
    """What a unit asks for (đăng ký nhu cầu). `no_need` is an answer, unlike an empty cell."""

    quota = models.ForeignKey(Quota, models.PROTECT, related_name="registrations", verbose_name="chỉ tiêu")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="registrations", verbose_name="đơn vị")
    no_need = models.BooleanField("không có nhu cầu", default=False)

    class Meta:
        verbose_name = "đăng ký nhu cầu"
        verbose_name_plural = "đăng ký nhu cầu"
        ordering = ("quota", "unit")
        indexes = [illustrative_index("registration")]
        constraints = [
            *cell_constraints("registration"),
            models.CheckConstraint(
                name="registration_no_need_has_no_number", condition=Q(no_need=False) | Q(number__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} × {self.quota_id}: {self.number}"


class Allocation(CellBase):
    """What the Board gives (phân bổ); of the rest of the demand `reserve` waits (dự bị) and what remains is refused."""

    quota = models.ForeignKey(Quota, models.PROTECT, related_name="allocations", verbose_name="chỉ tiêu")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="allocations", verbose_name="đơn vị")
    reserve = models.PositiveIntegerField("dự bị", default=0)

    class Meta:
        verbose_name = "phân bổ"
        verbose_name_plural = "phân bổ"
        ordering = ("quota", "unit")
        indexes = [illustrative_index("allocation")]
        constraints = [
            *cell_constraints("allocation"),
            models.CheckConstraint(
                name="allocation_reserve_in_range", condition=Q(reserve__gte=0, reserve__lte=MAXIMUM)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} × {self.quota_id}: {self.number}"
