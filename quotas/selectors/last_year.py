"""Last year's figures: what the plan of the year before allocated, carried over to today's units."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date

from django.db.models import QuerySet, Sum

from quotas.models import Allocation
from trainingplan.models import Plan, Succession
from trainingplan.prepared import prepared
from trainingplan.selectors import plan_day

FigureKey = tuple[int, str, str]


def last_year_figures(plan: Plan, unit_ids: Iterable[int]) -> dict[FigureKey, int]:
    """Places by (unit, programme key, quota key) in the plan of the year before; two queries.

    A unit that succeeds others whole by the plan's day, in one step or several, shows the sum of its predecessors and
    itself. A predecessor that was split counts for none of its successors: nobody knows the shares. One that takes part
    in the plan itself has gone into nobody.
    """
    wanted = set(unit_ids)
    heirs: dict[int, set[int]] = defaultdict(set)
    for old, new in _gone(plan_day(plan), plan.pk):
        heirs[old].add(new)
    sources = {unit: unit for unit in wanted}
    sources |= {old: heir for old in heirs if (heir := _only_heir(old, heirs)) in wanted}
    figures: dict[FigureKey, int] = defaultdict(int)
    rows = _places(plan.year - 1, set(sources))
    for unit_id, programme, quota, places in rows:
        figures[sources[unit_id], programme, quota] += places
    return dict(figures)


@prepared
def _gone(day: date, plan_id: int) -> QuerySet[Succession, tuple[int, int]]:
    gone = Succession.objects.filter(effective_on__lte=day).exclude(predecessor__participations__plan_id=plan_id)
    return gone.order_by().values_list("predecessor_id", "successor_id")


@prepared
def _places(year: int, units: Collection[int]) -> QuerySet[Allocation, tuple[int, str, str, int]]:
    given = Allocation.objects.filter(quota__programme__plan__year=year, unit_id__in=units).order_by()
    return given.values_list("unit_id", "quota__programme__key", "quota__key").annotate(places=Sum("number", default=0))


def _only_heir(unit: int, heirs: Mapping[int, set[int]]) -> int | None:
    """Who has all of the unit in the end; None when it was split on the way."""
    seen = {unit}
    while new := heirs.get(unit):
        (unit,) = new if len(new) == 1 else (0,)
        if unit in seen or not unit:
            return None
        seen.add(unit)
    return unit
