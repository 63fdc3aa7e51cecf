"""The whole-plan workbook's answers of units and the cells of the grids: registered, allocated, of sub-quotas."""

from typing import Any

from quotas.models import Allocation, Registration, Response, SubAllocation
from quotas.policies import check_registration_open, locked_quotas
from quotas.resources.book import (
    PROGRAMME,
    QUOTA,
    QUOTAS,
    SUB_QUOTA,
    SUB_QUOTAS,
    BoundedSheet,
    programme_of_quota,
    quota_of_row,
)
from quotas.resources.ceilings import Part
from quotas.services.responses import lock_answer
from trainingplan.models import Participant
from trainingplan.resources.book import BookResource, Faults
from trainingplan.resources.book_columns import (
    BookColumn,
    Directory,
    MomentColumn,
    Scene,
    illustrative_column,
    key_column,
    name_column,
    part_column,
)
from trainingplan.resources.book_units import UNITS
from trainingplan.resources.columns import Choice, Count, YesNo
from trainingplan.services.refusals import Refused


def _participants(scene: Scene) -> Any:
    rows = Participant.objects.filter(plan__year=scene.year)
    found = rows.values_list("pk", "unit__key", "unit_id")
    names = scene.index(UNITS).names
    return ((pk, (key,), names.get(unit_id, key)) for pk, key, unit_id in found)


PARTICIPANTS = Directory(
    "participant", "đơn vị tham gia kế hoạch", "Đơn vị tham gia", ("Khóa đơn vị",), _participants
)  # fmt: skip


def unit_of_cell() -> BookColumn:
    return key_column(
        "unit_id",
        "Khóa đơn vị",
        UNITS,
        required=True,
        meaning="Đơn vị tham gia kế hoạch.",
        example="huyen-uy-mau",
    )


class ResponseSheet(BookResource):
    about = "Đơn vị đã trả lời đợt đăng ký đến đâu; đơn vị không có dòng là chưa mở phiếu."
    of_the_plan = "participant__plan"

    participant = key_column(
        "participant_id",
        "Khóa đơn vị",
        PARTICIPANTS,
        required=True,
        meaning="Đơn vị tham gia kế hoạch.",
        example="huyen-uy-mau",
    )
    unit_name = name_column("participant_id", "Đơn vị", PARTICIPANTS)
    state = BookColumn(
        "state",
        "Trạng thái",
        Choice(Response.State.choices, empty=Response.State.EDITING),
        only_new=True,
        meaning="Trạng thái khi tạo mới; sau đó đổi trên trang.",
        example="đang nhập",
    )
    sent_at = MomentColumn("sent_at", "Gửi lúc", only_new=True, meaning="Bắt buộc khi đã gửi, đã tiếp nhận.")
    return_reason = BookColumn("return_reason", "Lý do trả lại", only_new=True, meaning="Khi bị trả lại.")
    handled_at = MomentColumn("handled_at", "Tiếp nhận, trả lại lúc", only_new=True, meaning="Nếu đã xử lý.")
    illustrative = illustrative_column()

    class Meta:
        model = Response
        import_id_fields = ("participant",)
        name = "Trả lời của đơn vị"


class CellSheet(BoundedSheet):
    """Cells of units that take part, found in the log as the grids write them."""

    def log_key(self, row: Any) -> str:
        return f"{row.unit_id}:{row.quota_id}"

    def name_of(self, instance: Any) -> str:
        quota = self.scene.index(QUOTAS).names.get(instance.quota_id, "")
        return f"{quota} – {self.scene.index(UNITS).names.get(instance.unit_id, '')}"

    def problems_of(self, instance: Any) -> dict[str, str]:
        problems = super().problems_of(instance)
        units = self.scene.index(UNITS).keys
        if instance.unit_id in units and units[instance.unit_id] not in self.scene.index(PARTICIPANTS).ids:
            problems["unit_id"] = "Đơn vị này không tham gia kế hoạch. Thêm đơn vị vào sheet «Đơn vị tham gia»."
        return problems


class RegistrationSheet(CellSheet):
    about = "Nhu cầu đăng ký: đơn vị × chỉ tiêu. «Không có nhu cầu» là một câu trả lời, khác ô trống."
    part = Part.QUOTA

    programme = programme_of_quota(QUOTAS)
    quota = quota_of_row()
    quota_name = name_column("quota_id", "Chỉ tiêu", QUOTAS)
    unit = unit_of_cell()
    unit_name = name_column("unit_id", "Đơn vị", UNITS)
    number = BookColumn("number", "Số người", Count(), meaning="Để trống nếu không có nhu cầu.", example=5)
    no_need = BookColumn("no_need", "Không có nhu cầu", YesNo(), meaning="Ghi «có», và để trống số người.")
    note = BookColumn("note", "Ghi chú", meaning="Nếu cần.")
    illustrative = illustrative_column()

    class Meta:
        model = Registration
        import_id_fields = ("quota", "unit")
        name = "Đăng ký nhu cầu"

    def problems_of(self, instance: Registration) -> dict[str, str]:
        problems = super().problems_of(instance)
        if instance.no_need and instance.number is not None:
            problems["number"] = "Đã ghi «không có nhu cầu» thì không có số người. Bỏ một trong hai."
        return problems

    def faults(self) -> Faults:
        """Somebody's file writes what his grid would take; a new plan takes all, and so does the system."""
        if self.by_system or self.scene.new_plan:
            return {}
        return {one.number: ("unit_id", why) for one in self.pending if (why := self._why_closed(one.row))}

    def _why_closed(self, row: Registration) -> str:
        plan = self.scene.plan
        try:
            answer = lock_answer(plan, row.unit)
            check_registration_open(plan, answer, self.actor)
        except Refused as refusal:
            return f"{refusal.message} Bỏ dòng này khỏi tệp, hoặc để như đang có."
        return locked_quotas(plan, answer, self.actor).get(row.quota_id, "")


class AllocationSheet(CellSheet):
    about = "Phân bổ: đơn vị × chỉ tiêu, không vượt số lượng trừ phần giữ lại."
    part = Part.ALLOCATION

    programme = programme_of_quota(QUOTAS)
    quota = quota_of_row()
    quota_name = name_column("quota_id", "Chỉ tiêu", QUOTAS)
    unit = unit_of_cell()
    unit_name = name_column("unit_id", "Đơn vị", UNITS)
    number = BookColumn("number", "Số người", Count(), meaning="Số được phân bổ.", example=5)
    reserve = BookColumn("reserve", "Dự bị", Count(empty=0), meaning="Trong số đăng ký, bao nhiêu chờ.", example=0)
    note = BookColumn("note", "Ghi chú", meaning="In ở cột ghi chú của phụ lục.")
    illustrative = illustrative_column()

    class Meta:
        model = Allocation
        import_id_fields = ("quota", "unit")
        name = "Phân bổ"


class SubAllocationSheet(CellSheet):
    about = "Trong số phân bổ cho một đơn vị, bao nhiêu chỗ là của chỉ tiêu con."
    part = Part.SUB_ALLOCATION
    of_the_plan = "quota__quota__programme__plan"

    programme = programme_of_quota(SUB_QUOTAS)
    quota_key = part_column(
        "quota_id", QUOTA, SUB_QUOTAS, 1, listed=QUOTAS, required=True, meaning="Khóa của chỉ tiêu.", example="lop-mau"
    )
    quota = key_column(
        "quota_id",
        SUB_QUOTA,
        SUB_QUOTAS,
        scope=(PROGRAMME, QUOTA),
        required=True,
        meaning="Chỉ tiêu con, như ghi ở sheet ấy.",
        example="nữ",
    )
    unit = unit_of_cell()
    unit_name = name_column("unit_id", "Đơn vị", UNITS)
    number = BookColumn("number", "Số người", Count(), meaning="Không quá số phân bổ.", example=2)
    note = BookColumn("note", "Ghi chú", meaning="Nếu cần.")
    illustrative = illustrative_column()

    class Meta:
        model = SubAllocation
        import_id_fields = ("quota", "unit")
        name = "Phân bổ chỉ tiêu con"

    def name_of(self, instance: Any) -> str:
        sub = self.scene.index(SUB_QUOTAS).names.get(instance.quota_id, "")
        return f"{sub} – {self.scene.index(UNITS).names.get(instance.unit_id, '')}"
