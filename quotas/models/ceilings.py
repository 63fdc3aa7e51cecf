"""Ceilings besides a quota's own number: a unit's cap, and sub-quotas that overlap."""

from django.db import models
from django.db.models import Q

from courses.models import Programme
from quotas.models.cells import MAXIMUM, CellBase, cell_constraints
from quotas.models.quotas import Quota
from trainingplan.models import Unit


class UnitCap(CellBase):
    """Trần của đơn vị: the most places of a programme that a unit may be given, over all its quotas. Empty: no cap."""

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="caps", verbose_name="chương trình")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="caps", verbose_name="đơn vị")

    class Meta:
        verbose_name = "trần của đơn vị"
        verbose_name_plural = "trần của các đơn vị"
        ordering = ("programme", "unit")
        constraints = cell_constraints("unit_cap", column="programme")

    def __str__(self) -> str:
        return f"{self.unit_id} × {self.programme_id} ≤ {self.number}"


class SubQuota(models.Model):
    """Chỉ tiêu con: of a quota's places so many at the most are for women, minorities, young cadres … They overlap."""

    quota = models.ForeignKey(Quota, models.CASCADE, related_name="sub_quotas", verbose_name="chỉ tiêu")
    name = models.CharField("dành cho", max_length=100, help_text="nữ, dân tộc thiểu số, cán bộ trẻ …")
    position = models.PositiveSmallIntegerField("thứ tự")
    number = models.PositiveIntegerField("số lượng")

    class Meta:
        verbose_name = "chỉ tiêu con"
        verbose_name_plural = "chỉ tiêu con"
        ordering = ("quota", "position")
        constraints = [
            models.UniqueConstraint(fields=("quota", "name"), name="sub_quota_once_a_quota"),
            models.UniqueConstraint(fields=("quota", "position"), name="sub_quota_position_once"),
            models.CheckConstraint(name="sub_quota_in_range", condition=Q(number__gte=0, number__lte=MAXIMUM)),
        ]

    def __str__(self) -> str:
        return self.name


class SubAllocation(CellBase):
    """How many of a unit's places of the quota are of the sub-quota."""

    quota = models.ForeignKey(SubQuota, models.PROTECT, related_name="allocations", verbose_name="chỉ tiêu con")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="sub_allocations", verbose_name="đơn vị")

    class Meta:
        verbose_name = "phân bổ chỉ tiêu con"
        verbose_name_plural = "phân bổ chỉ tiêu con"
        ordering = ("quota", "unit")
        constraints = cell_constraints("sub_allocation")

    def __str__(self) -> str:
        return f"{self.unit_id} × {self.quota_id}: {self.number}"
