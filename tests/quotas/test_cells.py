"""Saving cells: what is stored, what is refused with which words, and what the log keeps."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from quotas.models import Allocation, Nomination, Person, Registration, Response
from quotas.services.cells import CellInput, CellResult, Outcome, save_allocations, save_registrations
from quotas.services.responses import send_response
from tests.cast import Province
from trainingplan.models import Change, Plan
from trainingplan.services.refusals import Refused


def register(province: Province, typed: str, version: int = 0, *, no_need: bool = False) -> CellResult:
    cell = CellInput(province.binh_son.pk, province.kv3.pk, typed, version, no_need)
    (result,) = save_registrations(plan=province.plan, unit=province.binh_son, cells=[cell], actor=province.alice)
    return result


def allocate(province: Province, *cells: CellInput) -> list[CellResult]:
    return save_allocations(plan=province.plan, cells=cells, actor=province.hoa)


def test_a_number_is_stored_with_its_author_and_logged(province: Province) -> None:
    result = register(province, "4")
    assert (result.outcome, result.number, result.version, result.author) == (Outcome.SAVED, 4, 1, "Nguyễn Thị Ái")
    row = Registration.objects.get()
    assert (row.number, row.updated_by, row.illustrative) == (4, province.alice, False)
    change = Change.objects.get(table="registration")
    assert (change.old, change.new, change.actor, change.unit) == ("", "4", province.alice, province.binh_son)
    assert "Huyện ủy Bình Sơn" in change.label
    assert Response.objects.get().state == Response.State.EDITING


def test_grouped_thousands_are_one_number(province: Province) -> None:
    province.kv3.number = 2000
    province.kv3.save()
    assert register(province, "1.960").number == 1960


@pytest.mark.parametrize("typed", ["-1", "1,5", "1.5", "mười", "１２", "1,960", "1000000000000", "1e3", "=1+1", "+4"])
def test_what_is_no_number_is_refused_with_words_and_not_stored(province: Province, typed: str) -> None:
    result = register(province, typed)
    assert result.outcome is Outcome.REFUSED
    assert "«" in result.message
    assert not Registration.objects.exists()
    assert not Change.objects.exists()


def test_more_than_the_provinces_quota_is_refused(province: Province) -> None:
    result = register(province, "46")
    assert result.outcome is Outcome.REFUSED
    assert "45" in result.message
    assert not Registration.objects.exists()


def test_an_open_quota_takes_more_than_its_number(province: Province) -> None:
    province.kv3.open_clause = "và theo nhu cầu đăng ký"
    province.kv3.save()
    assert register(province, "46").outcome is Outcome.SAVED


def test_no_need_is_an_answer_and_excludes_a_number(province: Province) -> None:
    assert register(province, "3", no_need=True).outcome is Outcome.REFUSED
    assert register(province, "", no_need=True).outcome is Outcome.SAVED
    assert Registration.objects.get().no_need
    assert register(province, "2", version=1).number == 2
    assert not Registration.objects.get().no_need


def test_the_second_writer_of_a_cell_is_told_who_wrote_what(province: Province) -> None:
    register(province, "4")
    stale = CellInput(province.binh_son.pk, province.kv3.pk, "6", version=0)
    other = CellInput(province.binh_son.pk, province.hcm.pk, "1", version=0)
    conflict, saved = save_registrations(
        plan=province.plan, unit=province.binh_son, cells=[stale, other], actor=province.bob
    )
    assert conflict.outcome is Outcome.CONFLICT
    assert (conflict.number, conflict.version, conflict.author) == (4, 1, "Nguyễn Thị Ái")
    for part in ("Nguyễn Thị Ái", "«4»", "«6»"):
        assert part in conflict.message
    assert saved.outcome is Outcome.SAVED
    assert Registration.objects.get(quota=province.kv3).number == 4


def test_the_same_number_twice_is_no_conflict_and_no_change(province: Province) -> None:
    register(province, "4")
    assert register(province, "04", version=0).outcome is Outcome.UNCHANGED
    assert Change.objects.filter(table="registration").count() == 1


def test_a_cell_of_another_unit_is_refused(province: Province) -> None:
    cell = CellInput(province.son_tinh.pk, province.kv3.pk, "2")
    (result,) = save_registrations(plan=province.plan, unit=province.binh_son, cells=[cell], actor=province.alice)
    assert result.outcome is Outcome.REFUSED
    assert not Registration.objects.exists()


def test_a_cell_sent_twice_in_one_save_is_refused(province: Province) -> None:
    cells = [CellInput(province.binh_son.pk, province.kv3.pk, typed) for typed in ("1", "2")]
    results = save_registrations(plan=province.plan, unit=province.binh_son, cells=cells, actor=province.alice)
    assert {result.outcome for result in results} == {Outcome.REFUSED}
    assert not Registration.objects.exists()


def test_the_board_too_cannot_send_a_cell_twice(province: Province) -> None:
    cells = [CellInput(province.binh_son.pk, province.hcm.pk, typed) for typed in ("3", "5")]
    assert {result.outcome for result in allocate(province, *cells)} == {Outcome.REFUSED}
    assert not Allocation.objects.exists()


def test_a_closed_round_refuses_the_whole_save(province: Province) -> None:
    Plan.objects.update(registration_closes_at=timezone.now() - timedelta(hours=1))
    province.plan.refresh_from_db()
    with pytest.raises(Refused, match="đã kết thúc"):
        register(province, "4")
    assert not Registration.objects.exists()


def test_what_was_sent_is_locked_for_the_unit(province: Province) -> None:
    register(province, "4")
    send_response(plan=province.plan, unit=province.binh_son, actor=province.alice)
    with pytest.raises(Refused, match="đã gửi"):
        register(province, "5", version=1)


def test_nothing_entered_cannot_be_sent(province: Province) -> None:
    with pytest.raises(Refused, match="Chưa có số nào"):
        send_response(plan=province.plan, unit=province.binh_son, actor=province.alice)


def test_the_board_allocates_to_the_ceiling_and_not_one_over(province: Province) -> None:
    first, second = province.binh_son.pk, province.son_tinh.pk
    a, b = allocate(province, CellInput(first, province.hcm.pk, "3"), CellInput(second, province.hcm.pk, "2"))
    assert [a.outcome, b.outcome] == [Outcome.SAVED, Outcome.SAVED]
    (over,) = allocate(province, CellInput(second, province.hcm.pk, "3", version=1))
    assert over.outcome is Outcome.REFUSED
    assert "nhiều nhất có thể là 2" in over.message
    assert sum(row.number or 0 for row in Allocation.objects.all()) == 5


def test_places_move_in_one_save_at_the_ceiling(province: Province) -> None:
    first, second = province.binh_son.pk, province.son_tinh.pk
    allocate(province, CellInput(first, province.hcm.pk, "5"))
    results = allocate(
        province, CellInput(second, province.hcm.pk, "2"), CellInput(first, province.hcm.pk, "3", version=1)
    )
    assert [result.outcome for result in results] == [Outcome.SAVED, Outcome.SAVED]


def test_places_that_people_hold_are_not_taken_away(province: Province) -> None:
    unit = province.binh_son.pk
    allocate(province, CellInput(unit, province.hcm.pk, "2"))
    for name, reserve in (("Nguyễn Văn An", False), ("Trần Thị Bình", True)):
        person = Person.objects.create(unit=province.binh_son, full_name=name, sex=Person.Sex.MALE, birth_year=1985)
        Nomination.objects.create(quota=province.hcm, unit=province.binh_son, person=person, reserve=reserve)
    (refused,) = allocate(province, CellInput(unit, province.hcm.pk, "", version=1))
    assert refused.outcome is Outcome.REFUSED
    assert "đã cử 1 người" in refused.message
    (saved,) = allocate(province, CellInput(unit, province.hcm.pk, "1", version=1))
    assert saved.outcome is Outcome.SAVED


def test_only_the_board_allocates(province: Province) -> None:
    with pytest.raises(Refused):
        save_allocations(
            plan=province.plan, cells=[CellInput(province.binh_son.pk, province.hcm.pk, "1")], actor=province.alice
        )


def test_a_frozen_plan_takes_no_allocation(province: Province) -> None:
    Plan.objects.update(state=Plan.State.ISSUED)  # by somebody else: the caller's own copy is older
    with pytest.raises(Refused, match="Đã ban hành"):
        allocate(province, CellInput(province.binh_son.pk, province.hcm.pk, "1"))


def test_a_quota_of_another_plan_is_refused(province: Province) -> None:
    other = Plan.objects.create(year=2025, subject="x", parent_body="x", issuing_body="x", place="x")
    (result,) = save_allocations(
        plan=other, cells=[CellInput(province.binh_son.pk, province.hcm.pk, "1")], actor=province.hoa
    )
    assert result.outcome is Outcome.REFUSED
    assert not Allocation.objects.exists()


def test_a_save_asks_the_same_queries_for_one_cell_and_for_many(
    province: Province, django_assert_num_queries: object
) -> None:
    with CaptureQueriesContext(connection) as one:
        allocate(province, CellInput(province.binh_son.pk, province.hcm.pk, "1"))
    with CaptureQueriesContext(connection) as many:
        allocate(
            province,
            CellInput(province.binh_son.pk, province.hcm.pk, "2", version=1),
            CellInput(province.son_tinh.pk, province.hcm.pk, "1"),
            CellInput(province.binh_son.pk, province.kv3.pk, "7"),
            CellInput(province.son_tinh.pk, province.kv3.pk, "8"),
        )
    assert len(one) == len(many)


def test_a_cell_of_another_unit_is_refused_and_its_number_not_told(province: Province) -> None:
    theirs = CellInput(province.son_tinh.pk, province.kv3.pk, "7")
    save_registrations(plan=province.plan, unit=province.son_tinh, cells=[theirs], actor=province.charlie)
    (told,) = save_registrations(plan=province.plan, unit=province.binh_son, cells=[theirs], actor=province.alice)
    assert (told.outcome, told.number, told.version, told.author, told.at) == (Outcome.REFUSED, None, 0, "", None)
    assert Registration.objects.get().number == 7


def test_a_form_whose_numbers_were_all_taken_out_again_is_not_sent(province: Province) -> None:
    register(province, "4")
    register(province, "", version=1)
    with pytest.raises(Refused, match="Chưa có số nào để gửi"):
        send_response(plan=province.plan, unit=province.binh_son, actor=province.alice)


def test_what_a_unit_has_sent_itself_is_no_illustration(province: Province) -> None:
    register(province, "4")
    Response.objects.update(illustrative=True)
    send_response(plan=province.plan, unit=province.binh_son, actor=province.alice)
    assert not Response.objects.get().illustrative
