"""Quotas against what is registered, allocated and nominated, each in one grouped query."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from quotas.models import Allocation, Nomination, Quota, Registration, Response
from reports.checks.findings import NOTHING, Findings
from reports.checks.places import STRANGER, Place, Spot, of_quota
from reports.checks.rules import Rule
from reports.fields import Figures, QuotaFigure
from trainingplan.models import Appendix, Participant, Plan
from trainingplan.rules.numbers import format_count
from trainingplan.selectors import plan_day, unit_names

Cells = dict[tuple[int, int], int]
"""Numbers by quota and unit."""
ANSWERED = (Response.State.SENT, Response.State.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Grids:
    """What stands in the tables of a plan; `kinds` are those of its appendices.

    `registered` holds the cells in which a unit has given a number.
    """

    registered: Cells
    allocated: Cells
    nominated: Cells
    unit_keys: dict[int, str]
    unit_names: dict[int, str]
    answered: frozenset[int]
    kinds: Mapping[int, str]
    illustrative: bool

    def unit(self, unit: int) -> str:
        return self.unit_names.get(unit, NOTHING)


def load_grids(plan: Plan, figures: Figures, kinds: Mapping[int, str]) -> Grids:
    """Fetch the cells of the plan's tables; six queries."""
    ids = [quota.id for quota in figures.quotas]
    registered, invented = _cells(Registration.objects.filter(quota_id__in=ids, number__isnull=False))
    allocated, made_up = _cells(Allocation.objects.filter(quota_id__in=ids, number__gt=0))
    members = Participant.objects.filter(plan=plan).order_by()
    answers = Response.objects.filter(participant__plan=plan, state__in=ANSWERED)
    return Grids(
        registered=registered,
        allocated=allocated,
        nominated=_nominated(ids),
        unit_keys=dict(members.values_list("unit_id", "unit__key")),
        unit_names=unit_names(plan_day(plan)),
        answered=frozenset(answers.values_list("participant__unit_id", flat=True)),
        kinds=kinds,
        illustrative=invented or made_up,
    )


def check_quotas(plan: Plan, figures: Figures, grids: Grids, findings: Findings) -> None:
    """Hold the tables to the quotas and to each other."""
    findings.illustrative |= grids.illustrative
    registered, places, people = map(totals, (grids.registered, grids.allocated, grids.nominated))
    for quota in figures.quotas:
        kind = grids.kinds.get(quota.appendix or 0, "")
        _check_allocated(quota, kind, places[quota.id], findings)
        _check_roster(quota, kind, people[quota.id], findings)
        if quota.qualifier == Quota.Qualifier.REGISTERED and quota.number is not None:
            message = "Văn bản nói «đã đăng ký» nhưng số đã đăng ký khác số của chỉ tiêu."
            other = Place("Tổng đăng ký", Spot.ALLOCATION, _number(quota))
            findings.equal(Rule.REGISTERED, (of_quota(quota), quota.number), (other, registered[quota.id]), message)
    by_id = {quota.id: quota for quota in figures.quotas}
    _check_nominated(by_id, grids, findings)
    _check_registered(by_id, grids, findings)
    _check_members(plan, by_id, grids, findings)


def totals(cells: Cells) -> Counter[int]:
    """The sums of the cells by quota."""
    sums: Counter[int] = Counter()
    for (quota, _), number in cells.items():
        sums[quota] += number
    return sums


def _cells(rows: QuerySet[Registration] | QuerySet[Allocation]) -> tuple[Cells, bool]:
    """The numbers of the cells, and whether any is illustrative."""
    found = list(rows.order_by().values_list("quota_id", "unit_id", "number", "illustrative"))
    return {(quota, unit): number or 0 for quota, unit, number, _ in found}, any(row[-1] for row in found)


def _nominated(ids: list[int]) -> Cells:
    """People on the list proper; the reserve takes no places."""
    rows = Nomination.objects.filter(quota_id__in=ids, reserve=False).order_by()
    counted = rows.values_list("quota_id", "unit_id").annotate(people=Count("pk"))
    return {(quota, unit): people for quota, unit, people in counted}


def _check_allocated(quota: QuotaFigure, kind: str, total: int, findings: Findings) -> None:
    if quota.number is None:
        return
    words = f"Phụ lục {quota.appendix}, cột «{quota.name}»" if quota.appendix else f"Phân bổ «{quota.name}»"
    place, other = Place(words, Spot.ALLOCATION, _number(quota)), of_quota(quota)
    if kind == Appendix.Kind.ALLOCATION and total <= quota.number:
        message = f"Còn {format_count(quota.number - total)} chưa phân bổ."
        findings.equal(Rule.ALLOCATED, (place, total), (other, quota.number), message)
    else:
        message = f"Phân bổ vượt {format_count(total - quota.number)}."
        findings.at_most(Rule.ALLOCATED, (place, total), (other, quota.number), message)


def _check_roster(quota: QuotaFigure, kind: str, people: int, findings: Findings) -> None:
    if kind == Appendix.Kind.ROSTER and quota.number is not None:
        message = "Số người trong danh sách (không kể dự bị) khác số của chỉ tiêu."
        place = Place(f"Phụ lục {quota.appendix}, danh sách", Spot.ROSTER, _number(quota), _number(quota))
        findings.equal(Rule.ROSTER, (place, people), (of_quota(quota), quota.number), message)


def _check_nominated(by_id: dict[int, QuotaFigure], grids: Grids, findings: Findings) -> None:
    """Nobody nominates more than was allocated, where anything of the quota was."""
    given = {quota for quota, _ in grids.allocated}
    for (quota, unit), people in sorted(grids.nominated.items()):
        if quota in given:
            of = by_id[quota]
            words, key = f"Danh sách của {grids.unit(unit)}", f"{_number(of)}/{_unit(grids, unit)}"
            place = Place(words, Spot.ROSTER, key, _roster(of, grids))
            other = _cell("Phân bổ", of, grids, unit, Spot.ALLOCATION)
            allocated = grids.allocated.get((quota, unit), 0)
            findings.at_most(Rule.NOMINATED, (place, people), (other, allocated), "Cử nhiều hơn số được phân bổ.")


def _check_registered(by_id: dict[int, QuotaFigure], grids: Grids, findings: Findings) -> None:
    """A unit is given no more than it asked for. Of a unit that has not answered, nothing is known."""
    for (quota, unit), number in sorted(grids.allocated.items()):
        asked = grids.registered.get((quota, unit), 0 if unit in grids.answered else None)
        if asked is not None:
            of, message = by_id[quota], "Phân bổ nhiều hơn số đơn vị đăng ký."
            place = Place(
                f"Đăng ký «{of.name}» của {grids.unit(unit)}",
                Spot.REGISTRATION,
                f"{_unit(grids, unit)}/{of.programme}/{of.key}",
            )
            other = _cell("Phân bổ", of, grids, unit, Spot.ALLOCATION)
            figures = format_count(asked), format_count(number)
            rule, holds = Rule.ALLOCATED_REGISTERED, number <= asked
            findings.hold(rule, (place, figures[0]), (other, figures[1]), message, holds=holds)


def _check_members(plan: Plan, by_id: dict[int, QuotaFigure], grids: Grids, findings: Findings) -> None:
    """All who stand in a table take part in the plan."""
    members = Place(f"Đơn vị tham gia kế hoạch {plan.year}")
    for rule, title, spot, cells in (
        (Rule.ALLOCATED_MEMBER, "Phân bổ", Spot.ALLOCATION, grids.allocated),
        (Rule.NOMINATED_MEMBER, "Danh sách", Spot.ROSTER, grids.nominated),
    ):
        for (quota, unit), number in sorted(cells.items()):
            message = "Đơn vị không có trong danh sách tham gia nên phụ lục không in số này."
            place = _cell(title, by_id[quota], grids, unit, spot)
            holds = unit in grids.unit_keys
            findings.hold(rule, (place, format_count(number)), (members, NOTHING), message, holds=holds)


def _cell(title: str, quota: QuotaFigure, grids: Grids, unit: int, spot: Spot) -> Place:
    words = f"{title} «{quota.name}» cho {grids.unit(unit)}"
    key = f"{_number(quota)}/{quota.programme}/{quota.key}/{_unit(grids, unit)}"
    return Place(words, spot, key, _roster(quota, grids) if spot is Spot.ROSTER else "")


def _roster(quota: QuotaFigure, grids: Grids) -> str:
    """The appendix that prints the people of a quota, if one does."""
    return _number(quota) if grids.kinds.get(quota.appendix or 0) == Appendix.Kind.ROSTER else ""


def _unit(grids: Grids, unit: int) -> str:
    """The key of a unit of the plan; of a stranger, whom no page of the plan shows, its number behind a sign."""
    return grids.unit_keys.get(unit, f"{STRANGER}{unit}")


def _number(quota: QuotaFigure) -> str:
    """The appendix that prints a quota, as the key of a place has it."""
    return str(quota.appendix or "")
