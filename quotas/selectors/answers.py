"""One unit's answer as the Board judges it: the numbers beside last year and what is given, and how it came so far."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from quotas.models import Allocation, ExtensionRequest, Response, ReturnedCell
from quotas.policies import Step, entered_by, may_take, why_collecting_closed, why_own_hand
from quotas.selectors.registration import RegistrationSheet, Row, answer_for, registration_sheet
from trainingplan.models import Change, Plan, Unit, User
from trainingplan.policies import Action, may

STEPS_SHOWN = 30
NOTHING_TYPED: Mapping[int, str] = {}


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A quota: `given` to the province, `allocated` to the unit.

    `remark` is that of the last return, `typed` that of the one being written; None where the cell is not marked.
    """

    row: Row
    given: int | None
    allocated: int | None
    remark: str | None
    typed: str | None


@dataclass(frozen=True, slots=True)
class ReviewBlock:
    code: str
    name: str
    rows: tuple[ReviewRow, ...]


@dataclass(frozen=True, slots=True)
class StepTaken:
    """One change of the answer's state, as the change log has it."""

    at: datetime
    by: str
    old: str
    new: str
    reason: str


@dataclass(frozen=True, slots=True)
class Review:
    """`steps` are what the actor may do now; `own_hand` is why he cannot accept although the step is his."""

    sheet: RegistrationSheet
    answer: Response
    blocks: tuple[ReviewBlock, ...]
    steps: frozenset[Step]
    own_hand: str
    closed_reason: str
    history: tuple[StepTaken, ...]
    request: ExtensionRequest | None

    @property
    def stands_since(self) -> datetime | None:
        """When it was sent or last written into: what the reader has seen is no later than this."""
        return max(filter(None, (self.answer.sent_at, *(row.at for row in self.sheet.rows))), default=None)

    @property
    def may_accept(self) -> bool:
        return Step.ACCEPT in self.steps and not self.own_hand

    @property
    def may_return(self) -> bool:
        return Step.RETURN in self.steps

    @property
    def may_withdraw(self) -> bool:
        return Step.WITHDRAW in self.steps


def answer_review(plan: Plan, unit: Unit, user: User, typed: Mapping[int, str] = NOTHING_TYPED) -> Review | None:
    """None for a unit that the plan does not ask. `typed` are remarks by quota of a return being written.

    A constant number of queries.
    """
    answer = answer_for(plan, unit.pk)
    if answer is None:
        return None
    sheet = registration_sheet(plan, unit, user, answer)
    given_here = Allocation.objects.filter(quota__programme__plan=plan, unit=unit)
    allocated = dict(given_here.values_list("quota_id", "number"))
    marked = ReturnedCell.objects.filter(response__participant=answer.participant)
    remarks = dict(marked.values_list("quota_id", "remark"))

    def line(row: Row) -> ReviewRow:
        key = row.quota_id
        return ReviewRow(row, row.given, allocated.get(key), remarks.get(key), typed.get(key))

    closed = why_collecting_closed(plan)
    runs = may(user, Action.RUN_ROUND) and not closed
    steps = frozenset(step for step in Step if runs and may_take(step, answer, user))
    waiting = ExtensionRequest.objects.filter(participant=answer.participant, state=ExtensionRequest.State.WAITING)
    return Review(
        sheet=sheet,
        answer=answer,
        blocks=tuple(ReviewBlock(block.code, block.name, tuple(map(line, block.rows))) for block in sheet.blocks),
        steps=steps,
        own_hand=why_own_hand(answer, user, entered_by(user, plan)) if Step.ACCEPT in steps else "",
        closed_reason=closed,
        history=_history(plan, answer),
        request=waiting.select_related("programme", "asked_by").first(),
    )


def _history(plan: Plan, answer: Response) -> tuple[StepTaken, ...]:
    changes = Change.objects.filter(plan=plan, table="response", row=str(answer.participant_id), field="state")
    return tuple(
        StepTaken(change.at, change.actor_name, change.old, change.new, change.reason)
        for change in changes.order_by("-pk")[:STEPS_SHOWN]
    )
