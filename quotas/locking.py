"""Taking capacity: the rows that bound a sum are locked, in one order for all, before the sum is read.

The order is plans, then units' answers or units, then quotas, then sub-quotas, then caps, each in key order.
PostgreSQL locks the rows, and one order keeps two writers from waiting for each other; others may refer to a locked row
meanwhile, as a registration does to its quota. SQLite has one writer at a time, and `BEGIN IMMEDIATE` (see settings)
makes it queue before it reads. Outside a transaction neither holds.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from quotas.models import Quota, SubQuota, UnitCap
from trainingplan.locking import hold_plans
from trainingplan.models import Plan


@dataclass(frozen=True, slots=True)
class Ceilings:
    """All that bounds the allocations of a save, freshly read; caps by unit and programme."""

    quotas: dict[int, Quota]
    sub_quotas: dict[int, SubQuota]
    caps: dict[tuple[int, int], UnitCap]


def hold_plans_of(quota_ids: Iterable[int]) -> dict[int, Plan]:
    """The plans of those quotas, held; what is asked of them comes before the quotas are locked."""
    return hold_plans(Plan.objects.filter(programmes__quotas__in=set(quota_ids)).values_list("pk", flat=True))


def lock_quotas(ids: Iterable[int]) -> dict[int, Quota]:
    """Lock the quotas for the rest of the transaction and return them by key, freshly read."""
    if not connection.in_atomic_block:
        raise RuntimeError("lock_quotas needs a transaction")
    locked = Quota.objects.filter(pk__in=set(ids)).order_by("pk").select_related("programme__plan")
    return {quota.pk: quota for quota in locked.select_for_update(of=("self",), no_key=True)}


def lock_ceilings(quota_ids: Iterable[int], unit_ids: Iterable[int]) -> Ceilings:
    """Lock the quotas, their sub-quotas, and the caps of the units for their programmes.

    Who sets a cap that was not there locks all quotas of its programme first: none can appear beside this lock.
    """
    quotas = lock_quotas(quota_ids)
    sub_quotas = SubQuota.objects.filter(quota__in=quotas).order_by("pk").select_for_update(no_key=True)
    programmes = {quota.programme_id for quota in quotas.values()}
    caps = (
        UnitCap.objects.filter(programme__in=programmes, unit__in=set(unit_ids), number__isnull=False)
        .order_by("pk")
        .select_for_update(no_key=True)
    )
    return Ceilings(
        quotas,
        {sub_quota.pk: sub_quota for sub_quota in sub_quotas},
        {(cap.unit_id, cap.programme_id): cap for cap in caps},
    )
