"""Last year's figures: what the plan of the year before allocated, carried over to today's units."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db.models import Sum

from quotas.models import Allocation
from trainingplan.models import Plan, Succession
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
    gone = Succession.objects.filter(effective_on__lte=plan_day(plan)).exclude(predecessor__participations__plan=plan)
    for old, new in gone.values_list("predecessor_id", "successor_id"):
        heirs[old].add(new)
    sources = {unit: unit for unit in wanted}
    sources |= {old: heir for old in heirs if (heir := _only_heir(old, heirs)) in wanted}
    figures: dict[FigureKey, int] = defaultdict(int)
    rows = (
        Allocation.objects.filter(quota__programme__plan__year=plan.year - 1, unit_id__in=sources)
        .order_by()
        .values_list("unit_id", "quota__programme__key", "quota__key")
        .annotate(places=Sum("number", default=0))
    )
    for unit_id, programme, quota, places in rows:
        figures[sources[unit_id], programme, quota] += places
    return dict(figures)


def _only_heir(unit: int, heirs: Mapping[int, set[int]]) -> int | None:
    """Who has all of the unit in the end; None when it was split on the way."""
    seen = {unit}
    while new := heirs.get(unit):
        (unit,) = new if len(new) == 1 else (0,)
        if unit in seen or not unit:
            return None
        seen.add(unit)
    return unit
