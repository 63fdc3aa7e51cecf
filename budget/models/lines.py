"""Budget lines (a class or an item of the plan) and what each source of funds pays of them, in integer đồng."""

from django.db import models
from django.db.models import F, Q

from budget.models.kinds import ClassKind
from budget.models.norms import MAXIMUM, NormSet
from courses.models import Programme
from trainingplan.models import Plan, UnitGroup
from trainingplan.models.units import KEY_VALIDATOR


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
    """A class or item of the plan's budget. Its amount is that of its estimate, or a stated lump sum.

    Of an estimate the database itself keeps `amount` equal to the sum of the costs (see `budget.triggers`).
    """

    class Basis(models.TextChoices):
        ESTIMATE = "estimate", "dự toán theo định mức"
        LUMP_SUM = "lump_sum", "số tiền trọn gói"

    class State(models.TextChoices):
        PLANNED = "planned", "dự kiến"
        FUNDED = "funded", "được duyệt kinh phí"
        RECRUITING = "recruiting", "chiêu sinh"
        OPENED = "opened", "khai giảng"
        RUNNING = "running", "đang học"
        CLOSED = "closed", "bế giảng"
        SETTLED = "settled", "quyết toán"

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="budget_lines", verbose_name="kế hoạch")
    programme = models.ForeignKey(
        Programme, models.SET_NULL, null=True, blank=True, related_name="budget_lines", verbose_name="chương trình"
    )
    kind = models.ForeignKey(
        ClassKind, models.SET_NULL, null=True, blank=True, related_name="lines", verbose_name="loại lớp"
    )
    bloc = models.ForeignKey(
        UnitGroup, models.SET_NULL, null=True, blank=True, related_name="budget_lines", verbose_name="khối"
    )
    key = models.SlugField("khóa nội bộ", max_length=100, validators=[KEY_VALIDATOR])
    position = models.PositiveSmallIntegerField("thứ tự")
    group = models.CharField("nhóm", max_length=200)
    content = models.CharField("nội dung", max_length=500)
    audience = models.CharField("đối tượng", max_length=300, blank=True)
    classes = models.PositiveIntegerField("số lớp", default=1)
    learners_per_class = models.PositiveIntegerField("học viên/lớp", default=0)
    days = models.PositiveIntegerField("số ngày", default=0)
    months = models.PositiveSmallIntegerField("số tháng", default=0)
    opens_on = models.DateField("ngày khai giảng", null=True, blank=True)
    place = models.CharField("địa điểm", max_length=250, blank=True)
    territory = models.CharField("địa bàn", max_length=200, blank=True)
    provider = models.CharField("cơ sở đào tạo", max_length=250, blank=True)
    executor = models.CharField("đơn vị thực hiện", max_length=250, blank=True)
    carried_over = models.BooleanField("chuyển tiếp", default=False)
    outside_plan = models.BooleanField("ngoài kế hoạch", default=False)
    self_funded = models.BooleanField("kinh phí do cơ quan, đơn vị bảo đảm", default=False)
    state = models.CharField("trạng thái", max_length=20, choices=State, default=State.PLANNED)
    norm_set = models.ForeignKey(
        NormSet, models.PROTECT, null=True, blank=True, related_name="lines", verbose_name="bộ định mức"
    )
    basis = models.CharField("cách tính", max_length=20, choices=Basis)
    rate = models.PositiveBigIntegerField("số tiền trọn gói", default=0)
    amount = models.PositiveBigIntegerField("thành tiền")
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
                name="budget_line_lump_sum_is_its_amount",
                condition=Q(basis="lump_sum", amount=F("rate")) | Q(basis="estimate", rate=0),
                violation_error_message="Thành tiền của khoản trọn gói là chính số tiền đó.",
            ),
            models.CheckConstraint(
                name="budget_line_in_range",
                condition=Q(
                    amount__lte=MAXIMUM,
                    classes__lte=10_000,
                    learners_per_class__lte=100_000,
                    days__lte=3_660,
                    months__lte=120,
                ),
            ),
            models.CheckConstraint(
                name="budget_line_state_known",
                condition=Q(
                    state__in=("planned", "funded", "recruiting", "opened", "running", "closed", "settled"),
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.content

    @property
    def learners(self) -> int:
        return self.classes * self.learners_per_class

    @property
    def keeps_its_norms(self) -> bool:
        """Whether its money is approved: no norm, old or new, moves it any more."""
        return self.state != self.State.PLANNED


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
