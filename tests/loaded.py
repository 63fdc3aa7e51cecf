"""The real plan of 2024 with its illustrative data, loaded once for a module; each test's changes are undone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from trainingplan.models import Plan

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
FACTS, ILLUSTRATIVE, LAST_YEAR = (FIXTURES / name for name in ("2024", "2024-minh-hoa", "2023-minh-hoa"))


@pytest.fixture(scope="module")
def _loaded_module(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_plan", FACTS, ILLUSTRATIVE, LAST_YEAR, verbosity=0)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def plan_2024(_loaded_module: None, db: None) -> Plan:
    """The plan of 2024, loaded."""
    return Plan.objects.get(year=2024)
