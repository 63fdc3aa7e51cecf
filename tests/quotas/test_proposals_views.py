"""The proposal over HTTP: limits as typed, the preview with its sentences, applying, and changes by hand after."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from quotas.models import Allocation, Proposal, Quota, Registration
from quotas.services.cells import CellInput, save_allocations
from tests.cast import Province
from trainingplan.models import Change


def address(name: str) -> str:
    return reverse(name, kwargs={"year": 2024, "number": 1})


PAGE = "allocation-proposal"


@pytest.fixture
def board(client: Client, province: Province) -> Client:
    """Nine places; seven and four registered."""
    Quota.objects.filter(pk=province.hcm.pk).update(number=9)
    for unit, number in ((province.binh_son, 7), (province.son_tinh, 4)):
        Registration.objects.create(unit=unit, quota=province.hcm, number=number, updated_at=timezone.now())
    client.force_login(province.hoa)
    return client


def typed(province: Province, **more: str) -> dict[str, str]:
    names = {"ours": province.binh_son.pk, "theirs": province.son_tinh.pk, "q": province.hcm.pk}
    fields = {f"q-{province.hcm.pk}": "1", "basis": "demand"}
    for name, value in more.items():
        who, limit = name.split("_")
        fields[f"{'q' if who == 'q' else 'u'}-{names[who]}-{limit}"] = value
    return fields


def text(client: Client, response: Any = None) -> str:
    return " ".join((response or client.get(address(PAGE))).content.decode().split())


def apply(client: Client, **more: str) -> Any:
    ids = [str(pk) for pk in Proposal.objects.filter(state="draft").values_list("pk", flat=True)]
    return client.post(address("allocation-proposal-apply"), {"proposal": ids, **more}, follow=True)


def save(client: Client, province: Province, value: str, version: int, **more: str) -> dict[str, Any]:
    cell = {"unit": province.binh_son.pk, "quota": province.hcm.pk, "value": value, "version": version}
    body = json.dumps({"cells": [cell], **more})
    told: dict[str, Any] = client.post(address("allocation-cells"), body, content_type="application/json").json()
    return told


def test_a_proposal_is_previewed_with_its_sentences_and_what_it_changes(board: Client, province: Province) -> None:
    save_allocations(
        plan=province.plan, cells=[CellInput(province.son_tinh.pk, province.hcm.pk, "3")], actor=province.hoa
    )
    assert board.post(address(PAGE), typed(province, q_floor="1")).status_code == 302
    html = text(board)
    assert "5,7 → 5, phần dư 0,7 hạng 1/2 → 6; sàn 1" in html
    assert "3,3 → 3, phần dư 0,3 hạng 2/2 → 3; sàn 1" in html
    assert "Phân bổ 9 chỉ tiêu cho 2 đơn vị; 1 đơn vị đổi so với hiện tại." in html
    assert "+6" in html
    assert Allocation.objects.count() == 1, "a preview allocates nothing"


def test_applying_leads_to_the_grid_and_keeps_the_reason(board: Client, province: Province) -> None:
    board.post(address(PAGE), typed(province))
    response = apply(board, reason="Thông báo số 12")
    assert "Đã áp dụng đề xuất: 2 ô đổi" in response.content.decode()
    assert dict(Allocation.objects.values_list("unit", "number")) == {province.binh_son.pk: 6, province.son_tinh.pk: 3}
    assert set(Change.objects.filter(table="allocation").values_list("reason", flat=True)) == {"Thông báo số 12"}


def test_limits_of_units_are_taken_as_they_are_typed(board: Client, province: Province) -> None:
    board.post(address(PAGE), typed(province, ours_cap="4", theirs_fixed="2", theirs_rank="2"))
    shares = Proposal.objects.get().shares.order_by("unit__key")
    assert [(share.places, share.cap, share.fixed, share.rank) for share in shares] == [
        (4, 4, None, 1),
        (2, None, 2, 2),
    ]
    html = text(board)
    assert f'name="u-{province.son_tinh.pk}-rank" value="2"' in html, "the next run begins with the last limits"
    assert f'name="u-{province.son_tinh.pk}-fixed" value="2"' in html
    assert "6 + 3 không đơn vị nào nhận = 9" in html


def test_shares_by_headcount_take_the_numbers_typed(board: Client, province: Province) -> None:
    fields = typed(province, ours_weight="1.000", theirs_weight="2.000") | {"basis": "headcount"}
    board.post(address(PAGE), fields)
    places = Proposal.objects.get().shares.order_by("unit__key").values_list("places", flat=True)
    assert list(places) == [5, 4], "twice the staff, but no more than it asked for"
    assert "chia 9 theo số cán bộ" in text(board)


def test_limits_that_cannot_be_met_are_named_and_what_was_typed_stays(board: Client, province: Province) -> None:
    fields = typed(province, ours_floor="6", theirs_floor="4")
    html = text(board, board.post(address(PAGE), fields))
    assert "Chưa lập được đề xuất." in html
    assert "các mức sàn và số ấn định cộng lại 10, nhiều hơn 9 chỉ tiêu" in html
    assert f'name="u-{province.binh_son.pk}-floor" value="6"' in html
    assert not Proposal.objects.exists()


@pytest.mark.parametrize(
    ("limit", "value", "words"),
    [
        ("ours_floor", "1,5", "Huyện ủy Bình Sơn, sàn: «1,5»"),
        ("ours_cap", "mười", "Huyện ủy Bình Sơn, trần: «mười»"),
        ("ours_rank", "0", "nhập từ 1 đến 99"),
        ("ours_rank", "100", "nhập từ 1 đến 99"),
        ("q_floor", "-1", "Học viện CTQG Hồ Chí Minh, sàn: «-1»"),
    ],
)
def test_what_is_no_number_is_named_at_its_place(
    board: Client, province: Province, limit: str, value: str, words: str
) -> None:
    html = text(board, board.post(address(PAGE), typed(province, **{limit: value})))
    assert words in html
    assert 'aria-invalid="true"' in html
    assert not Proposal.objects.exists()


def test_nothing_chosen_is_told(board: Client) -> None:
    assert "Chưa chọn chỉ tiêu nào" in text(board, board.post(address(PAGE), {"basis": "demand"}))


def test_a_draft_that_was_overtaken_says_so_and_is_refused(board: Client, province: Province) -> None:
    board.post(address(PAGE), typed(province))
    cells = [CellInput(province.son_tinh.pk, province.hcm.pk, "1")]
    save_allocations(plan=province.plan, cells=cells, actor=province.hoa)
    assert "vừa đổi" in text(board)
    assert "Số phân bổ của Huyện ủy Sơn Tịnh đã đổi" in apply(board).content.decode()
    assert Allocation.objects.get().number == 1


def test_drafts_can_be_thrown_away(board: Client, province: Province) -> None:
    board.post(address(PAGE), typed(province))
    ids = [str(Proposal.objects.get().pk), "x", "9" * 30]
    assert board.post(address("allocation-proposal-discard"), {"proposal": ids}).status_code == 302
    assert not Proposal.objects.exists()


def test_the_grid_asks_for_the_reason_of_a_hand_change_and_shows_it(board: Client, province: Province) -> None:
    board.post(address(PAGE), typed(province))
    apply(board)
    (refused,) = save(board, province, "5", 1)["cells"]
    assert (refused["outcome"], refused["needs_reason"], refused["number"]) == ("refused", True, 6)
    told = save(board, province, "5", 1, reason="nhường cho đơn vị mới")
    (saved,) = told["cells"]
    assert (saved["outcome"], saved["difference"]) == ("saved", "đề xuất 6, −1: nhường cho đơn vị mới")
    assert told["columns"][0] == {"given": 9, "allocated": 8, "held": 0, "left": 1}
    html = text(board, board.get(address("allocation")))
    assert 'class="departs" title="đề xuất 6, −1: nhường cho đơn vị mới"' in html
    assert "Khác đề xuất đã áp dụng: 1 ô" in html


def test_a_unit_is_not_told_why_it_was_given_more_or_less(board: Client, province: Province) -> None:
    board.post(address(PAGE), typed(province))
    apply(board)
    save(board, province, "5", 1, reason="nhường cho đơn vị mới")
    for user in (province.alice, province.charlie):
        board.force_login(user)
        html = text(board, board.get(address("allocation")))
        assert "nhường cho" not in html
        assert "đề xuất" not in html


def test_without_javascript_the_form_has_a_field_for_the_reason(board: Client, province: Province) -> None:
    board.post(address(PAGE), typed(province))
    apply(board)
    assert 'name="reason"' in text(board, board.get(address("allocation")))
    field = f"c-{province.binh_son.pk}-{province.hcm.pk}-1-6"
    html = text(board, board.post(address("allocation"), {field: "5"}))
    assert "thì cần ghi lý do" in html
    board.post(address("allocation"), {field: "5", "reason": "nhường\x00 cho\nđơn vị mới"})
    assert Allocation.objects.get(unit=province.binh_son).number == 5
    assert Change.objects.filter(reason="nhường cho đơn vị mới", new="5").exists()
