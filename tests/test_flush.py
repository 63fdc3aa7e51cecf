"""The test database: append-only tables refuse changes inside a test, and are empty again after it."""

from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from trainingplan.models import Change


def write_a_change() -> None:
    Change.objects.create(batch=uuid4(), at=timezone.now(), actor_name="Hệ thống", table="plan", row="1", field="tên")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", ["first", "second"])
def test_every_transactional_test_starts_with_an_empty_log_that_refuses_changes(time: str) -> None:
    assert not Change.objects.exists(), time
    write_a_change()
    with pytest.raises(DatabaseError, match="chỉ được ghi thêm"), transaction.atomic():
        Change.objects.update(field="khác")
    with pytest.raises(DatabaseError, match="chỉ được ghi thêm"), transaction.atomic():
        Change.objects.all().delete()
    assert Change.objects.count() == 1


@pytest.mark.django_db
def test_sqlite_is_a_file() -> None:
    name = str(connection.settings_dict["NAME"])
    assert connection.vendor != "sqlite" or (name.endswith(".sqlite3") and "memory" not in name)
