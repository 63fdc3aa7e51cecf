"""The plan of the whole-plan workbook: its head, its text, its appendices, and the units that it asks."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError

from trainingplan.models import Appendix, AppendixColumn, Participant, Plan, Section, UnitStatus
from trainingplan.policies import FROZEN
from trainingplan.resources.book import BookResource, Faults, Pending
from trainingplan.resources.book_columns import (
    BookColumn,
    Directory,
    MomentColumn,
    Scene,
    Texts,
    illustrative_column,
    key_column,
    name_column,
)
from trainingplan.resources.book_units import GROUPS, UNITS, key_of_row, position_column
from trainingplan.resources.columns import Choice, Count, Day, Place, YesNo
from trainingplan.rules.dates import format_date
from trainingplan.rules.definitions import definition_faults
from trainingplan.selectors import plan_day, valid_on

State = Plan.State
PROFILES = [("HD36", "HD36"), ("ND30", "ND30"), ("HD05", "HD05")]
APPENDIX = "Phụ lục số"


class StateChoice(Choice):
    """Steps that are reached only by acts of their own – submitting, issuing – begin a copy at the one before them."""

    def read(self, text: str) -> str:
        state = super().read(text)
        return State.ALLOCATION if state in (*FROZEN, State.AMENDING) else state

    def render(self, value: str | None, obj: Any = None, **kwargs: Any) -> str:
        return super().render(self.read(value) if value else value)


class PlanSheet(BookResource):
    about = "Đúng một dòng: kế hoạch của một năm, phần đầu và phần ký của văn bản."

    year = BookColumn(
        "year", "Năm", Count(minimum=1990, maximum=2200), required=True, meaning="Năm của kế hoạch.", example=2030
    )
    title = BookColumn("title", "Tên loại văn bản", meaning="Thường là KẾ HOẠCH.", example="KẾ HOẠCH")
    subject = BookColumn("subject", "Trích yếu", meaning="Dưới tên loại.", example="đào tạo, bồi dưỡng cán bộ năm 2030")
    parent_body = BookColumn("parent_body", "Cơ quan ban hành", meaning="Góc trên.", example="TỈNH ỦY MẪU")
    issuing_body = BookColumn(
        "issuing_body", "Thẩm quyền ban hành", meaning="Ai ban hành.", example="Ban Thường vụ Tỉnh ủy"
    )
    place_name = BookColumn("place", "Địa danh", meaning="Trước ngày tháng của văn bản.", example="Tỉnh Mẫu")
    number = BookColumn("number", "Số", meaning="Để trống khi chưa ban hành.", only_new=True)
    symbol = BookColumn("symbol", "Ký hiệu", meaning="Sau số văn bản.", example="KH/TU")
    issued_on = BookColumn("issued_on", "Ngày ban hành", Day(), meaning="Để trống khi chưa ban hành.", only_new=True)
    signing_authority = BookColumn(
        "signing_authority", "Thay mặt", meaning="Dòng trên chức vụ người ký.", example="T/M BAN THƯỜNG VỤ"
    )
    signer_title = BookColumn("signer_title", "Chức vụ người ký", meaning="Chữ hoa.", example="PHÓ BÍ THƯ")
    signer_name = BookColumn("signer_name", "Người ký", meaning="Họ và tên.", example="Nguyễn Văn A")
    recipients = BookColumn(
        "recipients",
        "Nơi nhận",
        meaning="Mỗi nơi nhận một dòng trong ô; gạch đầu dòng, dấu chấm phẩy in tự động.",
        example="Lưu Văn phòng Tỉnh ủy",
    )
    profile = BookColumn(
        "profile",
        "Thể thức",
        Choice(PROFILES, empty="HD36"),
        meaning="HD36: văn bản Đảng; HD05: văn bản Đảng từ 2026; ND30: văn bản Nhà nước.",
        example="HD36",
    )
    state = BookColumn(
        "state",
        "Bước",
        StateChoice(State.choices, empty=State.DRAFT),
        meaning="Bước của kế hoạch khi tạo mới. Trình và ban hành làm trên trang, nên bản sao của kế hoạch đã trình "
        "hoặc đã ban hành bắt đầu lại ở bước Phân bổ.",
        example="Dự thảo",
        only_new=True,
    )
    opens_at = MomentColumn(
        "registration_opens_at", "Mở đăng ký lúc", meaning="Khi tạo mới; sau đó đặt trên trang.", only_new=True
    )
    closes_at = MomentColumn(
        "registration_closes_at", "Hạn đăng ký", meaning="Khi tạo mới; sau đó đặt trên trang.", only_new=True
    )
    illustrative = illustrative_column()

    class Meta:
        model = Plan
        import_id_fields = ("year",)
        name = "Kế hoạch"

    def get_queryset(self) -> Any:
        return Plan.objects.filter(year=self.scene.year)

    def name_of(self, instance: Plan) -> str:
        return str(instance)

    def validate_instance(self, instance: Plan, *args: Any, **kwargs: Any) -> None:
        if instance.year and instance.year != self.scene.year:
            message = f"Một sổ chỉ chứa một kế hoạch, là năm {self.scene.year}. Bỏ dòng này, lập sổ khác cho năm kia."
            raise ValidationError({"year": message})
        super().validate_instance(instance, *args, **kwargs)

    def why_kept(self, column: BookColumn, instance: Any, before: object) -> str:
        """A plan that went on to be submitted or issued agrees with the step that its own workbook tells."""
        if column.attribute == "state" and column.widget.render(before) == column.export(instance):
            instance.state = before
            return ""
        return super().why_kept(column, instance, before)

    def import_instance(self, instance: Any, row: Mapping[str, Any], **kwargs: Any) -> None:
        super().import_instance(instance, row, **kwargs)
        self.scene.new_plan = instance._state.adding

    def _learn(self) -> None:
        super()._learn()
        self.scene.forget_plan()


def _sections(scene: Scene) -> Iterable[tuple[int, Texts, str]]:
    rows = Section.objects.filter(plan__year=scene.year).values_list("pk", "key", "heading")
    return ((pk, (key,), heading) for pk, key, heading in rows)


def _appendices(scene: Scene) -> Iterable[tuple[int, Texts, str]]:
    rows = Appendix.objects.filter(plan__year=scene.year).values_list("pk", "number", "title")
    return ((pk, (str(number),), title) for pk, number, title in rows)


def _columns(scene: Scene) -> Iterable[tuple[int, Texts, str]]:
    rows = AppendixColumn.objects.filter(appendix__plan__year=scene.year)
    found = rows.values_list("pk", "appendix__number", "position", "head")
    return ((pk, (str(number), str(position)), head) for pk, number, position, head in found)


SECTIONS = Directory("section", "mục của kế hoạch", "Mục của kế hoạch", ("Khóa",), _sections)
APPENDICES = Directory("appendix", "phụ lục", "Phụ lục", (APPENDIX,), _appendices, numeric=True)
COLUMNS = Directory("appendixcolumn", "cột", "Cột của phụ lục", (APPENDIX, "Thứ tự"), _columns, numeric=True)


class ParentColumn(BookColumn):
    """The section above, by its key: it may be a row of this very sheet that is not written yet."""

    def get_value(self, instance: Section) -> str:
        above: str | None = vars(instance).get("above")
        return above if above is not None else (instance.parent.key if instance.parent else "")

    def save(self, instance: Section, row: Mapping[str, Any], *args: Any, **kwargs: Any) -> None:
        vars(instance)["above"] = self.clean(row)


class SectionSheet(BookResource):
    about = "Lời văn của kế hoạch, mỗi mục một dòng, theo thứ tự in. Số liệu trong lời văn viết thành {quota:khóa}."
    directory = SECTIONS
    of_the_plan = "plan"

    position = position_column("trong toàn văn bản")
    key = key_of_row("mục", "muc-1")
    parent = ParentColumn("above", "Thuộc mục", meaning="Khóa của mục chứa mục này; để trống ở cấp cao nhất.")
    marker = BookColumn("marker", "Số mục", meaning="Ví dụ I., 1., 1.1., 1.1.1.", example="I.")
    heading = BookColumn("heading", "Tiêu đề", meaning="Tiêu đề của mục.", example="MỤC ĐÍCH, YÊU CẦU")
    body = BookColumn(
        "body",
        "Nội dung",
        meaning="Mỗi đoạn một dòng trong ô; dòng bắt đầu bằng «- » hoặc «+ » là gạch đầu dòng. {quota:khóa}, "
        "{sum:khóa+khóa}, {programme:khóa} in ra số liệu, xem mục «Số liệu trong lời văn».",
        example="Mở {classes:lop-mau} lớp cho {quota:lop-mau} đồng chí (Phụ lục {appendix:1}), kinh phí {budget} đồng.",
    )
    closing = BookColumn("closing", "Đoạn kết", meaning="Đứng sau các mục con.")

    class Meta:
        model = Section
        import_id_fields = ("key",)
        name = "Mục của kế hoạch"

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("parent")

    def place(self, row: Section) -> tuple[Any, ...]:
        return (row.position,)

    def faults(self) -> Faults:
        """Every section hangs below another one of the plan, and none below itself."""
        above = {row.key: self._above(row) for row in (*self.standing(), *(one.row for one in self.pending))}
        in_file = {str(row.row_values.get("Khóa") or "") for row in self.results.values()}
        found = {}
        for one in self.pending:
            key, path = self._above(one.row), {one.row.key}
            while key and key in above and key not in path:
                path.add(key)
                key = above[key]
            if not key:
                continue
            found[one.number] = "above", _why_not_above(key, known=key in above)
            if (key in in_file) if key not in above else (key != one.row.key):
                self.dependent.add((one.number, "Thuộc mục"))
        return found

    def _above(self, row: Section) -> str:
        return str(self.columns["parent"].get_value(row))

    def write(self, pending: Sequence[Pending]) -> None:
        """Sections first, then which hangs below which."""
        super().write(pending)
        stored = dict(Section.objects.filter(plan=self.scene.plan).values_list("key", "pk"))
        hung = [one.row for one in pending if vars(one.row).get("above") is not None]
        for row in hung:
            row.parent_id = stored.get(self._above(row))
        Section.objects.bulk_update(hung, ["parent"])


def _why_not_above(key: str, *, known: bool) -> str:
    if known:
        return f"Mục «{key}» nằm trong chính nó qua các mục con. Ghi mục khác."
    return f"Không có mục «{key}» trong sheet này. Sửa khóa, hoặc thêm mục ấy."


class AppendixSheet(BookResource):
    about = "Các phụ lục của kế hoạch; các cột của chúng ở sheet sau."
    directory = APPENDICES
    of_the_plan = "plan"

    number = BookColumn("number", APPENDIX, Place(), required=True, meaning="Từ 1.", example=1)
    kind = BookColumn(
        "kind",
        "Loại",
        Choice(Appendix.Kind.choices),
        required=True,
        meaning="Bảng phân bổ: đơn vị × chỉ tiêu; danh sách: mỗi người một dòng; bảng kinh phí: mỗi lớp một dòng.",
        example="bảng phân bổ",
    )
    title = BookColumn("title", "Tên phụ lục", meaning="Như in.", example="Phân bổ chỉ tiêu lớp mẫu")
    unit_line = BookColumn("unit_line", "Đơn vị tính", meaning="Như in trên bảng, cả chữ «ĐVT:».", example="ĐVT: người")
    landscape = BookColumn("landscape", "Khổ giấy ngang", YesNo(), meaning="Ghi «có» nếu in ngang.")
    show_empty_units = BookColumn(
        "show_empty_units", "In cả đơn vị không có chỉ tiêu", YesNo(), meaning="Chỉ dùng cho bảng phân bổ."
    )
    notes = BookColumn("notes", "Ghi chú cuối bảng", meaning="Mỗi ghi chú một dòng trong ô.")

    class Meta:
        model = Appendix
        import_id_fields = ("number",)
        name = "Phụ lục"

    def name_of(self, instance: Appendix) -> str:
        return ": ".join(filter(None, (str(instance), instance.title)))


class ColumnSheet(BookResource):
    about = "Các cột của từng phụ lục, theo thứ tự in, với tiêu đề và nhóm tiêu đề."
    directory = COLUMNS
    of_the_plan = "appendix__plan"

    appendix = key_column("appendix_id", APPENDIX, APPENDICES, required=True, meaning="Phụ lục của cột.", example=1)
    position = position_column("trong phụ lục")
    source = BookColumn(
        "source",
        "Nguồn số liệu",
        required=True,
        meaning="Cột in ra gì, xem mục «Nguồn số liệu của cột». Cột «quota» in chỉ tiêu nào nêu cột này ở sheet Chỉ "
        "tiêu; «source-…» là phần của nguồn kinh phí mang khóa ấy.",
        example="stt",
    )
    head = BookColumn("head", "Tiêu đề cột", required=True, meaning="Như in.", example="TT")
    group_head = BookColumn("group_head", "Tiêu đề nhóm cột", meaning="Các cột liền nhau cùng nhóm in chung một ô.")
    width = BookColumn(
        "width", "Độ rộng (mm)", Count(minimum=5, maximum=250, empty=20), meaning="Để trống là 20.", example=10
    )
    more_examples = (
        {APPENDIX: 1, "Thứ tự": 2, "Nguồn số liệu": "unit", "Tiêu đề cột": "Cơ quan, đơn vị", "Độ rộng (mm)": 80},
        {APPENDIX: 1, "Thứ tự": 3, "Nguồn số liệu": "quota", "Tiêu đề cột": "Lớp mẫu", "Độ rộng (mm)": 30},
        {APPENDIX: 1, "Thứ tự": 4, "Nguồn số liệu": "total", "Tiêu đề cột": "Tổng cộng", "Độ rộng (mm)": 30},
    )

    class Meta:
        model = AppendixColumn
        import_id_fields = ("appendix", "position")
        name = "Cột của phụ lục"

    def place(self, row: AppendixColumn) -> tuple[Any, ...]:
        return int(self.columns["appendix"].export(row)), row.position

    def faults(self) -> Faults:
        """An appendix needs the column that names its rows, and each source but once."""
        kinds = dict(Appendix.objects.filter(plan=self.scene.plan).values_list("pk", "kind"))
        rows = [*self.standing(), *(one.row for one in self.pending)]
        found = {}
        for one in _last_of_each(self.pending):
            own = [row.source for row in rows if row.appendix_id == one.row.appendix_id]
            if faults := definition_faults(kinds[one.row.appendix_id], own):
                found[one.number] = "source", f"{' '.join(faults)} Sửa các cột của phụ lục này."
        return found


def _last_of_each(pending: Iterable[Pending]) -> Iterable[Pending]:
    """The last row of each appendix that the file touches."""
    return {one.row.appendix_id: one for one in pending}.values()


class ParticipantSheet(BookResource):
    about = "Các đơn vị mà kế hoạch hỏi, theo khối và thứ tự in."
    of_the_plan = "plan"

    unit = key_column(
        "unit_id", "Khóa đơn vị", UNITS, required=True, meaning="Đơn vị tham gia.", example="huyen-uy-mau"
    )
    unit_name = name_column("unit_id", "Đơn vị", UNITS)
    group = key_column(
        "group_id", "Khóa khối", GROUPS, required=True, meaning="Khối mà kế hoạch đếm.", example="huyen-thi-thanh"
    )
    position = position_column("trong khối")

    class Meta:
        model = Participant
        import_id_fields = ("unit",)
        name = "Đơn vị tham gia"

    def faults(self) -> Faults:
        """A plan asks no unit that is no more on the day whose units it shows."""
        day = plan_day(self.scene.plan)
        gone = UnitStatus.objects.filter(valid_on(day), status=UnitStatus.Status.DISSOLVED)
        since = dict(gone.values_list("unit_id", "valid_from"))
        new = (one for one in self.pending if one.before is None and one.row.unit_id in since)
        return {one.number: ("unit_id", _why_not_asked(since[one.row.unit_id])) for one in new}

    def place(self, row: Participant) -> tuple[Any, ...]:
        return self.columns["group"].export(row), row.position


def _why_not_asked(since: date) -> str:
    return (
        f"Đơn vị này đã kết thúc hoạt động từ {format_date(since)} nên không tham gia kế hoạch. "
        "Ghi đơn vị kế thừa, hoặc bỏ dòng này."
    )
