"""Delegation: given by who has the right, between two days, without chains; revoked; on the record; a page."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.cast import Province, make_user
from trainingplan.models import Change, Delegation, Role, User
from trainingplan.policies import deciding_rights, principals_of
from trainingplan.selectors import delegations
from trainingplan.services.delegations import grant_delegation, revoke_delegation
from trainingplan.services.refusals import Refused


@dataclass(frozen=True)
class Leaders:
    nam: User
    tam: User
    hoa: User
    today: date


@pytest.fixture
def leaders(province: Province) -> Leaders:
    nam, tam = make_user("nam", "Nguyễn Văn Nam", Role.MANAGER), make_user("tam", "Lý Tâm", Role.MANAGER)
    return Leaders(nam, tam, province.hoa, timezone.localdate())


def grant(leaders: Leaders, **changed: Any) -> Delegation:
    given: dict[str, Any] = {
        "actor": leaders.nam,
        "deputy": leaders.hoa,
        "valid_from": leaders.today,
        "valid_to": leaders.today + timedelta(days=5),
        "reason": "Đi công tác",
    }
    return grant_delegation(**(given | changed))


def test_the_deputy_has_the_right_from_the_first_day_to_the_end_of_the_last(leaders: Leaders) -> None:
    start = leaders.today + timedelta(days=2)
    grant(leaders, valid_from=start, valid_to=start + timedelta(days=1))
    noon = timezone.localtime().replace(hour=12)
    held = []
    for days in range(5):
        with time_machine.travel(noon + timedelta(days=days), tick=False):
            held.append(deciding_rights(leaders.hoa))
    assert held == [(), (), (leaders.nam,), (leaders.nam,), ()]
    assert deciding_rights(leaders.nam) == (leaders.nam,)


def test_the_last_day_ends_at_midnight_in_vietnam(leaders: Leaders) -> None:
    grant(leaders, valid_to=leaders.today)
    tonight = timezone.localtime().replace(hour=23, minute=59)
    with time_machine.travel(tonight, tick=False):
        assert deciding_rights(leaders.hoa) == (leaders.nam,)
    with time_machine.travel(tonight + timedelta(minutes=2), tick=False):
        assert deciding_rights(leaders.hoa) == ()


def test_a_revoked_one_is_worth_nothing_at_once(leaders: Leaders) -> None:
    delegation = grant(leaders)
    revoke_delegation(delegation=delegation, actor=leaders.nam)
    assert deciding_rights(leaders.hoa) == ()
    with pytest.raises(Refused, match="đã được thu hồi"):
        revoke_delegation(delegation=delegation, actor=leaders.nam)
    grant(leaders)
    assert deciding_rights(leaders.hoa) == (leaders.nam,)


@pytest.mark.parametrize(
    ("who", "changed"),
    [("nam", {"is_active": False}), ("nam", {"role": Role.FINANCE}), ("hoa", {"is_active": False}),
     ("hoa", {"role": Role.FINANCE})],
)  # fmt: skip
def test_it_falls_with_the_account_or_role_of_either(leaders: Leaders, who: str, changed: dict[str, Any]) -> None:
    grant(leaders)
    User.objects.filter(pk=getattr(leaders, who).pk).update(**changed)
    assert not principals_of(User.objects.get(pk=leaders.hoa.pk)).exists()
    assert "không còn hiệu lực" in delegations(leaders.tam)[0].state


def test_who_has_no_right_gives_none(leaders: Leaders, province: Province) -> None:
    for actor in (leaders.hoa, province.alice, make_user("tai", "Tài", Role.FINANCE)):
        with pytest.raises(Refused, match="Chỉ người có quyền duyệt"):
            grant(leaders, actor=actor, deputy=leaders.tam)
    assert not Delegation.objects.exists()


@pytest.mark.parametrize(
    ("changed", "words", "field"),
    [
        ({"days": (-1, 2)}, "không tính lùi", "valid_from"),
        ({"days": (3, 2)}, "Ngày cuối không được trước", "valid_to"),
        ({"reason": "  "}, "Cần ghi lý do", "reason"),
        ({"reason": "x" * 301}, "dài quá", "reason"),
        ({"deputy": "nam"}, "chính mình", "deputy"),
        ({"deputy": "alice"}, "không nhận được ủy quyền", "deputy"),
        ({"deputy": "gone"}, "không nhận được ủy quyền", "deputy"),
    ],
)
def test_what_is_refused(leaders: Leaders, province: Province, changed: dict[str, Any], words: str, field: str) -> None:
    make_user("gone", "Đã Nghỉ", Role.BOARD)
    User.objects.filter(username="gone").update(is_active=False)
    if "days" in changed:
        first, last = (leaders.today + timedelta(days=days) for days in changed["days"])
        changed = {"valid_from": first, "valid_to": last}
    if "deputy" in changed:
        changed = {"deputy": User.objects.get(username=changed["deputy"])}
    with pytest.raises(Refused, match=words) as refused:
        grant(leaders, **changed)
    assert refused.value.field == field
    assert not Change.objects.exists()


def test_two_of_the_same_pair_do_not_overlap(leaders: Leaders) -> None:
    first = grant(leaders)
    with pytest.raises(Refused, match="hai lần trùng ngày"):
        grant(leaders, valid_from=first.valid_to, valid_to=first.valid_to + timedelta(days=3))
    grant(leaders, valid_from=first.valid_to + timedelta(days=1), valid_to=first.valid_to + timedelta(days=3))
    grant(leaders, deputy=leaders.tam)
    assert Delegation.objects.count() == 3


def test_there_are_no_chains(leaders: Leaders) -> None:
    grant(leaders, deputy=leaders.tam)
    with pytest.raises(Refused, match="không ủy quyền tiếp"):
        grant(leaders, actor=leaders.tam, deputy=leaders.hoa)
    later = leaders.today + timedelta(days=10)
    grant(leaders, actor=leaders.tam, deputy=leaders.hoa, valid_from=later, valid_to=later)
    with pytest.raises(Refused, match="đã ủy quyền cho người khác"):
        grant(leaders, deputy=leaders.tam, valid_from=later, valid_to=later)
    with time_machine.travel(timezone.now() + timedelta(days=10), tick=False):
        assert deciding_rights(leaders.hoa) == (leaders.tam,)


def test_even_a_chain_in_the_data_lends_nothing_on(leaders: Leaders) -> None:
    days = {"valid_from": leaders.today, "valid_to": leaders.today, "reason": "x"}
    Delegation.objects.create(principal=leaders.nam, deputy=leaders.tam, **days)
    Delegation.objects.create(principal=leaders.tam, deputy=leaders.hoa, **days)
    assert deciding_rights(leaders.hoa) == (leaders.tam,)


def test_the_database_holds_what_it_can(leaders: Leaders) -> None:
    good = {
        "principal": leaders.nam,
        "deputy": leaders.hoa,
        "valid_from": leaders.today,
        "valid_to": leaders.today,
        "reason": "x",
    }
    for bad in ({"deputy": leaders.nam}, {"valid_to": leaders.today - timedelta(days=1)}, {"reason": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Delegation.objects.create(**(good | bad))


def test_giving_and_taking_back_are_on_the_record(leaders: Leaders) -> None:
    delegation = grant(leaders)
    given = Change.objects.filter(table="delegation")
    assert {change.field: change.new for change in given} == {
        "principal": "Nguyễn Văn Nam",
        "deputy": "Phạm Thị Hoa",
        "valid_from": f"{leaders.today:%d/%m/%Y}",
        "valid_to": f"{delegation.valid_to:%d/%m/%Y}",
        "reason": "Đi công tác",
    }
    assert {(change.actor, change.reason) for change in given} == {(leaders.nam, "Đi công tác")}
    revoke_delegation(delegation=delegation, actor=leaders.nam)
    assert Change.objects.filter(table="delegation", field="revoked_at").count() == 1


def test_only_the_principal_takes_it_back(leaders: Leaders, client: Client) -> None:
    delegation = grant(leaders)
    with pytest.raises(Refused, match="Chỉ người đã ủy quyền"):
        revoke_delegation(delegation=delegation, actor=leaders.tam)
    client.force_login(leaders.tam)
    assert client.post(reverse("delegation-revoke", args=[delegation.pk])).status_code == 404
    client.force_login(leaders.hoa)
    assert client.post(reverse("delegation-revoke", args=[delegation.pk])).status_code == 403
    assert deciding_rights(leaders.hoa) == (leaders.nam,)


def test_one_that_has_ended_is_not_taken_back_again(leaders: Leaders) -> None:
    delegation = grant(leaders)
    with time_machine.travel(timezone.now() + timedelta(days=60)), pytest.raises(Refused, match="đã hết hạn ngày"):
        revoke_delegation(delegation=delegation, actor=leaders.nam)
    revoke_delegation(delegation=delegation, actor=leaders.nam)
    with pytest.raises(Refused, match="đã được thu hồi"):
        revoke_delegation(delegation=delegation, actor=leaders.nam)


def test_the_pages_from_giving_to_taking_back(leaders: Leaders, client: Client) -> None:
    client.force_login(leaders.nam)
    assert "Chưa có ủy quyền nào" in client.get(reverse("delegations")).content.decode()
    form = {"deputy": str(leaders.hoa.pk), "valid_from": "", "valid_to": "32/01/2024", "reason": ""}
    refused = client.post(reverse("delegation-add"), form).content.decode()
    for words in ("Chưa nhập ngày bắt đầu", "«32/01/2024»", "Cần ghi lý do ủy quyền"):
        assert words in refused
    days = {"valid_from": f"{leaders.today:%d/%m/%Y}", "valid_to": f"{leaders.today:%d/%m/%Y}", "reason": "Nghỉ phép"}
    assert client.post(reverse("delegation-add"), form | days).status_code == 302
    again = client.post(reverse("delegation-add"), form | days).content.decode()
    assert "hai lần trùng ngày" in again
    page = client.get(reverse("delegations")).content.decode()
    for words in ("Phạm Thị Hoa", "đang hiệu lực", "Nghỉ phép", "Thu hồi"):
        assert words in page
    client.post(reverse("delegation-revoke", args=[Delegation.objects.get().pk]))
    page = client.get(reverse("delegations")).content.decode()
    assert "đang hiệu lực" not in page
    assert "thu hồi " in page


def test_a_unit_s_staff_is_not_offered_as_deputy(leaders: Leaders, province: Province, client: Client) -> None:
    client.force_login(leaders.nam)
    page = client.get(reverse("delegation-add")).content.decode()
    assert "Phạm Thị Hoa" in page
    assert province.alice.full_name not in page
    form = {"deputy": str(province.alice.pk), "valid_from": "x", "valid_to": "x", "reason": "x"}
    assert "Người này không nhận được ủy quyền" in client.post(reverse("delegation-add"), form).content.decode()
