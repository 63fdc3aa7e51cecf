"""Writing the plan's text: what is stored, what is refused with its place, what two writers see of each other."""

from collections.abc import Callable

import pytest

from reports.rules.outline import Move
from reports.services.outline import (
    add_section,
    add_slot,
    move_section,
    move_slot,
    number_section,
    remove_section,
    remove_slot,
)
from reports.services.text import FaultyText, TextClash, Writing, save_texts
from tests.cast import Province
from tests.reports.text_cast import BODY, Text, text
from trainingplan.models import Change, Plan, Section
from trainingplan.policies import FROZEN
from trainingplan.services.refusals import Refused

__all__ = ["text"]

Write = Callable[[], object]


def changes(table: str) -> list[tuple[str, str, str]]:
    found = Change.objects.filter(table=table).order_by("pk")
    return [(change.field, change.old, change.new) for change in found]


def test_texts_of_a_section_and_its_items_are_stored_together(text: Text, province: Province) -> None:
    body = Writing(1, {"heading": "Cao cấp", "body": " Dòng  một\r\n\r\n- ý\tmột ", "closing": ""})
    slot = Writing(1, {"label": "Số lượng đào tạo:", "body": BODY})
    written = save_texts(plan=text.plan, key="cao-cap", section=body, slots={text.first.pk: slot}, actor=province.hoa)
    assert written == ("mục 1", "điểm a)")
    assert (text.section("cao-cap").body, text.section("cao-cap").version) == ("Dòng một\n- ý một", 2)
    text.first.refresh_from_db()
    assert (text.first.label, text.first.version) == ("Số lượng đào tạo:", 2)
    assert changes("section") == [("body", "", "Dòng một\n- ý một")]
    assert changes("slot") == [("label", "Số lượng:", "Số lượng đào tạo:")]
    assert len(set(Change.objects.values_list("batch", flat=True))) == 1


def test_what_did_not_change_is_not_written(text: Text, province: Province) -> None:
    same = Writing(1, {"label": "Số lượng:", "body": f"  {BODY}\n"})
    assert (
        save_texts(plan=text.plan, key="cao-cap", section=None, slots={text.first.pk: same}, actor=province.hoa) == ()
    )
    assert not Change.objects.exists()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("đủ\nDự kiến {quota:khong-co} chỉ tiêu", "Dòng 2: trường «{quota:khong-co}» – không có chỉ tiêu"),
        ("{nam}", "Dòng 1: trường «{nam}» – không có loại trường «nam»"),
        ("{fixed:5*6}, 7*", "Dòng 1: trường «{»"),
        ("một { lẻ", "dấu ngoặc nhọn đứng lẻ"),
        ("{appendix:9}", "không có phụ lục «9»"),
        ("a" * 20_001, "Dài 20.001 ký tự"),
    ],
)
def test_a_text_that_cannot_be_printed_is_refused_with_its_place(
    text: Text, province: Province, body: str, reason: str
) -> None:
    fine = Writing(1, {"heading": "Mới", "body": "", "closing": ""})
    faulty = Writing(1, {"label": "", "body": body})
    with pytest.raises(FaultyText) as refused:
        save_texts(plan=text.plan, key="cao-cap", section=fine, slots={text.first.pk: faulty}, actor=province.hoa)
    whys = [(slot, kind) for slot, kind, _ in refused.value.faults]
    assert (text.first.pk, "label") in whys
    assert any(reason in why for slot, kind, why in refused.value.faults if kind == "body"), refused.value.faults
    assert text.section("cao-cap").heading == "Cao cấp"
    assert not Change.objects.exists()


def test_who_was_slower_sees_both_texts_and_who_was_faster(text: Text, province: Province) -> None:
    mine = {text.first.pk: Writing(1, {"label": "Số lượng:", "body": "Của tôi"})}
    theirs = {text.first.pk: Writing(1, {"label": "Số lượng:", "body": "Của chị Hoa"})}
    save_texts(plan=text.plan, key="cao-cap", section=None, slots=theirs, actor=province.hoa)
    other = Writing(1, {"label": "Thời hạn:", "body": "Trong năm {year}."})
    with pytest.raises(TextClash) as refused:
        save_texts(
            plan=text.plan, key="cao-cap", section=None, slots=mine | {text.second.pk: other}, actor=province.hoa
        )
    (clash,) = refused.value.clashes
    assert (clash.row.slot, clash.version, clash.who) == (text.first.pk, 2, "Phạm Thị Hoa (hoa)")
    assert clash.at is not None
    assert [(one.field, one.stored, one.typed) for one in clash.differences] == [("body", "Của chị Hoa", "Của tôi")]
    text.second.refresh_from_db()
    assert text.second.label == "Thời gian:"
    again = {text.first.pk: Writing(clash.version, mine[text.first.pk].texts)}
    save_texts(plan=text.plan, key="cao-cap", section=None, slots=again, actor=province.hoa)
    text.first.refresh_from_db()
    assert (text.first.body, text.first.version) == ("Của tôi", 3)


def test_a_move_of_a_section_is_no_clash_for_who_writes_in_it(text: Text, province: Province) -> None:
    move_section(plan=text.plan, key="cao-cap", move=Move.DOWN, actor=province.hoa)
    written = Writing(1, {"heading": "Cao cấp LLCT", "body": "", "closing": ""})
    assert save_texts(plan=text.plan, key="cao-cap", section=written, slots={}, actor=province.hoa) == ("mục 2",)


def test_texts_of_another_section_or_of_a_removed_item_are_refused(text: Text, province: Province) -> None:
    writing = {text.first.pk: Writing(1, {"label": "x", "body": ""})}
    with pytest.raises(Refused, match="vừa được người khác xóa"):
        save_texts(plan=text.plan, key="yeu-cau", section=None, slots=writing, actor=province.hoa)
    with pytest.raises(Refused, match="vừa được người khác xóa"):
        save_texts(plan=text.plan, key="khong-co", section=None, slots={}, actor=province.hoa)


def test_sections_are_added_with_numbers_and_keys_of_their_own(text: Text, province: Province) -> None:
    add_section(plan=text.plan, heading="Yêu cầu", after="cao-cap", actor=province.hoa)
    inner = add_section(plan=text.plan, heading="Đợt 1", inside="yeu-cau", actor=province.hoa)
    add_section(plan=text.plan, heading="PHỤ", numbered=False, actor=province.hoa)
    assert text.shown == "can-cu I.mot 1.cao-cap 2.yeu-cau-2 3.yeu-cau 3.1.dot-1 II.hai phu"
    assert (inner.parent, list(text.plan.sections.values_list("position", flat=True))) == (
        text.section("yeu-cau"),
        [1, 2, 3, 4, 5, 6, 7, 8],
    )
    assert ("marker", "2.", "3.") in changes("section")
    with pytest.raises(Refused, match="không có loại trường"):
        add_section(plan=text.plan, heading="{x}", actor=province.hoa)


def test_a_move_is_logged_and_programmes_follow_their_sections(text: Text, province: Province) -> None:
    move_section(plan=text.plan, key="cao-cap", move=Move.DOWN, actor=province.hoa)
    assert text.shown == "can-cu I.mot 1.yeu-cau 2.cao-cap II.hai"
    assert changes("section") == [("marker", "2.", "1."), ("marker", "1.", "2."), ("position", "3", "4")]
    assert changes("programme") == [("code", "1", "2")]
    move_section(plan=text.plan, key="hai", move=Move.INDENT, actor=province.hoa)
    assert text.shown == "can-cu I.mot 1.yeu-cau 2.cao-cap 3.hai"
    assert ("parent", "", "I. MỤC ĐÍCH") in changes("section")
    with pytest.raises(Refused, match="đứng đầu"):
        move_section(plan=text.plan, key="can-cu", move=Move.UP, actor=province.hoa)


def test_a_section_without_a_number_stays_without(text: Text, province: Province) -> None:
    number_section(plan=text.plan, key="mot", numbered=False, actor=province.hoa)
    assert text.shown == "can-cu mot 1.cao-cap 2.yeu-cau I.hai"
    number_section(plan=text.plan, key="can-cu", numbered=True, actor=province.hoa)
    assert text.shown == "I.can-cu mot 1.cao-cap 2.yeu-cau II.hai"


def test_a_removed_section_takes_along_what_was_said_and_leaves_its_programme(text: Text, province: Province) -> None:
    with pytest.raises(Refused, match="Người khác vừa thêm"):
        remove_section(plan=text.plan, key="mot", seen=2, actor=province.hoa)
    remove_section(plan=text.plan, key="mot", seen=3, actor=province.hoa)
    assert text.shown == "can-cu I.hai"
    text.programme.refresh_from_db()
    assert (text.programme.section, text.programme.slots.count()) == (None, 2)
    assert ("heading", "Yêu cầu", "") in changes("section")
    back = add_section(plan=text.plan, heading="Cao cấp", inside="hai", programme=text.programme, actor=province.hoa)
    text.programme.refresh_from_db()
    assert (text.programme.section, text.programme.code) == (back, "1")
    with pytest.raises(Refused, match="đã đứng ở một mục khác"):
        add_section(plan=text.plan, heading="Nữa", programme=text.programme, actor=province.hoa)


def test_lettered_items_are_added_moved_and_removed(text: Text, province: Province) -> None:
    third = add_slot(programme=text.programme, label="Đơn vị đào tạo:", actor=province.hoa)
    move_slot(programme=text.programme, pk=third.pk, move=Move.UP, actor=province.hoa)
    remove_slot(programme=text.programme, pk=text.first.pk, actor=province.hoa)
    assert list(text.programme.slots.values_list("position", "label")) == [(1, "Đơn vị đào tạo:"), (2, "Thời gian:")]
    for pk, move in ((third.pk, Move.UP), (text.second.pk, Move.DOWN), (third.pk, Move.INDENT)):
        with pytest.raises(Refused, match="không dời thêm được"):
            move_slot(programme=text.programme, pk=pk, move=move, actor=province.hoa)
    with pytest.raises(Refused, match="vừa được người khác xóa"):
        remove_slot(programme=text.programme, pk=text.first.pk, actor=province.hoa)
    with pytest.raises(Refused, match="Chưa ghi nhãn"):
        add_slot(programme=text.programme, label=" ", actor=province.hoa)


@pytest.mark.parametrize("state", FROZEN)
def test_nothing_is_written_into_a_frozen_plan(text: Text, province: Province, state: Plan.State) -> None:
    Plan.objects.update(state=state)
    everything: list[Write] = [
        lambda: save_texts(plan=text.plan, key="mot", section=None, slots={}, actor=province.hoa),
        lambda: add_section(plan=text.plan, heading="x", actor=province.hoa),
        lambda: move_section(plan=text.plan, key="mot", move=Move.DOWN, actor=province.hoa),
        lambda: number_section(plan=text.plan, key="mot", numbered=False, actor=province.hoa),
        lambda: remove_section(plan=text.plan, key="mot", actor=province.hoa),
        lambda: add_slot(programme=text.programme, label="x", actor=province.hoa),
        lambda: move_slot(programme=text.programme, pk=text.first.pk, move=Move.DOWN, actor=province.hoa),
        lambda: remove_slot(programme=text.programme, pk=text.first.pk, actor=province.hoa),
    ]
    for write in everything:
        with pytest.raises(Refused, match="đã khóa"):
            write()
    assert not Change.objects.exists()


def test_only_the_board_writes(text: Text, province: Province) -> None:
    with pytest.raises(Refused, match="Chỉ Ban Tổ chức"):
        remove_section(plan=text.plan, key="mot", actor=province.alice)
    assert Section.objects.count() == 5
