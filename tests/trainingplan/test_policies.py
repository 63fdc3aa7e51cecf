"""The scope of units by role: what is seen, and for whom one writes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.cast import Province, make_unit, make_user
from trainingplan.models import Participant, Role, Unit, UnitGroup, UnitPlacement, User
from trainingplan.policies import OF_A_UNIT, STATE_GROUP, editable_units, visible_units, writes_for


@pytest.fixture
def state(province: Province) -> UnitGroup:
    return UnitGroup.objects.create(key=STATE_GROUP, name="Khối Nhà nước", position=2)


@pytest.fixture
def clerk(province: Province, state: UnitGroup) -> User:
    """Sở Nội vụ, itself placed nowhere."""
    return make_user("noi-vu", "Cán bộ Sở Nội vụ", Role.HOME_AFFAIRS, Unit.objects.create(key="so-noi-vu"))


@pytest.mark.parametrize(
    ("begins", "ends", "seen"),
    [(-9, None, True), (0, None, True), (1, None, False), (-9, 1, True), (-9, 0, False), (-9, -1, False)],
)
def test_the_state_side_is_who_is_placed_there_today(
    state: UnitGroup, clerk: User, begins: int, ends: int | None, *, seen: bool
) -> None:
    today, unit = timezone.localdate(), Unit.objects.create(key="so-y-te")
    UnitPlacement.objects.create(
        unit=unit,
        group=state,
        valid_from=today + timedelta(days=begins),
        valid_to=None if ends is None else today + timedelta(days=ends),
    )
    assert visible_units(clerk).filter(pk=unit.pk).exists() is seen


def test_and_who_a_plan_counted_there_and_its_own_unit_and_nobody_else(
    province: Province, state: UnitGroup, clerk: User
) -> None:
    counted = make_unit("so-y-te", "Sở Y tế", province.plan, state, 1)
    assert set(visible_units(clerk)) == {counted, clerk.unit}
    assert Participant.objects.count() == 3


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("active", [True, False])
def test_who_writes_for_whom_is_the_same_with_a_query_and_without(
    province: Province, role: Role, *, active: bool
) -> None:
    user = make_user("ai-do", "Ai Đó", role, province.binh_son if role in OF_A_UNIT else None)
    user.is_active = active
    editable = set(editable_units(user).values_list("pk", flat=True))
    assert {unit.pk for unit in Unit.objects.all() if writes_for(user, unit.pk)} == editable
    expected = {Role.BOARD: 2} | dict.fromkeys(OF_A_UNIT, 1)
    assert len(editable) == (expected.get(role, 0) if active else 0)
