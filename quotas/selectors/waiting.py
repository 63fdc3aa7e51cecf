"""What is still to be done in a plan: answers that have not come, places that are not given."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from quotas.models import Allocation, Quota, Registration, Response
from quotas.rules import Balance
from quotas.selectors.allocation import sums_by_quota
from trainingplan.models import Appendix, Participant, Plan, Unit

OUTSIDE = 0
"""The number that stands for "in no appendix"."""


def answers_missing(plan: Plan) -> tuple[int, int]:
    """How many participants have not sent, and how many there are. One query."""
    sent = Q(response__state__in=(Response.State.SENT, Response.State.ACCEPTED))
    counts = Participant.objects.filter(plan=plan).aggregate(all=Count("pk"), sent=Count("pk", filter=sent))
    return counts["all"] - counts["sent"], counts["all"]


def answer_of(plan: Plan, unit_id: int) -> tuple[bool, Response | None]:
    """Whether the unit is asked at all, and its answer if it has opened one. One query."""
    participant = Participant.objects.filter(plan=plan, unit_id=unit_id).select_related("response").first()
    return participant is not None, getattr(participant, "response", None)


def illustrative_cells(plan: Plan) -> bool:
    """Whether any number that a unit registers or is given in the plan is illustrative. At most two queries."""
    ours = {"quota__programme__plan": plan, "illustrative": True}
    return plan.illustrative or any(model.objects.filter(**ours).exists() for model in (Allocation, Registration))


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
    """Given, allocated and, unless told not to, registered by appendix; with `units` only theirs. Three queries.

    In the order of the appendices, `OUTSIDE` last.
    """
    quotas = Quota.objects.filter(programme__plan=plan).exclude(appendix__kind=Appendix.Kind.BUDGET)
    titles: dict[int, str] = {}
    members: dict[int, list[tuple[int, int | None]]] = defaultdict(list)
    for pk, given, number, title in quotas.values_list("pk", "number", "appendix__number", "appendix__title"):
        titles[number or OUTSIDE] = title if number else "Chỉ tiêu ngoài phụ lục"
        members[number or OUTSIDE].append((pk, given))
    ids = [pk for quotas_of in members.values() for pk, _ in quotas_of]
    allocated = sums_by_quota(Allocation, ids, units)
    registered = sums_by_quota(Registration, ids, units) if with_registered else {}
    return [
        Places(
            number=number,
            title=title,
            quotas=len(members[number]),
            balance=Balance(
                sum(given or 0 for _, given in members[number]),
                sum(allocated.get(pk, 0) for pk, given in members[number] if given is not None),
            ),
            registered=sum(registered.get(pk, 0) for pk, _ in members[number]),
            unbounded=sum(allocated.get(pk, 0) for pk, given in members[number] if given is None),
        )
        for number, title in sorted(titles.items(), key=lambda item: (item[0] == OUTSIDE, item[0]))
    ]
