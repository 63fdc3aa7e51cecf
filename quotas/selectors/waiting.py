"""What is still to be done in a plan: answers that have not come, places that are not given."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from quotas.models import Allocation, ExtensionRequest, Quota, Registration, Response
from quotas.rules import Balance
from quotas.selectors.allocation import sums_by_quota, sums_of_plan
from trainingplan.models import Appendix, Participant, Plan, Unit
from trainingplan.prepared import prepared

OUTSIDE = 0
"""The number that stands for "in no appendix"."""


@dataclass(frozen=True, slots=True)
class Answers:
    """How many units are asked, have answered, wait to be taken in, wait for a word on their request for more time."""

    asked: int
    answered: int
    sent: int
    requests: int

    @property
    def missing(self) -> int:
        return self.asked - self.answered


def count_answers(plan: Plan) -> Answers:
    """One query."""
    return Answers(*next(iter(_counts(plan.pk)), (0, 0, 0, 0)))


@prepared
def _counts(plan_id: int) -> QuerySet[Participant, tuple[int, int, int, int]]:
    """One row for the plan; none when it asks nobody."""
    waiting = ExtensionRequest.objects.filter(participant=OuterRef("pk"), state=ExtensionRequest.State.WAITING)
    answered = Q(response__state__in=(Response.State.SENT, Response.State.ACCEPTED))
    return (
        Participant.objects.filter(plan_id=plan_id)
        .order_by()
        .values("plan_id")
        .annotate(
            asked=Count("pk"),
            answered=Count("pk", filter=answered),
            sent=Count("pk", filter=Q(response__state=Response.State.SENT)),
            requests=Count("pk", filter=Q(Exists(waiting))),
        )
        .values_list("asked", "answered", "sent", "requests")
    )


def answer_of(plan: Plan, unit_id: int) -> tuple[bool, Response | None]:
    """Whether the unit is asked at all, and its answer if it has opened one. One query."""
    participant = Participant.objects.filter(plan=plan, unit_id=unit_id).select_related("response").first()
    return participant is not None, getattr(participant, "response", None)


def illustrative_cells(plan: Plan) -> bool:
    """Whether any number that a unit registers or is given in the plan is illustrative. At most one query."""
    ours = {"quota__programme__plan": plan, "illustrative": True}
    given, asked = (model.objects.filter(**ours).order_by().values("pk") for model in (Allocation, Registration))
    return plan.illustrative or given.union(asked, all=True).exists()


@dataclass(frozen=True, slots=True)
class Places:
    """The quotas of one appendix added up. Those that state no number bound nothing: they are outside `balance`."""

    number: int
    title: str
    quotas: int
    balance: Balance
    registered: int
    unbounded: int

    @property
    def allocated(self) -> int:
        """All that is allocated, bounded or not."""
        return self.balance.allocated + self.unbounded


def places_by_appendix(
    plan: Plan, units: QuerySet[Unit] | None = None, *, with_registered: bool = True
) -> list[Places]:
    """Given, allocated and registered by appendix, `OUTSIDE` last; of `units` only, if given. Three queries.

    Without demand `registered` stays 0, and it is two: the frame of every page asks for what is left to give.
    """
    titles: dict[int, str] = {}
    members: dict[int, list[tuple[int, int | None, int]]] = defaultdict(list)
    for pk, given, held, number, title in _quotas(plan.pk):
        members[number or OUTSIDE].append((pk, given, held))
        titles[number or OUTSIDE] = title or "Chỉ tiêu ngoài phụ lục"
    ids = [pk for quotas in members.values() for pk, *_ in quotas]
    allocated = _sums(Allocation, plan, ids, units)
    registered = _sums(Registration, plan, ids, units) if with_registered else {}
    return [
        Places(
            number=number,
            title=title,
            quotas=len(members[number]),
            balance=Balance(
                sum(given or 0 for _, given, _ in members[number]),
                sum(allocated.get(pk, 0) for pk, given, _ in members[number] if given is not None),
                sum(held for _, _, held in members[number]),
            ),
            registered=sum(registered.get(pk, 0) for pk, *_ in members[number]),
            unbounded=sum(allocated.get(pk, 0) for pk, given, _ in members[number] if given is None),
        )
        for number, title in sorted(titles.items(), key=lambda item: (item[0] == OUTSIDE, item[0]))
    ]


@prepared
def _quotas(plan_id: int) -> QuerySet[Quota, tuple[int, int | None, int, int | None, str | None]]:
    quotas = Quota.objects.filter(programme__plan_id=plan_id).exclude(appendix__kind=Appendix.Kind.BUDGET).order_by()
    return quotas.values_list("pk", "number", "held", "appendix__number", "appendix__title")


def _sums(
    model: type[Allocation | Registration], plan: Plan, quota_ids: list[int], units: QuerySet[Unit] | None
) -> dict[int, int]:
    return sums_of_plan(model, plan) if units is None else sums_by_quota(model, quota_ids, units)
