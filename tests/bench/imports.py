"""S4: 20,000 rows of a file through the resources, beside a validate-and-bulk written by hand."""

import random
from collections.abc import Callable, Iterator
from typing import Any

import tablib
from django.db import connection, transaction
from django.utils import timezone

from quotas.models import Allocation, Quota
from quotas.resources import AllocationResource
from tests.bench.measure import Bench, Clock, Pair
from tests.bench.province import Province, build
from trainingplan.models import Unit
from trainingplan.resources.files import ROW
from trainingplan.rules.numbers import parse_count

HEADINGS = ("Năm", "Khóa chương trình", "Khóa chỉ tiêu", "Khóa đơn vị", "Số người", ROW)


def benches(clock: Clock, units: int = 400, quotas: int = 50) -> Iterator[Bench]:
    """Needs a database that may be filled; makes its province there."""
    province = build(units=units, quotas=quotas, filled=False)
    rows = units * quotas
    for what, again in (("insert", False), ("update", True)):
        for kept, name in ((False, "preview"), (True, "apply")):
            work = _importing(province, again=again, kept=kept)
            yield Bench("S4", f"{name} {rows:,} rows, {what}", "validate and bulk by hand", 3, work, clock)


def _importing(province: Province, *, again: bool, kept: bool) -> Callable[[int], Pair]:
    def prepare(seed: int) -> Pair:
        Allocation.objects.all().delete()
        if again:
            by_hand(_dataset(province, 10_000 + seed), keep=True)
        dataset = _dataset(province, seed)
        other = _dataset(province, 500 + seed)
        return Pair(lambda: _import(dataset, province, keep=kept), lambda: _restore(other, again=again, keep=kept))

    return prepare


def _restore(dataset: tablib.Dataset, *, again: bool, keep: bool) -> None:
    """By hand on the same ground: rows to add are not there yet."""
    with transaction.atomic():
        if not again and keep:
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM quotas_allocation")
        by_hand(dataset, keep=True)
        transaction.set_rollback(not keep)


def _dataset(province: Province, seed: int) -> tablib.Dataset:
    rng = random.Random(seed)  # noqa: S311 - the numbers of a bench
    dataset = tablib.Dataset(headers=list(HEADINGS))
    place = 1
    for unit in province.units:
        for quota in province.quotas:
            place += 1
            year = str(province.plan.year)
            dataset.append((year, "chuong-trinh", quota.key, unit.key, str(rng.randrange(1, 900)), place))
    return dataset


def _import(dataset: tablib.Dataset, province: Province, *, keep: bool) -> None:
    with transaction.atomic():
        result = AllocationResource().import_data(dataset, dry_run=False, user=province.board, reason="Đo tốc độ")
        if result.has_errors() or result.has_validation_errors():
            raise AssertionError(result.invalid_rows[0].error if result.invalid_rows else result.base_errors)
        transaction.set_rollback(not keep)


def by_hand(dataset: tablib.Dataset, *, keep: bool) -> None:
    """Keys found in two dictionaries, numbers read by the one parser, one upsert."""
    quotas = {(q.programme.plan.year, q.key): q for q in Quota.objects.select_related("programme__plan")}
    units: dict[str, Any] = dict(Unit.objects.values_list("key", "pk"))
    now = timezone.now()
    rows = []
    for year, _, quota_key, unit_key, typed, _ in dataset:
        number = parse_count(typed)
        if number is None or number < 0:
            raise ValueError(typed)
        quota = quotas[int(year), quota_key]
        rows.append(Allocation(quota=quota, unit_id=units[unit_key], number=number, updated_at=now))
    with transaction.atomic():
        Allocation.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["quota", "unit"],
            update_fields=["number", "version", "updated_at"],
        )
        transaction.set_rollback(not keep)
