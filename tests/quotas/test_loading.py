"""Quotas, cells, answers and rosters from a plan's folder: the plan's own sums, and respect for real rows."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, F, Sum
from django.utils import timezone

from quotas.models import Allocation, Nomination, Person, Quota, Registration, Response
from tests.loaded import ILLUSTRATIVE, LAST_YEAR
from tests.trainingplan.folders import copy, edit, refusal
from trainingplan.models import Plan, Unit

GIVEN = {
    "cao-cap-tap-trung-hoc-vien-hcm": 5,
    "cao-cap-tap-trung-khu-vuc-3": 45,
    "cao-cap-khong-tap-trung": 60,
    "hoan-chinh-cao-cap": 3,
    "quoc-phong-doi-tuong-1": 2,
    "quoc-phong-doi-tuong-2": 49,
    "quoc-phong-doi-tuong-3": 800,
    "quoc-phong-chuc-sac": 135,
    "dai-hoc": 6,
    "sau-dai-hoc": 36,
    "lanh-dao-ban-dang": 1,
    "bi-thu-cap-huyen": 6,
    "cong-tac-cap-uy": 14,
}
ROSTERS = ("dai-hoc", "sau-dai-hoc", "lanh-dao-ban-dang", "bi-thu-cap-huyen", "cong-tac-cap-uy")


def sums(model: type[Allocation] | type[Registration], plan: Plan) -> dict[str, int]:
    rows = model._default_manager.filter(quota__programme__plan=plan, number__gt=0).order_by()
    return dict(rows.values_list("quota__key").annotate(total=Sum("number", default=0)))


def test_illustrative_allocations_sum_to_the_plan(plan_2024: Plan) -> None:
    assert sums(Allocation, plan_2024) == GIVEN
    numbers = Quota.objects.filter(programme__plan=plan_2024, key__in=GIVEN).values_list("key", "number")
    assert dict(numbers) == GIVEN
    assert not Allocation.objects.filter(illustrative=False).exists()


def test_more_is_registered_than_given_and_not_all_have_answered(plan_2024: Plan) -> None:
    registered = sums(Registration, plan_2024)
    assert sum(registered[key] for key in list(GIVEN)[:4]) > 250
    assert registered["sau-dai-hoc"] == 36
    answers = Response.objects.filter(participant__plan=plan_2024)
    assert set(answers.values_list("state", flat=True)) == {"editing", "sent", "returned", "accepted"}
    assert answers.count() < plan_2024.participants.count()
    silent = plan_2024.participants.filter(response__isnull=True).values("unit")
    assert not Registration.objects.filter(quota__programme__plan=plan_2024, unit__in=silent).exists()
    assert Registration.objects.filter(no_need=True, number__isnull=True).exists()


def test_rosters_are_as_long_as_their_quotas_and_fit_the_allocation(plan_2024: Plan) -> None:
    rows = Nomination.objects.filter(quota__programme__plan=plan_2024).order_by()
    assert dict(rows.values_list("quota__key").annotate(Count("pk"))) == {key: GIVEN[key] for key in ROSTERS}
    given = {
        (quota, unit): number for quota, unit, number in Allocation.objects.values_list("quota_id", "unit_id", "number")
    }
    for quota, unit, people in rows.values_list("quota_id", "unit_id").annotate(Count("pk")):
        assert people <= (given[quota, unit] or 0)


def test_the_people_are_of_both_sexes_and_several_peoples(plan_2024: Plan) -> None:
    people = Person.objects.all()
    assert {person.sex for person in people} == {"male", "female"}
    assert {"Kinh", "H're", "Cor", "Ca Dong"} == {person.ethnicity for person in people}
    assert people.filter(birth_year__isnull=False, birth_month__isnull=True).exists()
    assert people.filter(illustrative=False).count() == 0
    assert all(person.name_sort and person.name_search for person in people)


def test_last_years_figures_come_from_a_plan_that_is_wholly_illustrative(plan_2024: Plan) -> None:
    last = Plan.objects.get(year=2023)
    assert (last.illustrative, last.state) == (True, Plan.State.CLOSED)
    keys = set(Quota.objects.filter(programme__plan=plan_2024).values_list("key", flat=True))
    assert set(sums(Allocation, last)) <= keys
    assert len(sums(Allocation, last)) == 20
    numbers = Quota.objects.filter(programme__plan=last).values_list("key", "number")
    assert dict(numbers) == sums(Allocation, last)


def test_columns_and_institutions_belong_to_their_quotas(plan_2024: Plan) -> None:
    quota = Quota.objects.get(programme__plan=plan_2024, key="hoan-chinh-cao-cap")
    assert {school.key for school in quota.institutions.all()} == {"hoc-vien-hcm", "hoc-vien-khu-vuc-3"}
    assert quota.column
    assert (quota.column.appendix.number, quota.column.head) == (1, "Hoàn chỉnh chương trình")
    without = Quota.objects.get(programme__plan=plan_2024, key="lanh-dao-quan-ly")
    assert (without.number, without.appendix) == (None, None)


def test_a_cell_that_the_board_wrote_is_not_overwritten(plan_2024: Plan) -> None:
    cell = Allocation.objects.filter(quota__programme__plan=plan_2024, quota__key="hoan-chinh-cao-cap")[0]
    Allocation.objects.filter(pk=cell.pk).update(number=0, version=F("version") + 1, illustrative=False)
    call_command("load_plan", ILLUSTRATIVE)
    cell.refresh_from_db()
    assert (cell.number, cell.version, cell.illustrative) == (0, 2, False)


def test_a_folder_gives_no_more_than_there_is(plan_2024: Plan, tmp_path: Path) -> None:
    """Counted with what people have made since; what is held back counts too."""
    folder = copy(ILLUSTRATIVE, tmp_path)
    before = sums(Allocation, plan_2024)
    quota = Quota.objects.filter(programme__plan=plan_2024, key="hoan-chinh-cao-cap")
    quota.update(held=1)
    told = refusal(folder)
    assert "chỉ tiêu «hoan-chinh-cao-cap»: đã phân bổ 3, giữ lại 1, nhiều hơn số lượng 3." in told
    quota.update(held=0)
    edit(folder / "nominations.csv", "dai-hoc,huyen-uy-ba-to", "dai-hoc,huyen-uy-minh-long")
    assert "đơn vị «huyen-uy-minh-long», chỉ tiêu «dai-hoc»: cử " in refusal(folder)
    assert sums(Allocation, plan_2024) == before


def test_an_illustrative_cell_follows_its_file(plan_2024: Plan) -> None:
    cell = Allocation.objects.filter(quota__programme__plan=plan_2024, quota__key="hoan-chinh-cao-cap")[0]
    Allocation.objects.filter(pk=cell.pk).update(number=7)
    call_command("load_plan", ILLUSTRATIVE)
    cell.refresh_from_db()
    assert (cell.number, cell.version) == (1, 2)


def test_no_illustrative_cell_joins_real_ones(plan_2024: Plan) -> None:
    quota = Quota.objects.get(programme__plan=plan_2024, key="hoan-chinh-cao-cap")
    quota.allocations.all().delete()
    unit = Unit.objects.get(key="tinh-doan")
    Allocation.objects.create(quota=quota, unit=unit, number=3, updated_at=timezone.now())
    call_command("load_plan", ILLUSTRATIVE)
    assert [(cell.unit, cell.number) for cell in quota.allocations.all()] == [(unit, 3)]


def test_no_illustrative_person_joins_a_real_roster(plan_2024: Plan) -> None:
    quota = Quota.objects.get(programme__plan=plan_2024, key="dai-hoc")
    removed = quota.nominations.filter(unit__key="huyen-uy-ba-to").get()
    removed.delete()
    Person.objects.filter(pk=removed.person_id).delete()
    quota.nominations.filter(unit__key="so-y-te").update(illustrative=False)
    call_command("load_plan", ILLUSTRATIVE)
    assert quota.nominations.count() == 5
    assert not Person.objects.filter(pk=removed.person_id).exists()


def test_an_answer_belongs_to_its_unit_once_it_is_there(plan_2024: Plan) -> None:
    Response.objects.filter(participant__unit__key="huyen-uy-binh-son").update(state="sent", sent_at=timezone.now())
    call_command("load_plan", ILLUSTRATIVE)
    assert Response.objects.get(participant__unit__key="huyen-uy-binh-son").state == "sent"


@pytest.mark.parametrize(
    ("file", "edited", "message"),
    [
        ("allocations.csv", ("huyen-uy-binh-son,1", "huyen-uy-binh-so,1"), "unit: không có đơn vị tham gia kế hoạch"),
        ("allocations.csv", ("huyen-uy-binh-son,1", "huyen-uy-binh-son,"), "number: chưa có số."),
        ("allocations.csv", ("huyen-uy-binh-son,1", "huyen-uy-binh-son,1.5"), "number: «1.5» không phải số"),
        ("allocations.csv", ("huyen-uy-binh-son,1", "thanh-uy-quang-ngai,1"), "đã có ở dòng"),
        ("registrations.csv", (",,có", ",,"), "number: phải có số, hoặc no_need là «có»"),
        ("registrations.csv", (",,có", ",2,có"), "number: phải có số, hoặc no_need là «có»"),
        ("responses.csv", (",editing", ",edit"), "state: "),
        ("nominations.csv", (",female,", ",nu,"), "sex: "),
        (
            "nominations.csv",
            ("dai-hoc,huyen-uy-ba-to", "dai-hok,huyen-uy-ba-to"),
            "quota: không có chỉ tiêu «dai-hok».",
        ),
    ],
)
def test_errors_in_cells_name_their_line(
    plan_2024: Plan, tmp_path: Path, file: str, edited: tuple[str, str], message: str
) -> None:
    folder = copy(ILLUSTRATIVE, tmp_path)
    edit(folder / file, *edited)
    before = sums(Allocation, plan_2024)
    with pytest.raises(CommandError) as refused:
        call_command("load_plan", folder)
    assert f"2024-minh-hoa/{file}, dòng " in str(refused.value)
    assert message in str(refused.value)
    assert sums(Allocation, plan_2024) == before


def test_the_year_before_is_compared_by_the_same_keys() -> None:
    assert (LAST_YEAR / "quotas.toml").read_text(encoding="utf-8").count("[[quota]]") == 20
