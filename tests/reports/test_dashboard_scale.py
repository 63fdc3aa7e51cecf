"""The pages read the same number of times for 13 units and for 400, and never more than twenty times."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.reports.dashboard_scenery import build
from trainingplan.models import Role

PAGES = ("/2024/tong-quan/", "/2024/tien-do/", "/2024/nhat-ky/")
MOST = 20


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is written inside is gone afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def queries_by_page(size: int) -> dict[tuple[Role, str], list[str]]:
    """The statements of each page for each role that may open it, in a province of that size."""
    counted = {}
    with undone():
        scenery = build(size)
        with connection.cursor() as cursor:
            cursor.execute(
                "ANALYZE"
            )  # no other transaction sees these rows, so nobody else counts them for the planner
        for role in Role:
            client = Client()
            client.force_login(scenery.staff[role])
            for page in PAGES:
                with CaptureQueriesContext(connection) as captured:
                    reply = client.get(page)
                if reply.status_code == 200:
                    counted[role, page] = [query["sql"] for query in captured]
    return counted


@pytest.mark.django_db
def test_four_hundred_units_are_read_as_often_as_thirteen() -> None:
    few, many = queries_by_page(13), queries_by_page(400)
    assert {(Role.BOARD, page) for page in PAGES} <= set(few)
    assert {key: len(queries) for key, queries in few.items()} == {key: len(queries) for key, queries in many.items()}
    assert {key: len(queries) for key, queries in many.items() if len(queries) > MOST} == {}
