"""Who entered and who approved, as far as the reader of a figure may know them."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from quotas.models import Response
from quotas.selectors.approvals import Item, Standing, submitted_items
from reports.why import Measure, Subject
from trainingplan.models import User
from trainingplan.policies import Action, may
from trainingplan.services.changes import SYSTEM, acting_name

LOADED = "Nạp dữ liệu"
SETTLED = frozenset({Standing.APPROVED, Standing.REFUSED})


@dataclass(frozen=True, slots=True)
class Who:
    """A name, or the role of somebody whose name is not for the reader; without a name, only a word on the state."""

    name: str = ""
    at: datetime | None = None
    word: str = ""


Approved = Callable[[int, int], Who | None]
"""The word on the cell of a unit and a quota."""


def people(keys: QuerySet[Any, Any] | Collection[int]) -> dict[int, User]:
    """Users by key. One query."""
    return {user.pk: user for user in User.objects.filter(pk__in=keys)}


def named(reader: User, actor: User | None, name: str = "") -> str:
    """The actor by name (the log's, if given) for who reads the log and for colleagues, by role for others."""
    if actor is None:
        return LOADED if name in ("", SYSTEM) else name
    colleagues = actor.unit_id is not None and actor.unit_id == reader.unit_id
    if may(reader, Action.SEE_TRAIL) or colleagues:
        return name or actor.full_name
    return actor.get_role_display()


def approvals(subject: Subject) -> Approved:
    """Of an allocation the leaders' word on its quota, of a registration who took in the unit's answer."""
    if subject.figure.measure is Measure.REGISTERED:
        answers = _answers(subject)
        return lambda unit_id, quota_id: answers.get(unit_id)  # noqa: ARG005
    if not may(subject.user, Action.SEE_APPROVALS):
        return lambda unit_id, quota_id: None  # noqa: ARG005
    words = {pk: _word(subject.user, item) for pk, item in submitted_items(subject.plan).items()}
    none = Who(word=str(Standing.NONE.label))
    return lambda unit_id, quota_id: words.get(quota_id, none)  # noqa: ARG005


def _word(reader: User, item: Item) -> Who:
    approval, standing = item.approval, item.standing
    if approval is None or standing not in SETTLED or approval.decided_by is None:
        return Who(word=str(standing.label))
    full = acting_name(approval.decided_by, approval.on_behalf_of)
    word = "" if standing is Standing.APPROVED else str(standing.label)
    return Who(named(reader, approval.decided_by, full), approval.decided_at, word)


def _answers(subject: Subject) -> dict[int, Who]:
    """By unit. One query."""
    answers = Response.objects.filter(participant__plan=subject.plan).select_related("handled_by", "participant")
    if subject.units is not None:
        answers = answers.filter(participant__unit__in=subject.units)
    return {answer.participant.unit_id: _taken_in(subject.user, answer) for answer in answers}


def _taken_in(reader: User, answer: Response) -> Who:
    if answer.state != Response.State.ACCEPTED:
        return Who(word=answer.get_state_display())
    return Who(named(reader, answer.handled_by) if answer.handled_by else "", answer.handled_at, "đã tiếp nhận")
