"""Writers at once: the ceiling holds with the lock, and the control shows that it does not hold without."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction
from django.utils import timezone

from quotas.locking import Ceilings
from quotas.models import Allocation, Quota, Registration, SubQuota, UnitCap
from quotas.services import cells
from quotas.services.cells import CellInput, Outcome, save_allocations, save_registrations
from tests.cast import Province, make_province
from trainingplan.models import Participant, Unit

pytestmark = pytest.mark.django_db(transaction=True)

CEILING = 10
WRITERS = 8
ROUNDS = 12


def race(jobs: list[Callable[[], object]]) -> list[object]:
    """Run the jobs at one moment, each in a thread with a connection of its own."""
    barrier = Barrier(len(jobs))

    def run(job: Callable[[], object]) -> object:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=30)
            return job()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def writers_of(province: Province) -> list[Unit]:
    group = province.plan.participants.first().group  # type: ignore[union-attr]
    units = [Unit.objects.create(key=f"don-vi-{n}") for n in range(WRITERS)]
    Participant.objects.bulk_create(
        Participant(plan=province.plan, unit=unit, group=group, position=100 + n) for n, unit in enumerate(units)
    )
    return units


def read_without_locks(quota_ids: Iterable[int], unit_ids: Iterable[int]) -> Ceilings:
    """What `lock_ceilings` reads, and no lock."""
    quotas = Quota.objects.select_related("programme").in_bulk(list(quota_ids))
    caps = UnitCap.objects.filter(unit__in=list(unit_ids), number__isnull=False)
    return Ceilings(
        quotas,
        {sub.pk: sub for sub in SubQuota.objects.filter(quota__in=quotas)},
        {(cap.unit_id, cap.programme_id): cap for cap in caps},
    )


def allocated(quota: Quota) -> int:
    return sum(number or 0 for number in Allocation.objects.filter(quota=quota).values_list("number", flat=True))


def test_writers_at_once_fill_the_ceiling_and_never_pass_it() -> None:
    province = make_province()
    units = writers_of(province)
    Quota.objects.filter(pk=province.hcm.pk).update(number=CEILING)
    for round_number in range(ROUNDS):
        Allocation.objects.all().delete()

        def write(unit: Unit, places: str = str(round_number % 3 + 2)) -> Outcome:
            cell = CellInput(unit.pk, province.hcm.pk, places)
            return save_allocations(plan=province.plan, cells=[cell], actor=province.hoa)[0].outcome

        outcomes = race([lambda unit=unit: write(unit) for unit in units])  # type: ignore[misc]
        places = round_number % 3 + 2
        assert allocated(province.hcm) == places * (CEILING // places)
        assert outcomes.count(Outcome.SAVED) == CEILING // places


@pytest.mark.skipif("sqlite" in str(connection.settings_dict["ENGINE"]), reason="SQLite has one writer at a time")
def test_control_without_the_lock_the_ceiling_is_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    """If this fails, the test above proves nothing."""
    province = make_province()
    units = writers_of(province)
    Quota.objects.filter(pk=province.hcm.pk).update(number=CEILING)
    monkeypatch.setattr(cells, "lock_ceilings", read_without_locks)
    passed = 0
    for _ in range(ROUNDS):
        Allocation.objects.all().delete()

        def write(unit: Unit) -> object:
            cell = CellInput(unit.pk, province.hcm.pk, "4")
            return save_allocations(plan=province.plan, cells=[cell], actor=province.hoa)

        race([lambda unit=unit: write(unit) for unit in units])  # type: ignore[misc]
        passed += allocated(province.hcm) > CEILING
    assert passed


def test_control_check_then_save_outside_the_service_passes_the_ceiling() -> None:
    """The naive way, on either database: read the sum, then write in a transaction of its own."""
    province = make_province()
    units = writers_of(province)
    barrier = Barrier(len(units))

    def naive(unit: Unit) -> None:
        room = CEILING - allocated(province.hcm)
        barrier.wait(timeout=30)
        if room >= 4:
            with transaction.atomic():
                Allocation.objects.create(quota=province.hcm, unit=unit, number=4, updated_at=timezone.now())

    race([lambda unit=unit: naive(unit) for unit in units])  # type: ignore[misc]
    assert allocated(province.hcm) > CEILING


def test_overlapping_saves_in_opposite_orders_do_not_deadlock() -> None:
    province = make_province()
    units = writers_of(province)
    orders = [[province.hcm.pk, province.kv3.pk], [province.kv3.pk, province.hcm.pk]]

    def write(n: int) -> set[Outcome]:
        batch = [CellInput(units[n].pk, quota, "1") for quota in orders[n % 2]]
        return {result.outcome for result in save_allocations(plan=province.plan, cells=batch, actor=province.hoa)}

    for _ in range(4):
        Allocation.objects.all().delete()
        race([lambda n=n: write(n) for n in range(WRITERS)])  # type: ignore[misc]
        assert allocated(province.hcm) == 5
        assert allocated(province.kv3) == WRITERS


def test_one_cell_written_by_many_at_once_takes_one_and_tells_the_others() -> None:
    province = make_province()

    def write(n: int) -> Outcome:
        cell = CellInput(province.binh_son.pk, province.kv3.pk, str(n + 1))
        return save_registrations(
            plan=province.plan, unit=province.binh_son, cells=[cell], actor=province.alice if n % 2 else province.bob
        )[0].outcome

    outcomes = race([lambda n=n: write(n) for n in range(WRITERS)])  # type: ignore[misc]
    assert outcomes.count(Outcome.SAVED) == 1
    assert outcomes.count(Outcome.CONFLICT) == WRITERS - 1
    assert Registration.objects.get().version == 1
