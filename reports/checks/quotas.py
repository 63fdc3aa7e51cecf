"""Quotas against what is registered, allocated and nominated, each in one grouped query."""

from collections import Counter

from django.db.models import Count

from quotas.models import Allocation, Nomination, Quota, Registration
from quotas.selectors.allocation import sums_by_quota
from reports.checks.findings import NOTHING, Findings
from reports.fields import Figures, QuotaFigure
from trainingplan.models import Appendix, Plan
from trainingplan.rules.numbers import format_count
from trainingplan.selectors import plan_day, plan_units, unit_names

Cells = dict[tuple[int, int], int]
"""Numbers by quota and unit."""


def check_quotas(plan: Plan, figures: Figures, findings: Findings) -> None:
    ids = [quota.id for quota in figures.quotas]
    kinds = dict(plan.appendices.values_list("number", "kind"))
    allocated = _allocated(ids)
    nominated = _nominated(ids)
    registered = sums_by_quota(Registration, ids)
    places, people = _totals(allocated), _totals(nominated)
    for quota in figures.quotas:
        kind = kinds.get(quota.appendix or 0, "")
        _check_allocated(quota, kind, places[quota.id], findings)
        _check_roster(quota, kind, people[quota.id], findings)
        if quota.qualifier == Quota.Qualifier.REGISTERED and quota.number is not None:
            message = "Văn bản nói «đã đăng ký» nhưng số đã đăng ký khác số của chỉ tiêu."
            findings.equal(_name(quota), quota.number, "Tổng đăng ký", registered.get(quota.id, 0), message)
    _check_units(plan, figures, allocated, nominated, findings)


def _allocated(ids: list[int]) -> Cells:
    rows = Allocation.objects.filter(quota_id__in=ids, number__gt=0).order_by()
    return {(quota, unit): number or 0 for quota, unit, number in rows.values_list("quota_id", "unit_id", "number")}


def _nominated(ids: list[int]) -> Cells:
    """People on the list proper; the reserve takes no places."""
    rows = Nomination.objects.filter(quota_id__in=ids, reserve=False).order_by()
    counted = rows.values_list("quota_id", "unit_id").annotate(people=Count("pk"))
    return {(quota, unit): people for quota, unit, people in counted}


def _check_allocated(quota: QuotaFigure, kind: str, total: int, findings: Findings) -> None:
    if quota.number is None:
        return
    where = f"Phụ lục {quota.appendix}, cột «{quota.name}»" if quota.appendix else f"Phân bổ «{quota.name}»"
    if kind == Appendix.Kind.ALLOCATION and total <= quota.number:
        message = f"Còn {format_count(quota.number - total)} chưa phân bổ."
        findings.equal(where, total, _name(quota), quota.number, message)
    else:
        message = f"Phân bổ vượt {format_count(total - quota.number)}."
        findings.at_most(where, total, _name(quota), quota.number, message)


def _check_roster(quota: QuotaFigure, kind: str, people: int, findings: Findings) -> None:
    if kind == Appendix.Kind.ROSTER and quota.number is not None:
        message = "Số người trong danh sách (không kể dự bị) khác số của chỉ tiêu."
        where = f"Phụ lục {quota.appendix}, danh sách"
        findings.equal(where, people, _name(quota), quota.number, message)


def _check_units(plan: Plan, figures: Figures, allocated: Cells, nominated: Cells, findings: Findings) -> None:
    """Nobody nominates more than was allocated, and all who stand in a table take part in the plan."""
    by_id = {quota.id: quota for quota in figures.quotas}
    members = {unit.unit_id for unit in plan_units(plan)}
    names = unit_names(plan_day(plan))
    given = {quota for quota, _ in allocated}
    for (quota, unit), people in sorted(nominated.items()):
        if quota in given:
            where, other = f"Danh sách của {names.get(unit, NOTHING)}", f"Phân bổ «{by_id[quota].name}»"
            message = "Cử nhiều hơn số được phân bổ."
            findings.at_most(where, people, other, allocated.get((quota, unit), 0), message)
    for title, cells in (("Phân bổ", allocated), ("Danh sách", nominated)):
        for (quota, unit), number in sorted(cells.items()):
            message = "Đơn vị không có trong danh sách tham gia nên phụ lục không in số này."
            where = f"{title} «{by_id[quota].name}» cho {names.get(unit, NOTHING)}"
            other = f"Đơn vị tham gia kế hoạch {plan.year}"
            findings.hold(where, format_count(number), other, NOTHING, message, holds=unit in members)


def _totals(cells: Cells) -> Counter[int]:
    totals: Counter[int] = Counter()
    for (quota, _), number in cells.items():
        totals[quota] += number
    return totals


def _name(quota: QuotaFigure) -> str:
    return f"Chỉ tiêu «{quota.name}»"
