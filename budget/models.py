"""Cost norms (mức chi), budget lines and their sources of funds. Amounts are integer đồng."""

from django.db import models
from django.db.models import F, Q

from courses.models import Programme
from trainingplan.models import Plan
from trainingplan.models.units import KEY_VALIDATOR

MAXIMUM = 10**15


class NormSet(models.Model):
    """A resolution that sets levels of expenditure, with its validity and territory."""

    key = models.SlugField("khóa nội bộ", max_length=100, unique=True, validators=[KEY_VALIDATOR])
    number = models.CharField("số hiệu", max_length=100, unique=True)
    title = models.CharField("trích yếu", max_length=500)
    issued_on = models.DateField("ngày ban hành")
    valid_from = models.DateField("hiệu lực từ")
    valid_to = models.DateField("hết hiệu lực từ", null=True, blank=True)
    territory = models.CharField("địa bàn", max_length=200)

    class Meta:
        verbose_name = "bộ định mức"
        verbose_name_plural = "bộ định mức"
        ordering = ("-valid_from",)
        constraints = [
            models.CheckConstraint(
                name="norm_set_period_in_order",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                violation_error_message="Ngày hết hiệu lực phải sau ngày có hiệu lực.",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class NormItem(models.Model):
    """One level (mức chi) of a norm set."""

    class Kind(models.TextChoices):
        FIXED = "fixed", "cố định"
        CEILING = "ceiling", "tối đa"
        INVOICE = "invoice", "theo hóa đơn"
        PERCENT = "percent", "tỷ lệ %"

    norm_set = models.ForeignKey(NormSet, models.CASCADE, related_name="items", verbose_name="bộ định mức")
    key = models.SlugField("khóa nội bộ", max_length=100, validators=[KEY_VALIDATOR])
    position = models.PositiveSmallIntegerField("thứ tự")
    group = models.CharField("nhóm", max_length=200, blank=True)
    name = models.CharField("nội dung chi", max_length=400)
    unit = models.CharField("đơn vị tính", max_length=100)
    kind = models.CharField("loại mức chi", max_length=20, choices=Kind, default=Kind.CEILING)
    level = models.PositiveBigIntegerField("mức chi", null=True, blank=True, help_text="đồng; với tỷ lệ là phần trăm")
    note = models.CharField("ghi chú", max_length=300, blank=True)
    illustrative = models.BooleanField("số liệu minh họa", default=False)

    class Meta:
        verbose_name = "mức chi"
        verbose_name_plural = "mức chi"
        ordering = ("norm_set", "position")
        constraints = [
            models.UniqueConstraint(fields=("norm_set", "key"), name="norm_item_key_once_a_set"),
            models.UniqueConstraint(fields=("norm_set", "position"), name="norm_item_position_once_a_set"),
            models.CheckConstraint(
                name="norm_item_kind_known", condition=Q(kind__in=("fixed", "ceiling", "invoice", "percent"))
            ),
            models.CheckConstraint(
                name="norm_item_level_in_range",
                condition=Q(kind="invoice", level__isnull=True)
                | Q(kind="percent", level__gte=0, level__lte=100)
                | Q(kind__in=("fixed", "ceiling"), level__gte=0, level__lte=MAXIMUM),
                violation_error_message="Mức chi theo hóa đơn để trống; tỷ lệ từ 0 đến 100; mức khác là số đồng.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class FundSource(models.Model):
    """A source of funds (nguồn kinh phí)."""

    key = models.SlugField("khóa nội bộ", max_length=100, unique=True, validators=[KEY_VALIDATOR])
    name = models.CharField("tên", max_length=150, unique=True)
    position = models.PositiveSmallIntegerField("thứ tự", unique=True)
    provincial = models.BooleanField("thuộc ngân sách tỉnh", default=False)

    class Meta:
        verbose_name = "nguồn kinh phí"
        verbose_name_plural = "nguồn kinh phí"
        ordering = ("position",)

    def __str__(self) -> str:
        return self.name


class BudgetLine(models.Model):
    """A class or item of the plan's budget: rate × the factors that its basis names = amount, all in đồng."""

    class Basis(models.TextChoices):
        LEARNER_DAY = "learner_day", "đồng/học viên/ngày"
        LEARNER = "learner", "đồng/học viên"
        CLASS = "class", "đồng/lớp"
        LUMP_SUM = "lump_sum", "đồng"

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="budget_lines", verbose_name="kế hoạch")
    programme = models.ForeignKey(
        Programme, models.SET_NULL, null=True, blank=True, related_name="budget_lines", verbose_name="chương trình"
    )
    key = models.SlugField("khóa nội bộ", max_length=100, validators=[KEY_VALIDATOR])
    position = models.PositiveSmallIntegerField("thứ tự")
    group = models.CharField("nhóm", max_length=200)
    content = models.CharField("nội dung", max_length=500)
    audience = models.CharField("đối tượng", max_length=300, blank=True)
    classes = models.PositiveIntegerField("số lớp", default=1)
    learners_per_class = models.PositiveIntegerField("học viên/lớp", default=0)
    days = models.PositiveIntegerField("số ngày", default=0)
    basis = models.CharField("cách tính", max_length=20, choices=Basis)
    rate = models.PositiveBigIntegerField("mức chi")
    amount = models.PositiveBigIntegerField("thành tiền")
    executor = models.CharField("đơn vị thực hiện", max_length=250, blank=True)
    note = models.CharField("ghi chú", max_length=300, blank=True)
    version = models.PositiveIntegerField("phiên bản", default=1)
    illustrative = models.BooleanField("số liệu minh họa", default=False)

    class Meta:
        verbose_name = "dòng kinh phí"
        verbose_name_plural = "dòng kinh phí"
        ordering = ("plan", "position")
        constraints = [
            models.UniqueConstraint(fields=("plan", "key"), name="budget_line_key_once_a_plan"),
            models.UniqueConstraint(fields=("plan", "position"), name="budget_line_position_once_a_plan"),
            models.CheckConstraint(
                name="budget_line_amount_is_rate_times_factors",
                condition=Q(basis="learner_day", amount=F("rate") * F("classes") * F("learners_per_class") * F("days"))
                | Q(basis="learner", amount=F("rate") * F("classes") * F("learners_per_class"))
                | Q(basis="class", amount=F("rate") * F("classes"))
                | Q(basis="lump_sum", amount=F("rate")),
                violation_error_message="Thành tiền phải bằng mức chi nhân các thừa số.",
            ),
            models.CheckConstraint(
                name="budget_line_in_range",
                condition=Q(amount__lte=MAXIMUM, classes__lte=10_000, learners_per_class__lte=100_000, days__lte=3_660),
            ),
        ]

    def __str__(self) -> str:
        return self.content

    @property
    def learners(self) -> int:
        return self.classes * self.learners_per_class


class BudgetShare(models.Model):
    """How much of a line one source pays. Shares sum to the amount of their line, which `services` see to."""

    line = models.ForeignKey(BudgetLine, models.CASCADE, related_name="shares", verbose_name="dòng kinh phí")
    source = models.ForeignKey(FundSource, models.PROTECT, related_name="shares", verbose_name="nguồn kinh phí")
    amount = models.PositiveBigIntegerField("số tiền")

    class Meta:
        verbose_name = "phần kinh phí theo nguồn"
        verbose_name_plural = "phần kinh phí theo nguồn"
        ordering = ("line", "source__position")
        constraints = [
            models.UniqueConstraint(fields=("line", "source"), name="budget_share_once_a_source"),
            models.CheckConstraint(name="budget_share_in_range", condition=Q(amount__gte=1, amount__lte=MAXIMUM)),
        ]

    def __str__(self) -> str:
        return f"{self.source_id}: {self.amount}"
