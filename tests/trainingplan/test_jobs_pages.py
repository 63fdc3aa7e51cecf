"""The pages of jobs: how one stands in words, who sees it, and who may fetch what it found."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.cast import Province, make_user
from tests.office import signed_in, visible_text
from trainingplan.job_list import state_of
from trainingplan.models import Job, Role, User
from trainingplan.services.jobs import run_job, start_job
from trainingplan.services.running import Running

KINDS = {"thu": f"{__name__}.leave_a_file"}


def leave_a_file(run: Running) -> None:
    run.keep_file("Kết quả.txt", b"a", "text/plain")
    run.say("Có 3 dòng.")


@pytest.fixture(autouse=True)
def _kinds() -> Iterator[None]:
    with override_settings(JOB_KINDS=KINDS):
        yield


def asked(province: Province, actor: User, *, of_plan: bool = True) -> Job:
    return start_job(kind="thu", title="Thử", params={}, plan=province.plan if of_plan else None, actor=actor)


def status(user: User, address: str) -> int:
    reply = signed_in(user).get(address)
    assert reply.getvalue() or not reply.streaming  # read to its end, the file is closed
    return reply.status_code


def test_a_job_that_waits_long_says_what_may_be_the_matter(province: Province) -> None:
    job = asked(province, province.alice)
    assert state_of(job).words == "Đang chờ máy xử lý."
    Job.objects.update(queued_at=timezone.now() - timedelta(minutes=2), asked_at=timezone.now() - timedelta(minutes=2))
    state = signed_in(province.alice).get(f"/viec-nen/{job.pk}/trang-thai/").json()
    assert "chưa chạy" in state["words"]
    assert state["elapsed"].startswith("2 phút 0")
    assert state["pending"] is True


def test_results_are_the_asker_s_and_of_a_plan_the_board_s(province: Province) -> None:
    admin, manager = make_user("quan", "Quản Trị", Role.ADMIN), make_user("ql", "Quản Lý", Role.MANAGER)
    job = run_job(asked(province, province.alice))
    page, file = f"/viec-nen/{job.pk}/", f"/viec-nen/{job.pk}/ket-qua/1/"
    people = (province.alice, province.bob, province.charlie, province.hoa, admin, manager)
    assert [status(user, page) for user in people] == [200, 404, 404, 200, 200, 404]
    assert [status(user, file) for user in people] == [200, 404, 404, 200, 404, 404]
    assert "Có 3 dòng." not in visible_text(signed_in(admin).get(page).content.decode())
    assert status(province.alice, f"/viec-nen/{job.pk}/ket-qua/2/") == 404
    own = run_job(asked(province, admin, of_plan=False))
    assert [status(user, f"/viec-nen/{own.pk}/ket-qua/1/") for user in (admin, province.hoa)] == [200, 404]


def test_who_has_changed_unit_gets_nothing_of_the_old_one(province: Province) -> None:
    job = run_job(asked(province, province.alice))
    province.alice.unit = province.son_tinh
    province.alice.save()
    client = signed_in(province.alice)
    assert client.get(f"/viec-nen/{job.pk}/ket-qua/1/").status_code == 404
    assert "Kết quả.txt" not in client.get(f"/viec-nen/{job.pk}/").content.decode()


def test_a_job_is_cancelled_from_its_page_without_a_script(province: Province) -> None:
    job = asked(province, province.alice)
    client = signed_in(province.alice)
    assert "Hủy việc này" in client.get(f"/viec-nen/{job.pk}/").content.decode()
    page = visible_text(client.post(f"/viec-nen/{job.pk}/huy/", follow=True).content.decode())
    assert "Đã hủy theo yêu cầu" in page
    again = visible_text(client.post(f"/viec-nen/{job.pk}/huy/", follow=True).content.decode())
    assert "Không hủy được nữa" in again


def test_the_list_costs_the_same_for_many(province: Province, client: Client) -> None:
    client.force_login(province.hoa)
    assert "no-store" in client.get("/viec-nen/").headers["Cache-Control"]
    counts = []
    for _ in range(2):
        asked(province, province.alice)
        asked(province, province.charlie)
        with CaptureQueriesContext(connection) as captured:
            client.get("/viec-nen/")
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 20


def test_progress_costs_two_writings_however_often_it_is_told(province: Province) -> None:
    job = asked(province, province.alice)
    Job.objects.update(state=Job.State.RUNNING)
    running = Running(Job.objects.get(pk=job.pk))
    with CaptureQueriesContext(connection) as captured:
        running.progress(0, 500)
        for step in range(200):
            running.progress(step, 500)
    assert len(captured) <= 4
