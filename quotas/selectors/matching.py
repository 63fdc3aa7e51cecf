"""By which names and codes the rows of the grids are known, and what their cells hold: what a paste is judged by."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from quotas.models import Quota, Registration
from quotas.rules.paste import Held
from quotas.rules.row_names import Known, NameBook
from trainingplan.models import Plan, Succession, Unit, UnitName
from trainingplan.selectors import plan_day, valid_on


def unit_book(plan: Plan, names: Mapping[int, str]) -> NameBook:
    """The participants, of whom `names` gives the name that the plan prints, by all names and codes.

    Those they and their predecessors ever had lead to them. Who went into one participant alone leads to it; into
    several, to each of them, for the reader to choose.
    """
    taking_part = set(names)
    heirs = _heirs(taking_part)
    today = set(UnitName.objects.filter(valid_on(plan_day(plan)), unit__in=taking_part).values_list("pk", flat=True))
    present = [Known(name, row) for row, name in names.items()]
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


def held_registrations(unit: Unit, quota_ids: Iterable[int]) -> dict[tuple[int, int], Held]:
    """What the cells of a unit hold, by unit and quota."""
    rows = Registration.objects.filter(unit=unit, quota_id__in=quota_ids).order_by()
    cells = rows.values_list("quota_id", "number", "no_need")
    return {(unit.pk, pk): Held(number, no_need) for pk, number, no_need in cells}
