"""What a whole-plan workbook comes to under its ceilings: judged over all rows, told at the rows to blame."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from quotas.models import Allocation, Quota, SubAllocation, SubQuota, UnitCap
from quotas.services.bounds import nominated
from trainingplan.models import Plan
from trainingplan.resources.base import Elsewhere
from trainingplan.resources.book import BookResource, Faults, Pending
from trainingplan.rules.numbers import format_count
from trainingplan.selectors import plan_day, unit_names
from trainingplan.services.refusals import Refused


class Part(Enum):
    """Which figures a sheet holds. The value is the model's field at which a refusal belongs."""

    QUOTA = "number", "quota"
    SUB_QUOTA = "number", "sub_quota"
    CAP = "number", "cap"
    ALLOCATION = "number", "allocation"
    SUB_ALLOCATION = "number", "sub_allocation"
    NOMINATION = "quota_id", "nomination"

    def key(self, row: Any) -> Hashable:
        match self:
            case Part.QUOTA | Part.SUB_QUOTA:
                return int(row.pk or 0)
            case Part.CAP:
                return row.unit_id, row.programme_id
        return row.unit_id, row.quota_id

    def amount(self, row: Any) -> int:
        """What the row counts under a sum: its number, or a person on the list proper."""
        if self is Part.NOMINATION:
            return 0 if row.reserve else 1
        return row.number or 0


@dataclass
class Figures:
    """All figures of a plan as they would stand."""

    quotas: dict[int, Any]
    sub_quotas: dict[int, Any]
    caps: dict[tuple[int, int], int | None]
    given: dict[tuple[int, int], int]
    sub_given: dict[tuple[int, int], int]
    people: dict[tuple[int, int], int]


@dataclass(frozen=True)
class Fault:
    """A sum beyond its ceiling; `culprits` are the keys of the rows that may be at fault, by part."""

    message: str
    excess: int
    culprits: Mapping[Part, frozenset[Hashable]] = field(default_factory=dict)


def faults_of(
    plan: Plan, part: Part, pending: Sequence[Pending], before: Mapping[Part, BookResource]
) -> tuple[Faults, list[Elsewhere]]:
    """By row number the field and why it is refused; and what rows of the sheets before are to blame for.

    Raises Refused for what no row of the file is to blame for.
    """
    figures = _figures(plan)
    _overlay(figures, part, pending)
    found: Faults = {}
    elsewhere: list[Elsewhere] = []
    for fault in _faults(plan, figures):
        blamed = _blamed(fault, part, [one for one in pending if one.number not in found])
        found |= {one.number: (part.value[0], fault.message) for one in blamed}
        if not blamed:
            elsewhere += _blamed_before(fault, before)
    return found, elsewhere


def _blamed_before(fault: Fault, before: Mapping[Part, BookResource]) -> list[Elsewhere]:
    """The rows of the last sheet that has any."""
    for part, sheet in reversed([*before.items()]):
        if blamed := _blamed(fault, part, sheet.pending):
            return [Elsewhere(sheet, one.number, part.value[0], fault.message) for one in blamed]
    raise Refused(fault.message)


def _figures(plan: Plan) -> Figures:
    quotas = Quota.objects.filter(programme__plan=plan).in_bulk()
    subs = SubQuota.objects.filter(quota__in=quotas).in_bulk()
    caps = UnitCap.objects.filter(programme__plan=plan).order_by()
    given = Allocation.objects.filter(quota__in=quotas).order_by()
    sub_given = SubAllocation.objects.filter(quota__in=subs).order_by()
    return Figures(
        quotas,
        subs,
        {(unit, programme): number for unit, programme, number in caps.values_list("unit", "programme", "number")},
        {(unit, quota): number or 0 for unit, quota, number in given.values_list("unit", "quota", "number")},
        {(unit, sub): number or 0 for unit, sub, number in sub_given.values_list("unit", "quota", "number")},
        nominated(quotas),
    )


def _overlay(figures: Figures, part: Part, pending: Iterable[Pending]) -> None:
    """Put what the sheet brings over what stands."""
    tables: dict[Part, dict[Any, Any]] = {
        Part.QUOTA: figures.quotas,
        Part.SUB_QUOTA: figures.sub_quotas,
        Part.CAP: figures.caps,
        Part.ALLOCATION: figures.given,
        Part.SUB_ALLOCATION: figures.sub_given,
    }
    people = Counter(figures.people)
    for one in pending:
        row = one.row
        if part is Part.NOMINATION:
            people[row.unit_id, row.quota_id] += part.amount(row)
            if one.before is not None:
                people[one.before.unit_id, one.before.quota_id] -= part.amount(one.before)
        elif part in (Part.QUOTA, Part.SUB_QUOTA):
            tables[part][row.pk or -one.number] = row
        else:
            tables[part][part.key(row)] = row.number if part is Part.CAP else row.number or 0
    figures.people = dict(people)


def _faults(plan: Plan, figures: Figures) -> Iterable[Fault]:
    names = unit_names(plan_day(plan))
    by_quota: Counter[int] = Counter()
    by_programme: Counter[tuple[int, int]] = Counter()
    for (unit_id, quota_id), number in figures.given.items():
        by_quota[quota_id] += number
        by_programme[unit_id, figures.quotas[quota_id].programme_id] += number
    yield from _over_quotas(figures, by_quota)
    yield from _over_caps(figures, by_programme, names)
    yield from _over_sub_quotas(figures)
    yield from _over_places(figures, names)


def _over_quotas(figures: Figures, given: Mapping[int, int]) -> Iterable[Fault]:
    for pk, quota in figures.quotas.items():
        total = given.get(pk, 0) + (quota.held or 0)
        if quota.number is not None and total > quota.number:
            words = (
                f"Chỉ tiêu «{quota.short_name}» có {format_count(quota.number)}, đã phân bổ "
                f"{format_count(given.get(pk, 0))}, giữ lại {format_count(quota.held or 0)}. "
                f"Giảm {format_count(total - quota.number)} ở các đơn vị, hoặc tăng chỉ tiêu."
            )
            cells = frozenset(key for key in figures.given if key[1] == pk)
            yield Fault(words, total - quota.number, {Part.QUOTA: frozenset({pk}), Part.ALLOCATION: cells})


def _over_caps(figures: Figures, given: Mapping[tuple[int, int], int], names: Mapping[int, str]) -> Iterable[Fault]:
    for (unit_id, programme_id), cap in figures.caps.items():
        total = given.get((unit_id, programme_id), 0)
        if cap is not None and total > cap:
            words = (
                f"{names.get(unit_id, 'Đơn vị')} có trần {format_count(cap)}, được phân bổ {format_count(total)} "
                f"ở chương trình ấy. Giảm {format_count(total - cap)}, hoặc nâng trần."
            )
            cells = frozenset(
                key for key in figures.given
                if key[0] == unit_id and figures.quotas[key[1]].programme_id == programme_id
            )  # fmt: skip
            culprits = {Part.CAP: frozenset({(unit_id, programme_id)}), Part.ALLOCATION: cells}
            yield Fault(words, total - cap, culprits)


def _over_sub_quotas(figures: Figures) -> Iterable[Fault]:
    given: dict[int, int] = defaultdict(int)
    for (_, sub_id), number in figures.sub_given.items():
        given[sub_id] += number
    for pk, sub in figures.sub_quotas.items():
        quota, number = figures.quotas[sub.quota_id], sub.number or 0
        both = {Part.QUOTA: frozenset({sub.quota_id}), Part.SUB_QUOTA: frozenset({pk})}
        if quota.number is not None and number > quota.number:
            words = (
                f"Chỉ tiêu con «{sub.name}» là {format_count(number)}, nhiều hơn chỉ tiêu «{quota.short_name}» "
                f"({format_count(quota.number)}). Giảm chỉ tiêu con."
            )
            yield Fault(words, number - quota.number, both)
        if given[pk] > number:
            words = (
                f"Chỉ tiêu con «{sub.name}» có {format_count(number)}, đã phân bổ {format_count(given[pk])}. "
                "Giảm số của các đơn vị, hoặc tăng chỉ tiêu con."
            )
            cells = frozenset(key for key in figures.sub_given if key[1] == pk)
            yield Fault(words, given[pk] - number, both | {Part.SUB_ALLOCATION: cells})


def _over_places(figures: Figures, names: Mapping[int, str]) -> Iterable[Fault]:
    """A unit has no more of a sub-quota, and no more people, than places of the quota."""
    for (unit_id, sub_id), number in figures.sub_given.items():
        sub = figures.sub_quotas[sub_id]
        key = unit_id, sub.quota_id
        if number > figures.given.get(key, 0):
            words = (
                f"{names.get(unit_id, 'Đơn vị')} được phân bổ {format_count(figures.given.get(key, 0))} chỗ, trong đó "
                f"«{sub.name}» là {format_count(number)}. Giảm số «{sub.name}», hoặc tăng số phân bổ."
            )
            culprits = {Part.ALLOCATION: frozenset({key}), Part.SUB_ALLOCATION: frozenset({(unit_id, sub_id)})}
            yield Fault(words, number, culprits)
    for key, people in figures.people.items():
        if people > figures.given.get(key, 0):
            words = (
                f"{names.get(key[0], 'Đơn vị')} cử {format_count(people)} người ở chỉ tiêu "
                f"«{figures.quotas[key[1]].short_name}», được phân bổ {format_count(figures.given.get(key, 0))} chỗ. "
                "Bỏ bớt người, ghi dự bị, hoặc tăng số phân bổ."
            )
            culprits = {Part.ALLOCATION: frozenset({key}), Part.NOMINATION: frozenset({key})}
            yield Fault(words, people - figures.given.get(key, 0), culprits)


def _blamed(fault: Fault, part: Part, pending: Sequence[Pending]) -> list[Pending]:
    """The last rows of the sheet without which the sum fits; a ceiling's own row is to blame as such."""
    keys, excess = fault.culprits.get(part, frozenset()), fault.excess
    rows = [one for one in pending if _key(part, one) in keys]
    if part in (Part.QUOTA, Part.SUB_QUOTA, Part.CAP):
        return rows
    blamed = []
    for one in reversed(rows):
        growth = part.amount(one.row) - (part.amount(one.before) if one.before is not None else 0)
        if excess > 0 and growth > 0:
            blamed.append(one)
            excess -= growth
    return blamed or rows[-1:]


def _key(part: Part, one: Pending) -> Hashable:
    """The row's key among the figures; one that is not stored yet stands under its number in the file."""
    key = part.key(one.row)
    return -one.number if key == 0 else key
