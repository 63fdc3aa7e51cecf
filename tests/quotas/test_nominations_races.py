"""Nominating at once: a unit's places hold with the lock, and the control shows that they do not hold without."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from quotas.models import Nomination, Person, Quota
from quotas.services import nominations
from quotas.services.nominations import add_nomination
from tests.quotas.rosters_cast import RosterCast, give, make_cast, person
from trainingplan.models import Unit
from trainingplan.services.refusals import Refused

pytestmark = pytest.mark.django_db(transaction=True)

PLACES = 3
WRITERS = 8
ROUNDS = 8


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


def nominate_at_once(cast: RosterCast, names: list[str]) -> int:
    """How many of the names went onto the list proper."""
    Nomination.objects.all().delete()
    Person.objects.all().delete()

    def nominate(name: str) -> bool:
        try:
            add_nomination(
                plan=cast.province.plan,
                quota_id=cast.quota.pk,
                unit=cast.province.binh_son,
                details=person(name),
                actor=cast.province.hoa,
            )
        except Refused:
            return False
        return True

    done = race([lambda name=name: nominate(name) for name in names])  # type: ignore[misc]
    return done.count(True)


def test_nominators_at_once_fill_the_places_and_never_pass_them() -> None:
    cast = make_cast()
    give(cast.quota, cast.province.binh_son, PLACES)
    for _ in range(ROUNDS):
        done = nominate_at_once(cast, [f"Nguyễn Văn {chr(65 + n)}" for n in range(WRITERS)])
        assert done == PLACES
        assert Nomination.objects.filter(reserve=False).count() == PLACES


def test_the_same_form_sent_many_times_nominates_once() -> None:
    cast = make_cast()
    give(cast.quota, cast.province.binh_son, PLACES)
    assert nominate_at_once(cast, ["Nguyễn Văn A"] * WRITERS) == 1
    assert Person.objects.count() == 1


@pytest.mark.skipif("sqlite" in str(connection.settings_dict["ENGINE"]), reason="SQLite has one writer at a time")
def test_control_without_the_locks_the_places_are_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    """If this fails, the tests above prove nothing."""
    cast = make_cast()
    give(cast.quota, cast.province.binh_son, PLACES)
    monkeypatch.setattr(nominations, "lock_quotas", lambda ids: Quota.objects.select_related("programme").in_bulk(ids))
    monkeypatch.setattr(nominations, "lock_unit", lambda unit: Unit.objects.get(pk=unit.pk))
    names = [f"Nguyễn Văn {chr(65 + n)}" for n in range(WRITERS)]
    assert any(nominate_at_once(cast, names) > PLACES for _ in range(ROUNDS))
