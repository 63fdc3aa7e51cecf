"""Reading units as a plan sees them, names and khối of the plan's own day; who wrote last, when a plan has ended."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone

from trainingplan.models import AccessRefusal, Change, Closing, Delegation, Participant, Plan, Unit, UnitName, User
from trainingplan.policies import Action, may, may_deputise
from trainingplan.prepared import prepared


def plan_day(plan: Plan) -> date:
    """The day whose units the plan shows: its date of issue, before that the first day of its year."""
    return plan.issued_on or date(plan.year, 1, 1)


def valid_on(day: date) -> Q:
    """The filter of periods that hold on that day."""
    return Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gt=day))


def unit_names(day: date, unit_ids: Iterable[int] | None = None) -> dict[int, str]:
    """Names by unit key, as of that day."""
    return dict(names_on(day, None if unit_ids is None else set(unit_ids)))


@prepared
def names_on(day: date, unit_ids: Collection[int] | None) -> QuerySet[UnitName, tuple[int, str]]:
    names = UnitName.objects.filter(valid_on(day)).order_by()
    if unit_ids is not None:
        names = names.filter(unit_id__in=unit_ids)
    return names.values_list("unit_id", "name")


def unit_name(plan: Plan, unit: Unit) -> str:
    return unit_names(plan_day(plan), [unit.pk]).get(unit.pk, unit.key)


@dataclass(frozen=True, slots=True)
class PlanUnit:
    """A participant as the plan prints it."""

    unit_id: int
    key: str
    name: str
    group_id: int
    group: str


def plan_units(plan: Plan, units: QuerySet[Unit] | None = None) -> tuple[PlanUnit, ...]:
    """The plan's participants in printed order, those of `units` only if given. Two queries."""
    all_units = units is None or not units.query.has_filters()
    found = _participants(plan.pk, None) if all_units else list(_participants.factory(plan.pk, units))
    names = unit_names(plan_day(plan), (unit_id for unit_id, *_ in found))
    return tuple(
        PlanUnit(unit_id, key, names.get(unit_id, key), group_id, group) for unit_id, key, group_id, group in found
    )


@prepared
def _participants(plan_id: int, units: QuerySet[Unit] | None) -> QuerySet[Participant, tuple[int, str, int, str]]:
    rows = Participant.objects.filter(plan_id=plan_id).order_by("group__position", "position")
    rows = rows if units is None else rows.filter(unit__in=units)
    return rows.values_list("unit_id", "unit__key", "group_id", "group__name")


def last_writing(table: str, row: int | str) -> str:
    """Who wrote a row last and when, as the change log has it: "Nguyễn Thị Ái (alice), lúc 14:05, 05/12/2024,"."""
    change = Change.objects.filter(table=table, row=str(row)).order_by("-pk").first()
    return f"{change.actor_name}, lúc {timezone.localtime(change.at):%H:%M, %d/%m/%Y}," if change else "Người khác"


@dataclass(frozen=True, slots=True)
class DelegationLine:
    """One delegation as it stands today; who gave it may take it back while it has not ended."""

    delegation: Delegation
    state: str
    tone: str
    revocable: bool


def delegations(user: User) -> list[DelegationLine]:
    """All delegations, the latest first; one query."""
    rows = Delegation.objects.select_related("principal", "deputy").order_by("-valid_from", "-pk")
    today = timezone.localdate()
    return [_delegation_line(row, user, today) for row in rows]


def _delegation_line(row: Delegation, user: User, today: date) -> DelegationLine:
    over = row.revoked_at is not None or row.valid_to < today
    if row.revoked_at is not None:
        state, tone = f"thu hồi {timezone.localtime(row.revoked_at):%H:%M, %d/%m/%Y}", ""
    elif over:
        state, tone = "đã hết hạn", ""
    elif not may(row.principal, Action.DECIDE_ALLOCATION) or not may_deputise(row.deputy):
        state, tone = "không còn hiệu lực: tài khoản đã đổi vai trò hoặc bị khóa", "is-bad"
    else:
        state, tone = ("đang hiệu lực", "is-ok") if row.valid_from <= today else ("chưa đến ngày", "is-info")
    return DelegationLine(row, state, tone, revocable=not over and row.principal_id == user.pk)


def refusals() -> QuerySet[AccessRefusal]:
    """What was refused, the latest first."""
    return AccessRefusal.objects.order_by("-pk").select_related("user")


def ended_words(plan: Plan) -> str:
    """Since when the plan has ended, in words; empty, without a query, for one that has not."""
    if plan.state != Plan.State.CLOSED:
        return ""
    at = Closing.objects.filter(plan=plan, reopened_at=None).values_list("closed_at", flat=True).first()
    return f"Kế hoạch đã kết thúc ngày {timezone.localtime(at):%d/%m/%Y}" if at else "Kế hoạch đã kết thúc"
