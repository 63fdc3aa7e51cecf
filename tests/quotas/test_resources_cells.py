"""Allocations and registrations as files: through the grids' own services, all errors at once, all or nothing."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from quotas.models import Allocation, Registration
from quotas.services.cells import CellInput, save_allocations, save_registrations
from quotas.services.responses import accept_response, send_response
from tests.cast import Province
from tests.office import OfficePage, changes, confirm, exported, problems, sheet, signed_in, upload
from trainingplan.models import Change, Plan, Role, User

HEADS = ["Năm", "Khóa chương trình", "Khóa chỉ tiêu", "Khóa đơn vị", "Số người"]
ASKED = [*HEADS, "Không có nhu cầu"]


@pytest.fixture
def board(province: Province) -> Client:
    return signed_in(province.hoa)


def line(quota: str, unit: str, number: Any, *more: Any) -> list[Any]:
    return [2024, "cao-cap", quota, f"huyen-uy-{unit}", number, *more]


def given(province: Province) -> dict[str, int | None]:
    return {
        f"{cell.quota.key} {cell.unit.key}": cell.number
        for cell in Allocation.objects.select_related("quota", "unit").order_by("pk")
    }


def test_a_file_is_shown_then_written_as_one_batch(board: Client, province: Province) -> None:
    content = sheet(HEADS, line("kv3", "binh-son", 20), line("kv3", "son-tinh", "25"), line("hcm", "binh-son", 5))
    shown = upload(board, Allocation, content)
    assert [(row, kind) for row, kind, _ in changes(shown)] == [(2, "new"), (3, "new"), (4, "new")]
    assert ("Số người", "", "25") in changes(shown)[1][2]
    assert given(province) == {}
    answer = confirm(board, Allocation, shown)
    assert "Đã nhập tệp «tep.xlsx»: 3 dòng thêm mới" in answer.content.decode()
    assert given(province) == {
        "kv3 huyen-uy-binh-son": 20,
        "kv3 huyen-uy-son-tinh": 25,
        "hcm huyen-uy-binh-son": 5,
    }
    traced = Change.objects.filter(table="allocation")
    assert traced.count() == 3
    assert traced.values("batch").distinct().count() == 1
    assert set(traced.values_list("reason", "actor_name")) == {("Nhập từ tệp tep.xlsx", "Phạm Thị Hoa (hoa)")}


def test_the_ceiling_holds_for_the_file_as_a_whole(board: Client, province: Province) -> None:
    over = sheet(HEADS, line("hcm", "binh-son", 3), line("hcm", "son-tinh", 3))
    answer = upload(board, Allocation, over)
    assert problems(answer) == [
        (
            3,
            "Số người",
            (
                "Vượt chỉ tiêu «Học viện CTQG Hồ Chí Minh» (5): ô này đang có 0, nhập 3, nhiều nhất có thể là 2. "
                "Còn lại 2. Sửa ô này trong tệp rồi nhập lại."
            ),
        )
    ]
    assert given(province) == {}
    assert Change.objects.count() == 0


def test_moving_a_place_does_not_hang_on_the_order_of_rows(board: Client, province: Province) -> None:
    save_allocations(
        plan=province.plan, cells=[CellInput(province.son_tinh.pk, province.hcm.pk, "5")], actor=province.hoa
    )
    moved = sheet(HEADS, line("hcm", "binh-son", 5), line("hcm", "son-tinh", 0))
    confirm(board, Allocation, upload(board, Allocation, moved))
    assert given(province) == {"hcm huyen-uy-son-tinh": 0, "hcm huyen-uy-binh-son": 5}


def test_all_that_is_wrong_is_said_at_once_with_row_column_and_remedy(board: Client, province: Province) -> None:
    content = sheet(
        HEADS,
        line("kv3", "binh-son", "1,5"),
        line("kv3", "son-tinh", 1.5),
        line("hcm", "binh-son", -3),
        line("hcm", "son-tinh", "１２"),
        line("khong-co", "binh-son", 1),
        line("kv3", "khong-co", 1),
        line("hcm", "binh-son", 1),
        line("hcm", "son-tinh", 10**12),
        [1999, "cao-cap", "kv3", "huyen-uy-binh-son", 1],
        line("hcm", "binh-son", "=1+1"),
        line("", "binh-son", 1),
    )
    found = problems(upload(board, Allocation, content))
    assert [(row, column) for row, column, _ in found] == [
        (2, "Số người"), (3, "Số người"), (4, "Số người"), (5, "Số người"), (6, "Khóa chỉ tiêu"), (7, "Khóa đơn vị"),
        (8, ""), (9, ""), (10, "Khóa chỉ tiêu"), (11, ""), (12, "Khóa chỉ tiêu"),
    ]  # fmt: skip
    said = [message for _, _, message in found]
    assert said[0] == "«1,5» không phải số người. Nhập số nguyên, ví dụ 2."
    assert said[1] == said[0]
    assert "là số âm" in said[2]
    assert "Gõ lại bằng chữ số 0–9, ví dụ 12." in said[3]
    assert said[4] == (
        "Không có chỉ tiêu «khong-co», năm «2024», khóa chương trình «cao-cap». Xem khóa ở trang Chỉ tiêu."
    )
    assert said[6] == "Trùng với dòng 4 của tệp: cùng một đối tượng. Bỏ bớt một dòng."
    assert given(province) == {}


def test_one_wrong_row_keeps_the_right_ones_out(board: Client, province: Province) -> None:
    answer = upload(board, Allocation, sheet(HEADS, line("kv3", "binh-son", 1), line("kv3", "son-tinh", "hai")))
    assert "token" not in answer.context
    assert given(province) == {}


@pytest.mark.parametrize(
    ("heads", "reason"),
    [
        (HEADS[1:], "Thiếu cột «Năm»"),
        ([*HEADS, "Lạ"], "Không hiểu cột «Lạ»"),
        ([*HEADS, "số người"], "Cột «Số người» có hai lần"),
    ],
)
def test_headings_are_those_of_the_export(board: Client, heads: list[str], reason: str) -> None:
    (row, column, message) = problems(upload(board, Allocation, sheet(heads, ["x"] * len(heads))))[0]
    assert (row, column) == (0, "")
    assert reason in message


def test_headings_may_be_written_without_marks_or_decomposed(board: Client, province: Province) -> None:
    heads = ["NAM", "khoa chuong trinh", "Kho\u0301a chi\u0309 tie\u0302u", "Khóa đơn vị", "so nguoi"]
    confirm(board, Allocation, upload(board, Allocation, sheet(heads, line("kv3", "binh-son", 1))))
    assert given(province) == {"kv3 huyen-uy-binh-son": 1}


def test_a_file_that_changes_nothing_says_so(board: Client, province: Province) -> None:
    cells = [CellInput(province.binh_son.pk, province.kv3.pk, "7")]
    save_allocations(plan=province.plan, cells=cells, actor=province.hoa)
    answer = upload(board, Allocation, sheet(HEADS, line("kv3", "binh-son", 7)))
    assert "không có gì để nhập" in answer.content.decode()


def test_what_changed_since_the_preview_is_not_written_over(board: Client, province: Province) -> None:
    shown = upload(board, Allocation, sheet(HEADS, line("kv3", "binh-son", 7)))
    cells = [CellInput(province.binh_son.pk, province.kv3.pk, "9")]
    save_allocations(plan=province.plan, cells=cells, actor=province.hoa)
    answer = confirm(board, Allocation, shown)
    assert "dữ liệu đã thay đổi từ lúc xem trước" in answer.content.decode()
    assert given(province) == {"kv3 huyen-uy-binh-son": 9}


def test_a_file_with_versions_meets_a_newer_value_as_the_grid_does(board: Client, province: Province) -> None:
    for typed, version in (("4", 0), ("9", 1)):
        cells = [CellInput(province.binh_son.pk, province.kv3.pk, typed, version)]
        save_allocations(plan=province.plan, cells=cells, actor=province.hoa)
    content = sheet([*HEADS, "Phiên bản"], line("kv3", "binh-son", 7, 1))
    (row, column, message) = problems(upload(board, Allocation, content))[0]
    assert (row, column) == (2, "Số người")
    assert "Phạm Thị Hoa vừa sửa ô này thành «9»" in message
    assert "nhập số ấy vào ô này trên trang" in message


def test_the_same_preview_is_confirmed_once(board: Client, province: Province) -> None:
    shown = upload(board, Allocation, sheet(HEADS, line("kv3", "binh-son", 7)))
    confirm(board, Allocation, shown)
    again = confirm(board, Allocation, shown)
    assert "Tệp này đã được nhập" in again.content.decode()
    assert Change.objects.count() == 1


def test_a_preview_is_its_maker_s_own(board: Client, province: Province) -> None:
    shown = upload(board, Allocation, sheet(HEADS, line("kv3", "binh-son", 7)))
    other = User.objects.create_user("khac", full_name="Khác", role=Role.BOARD)
    assert "không phải của bạn" in confirm(signed_in(other), Allocation, shown).content.decode()
    assert "không phải của bạn" in confirm(board, Registration, shown).content.decode()
    address = OfficePage(Allocation, "process_import", None).url
    for token in ("", "abc", "0" * 32 + ":x", "../../etc/passwd"):
        assert "quá hạn" in board.post(address, {"token": token}, follow=True).content.decode()
    assert board.get(address).status_code == 405
    assert signed_in(province.alice).post(address, {"token": shown.context["token"]}).status_code == 403
    assert given(province) == {}


def test_a_frozen_plan_takes_no_file(board: Client, province: Province) -> None:
    Plan.objects.update(state=Plan.State.ISSUED)
    (row, column, message) = problems(upload(board, Allocation, sheet(HEADS, line("kv3", "binh-son", 7))))[0]
    assert (row, column) == (2, "Số người")
    assert "số phân bổ đã khóa" in message


def test_a_unit_whose_answer_is_closed_is_told_at_its_rows(board: Client, province: Province) -> None:
    """An answer that was taken in is not written over by a file either; what else is wrong is said with it."""
    cells = [CellInput(province.binh_son.pk, province.kv3.pk, "6")]
    save_registrations(plan=province.plan, unit=province.binh_son, cells=cells, actor=province.alice)
    send_response(plan=province.plan, unit=province.binh_son, actor=province.alice)
    accept_response(plan=province.plan, unit=province.binh_son, actor=province.hoa)
    content = sheet(ASKED, line("hcm", "son-tinh", 500, None), line("hcm", "binh-son", 1, None))
    told = {(row, column): message for row, column, message in problems(upload(board, Registration, content))}
    assert "lớn hơn cả chỉ tiêu của tỉnh" in told[2, "Số người"]
    assert told[3, "Số người"] == "Đăng ký đã tiếp nhận. Cần sửa thì rút tiếp nhận trước."
    assert Registration.objects.get().number == 6


def test_an_export_is_typed_and_comes_back_without_a_change(board: Client, province: Province) -> None:
    Allocation.objects.create(quota=province.kv3, unit=province.binh_son, number=1960, updated_at=timezone.now())
    heads, row = exported(board, Allocation)
    assert row == (
        "2024", "cao-cap", "kv3", "Cao cấp lý luận chính trị – Học viện Chính trị khu vực III", "huyen-uy-binh-son",
        "Huyện ủy Bình Sơn", 1960, 1, None,
    )  # fmt: skip
    answer = upload(board, Allocation, sheet([str(head) for head in heads], list(row)))
    assert "không có gì để nhập" in answer.content.decode()


def test_registrations_go_through_the_unit_s_own_service(board: Client, province: Province) -> None:
    content = sheet(
        ASKED,
        line("kv3", "binh-son", 4, None),
        line("hcm", "binh-son", None, "có"),
        line("kv3", "son-tinh", "", "x"),
    )
    confirm(board, Registration, upload(board, Registration, content))
    found = Registration.objects.order_by("unit", "quota").values_list("number", "no_need", "unit__key")
    assert sorted(found, key=str) == [
        (4, False, "huyen-uy-binh-son"), (None, True, "huyen-uy-binh-son"), (None, True, "huyen-uy-son-tinh"),
    ]  # fmt: skip
    assert Change.objects.values("batch").distinct().count() == 1
    answers = Change.objects.filter(table="response").values_list("label", flat=True)
    assert set(answers) == {"Trả lời của Huyện ủy Bình Sơn", "Trả lời của Huyện ủy Sơn Tịnh"}


def test_a_registration_says_a_number_or_no_need(board: Client, province: Province) -> None:
    content = sheet(
        ASKED, line("kv3", "binh-son", 4, "có"), line("hcm", "binh-son", 500, None), line("hcm", "son-tinh", 1, "?")
    )
    assert [message[:45] for _, _, message in problems(upload(board, Registration, content))] == [
        "Đã đánh dấu «không có nhu cầu» thì để trống s",
        "«500» lớn hơn cả chỉ tiêu của tỉnh (5). Nhập ",
        "«?» không phải «có» hoặc «không». Nhập «có», ",
    ]
    assert not Registration.objects.exists()


def test_a_row_that_another_wrote_meanwhile_is_not_lost(board: Client, province: Province) -> None:
    content = sheet([*ASKED, "Phiên bản"], line("kv3", "binh-son", 4, None, 0))
    save_registrations(
        plan=province.plan,
        unit=province.binh_son,
        cells=[CellInput(province.binh_son.pk, province.kv3.pk, "6")],
        actor=province.alice,
    )
    assert "vừa sửa ô này thành «6»" in problems(upload(board, Registration, content))[0][2]
