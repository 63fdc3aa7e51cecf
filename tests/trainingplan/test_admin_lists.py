"""Lists of the back office: found without marks, 25 a page, and as many queries for many rows as for few."""

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from budget.models import BudgetLine, ClassKind, FundSource, NormItem, NormSet
from courses.models import Institution, Programme
from quotas.models import Allocation, Person, Quota, Registration, SubQuota, UnitCap
from reports.appendices.columns import VOCABULARY
from tests.cast import Province, make_user
from tests.office import OfficePage, models, signed_in
from trainingplan.admin.plans import SOURCES
from trainingplan.models import (
    Appendix,
    Change,
    Participant,
    Plan,
    Role,
    Section,
    Unit,
    UnitGroup,
    UnitName,
    UnitPlacement,
    UnitStatus,
    User,
)
from trainingplan.services.changes import Entry, record

Maker = Callable[[Province, int], object]


def a_unit(province: Province, n: int) -> Unit:
    unit = Unit.objects.create(key=f"don-vi-{n}")
    UnitName.objects.create(unit=unit, name=f"Đơn vị số {n}", valid_from=date(2020, 1, 1))
    UnitPlacement.objects.create(
        unit=unit, parent=province.binh_son, group=UnitGroup.objects.get(position=3), valid_from=date(2020, 1, 1)
    )
    UnitStatus.objects.create(unit=unit, valid_from=date(2020, 1, 1))
    return unit


def a_plan(_: Province, n: int) -> Plan:
    return Plan.objects.create(year=2030 + n, subject="s", parent_body="p", issuing_body="i", place="Quảng Ngãi")


def a_programme(province: Province, n: int) -> Programme:
    return Programme.objects.create(
        plan=province.plan, key=f"ct-{n}", code=f"9.{n}", name=f"Chương trình {n}", short_name="CT", nature="training",
        position=100 + n,
    )  # fmt: skip


def a_quota(province: Province, n: int) -> Quota:
    return Quota.objects.create(
        programme=a_programme(province, n), key="ct", position=1, name=f"Chỉ tiêu {n}", short_name="CT",
        appendix=province.appendix,
    )  # fmt: skip


def norms() -> NormSet:
    return NormSet.objects.get_or_create(
        key="nq", number="NQ", title="T", issued_on=date(2019, 1, 1), valid_from=date(2019, 1, 1), territory="QN"
    )[0]


MAKERS: dict[type[Model], Maker] = {
    Plan: a_plan,
    Section: lambda province, n: Section.objects.create(plan=province.plan, key=f"m-{n}", position=n),
    Appendix: lambda province, n: Appendix.objects.create(plan=province.plan, number=10 + n, kind="roster", title="T"),
    Participant: lambda province, n: Participant.objects.create(
        plan=province.plan, unit=a_unit(province, n), group=UnitGroup.objects.get(position=3), position=100 + n
    ),
    Unit: a_unit,
    UnitGroup: lambda _, n: UnitGroup.objects.create(key=f"k-{n}", name=f"Khối {n}", position=100 + n),
    User: lambda province, n: make_user(f"nguoi-{n}", f"Người {n}", Role.UNIT, a_unit(province, n)),
    Change: lambda province, n: record(
        [Entry("unit", n, "Đơn vị", "official_code", "", str(n))], actor=province.hoa, plan=province.plan
    ),
    Institution: lambda _, n: Institution.objects.create(key=f"hv-{n}", name=f"Học viện {n}"),
    Programme: a_programme,
    Quota: a_quota,
    Person: lambda province, n: Person.objects.create(unit=a_unit(province, n), full_name=f"Lê Văn {n}", sex="male"),
    Allocation: lambda province, n: Allocation.objects.create(
        quota=a_quota(province, n),
        unit=a_unit(province, n),
        number=1,
        updated_at=timezone.now(),
        updated_by=province.bob,
    ),
    Registration: lambda province, n: Registration.objects.create(
        quota=a_quota(province, n),
        unit=a_unit(province, n),
        number=1,
        updated_at=timezone.now(),
        updated_by=province.bob,
    ),
    SubQuota: lambda province, n: SubQuota.objects.create(
        quota=a_quota(province, n), name=f"nữ {n}", position=n, number=1
    ),
    UnitCap: lambda province, n: UnitCap.objects.create(
        programme=a_programme(province, n), unit=a_unit(province, n), number=1, updated_at=timezone.now()
    ),
    FundSource: lambda _, n: FundSource.objects.create(key=f"n-{n}", name=f"Nguồn {n}", position=n),
    NormSet: lambda _, n: NormSet.objects.create(
        key=f"b-{n}", number=f"B{n}", title="T", issued_on=date(2019, 1, 1), valid_from=date(2019, 1, 1), territory="QN"
    ),
    NormItem: lambda _, n: NormItem.objects.create(
        norm_set=norms(), key=f"m-{n}", position=n, name="N", unit="người", level=1000
    ),
    ClassKind: lambda _, n: ClassKind.objects.create(key=f"l-{n}", name=f"Loại {n}", position=n),
    BudgetLine: lambda province, n: BudgetLine.objects.create(
        plan=province.plan, key=f"d-{n}", position=n, group="G", content="C", basis="lump_sum", rate=5, amount=5
    ),
}


def client_for(province: Province, model: type[Model]) -> Client:
    return signed_in(make_user("quan-tri", "Quản Trị", Role.ADMIN) if model is User else province.hoa)


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_every_list_is_measured() -> None:
    assert set(MAKERS) == set(models())


@pytest.mark.one_database("queries are counted; test_admin_access opens every list on both")
@pytest.mark.parametrize("model", list(MAKERS), ids=lambda model: model.__name__)
@pytest.mark.parametrize("kind", ["changelist", "export"])
def test_many_rows_take_as_many_queries_as_few(province: Province, model: type[Model], kind: str) -> None:
    page = OfficePage(model, "changelist", None)
    client = client_for(province, model)
    for n in range(1, 4):
        MAKERS[model](province, n)
    export = OfficePage(model, "export", None)

    def measure() -> int:
        if kind == "changelist":
            return queries(client, page.url)
        with CaptureQueriesContext(connection) as captured:
            assert client.post(export.url, {"format": "0", "resource": "0"}).status_code == 200
        return len(captured)

    if kind == "export" and "export" not in {p.kind for p in _pages(model)}:
        assert client.get(page.url + "export/").status_code in (302, 404)
        return
    measure()
    few = measure()
    for n in range(4, 24):
        MAKERS[model](province, n)
    assert measure() == few
    assert few <= 20


def _pages(model: type[Model]) -> list[OfficePage]:
    from tests.office import pages  # noqa: PLC0415 - needs rows to list the pages of

    return list(pages([model]))


def test_a_page_holds_25_rows_and_counts_once(province: Province) -> None:
    for n in range(1, 60):
        Institution.objects.create(key=f"hv-{n}", name=f"Học viện {n}")
    client = signed_in(province.hoa)
    with CaptureQueriesContext(connection) as captured:
        page = client.get("/quan-tri/courses/institution/").content.decode()
    assert page.count('name="_selected_action"') == 25
    assert sum("COUNT(*)" in query["sql"] for query in captured) == 1
    assert "59" in page


@pytest.mark.parametrize(
    ("model", "typed", "found"),
    [
        (Unit, "huyen uy binh son", ["Huyện ủy Bình Sơn"]),
        (Unit, "SƠN", ["Huyện ủy Bình Sơn", "Huyện ủy Sơn Tịnh"]),
        (Unit, "son tinh huyen", ["Huyện ủy Sơn Tịnh"]),
        (Unit, "khong co", []),
        (Participant, "binh", ["Huyện ủy Bình Sơn"]),
        (Quota, "hoc vien khu vuc", ["Học viện Chính trị khu vực III"]),
        (Programme, "CAO CAP", ["Cao cấp"]),
        (Institution, "duong truong", ["Trường Đường"]),
    ],
)
def test_lists_are_searched_without_marks(province: Province, model: type[Model], typed: str, found: list[str]) -> None:
    Institution.objects.create(key="truong", name="Trường Đường")
    page = signed_in(province.hoa).get(OfficePage(model, "changelist", None).url, {"q": typed}).content.decode()
    rows = page.split('id="result_list"')[1] if 'id="result_list"' in page else ""
    for name in ("Huyện ủy Bình Sơn", "Huyện ủy Sơn Tịnh", "Học viện Chính trị khu vực III", "Trường Đường"):
        if name in found:
            assert name in rows
        elif model in (Unit, Institution):
            assert name not in rows


def test_units_are_filtered_by_group_once_each(province: Province) -> None:
    group = UnitGroup.objects.get()
    for begins, ends in ((date(2020, 1, 1), date(2022, 1, 1)), (date(2022, 1, 1), None)):
        UnitPlacement.objects.create(unit=province.binh_son, group=group, valid_from=begins, valid_to=ends)
    page = signed_in(province.hoa).get(f"/quan-tri/trainingplan/unit/?placements__group__id__exact={group.pk}")
    assert page.content.decode().count("Huyện ủy Bình Sơn</a>") == 1


def test_illustrative_rows_are_said_to_be_so(province: Province) -> None:
    client = signed_in(province.hoa)
    Person.objects.create(unit=province.binh_son, full_name="Lê An", sex="male")
    assert "có số liệu minh họa" not in client.get("/quan-tri/quotas/person/").content.decode()
    Person.objects.update(illustrative=True)
    assert "có số liệu minh họa" in client.get("/quan-tri/quotas/person/").content.decode()


def test_columns_are_offered_in_the_words_of_what_can_be_printed() -> None:
    """The kernel names the sources for people; `reports` reads them. Neither knows of one that the other lacks."""
    assert {kind: set(words) for kind, words in SOURCES.items()} == {
        kind: set(sources) for kind, sources in VOCABULARY.items()
    }
