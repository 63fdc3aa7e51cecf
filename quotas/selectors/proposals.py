"""Proposals as they were made, beside what is allocated now; and what became of each demand."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from quotas.models import Allocation, Proposal, Quota, Registration
from quotas.rules import Answered, answer_demand
from trainingplan.rules.numbers import format_count
from trainingplan.selectors import PlanUnit

Key = tuple[int, int]
NO_DEMAND = Answered(0, 0, 0)


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


@dataclass(frozen=True, slots=True)
class Given:
    """What stands in a cell of the allocation."""

    number: int = 0
    reserve: int = 0
    version: int = 0


NOTHING = Given()


def given_cells(quota_ids: Iterable[int]) -> dict[Key, Given]:
    """What each unit is given of each of these quotas. One query."""
    rows = Allocation.objects.filter(quota_id__in=set(quota_ids)).order_by()
    return {
        (unit_id, quota_id): Given(number or 0, reserve, version)
        for unit_id, quota_id, number, reserve, version in rows.values_list(
            "unit_id", "quota_id", "number", "reserve", "version"
        )
    }


def registered_cells(quota_ids: Iterable[int]) -> dict[Key, int]:
    """What each unit registered for each of these quotas. One query."""
    rows = Registration.objects.filter(quota_id__in=set(quota_ids)).order_by()
    values = rows.values_list("unit_id", "quota_id", "number")
    return {(unit_id, quota_id): number or 0 for unit_id, quota_id, number in values}


def draft_tables(quotas: Sequence[Quota], units: Sequence[PlanUnit], given: Mapping[Key, Given]) -> list[ProposalTable]:
    """The proposals that wait to be applied, in the order of quotas and units, beside what is given. Two queries."""
    by_key = {quota.pk: quota for quota in quotas}
    drafts = Proposal.objects.filter(quota__in=by_key, state=Proposal.State.DRAFT).select_related("made_by")
    by_quota = {draft.quota_id: draft for draft in drafts.prefetch_related("shares")}
    return [_table(by_quota[pk], quota, units, given) for pk, quota in by_key.items() if pk in by_quota]


def _table(draft: Proposal, quota: Quota, units: Iterable[PlanUnit], given: Mapping[Key, Given]) -> ProposalTable:
    shares = {share.unit_id: share for share in draft.shares.all()}
    lines = []
    for unit in units:
        if (share := shares.get(unit.unit_id)) is None:
            continue
        now = given.get((unit.unit_id, quota.pk), NOTHING)
        moved = now.version != share.seen_version
        lines.append(ShareLine(unit, share.demand, now.number, share.places, share.explanation, moved))
    return ProposalTable(draft, quota, tuple(lines), draft.made_by.full_name, draft.made_at)


@dataclass(frozen=True, slots=True)
class DemandRow:
    """A unit's demand and what became of it, by programme in the order of the table's heads, and in all."""

    unit: PlanUnit
    answers: tuple[Answered, ...]

    @property
    def total(self) -> Answered:
        return sum(self.answers, NO_DEMAND)


@dataclass(frozen=True, slots=True)
class DemandTable:
    """demand = granted + reserve + refused, for every unit and programme, and for every sum of them."""

    programmes: tuple[str, ...]
    rows: tuple[DemandRow, ...]
    totals: tuple[Answered, ...]

    @property
    def total(self) -> Answered:
        return sum(self.totals, NO_DEMAND)


def demand_table(
    quotas: Sequence[Quota], units: Sequence[PlanUnit], demand: Mapping[Key, int], given: Mapping[Key, Given]
) -> DemandTable:
    """What became of the demand for the quotas: each is split by itself, then added up by programme."""
    programmes = {quota.programme_id: quota.programme for quota in sorted(quotas, key=lambda q: q.programme.position)}
    programme_of = {quota.pk: quota.programme_id for quota in quotas}
    answers: dict[Key, Answered] = {}
    for unit_id, quota_id in demand.keys() | given.keys():
        cell = given.get((unit_id, quota_id), NOTHING)
        answered = answer_demand(demand.get((unit_id, quota_id), 0), cell.number, cell.reserve)
        key = (unit_id, programme_of[quota_id])
        answers[key] = answers.get(key, NO_DEMAND) + answered
    rows = tuple(
        DemandRow(unit, tuple(answers.get((unit.unit_id, pk), NO_DEMAND) for pk in programmes)) for unit in units
    )
    totals = tuple(sum((row.answers[place] for row in rows), NO_DEMAND) for place in range(len(programmes)))
    shown = tuple(row for row in rows if row.total != NO_DEMAND)
    return DemandTable(tuple(programme.short_name for programme in programmes.values()), shown, totals)
