"""The whole-plan workbook's institutions, programmes and their lettered items."""

from collections.abc import Iterable
from typing import Any

from courses.models import Institution, Programme, Slot
from trainingplan.resources.book import BookResource
from trainingplan.resources.book_columns import BookColumn, Directory, Scene, Texts, key_column
from trainingplan.resources.book_plan import SECTIONS
from trainingplan.resources.book_units import key_of_row, position_column
from trainingplan.resources.columns import Choice, YesNo


def _institutions(_: Scene) -> Iterable[tuple[int, Texts, str]]:
    return ((pk, (key,), name) for pk, key, name in Institution.objects.values_list("pk", "key", "name"))


def _programmes(scene: Scene) -> Iterable[tuple[int, Texts, str]]:
    rows = Programme.objects.filter(plan__year=scene.year).values_list("pk", "key", "short_name")
    return ((pk, (key,), name) for pk, key, name in rows)


INSTITUTIONS = Directory("institution", "cơ sở đào tạo", "Cơ sở đào tạo", ("Khóa",), _institutions)
PROGRAMMES = Directory("programme", "chương trình", "Chương trình", ("Khóa",), _programmes)


class InstitutionSheet(BookResource):
    about = "Các trường, học viện; chỉ tiêu nêu cơ sở đào tạo bằng khóa."
    directory = INSTITUTIONS

    key = key_of_row("cơ sở", "truong-chinh-tri")
    name = BookColumn("name", "Tên", meaning="Tên đầy đủ.", example="Trường Chính trị tỉnh Mẫu")
    short_name = BookColumn("short_name", "Tên viết tắt", meaning="Nếu có.", example="Trường Chính trị")

    class Meta:
        model = Institution
        import_id_fields = ("key",)
        name = "Cơ sở đào tạo"


class ProgrammeSheet(BookResource):
    about = "Các chương trình trong kế hoạch, mỗi chương trình đứng ở một mục của lời văn."
    directory = PROGRAMMES
    of_the_plan = "plan"

    position = position_column("trong kế hoạch")
    key = key_of_row("chương trình", "boi-duong-mau")
    code = BookColumn("code", "Số mục", required=True, meaning="Ví dụ 1.1.1.", example="1.1")
    name = BookColumn(
        "name", "Tên chương trình", required=True, meaning="Tên đầy đủ.", example="Bồi dưỡng công tác đảng (mẫu)"
    )
    short_name = BookColumn("short_name", "Tên gọn", required=True, meaning="Trên bảng.", example="Bồi dưỡng mẫu")
    nature = BookColumn(
        "nature",
        "Loại",
        Choice(Programme.Nature.choices),
        required=True,
        meaning="Đào tạo hay bồi dưỡng.",
        example="Bồi dưỡng",
    )
    abroad = BookColumn("abroad", "Ở nước ngoài", YesNo(), meaning="Ghi «có» nếu học ở nước ngoài.")
    section = key_column(
        "section_id", "Khóa mục", SECTIONS, meaning="Mục của lời văn nói về chương trình này.", example="muc-1"
    )

    class Meta:
        model = Programme
        import_id_fields = ("key",)
        name = "Chương trình"

    def place(self, row: Programme) -> tuple[Any, ...]:
        return (row.position,)

    def title_of(self, row: Programme) -> str:
        return row.short_name


class SlotSheet(BookResource):
    about = "Các điểm a), b), c) … của từng chương trình: nhãn và nội dung."
    of_the_plan = "programme__plan"

    programme = key_column(
        "programme_id",
        "Khóa chương trình",
        PROGRAMMES,
        required=True,
        meaning="Chương trình của điểm này.",
        example="boi-duong-mau",
    )
    position = position_column("trong chương trình; chữ cái theo thứ tự này")
    label = BookColumn("label", "Nhãn", required=True, meaning="Như in, cả dấu hai chấm.", example="Đối tượng:")
    body = BookColumn(
        "body",
        "Nội dung",
        meaning="Viết như «Nội dung» của sheet Mục của kế hoạch; dòng đầu nối sau nhãn.",
        example="Cán bộ cấp ủy cơ sở.",
    )

    class Meta:
        model = Slot
        import_id_fields = ("programme", "position")
        name = "Điểm của chương trình"
