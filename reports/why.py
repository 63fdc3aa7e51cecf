"""Figures that can be asked "vì sao?": what is counted, of which quotas and units, and the address that asks it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache, cached_property
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse

from quotas.models import Quota
from quotas.selectors.waiting import OUTSIDE
from reports.fields import Field, FieldRefused, Figures, Kind
from trainingplan.models import Appendix, Plan, Unit, UnitGroup, User
from trainingplan.policies import Action, may, sees_all_units, visible_units
from trainingplan.selectors import unit_name


class Measure(StrEnum):
    """What a figure counts; the values stand in addresses."""

    GIVEN = "giao"
    REGISTERED = "dang-ky"
    ALLOCATED = "phan-bo"
    NOMINATED = "cu"
    BUDGET = "kinh-phi"
    PROVINCE = "ngan-sach-tinh"


@dataclass(frozen=True, slots=True)
class Nature:
    """A measure in words, who may ask for it, and where the log keeps it."""

    label: str
    cell: str
    action: Action
    table: str
    by_unit: bool = False
    money: bool = False

    @property
    def grid(self) -> bool:
        """Whether its cells are those of a grid, unit × quota."""
        return self.table in ("registration", "allocation")


NATURES: Mapping[Measure, Nature] = {
    Measure.GIVEN: Nature("Giao", "Chỉ tiêu", Action.SEE_DASHBOARD, "quota"),
    Measure.REGISTERED: Nature("Đăng ký", "Ô đăng ký", Action.SEE_REGISTRATION, "registration", by_unit=True),
    Measure.ALLOCATED: Nature("Phân bổ", "Ô phân bổ", Action.SEE_ALLOCATION, "allocation", by_unit=True),
    Measure.NOMINATED: Nature("Đã cử", "Cán bộ", Action.SEE_ROSTER, "nomination", by_unit=True),
    Measure.BUDGET: Nature("Kinh phí", "Dòng kinh phí", Action.SEE_BUDGET, "budgetline", money=True),
    Measure.PROVINCE: Nature("Ngân sách tỉnh", "Dòng kinh phí", Action.SEE_BUDGET, "budgetline", money=True),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the screen or the text. Without quotas, programme or appendix it is of the whole plan.

    `appendix` OUTSIDE asks for the quotas printed in none; `group_id` is a khối.
    """

    measure: Measure
    quota_ids: tuple[int, ...] = ()
    programme: str = ""
    appendix: int | None = None
    unit: str = ""
    group_id: int | None = None

    @property
    def nature(self) -> Nature:
        return NATURES[self.measure]

    @property
    def quotas_chosen(self) -> bool:
        """Whether it counts some of the plan's quotas alone."""
        return bool(self.quota_ids or self.programme or self.appendix is not None)

    def query(self) -> str:
        """The figure as the query of an address."""
        parts: list[tuple[str, str]] = [("so", str(self.measure))]
        parts += [("chi-tieu", str(pk)) for pk in self.quota_ids]
        single = {
            "chuong-trinh": self.programme,
            "phu-luc": self.appendix,
            "don-vi": self.unit,
            "khoi": self.group_id,
        }
        parts += [(name, str(value)) for name, value in single.items() if value not in ("", None)]
        return urlencode(parts)


def why_address(plan: Plan, figure: Figure, user: User) -> str:
    """Where the figure is explained; "" where the reader may not ask."""
    if not may(user, figure.nature.action):
        return ""
    return f"{_page(plan.year)}?{figure.query()}"


@cache
def _page(year: int) -> str:
    return reverse("why", kwargs={"year": year})


def figure_of(field: Field, figures: Figures) -> Figure | None:
    """The figure that a bound field of the plan's text prints, None for those that print no total."""
    if field.kind is Kind.BUDGET:
        return Figure(Measure.PROVINCE)
    if field.kind is Kind.PROGRAMME:
        return Figure(Measure.GIVEN, programme=field.argument)
    try:
        named = figures.named(field)
    except FieldRefused:
        return None
    return Figure(Measure.GIVEN, quota_ids=tuple(quota.id for quota in named)) if named else None


def appendix_total(appendix: Appendix) -> Figure:
    """The total that an appendix prints."""
    if appendix.kind == Appendix.Kind.BUDGET:
        return Figure(Measure.BUDGET)
    roster = appendix.kind == Appendix.Kind.ROSTER
    return Figure(Measure.NOMINATED if roster else Measure.ALLOCATED, appendix=appendix.number)


class UnknownFigure(LookupError):  # noqa: N818 - says what the figure is
    """What is asked for is not in the plan, or not the reader's to see."""


@dataclass(frozen=True)
class Subject:
    """A figure with what it is about, as one reader may see it."""

    plan: Plan
    figure: Figure
    user: User
    plan_quotas: Mapping[int, Quota]
    unit: Unit | None
    group: UnitGroup | None

    @property
    def quotas(self) -> dict[int, Quota]:
        """The quotas that count, in printed order."""
        return {pk: quota for pk, quota in self.plan_quotas.items() if self._counts(quota)}

    def _counts(self, quota: Quota) -> bool:
        figure = self.figure
        return (
            (not figure.quota_ids or quota.pk in figure.quota_ids)
            and (not figure.programme or quota.programme.key == figure.programme)
            and (figure.appendix is None or appendix_number(quota) == figure.appendix)
        )

    @cached_property
    def units(self) -> QuerySet[Unit] | None:
        """Whose cells count; None for all units there are."""
        if self.unit is not None:
            return Unit.objects.filter(pk=self.unit.pk)
        units = None if sees_all_units(self.user) else visible_units(self.user)
        if self.group is None:
            return units
        here = (Unit.objects.all() if units is None else units).filter(
            participations__plan=self.plan, participations__group=self.group
        )
        return here.distinct()

    @property
    def partial(self) -> bool:
        """Whether the reader sees his own units' part alone."""
        return self.figure.nature.by_unit and not sees_all_units(self.user)

    def among(self, measure: Measure) -> Figure:
        """The same subject, counted otherwise; money knows neither quotas nor units."""
        figure = replace(self.figure, measure=measure)
        if NATURES[measure].money:
            return Figure(measure)
        return figure if NATURES[measure].by_unit else replace(figure, unit="", group_id=None)

    @cached_property
    def title(self) -> str:
        """What the figure is about, in words."""
        if self.figure.nature.money:
            return "toàn kế hoạch"
        figure, parts = self.figure, []
        if figure.quota_ids:
            parts.append(" + ".join(quota.short_name for quota in self.quotas.values()))
        if figure.programme:
            parts.append(
                next(str(q.programme) for q in self.plan_quotas.values() if q.programme.key == figure.programme)
            )
        if figure.appendix is not None:
            parts.append("ngoài phụ lục" if figure.appendix == OUTSIDE else f"phụ lục {figure.appendix}")
        if self.unit is not None and figure.nature.by_unit:
            parts.append(unit_name(self.plan, self.unit))
        if self.group is not None and figure.nature.by_unit:
            parts.append(self.group.name)
        return ", ".join(parts) or "toàn kế hoạch"


def appendix_number(quota: Quota) -> int:
    return quota.appendix.number if quota.appendix else OUTSIDE


def _known_appendix(plan: Plan, number: int | None, quotas: Iterable[Quota]) -> bool:
    """Whether there is such an appendix, be it without quotas."""
    known = {OUTSIDE, *map(appendix_number, quotas)}
    return number is None or number in known or plan.appendices.filter(number=number).exists()


def subject_of(plan: Plan, figure: Figure, user: User) -> Subject:
    """The subject; raises UnknownFigure where the plan has no such quota, programme, appendix, unit or khối."""
    quotas = Quota.objects.filter(programme__plan=plan).select_related("programme", "appendix")
    found = {quota.pk: quota for quota in quotas.order_by("programme__position", "position")}
    unit = visible_units(user).filter(key=figure.unit).first() if figure.unit else None
    group = None
    if figure.group_id is not None:
        group = UnitGroup.objects.filter(pk=figure.group_id, participants__plan=plan).distinct().first()
    known = (
        set(figure.quota_ids) <= found.keys(),
        not figure.programme or any(quota.programme.key == figure.programme for quota in found.values()),
        _known_appendix(plan, figure.appendix, found.values()),
        not figure.unit or unit is not None,
        figure.group_id is None or group is not None,
    )
    if not all(known):
        raise UnknownFigure(figure.query())
    return Subject(plan, figure, user, found, unit, group)
