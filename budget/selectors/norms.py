"""Norm sets: which holds for a class, what each allows, and what is wrong with them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from budget.models import BudgetLine, EstimateLine, NormItem, NormSet
from budget.rules.norms import NormRefused, Validity, choose, level_fault, overlaps
from trainingplan.models import Plan
from trainingplan.rules.dates import format_date
from trainingplan.selectors import plan_day, valid_on


@dataclass(frozen=True)
class Norms:
    """A norm set with its items by group, how it stands today, and what is wrong with it."""

    norm_set: NormSet
    groups: tuple[tuple[str, tuple[NormItem, ...]], ...]
    state: str = ""
    tone: str = ""
    faults: tuple[str, ...] = ()

    @property
    def illustrative(self) -> bool:
        return any(item.illustrative for _, items in self.groups for item in items)


def class_day(plan: Plan, opens_on: date | None) -> date:
    """The day whose norms a class follows: the one it opens on, if unknown the first of the plan's year."""
    return opens_on or date(plan.year, 1, 1)


def norm_set_on(day: date, territory: str, known: Sequence[NormSet] | None = None) -> NormSet:
    """The one norm set of a day and place; raises NormRefused where none or several hold. One query, or none."""
    sets = {norm_set.pk: norm_set for norm_set in (NormSet.objects.all() if known is None else known)}
    return sets[choose(day, territory, [norm_set.validity for norm_set in sets.values()]).set_id]


def items_by_key(norm_set: NormSet) -> dict[str, NormItem]:
    return {item.key: item for item in norm_set.items.all()}


def norms_in_force(plan: Plan) -> tuple[Norms, ...]:
    """The norm sets that hold on the plan's day; two queries."""
    return tuple(_norms(one) for one in _with_items().filter(valid_on(plan_day(plan))))


def norms_used(plan: Plan) -> tuple[Norms, ...]:
    """What the plan's estimates use of each norm set, or all that is in force while they use none; three queries."""
    used = set(NormItem.objects.filter(estimate_lines__line__plan=plan).values_list("pk", flat=True))
    if not used:
        return norms_in_force(plan)
    sets = _with_items().filter(items__in=used).distinct().order_by("valid_from", "pk")
    return tuple(_norms(one, used) for one in sets)


def all_norms() -> tuple[Norms, ...]:
    """Every norm set as it stands today, the latest first; those that expired or overlap are named. Two queries."""
    today = timezone.localdate()
    sets = list(_with_items())
    clashes = overlaps([one.validity for one in sets])
    return tuple(_norms(one, state=_state(one, today), faults=_faults(one, clashes)) for one in sets)


@dataclass(frozen=True, slots=True)
class Outdated:
    """A line that the norms of its day would not price as it stands; `why` says so, `wanted` is the set to price it by.

    Another set holds on that day, or none, or several (`wanted` is None); or its own set has been put right since.
    """

    line: BudgetLine
    wanted: NormSet | None
    why: str


def outdated_lines(plan: Plan) -> tuple[Outdated, ...]:
    """The lines still planned that their norms would price otherwise now. Approved lines do not move. Three queries."""
    lines = BudgetLine.objects.filter(plan=plan, state=BudgetLine.State.PLANNED, norm_set__isnull=False)
    sets = {norm_set.pk: norm_set for norm_set in NormSet.objects.all()}
    known, moved = [norm_set.validity for norm_set in sets.values()], _moved_costs(plan)
    found = (_outdated(plan, line, known, sets, moved.get(line.pk)) for line in lines.order_by("position"))
    return tuple(one for one in found if one)


def _moved_costs(plan: Plan) -> dict[int, EstimateLine]:
    """By planned line, its first cost that its norm does not allow any more as it was computed. One query."""
    allowed = Q(kind=F("norm_item__kind"), base=F("norm_item__base"))
    above = Q(level__gt=F("norm_item__level")) | Q(kind=NormItem.Kind.FIXED, level__lt=F("norm_item__level"))
    costs = EstimateLine.objects.filter(line__plan=plan, line__state=BudgetLine.State.PLANNED, norm_item__isnull=False)
    moved = costs.filter(~allowed | above).select_related("norm_item").order_by("line", "-position")
    return {cost.line_id: cost for cost in moved}


def _outdated(
    plan: Plan, line: BudgetLine, known: Sequence[Validity], sets: dict[int, NormSet], moved: EstimateLine | None
) -> Outdated | None:
    try:
        wanted = sets[choose(class_day(plan, line.opens_on), line.territory, known).set_id]
    except NormRefused as refusal:
        return Outdated(line, None, str(refusal).removesuffix("."))
    if wanted.pk != line.norm_set_id:
        old = sets[line.norm_set_id or 0].number
        return Outdated(line, wanted, f"đang tính theo {old}, ngày khai giảng thuộc hiệu lực của {wanted.number}")
    return Outdated(line, wanted, _why_moved(moved, wanted.number)) if moved else None


def _why_moved(cost: EstimateLine, number: str) -> str:
    fault = level_fault(cost.norm_item.as_norm(number), cost.level) if cost.norm_item else ""
    return f"khoản «{cost.content}» {fault.removesuffix('.') or f'tính theo cách mà {number} không còn quy định'}"


def _with_items() -> QuerySet[NormSet]:
    return NormSet.objects.prefetch_related("items")


def _norms(
    norm_set: NormSet, used: set[int] | None = None, state: tuple[str, str] = ("", ""), faults: Iterable[str] = ()
) -> Norms:
    items = [item for item in norm_set.items.all() if used is None or item.pk in used]
    grouped = groupby(items, key=lambda item: item.group)
    groups = tuple((name, tuple(members)) for name, members in grouped)
    return Norms(norm_set, groups, *state, faults=tuple(faults))


def _state(norm_set: NormSet, today: date) -> tuple[str, str]:
    if norm_set.valid_to and norm_set.valid_to <= today:
        return f"hết hiệu lực từ {format_date(norm_set.valid_to)}", "is-bad"
    if today < norm_set.valid_from:
        return f"có hiệu lực từ {format_date(norm_set.valid_from)}", "is-info"
    return "đang có hiệu lực", "is-ok"


def _faults(norm_set: NormSet, clashes: Sequence[tuple[Validity, Validity]]) -> list[str]:
    others = [
        (other if one.set_id == norm_set.pk else one).words
        for one, other in clashes
        if norm_set.pk in (one.set_id, other.set_id)
    ]
    return [f"Hiệu lực chồng với {other}: lớp mở trong khoảng đó chưa biết theo bộ nào." for other in others]
