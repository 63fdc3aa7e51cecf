"""Proposals as they were made, beside what is allocated now; and what became of each demand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from quotas.models import Allocation, Proposal, Quota, Registration
from quotas.rules import Answered, answer_demand
from quotas.selectors.allocation import quotas_of
from trainingplan.models import Appendix, Plan
from trainingplan.rules.numbers import format_count
from trainingplan.selectors import PlanUnit, plan_units

Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ShareLine:
    """A unit's line of a proposal, beside what it is allocated now."""

    unit: PlanUnit
    demand: int
    now: int
    places: int
    explanation: str
    changed_since: bool

    @property
    def growth(self) -> int:
        return self.places - self.now

    @property
    def growth_words(self) -> str:
        if not self.growth:
            return ""
        return f"+{format_count(self.growth)}" if self.growth > 0 else f"−{format_count(-self.growth)}"


@dataclass(frozen=True, slots=True)
class ProposalTable:
    """A proposal with its lines in the plan's order; `places` = Σ lines + `left`."""

    proposal: Proposal
    quota: Quota
    lines: tuple[ShareLine, ...]
    made_by: str
    made_at: datetime

    @property
    def demand(self) -> int:
        return sum(line.demand for line in self.lines)

    @property
    def now(self) -> int:
        return sum(line.now for line in self.lines)

    @property
    def given(self) -> int:
        return sum(line.places for line in self.lines)

    @property
    def stale(self) -> tuple[str, ...]:
        """The units whose cell was changed after the proposal was made."""
        return tuple(line.unit.name for line in self.lines if line.changed_since)


@dataclass(frozen=True, slots=True)
class Effect:
    """What applying proposals will do, with counts."""

    places: int
    units: int
    changed: int

    @property
    def words(self) -> str:
        return (
            f"Phân bổ {format_count(self.places)} chỉ tiêu cho {format_count(self.units)} đơn vị; "
            f"{format_count(self.changed)} đơn vị đổi so với hiện tại"
        )


def effect_of(tables: Iterable[ProposalTable]) -> Effect:
    """Units are counted once, in however many quotas they stand."""
    lines = [line for table in tables for line in table.lines]
    return Effect(
        places=sum(line.places for line in lines),
        units=len({line.unit.unit_id for line in lines if line.places}),
        changed=len({line.unit.unit_id for line in lines if line.growth}),
    )


def draft_tables(plan: Plan, appendix: Appendix | None) -> list[ProposalTable]:
    """The proposals of an appendix that wait to be applied, in the order of its quotas. Six queries."""
    quotas = {quota.pk: quota for quota in quotas_of(plan, appendix)}
    drafts = Proposal.objects.filter(quota__in=quotas, state=Proposal.State.DRAFT).select_related("made_by")
    by_quota = {draft.quota_id: draft for draft in drafts.prefetch_related("shares")}
    if not by_quota:
        return []
    units = plan_units(plan)
    cells = {
        (unit_id, quota_id): (number or 0, version)
        for unit_id, quota_id, number, version in Allocation.objects.filter(quota_id__in=by_quota)
        .order_by()
        .values_list("unit_id", "quota_id", "number", "version")
    }
    return [_table(by_quota[pk], quota, units, cells) for pk, quota in quotas.items() if pk in by_quota]


def _table(
    draft: Proposal, quota: Quota, units: Iterable[PlanUnit], cells: Mapping[Key, tuple[int, int]]
) -> ProposalTable:
    shares = {share.unit_id: share for share in draft.shares.all()}
    lines = []
    for unit in units:
        if (share := shares.get(unit.unit_id)) is None:
            continue
        now, version = cells.get((unit.unit_id, quota.pk), (0, 0))
        lines.append(ShareLine(unit, share.demand, now, share.places, share.explanation, version != share.seen_version))
    return ProposalTable(draft, quota, tuple(lines), draft.made_by.full_name, draft.made_at)


@dataclass(frozen=True, slots=True)
class DemandRow:
    """A unit's demand and what became of it, by programme in the order of the table's heads, and in all."""

    unit: PlanUnit
    answers: tuple[Answered, ...]

    @property
    def total(self) -> Answered:
        return sum(self.answers, Answered(0, 0, 0))


@dataclass(frozen=True, slots=True)
class DemandTable:
    """demand = granted + reserve + refused, for every unit and programme, and for every sum of them."""

    programmes: tuple[str, ...]
    rows: tuple[DemandRow, ...]
    totals: tuple[Answered, ...]

    @property
    def total(self) -> Answered:
        return sum(self.totals, Answered(0, 0, 0))


def demand_table(plan: Plan, appendix: Appendix | None) -> DemandTable:
    """What became of the demand for the quotas of an appendix: each is split by itself, then added up. Five queries."""
    quotas = list(quotas_of(plan, appendix))
    programmes = {quota.programme_id: quota.programme for quota in sorted(quotas, key=lambda q: q.programme.position)}
    units = plan_units(plan)
    answers = _answers(quotas)
    rows = tuple(
        DemandRow(unit, tuple(answers.get((unit.unit_id, pk), Answered(0, 0, 0)) for pk in programmes))
        for unit in units
    )
    totals = tuple(sum((row.answers[place] for row in rows), Answered(0, 0, 0)) for place in range(len(programmes)))
    shown = tuple(row for row in rows if row.total != Answered(0, 0, 0))
    return DemandTable(tuple(programme.short_name for programme in programmes.values()), shown, totals)


def _answers(quotas: Iterable[Quota]) -> dict[Key, Answered]:
    """By unit and programme."""
    programme_of = {quota.pk: quota.programme_id for quota in quotas}
    demand, given = _by_cell(Registration.objects.all(), programme_of), {}
    for unit_id, quota_id, number, reserve in (
        Allocation.objects.filter(quota_id__in=programme_of)
        .order_by()
        .values_list("unit_id", "quota_id", "number", "reserve")
    ):
        given[unit_id, quota_id] = (number or 0, reserve)
    found: dict[Key, Answered] = {}
    for unit_id, quota_id in demand.keys() | given.keys():
        key = (unit_id, programme_of[quota_id])
        cell = (unit_id, quota_id)
        answered = answer_demand(demand.get(cell, 0), *given.get(cell, (0, 0)))
        found[key] = found.get(key, Answered(0, 0, 0)) + answered
    return found


def _by_cell(rows: QuerySet[Registration], quota_ids: Iterable[int]) -> dict[Key, int]:
    values = rows.filter(quota_id__in=set(quota_ids)).order_by().values_list("unit_id", "quota_id", "number")
    return {(unit_id, quota_id): number or 0 for unit_id, quota_id, number in values}


def registered_cells(quota_ids: Iterable[int]) -> dict[Key, int]:
    """What each unit registered for each of these quotas. One query."""
    return _by_cell(Registration.objects.all(), quota_ids)
