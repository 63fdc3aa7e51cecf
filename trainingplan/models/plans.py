"""The plan of a year: its state, its text as a tree of sections, its appendices as data, and the units it concerns."""

from django.db import models
from django.db.models import F, Q

from trainingplan.models.units import KEY_VALIDATOR, Unit, UnitGroup


class Plan(models.Model):
    """Kế hoạch đào tạo, bồi dưỡng of one year. Number and date stay blank until it is issued."""

    class State(models.TextChoices):
        DRAFT = "draft", "Dự thảo"
        REGISTRATION = "registration", "Đăng ký nhu cầu"
        ALLOCATION = "allocation", "Phân bổ"
        SUBMITTED = "submitted", "Trình"
        ISSUED = "issued", "Đã ban hành"
        AMENDING = "amending", "Điều chỉnh"
        CLOSED = "closed", "Kết thúc"

    year = models.PositiveSmallIntegerField("năm", unique=True)
    title = models.CharField("tên loại văn bản", max_length=100, default="KẾ HOẠCH")
    subject = models.CharField("trích yếu", max_length=300)
    parent_body = models.CharField("cơ quan ban hành", max_length=200)
    issuing_body = models.CharField("thẩm quyền ban hành", max_length=200)
    place = models.CharField("địa danh", max_length=100)
    number = models.CharField("số", max_length=20, blank=True)
    symbol = models.CharField("ký hiệu", max_length=20, default="KH/TU")
    issued_on = models.DateField("ngày ban hành", null=True, blank=True)
    signing_authority = models.CharField("thay mặt", max_length=200, blank=True)
    signer_title = models.CharField("chức vụ người ký", max_length=200, blank=True)
    signer_name = models.CharField("người ký", max_length=150, blank=True)
    recipients = models.TextField("nơi nhận", blank=True, help_text="Mỗi nơi nhận một dòng.")
    profile = models.CharField("thể thức", max_length=10, default="HD36")
    state = models.CharField("trạng thái", max_length=20, choices=State, default=State.DRAFT)
    registration_opens_at = models.DateTimeField("mở đăng ký lúc", null=True, blank=True)
    registration_closes_at = models.DateTimeField("hạn đăng ký", null=True, blank=True)
    illustrative = models.BooleanField("toàn bộ là số liệu minh họa", default=False)

    class Meta:
        verbose_name = "kế hoạch"
        verbose_name_plural = "kế hoạch"
        ordering = ("-year",)
        constraints = [
            models.CheckConstraint(name="plan_year_sensible", condition=Q(year__gte=1990, year__lte=2200)),
            models.CheckConstraint(name="plan_profile_known", condition=Q(profile__in=("HD36", "ND30", "HD05"))),
            models.CheckConstraint(
                name="plan_state_known",
                condition=Q(
                    state__in=("draft", "registration", "allocation", "submitted", "issued", "amending", "closed")
                ),
            ),
            models.CheckConstraint(
                name="plan_registration_in_order",
                condition=Q(registration_opens_at__isnull=True)
                | Q(registration_closes_at__isnull=True)
                | Q(registration_closes_at__gt=F("registration_opens_at")),
                violation_error_message="Hạn đăng ký phải sau lúc mở đăng ký.",
            ),
        ]

    def __str__(self) -> str:
        return f"Kế hoạch {self.year}"


class Section(models.Model):
    """A heading of the plan's text with what stands below it.

    `body` holds one paragraph a line; a line that begins with "- " or "+ " is an item of that level. Numbers that come
    from data are written as bound fields, `{quota:KEY}` and the like; see `reports.fields`. `version` counts the
    writings of its texts, not its moves.
    """

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="sections", verbose_name="kế hoạch")
    parent = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="children", verbose_name="thuộc mục"
    )
    key = models.SlugField("khóa nội bộ", max_length=100, validators=[KEY_VALIDATOR])
    position = models.PositiveSmallIntegerField("thứ tự")
    marker = models.CharField("số mục", max_length=20, blank=True, help_text="Ví dụ: I., 1., 1.1., 1.1.1.")
    heading = models.TextField("tiêu đề", blank=True)
    body = models.TextField("nội dung", blank=True)
    closing = models.TextField("đoạn kết", blank=True, help_text="Đứng sau các mục con.")
    version = models.PositiveIntegerField("phiên bản", default=1, editable=False)

    class Meta:
        verbose_name = "mục của kế hoạch"
        verbose_name_plural = "mục của kế hoạch"
        ordering = ("plan", "position")
        constraints = [
            models.UniqueConstraint(fields=("plan", "key"), name="section_key_once_a_plan"),
            models.UniqueConstraint(fields=("plan", "position"), name="section_position_once_a_plan"),
            models.CheckConstraint(name="section_not_in_itself", condition=Q(parent__isnull=True) | ~Q(parent=F("id"))),
        ]

    def __str__(self) -> str:
        return f"{self.marker} {self.heading}".strip()[:120] or self.key


class Appendix(models.Model):
    """An appendix (phụ lục) as data of the plan: its kind, title, unit line, paper and notes."""

    class Kind(models.TextChoices):
        ALLOCATION = "allocation", "bảng phân bổ"
        ROSTER = "roster", "danh sách"
        BUDGET = "budget", "bảng kinh phí"

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="appendices", verbose_name="kế hoạch")
    number = models.PositiveSmallIntegerField("phụ lục số")
    kind = models.CharField("loại", max_length=20, choices=Kind)
    title = models.CharField("tên phụ lục", max_length=400)
    unit_line = models.CharField("đơn vị tính", max_length=100, blank=True)
    landscape = models.BooleanField("khổ giấy ngang", default=False)
    show_empty_units = models.BooleanField(
        "in cả đơn vị không có chỉ tiêu", default=False, help_text="Chỉ dùng cho bảng phân bổ."
    )
    notes = models.TextField("ghi chú cuối bảng", blank=True, help_text="Mỗi ghi chú một dòng.")

    class Meta:
        verbose_name = "phụ lục"
        verbose_name_plural = "phụ lục"
        ordering = ("plan", "number")
        constraints = [
            models.UniqueConstraint(fields=("plan", "number"), name="appendix_number_once_a_plan"),
            models.CheckConstraint(name="appendix_number_from_one", condition=Q(number__gte=1)),
            models.CheckConstraint(
                name="appendix_kind_known", condition=Q(kind__in=("allocation", "roster", "budget"))
            ),
        ]

    def __str__(self) -> str:
        return f"Phụ lục {self.number}"


class AppendixColumn(models.Model):
    """A column of an appendix. `source` names where its values come from, in the words of `reports.columns`.

    A column of an allocation table whose source is `quota` shows the quota that names this column as its own.
    """

    appendix = models.ForeignKey(Appendix, models.CASCADE, related_name="columns", verbose_name="phụ lục")
    position = models.PositiveSmallIntegerField("thứ tự")
    source = models.SlugField("nguồn số liệu", max_length=60)
    head = models.CharField("tiêu đề cột", max_length=200)
    group_head = models.CharField("tiêu đề nhóm cột", max_length=200, blank=True)
    width = models.PositiveSmallIntegerField("độ rộng (mm)", default=20)

    class Meta:
        verbose_name = "cột của phụ lục"
        verbose_name_plural = "cột của phụ lục"
        ordering = ("appendix", "position")
        constraints = [
            models.UniqueConstraint(fields=("appendix", "position"), name="appendix_column_position_once"),
            models.CheckConstraint(name="appendix_column_has_width", condition=Q(width__gte=5, width__lte=250)),
        ]

    def __str__(self) -> str:
        return " – ".join(filter(None, (self.group_head, self.head)))


class Participant(models.Model):
    """A unit that this plan asks, with the khối and the place in which the plan counts it."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="participants", verbose_name="kế hoạch")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="participations", verbose_name="đơn vị")
    group = models.ForeignKey(UnitGroup, models.PROTECT, related_name="participants", verbose_name="khối")
    position = models.PositiveSmallIntegerField("thứ tự")

    class Meta:
        verbose_name = "đơn vị tham gia"
        verbose_name_plural = "đơn vị tham gia"
        ordering = ("plan", "group__position", "position")
        constraints = [
            models.UniqueConstraint(fields=("plan", "unit"), name="participant_once_a_plan"),
            models.UniqueConstraint(fields=("plan", "group", "position"), name="participant_position_once_a_group"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} ({self.plan_id})"
