"""Caps, what is held, sub-quotas and reserves: each bounds what is allocated, and is not lowered below it."""

from functools import partial

import pytest
from django.utils import timezone

from quotas.models import Allocation, Quota, Registration, SubAllocation, SubQuota, UnitCap
from quotas.selectors.allocation import allocation_grid
from quotas.selectors.ceilings import reserve_grid
from quotas.selectors.waiting import places_by_appendix
from quotas.services.ceilings import (
    add_sub_quota,
    remove_sub_quota,
    save_caps,
    save_reserves,
    save_sub_allocations,
    set_sub_quota_number,
)
from quotas.services.cells import CellInput, CellResult, Outcome, save_allocations
from quotas.services.quotas import set_held, set_quota_number
from tests.cast import Province, make_user
from trainingplan.models import Change, Role, Unit
from trainingplan.policies import OF_A_UNIT, visible_units
from trainingplan.services.refusals import Refused


def allocate(province: Province, unit: Unit, quota: Quota, number: int) -> CellResult:
    version = Allocation.objects.filter(unit=unit, quota=quota).values_list("version", flat=True).first() or 0
    cell = CellInput(unit.pk, quota.pk, str(number), version)
    (result,) = save_allocations(plan=province.plan, cells=[cell], actor=province.hoa)
    return result


def cap(province: Province, unit: Unit, typed: str, version: int = 0) -> CellResult:
    cell = CellInput(unit.pk, province.hcm.programme_id, typed, version)
    (result,) = save_caps(plan=province.plan, cells=[cell], actor=province.hoa)
    return result


def women(province: Province, number: int = 2) -> SubQuota:
    return add_sub_quota(plan=province.plan, quota_id=province.hcm.pk, name="nữ", number=number, actor=province.hoa)


def sub_allocate(province: Province, unit: Unit, sub: SubQuota, typed: str, version: int = 0) -> CellResult:
    cell = CellInput(unit.pk, sub.pk, typed, version)
    (result,) = save_sub_allocations(plan=province.plan, cells=[cell], actor=province.hoa)
    return result


def test_what_is_held_is_not_given(province: Province) -> None:
    set_held(quota=province.hcm, held=2, actor=province.hoa)
    assert allocate(province, province.binh_son, province.hcm, 3).outcome is Outcome.SAVED
    over = allocate(province, province.son_tinh, province.hcm, 1)
    assert over.outcome is Outcome.REFUSED
    assert "Vượt chỉ tiêu «Học viện CTQG Hồ Chí Minh» (5, giữ lại 2): ô này đang có 0, nhập 1" in over.message
    assert "nhiều nhất có thể là 0. Còn lại 0." in over.message


def test_every_sum_shows_given_less_allocated_less_held(province: Province) -> None:
    set_held(quota=province.hcm, held=2, actor=province.hoa)
    allocate(province, province.binh_son, province.hcm, 1)
    grid = allocation_grid(province.plan, province.appendix, visible_units(province.hoa))
    (places,) = places_by_appendix(province.plan)
    for balance in (*(column.balance for column in grid.columns), places.balance):
        assert balance.left == (balance.given or 0) - balance.allocated - balance.held
    assert (grid.total_given, grid.total_allocated, grid.total_held, grid.total_left) == (50, 1, 2, 47)
    assert (places.balance.held, places.balance.left) == (2, 47)


@pytest.mark.parametrize(("number", "held", "words"), [(4, 2, "ít nhất 5"), (5, 3, "nhiều nhất 2")])
def test_neither_number_nor_held_squeezes_what_is_allocated(
    province: Province, number: int, held: int, words: str
) -> None:
    allocate(province, province.binh_son, province.hcm, 3)
    set_held(quota=province.hcm, held=2, actor=province.hoa)
    lower = partial(set_quota_number, number=number) if number == 4 else partial(set_held, held=held)
    with pytest.raises(Refused, match=words):
        lower(quota=province.hcm, actor=province.hoa)
    province.hcm.refresh_from_db()
    assert (province.hcm.number, province.hcm.held) == (5, 2)


def test_a_quota_that_holds_back_cannot_lose_its_number(province: Province) -> None:
    set_held(quota=province.hcm, held=2, actor=province.hoa)
    with pytest.raises(Refused, match="Bỏ số giữ lại trước"):
        set_quota_number(quota=province.hcm, number=None, actor=province.hoa)


def test_a_cap_bounds_a_unit_over_all_quotas_of_the_programme(province: Province) -> None:
    assert cap(province, province.binh_son, "4").outcome is Outcome.SAVED
    allocate(province, province.binh_son, province.hcm, 3)
    over = allocate(province, province.binh_son, province.kv3, 2)
    assert over.outcome is Outcome.REFUSED
    assert over.message == (
        "Vượt trần 4 của đơn vị ở chương trình «Cao cấp»: ô này đang có 0, nhập 2, nhiều nhất có thể là 1. Còn lại 1."
    )
    assert allocate(province, province.binh_son, province.kv3, 1).outcome is Outcome.SAVED
    assert allocate(province, province.son_tinh, province.kv3, 40).outcome is Outcome.SAVED, "no cap, no bound"


def test_places_move_at_the_cap_in_one_save(province: Province) -> None:
    cap(province, province.binh_son, "5")
    allocate(province, province.binh_son, province.hcm, 5)
    moved = save_allocations(
        plan=province.plan,
        cells=[
            CellInput(province.binh_son.pk, province.kv3.pk, "2"),
            CellInput(province.binh_son.pk, province.hcm.pk, "3", version=1),
        ],
        actor=province.hoa,
    )
    assert [result.outcome for result in moved] == [Outcome.SAVED, Outcome.SAVED]


def test_a_cap_is_not_lowered_below_what_is_allocated_but_may_be_taken_away(province: Province) -> None:
    cap(province, province.binh_son, "4")
    allocate(province, province.binh_son, province.hcm, 2)
    allocate(province, province.binh_son, province.kv3, 2)
    refused = cap(province, province.binh_son, "3", version=1)
    assert refused.outcome is Outcome.REFUSED
    assert "Nhập ít nhất 4" in refused.message
    assert cap(province, province.binh_son, "", version=1).outcome is Outcome.SAVED
    assert UnitCap.objects.get().number is None
    assert allocate(province, province.binh_son, province.kv3, 40).outcome is Outcome.SAVED
    assert list(Change.objects.filter(table="unitcap").order_by("pk").values_list("old", "new")) == [
        ("", "4"),
        ("4", ""),
    ]


def test_sub_allocations_stay_within_the_sub_quota_and_the_units_own_places(province: Province) -> None:
    sub = women(province, 2)
    allocate(province, province.binh_son, province.hcm, 1)
    allocate(province, province.son_tinh, province.hcm, 4)
    own = sub_allocate(province, province.binh_son, sub, "2")
    assert own.outcome is Outcome.REFUSED
    assert "Đơn vị được phân bổ 1" in own.message
    assert sub_allocate(province, province.binh_son, sub, "1").outcome is Outcome.SAVED
    over = sub_allocate(province, province.son_tinh, sub, "2")
    assert over.outcome is Outcome.REFUSED
    assert "Vượt chỉ tiêu con «nữ» (2): ô này đang có 0, nhập 2, nhiều nhất có thể là 1. Còn lại 1." in over.message
    assert sub_allocate(province, province.son_tinh, sub, "1").outcome is Outcome.SAVED


def test_sub_quotas_overlap_one_person_may_count_in_two(province: Province) -> None:
    young = add_sub_quota(plan=province.plan, quota_id=province.hcm.pk, name="cán bộ trẻ", number=3, actor=province.hoa)
    allocate(province, province.binh_son, province.hcm, 2)
    assert sub_allocate(province, province.binh_son, women(province), "2").outcome is Outcome.SAVED
    assert sub_allocate(province, province.binh_son, young, "2").outcome is Outcome.SAVED


def test_places_of_a_sub_quota_keep_the_allocation_up(province: Province) -> None:
    sub = women(province)
    allocate(province, province.binh_son, province.hcm, 3)
    sub_allocate(province, province.binh_son, sub, "2")
    refused = allocate(province, province.binh_son, province.hcm, 1)
    assert refused.outcome is Outcome.REFUSED
    assert "đã có 2 chỉ tiêu con «nữ»: nhập ít nhất 2" in refused.message
    assert allocate(province, province.binh_son, province.hcm, 2).outcome is Outcome.SAVED


def test_a_sub_quota_is_neither_lowered_nor_removed_under_its_places(province: Province) -> None:
    sub = women(province)
    allocate(province, province.binh_son, province.hcm, 3)
    sub_allocate(province, province.binh_son, sub, "2")
    for change in (
        lambda: set_sub_quota_number(plan=province.plan, sub_quota=sub, number=1, actor=province.hoa),
        lambda: remove_sub_quota(plan=province.plan, sub_quota=sub, actor=province.hoa),
    ):
        with pytest.raises(Refused, match="Đã phân bổ 2 chỉ tiêu con «nữ»"):
            change()
    sub_allocate(province, province.binh_son, sub, "0", version=1)
    remove_sub_quota(plan=province.plan, sub_quota=sub, actor=province.hoa)
    assert not SubQuota.objects.exists()
    assert not SubAllocation.objects.exists()


def test_a_sub_quota_has_a_name_of_its_own_and_no_more_than_the_quota(province: Province) -> None:
    women(province)
    for name in ("nữ", "NỮ", " nữ "):
        with pytest.raises(Refused, match="đã có chỉ tiêu con «nữ»"):
            add_sub_quota(plan=province.plan, quota_id=province.hcm.pk, name=name, number=1, actor=province.hoa)
    with pytest.raises(Refused, match="Chỉ tiêu có 5"):
        add_sub_quota(plan=province.plan, quota_id=province.hcm.pk, name="trẻ", number=6, actor=province.hoa)


def test_a_quota_is_not_lowered_below_its_sub_quotas(province: Province) -> None:
    sub = women(province, 3)
    with pytest.raises(Refused, match="Chỉ tiêu con «nữ» là 3: giảm nó xuống 2 trước"):
        set_quota_number(quota=province.hcm, number=2, actor=province.hoa)
    set_sub_quota_number(plan=province.plan, sub_quota=sub, number=2, actor=province.hoa)
    assert set_quota_number(quota=province.hcm, number=2, actor=province.hoa).number == 2


@pytest.mark.parametrize("role", [role for role in Role if role != Role.BOARD])
def test_only_the_board_sets_what_bounds_a_quota(province: Province, role: Role) -> None:
    """The services say so themselves, whatever page, file or script calls them."""
    sub, unit = women(province), province.binh_son
    actor = make_user("la", "Lạ", role, unit if role in OF_A_UNIT else None)
    cells = [CellInput(unit.pk, province.hcm.pk, "1")]
    plan = province.plan
    for act in (
        lambda: set_quota_number(quota=province.hcm, number=4, actor=actor),
        lambda: set_held(quota=province.hcm, held=1, actor=actor),
        lambda: save_allocations(plan=plan, cells=cells, actor=actor),
        lambda: save_caps(plan=plan, cells=cells, actor=actor),
        lambda: save_reserves(plan=plan, cells=cells, actor=actor),
        lambda: save_sub_allocations(plan=plan, cells=cells, actor=actor),
        lambda: add_sub_quota(plan=plan, quota_id=province.hcm.pk, name="trẻ", number=1, actor=actor),
        lambda: set_sub_quota_number(plan=plan, sub_quota=sub, number=1, actor=actor),
        lambda: remove_sub_quota(plan=plan, sub_quota=sub, actor=actor),
    ):
        with pytest.raises(Refused, match="Chỉ Ban Tổ chức Tỉnh ủy được"):
            act()
    assert Change.objects.count() == Change.objects.filter(table="subquota").count()


def register(province: Province, unit: Unit, quota: Quota, number: int) -> None:
    Registration.objects.update_or_create(
        unit=unit, quota=quota, defaults={"number": number, "updated_at": timezone.now()}
    )


def test_granted_and_reserve_never_pass_the_demand(province: Province) -> None:
    register(province, province.binh_son, province.hcm, 4)
    allocate(province, province.binh_son, province.hcm, 2)
    cell = CellInput(province.binh_son.pk, province.hcm.pk, "3", version=1)
    (over,) = save_reserves(plan=province.plan, cells=[cell], actor=province.hoa)
    assert over.outcome is Outcome.REFUSED
    assert "dự bị nhiều nhất 2" in over.message
    cell = CellInput(province.binh_son.pk, province.hcm.pk, "2", version=1)
    (kept,) = save_reserves(plan=province.plan, cells=[cell], actor=province.hoa)
    assert (kept.outcome, kept.number, kept.version) == (Outcome.SAVED, 2, 2)
    row = Allocation.objects.get()
    assert (row.number, row.reserve) == (2, 2)
    assert Change.objects.get(field="reserve").new == "2"


def test_a_reserve_stands_for_a_unit_that_is_granted_nothing(province: Province) -> None:
    register(province, province.binh_son, province.hcm, 4)
    cell = CellInput(province.binh_son.pk, province.hcm.pk, "1")
    save_reserves(plan=province.plan, cells=[cell], actor=province.hoa)
    row = Allocation.objects.get()
    assert (row.number, row.reserve) == (None, 1)
    assert allocate(province, province.binh_son, province.hcm, 2).outcome is Outcome.SAVED
    row.refresh_from_db()
    assert (row.number, row.reserve) == (2, 1), "an allocation leaves the reserve alone"


def test_demand_is_granted_reserve_and_refused_for_every_unit_and_programme(province: Province) -> None:
    for unit, asked, given, reserve in ((province.binh_son, 9, 4, 3), (province.son_tinh, 2, 5, 0)):
        register(province, unit, province.kv3, asked)
        allocate(province, unit, province.kv3, given)
        Allocation.objects.filter(unit=unit, quota=province.kv3).update(reserve=reserve)
    register(province, province.son_tinh, province.hcm, 3)
    table = reserve_grid(province.plan, province.appendix)[1]
    for answered in (*table.totals, table.total, *(one for row in table.rows for one in (*row.answers, row.total))):
        assert answered.demand == answered.granted + answered.reserve + answered.refused
    ours, theirs = table.rows
    assert (ours.total.demand, ours.total.granted, ours.total.reserve, ours.total.refused) == (9, 4, 3, 2)
    assert (theirs.total.demand, theirs.total.granted, theirs.total.refused, theirs.total.beyond) == (5, 2, 3, 3)
    assert table.total.demand == 14


def test_a_reserve_may_always_be_lowered(province: Province) -> None:
    """Also to what is still more than the demand that was lowered meanwhile."""
    register(province, province.binh_son, province.hcm, 5)
    cells = [CellInput(province.binh_son.pk, province.hcm.pk, "5")]
    save_reserves(plan=province.plan, cells=cells, actor=province.hoa)
    register(province, province.binh_son, province.hcm, 2)
    cells = [CellInput(province.binh_son.pk, province.hcm.pk, "3", version=1)]
    (lowered,) = save_reserves(plan=province.plan, cells=cells, actor=province.hoa)
    assert (lowered.outcome, lowered.number) == (Outcome.SAVED, 3)
