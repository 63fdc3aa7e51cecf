"""The pages of the editor: what they show and take, with and without JavaScript, and what stands behind a figure."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from courses.models import Slot
from quotas.models import Allocation, Quota
from quotas.services.quotas import set_quota_number
from reports.checks import check_plan
from reports.field_list import Choice, field_list, one_field
from reports.field_rows import figure_view
from reports.free_numbers import free_numbers, replaced
from reports.outline import plan_outline
from reports.text_form import TextForm
from reports.writing import tidy
from tests.cast import Province, make_user
from tests.reports.text_cast import BODY, Text, text
from trainingplan.models import Plan, Role, Section, User

__all__ = ["text"]

EDITOR = "/2024/ke-hoach/soan-thao/"
SECTION = f"{EDITOR}cao-cap/"


@pytest.fixture
def board(province: Province) -> Client:
    client = Client()
    client.force_login(province.hoa)
    return client


def fields(page: str) -> dict[str, str]:
    """What the form of the section would send: its hidden values and its texts."""
    form = page[page.index("data-texts") :]
    hidden = re.findall(r'<input type="hidden" name="((?:version|seen)[^"]*)" value="([^"]*)">', form)
    areas = re.findall(r'<textarea[^>]*?name="([^"]*)"[^>]*>\n(.*?)</textarea>', form, re.DOTALL)
    return dict(hidden) | dict(areas)


def page_of(client: Client, address: str = SECTION) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_editor_shows_the_tree_and_the_section_with_its_items(text: Text, board: Client) -> None:
    first = page_of(board, EDITOR)
    assert "Phần mở đầu" in first
    page = page_of(board)
    assert fields(page)[f"body-{text.first.pk}"] == BODY
    assert "1. Cao cấp" in page
    assert "mọi con số đã gắn dữ liệu" in page
    assert 'data-field="{quota:hcm}"' in page
    assert board.get(f"{EDITOR}khong-co/").status_code == 404


def test_an_empty_plan_offers_its_first_section(province: Province, board: Client) -> None:
    assert "Thêm mục đầu tiên" in page_of(board, EDITOR)
    answer = board.post(EDITOR, {"heading": "MỤC ĐÍCH", "so": "1"})
    assert answer["Location"] == f"{EDITOR}muc-dich/"
    assert Section.objects.get().marker == "I."


def test_a_save_says_what_was_saved_and_what_is_still_free(text: Text, board: Client) -> None:
    typed = fields(page_of(board)) | {f"body-{text.first.pk}": f"{BODY}\nThêm 55 người và 45 chỉ tiêu"}
    answer = board.post(SECTION, typed, follow=True)
    page = answer.content.decode()
    assert "Đã lưu điểm a)." in page
    assert "2 con số chưa gắn dữ liệu" in page
    assert "Gắn với Cao cấp: Học viện Chính trị khu vực III" in page
    again = board.post(SECTION, fields(page), follow=True)
    assert "Không có gì thay đổi" in again.content.decode()


def test_one_click_binds_a_free_number_or_keeps_it_as_it_is(text: Text, board: Client) -> None:
    Slot.objects.filter(pk=text.first.pk).update(body="Có **55** người, 45 chỉ tiêu")
    orders: list[str] = []
    for _ in range(2):
        page = page_of(board)
        orders = re.findall(r'name="gan"\s+value="([^"]*)"', page)
        board.post(SECTION, fields(page) | {"gan": next(order for order in orders if "{programme" not in order)})
    text.first.refresh_from_db()
    assert text.first.body == "Có **{fixed:55}** người, {quota:kv3} chỉ tiêu"
    stale = board.post(SECTION, fields(page_of(board)) | {"gan": orders[0]})
    assert "không còn ở chỗ cũ" in stale.content.decode()


def test_a_faulty_field_is_refused_at_its_place_and_what_was_typed_stays(text: Text, board: Client) -> None:
    typed = fields(page_of(board)) | {f"body-{text.first.pk}": "Một\nHai {quota:xx}", "heading": "Mới"}
    page = board.post(SECTION, typed).content.decode()
    assert "Dòng 2: trường «{quota:xx}» – không có chỉ tiêu nào mang khóa «xx»." in page
    assert f'aria-describedby="error-body-{text.first.pk}"' in page
    assert fields(page)["heading"] == "Mới"
    assert text.section("cao-cap").heading == "Cao cấp"


def test_two_writers_of_one_item_see_each_other_s_text(text: Text, board: Client, province: Province) -> None:
    name = f"body-{text.first.pk}"
    mine = fields(page_of(board)) | {name: "Của tôi {year}"}
    other = Client()
    other.force_login(make_user("lan", "Lê Thị Lan", Role.BOARD))
    other.post(SECTION, mine | {name: "Của chị Lan {year}"})
    page = board.post(SECTION, mine).content.decode()
    assert "Lê Thị Lan (lan)" in page
    assert "Của chị Lan 2024" in page
    assert fields(page)[name] == "Của tôi {year}"
    board.post(SECTION, fields(page))
    text.first.refresh_from_db()
    assert text.first.body == "Của tôi {year}"


def test_who_touched_other_items_alone_is_not_held_up(text: Text, board: Client, province: Province) -> None:
    mine = fields(page_of(board)) | {f"label-{text.second.pk}": "Thời hạn:"}
    Slot.objects.filter(pk=text.first.pk).update(body="Khác", version=2)
    assert "Đã lưu điểm b)." in board.post(SECTION, mine, follow=True).content.decode()
    text.first.refresh_from_db()
    assert text.first.body == "Khác"


def test_what_was_typed_into_a_removed_item_is_not_lost(text: Text, board: Client) -> None:
    mine = fields(page_of(board)) | {f"body-{text.first.pk}": "Chữ rất quý"}
    text.first.delete()
    page = board.post(SECTION, mine).content.decode()
    assert "vừa được người khác xóa" in page
    assert "Chữ rất quý" in page


@pytest.mark.parametrize(
    ("task", "said"),
    [
        ("xuong", "Mục này nay là «2. Cao cấp»"),
        ("ra", "Mục này nay là «II. Cao cấp»"),
        ("khong-so", "Mục này nay là «Cao cấp»"),
        ("len", "đứng đầu các mục cùng cấp"),
        ("bay", "Không rõ dời đi đâu"),
        ("xuong:{first}", "Điểm «Số lượng:» nay là b)"),
        ("len:{first}", "không dời thêm được"),
        ("them-diem", "Đã thêm điểm c) Đơn vị:"),
    ],
)
def test_moves_say_what_became_of_the_number(text: Text, board: Client, task: str, said: str) -> None:
    order = {"viec": task.format(first=text.first.pk), "label": "Đơn vị:"}
    page = board.post(f"{SECTION}sap-xep/", order, follow=True).content.decode()
    assert said in page


def test_a_section_is_added_where_it_was_asked_for(text: Text, board: Client) -> None:
    board.post(EDITOR, {"heading": "Chung", "sau": "cao-cap", "cho": "sau", "so": "on"})
    board.post(EDITOR, {"heading": "Riêng", "sau": "chung", "cho": "trong"})
    assert text.shown == "can-cu I.mot 1.cao-cap 2.chung rieng 3.yeu-cau II.hai"
    for wrong in ({"heading": " ", "sau": "hai"}, {"heading": "x", "sau": "khong-co"}, {"heading": "x", "sau": "../x"}):
        board.post(EDITOR, wrong, follow=True)
    assert text.plan.sections.count() == 7


def test_a_removal_first_says_what_goes_along(text: Text, board: Client) -> None:
    address = f"{EDITOR}mot/xoa/"
    page = page_of(board, address)
    for words in ("2 mục con", "1. Cao cấp", "1 chương trình không còn đứng trong văn bản, 2 điểm", "Xóa 3 mục"):
        assert words in page
    refused = board.post(address, {"thay": "2"}, follow=True)
    assert "Người khác vừa thêm" in refused.content.decode()
    board.post(address, {"thay": "3"})
    assert text.shown == "can-cu I.hai"


def test_a_lettered_item_is_removed_with_its_words_shown(text: Text, board: Client) -> None:
    address = f"{SECTION}xoa/?diem={text.second.pk}"
    assert "Trong năm {year}." in page_of(board, address)
    Slot.objects.filter(pk=text.second.pk).update(version=2)
    assert "Người khác vừa sửa điểm này" in board.post(address, {"thay": "1"}, follow=True).content.decode()
    board.post(address, {"thay": "2"})
    assert list(text.programme.slots.all()) == [text.first]
    assert board.get(address).status_code == 404


def test_a_frozen_plan_is_shown_and_not_written(text: Text, board: Client) -> None:
    typed = fields(page_of(board)) | {"heading": "Khác"}
    Plan.objects.update(state=Plan.State.ISSUED)
    page = page_of(board)
    assert "nội dung đã khóa" in page
    assert 'value="xuong"' not in page
    assert "nội dung đã khóa" in board.post(SECTION, typed).content.decode()
    assert text.section("cao-cap").heading == "Cao cấp"


def test_the_back_office_counts_its_writings_too(text: Text, board: Client) -> None:
    mine = fields(page_of(board)) | {"heading": "Của tôi"}
    section = text.section("cao-cap")
    change = f"/quan-tri/trainingplan/section/{section.pk}/change/"
    row = {"parent": section.parent_id, "position": section.position, "marker": "1.", "heading": "Ở quản trị"}
    assert board.post(change, row).status_code == 302
    page = board.post(SECTION, mine).content.decode()
    assert "Ở quản trị" in page
    assert "vừa lưu bản khác" in page


# What stands behind a figure


def ask(client: Client, field: str, **more: Any) -> str:
    return page_of(client, f"/2024/ke-hoach/so-lieu/?truong={field.replace('+', '%2B')}" + ("&manh=1" if more else ""))


def test_a_sum_shows_its_formula_and_its_quotas(text: Text, board: Client) -> None:
    page = ask(board, "{programme:cao-cap}")
    assert "5 + 45 = 50" in page
    assert "truong=%7Bquota%3Acao-cap%2Fkv3%7D" in page
    assert "<html" not in ask(board, "{sum:hcm+kv3}", manh=True)


def test_a_quota_shows_its_units_and_who_changed_it_last(text: Text, board: Client, province: Province) -> None:
    assert "Chưa ai sửa số này" in ask(board, "{quota:kv3}")
    set_quota_number(quota=province.kv3, number=46, actor=province.hoa)
    Allocation.objects.create(quota=province.kv3, unit=province.binh_son, number=7, updated_at=timezone.now())
    page = ask(board, "{quota:kv3}")
    assert "Phạm Thị Hoa (hoa)" in page
    assert "45 → 46" in page
    assert "Huyện ủy Bình Sơn" in page
    assert "bang=allocation" in page


@pytest.mark.parametrize("field", ["{budget}", "{year}", "{fixed:05 năm}", "{appendix:1}", "{quota:sai}"])
def test_every_kind_of_field_has_its_page(text: Text, board: Client, field: str) -> None:
    assert "figure-parts" in ask(board, field)


@pytest.mark.parametrize("field", ["", "x", "{x}", "{year}{year}", "{year", "{quota:a} b"])
def test_what_is_no_field_has_no_page(text: Text, board: Client, field: str) -> None:
    assert board.get("/2024/ke-hoach/so-lieu/", {"truong": field}).status_code == 404


# The plan of 2024


def test_the_form_of_every_section_gives_back_what_is_stored(plan_2024: Plan) -> None:
    """Opened and saved, nothing is touched; and the list of figures knows every field in use."""
    outline = plan_outline(plan_2024)
    known = field_list(plan_2024, outline.texts())
    listed = {choice.field for group in known.groups for choice in group.choices}
    for section in outline.sections:
        form = TextForm(outline, section)
        assert not any(row.touched for row in form.rows)
        for box in form.boxes:
            assert tidy(box.value, one_line=box.one_line) == box.value
            used = re.findall(r"\{(?!fixed:)[^{}]*\}", box.value)
            assert set(used) <= listed
    assert outline.free == 0


def test_the_editor_s_free_numbers_are_those_of_the_check(plan_2024: Plan) -> None:
    slot = Slot.objects.get(programme__plan=plan_2024, programme__key="dai-hoc", position=2)
    Slot.objects.filter(pk=slot.pk).update(body=f"Khoảng 7 đồng chí, *phụ lục 3*. Năm 2024. {slot.body}")
    found = [number.text for number in free_numbers(Slot.objects.get(pk=slot.pk).body, 2024)]
    assert found == ["7", "3", "2024"]
    told = [one.figure for one in check_plan(plan_2024).disagreements if "1.1.3, điểm b" in one.where]
    assert [figure for figure in told if figure in found] == found


def test_a_number_is_offered_what_its_words_ask_for(plan_2024: Plan) -> None:
    known = field_list(plan_2024, ())
    source = "Phụ lục 2, năm 2024, có 2 người"
    offered = [[one.field for one in known.printing(free.text, free.named)] for free in free_numbers(source, 2024)]
    assert offered == [["{appendix:2}"], ["{year}"], ["{quota:quoc-phong-doi-tuong-1}"]]


def test_a_number_is_found_again_at_its_place() -> None:
    source = "Một **55** người\n- {year} và 45, *46*"
    numbers = list(free_numbers(source, 2024))
    assert [source[number.start : number.end] for number in numbers] == ["55", "45", "46"]
    last = numbers[-1]
    assert replaced(source, last.start, "46", "{x}") == "Một **55** người\n- {year} và 45, *{x}*"
    assert replaced(source, last.start + 1, "46", "{x}") is None


@pytest.fixture
def choose(plan_2024: Plan) -> Callable[[str], Choice]:
    known = field_list(plan_2024, ["{sum:trung-cap-tap-trung+trung-cap-khong-tap-trung}"])
    return lambda written: next(choice for group in known.groups for choice in group.choices if choice.field == written)


def test_choices_say_what_they_are_and_print_today(choose: Callable[[str], Choice]) -> None:
    total = choose("{programme:cao-cap-ly-luan-chinh-tri}")
    assert (total.printed, total.name) == ("113", "Tổng Cao cấp lý luận chính trị")
    assert choose("{classes:trung-cap-trung-uong}").printed == "01"
    assert choose("{sum:trung-cap-tap-trung+trung-cap-khong-tap-trung}").number == 170
    assert "36511988780" in choose("{budget}").sought


def test_the_pages_ask_a_constant_number_of_queries(plan_2024: Plan) -> None:
    client = Client()
    client.force_login(make_user("ban", "Lê Ban", Role.BOARD))
    client.get(EDITOR)  # a session that is new is read step by step
    counts = {}
    for address in (f"{EDITOR}can-cu/", f"{EDITOR}cao-cap-ly-luan-chinh-tri/"):
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        counts[address] = len(asked)
    assert len(set(counts.values())) == 1
    user, known = User.objects.get(username="ban"), field_list(plan_2024, ())
    for written in ("{quota:cao-cap-tap-trung-hoc-vien-hcm}", "{programme:cao-cap-ly-luan-chinh-tri}", "{budget}"):
        field = one_field(written)
        assert field is not None
        with CaptureQueriesContext(connection) as asked:
            view = figure_view(plan_2024, field, known, user)
        assert len(asked) <= 6
        assert view.total in (view.choice.printed, "5")
    assert Quota.objects.filter(programme__plan=plan_2024).count() == 22
