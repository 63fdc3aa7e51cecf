"""People in the back office and in files: a frozen plan keeps their records, a roster's form writes over no change."""

import pytest
from django.test import Client
from django.urls import reverse

from quotas.models import Person
from quotas.services.nominations import edit_nomination
from tests.office import changes, problems, sheet, signed_in, upload
from tests.quotas.rosters_cast import RosterCast, make_cast, person
from tests.quotas.test_nominations import nominate
from trainingplan.models import Plan
from trainingplan.services.refusals import Stale

HEADS = ["Mã", "Khóa đơn vị", "Họ và tên", "Giới tính", "Ngày sinh", "Chức vụ"]


@pytest.fixture
def cast(db: None) -> RosterCast:
    return make_cast()


@pytest.fixture
def office(cast: RosterCast) -> Client:
    return signed_in(cast.province.hoa)


def page_of(cast: RosterCast, job_title: str) -> dict[str, object]:
    ours = {"unit": cast.province.binh_son.pk, "full_name": "Nguyễn Văn Đức", "sex": "male", "birth": "05/12/1984"}
    return ours | {"job_title": job_title, "ethnicity": "Hrê", "education": ""}


def url(record: Person) -> str:
    return reverse("admin:quotas_person_change", args=[record.pk])


def row(record: Person, job_title: str) -> list[object]:
    return [record.pk, "huyen-uy-binh-son", "Nguyễn Văn Đức", "nam", "05/12/1984", job_title]


def test_what_the_back_office_changed_of_a_person_makes_the_roster_s_form_stale(
    office: Client, cast: RosterCast
) -> None:
    nomination = nominate(cast)
    told = {"plan": cast.province.plan, "nomination": nomination, "actor": cast.province.alice}
    assert office.post(url(nomination.person), page_of(cast, "Bí thư")).status_code == 302
    with pytest.raises(Stale):
        edit_nomination(details=person(note="đợt 1"), version=1, **told)  # type: ignore[arg-type]
    assert Person.objects.get().job_title == "Bí thư"
    assert office.post(url(nomination.person), page_of(cast, "Bí thư")).status_code == 302
    nomination.refresh_from_db()
    assert nomination.version == 2, "nothing was changed by the second save"


def test_so_does_a_file(office: Client, cast: RosterCast) -> None:
    nomination = nominate(cast)
    shown = upload(office, Person, sheet(HEADS, row(nomination.person, "Bí thư")))
    office.post(reverse("admin:quotas_person_process_import"), {"token": shown.context["token"]})
    nomination.refresh_from_db()
    assert (nomination.person.job_title, nomination.version) == ("Bí thư", 2)


def test_the_people_of_a_frozen_plan_stay_as_they_were(office: Client, cast: RosterCast) -> None:
    record = nominate(cast).person
    Plan.objects.update(state=Plan.State.ISSUED)
    assert office.post(url(record), page_of(cast, "Bí thư")).status_code == 403
    assert "hồ sơ được giữ nguyên" in office.get(url(record)).content.decode()
    changed, same = sheet(HEADS, row(record, "Bí thư")), sheet(HEADS, row(record, record.job_title))
    ((line, column, message),) = problems(upload(office, Person, changed))
    assert (line, column) == (2, "Mã")
    assert "hồ sơ được giữ nguyên" in message
    assert changes(upload(office, Person, same)) == [], "what does not change is no complaint"
    assert Person.objects.get().job_title == "Phó Bí thư"
