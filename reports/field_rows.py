"""What a bound field is made of: formula, rows – quotas, units, people, budget lines – and who changed it last."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse

from budget.selectors.table import BudgetTable, budget_table
from quotas.models import Allocation, Nomination, Quota
from quotas.selectors.allocation import sums_by_quota
from reports.doors import Doors
from reports.field_list import Choice, FieldList
from reports.fields import OF_QUOTAS, Field, Kind, QuotaFigure
from reports.why import figure_of
from trainingplan.models import Appendix, Change, Plan, User
from trainingplan.rules.numbers import format_count, format_money
from trainingplan.selectors import plan_day, plan_units, unit_names

QUERY = "truong"
Door = tuple[str, str]
"""What it says, and where it leads."""


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One row of a figure. `figure` is as displayed, "" for people, who are counted; `url` leads further."""

    name: str
    figure: str
    note: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class LastChange:
    """Who changed the figure last, as the log has it."""

    who: str
    at: datetime
    label: str
    old: str
    new: str
    reason: str


@dataclass(frozen=True, slots=True)
class FigureView:
    """A field with all that stands behind it."""

    choice: Choice
    formula: str = ""
    unit: str = ""
    caption: str = ""
    rows: tuple[FigureRow, ...] = ()
    total: str = ""
    last: LastChange | None = None
    doors: tuple[Door, ...] = ()
    illustrative: bool = False
    explained: bool = field(default=True)
    """Whether the log is asked who changed it; fixed text and the year are not kept there."""


def figure_address(plan: Plan, of: Field | str) -> str:
    """The page of a field."""
    return f"{reverse('plan-figure', kwargs={'year': plan.year})}?{urlencode({QUERY: str(of)})}"


def figure_view(plan: Plan, of: Field, known: FieldList, user: User) -> FigureView:
    """What the page of a field shows to its reader; a constant number of queries for each kind of field."""
    choice, doors = known.choice(of), Doors(plan, user)
    if choice.refusal:
        return FigureView(choice, explained=False)
    if of.kind in OF_QUOTAS or of.kind is Kind.CLASSES:
        return _with_why(_of_quotas(plan, of, known, doors), of, known, doors)
    if of.kind is Kind.BUDGET:
        return _with_why(_of_budget(plan, choice, doors), of, known, doors)
    if of.kind is Kind.APPENDIX:
        return _of_appendix(plan, choice, int(of.argument), doors)
    return FigureView(choice, explained=False)


def _with_why(view: FigureView, of: Field, known: FieldList, doors: Doors) -> FigureView:
    """A total can also be asked what changed it over a time."""
    total = figure_of(of, known.figures)
    why = [("Vì sao số này đổi?", doors.why(total))] if total else []
    return replace(view, doors=_real([*why, *view.doors]))


def _of_quotas(plan: Plan, of: Field, known: FieldList, doors: Doors) -> FigureView:
    choice = known.choice(of)
    if of.kind is Kind.CLASSES:
        quota = known.figures.quota(of.argument)
        return FigureView(
            choice, unit="lớp", last=_last("quota", [quota.id], "class_count"), doors=_doors_of(quota, doors)
        )
    quotas = known.figures.named(of)
    return _of_one(plan, choice, quotas[0], doors) if len(quotas) == 1 else _of_several(plan, choice, quotas)


def _of_several(plan: Plan, choice: Choice, quotas: tuple[QuotaFigure, ...]) -> FigureView:
    """A sum: its quotas, each of which has a page of its own."""
    given = sums_by_quota(Allocation, [quota.id for quota in quotas])
    rows = tuple(
        FigureRow(
            quota.name,
            format_count(quota.number),
            f"{Quota.Qualifier(quota.qualifier).label}; đã phân bổ {format_count(given.get(quota.id, 0))}",
            figure_address(plan, Field(Kind.QUOTA, f"{quota.programme}/{quota.key}")),
        )
        for quota in quotas
    )
    return FigureView(
        choice,
        formula=_formula([quota.number or 0 for quota in quotas]),
        unit=_unit(quotas),
        caption="Chỉ tiêu cộng thành số này",
        rows=rows,
        total=choice.printed,
        last=_last("quota", [quota.id for quota in quotas], "number"),
    )


def _of_one(plan: Plan, choice: Choice, quota: QuotaFigure, doors: Doors) -> FigureView:
    """One quota: to whom it is allocated, or who is named for it."""
    people = _people(plan, quota) if _is_roster(plan, quota) else None
    rows, total, illustrative = people or _allocations(plan, quota, doors)
    return FigureView(
        choice,
        formula=f"{Quota.Qualifier(quota.qualifier).label} {choice.printed} {quota.counting_word}".strip(),
        unit=quota.counting_word,
        caption="Cán bộ được cử" if people else "Phân bổ cho các đơn vị",
        rows=rows,
        total=total,
        last=_last("quota", [quota.id], "number"),
        doors=_doors_of(quota, doors, roster=people is not None),
        illustrative=illustrative,
    )


def _is_roster(plan: Plan, quota: QuotaFigure) -> bool:
    number = quota.appendix
    return number is not None and plan.appendices.filter(number=number, kind=Appendix.Kind.ROSTER).exists()


Rows = tuple[tuple[FigureRow, ...], str, bool]


def _allocations(plan: Plan, quota: QuotaFigure, doors: Doors) -> Rows:
    """By unit in printed order, with their sum; each row leads to the history of its cell."""
    cells = Allocation.objects.filter(quota_id=quota.id, number__gt=0).select_related("updated_by")
    found = {cell.unit_id: cell for cell in cells}
    rows, total = [], 0
    for unit in plan_units(plan):
        if cell := found.get(unit.unit_id):
            number = cell.number or 0
            total += number
            who = cell.updated_by.full_name if cell.updated_by else ""
            rows.append(FigureRow(unit.name, format_count(number), who, doors.cell("allocation", unit.key, quota.id)))
    return tuple(rows), format_count(total), any(cell.illustrative for cell in found.values())


def _people(plan: Plan, quota: QuotaFigure) -> Rows:
    found: QuerySet[Nomination] = Nomination.objects.filter(quota_id=quota.id).select_related("person")
    nominations = list(found.order_by("reserve", "person__name_sort", "pk"))
    names = unit_names(plan_day(plan), (nomination.unit_id for nomination in nominations))
    rows = tuple(
        FigureRow(
            nomination.person.full_name,
            "",
            ", ".join(filter(None, (names.get(nomination.unit_id, ""), "dự bị" if nomination.reserve else ""))),
        )
        for nomination in nominations
    )
    chosen = sum(1 for nomination in nominations if not nomination.reserve)
    return rows, f"{format_count(chosen)} người", any(nomination.illustrative for nomination in nominations)


def _of_budget(plan: Plan, choice: Choice, doors: Doors) -> FigureView:
    """Each line's share of the province; the formula adds up the groups."""
    table = budget_table(plan)
    return FigureView(
        choice,
        formula=_formula(_provincial_by_group(table)),
        unit="đồng",
        caption="Phần ngân sách tỉnh của từng dòng kinh phí",
        rows=tuple(
            FigureRow(row.content, format_money(share), group.name, doors.budget_line(row.line_id))
            for group in table.groups
            for row in group.rows
            if (share := _provincial(row.paid, table))
        ),
        total=choice.printed,
        last=_last_of_plan(plan, "budgetline"),
        doors=_real([("Bảng kinh phí", doors.budget()), ("Phụ lục 8", doors.appendix(8))]),
        illustrative=table.illustrative,
    )


def _provincial(paid: Iterable[tuple[str, int]], table: BudgetTable) -> int:
    provincial = {source.name for source in table.sources if source.provincial}
    return sum(amount for source, amount in paid if source in provincial)


def _provincial_by_group(table: BudgetTable) -> list[int]:
    return [share for group in table.groups if (share := _provincial(group.paid, table))]


def _of_appendix(plan: Plan, choice: Choice, number: int, doors: Doors) -> FigureView:
    appendix = Appendix.objects.get(plan=plan, number=number)
    door = [(f"Xem phụ lục {number}", doors.appendix(number))]
    return FigureView(choice, last=_last("appendix", [appendix.pk]), doors=_real(door))


def _doors_of(quota: QuotaFigure, doors: Doors, *, roster: bool = False) -> tuple[Door, ...]:
    named = [("Bảng phân bổ", doors.grid(quota.appendix))]
    if quota.appendix is not None:
        if roster:
            named = [("Danh sách cử đi", doors.roster(quota.appendix))]
        named.append((f"Phụ lục {quota.appendix}", doors.appendix(quota.appendix)))
    return _real(named)


def _real(doors: Iterable[Door]) -> tuple[Door, ...]:
    return tuple(door for door in doors if door[1])


def _formula(numbers: list[int]) -> str:
    """Like "5 + 45 + 60 + 3 = 113"; one number needs none."""
    if len(numbers) < 2:  # noqa: PLR2004 - nothing is added
        return ""
    return f"{' + '.join(map(format_count, numbers))} = {format_count(sum(numbers))}"


def _unit(quotas: Iterable[QuotaFigure]) -> str:
    words = {quota.counting_word for quota in quotas}
    return words.pop() if len(words) == 1 else ""


def _last(table: str, rows: Iterable[int], *fields: str) -> LastChange | None:
    found = Change.objects.filter(table=table, row__in=[str(row) for row in rows])
    return _newest(found.filter(field__in=fields) if fields else found)


def _last_of_plan(plan: Plan, table: str) -> LastChange | None:
    return _newest(Change.objects.filter(plan=plan, table=table))


def _newest(changes: QuerySet[Change]) -> LastChange | None:
    change = changes.order_by("-pk").first()
    if change is None:
        return None
    return LastChange(change.actor_name, change.at, change.label, change.old, change.new, change.reason)
