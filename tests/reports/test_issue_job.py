"""The issue as a job: two clicks are one, and only what was read is issued, whatever happens before it is done."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from reports.jobs.issue import start_issue
from reports.models import Version
from reports.services.submittals import recall_plan
from reports.services.versions import check_issue
from tests.issuing import Office, paper
from tests.office import signed_in, visible_text
from trainingplan.models import Job, Plan
from trainingplan.rules.dates import format_date
from trainingplan.services.jobs import cancel_job, run_job
from trainingplan.services.refusals import Refused
from trainingplan.services.running import Running

pytestmark = pytest.mark.usefixtures("quick_files")
PAGE = "/2024/ke-hoach/trinh-ban-hanh/"


def publish(client: Client, office: Office, who: Any) -> str:
    """Where the page leads that was asked to publish."""
    typed = {
        "number": "12",
        "issued_on": format_date(timezone.localdate()),
        "signer_title": "PHÓ BÍ THƯ",
        "signer_name": "Nguyễn Văn Ký",
        "right": str(who.pk),
    }
    return str(client.post(f"{PAGE}ban-hanh/", typed).headers["Location"])


def page_of(client: Client, address: str) -> str:
    return visible_text(client.get(address).content.decode())


def test_two_clicks_are_one_issue(office: Office, settings: Any) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}  # a worker will do it
    office.submit()
    leader, colleague = signed_in(office.leader), signed_in(office.colleague)
    first = publish(leader, office, office.leader)
    assert first == publish(leader, office, office.leader)
    assert publish(colleague, office, office.colleague) == PAGE
    assert "Lê Văn Lãnh đang ban hành kế hoạch này" in page_of(colleague, PAGE)
    assert "Đang chờ máy xử lý" in page_of(leader, first)
    job = run_job(Job.objects.get())
    assert (job.state, Version.objects.count()) == (Job.State.DONE, 1)
    assert job.done == job.total > 3
    page = page_of(leader, first)
    assert "Đã ban hành kế hoạch số 12-KH/TU." in page
    assert "Xem bản 1 đã ban hành" in page
    assert run_job(job).attempt == 1


def test_what_stands_in_the_way_is_said_at_once(office: Office) -> None:
    with pytest.raises(Refused, match="chưa được trình"):
        check_issue(plan=office.plan, paper=paper(), actor=office.leader, right_of=office.leader)
    office.submit()
    waiting = check_issue(plan=office.plan, paper=paper(), actor=office.leader, right_of=office.leader)
    assert (waiting.number, Job.objects.exists(), Version.objects.exists()) == (1, False, False)


def started(office: Office) -> Job:
    office.submit()
    return start_issue(plan=office.plan, paper=paper(), actor=office.leader, right_of=office.leader)


def test_what_was_recalled_meanwhile_is_not_issued(office: Office) -> None:
    job = started(office)
    recall_plan(plan=office.plan, reason="Sửa số", actor=office.province.hoa)
    job = run_job(job)
    assert job.state == Job.State.FAILED
    assert "chưa được trình" in job.error
    assert not Version.objects.exists()


def test_another_submittal_than_was_read_is_not_issued(office: Office) -> None:
    job = started(office)
    recall_plan(plan=office.plan, reason="Sửa số", actor=office.province.hoa)
    office.submit()
    job = run_job(job)
    assert "rút về và trình lại" in job.error
    assert (Version.objects.exists(), office.plan.state) == (False, Plan.State.SUBMITTED)
    page = signed_in(office.leader).get(f"/viec-nen/{job.pk}/").content.decode()
    assert f'href="{PAGE}"' in page


def test_whose_right_ended_meanwhile_issues_nothing(office: Office) -> None:
    job = started(office)
    type(office.leader).objects.filter(pk=office.leader.pk).update(role="board")
    assert "không có quyền ban hành" in run_job(job).error
    assert not Version.objects.exists()


def test_an_issue_is_cancelled_while_its_files_are_made(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    job = started(office)
    told = Running.progress

    def cancelled(self: Running, *step: Any) -> None:
        cancel_job(job=job, actor=office.leader)
        self.write()
        told(self, *step)

    monkeypatch.setattr(Running, "progress", cancelled)
    assert run_job(job).state == Job.State.CANCELLED
    assert (Version.objects.exists(), office.plan.state) == (False, Plan.State.SUBMITTED)
