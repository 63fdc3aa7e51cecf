"""Kinds of class (loại lớp): templates that fill the usual costs of an estimate."""

from django.db import models
from django.db.models import Q

from budget.rules.costs import UNITS, Pattern
from trainingplan.models.units import KEY_VALIDATOR

FACTOR_UNITS = list(UNITS.items())
FACTOR_MAXIMUM = 1_000_000


class ClassKind(models.Model):
    """A kind of class: short course, part-time intermediate training, sending people to study and others."""

    key = models.SlugField("khóa nội bộ", max_length=100, unique=True, validators=[KEY_VALIDATOR])
    name = models.CharField("tên", max_length=200, unique=True)
    position = models.PositiveSmallIntegerField("thứ tự", unique=True)

    class Meta:
        verbose_name = "loại lớp"
        verbose_name_plural = "loại lớp"
        ordering = ("position",)

    def __str__(self) -> str:
        return self.name


class UsualCost(models.Model):
    """A usual cost of a kind of class. It names its norm by key, so that every norm set fills it with its own level.

    A factor without a number takes it from the class: learners, days, sessions (two a day), classes, months.
    """

    kind = models.ForeignKey(ClassKind, models.CASCADE, related_name="usual_costs", verbose_name="loại lớp")
    position = models.PositiveSmallIntegerField("thứ tự")
    norm_key = models.SlugField("khóa mức chi", max_length=100, validators=[KEY_VALIDATOR])
    content = models.CharField("nội dung", max_length=400, blank=True, help_text="Để trống: lấy tên của mức chi.")
    unit1 = models.CharField("thừa số 1", max_length=20, choices=FACTOR_UNITS, blank=True)
    number1 = models.PositiveIntegerField("số 1", null=True, blank=True)
    unit2 = models.CharField("thừa số 2", max_length=20, choices=FACTOR_UNITS, blank=True)
    number2 = models.PositiveIntegerField("số 2", null=True, blank=True)
    unit3 = models.CharField("thừa số 3", max_length=20, choices=FACTOR_UNITS, blank=True)
    number3 = models.PositiveIntegerField("số 3", null=True, blank=True)

    class Meta:
        verbose_name = "khoản chi thường có"
        verbose_name_plural = "khoản chi thường có"
        ordering = ("kind", "position")
        constraints = [
            models.UniqueConstraint(fields=("kind", "position"), name="usual_cost_position_once_a_kind"),
            *(
                models.CheckConstraint(
                    name=f"usual_cost_number{place}_in_range",
                    condition=Q(**{f"number{place}__isnull": True})
                    | Q(**{f"number{place}__gte": 1, f"number{place}__lte": FACTOR_MAXIMUM}),
                    violation_error_message="Thừa số từ 1 đến 1.000.000.",
                )
                for place in (1, 2, 3)
            ),
        ]

    def __str__(self) -> str:
        return self.content or self.norm_key

    def as_pattern(self) -> Pattern:
        """The usual cost as the rules see it."""
        factors = ((self.unit1, self.number1), (self.unit2, self.number2), (self.unit3, self.number3))
        return Pattern(self.norm_key, self.content, tuple((unit, number) for unit, number in factors if unit))
