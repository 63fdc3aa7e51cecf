"""The leaders' word on allocations: submitted, decided by a manager or a deputy, void when a cell changes."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from quotas.models import Approval, Quota
from quotas.selectors.approvals import Standing, approval_items
from quotas.services.approvals import submit_allocations
from tests.cast import make_quota, make_user
from tests.office import signed_in
from tests.quotas.approvals_cast import Office, allocate, decide, lend, office, standing, submit
from trainingplan.models import Change, Plan, Role, User
from trainingplan.services.delegations import revoke_delegation
from trainingplan.services.refusals import Refused

__all__ = ["office"]

PAGE = reverse("approvals", kwargs={"year": 2024})


def test_a_deputy_approves_twelve_at_once_and_both_names_are_kept(office: Office) -> None:
    """Scenario 24. Lan, who wrote and submitted nothing, acts for Nam, who is on leave."""
    lend(office, office.nam, office.lan)
    waiting = submit(office, actor=office.hoa)
    before = Change.objects.count()
    decided = decide(office, waiting, office.lan, right_of=office.nam, remark="Đồng ý")
    assert len(decided) == 12
    rows = Approval.objects.filter(state="approved", decided_by=office.lan, on_behalf_of=office.nam)
    assert rows.count() == 12
    written = Change.objects.order_by("pk")[before:]
    assert {(one.actor, one.on_behalf_of, one.actor_name, one.reason) for one in written} == {
        (office.lan, office.nam, "Vũ Thị Lan (lan) thay Nguyễn Văn Nam", "Đồng ý")
    }
    assert len(written) == 12
    assert len({one.batch for one in written}) == 1
    assert {standing(office, quota) for quota in office.quotas} == {Standing.APPROVED}


def test_without_the_delegation_the_same_act_is_refused(office: Office) -> None:
    """The control of the test above, before the delegation, after it, and after its revocation."""
    waiting = submit(office, actor=office.hoa)
    with pytest.raises(Refused, match="không có quyền duyệt"):
        decide(office, waiting, office.lan, right_of=office.nam)
    lending = lend(office, office.nam, office.lan)
    with time_machine.travel(timezone.now() + timedelta(days=4)), pytest.raises(Refused, match="không có quyền duyệt"):
        decide(office, waiting, office.lan, right_of=office.nam)
    revoke_delegation(delegation=lending, actor=office.nam)
    with pytest.raises(Refused, match="không có quyền duyệt"):
        decide(office, waiting, office.lan, right_of=office.nam)
    assert not Approval.objects.exclude(state="waiting").exists()


@pytest.mark.parametrize("role", [Role.UNIT, Role.BOARD, Role.FINANCE, Role.SCHOOL, Role.HOME_AFFAIRS, Role.ADMIN])
def test_who_has_no_right_decides_nothing_in_anybody_s_name(office: Office, role: Role) -> None:
    waiting = submit(office)
    somebody = make_user("ai", "Ai Đó", role, office.province.binh_son)
    for right in (somebody, office.nam):
        with pytest.raises(Refused, match="không có quyền duyệt"):
            decide(office, waiting, somebody, right_of=right)


def test_a_manager_does_not_act_for_another_unasked(office: Office) -> None:
    with pytest.raises(Refused, match="không có quyền duyệt"):
        decide(office, submit(office), office.nam, right_of=office.tam)


def test_nobody_decides_what_he_submitted_even_as_a_deputy(office: Office) -> None:
    lend(office, office.nam, office.lan)
    waiting = submit(office, actor=office.lan)
    for approve in (True, False):
        with pytest.raises(Refused, match="Vũ Thị Lan đã trình mục này"):
            decide(office, waiting, office.lan, right_of=office.nam, approve=approve, remark="x")
    assert not Approval.objects.exclude(state="waiting").exists()


def test_nobody_decides_what_he_wrote_even_when_another_wrote_over_it(office: Office) -> None:
    lend(office, office.nam, office.hoa)
    allocate(office, office.quotas[0], office.province.binh_son, 3, actor=office.lan)
    waiting = submit(office, [office.quotas[0]])
    with pytest.raises(Refused, match="Phạm Thị Hoa đã nhập số phân bổ"):
        decide(office, waiting, office.hoa, right_of=office.nam)


def test_nor_does_a_deputy_for_a_principal_who_wrote_or_submitted(office: Office) -> None:
    """Nam sat on the Board when he allocated, and became a manager since."""
    User.objects.filter(pk=office.nam.pk).update(role=Role.BOARD)
    nam = User.objects.get(pk=office.nam.pk)
    allocate(office, office.quotas[0], office.province.son_tinh, 1, actor=nam)
    wrote = submit(office, [office.quotas[0]])
    sent = submit(office, [office.quotas[1]], actor=nam)
    User.objects.filter(pk=nam.pk).update(role=Role.MANAGER)
    nam = User.objects.get(pk=nam.pk)
    dung = make_user("dung", "Đỗ Dũng", Role.BOARD)
    lend(office, nam, dung)
    for waiting, words in ((wrote, "Nguyễn Văn Nam đã nhập"), (sent, "Nguyễn Văn Nam đã trình")):
        for actor in (nam, dung):
            with pytest.raises(Refused, match=words):
                decide(office, waiting, actor, right_of=nam)
    assert len(decide(office, [*wrote, *sent], office.tam)) == 2


def test_what_was_written_before_the_last_approval_counts_no_more(office: Office) -> None:
    quota, other = office.quotas[0], office.province.son_tinh
    decide(office, submit(office, [quota]), office.tam)
    allocate(office, quota, other, 1, actor=office.lan)
    lend(office, office.nam, office.hoa)
    waiting = submit(office, [quota])
    assert decide(office, waiting, office.hoa, right_of=office.nam)
    allocate(office, quota, other, 2, actor=office.hoa)
    with pytest.raises(Refused, match="Phạm Thị Hoa đã nhập"):
        decide(office, submit(office, [quota]), office.hoa, right_of=office.nam)


def test_a_change_after_approval_makes_it_void_though_the_total_is_the_same(office: Office) -> None:
    quota, province = office.quotas[0], office.province
    allocate(office, quota, province.son_tinh, 1)
    decide(office, submit(office, [quota]), office.nam)
    assert standing(office, quota) is Standing.APPROVED
    allocate(office, quota, province.binh_son, 1)
    allocate(office, quota, province.son_tinh, 2)
    assert approval_items(office.plan)[quota.pk].total == 3
    assert standing(office, quota) is Standing.VOID
    allocate(office, quota, province.binh_son, 2)
    allocate(office, quota, province.son_tinh, 1)
    assert standing(office, quota) is Standing.VOID
    assert standing(office, office.quotas[1]) is Standing.NONE


def test_what_changed_after_it_was_submitted_is_not_decided_but_submitted_anew(office: Office) -> None:
    quota = office.quotas[0]
    (first,) = submit(office, [quota])
    allocate(office, quota, office.province.binh_son, 4)
    assert standing(office, quota) is Standing.OUTDATED
    with pytest.raises(Refused, match="đã thay đổi sau khi trình"):
        decide(office, [first], office.nam)
    (second,) = submit(office, [quota])
    first.refresh_from_db()
    assert (first.state, second.total) == ("withdrawn", 4)
    with pytest.raises(Refused, match="1 mục không còn chờ duyệt"):
        decide(office, [first], office.nam)
    decide(office, [second], office.nam)
    assert standing(office, quota) is Standing.APPROVED


def test_all_or_nothing(office: Office) -> None:
    waiting = submit(office)
    allocate(office, office.quotas[3], office.province.binh_son, 5)
    with pytest.raises(Refused, match=r"Chưa thực hiện mục nào\. «Lớp 11»"):
        decide(office, waiting, office.nam)
    assert not Approval.objects.exclude(state="waiting").exists()
    written = Change.objects.count()
    with pytest.raises(Refused, match="đang chờ duyệt"):
        submit(office)
    assert Change.objects.count() == written


def test_a_refusal_says_why_and_comes_back_to_the_board(office: Office) -> None:
    waiting = submit(office)
    with pytest.raises(Refused, match="cần ghi ý kiến") as refused:
        decide(office, waiting, office.nam, approve=False)
    assert refused.value.field == "remark"
    decide(office, waiting, office.nam, approve=False, remark="Giảm Bình Sơn 1")
    assert standing(office, office.quotas[0]) is Standing.REFUSED
    assert Change.objects.filter(table="approval", reason="Giảm Bình Sơn 1").count() == 12
    page = signed_in(office.hoa).get(PAGE).content.decode()
    assert "«Giảm Bình Sơn 1»" in page
    assert (
        "12 chỉ tiêu cần trình duyệt phân bổ lại" in signed_in(office.hoa).get("/2024/viec-cua-toi/").content.decode()
    )
    assert len(submit(office)) == 12


def test_nothing_is_decided_twice(office: Office) -> None:
    waiting = submit(office)
    decide(office, waiting, office.nam)
    for approve in (True, False):
        with pytest.raises(Refused, match="12 mục không còn chờ duyệt"):
            decide(office, waiting, office.tam, approve=approve, remark="x")


def test_what_cannot_be_submitted(office: Office) -> None:
    empty = make_quota(office.province.hcm.programme, office.province.appendix, "rong", "Trống", number=5, position=30)
    cases = [([empty], "chưa phân bổ cho đơn vị nào"), ([replaced(empty)], "không thuộc kế hoạch")]
    for quotas, words in cases:
        with pytest.raises(Refused, match=words):
            submit(office, quotas)
    with pytest.raises(Refused, match="Chưa chọn mục nào"):
        submit_allocations(plan=office.plan, quota_ids=[], actor=office.hoa)
    for actor in (office.nam, office.province.alice):
        with pytest.raises(Refused, match="Chỉ Ban Tổ chức"):
            submit(office, actor=actor)
    decide(office, submit(office), office.nam)
    with pytest.raises(Refused, match="đã duyệt và chưa thay đổi gì"):
        submit(office)


def replaced(quota: Quota) -> Quota:
    """A quota that is nowhere."""
    return Quota(pk=quota.pk + 10_000)


@pytest.mark.parametrize("state", [Plan.State.ISSUED, Plan.State.CLOSED])
def test_an_issued_plan_is_past_it(office: Office, state: Plan.State) -> None:
    waiting = submit(office, office.quotas[:2])
    Plan.objects.update(state=state)
    with pytest.raises(Refused, match="không trình, duyệt phân bổ nữa"):
        submit(office, office.quotas[2:])
    with pytest.raises(Refused, match="không trình, duyệt phân bổ nữa"):
        decide(office, waiting, office.nam)
    assert "không trình, duyệt phân bổ nữa" in signed_in(office.nam).get(PAGE).content.decode()


def test_items_of_another_plan_are_not_decided_here(office: Office) -> None:
    waiting = submit(office)
    other = Plan.objects.create(year=2025, subject="x", parent_body="x", issuing_body="x", place="x")
    with pytest.raises(Refused):
        decide(replace(office, province=replace(office.province, plan=other)), waiting, office.nam)
    assert not Approval.objects.exclude(state="waiting").exists()


def test_the_database_holds_what_it_can(office: Office) -> None:
    (approval,) = submit(office, [office.quotas[0]])
    now, rows = timezone.now(), Approval.objects.filter(pk=approval.pk)
    decided = {"state": "approved", "decided_at": now}
    for bad in (
        decided | {"decided_by": office.lan},
        decided,
        {"decided_by": office.nam, "decided_at": now},
        {"state": "maybe"},
        decided | {"decided_by": office.nam, "on_behalf_of": office.nam},
        decided | {"decided_by": office.nam, "on_behalf_of": office.lan},
        {"on_behalf_of": office.nam},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**bad)
    with pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.create(
            quota=approval.quota, total=1, versions=1, submitted_by=office.hoa, submitted_at=timezone.now()
        )
