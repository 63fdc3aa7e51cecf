"""Reading how classes run: where each stands, how late it opens, and what may be done with it by whom."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Sum
from django.utils import timezone

from budget.models import BudgetLine, ClassStep, SettledAmount
from budget.policies import may_run_all, may_run_own, may_settle
from budget.rules.classes import (
    CLOSED,
    OPENED,
    WAITING,
    Course,
    Taken,
    days_late,
    following,
    last_day,
    last_step,
    preceding,
    standing,
)
from trainingplan.models import Plan, User
from trainingplan.policies import why_ended
from trainingplan.rules.names import fold
from trainingplan.selectors import plan_day, unit_names

State = BudgetLine.State
STATE_WORDS = {state.value: str(state.label) for state in State}
WAITS_FOR_MONEY = "chờ duyệt kinh phí"


@dataclass(frozen=True, slots=True)
class Hand:
    """Whose classes somebody moves on: all, those that `body` runs; and whether he settles them."""

    every: bool = False
    settles: bool = False
    body: str = ""

    def takes(self, line: BudgetLine, step: str) -> bool:
        """Whether he may record, or take back, this step of the class."""
        if step == State.SETTLED:
            return self.settles
        return self.every or self.runs(line)

    def runs(self, line: BudgetLine) -> bool:
        """Whether the class names his body as the one that carries it out; several are parted by semicolons."""
        return bool(self.body) and self.body in {fold(name).strip() for name in line.executor.split(";")}


def hand_of(plan: Plan, user: User) -> Hand:
    """One query at the most, of those who act for a unit. The classes of a plan that has ended are in nobody's hand."""
    if why_ended(plan):
        return Hand()
    body = ""
    if may_run_own(user) and user.unit_id is not None:
        body = unit_names(plan_day(plan), [user.unit_id]).get(user.unit_id, "")
    return Hand(may_run_all(user), may_settle(user), fold(body).strip())


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A class with its state, its days and its next step; `may_step` is of the reader."""

    line: BudgetLine
    opened_on: date | None
    closed_on: date | None
    present: int | None
    late: int
    following: str
    may_step: bool

    @property
    def next_words(self) -> str:
        """The next step; of a class whose money is only planned, what comes before all steps."""
        return WAITS_FOR_MONEY if self.line.state == State.PLANNED else STATE_WORDS.get(self.following, "")

    @property
    def waits(self) -> bool:
        """Whether it has not opened."""
        return self.line.state in WAITING

    @property
    def tone(self) -> str:
        """The class of its state's pill: waiting for money, on the way, done."""
        if self.line.state == State.PLANNED:
            return ""
        return "is-ok" if self.line.state == last_step(self_funded=self.line.self_funded) else "is-info"

    @property
    def pick(self) -> str:
        """What its box sends: the class and the state that was seen."""
        return f"{self.line.pk}:{self.line.state}"


@dataclass(frozen=True, slots=True)
class StateSum:
    """How many lines, classes and learners are in one state."""

    state: str
    lines: int
    classes: int
    learners: int

    @property
    def words(self) -> str:
        return STATE_WORDS[self.state]


@dataclass(frozen=True, slots=True)
class ClassTable:
    """What the page lists, and the sums by state of all that was searched for."""

    rows: tuple[ClassRow, ...]
    sums: tuple[StateSum, ...]
    late: int
    total: int
    illustrative: bool

    @property
    def classes(self) -> int:
        return sum(one.classes for one in self.sums)

    @property
    def learners(self) -> int:
        return sum(one.learners for one in self.sums)


def lines_with_learners(plan: Plan) -> list[BudgetLine]:
    """The lines that are classes: others (surveys, roundings) have nobody who learns."""
    return list(BudgetLine.objects.filter(plan=plan, learners_per_class__gt=0).order_by("position"))


def class_table(plan: Plan, hand: Hand, *, state: str = "", late: bool = False, words: str = "") -> ClassTable:
    """Two queries, whatever the number of classes. `state` and `late` choose among what `words` find."""
    rows = [row for row in _rows(plan, hand) if _found(row.line, words)]
    shown = [row for row in rows if (not state or row.line.state == state) and (not late or (row.waits and row.late))]
    return ClassTable(
        rows=tuple(shown),
        sums=tuple(_sums(rows)),
        late=sum(1 for row in rows if row.waits and row.late),
        total=len(rows),
        illustrative=plan.illustrative or any(row.line.illustrative for row in shown),
    )


def _rows(plan: Plan, hand: Hand) -> list[ClassRow]:
    today = _awaited_until(plan)
    steps = taken_by_line(plan)
    return [_row(line, steps.get(line.pk, ()), hand, today) for line in lines_with_learners(plan)]


def _awaited_until(plan: Plan) -> date | None:
    """Nobody waits any more for the classes of a plan that has ended."""
    return None if why_ended(plan) else timezone.localdate()


def _row(line: BudgetLine, steps: Iterable[Taken], hand: Hand, today: date | None) -> ClassRow:
    stands = standing(steps)
    opened, ended = stands.get(OPENED), stands.get(CLOSED)
    step = following(line.state, self_funded=line.self_funded)
    awaited = line.state in WAITING and not line.carried_over
    day = opened.day if opened else None
    return ClassRow(
        line=line,
        opened_on=day,
        closed_on=ended.day if ended else None,
        present=next((one.learners for one in (ended, opened) if one and one.learners is not None), None),
        late=days_late(line.opens_on, day or (today if awaited else None)),
        following=step,
        may_step=bool(step) and hand.takes(line, step),
    )


def _found(line: BudgetLine, words: str) -> bool:
    text = fold(f"{line.content} {line.audience} {line.executor} {line.provider} {line.place} {line.group}")
    return all(word in text for word in fold(words).split())


def _sums(rows: Iterable[ClassRow]) -> Iterable[StateSum]:
    by_state: dict[str, list[BudgetLine]] = defaultdict(list)
    for row in rows:
        by_state[row.line.state].append(row.line)
    for state in STATE_WORDS:
        if lines := by_state.get(state):
            yield StateSum(state, len(lines), sum(one.classes for one in lines), sum(one.learners for one in lines))


def taken_by_line(plan: Plan, lines: Iterable[int] | None = None) -> dict[int, list[Taken]]:
    """The steps of each class in the order they were recorded; one query."""
    steps = ClassStep.objects.filter(line__plan=plan).order_by("line", "number")
    if lines is not None:
        steps = steps.filter(line__in=lines)
    found: dict[int, list[Taken]] = defaultdict(list)
    for line_id, before, after, day, learners in steps.values_list(
        "line", "before", "after", "happened_on", "learners"
    ):
        found[line_id].append(Taken(before, after, day, learners))
    return found


def courses(plan: Plan, lines: Mapping[int, BudgetLine]) -> dict[int, Course]:
    """By what the steps of these classes are measured; two queries."""
    steps = taken_by_line(plan, lines)
    sums = SettledAmount.objects.filter(line__in=lines).order_by().values_list("line").annotate(sum=Sum("amount"))
    settled = {line_id: int(amount) for line_id, amount in sums}
    return {
        pk: Course(
            state=line.state,
            year=plan.year,
            carried_over=line.carried_over,
            self_funded=line.self_funded,
            settled=settled.get(pk, 0),
            last_day=last_day(standing(steps.get(pk, ())).values()),
        )
        for pk, line in lines.items()
    }


@dataclass(frozen=True, slots=True)
class OneClass:
    """A class with all its steps, and what the reader may do next."""

    row: ClassRow
    steps: tuple[ClassStep, ...]
    back: str
    may_back: bool

    @property
    def back_words(self) -> str:
        return STATE_WORDS.get(self.back, "")


def one_class(line: BudgetLine, hand: Hand) -> OneClass:
    """One query."""
    steps = tuple(line.steps.select_related("made_by").order_by("number"))
    taken = [Taken(one.before, one.after, one.happened_on, one.learners) for one in steps]
    back = preceding(line.state)
    row = _row(line, taken, hand, _awaited_until(line.plan))
    return OneClass(row, steps, back, bool(back) and hand.takes(line, line.state))


def late_classes(plan: Plan, hand: Hand) -> int:
    """Classes past the day they should open that have not opened, of those whose opening he records; one query."""
    waiting = BudgetLine.objects.filter(plan=plan, state__in=WAITING, learners_per_class__gt=0, carried_over=False)
    return sum(hand.takes(line, OPENED) for line in waiting.filter(opens_on__lt=timezone.localdate()))
