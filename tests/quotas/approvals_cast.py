"""Who allocates, submits and decides in the tests of approvals."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.utils import timezone

from quotas.models import Allocation, Approval, Quota
from quotas.selectors.approvals import Standing, approval_items
from quotas.services.approvals import decide_allocations, submit_allocations
from quotas.services.cells import CellInput, Outcome, save_allocations
from tests.cast import Province, make_quota, make_user
from trainingplan.models import Delegation, Plan, Role, Unit, User
from trainingplan.services.delegations import grant_delegation


@dataclass(frozen=True)
class Office:
    """Hoa allocates, Lan of the same Board does not; Nam and Tam are managers. Twelve quotas are allocated."""

    province: Province
    lan: User
    nam: User
    tam: User
    quotas: list[Quota]

    @property
    def plan(self) -> Plan:
        return self.province.plan

    @property
    def hoa(self) -> User:
        return self.province.hoa


@pytest.fixture
def office(province: Province) -> Office:
    return make_office(province)


def make_office(province: Province) -> Office:
    more = [
        make_quota(province.hcm.programme, province.appendix, f"q{n}", f"Lớp {n}", number=20, position=n)
        for n in range(10, 20)
    ]
    found = Office(
        province,
        make_user("lan", "Vũ Thị Lan", Role.BOARD),
        make_user("nam", "Nguyễn Văn Nam", Role.MANAGER),
        make_user("tam", "Lý Tâm", Role.MANAGER),
        [province.hcm, province.kv3, *more],
    )
    for quota in found.quotas:
        allocate(found, quota, province.binh_son, 2)
    return found


def allocate(office: Office, quota: Quota, unit: Unit, number: int, actor: User | None = None) -> None:
    cell = Allocation.objects.filter(quota=quota, unit=unit).first()
    typed = CellInput(unit.pk, quota.pk, str(number), cell.version if cell else 0)
    (result,) = save_allocations(plan=office.plan, cells=[typed], actor=actor or office.hoa)
    assert result.outcome is Outcome.SAVED


def submit(office: Office, quotas: list[Quota] | None = None, actor: User | None = None) -> list[Approval]:
    ids = [quota.pk for quota in quotas or office.quotas]
    return submit_allocations(plan=office.plan, quota_ids=ids, actor=actor or office.lan)


def decide(
    office: Office,
    approvals: list[Approval],
    actor: User,
    *,
    right_of: User | None = None,
    approve: bool = True,
    remark: str = "",
) -> list[Approval]:
    return decide_allocations(
        plan=office.plan,
        approval_ids=[approval.pk for approval in approvals],
        approve=approve,
        actor=actor,
        right_of=right_of or actor,
        remark=remark,
    )


def standing(office: Office, quota: Quota) -> Standing:
    return approval_items(office.plan)[quota.pk].standing


def lend(office: Office, principal: User, deputy: User) -> Delegation:
    today = timezone.localdate()
    return grant_delegation(
        deputy=deputy, valid_from=today, valid_to=today + timedelta(days=3), reason="Nghỉ phép", actor=principal
    )
