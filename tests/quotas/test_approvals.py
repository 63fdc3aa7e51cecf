"""The leaders' word on allocations: submitted, decided by a manager or a deputy, void when a cell changes."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from quotas.models import Allocation, Approval, Quota
from quotas.selectors.approvals import Standing, approval_items
from quotas.services.approvals import decide_allocations, submit_allocations
from quotas.services.cells import CellInput, Outcome, save_allocations
from tests.cast import Province, make_quota, make_user
from tests.office import signed_in
from trainingplan.models import Change, Delegation, Plan, Role, Unit, User
from trainingplan.services.delegations import grant_delegation, revoke_delegation
from trainingplan.services.refusals import Refused

PAGE = reverse("approvals", kwargs={"year": 2024})
DECIDE = reverse("approvals-decide", kwargs={"year": 2024})
SUBMIT = reverse("approvals-submit", kwargs={"year": 2024})


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


def test_the_pages_from_submitting_to_the_word(office: Office) -> None:
    board, manager = signed_in(office.lan), signed_in(office.nam)
    assert "Trình duyệt cả 12 chỉ tiêu của Phụ lục 1" in board.get(PAGE).content.decode()
    assert "Không có phân bổ nào chờ bạn duyệt" in manager.get(PAGE).content.decode()
    page = board.post(SUBMIT, {"phu-luc": "1"}, follow=True).content.decode()
    assert "Đã trình duyệt phân bổ 12 chỉ tiêu" in page
    assert "12 chỉ tiêu chờ duyệt phân bổ" in manager.get("/2024/viec-cua-toi/").content.decode()
    keys = list(Approval.objects.values_list("pk", flat=True))
    assert manager.get(PAGE).content.decode().count('name="muc"') == 12
    refused = manager.post(DECIDE, {"muc": keys[:2], "viec": "khong-duyet", "remark": " "}).content.decode()
    assert "Không duyệt thì cần ghi ý kiến" in refused
    assert refused.count("checked") == 2
    page = manager.post(DECIDE, {"muc": keys, "viec": "duyet"}, follow=True).content.decode()
    assert "Đã duyệt phân bổ 12 chỉ tiêu" in page
    assert "Nguyễn Văn Nam" in page


def test_a_deputy_reads_in_whose_right_he_acts(office: Office) -> None:
    lend(office, office.nam, office.lan)
    waiting = submit(office, actor=office.hoa)
    page = signed_in(office.lan).get(PAGE).content.decode()
    assert "Bạn duyệt thay <strong>Nguyễn Văn Nam</strong>" in page
    keys = [one.pk for one in waiting]
    page = signed_in(office.lan).post(DECIDE, {"muc": keys, "viec": "duyet"}, follow=True).content.decode()
    assert "Vũ Thị Lan thay Nguyễn Văn Nam" in page
    trail = signed_in(office.hoa).get(f"/2024/nhat-ky/?nguoi={office.nam.pk}").content.decode()
    assert "Vũ Thị Lan (lan) thay Nguyễn Văn Nam" in trail


def test_who_has_two_rights_says_which(office: Office) -> None:
    lend(office, office.nam, office.tam)
    keys = [one.pk for one in submit(office)]
    tam = signed_in(office.tam)
    assert "(duyệt thay)" in tam.get(PAGE).content.decode()
    answer = {"muc": keys, "viec": "duyet"}
    assert "Chưa chọn duyệt theo quyền của ai" in tam.post(DECIDE, answer).content.decode()
    assert "không có quyền duyệt" in tam.post(DECIDE, answer | {"quyen": office.lan.pk}).content.decode()
    tam.post(DECIDE, answer | {"quyen": office.nam.pk})
    assert Approval.objects.filter(decided_by=office.tam, on_behalf_of=office.nam).count() == 12


def test_what_the_reader_may_not_decide_has_no_tick_and_says_why(office: Office) -> None:
    lend(office, office.nam, office.hoa)
    submit(office)
    page = signed_in(office.hoa).get(PAGE).content.decode()
    assert 'name="muc"' not in page
    assert page.count("Phạm Thị Hoa đã nhập số phân bổ của chỉ tiêu này") == 12
    assert "chờ duyệt phân bổ" not in signed_in(office.hoa).get("/2024/viec-cua-toi/").content.decode()


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"viec": "duyet"},
        {"viec": "x", "muc": "1"},
        {"viec": "duyet", "muc": "x"},
        {"viec": "duyet", "muc": "9" * 40},
        {"viec": "duyet", "muc": "１"},
        {"viec": "khong-duyet", "muc": "1", "remark": "x" * 600},
        {"viec": "duyet", "muc": "1", "quyen": "x"},
    ],
)
def test_a_form_that_is_none_changes_nothing(office: Office, fields: dict[str, str]) -> None:
    submit(office)
    assert signed_in(office.nam).post(DECIDE, fields).status_code == 200
    assert signed_in(office.hoa).post(SUBMIT, {"phu-luc": "x", "chi-tieu": "y"}).status_code == 302
    assert not Approval.objects.exclude(state="waiting").exists()


@pytest.mark.parametrize("who", ["hoa", "nam"])
def test_the_page_costs_the_same_for_one_and_for_many(
    office: Office, who: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(getattr(office, who))
    submit(office, office.quotas[:1])
    client.get(PAGE)
    with django_assert_max_num_queries(20) as few:
        client.get(PAGE)
    submit(office, office.quotas[1:])
    with django_assert_max_num_queries(20) as many:
        client.get(PAGE)
    assert len(many) == len(few)
