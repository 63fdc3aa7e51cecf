"""Scenario 17: six changes after publication are six in the amendment, with reasons; applied they give the new data."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from io import BytesIO

import pytest
from django.db import transaction
from docx import Document as WordDocument
from openpyxl import load_workbook
from pytest_django.plugin import DjangoDbBlocker

from budget.models import BudgetLine, NormItem
from budget.services.estimates import cost_data
from budget.services.lines import LineData, save_line
from courses.models import Slot
from quotas.models import Allocation, Nomination, Quota
from quotas.services.cells import CellInput, save_allocations
from quotas.services.nominations import remove_nomination
from quotas.services.quotas import set_quota_number
from quotas.services.rounds import begin_allocation
from reports.amendment import Comparison, compare_versions, working_comparison
from reports.amendment_document import amendment_document
from reports.amendment_items import Group
from reports.amendment_reasons import Found, last_word
from reports.document import AppendixTitle, Attachment, Document, Paragraph
from reports.gates import examine
from reports.models import AmendmentReason, Version
from reports.rules.compare import canonical
from reports.services.amendments import give_reasons
from reports.services.submittals import give_exception, open_amendment, submit_plan
from reports.services.text import Writing, save_texts
from reports.services.versions import issue_plan
from reports.snapshot import take_snapshot
from tests.cast import make_user
from tests.issuing import paper
from tests.office import signed_in
from trainingplan.models import Change, Plan, Role, User
from trainingplan.services.catalogue import Edits
from trainingplan.services.refusals import Refused

URL = "/2024/ke-hoach/dieu-chinh/"
QUOTA = "hoan-chinh-cao-cap"
KINDS = [Group.TEXT, Group.QUOTA, Group.ALLOCATION, Group.PEOPLE, Group.BUDGET, Group.NORM]


@pytest.fixture(scope="module")
def _amended_module(_loaded_module: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The real plan as version 1, opened again, with six changes; made once."""
    with django_db_blocker.unblock(), transaction.atomic():
        plan, board = Plan.objects.get(year=2024), make_user("hoa", "Phạm Thị Hoa", Role.BOARD)
        begin_allocation(plan=plan, actor=board)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("reports.services.versions.render_files", lambda *_: ())
            issue(plan, board, make_user("ky", "Lê Văn Lãnh", Role.MANAGER), "215")
        open_amendment(plan=plan, reason="Trung ương giao thêm chỉ tiêu", actor=board)
        amend(plan, board)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def plan(_amended_module: None, db: None) -> Plan:
    return Plan.objects.get(year=2024)


@pytest.fixture
def board(plan: Plan) -> User:
    return User.objects.get(username="hoa")


@pytest.fixture
def leader(plan: Plan) -> User:
    return User.objects.get(username="ky")


@pytest.fixture
def found(plan: Plan) -> Comparison:
    comparison = working_comparison(plan)
    assert comparison is not None
    return comparison


def issue(plan: Plan, board: User, leader: User, number: str) -> Version:
    submit_plan(plan=plan, actor=board)
    return issue_plan(plan=plan, paper=paper(number), actor=leader, right_of=leader)


def explain_checks(plan: Plan, board: User) -> None:
    """A roster is one short now: the gate wants to know why."""
    for finding in examine(plan).unexplained:
        give_exception(plan=plan, key=finding.disagreement.key, reason="Chờ cử bổ sung", actor=board)


def amend(plan: Plan, board: User) -> None:
    """Six acts of different kinds; three of them say why."""
    plan = Plan.objects.get(pk=plan.pk)
    _text(plan, board)
    quota = Quota.objects.get(key=QUOTA, programme__plan=plan)
    set_quota_number(quota=quota, number=4, actor=board)
    cell = Allocation.objects.filter(quota=quota).order_by("pk")[0]
    typed = CellInput(cell.unit_id, quota.pk, "2", cell.version, reason="Thêm một đồng chí theo quy hoạch")
    save_allocations(plan=plan, cells=[typed], actor=board)
    nominee = Nomination.objects.filter(quota__programme__plan=plan, reserve=False).order_by("pk")[0]
    remove_nomination(plan=plan, nomination=nominee, version=nominee.version, actor=board, reason="Chuyển công tác")
    _money(plan, board)
    _norm(board)


def _text(plan: Plan, board: User) -> None:
    slot = Slot.objects.get(programme__plan=plan, programme__key="cao-cap-ly-luan-chinh-tri", position=4)
    texts = {"label": slot.label, "body": "Ban Tổ chức Tỉnh ủy, Trường Chính trị tỉnh."}
    key = slot.programme.section.key if slot.programme.section else ""
    save_texts(plan=plan, key=key, section=None, slots={slot.pk: Writing(slot.version, texts)}, actor=board)


def _money(plan: Plan, board: User) -> None:
    line = BudgetLine.objects.filter(plan=plan, basis="estimate", amount__gt=0).order_by("position")[0]
    first, *others = cost_data(line)
    (share,) = line.shares.all()
    save_line(
        plan=plan,
        line=line,
        data=LineData(**{name: getattr(line, name) for name in LineData.__dataclass_fields__}),
        shares={},
        costs=[replace(first, level=(first.level or 0) - 1_000), *others],
        payer_id=share.source_id,
        actor=board,
        version=line.version,
    )


def _norm(board: User) -> None:
    item = NormItem.objects.filter(kind="ceiling").order_by("position")[0]
    with transaction.atomic():
        edits = Edits(board)
        item.level = (item.level or 0) + 50_000
        edits.save(item)
        edits.close(reason="Theo nghị quyết mới")


def test_six_changes_are_exactly_six(found: Comparison) -> None:
    assert [row.item.group for row in found.rows] == KINDS
    assert found.printed == found.rows
    assert [(row.item.old, row.item.new) for row in found.rows[1:3]] == [("3", "4"), ("1", "2")]
    assert found.rows[3].item.new == "bỏ khỏi danh sách"
    reasons = [row.found.reason for row in found.rows]
    assert reasons == ["", "", "Thêm một đồng chí theo quy hoạch", "Chuyển công tác", "", "Theo nghị quyết mới"]
    assert {row.found.who for row in found.rows} == {"Phạm Thị Hoa (hoa)"}
    assert found.missing == 3


def test_applied_to_the_old_version_it_gives_the_new_exactly(found: Comparison, plan: Plan) -> None:
    now = take_snapshot(plan)
    assert found.applied() == now == canonical(found.after.data) != found.before.data


def test_the_paper_says_each_change_once_in_words(found: Comparison) -> None:
    document = amendment_document(found)
    texts = [block.text for block in document.blocks if isinstance(block, Paragraph)]
    points = [text for text in texts if re.match(r"\d+\. ", text)]
    assert len(points) == 6
    assert points[0] == (
        "1. Điều chỉnh mục II.1.1.1, điểm d: «Ban Tổ chức Tỉnh ủy.» thành "
        "«Ban Tổ chức Tỉnh ủy, Trường Chính trị tỉnh.»."
    )
    assert "từ 03 chỉ tiêu thành 04 chỉ tiêu (tăng 01 chỉ tiêu)." in points[1]
    assert points[2].startswith("3. Điều chỉnh phụ lục 1, ")
    assert points[3].startswith("4. Bỏ khỏi phụ lục ")
    grounds = next(text for text in texts if text.startswith("Căn cứ Kế hoạch số 215-KH/TU, ngày "))
    assert "Ban Thường vụ Tỉnh ủy" in grounds
    assert any("Trung ương giao thêm chỉ tiêu" in text for text in texts)
    assert any("113 chỉ tiêu" in text and "114 chỉ tiêu" in text for text in texts), "what follows is told as such"
    replaced = next(text for text in texts if text.startswith("Thay phụ lục "))
    assert replaced.startswith("Thay phụ lục 1, 2, 8 kèm theo Kế hoạch số 215-KH/TU")
    (table,) = document.tables
    assert len([row for row in table.rows if row.kind == "data"]) == 6


def test_reasons_are_asked_for_and_hold_for_the_change_as_it_stands(found: Comparison, plan: Plan, board: User) -> None:
    bare = {row.item.key: "Theo công văn 12" for row in found.rows if not row.found.reason}
    assert give_reasons(plan=plan, reasons=bare, actor=board) == 3
    assert give_reasons(plan=plan, reasons=bare, actor=board) == 0
    again = working_comparison(plan)
    assert again is not None
    assert (again.missing, AmendmentReason.objects.count()) == (0, 3)
    set_quota_number(quota=Quota.objects.get(key=QUOTA, programme__plan=plan), number=5, actor=board)
    later = working_comparison(plan)
    assert later is not None
    assert [row.found.reason for row in later.rows if row.item.group is Group.QUOTA] == [""]


def test_namesakes_do_not_get_each_other_s_reason(found: Comparison) -> None:
    item, gone = found.rows[0].item, ("nomination", "full_name", "Lê Thị An")
    logged = [
        Change(table=gone[0], row=row, field=gone[1], old=gone[2], reason=reason, actor_name="Hoa")
        for row, reason in (("1", "Nghỉ hưu"), ("2", "Chuyển công tác"))
    ]
    assert last_word(item, logged[:1], None, gone).reason == "Nghỉ hưu"
    assert last_word(item, logged, None, gone) == Found()


def test_reasons_that_cannot_be_stored(found: Comparison, plan: Plan, board: User, leader: User) -> None:
    key = found.rows[0].item.key
    for reasons, actor, words in (
        ({key: "x"}, leader, "Chỉ Ban Tổ chức"),
        ({"khong/co": "x"}, board, "không còn nữa"),
        ({key: "x" * 501}, board, "dài quá 500"),
    ):
        with pytest.raises(Refused, match=words):
            give_reasons(plan=plan, reasons=reasons, actor=actor)
    explain_checks(plan, board)
    submit_plan(plan=plan, actor=board)
    with pytest.raises(Refused, match="Trình"):
        give_reasons(plan=plan, reasons={key: "x"}, actor=board)
    assert not AmendmentReason.objects.exists()


def test_the_page_shows_and_asks(found: Comparison, board: User, leader: User) -> None:
    page = signed_in(board).get(URL).content.decode()
    fields = re.findall(r'name="(ly-do-[0-9a-f]+)"', page)
    assert len(fields) == 3
    assert "Còn 3 thay đổi chưa có lý do." in page
    assert "số liệu đang soạn" in page
    reply = signed_in(board).post(f"{URL}ly-do/", {fields[0]: "Lý do riêng", "chung": "Lý do chung"}, follow=True)
    shown = reply.content.decode()
    assert "Đã ghi lý do cho 3 thay đổi." in shown
    assert shown.count('value="Lý do chung"') == 2
    read = signed_in(leader).get(URL).content.decode()
    assert "Lý do riêng" in read
    assert "ly-do-" not in read


def test_files(found: Comparison, board: User, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in(board)
    book = load_workbook(BytesIO(client.get(f"{URL}so-sanh.xlsx").content))
    cells = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {3, 4} <= {value for value in cells if isinstance(value, int)}
    assert "Chuyển công tác" in cells
    word = WordDocument(BytesIO(client.get(f"{URL}ke-hoach-dieu-chinh.docx").content))
    text = "\n".join(paragraph.text for paragraph in word.paragraphs)
    assert "Bỏ khỏi phụ lục" in text
    bound: list[str] = []
    attached: list[Attachment | None] = []

    def render_whole(documents: Iterable[Document]) -> bytes:
        for document in documents:
            bound.append(document.file_stem)
            attached.extend(block.attached_to for block in document.blocks if isinstance(block, AppendixTitle))
        return b""

    monkeypatch.setattr("reports.exports.render_whole", render_whole)
    assert client.get(f"{URL}ke-hoach-dieu-chinh.pdf").status_code == 200
    assert bound == ["ke-hoach-dieu-chinh", "phu-luc-1", "phu-luc-2", "phu-luc-8"], "with what they replace"
    assert [one and (one.number, one.dated) for one in attached] == [("", None)] * 3, "attached to the paper itself"
    assert client.get(f"{URL}so-sanh.docx").status_code == 404


@pytest.mark.usefixtures("quick_files")
def test_two_issued_versions_keep_their_comparison(found: Comparison, plan: Plan, board: User, leader: User) -> None:
    shown = [(row.item.key, row.item.old, row.item.new, row.found.reason) for row in found.rows]
    explain_checks(plan, board)
    second = issue(plan, board, leader, "301")
    stored = bytes(second.files.get(name="ke-hoach-dieu-chinh.pdf").content).decode()
    assert stored.count("kind='Kế hoạch', number='301'") == 3, "the replaced appendices come with the amendment"
    first = Version.objects.get(plan=plan, number=1)
    between = compare_versions(plan, first, second)
    assert [(row.item.key, row.item.old, row.item.new, row.found.reason) for row in between.rows] == shown
    open_amendment(plan=plan, reason="Lần nữa", actor=board)
    set_quota_number(quota=Quota.objects.get(key=QUOTA, programme__plan=plan), number=9, actor=board)
    assert [row.item.new for row in compare_versions(plan, first, second).rows] == [new for _, _, new, _ in shown]
    (only,) = compare_versions(plan, second, None).rows
    assert (only.item.old, only.item.new) == ("4", "9")
    client = signed_in(board)
    issued_page = client.get(f"{URL}?tu=1&den=2").content.decode()
    assert "/2024/ke-hoach/phien-ban/2/ke-hoach-dieu-chinh.docx" in issued_page, (
        "the paper as it was issued, no new draft"
    )
    assert "Dự thảo văn bản" not in issued_page
    assert "Dự thảo văn bản" in client.get(f"{URL}?tu=2").content.decode()
    for wrong in ("tu=2&den=1", "tu=1&den=1", "tu=9", "tu=x", "tu=1&den=9"):
        assert client.get(f"{URL}?{wrong}").status_code == 404
