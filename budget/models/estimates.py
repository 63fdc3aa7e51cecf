"""Estimates (dự toán): the costs of a class, each a norm's level × factors, or a percentage of the other costs."""

from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import GreaterThan, LessThanOrEqual

from budget.models.kinds import FACTOR_MAXIMUM, FACTOR_UNITS
from budget.models.lines import BudgetLine
from budget.models.norms import MAXIMUM, NormItem
from budget.rules.costs import Cost, Factor, Priced


def _percentage_of(part: "models.expressions.Combinable | int") -> Q:
    """Amount = of_amount × level / part, the rest below one đồng dropped; without a division, which may be by zero."""
    whole = F("of_amount") * F("level")
    return Q(LessThanOrEqual(F("amount") * part, whole)) & Q(GreaterThan((F("amount") + 1) * part, whole))


class EstimateLine(models.Model):
    """One cost of a class. Level, kind and base are kept as used: a norm that changes later does not move them."""

    line = models.ForeignKey(BudgetLine, models.CASCADE, related_name="costs", verbose_name="dòng kinh phí")
    position = models.PositiveSmallIntegerField("thứ tự")
    norm_item = models.ForeignKey(
        NormItem, models.PROTECT, null=True, blank=True, related_name="estimate_lines", verbose_name="mức chi"
    )
    content = models.CharField("nội dung chi", max_length=400)
    kind = models.CharField("loại mức chi", max_length=20, choices=NormItem.Kind)
    base = models.CharField("tỷ lệ tính trên", max_length=20, choices=NormItem.Base, blank=True)
    level = models.PositiveBigIntegerField("mức dùng")
    unit1 = models.CharField("đơn vị 1", max_length=20, choices=FACTOR_UNITS, blank=True)
    number1 = models.PositiveIntegerField("thừa số 1", default=1)
    unit2 = models.CharField("đơn vị 2", max_length=20, choices=FACTOR_UNITS, blank=True)
    number2 = models.PositiveIntegerField("thừa số 2", default=1)
    unit3 = models.CharField("đơn vị 3", max_length=20, choices=FACTOR_UNITS, blank=True)
    number3 = models.PositiveIntegerField("thừa số 3", default=1)
    of_amount = models.PositiveBigIntegerField("các khoản khác của lớp", null=True, blank=True)
    amount = models.PositiveBigIntegerField("thành tiền")

    class Meta:
        verbose_name = "khoản dự toán"
        verbose_name_plural = "khoản dự toán"
        ordering = ("line", "position")
        constraints = [
            models.UniqueConstraint(fields=("line", "position"), name="estimate_line_position_once_a_line"),
            # The kind stands first in every branch: PostgreSQL then multiplies only what is meant to be multiplied.
            models.CheckConstraint(
                name="estimate_line_amount_is_computed",
                condition=(
                    Q(kind__in=("fixed", "ceiling", "invoice"))
                    & Q(base="", of_amount__isnull=True)
                    & Q(amount=F("level") * F("number1") * F("number2") * F("number3"))
                )
                | (Q(kind="percent") & Q(base="excluding") & Q(level__lte=100) & _percentage_of(100))
                | (Q(kind="percent") & Q(base="including") & Q(level__lt=100) & _percentage_of(100 - F("level"))),
                violation_error_message="Thành tiền phải bằng mức chi nhân các thừa số, hoặc bằng tỷ lệ của số gốc.",
            ),
            models.CheckConstraint(
                name="estimate_line_in_range",
                condition=Q(level__lte=MAXIMUM, amount__lte=MAXIMUM)
                & (Q(of_amount__isnull=True) | Q(of_amount__lte=MAXIMUM)),
            ),
            *(
                models.CheckConstraint(
                    name=f"estimate_line_factor{place}_has_a_unit",
                    condition=Q(**{f"unit{place}": "", f"number{place}": 1})
                    | (
                        ~Q(**{f"unit{place}": ""})
                        & Q(**{f"number{place}__gte": 1, f"number{place}__lte": FACTOR_MAXIMUM})
                    ),
                )
                for place in (1, 2, 3)
            ),
        ]

    def __str__(self) -> str:
        return self.content

    @property
    def factors(self) -> tuple[Factor, ...]:
        pairs = ((self.unit1, self.number1), (self.unit2, self.number2), (self.unit3, self.number3))
        return tuple(Factor(unit, number) for unit, number in pairs if unit)

    @property
    def as_cost(self) -> Cost:
        """The cost as the rules see it."""
        return Cost(self.content, self.kind, self.level, self.factors, self.base)

    @property
    def priced(self) -> Priced:
        return Priced(self.as_cost, self.amount, self.of_amount)

    @property
    def formula(self) -> str:
        """How the amount came about, in the words of a paper."""
        return self.priced.formula
