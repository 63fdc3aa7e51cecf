"""Last year's figures of units that were merged, split, renamed by a step in between, or that go on."""

from datetime import date

import pytest
from django.utils import timezone

from courses.models import Programme
from quotas.models import Allocation, Quota
from quotas.selectors.last_year import last_year_figures
from tests.cast import Province, make_unit
from trainingplan.models import Participant, Plan, Succession, Unit, UnitGroup

IN_SPRING, IN_SUMMER, NEXT_YEAR = date(2024, 2, 18), date(2024, 7, 1), date(2025, 7, 1)


@pytest.fixture
def after(province: Province) -> Plan:
    """The plan of 2025, which asks only «tỉnh mới»; in 2024 Bình Sơn had 4 places, Sơn Tịnh 3."""
    for unit, number in ((province.binh_son, 4), (province.son_tinh, 3)):
        Allocation.objects.create(unit=unit, quota=province.kv3, number=number, updated_at=timezone.now())
    return Plan.objects.create(year=2025, subject="", parent_body="", issuing_body="", place="")


def heir(after: Plan, key: str = "moi", position: int = 1) -> Unit:
    return make_unit(key, f"Đơn vị {key}", after, UnitGroup.objects.get(), position)


def goes_into(old: Unit, new: Unit, day: date = IN_SUMMER) -> None:
    Succession.objects.create(predecessor=old, successor=new, effective_on=day)


def figure(after: Plan, *units: Unit) -> dict[int, int]:
    found = last_year_figures(after, [unit.pk for unit in units])
    assert {key[1:] for key in found} <= {("cao-cap", "kv3")}
    return {unit_id: places for (unit_id, _, _), places in found.items()}


def test_two_that_merged_are_added_up(province: Province, after: Plan) -> None:
    new = heir(after)
    goes_into(province.binh_son, new)
    goes_into(province.son_tinh, new, IN_SPRING)
    assert figure(after, new) == {new.pk: 7}


def test_one_that_took_in_another_shows_both(province: Province, after: Plan) -> None:
    goes_into(province.binh_son, province.son_tinh)
    Participant.objects.create(plan=after, unit=province.son_tinh, group=UnitGroup.objects.get(), position=1)
    assert figure(after, province.son_tinh) == {province.son_tinh.pk: 7}


def test_what_was_split_is_nobody_s(province: Province, after: Plan) -> None:
    new, other = heir(after), heir(after, "khac", 2)
    for one in (new, other):
        goes_into(province.binh_son, one)
    goes_into(province.son_tinh, new)
    assert figure(after, new, other) == {new.pk: 3}


def test_two_steps_within_a_year_lead_to_the_last(province: Province, after: Plan) -> None:
    """A department that was merged in spring, into one that went into a new province in summer."""
    between, new = Unit.objects.create(key="giua"), heir(after)
    goes_into(province.binh_son, between, IN_SPRING)
    goes_into(between, new)
    assert figure(after, new) == {new.pk: 4}


def test_who_still_takes_part_keeps_his_own(province: Province, after: Plan) -> None:
    """A part of it was carved out; the whole of its figure is not the new one's."""
    new = heir(after)
    Participant.objects.create(plan=after, unit=province.binh_son, group=UnitGroup.objects.get(), position=2)
    goes_into(province.binh_son, new)
    assert figure(after, new, province.binh_son) == {province.binh_son.pk: 4}


def test_what_happens_after_the_plan_s_day_has_not_happened(province: Province, after: Plan) -> None:
    new = heir(after)
    goes_into(province.binh_son, new, NEXT_YEAR)
    assert figure(after, new) == {}


def test_only_the_year_before_counts(province: Province, after: Plan) -> None:
    older = Plan.objects.create(year=2020, subject="", parent_body="", issuing_body="", place="")
    programme = Programme.objects.create(
        plan=older, key="cao-cap", code="1", name="Cao cấp", short_name="Cao cấp", nature="training", position=1
    )
    quota = Quota.objects.create(programme=programme, key="kv3", name="x", short_name="x", position=1)
    Allocation.objects.create(unit=province.binh_son, quota=quota, number=90, updated_at=timezone.now())
    assert figure(after, province.binh_son) == {province.binh_son.pk: 4}
