"""The communes of 2025: facts to load on request, as periods and successions of units."""

import csv
from collections import Counter
from datetime import date

import pytest
from django.core.management import call_command

from tests.loaded import FACTS, FIXTURES
from trainingplan.models import Succession, Unit, UnitName, UnitPlacement, UnitStatus
from trainingplan.selectors import valid_on

MERGERS = FIXTURES / "sap-xep-2025"
BEFORE, AFTER = date(2025, 6, 30), date(2025, 7, 1)


@pytest.fixture
def _merged(db: None) -> None:
    call_command("load_plan", FACTS, MERGERS)


def named(name: str, day: date) -> list[Unit]:
    return [period.unit for period in UnitName.objects.filter(valid_on(day), name=name).select_related("unit")]


@pytest.mark.usefixtures("_merged")
def test_every_row_of_the_source_is_a_succession() -> None:
    with (MERGERS / "nguon" / "sap-xep-2025.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    wanted = Counter(
        (row["đơn_vị_cấp_xã_cũ"], row["đơn_vị_mới"], row["mã_đơn_vị_mới"], row["phạm_vi"])
        for row in rows
        if row["đơn_vị_cấp_xã_cũ"]
    )
    names = {period.unit_id: period.name for period in UnitName.objects.all()}
    codes = dict(Unit.objects.values_list("pk", "official_code"))
    found = Counter(
        (names[link.predecessor_id], names[link.successor_id], codes[link.successor_id], link.scope)
        for link in Succession.objects.exclude(predecessor__key="huyen-uy-ly-son")
    )
    assert sum(wanted.values()) == len(rows) - 1 == 273
    assert found == wanted
    assert named("Đặc khu Lý Sơn", AFTER) == [Succession.objects.get(predecessor__key="huyen-uy-ly-son").successor]


@pytest.mark.usefixtures("_merged")
def test_170_communes_of_quang_ngai_before_and_96_after() -> None:
    districts = Unit.objects.filter(placements__group__key="huyen-thi-thanh")
    assert districts.count() == 13
    assert UnitPlacement.objects.filter(valid_on(BEFORE), parent__in=districts).count() == 170
    assert UnitPlacement.objects.filter(valid_on(AFTER), parent__in=districts).count() == 0
    new = Unit.objects.exclude(official_code="")
    assert UnitStatus.objects.filter(valid_on(AFTER), unit__in=new, status="active").count() == 96
    assert UnitStatus.objects.filter(valid_on(BEFORE), unit__in=new).count() == 0


@pytest.mark.usefixtures("_merged")
def test_districts_end_and_a_plan_of_2024_still_names_them() -> None:
    ends = UnitStatus.objects.filter(unit__key="huyen-uy-binh-son").order_by("valid_from")
    assert [(period.status, period.valid_to) for period in ends] == [("active", AFTER), ("dissolved", None)]
    assert [unit.key for unit in named("Huyện ủy Bình Sơn", date(2024, 1, 1))] == ["huyen-uy-binh-son"]
    assert named("Huyện ủy Bình Sơn", AFTER) == []


@pytest.mark.usefixtures("_merged")
def test_names_that_differ_in_marks_or_not_at_all_are_different_units() -> None:
    assert len({*named("Xã Sơn Hà", AFTER), *named("Xã Sơn Hạ", AFTER)}) == 2
    assert len({*named("Xã Ba Tơ", AFTER), *named("Xã Ba Tô", AFTER)}) == 2
    assert len(named("Phường Nguyễn Nghiêm", BEFORE)) == 2
    assert len(named("Xã Đăk Long", BEFORE)) == 2
    assert len({*named("Xã Bình Thạnh", BEFORE), *named("Xã Bình Thanh", BEFORE)}) == 2


@pytest.mark.usefixtures("_merged")
def test_a_commune_was_split_and_a_new_one_takes_from_two_districts() -> None:
    split = Succession.objects.filter(predecessor__names__name="Xã Trà Bùi")
    assert {link.scope for link in split} == {"một phần"}
    assert split.count() == 2
    dong_son = Succession.objects.filter(successor__names__name="Xã Đông Sơn").values_list("predecessor_id", flat=True)
    parents = UnitPlacement.objects.filter(unit__in=dong_son).values_list("parent__key", flat=True)
    assert set(parents) == {"thanh-uy-quang-ngai", "huyen-uy-binh-son"}


@pytest.mark.usefixtures("_merged")
def test_loading_the_facts_again_does_not_open_what_has_ended() -> None:
    before = list(UnitName.objects.order_by("pk").values())
    call_command("load_plan", FACTS)
    assert list(UnitName.objects.order_by("pk").values()) == before
