"""Letters of the Board (công văn) as documents: the reminder to the units that owe an answer."""

from collections.abc import Iterator
from datetime import date, datetime

from django.utils import timezone

from quotas.selectors.progress import UnitProgress
from quotas.selectors.reminders import Reminder
from reports.document import (
    Addressees,
    Align,
    Cell,
    Closing,
    Column,
    Document,
    Kind,
    LetterHead,
    Note,
    Paragraph,
    Row,
    RowKind,
    Table,
)
from trainingplan.models import Plan
from trainingplan.rules.letters import roman
from trainingplan.rules.numbers import format_count

BOARD = "Ban Tổ chức"
BOARD_NAME = "Ban Tổ chức Tỉnh ủy"
SYMBOL = "CV/BTCTU"
PARTY_PROFILES = ("HD36", "HD05")
MARK = "Số liệu minh họa"
UNITS = "cơ quan, đơn vị, địa phương"
NAMED_ADDRESSEES = 5
"""So many are addressed by name; more of them by the list that follows."""
SAME_DAY = "trong ngày"


def reminder_letter(plan: Plan, reminder: Reminder, day: date) -> Document:
    """Công văn đôn đốc as of `day`, naming exactly the debtors of `reminder`; its number and date are left blank."""
    debtors = reminder.debtors
    return Document(
        title=f"Công văn đôn đốc đăng ký nhu cầu đào tạo, bồi dưỡng năm {plan.year}",
        blocks=(
            LetterHead(
                bodies=(plan.parent_body.upper(), BOARD.upper()),
                symbol=SYMBOL,
                place=plan.place,
                year=day.year,
                subject=f"V/v đôn đốc đăng ký nhu cầu đào tạo, bồi dưỡng năm {plan.year}",
            ),
            _addressees(debtors),
            *_before(plan, reminder, day),
            _table(reminder),
            *_reprieved(reminder),
            *_after(),
            Closing(
                recipients=("Như trên", "Thường trực Tỉnh ủy (b/c)", f"Lãnh đạo {BOARD_NAME}", f"Lưu {BOARD_NAME}"),
                authority="K/T TRƯỞNG BAN",
                post="PHÓ TRƯỞNG BAN",
            ),
        ),
        file_stem=f"cong-van-don-doc-{plan.year}",
        created=day,
        author=BOARD_NAME,
        profile=plan.profile if plan.profile in PARTY_PROFILES else PARTY_PROFILES[0],
        mark=MARK if reminder.illustrative else "",
    )


def _addressees(debtors: tuple[UnitProgress, ...]) -> Addressees:
    if len(debtors) <= NAMED_ADDRESSEES:
        return Addressees(tuple(unit.unit.name for unit in debtors))
    return Addressees((f"Các {UNITS} có tên trong danh sách dưới đây",))


def _before(plan: Plan, reminder: Reminder, day: date) -> Iterator[Paragraph]:
    owing, answered = len(reminder.debtors), f"{_padded(reminder.answered)}/{_padded(reminder.due)}"
    until = f", hạn gửi đến {_moment(reminder.closes_at)}" if reminder.closes_at else ""
    yield Paragraph.of(
        f"Để xây dựng Kế hoạch {plan.subject}, {BOARD_NAME} đã đề nghị các {UNITS} "
        f"đăng ký nhu cầu đào tạo, bồi dưỡng{until}."
    )
    yield Paragraph.of(
        f"Tính đến ngày {day:%d/%m/%Y}, có {answered} {UNITS} đã gửi đăng ký; "
        f"còn {_padded(owing)} {UNITS} đã quá hạn nhưng chưa gửi, gồm:"
    )


def _after() -> Iterator[Paragraph]:
    yield Paragraph.of(
        f"{BOARD_NAME} đề nghị các {UNITS} có tên nêu trên khẩn trương hoàn thành và gửi đăng ký; "
        "đơn vị không có nhu cầu thì ghi «không có nhu cầu» và gửi; đơn vị cần thêm thời gian thì gửi đề nghị "
        f"gia hạn, nêu rõ lý do, để {BOARD_NAME} xem xét."
    )
    yield Paragraph.of(f"{BOARD_NAME} đề nghị các {UNITS} quan tâm, phối hợp thực hiện./.")


def _reprieved(reminder: Reminder) -> Iterator[Note]:
    if not reminder.reprieved:
        return
    names = "; ".join(f"{unit.unit.name} (đến {unit.due_at:%d/%m/%Y})" for unit in reminder.reprieved if unit.due_at)
    yield Note(f"Danh sách không gồm {_padded(len(reminder.reprieved))} đơn vị đang trong thời gian gia hạn: {names}.")


def _table(reminder: Reminder) -> Table:
    columns = (
        Column("tt", "TT", 8, align=Align.CENTER),
        Column("unit", "Cơ quan, đơn vị, địa phương", 60),
        Column("standing", "Tình trạng", 24, align=Align.CENTER),
        Column("due", "Hạn gửi", 22, Kind.DATE),
        Column("late", "Số ngày quá hạn", 20, Kind.COUNT, align=Align.CENTER),
    )
    rows: list[Row] = []
    place = 0
    for number, group in enumerate(reminder.groups, start=1):
        head = f"{group.name} ({_padded(len(group.units))} đơn vị)"
        rows.append(Row.of(RowKind.GROUP, roman(number), Cell(head, span=len(columns) - 1)))
        for unit in group.units:
            place += 1
            rows.append(
                Row.of(
                    RowKind.DATA,
                    str(place),
                    unit.unit.name,
                    unit.standing.label,
                    f"{timezone.localtime(unit.due_at):%d/%m/%Y}" if unit.due_at else "",
                    unit.late or SAME_DAY,
                )
            )
    return Table("Danh sách đơn vị chưa gửi đăng ký", columns, tuple(rows), row_title="unit")


def _moment(at: datetime) -> str:
    local = timezone.localtime(at)
    minutes = f" {local:%M} phút" if local.minute else ""
    return f"{local.hour} giờ{minutes}, ngày {local:%d/%m/%Y}"


def _padded(number: int) -> str:
    """Numbers below ten as official prose writes them: "06"."""
    return f"{number:02d}" if number < 10 else format_count(number)  # noqa: PLR2004 - one digit
