"""S3, S7 and S9: what is read of 120,000 rows – the dashboard, a search, a list of the back office."""

from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.admin import site as back_office
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from quotas.models import Allocation, Nomination, Quota, Registration
from quotas.selectors.progress import _cells
from quotas.selectors.search import find_people, search_words
from reports.dashboard import _parts, dashboard
from tests.bench.measure import Bench, Clock, Pair
from tests.bench.province import Province, add_people, build
from trainingplan.models import Plan, Unit

BY_QUOTA = """SELECT {table}.quota_id, participant.group_id, SUM({table}.number), COUNT(CASE WHEN {table}.illustrative
 THEN 1 END) FROM {table} JOIN quotas_quota ON quotas_quota.id = {table}.quota_id
 JOIN courses_programme ON courses_programme.id = quotas_quota.programme_id
 LEFT JOIN trainingplan_participant participant
 ON participant.unit_id = {table}.unit_id AND participant.plan_id = %s
 WHERE courses_programme.plan_id = %s GROUP BY {table}.quota_id, participant.group_id"""
PEOPLE = """SELECT n.quota_id, participant.group_id, COUNT(*),
 COUNT(CASE WHEN n.illustrative OR p.illustrative THEN 1 END)
 FROM quotas_nomination n JOIN quotas_person p ON p.id = n.person_id JOIN quotas_quota ON quotas_quota.id = n.quota_id
 JOIN courses_programme ON courses_programme.id = quotas_quota.programme_id
 LEFT JOIN trainingplan_participant participant ON participant.unit_id = n.unit_id AND participant.plan_id = %s
 WHERE courses_programme.plan_id = %s AND NOT n.reserve GROUP BY n.quota_id, participant.group_id"""
BY_UNIT = """SELECT r.unit_id, COUNT(CASE WHEN r.number IS NOT NULL OR r.no_need THEN 1 END), SUM(r.number),
 COUNT(CASE WHEN r.illustrative THEN 1 END), MAX(r.updated_at) FROM quotas_registration r
 JOIN quotas_quota ON quotas_quota.id = r.quota_id
 JOIN courses_programme ON courses_programme.id = quotas_quota.programme_id
 WHERE courses_programme.plan_id = %s GROUP BY r.unit_id"""
TABLES = (Registration._meta.db_table, Allocation._meta.db_table)


def benches(clock: Clock, units: int = 400, quotas: int = 60, years: int = 5) -> Iterator[Bench]:
    """Needs a database that may be filled; makes its province there."""
    province = build(units=units, quotas=quotas, years=years)
    rows = units * quotas * years
    add_people(province, rows)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    yield Bench(
        "S3",
        f"sums of the dashboard, {units} × {quotas} × {years}",
        "the aggregates in raw SQL",
        1.3,
        _sums(province, sums_alone=True),
        clock,
    )
    work = f"dashboard whole, {units} × {quotas} × {years}"
    yield Bench("S3", work, "the aggregates in raw SQL", 2, _sums(province, sums_alone=False), clock, aim=True)
    search = _search(province, range(100, 999))
    yield Bench("S7", f"«phu loc 103» among {rows:,} people", "icontains", 0.3, search, clock)
    search = _search(province, range(10, 99))  # two signs make no trigram: of one in nine each name is looked at
    yield Bench("S7", f"«phu loc 13» among {rows:,} people", "icontains", 0.3, search, clock, aim=True)
    for model in (Allocation, Nomination):
        if back_office.is_registered(model):
            name = str(model._meta.db_table)
            yield Bench(
                "S9", f"list of {rows:,} {name}", "one page of a plain changelist", 1.2, _list(model, province), clock
            )


def _sums(province: Province, *, sums_alone: bool) -> Callable[[int], Pair]:
    """The peer reads every sum that the dashboard shows by hand."""

    def prepare(seed: int) -> Pair:
        plan = province.plans[seed % len(province.plans)]
        Allocation.objects.filter(unit=province.units[0], quota__programme__plan=plan).update(number=seed)
        return Pair(
            lambda: _our_sums(plan) if sums_alone else dashboard(plan, province.board),
            lambda: _raw_sums(plan.pk),
        )

    return prepare


def _our_sums(plan: Plan) -> object:
    quotas = list(Quota.objects.filter(programme__plan=plan).order_by().values_list("pk", flat=True))
    return _parts(quotas, None), list(_cells(plan.pk, None))


def _raw_sums(plan_id: int) -> list[object]:
    found: list[object] = []
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(BY_QUOTA.format(table=table), [plan_id, plan_id])
            found += cursor.fetchall()
        for statement, values in ((PEOPLE, [plan_id, plan_id]), (BY_UNIT, [plan_id])):
            cursor.execute(statement, values)
            found += cursor.fetchall()
    return found


def _search(province: Province, numbers: range) -> Callable[[int], Pair]:
    """Every ninth person is of Phú Lộc; the number, another in each round, says which of them."""
    units = Unit.objects.all()

    def prepare(seed: int) -> Pair:
        number = numbers[seed * 3]
        return Pair(
            lambda: find_people(province.plan, units, search_words(f"phu loc {number}")),
            lambda: list(_icontains(province, units, number)),
        )

    return prepare


def _icontains(province: Province, units: Any, number: int) -> Any:
    return (
        Nomination.objects.filter(
            person__full_name__icontains="Phú Lộc", quota__programme__plan=province.plan, unit__in=units
        )
        .filter(person__full_name__icontains=str(number))
        .order_by("person__name_sort", "pk")
        .values_list("person__full_name", "unit_id", "quota__short_name", "quota__appendix__number", "illustrative")
    )


def _list(model: type[Any], province: Province) -> Callable[[int], Pair]:
    ours = back_office.get_model_admin(model)

    class Plain(ModelAdmin[Any]):
        has_view_permission = ours.has_view_permission
        list_display = ("pk", "quota", "unit", "number") if model is Allocation else ("pk", "quota", "unit")
        list_select_related = ("quota", "unit")
        list_per_page = 100

    plain = Plain(model, AdminSite())

    def prepare(seed: int) -> Pair:
        page = {"p": str(seed + 1)}
        return Pair(lambda: _page(ours, page, province), lambda: _page(plain, page, province))

    return prepare


def _page(admin: Any, query: dict[str, str], province: Province) -> None:
    request = RequestFactory().get("/", query)
    request.user = province.board
    response = admin.changelist_view(request)
    if response.status_code != HTTPStatus.OK:
        raise AssertionError(response.headers)
    response.render()


def queries_of_dashboard(province: Province) -> int:
    """How many statements the dashboard takes."""
    with CaptureQueriesContext(connection) as captured:
        dashboard(province.plan, province.board)
    return len(captured)
