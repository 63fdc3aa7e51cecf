"""Submitting, recalling and issuing a plan: the gates, who may, and what is stored."""

from datetime import date, timedelta
from functools import partial
from hashlib import sha256
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from quotas.models import Approval
from quotas.selectors.approvals import approval_items
from quotas.services.cells import save_allocations
from quotas.services.rounds import begin_allocation
from reports.gates import Gate, examine
from reports.models import Submittal, Version, VersionFile
from reports.rules.compare import canonical_bytes
from reports.services.submittals import (
    give_exception,
    open_amendment,
    recall_plan,
    submit_plan,
    withdraw_exception,
)
from reports.services.versions import issue_plan
from reports.snapshot import take_snapshot
from reports.version_files import check_text
from reports.versions import data_of, find_file, find_version
from tests.issuing import Office, paper
from trainingplan.models import AppendixColumn, Change, Delegation, Plan, Section
from trainingplan.services.refusals import Refused

pytestmark = pytest.mark.usefixtures("quick_files")
FILES = {
    "ke-hoach.html",
    "ke-hoach.docx",
    "ke-hoach.pdf",
    "ke-hoach.txt",
    "phu-luc-1.html",
    "phu-luc-1.xlsx",
    "phu-luc-1.pdf",
    "phu-luc-1.docx",
    "toan-bo.pdf",
    "kiem-tra.txt",
}


def refused(action: Any) -> str:
    with pytest.raises(Refused) as refusal:
        action()
    return refusal.value.message


def test_a_version_holds_data_files_and_names(office: Office) -> None:
    version = office.issued()
    plan = office.plan
    assert (plan.state, plan.number, plan.issued_on) == (Plan.State.ISSUED, "12", version.issued_on)
    assert (plan.signer_title, plan.signer_name) == ("PHÓ BÍ THƯ", "Nguyễn Văn Ký")
    stored = Version.objects.get(pk=version.pk)
    assert (stored.number, stored.kind, stored.document) == (1, "first", "12-KH/TU")
    assert (stored.issued_by_name, stored.submitted_by_name) == ("Lê Văn Lãnh (ky)", "Phạm Thị Hoa (hoa)")
    assert stored.data.encode() == canonical_bytes(take_snapshot(plan))
    assert data_of(stored)["plan"]["2024"]["number"] == "12"
    files = {file.name: file for file in stored.files.all()}
    assert set(files) == FILES
    assert all(sha256(bytes(file.content)).hexdigest() == file.sha256 for file in files.values())
    assert stored.manifest.splitlines() == [f"{file.sha256}  {file.name}" for file in stored.files.order_by("pk")]
    check = find_file(stored, "kiem-tra.txt")
    assert check is not None
    assert "Soát số liệu: đã soát" in check.content.decode()
    assert "Huyện ủy Sơn Tịnh" in check.content.decode()


def test_the_trail_tells_each_step(office: Office) -> None:
    office.submit()
    recall_plan(plan=office.plan, reason="Thiếu căn cứ", actor=office.leader)
    office.issued()
    told = list(Change.objects.filter(table="plan", field="state").order_by("pk").values_list("old", "new", "reason"))
    assert told == [
        ("Phân bổ", "Trình", ""),
        ("Trình", "Phân bổ", "Thiếu căn cứ"),
        ("Phân bổ", "Trình", ""),
        ("Trình", "Đã ban hành", ""),
    ]
    (issued,) = Change.objects.filter(table="version")
    assert issued.new.startswith("số 12-KH/TU ngày ")
    assert Version.objects.get().data_sha256 in issued.new


def test_a_number_below_ten_has_two_digits_on_paper(office: Office) -> None:
    office.submit()
    for wrong in ("0", "00", "007", "5-KH"):
        assert "Số văn bản chỉ gồm chữ số" in refused(partial(office.issue, wrong))
    assert office.issue("5a").document == "05a-KH/TU"


def test_a_second_click_issues_once(office: Office) -> None:
    office.issued()
    assert "đã được Lê Văn Lãnh (ky) ban hành lúc" in refused(office.issue)
    assert Version.objects.count() == 1


def test_a_failing_renderer_leaves_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.submit()
    before = Change.objects.count()
    monkeypatch.setattr("reports.version_files.render_whole", lambda _documents: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        office.issue()
    assert not Version.objects.exists()
    assert not VersionFile.objects.exists()
    assert (office.plan.state, office.plan.number, Change.objects.count()) == (Plan.State.SUBMITTED, "", before)


def test_common_data_that_moves_meanwhile_is_rendered_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name of a unit changes while the files are made: what is stored is of one piece."""
    office.submit()
    names, made = iter(["Tên một", "Tên hai"]), []

    def render_whole(documents: Any) -> bytes:
        made.append(str(documents))
        if name := next(names, ""):
            office.province.binh_son.names.update(name=name)
        return b""

    monkeypatch.setattr("reports.version_files.render_whole", render_whole)
    version = office.issue()
    assert len(made) == 3
    assert "Tên hai" in made[-1]
    assert data_of(version)["unit"]["huyen-uy-binh-son"]["name"] == "Tên hai"


def test_it_is_given_up_when_common_data_never_stands_still(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.submit()
    names = iter("abcdefgh")

    def render_whole(_documents: Any) -> bytes:
        office.province.binh_son.names.update(name=next(names))
        return b""

    monkeypatch.setattr("reports.version_files.render_whole", render_whole)
    assert "liên tục thay đổi" in refused(office.issue)
    assert not Version.objects.exists()


def test_only_the_board_submits_and_only_leaders_issue(office: Office) -> None:
    cast = office.province
    for stranger in (cast.alice, office.leader):
        assert "Chỉ Ban Tổ chức" in refused(lambda actor=stranger: submit_plan(plan=office.plan, actor=actor))
    office.submit()
    for stranger in (cast.alice, cast.hoa):
        refusal = refused(
            lambda actor=stranger: issue_plan(plan=office.plan, paper=paper(), actor=actor, right_of=actor)
        )
        assert "không có quyền ban hành" in refusal
    assert "lãnh đạo được rút" in refused(lambda: recall_plan(plan=office.plan, reason="x", actor=cast.alice))


def test_nobody_issues_what_he_submitted(office: Office) -> None:
    """Not as a deputy, nor as a leader who was of the Board when he submitted."""
    hoa, today = office.province.hoa, timezone.localdate()
    office.submit()
    Delegation.objects.create(
        principal=office.leader, deputy=hoa, valid_from=today, valid_to=today, reason="đi công tác"
    )
    act: dict[str, Any] = {"plan": office.plan, "paper": paper(), "actor": hoa}
    assert "chính mình trình" in refused(lambda: issue_plan(**act, right_of=office.leader))
    hoa.role = "manager"
    hoa.save()
    assert "chính mình trình" in refused(lambda: issue_plan(**act, right_of=hoa))
    assert not Version.objects.exists()


def test_a_deputy_issues_and_both_names_are_kept(office: Office) -> None:
    office.submit()
    today = timezone.localdate()
    deputy, principal = office.colleague, office.leader
    deputy.role = "board"
    deputy.save()
    Delegation.objects.create(principal=principal, deputy=deputy, valid_from=today, valid_to=today, reason="x")
    version = issue_plan(plan=office.plan, paper=paper(), actor=deputy, right_of=principal)
    assert version.issued_by_name == "Trần Văn Nam (nam) thay Lê Văn Lãnh"
    assert set(Change.objects.filter(table="version").values_list("actor", "on_behalf_of")) == {
        (deputy.pk, principal.pk)
    }


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"number": ""}, "Số văn bản chỉ gồm chữ số"),
        ({"number": "012"}, "Số văn bản chỉ gồm chữ số"),
        ({"number": "12-KH/TU"}, "Số văn bản chỉ gồm chữ số"),
        ({"number": "１２"}, "Số văn bản chỉ gồm chữ số"),
        ({"day": timezone.localdate() + timedelta(days=30)}, "chưa tới"),
        ({"day": date(2020, 1, 1)}, "trước ngày mở đăng ký"),
        ({"name": " "}, "Cần ghi họ và tên người ký"),
    ],
)
def test_number_date_and_signer_are_sensible(office: Office, typed: dict[str, Any], words: str) -> None:
    office.submit()
    act: dict[str, Any] = {"plan": office.plan, "actor": office.leader, "right_of": office.leader}
    assert words in refused(lambda: issue_plan(**act, paper=paper(**typed)))


def test_a_number_is_used_once_a_year(office: Office) -> None:
    office.issued()
    open_amendment(plan=office.plan, reason="Trung ương giao thêm", actor=office.province.hoa)
    assert "chưa có gì khác bản 1" in refused(office.submit)
    save_allocations(plan=office.plan, cells=office.moved(), actor=office.province.hoa)
    office.submit()
    assert "đã dùng trong năm" in refused(office.issue)
    yesterday = timezone.localdate() - timedelta(days=1)
    Plan.objects.update(registration_opens_at=timezone.now() - timedelta(days=9))
    assert "trước ngày của bản 1" in refused(lambda: office.issue("13", yesterday))
    assert office.issue("13").number == 2


def test_the_check_must_be_clean_or_each_exception_has_a_reason(office: Office) -> None:
    plan, hoa = office.plan, office.province.hoa
    text = "Cử 999 đồng chí."
    Section.objects.create(plan=plan, key="muc-ii", position=2, marker="II.", heading="KHÁC", body=text)
    refusal = refused(office.submit)
    assert "Soát số liệu" in refusal
    assert "chưa có lý do" in refusal
    (finding,) = examine(plan).findings
    key = finding.disagreement.key
    assert "Cần ghi lý do" in refused(lambda: give_exception(plan=plan, key=key, reason=" ", actor=hoa))
    assert "không còn nữa" in refused(lambda: give_exception(plan=plan, key="khác", reason="x", actor=hoa))
    first = give_exception(plan=plan, key=key, reason="Theo văn bản gốc", actor=hoa)
    withdraw_exception(plan=plan, pk=first.pk, actor=hoa)
    assert "chưa có lý do" in refused(office.submit)
    give_exception(plan=plan, key=key, reason="Theo công văn 7", actor=hoa)
    Section.objects.filter(key="muc-ii").update(body="Cử 998 đồng chí.")
    assert "chưa có lý do" in refused(office.submit), "a reason holds for its own figures only"
    Section.objects.filter(key="muc-ii").update(body=text)
    version = office.issued()
    check = find_file(version, "kiem-tra.txt")
    assert check is not None
    assert "Lý do giữ nguyên: Theo công văn 7 (Phạm Thị Hoa)" in check.content.decode()
    assert "không sửa lý do" in refused(lambda: withdraw_exception(plan=plan, pk=first.pk, actor=hoa))


def test_what_the_check_said_is_written_without_asking_the_database(office: Office) -> None:
    """The file is made after the moment from which the data are; and the gates ask as often for many reasons."""
    plan, hoa = office.plan, office.province.hoa
    text = "Cử 999 đồng chí, 997 đồng chí."
    Section.objects.create(plan=plan, key="muc-ii", position=2, marker="II.", heading="KHÁC", body=text)
    for finding in examine(plan).findings:
        give_exception(plan=plan, key=finding.disagreement.key, reason="Theo công văn 7", actor=hoa)
    gates = examine(plan)
    with CaptureQueriesContext(connection) as captured:
        told = check_text(gates)
    assert told.count("(Phạm Thị Hoa)") == 2
    assert len(captured) == 0


def test_places_that_no_leader_has_approved_are_told_and_keep_nobody(office: Office) -> None:
    def gate() -> Gate:
        return next(one for one in examine(office.plan).gates if one.title == "Duyệt phân bổ")

    assert gate().open
    assert gate().warning
    assert gate().items
    assert f"chưa duyệt phân bổ của {len(gate().items)}/{len(gate().items)} chỉ tiêu" in gate().words
    for item in approval_items(office.plan).values():
        if item.total:
            Approval.objects.create(
                quota=item.quota,
                total=item.total,
                versions=item.versions,
                state=Approval.State.APPROVED,
                submitted_by=office.province.hoa,
                submitted_at=timezone.now(),
                decided_by=office.leader,
                decided_at=timezone.now(),
            )
    assert not gate().warning
    assert "đã duyệt cả" in gate().words
    save_allocations(plan=office.plan, cells=office.moved(), actor=office.province.hoa)
    assert gate().items == (office.province.kv3.name,)


def test_a_round_that_runs_and_an_appendix_that_cannot_be_printed_keep_the_plan(office: Office) -> None:
    Plan.objects.update(state=Plan.State.REGISTRATION)
    assert "không trình được" in refused(office.submit)
    assert "Chỉ Ban" in refused(lambda: begin_allocation(plan=office.plan, actor=office.leader))
    begin_allocation(plan=office.plan, actor=office.province.hoa)
    assert "không có đợt đăng ký" in refused(lambda: begin_allocation(plan=office.plan, actor=office.province.hoa))
    column = AppendixColumn.objects.get(source="unit")
    AppendixColumn.objects.filter(pk=column.pk).update(source="khong-co")
    assert "chưa in được" in refused(office.submit)
    AppendixColumn.objects.filter(pk=column.pk).update(source="unit")
    Section.objects.all().delete()
    assert "Văn bản và phụ lục" in refused(office.submit)


def test_what_is_recalled_is_edited_and_submitted_again(office: Office) -> None:
    office.submit()
    save: dict[str, Any] = {"plan": office.plan, "cells": office.moved(), "actor": office.province.hoa}
    assert "đã khóa" in refused(lambda: save_allocations(**save))
    assert "Cần ghi lý do" in refused(lambda: recall_plan(plan=office.plan, reason="", actor=office.province.hoa))
    recall_plan(plan=office.plan, reason="Sửa số", actor=office.province.hoa)
    assert "không có gì để rút" in refused(lambda: recall_plan(plan=office.plan, reason="x", actor=office.province.hoa))
    save_allocations(**save | {"plan": office.plan})
    office.submit()
    assert list(Submittal.objects.order_by("pk").values_list("state", flat=True)) == ["recalled", "waiting"]


def test_an_amendment_becomes_the_next_version_and_the_first_stays(office: Office) -> None:
    first = office.issued()
    hoa = office.province.hoa
    assert "Cần ghi lý do" in refused(lambda: open_amendment(plan=office.plan, reason="", actor=hoa))
    assert "Chỉ Ban" in refused(lambda: open_amendment(plan=office.plan, reason="x", actor=office.leader))
    open_amendment(plan=office.plan, reason="Trung ương giao thêm", actor=hoa)
    assert "chỉ điều chỉnh kế hoạch đã ban hành" in refused(
        lambda: open_amendment(plan=office.plan, reason="x", actor=hoa)
    )
    save_allocations(plan=office.plan, cells=office.moved(), actor=hoa)
    office.submit()
    second = office.issue("99")
    assert (second.number, second.kind, second.reason) == (2, "amendment", "Trung ương giao thêm")
    assert (office.plan.number, second.document) == ("12", "99-KH/TU")
    names = set(second.files.values_list("name", flat=True))
    papers = {f"ke-hoach-dieu-chinh.{fmt}" for fmt in ("html", "docx", "pdf", "txt")}
    assert names - FILES == papers | {"so-sanh.xlsx", "so-sanh.pdf"}
    drafted = find_file(second, "ke-hoach-dieu-chinh.docx")
    assert drafted is not None
    assert "number='99'" in drafted.content.decode()
    assert "name='Nguyễn Văn Ký'" in drafted.content.decode()
    key = "cao-cap/kv3/huyen-uy-son-tinh"
    kept = find_version(office.plan, 1)
    assert kept is not None
    assert (data_of(kept)["allocation"][key]["number"], data_of(second)["allocation"][key]["number"]) == (25, 24)
    assert kept.data_sha256 == first.data_sha256
