"""From a workbook that came back to the unit and the cells that it was made for; else the reason in words."""

from quotas.imports.unit_form import FORM, SEAL_MARK, Broken, Seal, read_seal
from trainingplan.models import Participant, Plan, Unit, User
from trainingplan.policies import editable_units
from trainingplan.reading import Book
from trainingplan.services.access import note_foreign
from trainingplan.services.refusals import Refused

AGAIN = "Tải phiếu mới ở trang «Đăng ký nhu cầu», chép số sang rồi nhập lại."
LABELS = ("Mẫu", "Năm", "Đơn vị")


def has_seal(book: Book) -> bool:
    return any(_marked(row) for sheet in book.sheets for row in sheet.rows)


def seal_in(book: Book) -> Seal:
    """Raises Refused for a workbook without a whole seal, or whose seal and plain words differ."""
    rows = next((sheet.rows for sheet in book.sheets if any(map(_marked, sheet.rows))), ())
    text = "".join(str(row[1]) for row in rows if _marked(row))
    if not text:
        raise Refused(f"Tệp không còn trang khóa ẩn, nên không biết phiếu của đơn vị nào, lập từ số nào. {AGAIN}")
    try:
        seal = read_seal(text)
    except Broken:
        raise Refused(f"Khóa ẩn của phiếu đã bị sửa, hoặc phiếu không do phần mềm này lập. {AGAIN}") from None
    told = {str(row[0]): str(row[1]) for row in rows if len(row) > 1 and row[0] in LABELS}
    if told != dict(zip(LABELS, (str(seal.form), str(seal.year), seal.unit), strict=True)):
        raise Refused(f"Khóa ẩn của phiếu đã bị sửa: đơn vị hoặc năm không còn khớp. {AGAIN}")
    if seal.form != FORM:
        raise Refused(f"Phiếu theo mẫu số {seal.form}; phần mềm đang dùng mẫu số {FORM}. {AGAIN}")
    return seal


def _marked(row: tuple[object, ...]) -> bool:
    return len(row) > 1 and row[0] == SEAL_MARK


def unit_of(seal: Seal, plan: Plan, actor: User) -> Unit:
    """The unit for which the actor writes; of another one he is not told that it exists, and the attempt is noted."""
    unit = editable_units(actor).filter(key=seal.unit).first()
    if unit is None:
        note_foreign("phiếu đăng ký của đơn vị khác")
        raise Refused(
            "Không có phiếu này trong phần bạn được nhập. Kiểm tra xem đã chọn đúng tệp của đơn vị mình chưa."
        )
    if seal.year != plan.year:
        raise Refused(
            f"Phiếu này của kế hoạch {seal.year}, không phải {plan.year}. "
            f"Chọn kế hoạch {seal.year} ở đầu trang rồi nhập lại."
        )
    if not Participant.objects.filter(plan=plan, unit=unit).exists():
        raise Refused(f"Đơn vị không còn trong danh sách tham gia kế hoạch {plan.year}. Hỏi Ban Tổ chức Tỉnh ủy.")
    return unit
