"""By which names and codes the rows of the grids are known, and what their cells hold: what a paste is judged by."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from quotas.models import Allocation, Quota, Registration
from quotas.rules.paste import Held
from quotas.rules.row_names import Known, NameBook
from trainingplan.models import Plan, Succession, Unit, UnitName
from trainingplan.selectors import PlanUnit, plan_day, valid_on


def unit_book(plan: Plan, members: Sequence[PlanUnit]) -> NameBook:
    """The participants by what they are called on the plan's day, by all they or their predecessors were ever called.

    Who went into one participant alone leads to it; into several, to each of them, for the reader to choose.
    """
    taking_part = {member.unit_id for member in members}
    heirs = _heirs(taking_part)
    today = set(UnitName.objects.filter(valid_on(plan_day(plan)), unit__in=taking_part).values_list("pk", flat=True))
    present = [Known(member.name, member.unit_id) for member in members]
    former: list[Known] = []
    for pk, unit_id, name, short_name in UnitName.objects.values_list("pk", "unit_id", "name", "short_name"):
        if pk in today:
            present.append(Known(short_name, unit_id, "tên viết tắt"))
            continue
        for row in [unit_id] if unit_id in taking_part else heirs.get(unit_id, ()):
            how = f"tên cũ «{name}»" if row == unit_id else f"kế thừa «{name}»"
            former += [Known(name, row, how), Known(short_name, row, how)]
    codes = Unit.objects.filter(pk__in=taking_part).values_list("pk", "key", "official_code")
    return NameBook(present, former, [Known(code, pk, "mã") for pk, *both in codes for code in both])


def _heirs(taking_part: set[int]) -> dict[int, set[int]]:
    """The participants into which each unit that takes no part went, by any number of steps."""
    next_of: defaultdict[int, list[int]] = defaultdict(list)
    for old, new in Succession.objects.values_list("predecessor_id", "successor_id"):
        next_of[old].append(new)
    return {old: _reach(old, next_of, taking_part) for old in list(next_of) if old not in taking_part}


def _reach(start: int, next_of: Mapping[int, list[int]], ends: set[int]) -> set[int]:
    seen, waiting, reached = {start}, [start], set()
    while waiting:
        for unit in next_of.get(waiting.pop(), ()):
            if unit in ends:
                reached.add(unit)
            elif unit not in seen:
                seen.add(unit)
                waiting.append(unit)
    return reached


def quota_book(quotas: Iterable[Quota]) -> NameBook:
    """The rows of a unit's sheet by the quotas' names."""
    quotas = list(quotas)
    names = [Known(text, quota.pk) for quota in quotas for text in {quota.name, quota.short_name}]
    return NameBook(names, codes=[Known(quota.key, quota.pk, "mã") for quota in quotas])


def held_allocations(quota_ids: Iterable[int]) -> dict[tuple[int, int], Held]:
    """What the Board's cells hold, by unit and quota."""
    rows = Allocation.objects.filter(quota_id__in=quota_ids, number__isnull=False).order_by()
    return {(unit, quota): Held(number) for unit, quota, number in rows.values_list("unit_id", "quota_id", "number")}


def held_registrations(unit: Unit, quota_ids: Iterable[int]) -> dict[tuple[int, int], Held]:
    """What the cells of a unit hold, by unit and quota."""
    rows = Registration.objects.filter(unit=unit, quota_id__in=quota_ids).order_by()
    cells = rows.values_list("quota_id", "number", "no_need")
    return {(unit.pk, pk): Held(number, no_need) for pk, number, no_need in cells}
