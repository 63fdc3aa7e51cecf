"""What people on a roster mean for the allocation of their quota, and for its proposal."""

import pytest
from django.utils import timezone

from quotas.models import Allocation, Proposal, Registration
from quotas.services.ceilings import add_sub_quota, save_sub_allocations
from quotas.services.cells import CellInput, CellResult, Outcome, save_allocations
from quotas.services.proposals import Order, apply_proposals, propose
from tests.quotas.rosters_cast import RosterCast, make_cast
from tests.quotas.test_nominations import nominate


@pytest.fixture
def cast(db: None) -> RosterCast:
    return make_cast()


def allocate(cast: RosterCast, number: int) -> CellResult:
    version = Allocation.objects.get(unit=cast.province.binh_son, quota=cast.quota).version
    cell = CellInput(cast.province.binh_son.pk, cast.quota.pk, str(number), version)
    (result,) = save_allocations(plan=cast.province.plan, cells=[cell], actor=cast.province.hoa)
    return result


def test_the_reserve_list_keeps_no_allocation_up(cast: RosterCast) -> None:
    nominate(cast, "Nguyễn Văn Một")
    for name in ("Nguyễn Văn Hai", "Nguyễn Văn Ba"):
        nominate(cast, name, reserve=True)
    assert allocate(cast, 1).outcome is Outcome.SAVED
    below = allocate(cast, 0)
    assert below.outcome is Outcome.REFUSED
    assert "đã cử 1 người" in below.message


def test_the_larger_of_people_and_sub_allocation_keeps_it_up(cast: RosterCast) -> None:
    plan, hoa = cast.province.plan, cast.province.hoa
    sub = add_sub_quota(plan=plan, quota_id=cast.quota.pk, name="nữ", number=2, actor=hoa)
    save_sub_allocations(plan=plan, cells=[CellInput(cast.province.binh_son.pk, sub.pk, "1")], actor=hoa)
    nominate(cast, "Nguyễn Văn Một")
    nominate(cast, "Nguyễn Văn Hai")
    assert "đã cử 2 người" in allocate(cast, 1).message


def test_a_proposal_leaves_room_for_the_people_nominated(cast: RosterCast) -> None:
    nominate(cast, "Nguyễn Văn Một")
    nominate(cast, "Nguyễn Văn Hai")
    for unit, number in ((cast.province.binh_son, 2), (cast.province.son_tinh, 20)):
        Registration.objects.create(unit=unit, quota=cast.quota, number=number, updated_at=timezone.now())
    (draft,) = propose(
        plan=cast.province.plan,
        orders=[Order(cast.quota.pk)],
        basis=Proposal.Basis.DEMAND,
        limits={},
        actor=cast.province.hoa,
    )
    assert dict(draft.shares.values_list("unit__key", "places")) == {"huyen-uy-binh-son": 2, "huyen-uy-son-tinh": 4}
    assert apply_proposals(plan=cast.province.plan, proposal_ids=[draft.pk], actor=cast.province.hoa)
