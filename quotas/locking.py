"""Taking capacity: the rows that bound a sum are locked, in key order, before the sum is read."""

from collections.abc import Iterable

from django.db import connection

from quotas.models import Quota


def lock_quotas(ids: Iterable[int]) -> dict[int, Quota]:
    """Lock the quotas for the rest of the transaction and return them by key, freshly read.

    PostgreSQL locks the rows; key order keeps two writers from waiting for each other. SQLite has one writer at a
    time, and `BEGIN IMMEDIATE` (see settings) makes it queue before it reads. Outside a transaction neither holds.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("lock_quotas needs a transaction")
    locked = Quota.objects.filter(pk__in=set(ids)).order_by("pk").select_related("programme__plan")
    return {quota.pk: quota for quota in locked.select_for_update(of=("self",))}
