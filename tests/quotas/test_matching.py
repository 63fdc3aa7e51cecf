"""By which names a plan's units are found: of all times, their own and of those that went into them."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from quotas.rules.row_names import NameBook
from quotas.selectors.matching import unit_book
from tests.cast import Province, make_unit
from trainingplan.models import Succession, Unit, UnitGroup, UnitName
from trainingplan.selectors import plan_units

MERGED = date(2023, 7, 1)


def book(province: Province) -> NameBook:
    names = {unit.unit_id: unit.name for unit in plan_units(province.plan)}
    return unit_book(province.plan, names)


def old_unit(key: str, name: str, *heirs: Unit) -> Unit:
    unit = Unit.objects.create(key=key)
    UnitName.objects.create(unit=unit, name=name, valid_from=date(1989, 7, 1), valid_to=MERGED)
    for heir in heirs:
        Succession.objects.create(predecessor=unit, successor=heir, effective_on=MERGED)
    return unit


def test_by_full_short_and_former_name_and_by_codes(province: Province) -> None:
    unit = province.binh_son
    unit.official_code = "524"
    unit.save()
    UnitName.objects.filter(unit=unit).update(valid_from=MERGED, short_name="HU Bình Sơn")
    UnitName.objects.create(unit=unit, name="Đảng bộ huyện Bình Sơn", valid_from=date(1989, 7, 1), valid_to=MERGED)
    found = book(province)
    for name in ("Huyện ủy Bình Sơn", "HU Bình Sơn", "Đảng bộ huyện Bình Sơn", "524", "huyen-uy-binh-son"):
        assert found.find(name).row == unit.pk, name
    assert found.find("Đảng bộ huyện Bình Sơn").how == "tên cũ «Đảng bộ huyện Bình Sơn»"


def test_who_went_into_one_leads_to_it_by_any_number_of_steps(province: Province) -> None:
    middle = old_unit("giua", "Ban Giữa", province.son_tinh)
    old_unit("dau", "Ban Đầu", middle)
    assert book(province).find("Ban Đầu").row == province.son_tinh.pk


def test_who_went_into_several_is_left_to_choose(province: Province) -> None:
    old_unit("chia", "Ban Bị Chia", province.binh_son, province.son_tinh)
    match = book(province).find("Ban Bị Chia")
    assert match.row is None
    assert set(match.candidates or ()) == {province.binh_son.pk, province.son_tinh.pk}


def test_units_that_take_no_part_and_left_no_heir_are_nobody(province: Province) -> None:
    old_unit("mat", "Ban Đã Mất")
    assert book(province).find("Ban Đã Mất").row is None


def test_what_the_plan_prints_goes_before_what_another_was_called(province: Province) -> None:
    UnitName.objects.create(
        unit=province.son_tinh, name="Huyện ủy Bình Sơn", valid_from=date(1980, 1, 1), valid_to=date(1989, 7, 1)
    )
    assert book(province).find("Huyện ủy Bình Sơn").row == province.binh_son.pk


@pytest.mark.parametrize("ring", [True, False])
def test_successions_in_a_ring_end(province: Province, *, ring: bool) -> None:
    one = old_unit("mot", "Ban Một")
    two = old_unit("hai", "Ban Hai", one, province.son_tinh)
    if ring:
        Succession.objects.create(predecessor=one, successor=two, effective_on=MERGED)
    assert book(province).find("Ban Một").row == (province.son_tinh.pk if ring else None)


def test_the_book_costs_the_same_for_few_and_many(province: Province) -> None:
    with CaptureQueriesContext(connection) as few:
        book(province)
    group = UnitGroup.objects.get()
    for place in range(3, 23):
        make_unit(f"don-vi-{place}", f"Đơn vị {place}", province.plan, group, place)
    with CaptureQueriesContext(connection) as many:
        book(province)
    assert len(few) == len(many)
