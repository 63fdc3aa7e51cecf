"""Norm sets: resolutions that set levels of expenditure (mức chi), with validity and territory."""

from django.db import models
from django.db.models import F, Q

from budget.rules.norms import Norm, Validity
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
    lessons_per_session = models.PositiveSmallIntegerField(
        "số tiết một buổi giảng", default=4, help_text="Theo nghị quyết: thường là 4 hoặc 5 tiết."
    )
    legal_text = models.TextField(
        "căn cứ, nội dung", blank=True, help_text="Căn cứ pháp lý và lời văn của nghị quyết, nếu cần trích."
    )

    class Meta:
        verbose_name = "bộ định mức"
        verbose_name_plural = "bộ định mức"
        ordering = ("-valid_from", "territory")
        constraints = [
            models.CheckConstraint(
                name="norm_set_period_in_order",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                violation_error_message="Ngày hết hiệu lực phải sau ngày có hiệu lực.",
            ),
            models.CheckConstraint(
                name="norm_set_lessons_in_range",
                condition=Q(lessons_per_session__gte=1, lessons_per_session__lte=12),
                violation_error_message="Một buổi giảng có từ 1 đến 12 tiết.",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def validity(self) -> Validity:
        return Validity(self.pk, self.number, self.territory, self.valid_from, self.valid_to)


class NormItem(models.Model):
    """One level (mức chi) of a norm set. The same key in two sets is the same kind of cost."""

    class Kind(models.TextChoices):
        FIXED = "fixed", "cố định"
        CEILING = "ceiling", "tối đa"
        INVOICE = "invoice", "theo hóa đơn"
        PERCENT = "percent", "tỷ lệ %"

    class Base(models.TextChoices):
        EXCLUDING = "excluding", "các khoản khác của lớp, không gồm chính khoản này"
        INCLUDING = "including", "tổng kinh phí của lớp, gồm cả chính khoản này"

    norm_set = models.ForeignKey(NormSet, models.CASCADE, related_name="items", verbose_name="bộ định mức")
    key = models.SlugField("khóa nội bộ", max_length=100, validators=[KEY_VALIDATOR])
    position = models.PositiveSmallIntegerField("thứ tự")
    group = models.CharField("nhóm", max_length=200, blank=True)
    name = models.CharField("nội dung chi", max_length=400)
    unit = models.CharField("đơn vị tính", max_length=100)
    kind = models.CharField("loại mức chi", max_length=20, choices=Kind, default=Kind.CEILING)
    level = models.PositiveBigIntegerField("mức chi", null=True, blank=True, help_text="đồng; với tỷ lệ là phần trăm")
    base = models.CharField("tỷ lệ tính trên", max_length=20, choices=Base, blank=True, help_text="chỉ với tỷ lệ %")
    rank = models.CharField("đối tượng giảng viên", max_length=200, blank=True)
    clause = models.CharField("điều khoản", max_length=200, blank=True, help_text="Ví dụ: khoản 1 Điều 3")
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
                | Q(kind="percent", level__isnull=False, level__gte=0, level__lte=100)
                | Q(kind__in=("fixed", "ceiling"), level__isnull=False, level__gte=0, level__lte=MAXIMUM),
                violation_error_message="Mức chi theo hóa đơn để trống; tỷ lệ từ 0 đến 100; mức khác là số đồng.",
            ),
            models.CheckConstraint(
                name="norm_item_percent_names_its_base",
                condition=(Q(kind="percent", base="excluding") | Q(kind="percent", base="including", level__lt=100))
                | (~Q(kind="percent") & Q(base="")),
                violation_error_message="Tỷ lệ phần trăm phải nêu tính trên số tiền nào (nếu gồm cả chính khoản này "
                "thì dưới 100); mức chi khác thì để trống ô «tỷ lệ tính trên».",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def as_norm(self, resolution: str) -> Norm:
        """The level as the rules see it."""
        return Norm(
            key=self.key,
            name=self.name,
            unit=self.unit,
            kind=self.kind,
            level=self.level,
            group=self.group,
            base=self.base,
            rank=self.rank,
            clause=self.clause,
            resolution=resolution,
        )
