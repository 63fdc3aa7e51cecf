"""Kết thúc, mở lại: who ends a plan, what is still open then, what the record and the log say, and the pages."""

import re
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from budget.models import BudgetLine
from budget.services.grants import GrantData, add_grant
from quotas.models import Person
from quotas.services.nominations import add_nomination
from quotas.services.retention import NOBODY, forget_people
from reports.closing import Remains, remains
from reports.services.closing import Filled, close_plan, reopen_plan
from reports.services.submittals import LONGEST_REASON
from tests.budget.lines import add_line, make_sources
from tests.cast import Province, make_user
from tests.office import signed_in, visible_text
from tests.quotas.rosters_cast import give, make_roster, person
from trainingplan.frame import waiting_tasks
from trainingplan.models import Change, Closing, Delegation, Plan, Role, User
from trainingplan.services.refusals import Refused

PAGE = "/2024/ke-hoach/ket-thuc/"
WHY = "Lớp còn lại không mở; Trường lo quyết toán."
SEEN = re.compile(r'name="(mark|token)" value="([^"]+)"')


@pytest.fixture
def leader(province: Province) -> User:
    Plan.objects.update(state=Plan.State.ISSUED)
    return make_user("ky", "Lê Văn Lãnh", Role.MANAGER)


def stored(province: Province) -> Plan:
    return Plan.objects.get(pk=province.plan.pk)


def close(province: Province, actor: User, **more: Any) -> Closing:
    filled: dict[str, Any] = {"mark": remains(stored(province)).mark, "reason": WHY, "go_on": False, "token": uuid4()}
    return close_plan(plan=province.plan, filled=Filled(**(filled | more)), actor=actor)


def words(found: Remains) -> str:
    return " ".join(one.words for one in found.items)


def hidden(client: Client) -> dict[str, str]:
    return dict(SEEN.findall(client.get(PAGE).content.decode()))


def sent(client: Client, address: str, **typed: str) -> str:
    return visible_text(client.post(f"{PAGE}{address}/", typed, follow=True).content.decode())


def lent(leader: User, deputy: User) -> None:
    """The leader's right, for as long as the test runs."""
    day = {"valid_from": date(2020, 1, 1), "valid_to": date(2200, 1, 1)}
    Delegation.objects.create(principal=leader, deputy=deputy, reason="Đi vắng", **day)


# What is open


def test_what_is_open_is_counted_by_kind(province: Province, leader: User) -> None:
    assert remains(province.plan).items == ()
    cast, (source, _) = make_roster(province), make_sources()
    give(cast.quota, province.binh_son, 3)
    Plan.objects.update(state=Plan.State.ALLOCATION)
    for name, reserve in (("Nguyễn Văn Một", False), ("Nguyễn Văn Hai", True)):
        add_nomination(
            plan=province.plan, quota_id=cast.quota.pk, unit=province.binh_son, details=person(name, reserve=reserve),
            actor=province.hoa,
        )  # fmt: skip
    lines = [add_line(province, {source.pk: 40_000_000}, content=f"Lớp {n}") for n in range(5)]
    Plan.objects.update(state=Plan.State.ISSUED)
    slot = (lines[0].pk, source.pk)
    add_grant(
        plan=province.plan, data=GrantData("first", "1/QĐ", date(2024, 1, 5)), amounts={slot: 7_000}, actor=province.hoa
    )
    for line, state in zip(lines, ("funded", "running", "opened", "closed", "settled"), strict=True):
        BudgetLine.objects.filter(pk=line.pk).update(state=state)
    found = remains(province.plan)
    assert [one.blocks for one in found.items] == [True, False, False, False, False, False, False]
    assert [one.page for one in found.items] == ["classes"] * 4 + ["budget-execution", "rosters", "rosters"]
    told = words(found)
    for said in (
        "4 lớp (2 dòng) đã khai giảng, chưa bế giảng: «Lớp 1»; «Lớp 2».",
        "2 lớp (1 dòng) chưa khai giảng.",
        "2 lớp (1 dòng) đã bế giảng, chưa quyết toán.",
        "4 lớp (2 dòng) đã bế giảng mà chưa ghi số học viên.",
        "7.000 đồng được giao chưa quyết toán (giao 7.000, quyết toán 0).",
        "2 chỗ đã phân bổ chưa cử người (phân bổ 3, đã cử 1).",
        "1 người còn ở danh sách dự bị",
    ):
        assert said in told


def test_a_year_that_is_not_over_is_told(province: Province, leader: User) -> None:
    Plan.objects.update(year=timezone.localdate().year)
    assert "chưa hết" in words(remains(stored(province)))


# Closing and opening again


def test_a_plan_is_closed_and_opened_again_by_a_leader_and_the_log_says_so(province: Province, leader: User) -> None:
    first = close(province, leader, reason="Hết năm")
    assert stored(province).state == Plan.State.CLOSED
    assert (first.reason, first.unsettled, first.closed_by_name) == ("Hết năm", "", "Lê Văn Lãnh (ky)")
    reopen_plan(plan=province.plan, reason=" Bổ sung quyết toán ", actor=leader, closing_id=first.pk)
    first.refresh_from_db()
    assert stored(province).state == Plan.State.ISSUED
    assert (first.reopen_reason, first.reopened_by_name) == ("Bổ sung quyết toán", "Lê Văn Lãnh (ky)")
    changes = Change.objects.filter(table="plan", field="state").order_by("pk").values_list("old", "new", "reason")
    assert list(changes)[-2:] == [
        ("Đã ban hành", "Kết thúc", "Hết năm"), ("Kết thúc", "Đã ban hành", "Bổ sung quyết toán"),
    ]  # fmt: skip
    assert close(province, leader).pk != first.pk


def test_one_form_closes_once_and_opens_once(province: Province, leader: User) -> None:
    token = uuid4()
    closing = close(province, leader, token=token)
    assert close(province, leader, token=token) == closing
    for _ in range(2):
        reopen_plan(plan=province.plan, reason="Sửa", actor=leader, closing_id=closing.pk)
    assert (Closing.objects.count(), Change.objects.filter(table="plan", field="state").count()) == (1, 2)
    again = close(province, leader)
    with pytest.raises(Refused, match="mở lại rồi kết thúc lần nữa"):
        reopen_plan(plan=province.plan, reason="Sửa", actor=make_user("x", "X", Role.MANAGER), closing_id=closing.pk)
    assert Closing.objects.filter(reopened_at=None).get() == again


def test_an_old_form_does_not_close_what_was_opened_again(province: Province, leader: User) -> None:
    client = signed_in(leader)
    old = hidden(client) | {"reason": WHY}
    sent(client, "ghi", **old)
    reopen_plan(plan=province.plan, reason="Sửa", actor=leader, closing_id=Closing.objects.get().pk)
    page = client.post(f"{PAGE}ghi/", old).content.decode()
    assert "mở trước khi kế hoạch được mở lại" in visible_text(page)
    assert stored(province).state == Plan.State.ISSUED
    assert "Đã kết thúc" in sent(client, "ghi", **(dict(SEEN.findall(page)) | {"reason": WHY}))


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (Plan.State.DRAFT, "chưa ban hành"),
        (Plan.State.ALLOCATION, "chưa ban hành"),
        (Plan.State.SUBMITTED, "rút về"),
        (Plan.State.AMENDING, "ban hành bản điều chỉnh"),
        (Plan.State.CLOSED, "đã kết thúc rồi"),
    ],
)
def test_only_an_issued_plan_is_closed(province: Province, leader: User, state: str, said: str) -> None:
    Plan.objects.update(state=state)
    with pytest.raises(Refused, match=said):
        close(province, leader)
    assert (stored(province).state, Closing.objects.count()) == (state, 0)
    assert said in visible_text(signed_in(leader).get(PAGE).content.decode()) or state == Plan.State.CLOSED


def test_a_running_class_keeps_the_plan_open_until_somebody_says_that_it_goes_on(
    province: Province, leader: User
) -> None:
    Plan.objects.update(state=Plan.State.ALLOCATION)
    add_line(province, {make_sources()[0].pk: 40_000_000})
    Plan.objects.update(state=Plan.State.ISSUED)
    BudgetLine.objects.update(state=BudgetLine.State.RUNNING)
    with pytest.raises(Refused, match="Ghi bế giảng ở trang «Mở lớp»") as refusal:
        close(province, leader)
    assert refusal.value.field == "go_on"
    closing = close(province, leader, go_on=True)
    assert closing.unsettled.startswith("2 lớp (1 dòng) đã khai giảng, chưa bế giảng")
    assert Change.objects.get(table="closing", field="unsettled").new == closing.unsettled


def test_what_is_open_needs_a_word_and_is_what_was_seen(province: Province, leader: User) -> None:
    Plan.objects.update(year=timezone.localdate().year)
    with pytest.raises(Refused, match="ghi vì sao") as refusal:
        close(province, leader, reason=" ")
    assert refusal.value.field == "reason"
    with pytest.raises(Refused, match="vừa thay đổi"):
        close(province, leader, mark="khác")
    with pytest.raises(Refused, match="dài quá"):
        close(province, leader, reason="a" * (LONGEST_REASON + 1))
    with pytest.raises(Refused, match="Cần ghi lý do mở lại"):
        reopen_plan(plan=province.plan, reason="", actor=leader, closing_id=close(province, leader).pk)


def test_a_plan_that_came_in_closed_has_no_record_and_opens_all_the_same(province: Province, leader: User) -> None:
    Plan.objects.update(state=Plan.State.CLOSED)
    assert "không có biên bản" in visible_text(signed_in(leader).get(PAGE).content.decode())
    reopen_plan(plan=province.plan, reason="Sửa", actor=leader)
    assert stored(province).state == Plan.State.ISSUED
    with pytest.raises(Refused, match="không có gì để mở lại"):
        reopen_plan(plan=province.plan, reason="Sửa", actor=leader)


def test_the_board_closes_only_in_a_leader_s_right(province: Province, leader: User) -> None:
    with pytest.raises(Refused, match="Chỉ lãnh đạo"):
        close(province, province.hoa)
    lent(leader, province.hoa)
    closing = close(province, province.hoa)
    assert closing.closed_by_name.endswith(" thay Lê Văn Lãnh")
    change = Change.objects.filter(table="plan", field="state").latest("pk")
    assert (change.actor, change.on_behalf_of) == (province.hoa, leader)
    Delegation.objects.all().delete()
    with pytest.raises(Refused, match="Chỉ lãnh đạo"):
        reopen_plan(plan=province.plan, reason="Sửa", actor=province.hoa, closing_id=closing.pk)


# The page


def test_the_page_closes_and_opens_again(province: Province, leader: User) -> None:
    client, board = signed_in(leader), signed_in(province.hoa)
    Plan.objects.update(year=timezone.localdate().year)
    address = PAGE.replace("2024", str(timezone.localdate().year))
    page = client.get(address).content.decode()
    typed = dict(SEEN.findall(page)) | {"reason": WHY}
    assert "Năm" in visible_text(page)
    assert "Kết thúc kế hoạch năm" in visible_text(page)
    assert 'name="token"' not in board.get(address).content.decode()
    assert board.post(f"{address}ghi/", typed).status_code == 403
    reply = ""
    for _ in range(2):
        reply = visible_text(client.post(f"{address}ghi/", typed, follow=True).content.decode())
        assert "Đã kết thúc kế hoạch" in reply
    today = f"{timezone.localdate():%d/%m/%Y}"
    assert f"Kế hoạch đã kết thúc ngày {today}." in reply
    assert WHY in reply
    assert "minh họa" not in reply
    Plan.objects.update(illustrative=True)
    assert "minh họa" in visible_text(client.get(address).content.decode())
    standing = Closing.objects.get()
    page = visible_text(client.post(f"{address}mo-lai/", {"lan": standing.pk}).content.decode())
    assert "Cần ghi lý do." in page
    typed = {"lan": str(standing.pk), "reason": "Sót một lớp"}
    assert "Đã mở lại" in visible_text(client.post(f"{address}mo-lai/", typed, follow=True).content.decode())
    page = visible_text(client.get(address).content.decode())
    assert "mở lại lúc" in page
    assert "Kế hoạch đã kết thúc" not in page


def test_bad_input_is_answered_in_words(province: Province, leader: User) -> None:
    client = signed_in(leader)
    fresh = hidden(client)
    assert "Trang đã cũ" in sent(client, "ghi", **(fresh | {"token": "không phải"}))
    page = client.post(f"{PAGE}ghi/", {"reason": WHY}).content.decode()
    assert "Trang đã cũ" in visible_text(page)
    assert set(dict(SEEN.findall(page))) == {"mark", "token"}
    assert "vừa thay đổi" in sent(client, "ghi", **(fresh | {"mark": "0"}))
    assert "nhiều nhất 500" in sent(client, "ghi", **(fresh | {"reason": "a" * 501}))
    assert "không in được" in sent(client, "ghi", **(fresh | {"reason": "a\x00b"}))
    for odd in ("x", "9" * 40, "-1", "\u0661"):
        assert "không có gì để mở lại" in sent(client, "mo-lai", lan=odd, reason="Sửa")
    assert stored(province).state == Plan.State.ISSUED


def test_what_has_changed_since_is_shown_to_be_sent_again(province: Province, leader: User) -> None:
    client = signed_in(leader)
    fresh = hidden(client)
    Plan.objects.update(state=Plan.State.ALLOCATION)
    add_line(province, {make_sources()[0].pk: 40_000_000})
    Plan.objects.update(state=Plan.State.ISSUED)
    page = client.post(f"{PAGE}ghi/", fresh | {"reason": WHY}).content.decode()
    assert "vừa thay đổi" in visible_text(page)
    assert "2 lớp (1 dòng) chưa khai giảng." in visible_text(page)
    assert "Đã kết thúc" in sent(client, "ghi", **(dict(SEEN.findall(page)) | {"reason": WHY}))


def test_it_asks_for_the_password_again(province: Province, leader: User) -> None:
    client = signed_in(leader)
    fresh = hidden(client)
    with override_settings(RECENT_MINUTES=-1):
        assert "mật khẩu" in sent(client, "ghi", **fresh)
    assert stored(province).state == Plan.State.ISSUED


def test_every_page_of_a_closed_plan_says_so_and_offers_no_button(province: Province, leader: User) -> None:
    make_roster(province)
    Plan.objects.update(state=Plan.State.ALLOCATION)
    line = add_line(province, {make_sources()[0].pk: 40_000_000})
    Plan.objects.update(state=Plan.State.ISSUED)
    close(province, leader)
    board = signed_in(province.hoa)
    for page in ("phan-bo/1/", "danh-sach/6/", "kinh-phi/", "kinh-phi/ba-so/", "lop/", f"lop/{line.pk}/", "tien-do/",
                 "ke-hoach/", "ke-hoach/soan-thao/", "ke-hoach/trinh-ban-hanh/", "ke-hoach/ket-thuc/"):  # fmt: skip
        reply = board.get(f"/2024/{page}")
        assert reply.status_code == 200, page
        text = reply.content.decode()
        assert "Kế hoạch đã kết thúc ngày" in text, page
        main = text[text.index('<main class="page"') :]
        assert not re.search(r'<form[^>]*method="post"', main), page
        assert "button-main" not in main, page


def test_a_leader_is_reminded_when_the_year_is_over(province: Province, leader: User) -> None:
    titles = [task.title for task in waiting_tasks(stored(province), leader)]
    assert titles == ["Kế hoạch năm 2024 chưa kết thúc"]
    Plan.objects.update(year=timezone.localdate().year)
    assert waiting_tasks(stored(province), leader) == []


# Forgetting people


@override_settings(PEOPLE_KEPT_YEARS=1)
@pytest.mark.parametrize("ended", [True, False])
def test_people_of_a_plan_that_was_closed_long_ago_are_forgotten(
    province: Province, leader: User, *, ended: bool
) -> None:
    cast = make_roster(province)
    give(cast.quota, province.binh_son, 1)
    Plan.objects.update(state=Plan.State.ALLOCATION)
    add_nomination(
        plan=province.plan, quota_id=cast.quota.pk, unit=province.binh_son, details=person(), actor=province.hoa
    )
    Plan.objects.update(state=Plan.State.ISSUED, year=timezone.localdate().year - 3)
    if ended:
        close(province, leader)
    assert forget_people(actor=None) == int(ended)
    assert (Person.objects.get().full_name == NOBODY) == ended
