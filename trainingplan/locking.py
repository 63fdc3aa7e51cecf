"""Holding a plan: what a service may do hangs on the plan's state, which must not move while the service is at it.

A plan comes before all other locks. Those who hold it do not wait for each other; who writes the plan itself, to
submit or to issue it, waits for them, and they for him. On SQLite `BEGIN IMMEDIATE` does the same.
"""

from collections.abc import Collection, Iterable

from django.db import connection
from django.db.models import QuerySet

from trainingplan.models import Plan
from trainingplan.prepared import prepared_share


def hold_plans(ids: Iterable[int]) -> dict[int, Plan]:
    """The plans by key, freshly read, and as they are for the rest of the transaction."""
    if not connection.in_atomic_block:
        raise RuntimeError("hold_plans needs a transaction")
    return {plan.pk: plan for plan in _shared(set(ids))}


@prepared_share
def _shared(ids: Collection[int]) -> QuerySet[Plan]:
    return Plan.objects.filter(pk__in=ids).order_by("pk")


def hold_plan(plan: Plan) -> Plan:
    """`hold_plans` for one: the caller's own copy may be older than what stands."""
    return hold_plans([plan.pk])[plan.pk]
