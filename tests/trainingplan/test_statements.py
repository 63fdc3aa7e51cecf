"""Statements that are run by name do what the same text does, and what goes wrong is told as by Django's cursors."""

from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connection, connections, transaction
from django.db.models.signals import post_init
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from tests.cast import Province, make_province
from trainingplan.models import Plan
from trainingplan.policies import all_plans
from trainingplan.statements import Row, rows_of

YEARS = "SELECT year FROM trainingplan_plan WHERE year = %s AND title <> '5%%'"


def years(year: int) -> list[Row]:
    return rows_of("default", YEARS, [year], often=True)


@pytest.mark.django_db
def test_a_statement_may_come_again_with_other_values(province: Province) -> None:
    assert [years(year) for year in (2024, 1990, 10**6, 2024)] == [[(2024,)], [], [], [(2024,)]]
    with CaptureQueriesContext(connection) as watched:
        assert years(2024) == [(2024,)]
    assert len(watched) == 1


@pytest.mark.django_db
def test_a_fault_is_django_s_and_breaks_the_transaction() -> None:
    with transaction.atomic():
        with pytest.raises(DatabaseError), transaction.atomic(savepoint=False):
            rows_of("default", "SELECT 1 FROM nowhere", [], often=True)
        with pytest.raises(TransactionManagementError):
            years(2024)
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_what_the_server_has_forgotten_is_told_it_again(province: Province) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite is given the text each time")
    years(2024)
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    with pytest.raises(DatabaseError, match="does not exist"), transaction.atomic():
        years(2024)
    assert years(2024) == [(2024,)]


@pytest.mark.django_db(transaction=True)
def test_a_kept_connection_that_was_lost_is_made_anew_by_the_first_reading() -> None:
    """Django asks for that with a statement of its own."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite's connection is not lost")
    make_province()
    assert years(2024) == [(2024,)]
    kept: Any = connections[DEFAULT_DB_ALIAS]
    kept.health_check_enabled, kept.health_check_done = True, False
    lost = kept.connection
    lost.close()
    assert years(2024) == [(2024,)]
    assert kept.connection is not lost
    kept.connection.close()
    with pytest.raises(InterfaceError):
        years(2024)  # once a request, as Django does it
    kept.close()


@pytest.mark.django_db
def test_who_watches_the_making_of_rows_sees_it(province: Province) -> None:
    seen: list[object] = []

    def watch(instance: Plan, **_: object) -> None:
        seen.append(instance)

    post_init.connect(watch, sender=Plan)
    try:
        assert all_plans() == [province.plan]
    finally:
        post_init.disconnect(watch, sender=Plan)
    assert seen
