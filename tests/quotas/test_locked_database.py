"""R5: under load nobody is told that the database is locked. A transaction asks for the writer's place before it reads.

Measured once at full scale (16 writers, 20 s); here fewer saves, on the same path.
"""

from threading import Barrier
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

from quotas.models import Registration
from quotas.policies import locked_quotas
from quotas.services import cells as cells_service
from quotas.services.cells import CellInput, Outcome, save_registrations
from tests.cast import Province, make_province
from tests.quotas.test_races import race, writers_of
from trainingplan.models import Unit

pytestmark = pytest.mark.django_db(transaction=True)

SAVES = 5
PAGES = 3


def save(province: Province, unit: Unit, version: int) -> Outcome:
    cells = [CellInput(unit.pk, province.kv3.pk, str(version + 1), version)]
    return save_registrations(plan=province.plan, unit=unit, cells=cells, actor=province.hoa)[0].outcome


def test_writers_and_readers_at_once_are_all_served() -> None:
    province = make_province()
    units = writers_of(province)
    clients = [Client() for _ in units]
    for client in clients:
        client.force_login(province.hoa)
    url = reverse("progress", kwargs={"year": 2024})

    def write(unit: Unit) -> set[Outcome]:
        return {save(province, unit, version) for version in range(SAVES)}

    def read(client: Client) -> set[int]:
        return {client.get(url).status_code for _ in range(PAGES)}

    answers = race([
        *(lambda unit=unit: write(unit) for unit in units),
        *(lambda client=client: read(client) for client in clients),
    ])  # fmt: skip
    assert answers == [{Outcome.SAVED}] * len(units) + [{200}] * len(clients)
    assert set(Registration.objects.values_list("number", "version")) == {(SAVES, SAVES)}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL locks rows, not the database")
def test_control_who_asks_for_the_place_only_when_he_writes_is_told_that_it_is_locked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """If this fails, the test above proves nothing."""
    province = make_province()
    both = Barrier(2)

    def read_together(*asked: Any) -> dict[int, str]:
        """Between what a save reads and what it writes."""
        both.wait(timeout=30)
        return locked_quotas(*asked)

    def save_late(unit: Unit) -> str:
        connection.transaction_mode = None  # type: ignore[attr-defined] # a plain BEGIN, as by default
        try:
            return str(save(province, unit, 0))
        except OperationalError as error:
            return str(error)

    monkeypatch.setattr(cells_service, "locked_quotas", read_together)
    answers = race([lambda unit=unit: save_late(unit) for unit in (province.binh_son, province.son_tinh)])  # type: ignore[misc]
    assert "database is locked" in answers
