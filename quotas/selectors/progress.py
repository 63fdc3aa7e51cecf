"""Where the units stand in answering the plan's call: who has sent, who has not, how late."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import groupby
from typing import Any

from django.db.models import Case, Count, F, Max, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Concat
from django.utils import timezone

from quotas.models import Extension, ExtensionRequest, Quota, Registration, Response
from trainingplan.models import Participant, Plan, Unit, UnitName
from trainingplan.prepared import Prepared, prepared
from trainingplan.selectors import PlanUnit, plan_day, valid_on


class Standing(StrEnum):
    """Each unit that is asked has exactly one, so that their counts add up. The value is the word in addresses."""

    SENT = "da-gui"
    NO_NEED = "khong-co-nhu-cau"
    ACCEPTED = "da-tiep-nhan"
    EDITING = "dang-nhap"
    RETURNED = "tra-lai"
    NOT_OPENED = "chua-mo"

    @property
    def label(self) -> str:
        return LABELS[self]

    @property
    def answered(self) -> bool:
        return self in ANSWERED

    @property
    def tone(self) -> str:
        """The class of its pill."""
        if self.answered:
            return "is-ok"
        return {Standing.EDITING: "is-info", Standing.RETURNED: "is-warn"}.get(self, "")


LABELS = {
    Standing.SENT: "đã gửi",
    Standing.NO_NEED: "không có nhu cầu",
    Standing.ACCEPTED: "đã tiếp nhận",
    Standing.EDITING: "đang nhập",
    Standing.RETURNED: "trả lại",
    Standing.NOT_OPENED: "chưa mở",
}
ANSWERED = frozenset({Standing.SENT, Standing.NO_NEED, Standing.ACCEPTED})


def standing_of(state: str | None, registered: int) -> Standing:
    """The standing that follows from the answer's state; what was sent and asks for nobody says «không có nhu cầu»."""
    match state:
        case Response.State.SENT:
            return Standing.SENT if registered else Standing.NO_NEED
        case Response.State.ACCEPTED:
            return Standing.ACCEPTED
        case Response.State.RETURNED:
            return Standing.RETURNED
        case Response.State.EDITING:
            return Standing.EDITING
        case _:
            return Standing.NOT_OPENED


@dataclass(frozen=True, slots=True)
class UnitProgress:
    """One unit: `filled` quotas answered, `registered` people asked for, `late` days after its own deadline or None.

    `due_at` is that deadline, a running or past extension counted in; `extended` says that it was extended. Who got
    the answer back is late from that day at the earliest. `waiting` says for what and why it asks for more time.
    What was sent `stands_since` then, or since a number was last written into it.
    """

    unit: PlanUnit
    standing: Standing
    filled: int
    registered: int
    sent_at: datetime | None
    sent_by: str
    late: int | None
    due_at: datetime | None
    extended: bool
    waiting: str
    stands_since: datetime | None = None

    @property
    def owes(self) -> bool:
        """Whether it has to be reminded: not answered, and its time is over."""
        return not self.standing.answered and self.late is not None

    @property
    def reprieved(self) -> bool:
        """Whether it has not answered, and only an extension that runs keeps it from being late."""
        return not self.standing.answered and self.late is None and self.extended

    @property
    def acceptable(self) -> bool:
        """Whether it waits to be taken in."""
        return self.standing in {Standing.SENT, Standing.NO_NEED}

    @property
    def lateness(self) -> str:
        """In words; empty when in time."""
        if self.late is None:
            return ""
        verb = "gửi muộn" if self.standing.answered else "quá hạn"
        return f"{verb} {self.late} ngày" if self.late else f"{verb} trong ngày"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many units have a standing."""

    standing: Standing
    units: int


@dataclass(frozen=True, slots=True)
class GroupProgress:
    """A khối with its units."""

    group_id: int
    name: str
    units: tuple[UnitProgress, ...]

    @property
    def answered(self) -> int:
        return sum(unit.standing.answered for unit in self.units)

    @property
    def due(self) -> int:
        return len(self.units)


@dataclass(frozen=True, slots=True)
class Progress:
    """All units that are asked, by khối; `asked` is the number of quotas each is asked about."""

    groups: tuple[GroupProgress, ...]
    asked: int
    opens_at: datetime | None
    closes_at: datetime | None
    illustrative: bool

    @property
    def units(self) -> tuple[UnitProgress, ...]:
        return tuple(unit for group in self.groups for unit in group.units)

    @property
    def due(self) -> int:
        return len(self.units)

    @property
    def tallies(self) -> tuple[Tally, ...]:
        """One for each standing, in the order of the enumeration; they add up to `due`."""
        counted = Counter(unit.standing for unit in self.units)
        return tuple(Tally(standing, counted[standing]) for standing in Standing)

    @property
    def answered(self) -> int:
        return sum(unit.standing.answered for unit in self.units)

    @property
    def missing(self) -> tuple[UnitProgress, ...]:
        """The units that have not answered."""
        return tuple(unit for unit in self.units if not unit.standing.answered)

    @property
    def debtors(self) -> tuple[UnitProgress, ...]:
        """The units to remind: neither those that answered nor those whose extension runs."""
        return tuple(unit for unit in self.units if unit.owes)

    @property
    def reprieved(self) -> tuple[UnitProgress, ...]:
        return tuple(unit for unit in self.units if unit.reprieved)

    @property
    def waiting(self) -> tuple[UnitProgress, ...]:
        """The units whose request for more time waits."""
        return tuple(unit for unit in self.units if unit.waiting)

    @property
    def acceptable(self) -> tuple[UnitProgress, ...]:
        return tuple(unit for unit in self.units if unit.acceptable)


@dataclass(frozen=True, slots=True)
class _Cells:
    filled: int = 0
    registered: int = 0
    illustrative: int = 0
    written_at: datetime | None = None


def progress(plan: Plan, units: QuerySet[Unit], asked: int | None = None) -> Progress:
    """The participants among `units`; three queries, whatever their number. `asked` spares the count of quotas."""
    some = units if units.query.has_filters() else None
    cells = {unit_id: _Cells(*rest) for unit_id, *rest in _rows_of(_cells, plan.pk, some)}
    answers = [_Answer(*row) for row in _rows_of(_answers, plan.pk, some, plan_day(plan))]
    rows = [_row(one, cells, plan.registration_closes_at) for one in answers]
    return Progress(
        groups=tuple(
            GroupProgress(group_id, name, tuple(members))
            for (group_id, name), members in groupby(rows, key=lambda row: (row.unit.group_id, row.unit.group))
        ),
        asked=len(_quotas(plan.pk)) if asked is None else asked,
        opens_at=plan.registration_opens_at,
        closes_at=plan.registration_closes_at,
        illustrative=plan.illustrative
        or any(answer.illustrative for answer in answers)
        or any(cell.illustrative for cell in cells.values()),
    )


def _rows_of(read: Prepared[..., Any], plan_id: int, units: QuerySet[Unit] | None, *more: Any) -> Iterable[Any]:
    """Of all units by the compiled statement; of some by one of their own."""
    return read(plan_id, None, *more) if units is None else read.factory(plan_id, units, *more)


@prepared
def _quotas(plan_id: int) -> QuerySet[Quota, int]:
    return Quota.objects.filter(programme__plan_id=plan_id).order_by().values_list("pk", flat=True)


@prepared
def _answers(plan_id: int, units: QuerySet[Unit] | None, day: date) -> QuerySet[Participant, Any]:
    """Each participant's answer in the plan's order, as `_Answer` has it."""
    names = UnitName.objects.filter(valid_on(day), unit=OuterRef("unit")).values("name")
    here = OuterRef("pk")
    extensions = Extension.objects.filter(participant=here).order_by("-until").values("until")
    named = Concat(Value("chương trình «"), "programme__name", Value("»: "), "reason")
    requests = (
        ExtensionRequest.objects.filter(participant=here, state=ExtensionRequest.State.WAITING)
        .annotate(words=Case(When(programme=None, then="reason"), default=named))
        .values("words")
    )
    whose = Q() if units is None else Q(unit__in=units)
    return (
        Participant.objects.filter(whose, plan_id=plan_id)
        .annotate(name=Subquery(names[:1]), until=Subquery(extensions[:1]), waiting=Subquery(requests[:1]))
        .order_by("group__position", "position")
        .values_list(
            "unit_id",
            "unit__key",
            "group_id",
            "group__name",
            "response__state",
            "response__sent_at",
            "response__sent_by__full_name",
            "response__handled_at",
            "response__illustrative",
            "name",
            "until",
            "waiting",
        )
    )


@prepared
def _cells(plan_id: int, units: QuerySet[Unit] | None) -> QuerySet[Registration, Any]:
    """The plan's quotas are looked up first; the sum with zero keeps SQLite from reading all plans unit by unit."""
    whose = Q() if units is None else Q(unit__in=units)
    return (
        Registration.objects.filter(whose, quota__in=Quota.objects.filter(programme__plan_id=plan_id).order_by())
        .order_by()
        .annotate(key=F("unit_id") + 0)
        .values_list("key")
        .annotate(
            filled=Count("pk", filter=Q(number__isnull=False) | Q(no_need=True)),
            registered=Sum("number", default=0),
            marked=Count("pk", filter=Q(illustrative=True)),
            written_at=Max("updated_at"),
        )
    )


@dataclass(frozen=True, slots=True)
class _Answer:
    """One participant: whether and what he answered, his name, the latest extension, a waiting request's reason."""

    unit_id: int
    key: str
    group_id: int
    group: str
    state: str | None
    sent_at: datetime | None
    sent_by: str | None
    handled_at: datetime | None
    illustrative: bool | None
    name: str | None
    until: datetime | None
    waiting: str | None


def _due(closes_at: datetime | None, until: datetime | None) -> tuple[datetime | None, bool]:
    """The participant's own deadline, and whether it is an extension."""
    if until and closes_at and until > closes_at:
        return until, True
    return closes_at, False


def _row(answer: _Answer, cells: Mapping[int, _Cells], closes_at: datetime | None) -> UnitProgress:
    cell = cells.get(answer.unit_id, _Cells())
    standing = standing_of(answer.state, cell.registered)
    sent_at = answer.sent_at if standing.answered else None
    due_at, extended = _due(closes_at, answer.until)
    given_back = answer.handled_at if standing is Standing.RETURNED else None
    return UnitProgress(
        unit=PlanUnit(answer.unit_id, answer.key, answer.name or answer.key, answer.group_id, answer.group),
        standing=standing,
        filled=cell.filled,
        registered=cell.registered,
        sent_at=sent_at,
        sent_by=(answer.sent_by or "") if standing.answered else "",
        late=days_late(max(due_at, given_back) if due_at and given_back else due_at, sent_at or timezone.now()),
        due_at=due_at,
        extended=extended,
        waiting=answer.waiting or "",
        stands_since=max(filter(None, (sent_at, cell.written_at)), default=None) if standing.answered else None,
    )


def days_late(closes_at: datetime | None, at: datetime) -> int | None:
    """Calendar days from the deadline to `at`, 0 on the day itself; None in time or without deadline."""
    if closes_at is None or at <= closes_at:
        return None
    return (timezone.localdate(at) - timezone.localdate(closes_at)).days
