"""Nominating: places, reserve list, the same person twice, stale forms, other people's people, and the log."""

from typing import Any

import pytest

from quotas.models import Nomination, Person
from quotas.services.nominations import (
    Unconfirmed,
    add_nomination,
    details_of,
    edit_nomination,
    remove_nomination,
)
from tests.quotas.rosters_cast import RosterCast, give, make_cast, make_roster, person
from trainingplan.models import Change, Plan, Unit
from trainingplan.rules.dates import PartialDate
from trainingplan.services.refusals import Difference, Refused, Stale


@pytest.fixture
def cast(db: None) -> RosterCast:
    return make_cast()


def nominate(cast: RosterCast, name: str = "Nguyễn Văn Đức", *, unit: Unit | None = None, **more: Any) -> Nomination:
    return add_nomination(
        plan=cast.province.plan,
        quota_id=cast.quota.pk,
        unit=unit or cast.province.binh_son,
        details=person(name, **more),
        actor=cast.province.hoa,
    )


def test_a_nominee_takes_a_place_and_is_logged(cast: RosterCast) -> None:
    alice = cast.province.alice
    nomination = add_nomination(
        plan=cast.province.plan,
        quota_id=cast.quota.pk,
        unit=cast.province.binh_son,
        details=person(class_name="Lớp tháng 3"),
        actor=alice,
    )
    row = Nomination.objects.select_related("person").get()
    assert (row.pk, row.version, row.illustrative, row.class_name) == (nomination.pk, 1, False, "Lớp tháng 3")
    assert (row.person.full_name, row.person.birth, row.person.unit) == (
        "Nguyễn Văn Đức",
        PartialDate(1984, 12, 5),
        cast.province.binh_son,
    )
    changes = {change.field: change for change in Change.objects.filter(table="nomination")}
    assert changes["full_name"].new == "Nguyễn Văn Đức"
    assert changes["birth"].new == "05/12/1984"
    assert {change.actor for change in changes.values()} == {alice}
    assert {change.unit for change in changes.values()} == {cast.province.binh_son}
    assert len({change.batch for change in changes.values()}) == 1


def test_the_log_keeps_no_ethnicity(cast: RosterCast) -> None:
    nomination = nominate(cast)
    edit_nomination(
        plan=cast.province.plan,
        nomination=nomination,
        details=person(ethnicity="Kinh"),
        version=1,
        actor=cast.province.alice,
    )
    changes = Change.objects.filter(field="ethnicity").order_by("pk")
    assert [(change.old, change.new) for change in changes] == [("", "•••"), ("•••", "•••")]
    assert not Change.objects.filter(new__in=("Hrê", "Kinh")).exists()


def test_beyond_the_places_only_the_reserve_list_takes_a_name(cast: RosterCast) -> None:
    nominate(cast, "Nguyễn Văn A")
    nominate(cast, "Nguyễn Văn B")
    with pytest.raises(Refused) as refusal:
        nominate(cast, "Nguyễn Văn C")
    assert refusal.value.field == "reserve"
    assert "được phân bổ 2 chỉ tiêu" in refusal.value.message
    assert "đã cử 2 người" in refusal.value.message
    assert Nomination.objects.count() == 2
    assert Person.objects.count() == 2
    assert nominate(cast, "Nguyễn Văn C", reserve=True).reserve


def test_a_reserve_moves_up_only_into_a_free_place(cast: RosterCast) -> None:
    first = nominate(cast, "Nguyễn Văn A")
    nominate(cast, "Nguyễn Văn B")
    spare = nominate(cast, "Nguyễn Văn C", reserve=True)

    def move_up() -> Nomination:
        return edit_nomination(
            plan=cast.province.plan,
            nomination=spare,
            details=person("Nguyễn Văn C"),
            version=1,
            actor=cast.province.alice,
        )

    with pytest.raises(Refused) as refusal:
        move_up()
    assert refusal.value.field == "reserve"
    remove_nomination(plan=cast.province.plan, nomination=first, version=1, actor=cast.province.alice)
    assert not move_up().reserve


def test_nobody_is_nominated_before_anything_is_allocated(cast: RosterCast) -> None:
    give(cast.quota, cast.province.binh_son, None)
    give(cast.quota, cast.province.son_tinh, None)
    for reserve in (False, True):
        with pytest.raises(Refused, match="chưa được phân bổ") as refusal:
            nominate(cast, reserve=reserve)
        assert refusal.value.field == "quota"
    assert not Person.objects.exists()


def test_a_unit_without_places_has_a_reserve_list_only(cast: RosterCast) -> None:
    give(cast.quota, cast.province.son_tinh, None)
    with pytest.raises(Refused, match="được phân bổ 0 chỉ tiêu"):
        nominate(cast, unit=cast.province.son_tinh)
    assert nominate(cast, unit=cast.province.son_tinh, reserve=True).reserve


def test_a_note_can_be_changed_after_the_places_were_lowered(cast: RosterCast) -> None:
    nominate(cast, "Nguyễn Văn A")
    nomination = nominate(cast, "Nguyễn Văn B")
    give(cast.quota, cast.province.binh_son, 1)
    edited = edit_nomination(
        plan=cast.province.plan,
        nomination=nomination,
        details=person("Nguyễn Văn B", note="đi đợt 2"),
        version=1,
        actor=cast.province.alice,
    )
    assert edited.note == "đi đợt 2"


def test_the_same_person_is_once_on_a_roster(cast: RosterCast) -> None:
    nominate(cast, "Nguyễn Văn Đức")
    for reserve in (False, True):
        with pytest.raises(Refused, match=r"sinh 05/12/1984, Huyện ủy Bình Sơn.*đã có trong danh sách này"):
            nominate(cast, "NGUYỄN  văn Đức", reserve=reserve)
    assert Nomination.objects.count() == 1


@pytest.mark.parametrize("birth", [PartialDate(1984), PartialDate(1985, 12, 5)])
def test_a_namesake_of_another_birth_is_another_person(cast: RosterCast, birth: PartialDate) -> None:
    nominate(cast)
    nominate(cast, birth=birth)
    assert Person.objects.count() == 2


def test_a_namesake_of_another_unit_is_another_person(cast: RosterCast) -> None:
    nominate(cast)
    nominate(cast, unit=cast.province.son_tinh)
    assert Person.objects.count() == 2


def test_a_known_person_is_confirmed_before_she_is_nominated_again(cast: RosterCast) -> None:
    other = make_roster(cast.province, 7)
    give(other.quota, cast.province.binh_son, 1)
    known = nominate(cast).person
    plan = cast.province.plan

    def again(confirmed: int | None) -> Nomination:
        return add_nomination(
            plan=plan,
            quota_id=other.quota.pk,
            unit=cast.province.binh_son,
            details=person(job_title="Bí thư"),
            actor=cast.province.alice,
            confirmed=confirmed,
        )

    with pytest.raises(
        Unconfirmed, match=r"05/12/1984, Huyện ủy Bình Sơn\) đã có trong danh sách «Lớp 6» năm 2024"
    ) as ask:
        again(None)
    assert ask.value.person_id == known.pk
    with pytest.raises(Unconfirmed):
        again(known.pk + 1)
    assert Nomination.objects.count() == 1
    assert again(known.pk).person == known
    known.refresh_from_db()
    assert known.job_title == "Bí thư"


def test_what_changes_of_a_person_makes_her_other_forms_stale(cast: RosterCast) -> None:
    other = make_roster(cast.province, 7)
    give(other.quota, cast.province.binh_son, 1)
    first = nominate(cast)
    add_nomination(
        plan=cast.province.plan,
        quota_id=other.quota.pk,
        unit=cast.province.binh_son,
        details=person(job_title="Bí thư"),
        actor=cast.province.alice,
        confirmed=first.person_id,
    )
    with pytest.raises(Stale):
        edit_nomination(
            plan=cast.province.plan,
            nomination=first,
            details=person(note="đợt 1"),
            version=1,
            actor=cast.province.alice,
        )


def test_a_stale_form_is_refused_with_both_values(cast: RosterCast) -> None:
    nomination = nominate(cast)
    plan = cast.province.plan
    edit_nomination(
        plan=plan, nomination=nomination, details=person(note="của Ái"), version=1, actor=cast.province.alice
    )
    with pytest.raises(Stale, match="Nguyễn Thị Ái") as stale:
        edit_nomination(
            plan=plan, nomination=nomination, details=person(note="của Bảo"), version=1, actor=cast.province.bob
        )
    assert stale.value.version == 2
    assert stale.value.differences == (Difference("note", "của Ái", "của Bảo"),)
    assert Nomination.objects.get().note == "của Ái"


def test_another_in_the_place_keeps_the_place_and_leaves_a_trace(cast: RosterCast) -> None:
    nomination = nominate(cast, "Nguyễn Văn A")
    nominate(cast, "Nguyễn Văn B")
    edit_nomination(
        plan=cast.province.plan,
        nomination=nomination,
        details=person("Trần Thị C", PartialDate(1986)),
        version=1,
        actor=cast.province.alice,
    )
    nomination.refresh_from_db()
    assert (nomination.person.full_name, nomination.person.birth) == ("Trần Thị C", PartialDate(1986))
    assert Change.objects.filter(field="full_name", old="Nguyễn Văn A", new="Trần Thị C").count() == 1


def test_another_in_the_place_does_not_rename_the_first_on_other_rosters(cast: RosterCast) -> None:
    other = make_roster(cast.province, 7)
    give(other.quota, cast.province.binh_son, 1)
    first = nominate(cast, "Nguyễn Văn A")
    second = add_nomination(
        plan=cast.province.plan,
        quota_id=other.quota.pk,
        unit=cast.province.binh_son,
        details=person("Nguyễn Văn A"),
        actor=cast.province.alice,
        confirmed=first.person_id,
    )
    edit_nomination(
        plan=cast.province.plan,
        nomination=second,
        details=person("Trần Thị C"),
        version=1,
        actor=cast.province.alice,
    )
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.person.full_name, second.person.full_name) == ("Nguyễn Văn A", "Trần Thị C")


def test_an_issued_plan_keeps_its_people_as_they_were(cast: RosterCast) -> None:
    first = nominate(cast)
    Plan.objects.filter(pk=cast.province.plan.pk).update(state=Plan.State.ISSUED)
    next_plan = Plan.objects.create(year=2025, subject="…", parent_body="TỈNH ỦY", issuing_body="BTV", place="QN")
    cast.province.binh_son.participations.create(
        plan=next_plan, group=cast.province.binh_son.participations.get().group, position=1
    )
    programme = next_plan.programmes.create(
        key="cao-cap", code="1", name="Cao cấp", short_name="Cao cấp", nature="training", position=1
    )
    quota = programme.quotas.create(key="q", position=1, name="Lớp", short_name="Lớp", number=1)
    give(quota, cast.province.binh_son, 1)
    later = add_nomination(
        plan=next_plan,
        quota_id=quota.pk,
        unit=cast.province.binh_son,
        details=person(job_title="Bí thư"),
        actor=cast.province.alice,
        confirmed=first.person_id,
    )
    first.person.refresh_from_db()
    assert (first.person.job_title, later.person.job_title) == ("Phó Bí thư", "Bí thư")


def test_who_is_taken_off_frees_the_place_and_stays_in_the_log_alone(cast: RosterCast) -> None:
    nomination = nominate(cast)
    with pytest.raises(Stale):
        remove_nomination(plan=cast.province.plan, nomination=nomination, version=7, actor=cast.province.alice)
    remove_nomination(
        plan=cast.province.plan, nomination=nomination, version=1, actor=cast.province.alice, reason="chuyển công tác"
    )
    assert not Nomination.objects.exists()
    assert not Person.objects.exists()
    change = Change.objects.filter(field="full_name").latest("pk")
    assert (change.old, change.new, change.reason) == ("Nguyễn Văn Đức", "", "chuyển công tác")
    with pytest.raises(Refused, match="vừa được người khác bỏ"):
        remove_nomination(plan=cast.province.plan, nomination=nomination, version=1, actor=cast.province.alice)


@pytest.mark.parametrize("state", [Plan.State.SUBMITTED, Plan.State.ISSUED, Plan.State.CLOSED])
def test_a_frozen_plan_takes_nobody_on_or_off(cast: RosterCast, state: Plan.State) -> None:
    nomination = nominate(cast)
    Plan.objects.filter(pk=cast.province.plan.pk).update(state=state)
    plan = cast.province.plan  # as read before it was frozen
    with pytest.raises(Refused, match="đã khóa"):
        nominate(cast, "Nguyễn Văn B")
    with pytest.raises(Refused, match="đã khóa"):
        edit_nomination(
            plan=plan, nomination=nomination, details=person(note="x"), version=1, actor=cast.province.alice
        )
    with pytest.raises(Refused, match="đã khóa"):
        remove_nomination(plan=plan, nomination=nomination, version=1, actor=cast.province.alice)
    assert details_of(Nomination.objects.get()) == person()


def test_nobody_nominates_for_another_unit(cast: RosterCast) -> None:
    nomination = nominate(cast)
    charlie = cast.province.charlie
    with pytest.raises(Refused, match="chính đơn vị"):
        edit_nomination(
            plan=cast.province.plan, nomination=nomination, details=person(note="x"), version=1, actor=charlie
        )
    with pytest.raises(Refused, match="chính đơn vị"):
        add_nomination(
            plan=cast.province.plan,
            quota_id=cast.quota.pk,
            unit=cast.province.binh_son,
            details=person("Lê Văn X"),
            actor=charlie,
        )


def test_an_illustrative_row_is_not_so_any_more_once_a_person_wrote_it(cast: RosterCast) -> None:
    nomination = nominate(cast)
    Nomination.objects.update(illustrative=True)
    Person.objects.update(illustrative=True)
    edit_nomination(
        plan=cast.province.plan, nomination=nomination, details=person(note="x"), version=1, actor=cast.province.alice
    )
    assert not Nomination.objects.get().illustrative
    assert not Person.objects.get().illustrative


def test_a_quota_of_another_plan_or_none_is_refused(cast: RosterCast) -> None:
    for quota_id in (0, 10**12):
        with pytest.raises(Refused, match="không thuộc kế hoạch"):
            add_nomination(
                plan=cast.province.plan,
                quota_id=quota_id,
                unit=cast.province.binh_son,
                details=person(),
                actor=cast.province.hoa,
            )
