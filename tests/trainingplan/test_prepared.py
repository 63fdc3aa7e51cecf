"""Compiled statements read what their querysets do, whatever they are asked for, and lock what those lock."""

from collections.abc import Collection
from datetime import UTC, date, datetime
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import Model, QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from quotas.models import Extension, Registration, Response, ReturnedCell
from quotas.services.sheets import ALLOCATIONS, CAPS, REGISTRATIONS, RESERVES, SUB_ALLOCATIONS, Book
from tests.cast import Province
from trainingplan.models import Participant, Plan, Role, User
from trainingplan.prepared import ALL, LONGEST, Prepared, prepared

get_resolver().url_patterns  # noqa: B018 - loads every view, and with them every statement
NOW = datetime(2024, 3, 1, 8, 30, tzinfo=UTC)


def _strategy(kind: Any, keys: list[int]) -> st.SearchStrategy[Any]:
    if get_origin(kind) is UnionType:
        kinds = [one for one in get_args(kind) if one is not QuerySet]
        return st.one_of(*(_strategy(one, keys) for one in kinds))
    if get_origin(kind) is type:
        return st.sampled_from(get_args(get_args(kind)[0]))
    if get_origin(kind) is Collection:
        return st.lists(_strategy(get_args(kind)[0], keys), max_size=LONGEST + 2)
    if kind is Book:
        return st.sampled_from([ALLOCATIONS, CAPS, REGISTRATIONS, RESERVES, SUB_ALLOCATIONS])
    known: dict[Any, list[Any]] = {
        int: [*keys, 0],
        str: ["", "k" * 32, "binh-son", "'; --"],
        date: [date(1989, 6, 30), date(1989, 7, 1), date(2024, 1, 1)],
        datetime: [NOW],
        type(None): [None],
    }
    return st.sampled_from(known[kind])


def _plain(row: Any, *before: object) -> object:
    """A row as it can be compared: an instance with all that was read, its relations included."""
    if not isinstance(row, Model) or row in before:
        return row
    state = row._state
    related = {name: _plain(one, *before, row) for name, one in state.fields_cache.items()}
    return type(row), state.db, state.adding, {k: v for k, v in vars(row).items() if k != "_state"}, related


def _sorted(rows: list[Any]) -> list[str]:
    return sorted(repr(_plain(row)) for row in rows)


@pytest.fixture
def answered(province: Province) -> list[int]:
    """Something to be found by every statement; the keys that may be asked for."""
    participant = Participant.objects.get(plan=province.plan, unit=province.binh_son)
    answer = Response.objects.create(participant=participant, state=Response.State.RETURNED)
    ReturnedCell.objects.create(response=answer, quota=province.hcm)
    Extension.objects.create(
        participant=participant, until=NOW.replace(year=2025), reason="bão", granted_by=province.hoa, granted_at=NOW
    )
    for unit in (province.binh_son, province.son_tinh):
        Registration.objects.create(quota=province.hcm, unit=unit, number=3, updated_at=NOW, updated_by=province.alice)
    rows = (participant, answer, province.plan, province.hcm, province.kv3, province.binh_son, province.alice)
    return sorted({row.pk for row in rows})


@pytest.mark.parametrize("statement", ALL, ids=lambda one: f"{one.factory.__module__}.{one.factory.__name__}")
@pytest.mark.django_db
def test_each_reads_what_its_queryset_does(statement: Prepared[..., Any], answered: list[int]) -> None:
    hints = get_type_hints(statement.factory)
    hints.pop("return")

    @hypothesis(max_examples=20, database=None)
    @given(st.tuples(*(_strategy(kind, answered) for kind in hints.values())))
    def compare(args: tuple[Any, ...]) -> None:
        assert _sorted(statement(*args)) == _sorted(list(statement.factory(*args)))

    compare()


@pytest.mark.django_db
def test_the_first_call_compiles_and_the_next_do_not(province: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    @prepared
    def users_of(role: Role, keys: Collection[int]) -> QuerySet[User]:
        asked.append(role)
        return User.objects.filter(role=role, pk__in=keys).order_by("pk").select_related("unit")

    alice, bob, hoa = province.alice, province.bob, province.hoa
    assert users_of(Role.UNIT, [alice.pk, hoa.pk]) == [alice]
    assert users_of(Role.UNIT, {bob.pk, hoa.pk}) == [bob]
    assert users_of(Role.UNIT, [hoa.pk, hoa.pk]) == users_of(Role.UNIT, []) == []
    assert len(asked) == 2  # two keys once, and the empty list
    assert users_of.first(Role.BOARD, [alice.pk, hoa.pk]) == hoa
    assert len(asked) == 3  # a role is no parameter
    with CaptureQueriesContext(connection) as caught:
        assert users_of(Role.UNIT, [alice.pk, bob.pk])[0].unit == province.binh_son
    assert len(caught) == 1


@pytest.mark.django_db
def test_what_is_no_parameter_is_said_as_the_queryset_says_it(province: Province) -> None:
    @prepared
    def plans(number: str | None, at: datetime | None) -> QuerySet[Plan]:
        return Plan.objects.filter(number=number, registration_closes_at=at)

    plan = province.plan
    assert plans(plan.number, plan.registration_closes_at) == [plan]
    assert plans(plan.number, None) == plans(None, plan.registration_closes_at) == []


@pytest.mark.django_db
def test_a_parameter_that_is_used_otherwise_is_refused() -> None:
    ignoring = prepared(lambda _key: Plan.objects.all())
    doubting = prepared(lambda key: Plan.objects.filter(pk=key) if key > 1 else Plan.objects.all())
    with pytest.raises(ValueError, match="a parameter is lost"):
        ignoring(1)
    with pytest.raises(TypeError):
        doubting(1)
    with pytest.raises(TypeError, match="a statement each"):
        ignoring(Plan(pk=1))
    with pytest.raises(ValueError, match="neither models"):
        prepared(lambda: Plan.objects.values("pk"))()


@pytest.mark.django_db
def test_a_session_s_key_that_nobody_gave_out_is_nobody_s(django_assert_num_queries: Any) -> None:
    """PostgreSQL takes no zero character, not even to find nothing."""
    client = Client(raise_request_exception=False)
    client.cookies[settings.SESSION_COOKIE_NAME] = "\0" * 32
    with django_assert_num_queries(0):
        assert client.get("/dang-nhap/").status_code == 200


@pytest.mark.django_db
def test_arguments_by_name_are_refused(province: Province) -> None:
    @prepared
    def plans(year: int = 1990) -> QuerySet[Plan]:
        return Plan.objects.filter(year=year)

    with pytest.raises(TypeError, match="by place"):
        plans(year=province.plan.year)


@pytest.mark.django_db
def test_rows_are_locked_as_by_the_queryset(province: Province) -> None:
    @prepared
    def locked(key: int) -> QuerySet[Participant]:
        return Participant.objects.select_for_update(of=("self",), no_key=True).filter(unit_id=key).order_by()

    with CaptureQueriesContext(connection) as ours:
        assert len(locked(province.binh_son.pk)) == 1
    with CaptureQueriesContext(connection) as django:
        assert len(locked.factory(province.binh_son.pk)) == 1
    ends = [caught[0]["sql"].partition(" FOR ")[2] for caught in (ours, django)]
    assert ends[0] == ends[1]
    assert bool(ends[0]) is connection.features.has_select_for_update
