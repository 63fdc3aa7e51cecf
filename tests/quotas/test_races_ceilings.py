"""Fifty writers at once under one ceiling (R1) and under ceilings that overlap (R2), with their controls.

Few rounds by default; the full bar is 200: `RACE_ROUNDS=200 pytest -o timeout=0 tests/quotas/test_races_ceilings.py`.
"""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import connection, transaction
from django.utils import timezone

from quotas.locking import Ceilings
from quotas.models import Allocation, Proposal, Quota, Registration, SubAllocation, SubQuota, UnitCap
from quotas.services import cells as cells_service
from quotas.services.ceilings import add_sub_quota, save_caps, save_sub_allocations
from quotas.services.cells import CellInput, Outcome, save_allocations, save_registrations
from quotas.services.proposals import Order, apply_proposals, propose
from quotas.services.quotas import set_held
from tests.cast import Province, make_province
from trainingplan.models import Participant, Unit
from trainingplan.services.refusals import Refused

pytestmark = pytest.mark.django_db(transaction=True)

CEILING = 10
WRITERS = 50
ROUNDS = int(os.environ.get("RACE_ROUNDS", "3"))
ON_SQLITE = "sqlite" in str(connection.settings_dict["ENGINE"])


@dataclass(frozen=True)
class Race:
    """Writers that live through all rounds, each with a connection of its own; every round begins at one moment."""

    rounds: int
    before: Callable[[], object]
    after: Callable[[int], object]

    def run(self, jobs: list[Callable[[int], object]]) -> list[list[object]]:
        """The answers of each job, by round. What a job raises ends the race and is raised here."""
        start, end = Barrier(len(jobs) + 1), Barrier(len(jobs) + 1)
        with ThreadPoolExecutor(len(jobs)) as pool:
            runners = [pool.submit(self._live, job, start, end) for job in jobs]
            try:
                for number in range(self.rounds):
                    self.before()
                    start.wait(timeout=60)
                    end.wait(timeout=60)
                    self.after(number)
            except BaseException:
                start.abort()
                end.abort()
                errors = [error for runner in runners if (error := runner.exception(timeout=60))]
                for error in errors:
                    if not isinstance(error, BrokenBarrierError):
                        raise error from None
                raise
            return [runner.result() for runner in runners]

    def _live(self, job: Callable[[int], object], start: Barrier, end: Barrier) -> list[object]:
        answers = []
        try:
            connection.ensure_connection()
            for number in range(self.rounds):
                start.wait(timeout=60)
                answers.append(job(number))
                end.wait(timeout=60)
        except BaseException:
            end.abort()
            raise
        finally:
            connection.close()
        return answers


def clear() -> None:
    SubAllocation.objects.all().delete()
    Allocation.objects.all().delete()


def writers_of(province: Province, number: int = WRITERS) -> list[Unit]:
    group = province.plan.participants.all()[0].group
    units = [Unit.objects.create(key=f"don-vi-{n}") for n in range(number)]
    Participant.objects.bulk_create(
        Participant(plan=province.plan, unit=unit, group=group, position=100 + n) for n, unit in enumerate(units)
    )
    return units


def allocate(province: Province, unit: Unit, *wishes: tuple[Quota, int]) -> list[Outcome]:
    stored = dict(Allocation.objects.filter(unit=unit).values_list("quota_id", "version"))
    batch = [CellInput(unit.pk, quota.pk, str(number), stored.get(quota.pk, 0)) for quota, number in wishes]
    return [result.outcome for result in save_allocations(plan=province.plan, cells=batch, actor=province.hoa)]


def total(rows: Iterable[int | None]) -> int:
    return sum(number or 0 for number in rows)


def read_without_locks(quota_ids: Iterable[int], unit_ids: Iterable[int]) -> Ceilings:
    """What `lock_ceilings` reads, and no lock."""
    quotas = Quota.objects.select_related("programme").in_bulk(list(quota_ids))
    caps = UnitCap.objects.filter(unit__in=list(unit_ids), number__isnull=False)
    subs = SubQuota.objects.filter(quota__in=quotas)
    by_cell = {(cap.unit_id, cap.programme_id): cap for cap in caps}
    return Ceilings(quotas, {sub.pk: sub for sub in subs}, by_cell)


def wish_of(writer: int, round_number: int) -> int:
    return 1 + (writer + round_number) % 3


def test_fifty_writers_take_all_of_a_ceiling_and_no_more() -> None:
    """R1: never over, and nobody is refused while there was room for the whole wish."""
    province = make_province()
    units = writers_of(province)
    Quota.objects.filter(pk=province.hcm.pk).update(number=CEILING)
    taken: list[int] = []

    def job(writer: int) -> Callable[[int], object]:
        return lambda number: allocate(province, units[writer], (province.hcm, wish_of(writer, number)))[0]

    race = Race(ROUNDS, clear, lambda _: taken.append(total(Allocation.objects.values_list("number", flat=True))))
    answers = race.run([job(writer) for writer in range(WRITERS)])
    for number, places in enumerate(taken):
        given = [wish_of(w, number) for w in range(WRITERS) if answers[w][number] is Outcome.SAVED]
        refused = [wish_of(w, number) for w in range(WRITERS) if answers[w][number] is Outcome.REFUSED]
        assert places == sum(given) <= CEILING
        assert all(places + wish > CEILING for wish in refused)
        assert len(given) + len(refused) == WRITERS


def test_fifty_writers_under_a_cap_shared_by_two_quotas() -> None:
    """R2: each unit is written by many at once, half through one quota, half through the other."""
    province = make_province()
    units = writers_of(province, 5)
    programme = province.hcm.programme_id
    Quota.objects.update(number=1000)
    UnitCap.objects.bulk_create(
        UnitCap(unit=unit, programme_id=programme, number=3, updated_at=timezone.now()) for unit in units
    )
    quotas = (province.hcm, province.kv3)

    def job(writer: int) -> Callable[[int], object]:
        unit, quota = units[writer % 5], quotas[writer % 2]
        return lambda number: allocate(province, unit, (quota, wish_of(writer, number)))[0]

    def check(_: int) -> None:
        for unit in units:
            given = total(Allocation.objects.filter(unit=unit).values_list("number", flat=True))
            assert 0 < given <= 3

    Race(ROUNDS, clear, check).run([job(writer) for writer in range(WRITERS)])


def test_overlapping_ceilings_taken_in_any_order_neither_deadlock_nor_overbook() -> None:
    """R2: quotas in opposite orders, caps, held places, sub-quotas and registrations, all at once."""
    province = make_province()
    units = writers_of(province, 10)
    Quota.objects.update(number=CEILING)
    programme, quotas = province.hcm.programme_id, (province.hcm, province.kv3)
    subs = [
        add_sub_quota(plan=province.plan, quota_id=quota.pk, name=name, number=4, actor=province.hoa)
        for quota in quotas
        for name in ("nữ", "cán bộ trẻ")
    ]

    def allocating(writer: int, number: int) -> object:
        order = quotas if writer % 2 else quotas[::-1]
        wishes = [(quota, wish_of(writer, number)) for quota in order]
        return allocate(province, units[writer % 10], *wishes)

    def capping(writer: int, number: int) -> object:
        unit = units[writer % 10]
        version = UnitCap.objects.filter(unit=unit).values_list("version", flat=True).first() or 0
        cell = CellInput(unit.pk, programme, str(2 + (writer + number) % 4), version)
        return save_caps(plan=province.plan, cells=[cell], actor=province.hoa)[0].outcome

    def holding(writer: int, number: int) -> object:
        try:
            set_held(quota=quotas[writer % 2], held=(writer + number) % 3, actor=province.hoa)
        except Refused:
            return "refused"
        return "held"

    def sub_allocating(writer: int, _: int) -> object:
        unit = units[writer % 10]
        batch = [CellInput(unit.pk, sub.pk, "1") for sub in (subs if writer % 2 else subs[::-1])]
        return [r.outcome for r in save_sub_allocations(plan=province.plan, cells=batch, actor=province.hoa)]

    def registering(writer: int, number: int) -> object:
        unit = units[writer % 10]
        stored = dict(Registration.objects.filter(unit=unit).values_list("quota_id", "version"))
        batch = [CellInput(unit.pk, quota.pk, str(1 + number % 4), stored.get(quota.pk, 0)) for quota in quotas]
        return save_registrations(plan=province.plan, unit=unit, cells=batch, actor=province.hoa)[0].outcome

    acts = (allocating, allocating, allocating, capping, holding, sub_allocating, registering)

    def job(writer: int) -> Callable[[int], object]:
        act = acts[writer % len(acts)]
        return lambda number: act(writer, number)

    Race(ROUNDS, clear, lambda _: check_all(province)).run([job(writer) for writer in range(WRITERS)])


def check_all(province: Province) -> None:
    """Every ceiling holds, as plain sums over the tables tell."""
    for quota in Quota.objects.all():
        given = total(Allocation.objects.filter(quota=quota).values_list("number", flat=True))
        assert given + quota.held <= (quota.number or 0)
    for cap in UnitCap.objects.exclude(number=None):
        rows = Allocation.objects.filter(unit=cap.unit_id, quota__programme=cap.programme_id)
        assert total(rows.values_list("number", flat=True)) <= (cap.number or 0)
    own = {(row.unit_id, row.quota_id): row.number or 0 for row in Allocation.objects.all()}
    for sub in SubQuota.objects.all():
        rows_of = SubAllocation.objects.filter(quota=sub)
        assert total(rows_of.values_list("number", flat=True)) <= sub.number
        assert all((row.number or 0) <= own.get((row.unit_id, sub.quota_id), 0) for row in rows_of)


def test_a_proposal_applied_by_many_at_once_is_applied_once() -> None:
    province = make_province()
    for unit in (province.binh_son, province.son_tinh):
        Registration.objects.create(unit=unit, quota=province.hcm, number=4, updated_at=timezone.now())
    orders = [Order(province.hcm.pk)]
    (draft,) = propose(plan=province.plan, orders=orders, basis=Proposal.Basis.DEMAND, limits={}, actor=province.hoa)

    def applying(_: int) -> object:
        try:
            return apply_proposals(plan=province.plan, proposal_ids=[draft.pk], actor=province.hoa)
        except Refused:
            return "refused"

    answers = Race(1, lambda: None, lambda _: None).run([applying] * 8)
    assert sorted(str(answer) for (answer,) in answers) == ["2", *["refused"] * 7]
    assert set(Allocation.objects.values_list("version", flat=True)) == {1}


@pytest.mark.skipif(ON_SQLITE, reason="SQLite has one writer at a time")
def test_control_without_the_locks_quota_and_cap_are_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    """If this fails, the tests above prove nothing."""
    province = make_province()
    units = writers_of(province, 5)
    Quota.objects.update(number=CEILING)
    UnitCap.objects.bulk_create(
        UnitCap(unit=unit, programme_id=province.hcm.programme_id, number=3, updated_at=timezone.now())
        for unit in units
    )
    monkeypatch.setattr(cells_service, "lock_ceilings", read_without_locks)
    quotas = (province.hcm, province.kv3)
    passed = {"quota": 0, "cap": 0}

    def job(writer: int) -> Callable[[int], object]:
        return lambda _: allocate(province, units[writer % 5], (quotas[writer // 5 % 2], 3))[0]

    def count(_: int) -> None:
        for quota in quotas:
            passed["quota"] += total(quota.allocations.values_list("number", flat=True)) > CEILING
        for unit in units:
            passed["cap"] += total(unit.allocations.values_list("number", flat=True)) > 3

    Race(max(ROUNDS, 5), clear, count).run([job(writer) for writer in range(10)])
    assert passed["quota"]
    assert passed["cap"]


def test_control_check_then_save_passes_a_cap_on_either_database() -> None:
    """The naive way: add up what the unit has, then write in a transaction of its own."""
    province = make_province()
    (unit,) = writers_of(province, 1)
    together = Barrier(2)

    def naive(quota: Quota) -> None:
        room = 3 - total(Allocation.objects.filter(unit=unit).values_list("number", flat=True))
        together.wait(timeout=30)
        if room >= 2:
            with transaction.atomic():
                Allocation.objects.create(unit=unit, quota=quota, number=2, updated_at=timezone.now())

    Race(1, clear, lambda _: None).run([lambda _: naive(province.hcm), lambda _: naive(province.kv3)])
    assert total(Allocation.objects.values_list("number", flat=True)) == 4
