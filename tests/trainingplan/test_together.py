"""What is read together is what each would have read by itself, and is given once to who asks for the very same."""

from collections.abc import Collection

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.cast import Province
from trainingplan import sessions
from trainingplan.models import Plan, Unit, User
from trainingplan.prepared import LONGEST, prepared, prepared_share
from trainingplan.together import reading_together


@prepared
def users_of(unit: int) -> QuerySet[User]:
    return User.objects.filter(unit_id=unit).select_related("unit").order_by()


@prepared
def keys_of(units: Collection[int]) -> QuerySet[Unit, tuple[int, str]]:
    return Unit.objects.filter(pk__in=units).order_by().values_list("pk", "key")


@prepared
def plans_of(year: int) -> QuerySet[Plan]:
    return Plan.objects.filter(year=year).order_by()


@pytest.mark.django_db
def test_each_is_given_its_own_rows_once(province: Province) -> None:
    here, there, year = province.binh_son.pk, province.son_tinh.pk, province.plan.year
    calls = (users_of.asked(here), keys_of.asked([here, there]), plans_of.asked(year), plans_of.asked(year + 1))
    apart = users_of(here), sorted(keys_of([here, there])), plans_of(year), plans_of(year + 1)
    assert apart[0][0].unit
    assert apart[2]
    with CaptureQueriesContext(connection) as captured, reading_together(*calls):
        assert (users_of(here), sorted(keys_of([here, there])), plans_of(year), plans_of(year + 1)) == apart
    assert len(captured) == (1 if connection.vendor == "postgresql" else 4)
    with reading_together(*calls):
        User.objects.filter(unit_id=here).update(unit=province.son_tinh)
        users_of(here)
        assert users_of(here) == []
        assert {user.pk for user in users_of(there)} > {user.pk for user in apart[0]}
    assert plans_of(year) == apart[2]


@pytest.mark.django_db
def test_rows_that_one_statement_cannot_promise_are_refused(province: Province) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite reads nothing ahead")
    in_order = prepared(lambda year: Plan.objects.filter(year=year).order_by("pk"))
    held = prepared_share(lambda year: Plan.objects.filter(year=year).order_by())
    for statement in (in_order, held):
        refused = reading_together(statement.asked(2024), plans_of.asked(2024))
        with pytest.raises(ValueError, match="in an order, or locked"), refused:
            pass


@pytest.mark.django_db
def test_what_is_compiled_each_time_is_left_to_be_read_by_itself(province: Province) -> None:
    assert keys_of.asked([*range(LONGEST + 1)]) is None
    assert keys_of.asked([]) is None
    with pytest.raises(TypeError, match="by place"):
        plans_of.asked(year=2024)


@pytest.mark.django_db
def testwhose_a_session_was_is_no_more_than_a_guess(province: Province) -> None:
    """Another's account under a session's key is never believed: what the session says is read with it."""
    client = Client()
    client.force_login(province.alice)
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    for guess in (province.bob.pk, 0, province.alice.pk):
        sessions.whose[key] = guess
        assert client.get("/").wsgi_request.user == province.alice
        assert sessions.whose[key] == province.alice.pk
    User.objects.filter(pk=province.alice.pk).update(is_active=False)
    assert client.get("/").status_code == 302
    User.objects.filter(pk=province.alice.pk).update(is_active=True)
    client.logout()
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    assert client.get("/").status_code == 302


@pytest.mark.django_db
def test_the_most_sessions_are_remembered_at_a_time(province: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "MOST_REMEMBERED", 3)
    for number in range(10):
        sessions.remember(f"key-{number}", province.alice)
    assert 0 < len(sessions.whose) <= 3
