"""Moving classes on, one step at a time, and taking a step back; whoever comes second is told what the first did.

The plan may be frozen: how a class runs comes after the plan is issued and is no part of the published version. Only
a plan that has ended takes no step.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from budget.models import BudgetLine, ClassStep
from budget.policies import check_not_ended
from budget.rules.classes import STEPS, preceding, step_fault
from budget.selectors.classes import STATE_WORDS, Hand, courses, hand_of
from budget.services.lines import lock_budget
from trainingplan.models import Plan, User
from trainingplan.rules.dates import format_date
from trainingplan.rules.numbers import format_count
from trainingplan.selectors import last_writing
from trainingplan.services.changes import Entry, record
from trainingplan.services.refusals import Refused

TABLE = "classstep"
"""Not the line's own: an amendment takes the reasons of its changes from what is logged of the line."""
NOT_YOURS = "Chỉ Ban Tổ chức Tỉnh ủy, hoặc Trường Chính trị tỉnh với lớp mình thực hiện, được ghi bước này."
NOT_FINANCE = "Chỉ Sở Tài chính và Ban Tổ chức Tỉnh ủy được ghi bước quyết toán."
GONE = "Lớp này không còn trong kế hoạch. Tải lại trang."


@dataclass(frozen=True, slots=True)
class Happening:
    """What somebody typed of a step: the day it took place, how many learners were present, a note."""

    day: date | None = None
    learners: int | None = None
    note: str = ""


class StepsRefused(Refused):
    """Classes that cannot take the step, all of them at once: why, by line. Nothing was written."""

    def __init__(self, faults: Mapping[int, str]) -> None:
        words = "Có lớp chưa chuyển bước được, xem dấu ⚠ trong bảng. Chưa có gì được ghi."
        super().__init__(next(iter(faults.values())) if len(faults) == 1 else words)
        self.faults = dict(faults)


@transaction.atomic
def take_step(*, plan: Plan, seen: Mapping[int, str], step: str, what: Happening, actor: User) -> int:
    """Move classes on by this one step, all or none; how many. `seen` are their states as the writer saw them.

    Raises Refused, or StepsRefused with every class that cannot.
    """
    check_not_ended(stored := lock_budget(plan))
    if step not in STEPS or not seen:
        raise Refused("Chọn lớp và bước cần ghi.", field="step")
    hand = hand_of(stored, actor)
    lines = BudgetLine.objects.filter(plan=stored, learners_per_class__gt=0).in_bulk(seen)
    measured, today = courses(stored, lines), timezone.localdate()
    faults = {
        pk: _stale(lines.get(pk), state, hand, step) or step_fault(measured[pk], step, what.day, what.learners, today)
        for pk, state in seen.items()
    }
    if any(faults.values()):
        raise StepsRefused({pk: why for pk, why in faults.items() if why})
    _write(stored, lines.values(), step, what, actor)
    return len(lines)


@transaction.atomic
def take_step_back(*, plan: Plan, line_id: int, seen: str, reason: str, actor: User) -> str:
    """Take back the last step of a class, with the reason; the state it stands in again. Raises Refused."""
    check_not_ended(stored := lock_budget(plan))
    line = BudgetLine.objects.filter(plan=stored, pk=line_id, learners_per_class__gt=0).first()
    if line is None or (why := _stale(line, seen, hand_of(stored, actor), line.state)):
        raise Refused(GONE if line is None else why)
    if not (before := preceding(line.state)):
        raise Refused(f"Lớp đang ở bước «{line.get_state_display()}», không có bước nào để lùi.")
    if not reason:
        raise Refused("Cần ghi lý do lùi bước.", field="reason")
    _write(stored, [line], before, Happening(note=reason), actor)
    return before


def _stale(line: BudgetLine | None, seen: str, hand: Hand, step: str) -> str:
    """Why the writer cannot take the step of this class, whatever it needs, in words."""
    if line is None:
        return GONE
    if not hand.takes(line, step):
        return NOT_FINANCE if step == BudgetLine.State.SETTLED else NOT_YOURS
    if line.state != seen:
        return f"{last_writing(TABLE, line.pk)} vừa chuyển lớp này sang «{line.get_state_display()}»."
    return ""


def _write(plan: Plan, lines: Iterable[BudgetLine], state: str, what: Happening, actor: User) -> None:
    moved = list(lines)
    ids = [line.pk for line in moved]
    numbers = dict(ClassStep.objects.filter(line__in=ids).order_by().values_list("line").annotate(last=Max("number")))
    now = timezone.now()
    ClassStep.objects.bulk_create(
        ClassStep(
            line=line,
            number=numbers.get(line.pk, 0) + 1,
            before=line.state,
            after=state,
            happened_on=what.day,
            learners=what.learners,
            note=what.note,
            made_by=actor,
            made_at=now,
        )
        for line in moved
    )
    BudgetLine.objects.filter(pk__in=ids).update(state=state, version=F("version") + 1)
    record([one for line in moved for one in _entries(line, state, what)], actor=actor, plan=plan, reason=what.note)


def _entries(line: BudgetLine, state: str, what: Happening) -> Iterable[Entry]:
    told = {
        "after": (line.get_state_display(), STATE_WORDS[state]),
        "happened_on": ("", format_date(what.day) if what.day else ""),
        "learners": ("", format_count(what.learners) if what.learners is not None else ""),
    }
    for name, (old, new) in told.items():
        if new:
            yield Entry(TABLE, line.pk, f"Lớp: {line.content}", name, old, new)
