"""Leaders and clerks at once: a plan is issued once, and an edit is in the version or refused."""

from collections.abc import Callable, Iterable
from threading import Event
from typing import Any

import pytest
from django.db import connection

from quotas.locking import Ceilings, lock_ceilings
from quotas.services import cells as cells_service
from quotas.services.cells import save_allocations
from reports.models import Submittal, Version
from reports.rules.compare import digest
from reports.services import versions as versions_service
from reports.services.submittals import recall_plan
from reports.services.versions import issue_plan
from reports.snapshot import take_snapshot
from reports.versions import data_of
from tests.issuing import Office, make_office, make_version, paper
from tests.quotas.test_races import race
from trainingplan.models import Plan, User
from trainingplan.services.refusals import Refused

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("quick_files")]
CELL = "cao-cap/kv3/huyen-uy-son-tinh"


@pytest.fixture
def committed(transactional_db: None) -> Office:
    return make_office()


def tried(act: Callable[[], object]) -> Callable[[], str]:
    """Whether the act was done; nothing but a refusal may come instead."""

    def job() -> str:
        try:
            act()
        except Refused as refused:
            return refused.message
        return "done"

    return job


def issuing(office: Office, leader: User, number: str) -> Callable[[], str]:
    plan = office.plan
    return tried(lambda: issue_plan(plan=plan, paper=paper(number), actor=leader, right_of=leader))


def test_two_leaders_issue_once(committed: Office) -> None:
    """Each has typed a number of his own."""
    committed.submit()
    outcomes = race([issuing(committed, committed.leader, "12"), issuing(committed, committed.colleague, "13")])
    told = sorted(map(str, outcomes), key=lambda outcome: outcome != "done")
    assert told[0] == "done"
    assert "ban hành lúc" in told[1]
    version = Version.objects.get()
    assert committed.plan.number == version.document_number
    assert version.files.count() == version.manifest.count("\n") == 10


def test_a_plan_is_issued_or_recalled_but_not_both(committed: Office) -> None:
    committed.submit()
    hoa, plan = committed.province.hoa, committed.plan
    recalling = tried(lambda: recall_plan(plan=plan, reason="Sửa số", actor=hoa))
    outcomes = race([recalling, issuing(committed, committed.leader, "12")])
    assert sorted(outcome == "done" for outcome in outcomes) == [False, True]
    state = Submittal.objects.get().state
    assert (state == "issued") == Version.objects.exists() == (committed.plan.state == Plan.State.ISSUED)


def test_an_edit_beside_the_submission_is_in_the_version_or_refused(committed: Office) -> None:
    hoa, plan, moved = committed.province.hoa, committed.plan, committed.moved()
    saving = tried(lambda: save_allocations(plan=plan, cells=moved, actor=hoa))

    def submit_and_issue() -> str:
        committed.submit()
        return issuing(committed, committed.leader, "12")()

    saved, issued = race([saving, submit_and_issue])
    assert issued == "done"
    version = Version.objects.get()
    assert data_of(version)["allocation"][CELL]["number"] == (24 if saved == "done" else 25)
    assert digest(take_snapshot(committed.plan)) == version.data_sha256


def save_around(committed: Office, monkeypatch: pytest.MonkeyPatch, *, patience: int) -> tuple[int, int]:
    """A save that saw the plan open and writes after it is issued, if it can; what is live, and what is published."""
    looked, issued = Event(), Event()

    def wait_and_lock(quota_ids: Iterable[int], unit_ids: Iterable[int]) -> Ceilings:
        looked.set()
        issued.wait(timeout=patience)
        return lock_ceilings(quota_ids, unit_ids)

    monkeypatch.setattr(cells_service, "lock_ceilings", wait_and_lock)
    plan, moved, hoa = committed.plan, committed.moved(), committed.province.hoa

    def submit_and_issue() -> str:
        looked.wait(timeout=30)
        committed.submit()
        outcome = issuing(committed, committed.leader, "12")()
        issued.set()
        return outcome

    saving = tried(lambda: save_allocations(plan=plan, cells=moved, actor=hoa))
    assert race([saving, submit_and_issue]) == ["done", "done"]
    versions = (take_snapshot(committed.plan), data_of(Version.objects.get()))
    live, published = (int(data["allocation"][CELL]["number"]) for data in versions)
    return live, published


def test_a_save_that_has_begun_is_waited_for(committed: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    assert save_around(committed, monkeypatch, patience=1) == (24, 24)


@pytest.mark.skipif("sqlite" in str(connection.settings_dict["ENGINE"]), reason="SQLite has one writer at a time")
def test_control_a_plan_that_is_not_held_changes_behind_its_version(
    committed: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If this fails, the test above proves nothing."""
    monkeypatch.setattr(cells_service, "hold_plan", lambda plan: Plan.objects.get(pk=plan.pk))
    assert save_around(committed, monkeypatch, patience=60) == (24, 25)


def test_a_number_that_another_plan_was_given_just_now_is_refused_in_words(
    committed: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have found it free before either wrote."""
    committed.submit()
    hoa, other = committed.province.hoa, Plan.objects.create(year=2025, subject="X", symbol=committed.plan.symbol)
    make_version(other, submitted_by=hoa, issued_by=committed.leader, number="12")
    really, looks = versions_service._check_paper, iter((False, False))  # noqa: SLF001 - its place in time is the test

    def look_too_early(*about: Any) -> None:
        if next(looks, True):
            really(*about)

    monkeypatch.setattr(versions_service, "_check_paper", look_too_early)
    assert issuing(committed, committed.leader, "12")().startswith("Số 12-KH/TU đã dùng trong năm")
    assert (Version.objects.count(), committed.plan.state) == (1, Plan.State.SUBMITTED)


def test_who_was_locked_out_while_the_files_were_made_issues_nothing(
    committed: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    committed.submit()
    render = versions_service._render  # noqa: SLF001 - its place in time is the test

    def locked_out_meanwhile(*about: Any) -> Any:
        User.objects.filter(pk=committed.leader.pk).update(is_active=False)
        return render(*about)

    monkeypatch.setattr(versions_service, "_render", locked_out_meanwhile)
    assert "không có quyền ban hành" in issuing(committed, committed.leader, "12")()
    assert not Version.objects.exists()
