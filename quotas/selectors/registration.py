"""The sheet on which a unit registers its demand."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from django.db.models import QuerySet
from django.utils import timezone

from quotas.models import Extension, ExtensionRequest, Quota, Registration, Response, ReturnedCell
from quotas.policies import (
    Terms,
    locked_by_terms,
    sendable,
    state_label,
    terms_of,
    why_closed_to_board,
    why_collecting_closed,
    why_sheet_closed,
)
from quotas.selectors.last_year import last_year_figures
from trainingplan.models import Participant, Plan, Role, Unit, User
from trainingplan.prepared import prepared
from trainingplan.selectors import unit_name


@dataclass(frozen=True, slots=True)
class Row:
    """One quota: what the unit had last year, asks for now, who wrote it; `limit` is the most it may ask.

    `locked` is why this cell cannot be written although the sheet is open; `remark` is what the Board wrote at a cell
    that it returned, None at a cell that it did not mark.
    """

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
    given: int | None
    limit: int | None
    locked: str = ""
    remark: str | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """The quotas of one programme."""

    key: str
    code: str
    name: str
    rows: tuple[Row, ...]

    @property
    def open(self) -> bool:
        """Whether all its cells can be written."""
        return not any(row.locked for row in self.rows)

    @property
    def declined(self) -> bool:
        """Whether every cell says that there is no need."""
        return all(row.no_need for row in self.rows)


@dataclass(frozen=True, slots=True)
class Return:
    """What the Board said when it returned the answer last, and when."""

    reason: str
    at: datetime | None
    by: str
    marked: int


@dataclass(frozen=True, slots=True)
class MoreTime:
    """The extensions of a unit and its last request: `running` are those that run, `until` is None when none does.

    `may_ask`: the time of some programme is over, be it that an extension of another one runs.
    """

    may_ask: bool
    until: datetime | None
    request: ExtensionRequest | None
    running: tuple[Extension, ...] = ()

    @property
    def waiting(self) -> bool:
        return self.request is not None and self.request.state == ExtensionRequest.State.WAITING

    @property
    def refused(self) -> bool:
        return self.request is not None and self.request.state == ExtensionRequest.State.REFUSED


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
    returned: Return | None
    more_time: MoreTime

    @property
    def rows(self) -> Iterable[Row]:
        return (row for block in self.blocks for row in block.rows)

    @property
    def sendable(self) -> bool:
        """Whether the answer still has to be sent; the Board writes into one that is sent, too."""
        return self.state in {"", Response.State.EDITING, Response.State.RETURNED}

    @property
    def filled(self) -> int:
        """How many quotas the unit has answered."""
        return sum(row.number is not None or row.no_need for row in self.rows)


def answer_for(plan: Plan, unit_id: int) -> Response | None:
    """The unit's answer, not stored when it has not opened it; None when the plan does not ask the unit. One query."""
    participant = _asked.first(plan.pk, unit_id)
    if participant is None:
        return None
    answer: Response = getattr(participant, "response", None) or Response(participant=participant)
    answer.participant = participant
    return answer


@prepared
def _asked(plan_id: int, unit_id: int) -> QuerySet[Participant]:
    found = Participant.objects.filter(plan_id=plan_id, unit_id=unit_id).order_by()
    return found.select_related("unit", "response__handled_by", "response__sent_by")


@prepared
def _cells(plan_id: int, unit_id: int) -> QuerySet[Registration]:
    found = Registration.objects.filter(quota__programme__plan_id=plan_id, unit_id=unit_id).order_by()
    return found.select_related("updated_by")


@prepared
def _quotas(plan_id: int) -> QuerySet[Quota]:
    return Quota.objects.filter(programme__plan_id=plan_id).select_related("programme")


@prepared
def _remarks(response_id: int) -> QuerySet[ReturnedCell, tuple[int, str]]:
    return ReturnedCell.objects.filter(response_id=response_id).order_by().values_list("quota_id", "remark")


@prepared
def _illustrative(year: int) -> QuerySet[Plan, bool]:
    return Plan.objects.filter(year=year).order_by().values_list("illustrative", flat=True)


def registration_sheet(plan: Plan, unit: Unit, user: User, answer: Response | None = None) -> RegistrationSheet:
    """All quotas of the plan in its order, for one unit; ten queries at the most, one less when `answer` is given."""
    answer = answer or answer_for(plan, unit.pk)
    terms = terms_of(plan, answer)
    cells = {cell.quota_id: cell for cell in _cells(plan.pk, unit.pk)}
    figures = last_year_figures(plan, [unit.pk])
    quotas = _quotas(plan.pk)
    board = user.role == Role.BOARD
    reason = why_closed_to_board(plan, answer) if board else why_sheet_closed(terms)
    locked = {} if board or reason else locked_by_terms(terms, ((quota.pk, quota.programme_id) for quota in quotas))
    remarks = dict(_remarks(answer.pk)) if answer and terms.returned else {}
    blocks = []
    for programme, members in groupby(quotas, key=lambda quota: quota.programme):
        rows = tuple(
            replace(
                _row(quota, cells.get(quota.pk), figures.get((unit.pk, programme.key, quota.key))),
                locked=locked.get(quota.pk, ""),
                remark=remarks.get(quota.pk),
            )
            for quota in members
        )
        blocks.append(Block(programme.key, programme.code, programme.name, rows))
    invented_last_year = bool(figures) and any(_illustrative(plan.year - 1))
    return RegistrationSheet(
        unit_id=unit.pk,
        unit_name=unit_name(plan, unit),
        blocks=tuple(blocks),
        open=not reason,
        closed_reason=reason,
        opens_at=plan.registration_opens_at,
        closes_at=plan.registration_closes_at,
        state=answer.state if answer and answer.pk else "",
        state_label=state_label(answer),
        illustrative=plan.illustrative or any(cell.illustrative for cell in cells.values()) or invented_last_year,
        last_year=plan.year - 1,
        returned=_returned(answer, len(remarks)) if answer and terms.returned else None,
        more_time=_more_time(terms, {quota.programme_id for quota in quotas}),
    )


def _returned(answer: Response, marked: int) -> Return:
    by = answer.handled_by.full_name if answer.handled_by else ""
    return Return(answer.return_reason, answer.handled_at, by, marked)


def _more_time(terms: Terms, programmes: Iterable[int]) -> MoreTime:
    """Two queries after the deadline, none before."""
    last, closes, now = terms.last_deadline, terms.plan.registration_closes_at, timezone.now()
    if terms.answer is None or closes is None or (terms.open(None) and not terms.extensions):
        return MoreTime(may_ask=False, until=None, request=None)
    request = (
        ExtensionRequest.objects.filter(participant_id=terms.answer.participant_id).select_related("programme").first()
    )
    waits = request is not None and request.state == ExtensionRequest.State.WAITING
    running = Extension.objects.filter(participant_id=terms.answer.participant_id, until__gt=now)
    owes = sendable(terms.answer) and not terms.returned and not why_collecting_closed(terms.plan)
    late = not all(map(terms.open, programmes))
    return MoreTime(
        may_ask=owes and late and not waits,
        until=last if last and last > max(now, closes) else None,
        request=request,
        running=tuple(running.select_related("programme").order_by("until", "pk")) if terms.extensions else (),
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
        given=quota.number,
        limit=None if quota.open_clause else quota.number,
    )
