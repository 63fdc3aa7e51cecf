"""The sheet on which a unit registers its demand."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from quotas.models import Quota, Registration, Response
from quotas.policies import why_allocation_closed, why_registration_closed
from quotas.selectors.last_year import last_year_figures
from trainingplan.models import Plan, Role, Unit, User
from trainingplan.selectors import unit_name


@dataclass(frozen=True, slots=True)
class Row:
    """One quota: what the unit had last year, asks for now, who wrote it; `limit` is the most it may ask."""

    quota_id: int
    name: str
    counting_word: str
    last_year: int | None
    number: int | None
    no_need: bool
    version: int
    note: str
    author: str
    at: datetime | None
    illustrative: bool
    limit: int | None


@dataclass(frozen=True, slots=True)
class Block:
    """The quotas of one programme."""

    code: str
    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class RegistrationSheet:
    unit_id: int
    unit_name: str
    blocks: tuple[Block, ...]
    open: bool
    closed_reason: str
    opens_at: datetime | None
    closes_at: datetime | None
    state: str
    state_label: str
    illustrative: bool
    last_year: int

    @property
    def rows(self) -> Iterable[Row]:
        return (row for block in self.blocks for row in block.rows)

    @property
    def filled(self) -> int:
        """How many quotas the unit has answered."""
        return sum(row.number is not None or row.no_need for row in self.rows)


NOT_OPENED = "chưa mở"


def registration_sheet(plan: Plan, unit: Unit, user: User) -> RegistrationSheet:
    """All quotas of the plan in its order, for one unit; six queries."""
    answer = Response.objects.filter(participant__plan=plan, participant__unit=unit).first()
    cells = {
        cell.quota_id: cell
        for cell in Registration.objects.filter(quota__programme__plan=plan, unit=unit).select_related("updated_by")
    }
    figures = last_year_figures(plan, [unit.pk])
    quotas = Quota.objects.filter(programme__plan=plan).select_related("programme")
    blocks = []
    for programme, members in groupby(quotas, key=lambda quota: quota.programme):
        rows = tuple(
            _row(quota, cells.get(quota.pk), figures.get((unit.pk, programme.key, quota.key))) for quota in members
        )
        blocks.append(Block(programme.code, programme.name, rows))
    invented_last_year = bool(figures) and Plan.objects.filter(year=plan.year - 1, illustrative=True).exists()
    reason = why_allocation_closed(plan) if user.role == Role.BOARD else why_registration_closed(plan, answer)
    return RegistrationSheet(
        unit_id=unit.pk,
        unit_name=unit_name(plan, unit),
        blocks=tuple(blocks),
        open=not reason,
        closed_reason=reason,
        opens_at=plan.registration_opens_at,
        closes_at=plan.registration_closes_at,
        state=answer.state if answer else "",
        state_label=answer.get_state_display() if answer else NOT_OPENED,
        illustrative=plan.illustrative or any(cell.illustrative for cell in cells.values()) or invented_last_year,
        last_year=plan.year - 1,
    )


def _row(quota: Quota, cell: Registration | None, last_year: int | None) -> Row:
    return Row(
        quota_id=quota.pk,
        name=quota.name,
        counting_word=quota.counting_word,
        last_year=last_year,
        number=cell.number if cell else None,
        no_need=cell.no_need if cell else False,
        version=cell.version if cell else 0,
        note=cell.note if cell else "",
        author=cell.updated_by.full_name if cell and cell.updated_by else "",
        at=cell.updated_at if cell else None,
        illustrative=cell.illustrative if cell else False,
        limit=None if quota.open_clause else quota.number,
    )
