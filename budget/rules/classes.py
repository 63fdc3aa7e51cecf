"""The steps of a class (lớp), one after the other: what follows what, what a step needs, how late a class opens."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from trainingplan.rules.dates import format_date

PLANNED, FUNDED, RECRUITING, OPENED = "planned", "funded", "recruiting", "opened"
RUNNING, CLOSED, SETTLED = "running", "closed", "settled"
ORDER = (PLANNED, FUNDED, RECRUITING, OPENED, RUNNING, CLOSED, SETTLED)
STEPS = ORDER[2:]
"""The steps that are recorded one by one; the money's approval before them belongs to the budget."""
WAITING = ORDER[:3]
"""The states of a class that has not opened."""
NEEDS_DAY = frozenset({OPENED, CLOSED})
COUNTS_LEARNERS = NEEDS_DAY
OLDEST = 5
"""Years before the plan's in which a class that is carried over may have begun."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was recorded, forward or back."""

    before: str
    after: str
    day: date | None = None
    learners: int | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """What a step is measured by: where the class stands, its plan's year, what has been settled of it."""

    state: str
    year: int
    carried_over: bool = False
    self_funded: bool = False
    settled: int = 0
    last_day: date | None = None


def following(state: str, *, self_funded: bool = False) -> str:
    """The one step that may come next; empty before the money is approved and after the last step.

    A class with other bodies' own money ends as it closes: the province settles nothing of it.
    """
    if state == PLANNED or state == last_step(self_funded=self_funded):
        return ""
    place = ORDER.index(state) + 1
    return ORDER[place] if place < len(ORDER) else ""


def last_step(*, self_funded: bool) -> str:
    return CLOSED if self_funded else SETTLED


def preceding(state: str) -> str:
    """The state one step back; empty where the steps of a class begin."""
    return ORDER[ORDER.index(state) - 1] if state in STEPS else ""


def is_back(before: str, after: str) -> bool:
    return ORDER.index(after) < ORDER.index(before)


def standing(steps: Iterable[Taken]) -> dict[str, Taken]:
    """Of steps in the order they were recorded, those that stand, by the state they led to."""
    found: dict[str, Taken] = {}
    for step in steps:
        if is_back(step.before, step.after):
            found.pop(step.before, None)
        else:
            found[step.after] = step
    return found


def last_day(steps: Iterable[Taken]) -> date | None:
    """The latest day among steps that stand."""
    return max((step.day for step in steps if step.day), default=None)


def step_fault(course: Course, step: str, day: date | None, learners: int | None, today: date) -> str:
    """Why the class cannot take the step so, in words; empty when it can."""
    if course.state == PLANNED:
        return "Lớp chưa được duyệt kinh phí. Duyệt dòng kinh phí, hoặc nhập quyết định giao, rồi mới chuyển bước."
    if step != following(course.state, self_funded=course.self_funded):
        return "Bước này không phải bước kế tiếp của lớp. Tải lại trang để xem lớp đang ở bước nào."
    if step == SETTLED and not course.settled:
        return "Lớp chưa có số quyết toán. Nhập số quyết toán ở trang «Ba số», rồi mới chuyển bước."
    if learners is not None and step not in COUNTS_LEARNERS:
        return "Chỉ ghi số học viên có mặt khi khai giảng, bế giảng."
    return _day_fault(course, step, day, today)


def _day_fault(course: Course, step: str, day: date | None, today: date) -> str:
    if day is None:
        return "Nhập ngày diễn ra." if step in NEEDS_DAY else ""
    if day > today:
        return f"Ngày {format_date(day)} chưa đến. Chỉ ghi việc đã diễn ra."
    if course.last_day and day < course.last_day:
        return f"Ngày {format_date(day)} trước ngày {format_date(course.last_day)} của bước đã ghi. Sửa ngày."
    if step == OPENED and day.year < course.year and not course.carried_over:
        return f"Ngày khai giảng {format_date(day)} trước năm {course.year}. Lớp mở từ năm trước phải là «Chuyển tiếp»."
    if day.year < course.year - OLDEST:
        return f"Ngày {format_date(day)} quá xa năm {course.year}. Kiểm tra năm."
    return ""


def days_late(planned: date | None, opened: date | None) -> int:
    """Days from the planned opening to the real one, or to the day until which it is waited for; 0 if not late."""
    return max((opened - planned).days, 0) if planned and opened else 0
