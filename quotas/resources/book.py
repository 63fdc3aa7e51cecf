"""The whole-plan workbook's quotas with their sub-quotas, the caps of units, and the deadlines of phases."""

from collections.abc import Iterable
from typing import Any

from courses.resources.book import INSTITUTIONS, PROGRAMMES
from quotas.locking import lock_quotas
from quotas.models import PhaseDeadline, Quota, SubQuota, UnitCap
from quotas.resources.ceilings import Part, faults_of
from trainingplan.resources.book import BookResource, Faults
from trainingplan.resources.book_columns import (
    BookColumn,
    Directory,
    KeyRef,
    KeyRefs,
    MomentColumn,
    RelatedColumn,
    Scene,
    Texts,
    illustrative_column,
    key_column,
    name_column,
    part_column,
)
from trainingplan.resources.book_plan import APPENDICES, APPENDIX, COLUMNS
from trainingplan.resources.book_units import UNITS, position_column
from trainingplan.resources.columns import Choice, Count

PROGRAMME, QUOTA, SUB_QUOTA = "Khóa chương trình", "Khóa chỉ tiêu", "Chỉ tiêu con"


def _quotas(scene: Scene) -> Iterable[tuple[int, Texts, str]]:
    rows = Quota.objects.filter(programme__plan__year=scene.year)
    found = rows.values_list("pk", "programme__key", "key", "short_name")
    return ((pk, (programme, key), name) for pk, programme, key, name in found)


def _sub_quotas(scene: Scene) -> Iterable[tuple[int, Texts, str]]:
    rows = SubQuota.objects.filter(quota__programme__plan__year=scene.year)
    found = rows.values_list("pk", "quota__programme__key", "quota__key", "name")
    return ((pk, (programme, key, name), name) for pk, programme, key, name in found)


QUOTAS = Directory("quota", "chỉ tiêu", "Chỉ tiêu", (PROGRAMME, QUOTA), _quotas)
SUB_QUOTAS = Directory("subquota", "chỉ tiêu con", "Chỉ tiêu con", (PROGRAMME, QUOTA, SUB_QUOTA), _sub_quotas)
ORDER = ("Chỉ tiêu", "Chỉ tiêu con", "Trần của đơn vị", "Phân bổ", "Phân bổ chỉ tiêu con", "Cử đi")
"""The sheets that bound one another; what they come to is judged at the last that the file has."""


class BoundedSheet(BookResource):
    """A sheet of numbers that ceilings bound: they are judged when all such sheets of the file are read."""

    part: Part
    of_the_plan = "quota__programme__plan"

    def lock(self) -> None:
        lock_quotas(Quota.objects.filter(programme__plan=self.scene.plan).values_list("pk", flat=True))

    def faults(self) -> Faults:
        read: dict[Part, BookResource] = self.scene.left.setdefault("bounded", {})
        coming = [name for name in ORDER if name in self.scene.sheets]
        if coming and coming[-1] != self.sheet():
            read[self.part] = self
            return {}
        found, self.elsewhere = faults_of(self.scene.plan, self.part, self.pending, read)
        return found


def programme_of_row(example: str = "boi-duong-mau") -> BookColumn:
    return key_column(
        "programme_id", PROGRAMME, PROGRAMMES, required=True, meaning="Chương trình của dòng này.", example=example
    )


def programme_of_quota(directory: Directory, attribute: str = "quota_id") -> BookColumn:
    return part_column(
        attribute,
        PROGRAMME,
        directory,
        0,
        listed=PROGRAMMES,
        required=True,
        meaning="Chương trình của chỉ tiêu.",
        example="boi-duong-mau",
    )


def quota_of_row() -> BookColumn:
    return key_column(
        "quota_id",
        QUOTA,
        QUOTAS,
        scope=(PROGRAMME,),
        required=True,
        meaning="Chỉ tiêu, trong chương trình ấy.",
        example="lop-mau",
    )


class QuotaSheet(BoundedSheet):
    about = "Các chỉ tiêu: số lượng, mức độ, từ đếm, phần giữ lại, và in ở phụ lục nào, cột nào."
    directory = QUOTAS
    of_the_plan = "programme__plan"
    part = Part.QUOTA

    programme = programme_of_row()
    position = position_column("trong chương trình")
    key = BookColumn(
        "key",
        QUOTA,
        required=True,
        meaning="Tên tắt không dấu, chữ thường, nối bằng gạch; lời văn gọi chỉ tiêu bằng khóa này.",
        example="lop-mau",
    )
    name = BookColumn("name", "Tên chỉ tiêu", required=True, meaning="Tên đầy đủ.", example="Lớp bồi dưỡng mẫu")
    short_name = BookColumn("short_name", "Tên gọn", required=True, meaning="Trên bảng.", example="Lớp mẫu")
    number = BookColumn("number", "Số lượng", Count(), meaning="Để trống nếu kế hoạch không nêu số.", example=40)
    qualifier = BookColumn(
        "qualifier",
        "Mức độ",
        Choice(Quota.Qualifier.choices, empty=Quota.Qualifier.EXPECTED),
        meaning="Từ đứng trước số trong lời văn.",
        example="dự kiến",
    )
    counting_word = BookColumn("counting_word", "Từ đếm", meaning="Chỉ tiêu, học viên, đồng chí.", example="đồng chí")
    open_clause = BookColumn("open_clause", "Phần mở", meaning="Ví dụ: và bổ sung theo nhu cầu đăng ký.")
    mode = BookColumn("mode", "Hình thức học", Choice(Quota.Mode.choices), meaning="Để trống nếu không nêu.")
    institutions = RelatedColumn(
        "institutions",
        "Khóa cơ sở đào tạo",
        KeyRefs(INSTITUTIONS),
        meaning="Nhiều cơ sở nghĩa là «hoặc».",
        example="truong-chinh-tri",
    )
    payer = BookColumn(
        "payer",
        "Nguồn chi trả",
        Choice(Quota.Payer.choices, empty=Quota.Payer.PROVINCE),
        meaning="Ai trả kinh phí.",
        example="ngân sách tỉnh",
    )
    held = BookColumn("held", "Giữ lại", Count(empty=0), meaning="Số chưa đem phân bổ.", example=0)
    class_count = BookColumn("class_count", "Số lớp", Count(maximum=10_000), meaning="Nếu kế hoạch nêu.", example=1)
    appendix = key_column("appendix_id", APPENDIX, APPENDICES, meaning="Phụ lục in chỉ tiêu này.", example=1)
    column = BookColumn(
        "column_id",
        "Cột thứ",
        KeyRef(COLUMNS, scope=(APPENDIX,)),
        covers=("column",),
        meaning="Cột «quota» của bảng phân bổ in chỉ tiêu này.",
        example=3,
    )

    class Meta:
        model = Quota
        import_id_fields = ("programme", "key")
        name = "Chỉ tiêu"

    def get_queryset(self) -> Any:
        return super().get_queryset().prefetch_related("institutions")

    def place(self, row: Quota) -> tuple[Any, ...]:
        return self.columns["programme"].export(row), row.position

    def title_of(self, row: Quota) -> str:
        return row.short_name


class SubQuotaSheet(BoundedSheet):
    about = "Trong một chỉ tiêu, bao nhiêu chỗ dành cho nữ, dân tộc thiểu số, cán bộ trẻ …"
    directory = SUB_QUOTAS
    part = Part.SUB_QUOTA

    programme = programme_of_quota(QUOTAS)
    quota = quota_of_row()
    position = position_column("trong chỉ tiêu")
    name = BookColumn("name", SUB_QUOTA, required=True, meaning="Dành cho ai.", example="nữ")
    number = BookColumn("number", "Số lượng", Count(), required=True, meaning="Nhiều nhất bao nhiêu.", example=10)

    class Meta:
        model = SubQuota
        import_id_fields = ("quota", "name")
        name = "Chỉ tiêu con"

    def place(self, row: SubQuota) -> tuple[Any, ...]:
        return self.columns["programme"].export(row), self.columns["quota"].export(row), row.position


class CapSheet(BoundedSheet):
    about = "Trần: một đơn vị được nhiều nhất bao nhiêu chỗ của một chương trình, cộng mọi chỉ tiêu."
    of_the_plan = "programme__plan"
    part = Part.CAP

    programme = programme_of_row()
    unit = key_column("unit_id", "Khóa đơn vị", UNITS, required=True, meaning="Đơn vị.", example="huyen-uy-mau")
    unit_name = name_column("unit_id", "Đơn vị", UNITS)
    number = BookColumn("number", "Trần", Count(), meaning="Để trống là không có trần.", example=30)
    note = BookColumn("note", "Ghi chú", meaning="Nếu cần.")
    illustrative = illustrative_column()

    class Meta:
        model = UnitCap
        import_id_fields = ("programme", "unit")
        name = "Trần của đơn vị"

    def log_key(self, row: UnitCap) -> str:
        return f"{row.unit_id}:{row.programme_id}"


class PhaseSheet(BookResource):
    about = "Hạn của các bước sau đăng ký; hạn đăng ký ở sheet Kế hoạch."
    of_the_plan = "plan"

    phase = BookColumn("phase", "Bước", Choice(PhaseDeadline.Phase.choices), required=True, meaning="Bước nào.")
    due_at = MomentColumn(
        "due_at", "Hạn", required=True, only_new=True, meaning="Ngày giờ; hạn đã có thì đổi trên trang, có lý do."
    )

    class Meta:
        model = PhaseDeadline
        import_id_fields = ("phase",)
        name = "Hạn các bước"
