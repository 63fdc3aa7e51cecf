"""The plan's text from its data: word for word the issued one, and every figure in it follows the data."""

import unicodedata
from difflib import SequenceMatcher
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from budget.models import BudgetLine
from courses.models import Slot
from quotas.models import Quota
from reports.text import PlanText, Style, TextParagraph, plan_text
from trainingplan.models import Plan, Section

ISSUED = Path(__file__).with_name("ke-hoach-2024.txt")


def normalised(text: str) -> list[str]:
    """The words of a text: NFC, `**` a space, `*` nothing, an en dash a hyphen, white space collapsed."""
    return unicodedata.normalize("NFC", text).replace("**", " ").replace("*", "").replace("–", "-").split()


def differences(old: list[str], new: list[str]) -> list[tuple[str, str]]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return [(" ".join(old[i:j]), " ".join(new[k:m])) for tag, i, j, k, m in matcher.get_opcodes() if tag != "equal"]


def paragraphs(text: PlanText, where: str) -> list[TextParagraph]:
    return [paragraph for paragraph in text.paragraphs if paragraph.where == where]


def test_the_text_is_the_issued_one_word_for_word(plan_2024: Plan) -> None:
    issued = normalised(ISSUED.read_text(encoding="utf-8"))
    assert len(issued) == 4_293
    assert differences(issued, normalised(plan_text(plan_2024).plain)) == []


def test_no_field_of_the_text_is_faulty(plan_2024: Plan) -> None:
    assert [fault for paragraph in plan_text(plan_2024).paragraphs for fault in paragraph.faults] == []


def test_the_originals_slips_stay(plan_2024: Plan) -> None:
    plain = plan_text(plan_2024).plain
    assert "cao cấp lý luận chính; thẩm định" in plain
    assert "- Công Thông tin điện tử Đảng bộ tỉnh," in plain


def test_slots_are_lettered_with_dd(plan_2024: Plan) -> None:
    slots = [p for p in plan_text(plan_2024).paragraphs if p.style is Style.SLOT and "1.1.1" in p.where]
    assert [slot.marker for slot in slots] == ["a)", "b)", "c)", "d)", "đ)", "e)"]
    assert slots[4].plain.startswith("đ) Đơn vị đào tạo: Học viện Chính trị quốc gia")


def test_a_heading_with_a_colon_and_its_body_are_one_paragraph(plan_2024: Plan) -> None:
    (only,) = paragraphs(plan_text(plan_2024), "Mục II.1.2.3")
    assert only.marker == "1.2.3."
    assert "quản lý các cấp): Thực hiện theo Kế hoạch số 214-KH/TU" in only.text
    assert only.runs[0].italic
    assert not only.runs[-1].italic


def test_a_marker_without_heading_stands_before_its_body(plan_2024: Plan) -> None:
    (money,) = paragraphs(plan_text(plan_2024), "Mục III.1")
    assert money.plain.startswith("1. Dự kiến kinh phí ngân sách tỉnh")
    assert "36.511.988.780 đồng" in money.plain


def test_emphasis_becomes_runs(plan_2024: Plan) -> None:
    (norms,) = paragraphs(plan_text(plan_2024), "Mục III.2")
    assert [run.text for run in norms.runs if run.italic] == ["có phụ lục 8 gửi kèm theo"]
    assert "*" not in plan_text(plan_2024).plain


def test_recipients_stand_before_the_signature(plan_2024: Plan) -> None:
    styles = [paragraph.style for paragraph in plan_text(plan_2024).paragraphs]
    assert styles.index(Style.RECIPIENTS) < styles.index(Style.AUTHORITY)
    recipients = [p.plain for p in plan_text(plan_2024).paragraphs if p.style is Style.RECIPIENT]
    assert len(recipients) == 14
    assert recipients[0].endswith("(b/c),")
    assert recipients[-1] == "- Lưu Văn phòng Tỉnh ủy."
    assert plan_text(plan_2024).plain.endswith("T/M BAN THƯỜNG VỤ\nPHÓ BÍ THƯ\nĐặng Ngọc Huy\n")


@pytest.mark.parametrize(
    ("key", "number", "expected"),
    [
        ("cao-cap-tap-trung-khu-vuc-3", 47, [("113", "115"), ("50", "52"), ("45", "47")]),
        ("hoan-chinh-cao-cap", 10, [("113", "120"), ("03", "10")]),
        ("trung-cap-tap-trung", 90, [("170", "160"), ("100", "90")]),
        ("dai-hoc", 12, [("06", "12")]),
        ("quoc-phong-doi-tuong-3", 1_200, [("800;", "1.200;")]),
    ],
)
def test_a_changed_quota_changes_its_figures_and_no_other_word(
    plan_2024: Plan, key: str, number: int, expected: list[tuple[str, str]]
) -> None:
    before = normalised(plan_text(plan_2024).plain)
    Quota.objects.filter(programme__plan=plan_2024, key=key).update(number=number)
    assert differences(before, normalised(plan_text(plan_2024).plain)) == expected


def test_a_changed_share_changes_the_money_and_no_other_word(plan_2024: Plan) -> None:
    before = normalised(plan_text(plan_2024).plain)
    line = BudgetLine.objects.get(plan=plan_2024, key="khao-sat-nhu-cau")
    line.shares.update(amount=line.amount + 1)
    assert differences(before, normalised(plan_text(plan_2024).plain)) == [("36.511.988.780", "36.511.988.781")]


def test_a_faulty_field_is_kept_with_its_place(plan_2024: Plan) -> None:
    slot = Slot.objects.get(programme__plan=plan_2024, programme__key="dai-hoc", position=2)
    Slot.objects.filter(pk=slot.pk).update(body="{quota:dai-hok} đồng chí")
    (faulty,) = [p for p in plan_text(plan_2024).paragraphs if p.faults]
    assert faulty.where == "Mục II.1.1.3, điểm b"
    assert faulty.plain == "b) Số lượng đào tạo: [?] đồng chí"


def test_children_follow_their_parent_and_its_closing_follows_them(plan_2024: Plan) -> None:
    part = Section.objects.create(plan=plan_2024, key="v", position=90, marker="V.", heading="PHẦN", closing="Kết.")
    Section.objects.create(plan=plan_2024, key="v-2", position=92, parent=part, marker="2.", heading="Hai")
    Section.objects.create(plan=plan_2024, key="v-1", position=91, parent=part, marker="1.", heading="Một", body="Ý.")
    last = [p.plain for p in plan_text(plan_2024).paragraphs if p.where.startswith("Mục V")]
    assert last == ["V. PHẦN", "1. Một", "Ý.", "2. Hai", "Kết."]


def test_the_number_of_queries_does_not_depend_on_the_text(plan_2024: Plan) -> None:
    with CaptureQueriesContext(connection) as whole:
        plan_text(plan_2024)
    Slot.objects.filter(programme__plan=plan_2024, position__gt=1).delete()
    Section.objects.filter(plan=plan_2024, parent__key="to-chuc-thuc-hien").delete()
    with CaptureQueriesContext(connection) as part:
        plan_text(plan_2024)
    assert len(whole) == len(part) == 7
