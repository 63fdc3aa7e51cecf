"""Units (cơ quan, đơn vị, địa phương) as a tree through time.

A unit's key is internal and never reused; its names, parents and statuses are periods, each open or closed at the end.
"""

from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

from trainingplan.rules.names import fold, nfc

KEY_VALIDATOR = RegexValidator(
    r"\A[a-z0-9]+(-[a-z0-9]+)*\Z", "Khóa nội bộ chỉ gồm chữ thường không dấu, chữ số và gạch nối."
)


class UnitGroup(models.Model):
    """A khối by which plans count their units."""

    key = models.SlugField("khóa nội bộ", unique=True, validators=[KEY_VALIDATOR])
    name = models.CharField("tên khối", max_length=200, unique=True)
    position = models.PositiveSmallIntegerField("thứ tự", unique=True)

    class Meta:
        verbose_name = "khối"
        verbose_name_plural = "khối"
        ordering = ("position",)

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """One unit, whatever it is called and wherever it stands in the tree at a given day."""

    key = models.SlugField("khóa nội bộ", max_length=100, unique=True, validators=[KEY_VALIDATOR])
    official_code = models.CharField("mã chính thức", max_length=20, blank=True)

    class Meta:
        verbose_name = "đơn vị"
        verbose_name_plural = "đơn vị"
        ordering = ("key",)

    def __str__(self) -> str:
        # Newest first by the ordering of UnitName; a prefetch of `names` is used where there is one.
        return next((period.name for period in self.names.all()), self.key)


class Period(models.Model):
    """From `valid_from` (inclusive) to `valid_to` (exclusive; empty: until further notice)."""

    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến trước ngày", null=True, blank=True)

    class Meta:
        abstract = True


def period_constraints(name: str) -> list[models.BaseConstraint]:
    """What a database can hold of "periods of a unit follow one another": order, one start a day, one open end."""
    return [
        models.CheckConstraint(
            name=f"{name}_period_in_order",
            condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
            violation_error_message="Ngày kết thúc phải sau ngày bắt đầu.",
        ),
        models.UniqueConstraint(fields=("unit", "valid_from"), name=f"{name}_one_start_a_day"),
        models.UniqueConstraint(fields=("unit",), condition=Q(valid_to__isnull=True), name=f"{name}_one_open_end"),
    ]


class UnitName(Period):
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="names", verbose_name="đơn vị")
    name = models.CharField("tên", max_length=250)
    short_name = models.CharField("tên viết tắt", max_length=100, blank=True)
    name_search = models.CharField(max_length=400, editable=False, db_index=True)

    class Meta:
        verbose_name = "tên đơn vị"
        verbose_name_plural = "tên đơn vị"
        ordering = ("unit", "-valid_from")
        constraints = period_constraints("unit_name")

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.set_search_key()
        super().save(*args, **kwargs)

    def set_search_key(self) -> None:
        """Bring the name to NFC and keep its folded form; `bulk_create` callers call this themselves."""
        self.name, self.short_name = nfc(self.name), nfc(self.short_name)
        self.name_search = fold(f"{self.name} {self.short_name}")


class UnitPlacement(Period):
    """Under which unit it stands, and in which khối it counts."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="placements", verbose_name="đơn vị")
    parent = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="child_placements", verbose_name="đơn vị cấp trên"
    )
    group = models.ForeignKey(
        UnitGroup, models.PROTECT, null=True, blank=True, related_name="placements", verbose_name="khối"
    )

    class Meta:
        verbose_name = "vị trí trong hệ thống"
        verbose_name_plural = "vị trí trong hệ thống"
        ordering = ("unit", "-valid_from")
        constraints = [
            *period_constraints("unit_placement"),
            models.CheckConstraint(
                name="unit_placement_not_under_itself",
                condition=Q(parent__isnull=True) | ~Q(parent=F("unit")),
                violation_error_message="Một đơn vị không thể là cấp trên của chính nó.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} → {self.parent_id or '–'}"


class UnitStatus(Period):
    class Status(models.TextChoices):
        ACTIVE = "active", "đang hoạt động"
        SUSPENDED = "suspended", "tạm dừng"
        DISSOLVED = "dissolved", "đã kết thúc hoạt động"

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="statuses", verbose_name="đơn vị")
    status = models.CharField("tình trạng", max_length=20, choices=Status, default=Status.ACTIVE)

    class Meta:
        verbose_name = "tình trạng"
        verbose_name_plural = "tình trạng"
        ordering = ("unit", "-valid_from")
        constraints = [
            *period_constraints("unit_status"),
            models.CheckConstraint(
                name="unit_status_known", condition=Q(status__in=("active", "suspended", "dissolved"))
            ),
        ]

    def __str__(self) -> str:
        return self.get_status_display()


class Succession(models.Model):
    """Predecessor ↔ successor, many to many: merged, split, renamed under a new key."""

    predecessor = models.ForeignKey(Unit, models.PROTECT, related_name="successions", verbose_name="đơn vị cũ")
    successor = models.ForeignKey(Unit, models.PROTECT, related_name="precessions", verbose_name="đơn vị mới")
    effective_on = models.DateField("hiệu lực từ")
    scope = models.CharField("phạm vi", max_length=100, default="toàn bộ")
    legal_basis = models.CharField("căn cứ", max_length=300, blank=True)

    class Meta:
        verbose_name = "kế thừa đơn vị"
        verbose_name_plural = "kế thừa đơn vị"
        ordering = ("effective_on", "predecessor", "successor")
        constraints = [
            models.UniqueConstraint(fields=("predecessor", "successor"), name="succession_once"),
            models.CheckConstraint(
                name="succession_not_of_itself",
                condition=~Q(predecessor=F("successor")),
                violation_error_message="Một đơn vị không thể kế thừa chính nó.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor_id} → {self.successor_id}"
