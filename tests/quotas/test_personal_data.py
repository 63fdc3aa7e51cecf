"""Protected data of people: who reads it is logged, one person's data is shown whole, and forgotten in time."""

import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from quotas.models import Nomination, Person
from quotas.resources.nominations import NominationResource
from quotas.services.nominations import add_nomination
from quotas.services.retention import NOBODY, forget_people
from tests.batches import applied, previewed
from tests.office import signed_in, somebody
from tests.quotas.rosters_cast import RosterCast, give, make_cast, person
from trainingplan.models import Change, PersonalRead, Plan, Role, User
from trainingplan.readings import note_people, watching_people
from trainingplan.services.jobs import run_job, start_job
from trainingplan.services.readings import log_reading, readings_of


@pytest.fixture
def cast(db: None) -> RosterCast:
    return make_cast()


@pytest.fixture
def nominee(cast: RosterCast) -> Nomination:
    province = cast.province
    give(cast.quota, province.binh_son, 3)
    first, last = (
        add_nomination(
            plan=province.plan,
            quota_id=cast.quota.pk,
            unit=province.binh_son,
            details=person(name),
            actor=province.alice,
        )
        for name in ("Đinh Văn Ích", "Phạm Văn Ôn")
    )
    assert first.pk != last.pk
    return last


def doors_of(user: User) -> list[tuple[str, int]]:
    return list(PersonalRead.objects.filter(user=user).order_by("pk").values_list("door", "count"))


def test_a_page_with_unmasked_data_leaves_one_line_and_a_masked_one_none(cast: RosterCast, nominee: Nomination) -> None:
    province = cast.province
    roster = reverse("roster", args=[2024, cast.appendix.number])
    assert "Hrê" in signed_in(province.hoa).get(roster).content.decode()
    assert doors_of(province.hoa) == [("Danh sách cử đi", 2)]
    school = somebody(Role.SCHOOL, unit=province.son_tinh)
    assert "Hrê" not in signed_in(school).get(roster).content.decode()
    assert doors_of(school) == []
    signed_in(province.hoa).get(reverse("appendix", args=[2024, cast.appendix.number]))
    signed_in(province.hoa).get(reverse("nomination-edit", args=[2024, cast.appendix.number, nominee.pk]))
    signed_in(province.hoa).get(reverse("admin:quotas_person_change", args=[nominee.person_id]))
    signed_in(province.hoa).get(reverse("nomination-add", args=[2024, cast.appendix.number]))
    signed_in(province.hoa).get(reverse("tasks", args=[2024]))
    assert doors_of(province.hoa)[1:] == [("Phụ lục", 2), ("Danh sách cử đi", 1), ("Danh mục, Quản trị", 1)]
    assert len(readings_of(nominee.person_id)) == 4


def test_the_log_of_readings_is_for_the_board_and_administrators_and_takes_inserts_only(
    cast: RosterCast, nominee: Nomination
) -> None:
    with watching_people() as people:
        note_people([nominee.person_id])
    note_people([1])
    read = log_reading(user=cast.province.hoa, door="Phụ lục", address="/x/", people=people)
    page = signed_in(somebody(Role.ADMIN)).get(reverse("personal-reads")).content.decode()
    assert "Phạm Thị Hoa (hoa)" in page
    for change in (lambda: PersonalRead.objects.update(door="khác"), read.delete):
        with pytest.raises(DatabaseError, match="chỉ được ghi thêm"), transaction.atomic():
            change()


def test_one_page_and_one_file_tell_all_that_is_kept_of_a_person(cast: RosterCast, nominee: Nomination) -> None:
    client = signed_in(cast.province.hoa)
    found = client.get(reverse("people"), {"q": "pham on"}).content.decode()
    assert reverse("person-data", args=[nominee.person_id]) in found
    page = client.get(reverse("person-data", args=[nominee.person_id])).content.decode()
    for words in ("Phạm Văn Ôn", "Hrê", "Phó Bí thư", cast.quota.name, "Ai đã đọc"):
        assert words in page
    book = load_workbook(io.BytesIO(client.get(reverse("person-file", args=[nominee.person_id])).content))
    cells = {cell.value for sheet in book for row in sheet for cell in row}
    assert {"Phạm Văn Ôn", "Hrê"} <= cells
    assert book.sheetnames == ["Dữ liệu", "Danh sách 1", "Nhật ký", "Tệp đã nhập"]
    assert client.get(reverse("person-data", args=[nominee.person_id + 999])).status_code == 404


@override_settings(PEOPLE_KEPT_YEARS=1)
def test_people_of_plans_closed_long_ago_are_forgotten_and_no_others(cast: RosterCast, nominee: Nomination) -> None:
    plan = cast.province.plan
    assert forget_people(actor=None, dry_run=True) == 0
    Plan.objects.filter(pk=plan.pk).update(state=Plan.State.CLOSED)
    if timezone.localdate().year - 1 <= plan.year:
        Plan.objects.filter(pk=plan.pk).update(year=timezone.localdate().year - 5)
    other = Person.objects.create(unit=cast.province.binh_son, full_name="Lê Còn", sex="male")
    call_command("forget_people", "--dry-run")
    assert Person.objects.filter(full_name=NOBODY).count() == 0
    call_command("forget_people")
    gone = Person.objects.get(pk=nominee.person_id)
    assert (gone.full_name, gone.ethnicity, gone.job_title, gone.birth) == (NOBODY, "", "", None)
    assert Person.objects.get(pk=other.pk).full_name == "Lê Còn"
    change = Change.objects.filter(reason__contains="thời hạn lưu").first()
    assert change is not None
    assert "Phạm" not in f"{change.label}{change.old}{change.new}"
    assert forget_people(actor=None) == 0


def test_a_plan_that_is_not_closed_long_enough_keeps_its_people(cast: RosterCast, nominee: Nomination) -> None:
    Plan.objects.update(state=Plan.State.CLOSED, year=(timezone.localdate() - timedelta(days=400)).year)
    assert forget_people(actor=None) == 0


def test_who_looks_at_another_s_batch_or_takes_its_file_is_noted(cast: RosterCast, nominee: Nomination) -> None:
    hoa, other = cast.province.hoa, somebody(Role.BOARD)
    heads = ["Mã", "Họ và tên", "Dân tộc"]
    batch = previewed("can-bo-theo-ma", hoa, heads, [nominee.person_id, "Phạm Văn Ôn", "Co"])
    page, file = (reverse(name, args=[batch.uuid]) for name in ("import-batch", "import-upload"))
    assert "Hrê" in signed_in(other).get(page).content.decode()
    signed_in(other).get(file)
    applied(batch, hoa)
    assert "Hrê" in signed_in(other).get(page).content.decode()
    signed_in(other).get(file)
    assert [count for _, count in doors_of(other)] == [1, 1, 1, 1]
    assert len(readings_of(nominee.person_id)) == 4


def test_the_file_of_a_nominee_names_the_person_and_not_the_place(cast: RosterCast, nominee: Nomination) -> None:
    with watching_people() as people:
        NominationResource(reader=cast.province.hoa).export(queryset=Nomination.objects.filter(pk=nominee.pk))
    assert people == {nominee.person_id}


def test_who_takes_the_result_of_another_s_job_is_noted(cast: RosterCast, nominee: Nomination) -> None:
    hoa, other = cast.province.hoa, somebody(Role.BOARD)
    Nomination.objects.exclude(pk=nominee.pk).delete()
    job = start_job(kind="phieu-dang-ky", title="Phiếu", params={}, plan=cast.province.plan, actor=other)
    assert run_job(job).state == "done"
    taken = signed_in(hoa).get(reverse("job-file", args=[job.pk, 1]))
    assert taken.status_code == 200
    assert b"".join(taken.streaming_content)  # type: ignore[attr-defined]
    assert doors_of(hoa) == [("Việc nền", 1)]
    assert len(readings_of(nominee.person_id)) == 2
