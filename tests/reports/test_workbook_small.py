"""Workbooks that no fixture knows: another province's plan, its changes, all that is wrong at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from budget.models import BudgetLine
from budget.resources.book_costs import CostSheet
from quotas.models import Allocation, Person
from reports.appendices import build_appendix, whole_province
from reports.exports import Format, render
from reports.plan_document import plan_document
from reports.workbook.taking_in import TakenIn, take_in
from reports.workbook.writing import write_template, write_workbook
from tests.cast import make_user
from tests.reports.workbook_cast import Rows, all_rows, as_book, small_plan
from trainingplan.imports.batches import apply, preview, recognise, take_up
from trainingplan.imports.undo import undo
from trainingplan.models import Change, Participant, PersonalRead, Plan, Role, Section, Unit, User
from trainingplan.reading import read_book

pytestmark = pytest.mark.django_db
DAY = date(2026, 1, 2)
NASTY = ("=1+1", "+84 55 3822", "-5", "@lệnh", "a\nb", "«“”»", "1.960", "01/02/2024", "<b>&amp;", "_x000D_", "'x")


def take(rows: Rows, **how: Any) -> TakenIn:
    return take_in(as_book(rows), actor=how.pop("actor", None), **how)


def sheet(rows: Rows, name: str) -> list[dict[str, Any]]:
    return rows[name]


def other_plan() -> Rows:
    """A plan of 2031 with a second unit, a second quota and columns of its own."""
    rows = small_plan(2031)
    rows["Đơn vị"] += [{"Khóa": "so-moi"}, {"Khóa": "tinh-uy"}]
    first, last = "01/01/2020", ""
    for key, name in (("so-moi", "Sở Mới"), ("tinh-uy", "Tỉnh ủy Mẫu")):
        rows["Tên đơn vị"].append({"Khóa đơn vị": key, "Tên": name, "Từ ngày": first, "Đến trước ngày": last})
    rows["Khối"].append({"Khóa": "nha-nuoc", "Tên khối": "Khối Nhà nước", "Thứ tự": 2})
    rows["Đơn vị tham gia"].append({"Khóa đơn vị": "so-moi", "Khóa khối": "nha-nuoc", "Thứ tự": 1})
    rows["Cột của phụ lục"][2]["Tiêu đề cột"] = "Khóa ngắn hạn"
    rows["Phân bổ"].append(rows["Phân bổ"][0] | {"Khóa đơn vị": "so-moi", "Số người": 7})
    return rows


def paper(number: int = 1) -> str:
    plan = Plan.objects.get(year=2031)
    appendix = plan.appendices.prefetch_related("columns").get(number=number)
    return render(build_appendix(plan, appendix, whole_province()), Format.TXT).decode()


@pytest.fixture
def board(db: None) -> User:
    return make_user("lan", "Trần Thị Lan", Role.BOARD)


def test_the_template_is_a_whole_plan_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "so-mau.xlsx"
    call_command("export_workbook", 2031, file, "--template")
    call_command("import_workbook", file)
    assert "Đã nhập." in capsys.readouterr().out
    text = render(plan_document(Plan.objects.get(year=2031)), Format.TXT).decode()
    assert "Mở 01 lớp cho 40 đồng chí (Phụ lục 1), kinh phí 1.600.000 đồng." in text
    assert Person.objects.get().full_name == "Nguyễn Thị Mẫu"


def test_another_provinces_plan_becomes_appendices(capsys: pytest.CaptureFixture[str]) -> None:
    assert take(other_plan()).problems == ()
    printed = paper()
    assert "Khóa ngắn hạn" in printed
    assert "Sở Mới\t7\t7" in printed
    assert "TỔNG CỘNG\t12\t12" in printed


def test_units_move_and_places_are_exchanged() -> None:
    """Two moves at once: both units change khối and parent from a day on, and exchange their places."""
    rows = other_plan()
    assert take(rows).kept
    for place in rows["Vị trí đơn vị"]:
        place["Đến trước ngày"] = "01/07/2030"
    for key, group in (("huyen-uy-mau", "nha-nuoc"), ("so-moi", "huyen-thi-thanh")):
        moved = {"Khóa đơn vị": key, "Khóa cấp trên": "tinh-uy", "Khóa khối": group, "Từ ngày": "01/07/2030"}
        rows["Vị trí đơn vị"].append(moved)
    for member in rows["Đơn vị tham gia"]:
        member["Khóa khối"] = {"huyen-thi-thanh": "nha-nuoc", "nha-nuoc": "huyen-thi-thanh"}[member["Khóa khối"]]
    rows["Khối"][0]["Thứ tự"], rows["Khối"][1]["Thứ tự"] = 2, 1
    taken = take(rows)
    assert taken.problems == ()
    assert {name: (added, changed) for name, added, changed, *_ in taken.counts if added + changed} == {
        "Khối": (0, 2),
        "Vị trí đơn vị": (2, 1),
        "Đơn vị tham gia": (0, 2),
    }
    unit = Unit.objects.get(key="huyen-uy-mau")
    assert [
        (place.parent and place.parent.key, place.valid_to) for place in unit.placements.order_by("valid_from")
    ] == [
        (None, date(2030, 7, 1)),
        ("tinh-uy", None),
    ]
    assert paper().index("Huyện ủy Mẫu") < paper().index("Sở Mới")
    assert Change.objects.filter(table="participant", field="group", new="nha-nuoc").count() == 2


def test_all_errors_are_told_at_once_with_their_places() -> None:
    rows = other_plan()
    rows["Đơn vị"][0]["Khóa"] = "Huyện Ủy"
    rows["Chương trình"][0]["Loại"] = "Học"
    rows["Chỉ tiêu"][0]["Số lượng"] = "bốn mươi"
    rows["Mức chi"][0]["Mức chi"] = "20.0.0"
    rows["Khoản dự toán"][0]["Thành tiền"] = 5
    rows["Nguồn kinh phí"].append({"Khóa": "khac", "Tên": "Khác", "Thứ tự": 1})
    rows["Cột của phụ lục"][1]["Nguồn số liệu"] = "units"
    rows["Mục của kế hoạch"][0]["Nội dung"] = "{số}"
    taken = take(rows)
    assert not taken.kept
    assert Plan.objects.count() == Unit.objects.count() == Change.objects.count() == 0
    places = {(one.place.sheet, one.place.row) for one in taken.problems if one.place}
    assert places >= {
        ("Đơn vị", 2), ("Chương trình", 2), ("Mức chi", 2), ("Nguồn kinh phí", 3), ("Cột của phụ lục", 5),
        ("Mục của kế hoạch", 2),
    }  # fmt: skip
    assert taken.dependent >= 5
    for one in taken.problems:
        assert one.place
        assert one.reason.endswith((".", "?"))
        assert one.remedy.endswith(".")
    choice = next(one for one in taken.problems if one.place and one.place.sheet == "Chương trình")
    assert (choice.place and choice.place.column, choice.value) == (6, "Học")
    assert "«Đào tạo»" in choice.remedy


def test_the_command_tells_places_and_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import io  # noqa: PLC0415 - this test alone edits a real file

    from openpyxl import load_workbook  # noqa: PLC0415 - 0.2 s, and only this test needs it

    book = load_workbook(io.BytesIO(write_template(2031, DAY)))
    book["Chỉ tiêu"]["F2"] = "bốn mươi"
    book.save(tmp_path / "so.xlsx")
    with pytest.raises(SystemExit) as ended:
        call_command("import_workbook", tmp_path / "so.xlsx")
    told = capsys.readouterr().out
    assert ended.value.code == 1
    assert "Sheet «Chỉ tiêu», dòng 2, cột F, giá trị «bốn mươi»: «bốn mươi» " in told
    assert "chưa ghi gì" in told
    assert not Plan.objects.exists()
    with pytest.raises(CommandError, match="Không có tài khoản"):
        call_command("import_workbook", tmp_path / "so.xlsx", "--as", "lan")


def test_a_dry_run_writes_nothing_and_good_rows_leave_out_the_bad() -> None:
    rows = other_plan()
    assert take(rows, dry_run=True).kept is False
    assert not Unit.objects.exists()
    rows["Phân bổ"].append(rows["Phân bổ"][0] | {"Khóa đơn vị": "khong-co"})
    taken = take(rows, good_rows=True)
    assert taken.kept
    assert [one.place.row for one in taken.problems if one.place] == [4]
    assert Allocation.objects.count() == 2


def test_what_breaks_in_the_middle_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(CostSheet, "write", fail)
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        take(other_plan())
    assert not any(all_rows().values())
    assert not Change.objects.exists()


def test_a_frozen_plan_takes_its_own_workbook_and_nothing_else() -> None:
    rows = other_plan()
    take(rows)
    Plan.objects.update(state=Plan.State.ISSUED)
    rows["Kế hoạch"][0]["Bước"] = "Đã ban hành"
    assert take(rows).kept
    rows["Chỉ tiêu"][0]["Số lượng"] = 50
    rows["Tên đơn vị"][0]["Tên"] = "Huyện ủy Mẫu mới"
    taken = take(rows)
    assert not taken.kept
    assert [(one.place.sheet, one.place.row) for one in taken.problems if one.place] == [("Chỉ tiêu", 2)]
    assert "đã khóa" in taken.problems[0].reason


@pytest.mark.parametrize(
    ("name", "heading", "value", "words"),
    [
        ("Kế hoạch", "Số", "12", "không đổi bằng tệp"),
        ("Dòng kinh phí", "Trạng thái", "đang học", "không đổi bằng tệp"),
        ("Trả lời của đơn vị", "Trạng thái", "đã gửi", "không đổi bằng tệp"),
        ("Phân bổ", "Số người", 41, "đã phân bổ 48"),
        ("Phân bổ", "Số người", 0, "trong đó"),
        ("Trần của đơn vị", "Trần", 2, "có trần 2"),
        ("Chỉ tiêu con", "Số lượng", 1, "đã phân bổ 2"),
        ("Nguồn của dòng", "Số tiền", 1, "Các nguồn cộng lại"),
        ("Dòng kinh phí", "Thành tiền", 5, "Ghi 5 đồng"),
        ("Khoản dự toán", "Mức dùng", 10, "tính ra là 800 đồng"),
        ("Đăng ký nhu cầu", "Không có nhu cầu", "có", "không có số người"),
        ("Tên đơn vị", "Đến trước ngày", "01/01/2019", "Ngày kết thúc"),
        ("Đơn vị tham gia", "Thứ tự", 0, "nhỏ hơn 1"),
        ("Kế hoạch", "Năm", "", "Sheet «Kế hoạch» phải có một dòng"),
    ],
)
def test_what_bounds_the_figures_bounds_a_workbook(name: str, heading: str, value: object, words: str) -> None:
    from trainingplan.services.refusals import Refused  # noqa: PLC0415 - one case is refused as a whole

    rows = other_plan()
    take(rows)
    before = all_rows()
    rows[name][0][heading] = value
    try:
        told = " ".join(f"{one.reason} {one.remedy}" for one in take(rows).problems)
    except Refused as refusal:
        told = refusal.message
    assert words in told
    assert all_rows() == before


@pytest.mark.parametrize("good_rows", [False, True])
def test_a_sum_beyond_its_ceiling_is_told_at_its_cell_in_whatever_sheet(*, good_rows: bool) -> None:
    rows = other_plan()
    take(rows)
    before = all_rows()
    rows["Phân bổ"][0]["Số người"] = 41
    taken = take(rows, good_rows=good_rows)
    assert {(one.place and one.place.label, one.heading, one.value) for one in taken.problems} == {
        ("«Phân bổ», dòng 2, cột F", "Số người", "41")
    }
    assert ["đã phân bổ 48" in taken.problems[0].reason, "có trần" in taken.problems[1].reason] == [True, True]
    assert (taken.kept, all_rows()) == (False, before)


def test_new_estimates_are_priced_and_blanks_filled_from_the_norms() -> None:
    rows = other_plan()
    for heading in ("Loại mức chi", "Mức dùng", "Nội dung chi", "Khóa bộ định mức", "Thành tiền"):
        rows["Khoản dự toán"][0][heading] = ""
    percent = {"Khóa dòng": "lop-mau-1", "Thứ tự": 2, "Nội dung chi": "Quản lý lớp", "Loại mức chi": "tỷ lệ %"}
    base = "các khoản khác của lớp, không gồm chính khoản này"
    rows["Khoản dự toán"].append(percent | {"Tỷ lệ tính trên": base, "Mức dùng": 10})
    rows["Dòng kinh phí"][0]["Thành tiền"] = 1_760_000
    rows["Nguồn của dòng"][0]["Số tiền"] = 1_760_000
    assert take(rows).problems == ()
    line = BudgetLine.objects.get()
    assert [(cost.content, cost.amount) for cost in line.costs.order_by("position")] == [
        ("Nước uống", 1_600_000),
        ("Quản lý lớp", 160_000),
    ]
    rows["Khoản dự toán"][0]["Thừa số 1"] = 80
    rows["Dòng kinh phí"][0]["Thành tiền"] = rows["Nguồn của dòng"][0]["Số tiền"] = 3_520_000
    assert take(rows).problems == ()
    line.refresh_from_db()
    assert line.amount == 3_520_000


def test_the_import_centre_previews_applies_and_undoes(board: User) -> None:
    take(other_plan())
    before = all_rows()
    rows = other_plan()
    rows["Phân bổ"][1]["Số người"] = 8
    rows["Tên đơn vị"][0]["Tên"] = "Huyện ủy Mẫu mới"
    content = _file(rows)
    book = read_book("so.xlsx", content)
    kind = recognise(book, board)
    assert kind is not None
    assert kind.key == "so-toan-ke-hoach"
    batch = preview(take_up(name="so.xlsx", content=content, kind=kind, plan=None, actor=board))
    assert (batch.added, batch.changed, batch.refused) == (0, 2, 0)
    assert all_rows() == before
    batch = apply(batch, mode="all", digest=batch.digest, actor=board)
    assert Allocation.objects.get(unit__key="so-moi").number == 8
    undone = undo(batch, actor=board)
    assert undone.kept == 0
    assert all_rows() == before


def test_spaces_that_do_not_break_stay_where_they_are() -> None:
    take(other_plan())
    Plan.objects.update(subject="đào tạo\u00a0năm 2031")
    taken = take_in(read_book("so.xlsx", write_workbook(2031, DAY)), actor=None)
    assert not any(added or changed for _, added, changed, *_ in taken.counts)
    assert Plan.objects.get().subject == "đào tạo\u00a0năm 2031"


def test_only_the_board_fetches_it(board: User, client: Any) -> None:
    rows = other_plan()
    rows["Cán bộ"][0]["Dân tộc"] = "Kinh"
    take(rows)
    client.force_login(board)
    address = reverse("plan-workbook", args=[2031])
    assert address in client.get(reverse("appendices", args=[2031])).content.decode()
    reply = client.get(address)
    assert reply.content == write_workbook(2031, _today())
    assert "no-store" in reply["Cache-Control"]
    assert PersonalRead.objects.get().count == 1


def _today() -> date:
    from django.utils import timezone  # noqa: PLC0415

    return timezone.localdate()


def _file(rows: Rows) -> bytes:
    """The rows as a real file, through the database: taken in, written out, rolled back."""
    with _rolled_back():
        assert take(rows).problems == ()
        return write_workbook(2031, DAY)


@contextmanager
def _rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


texts = st.one_of(
    st.sampled_from(NASTY),
    st.text(
        st.characters(codec="utf-8", categories=("L", "N", "P", "S"), include_characters=" "), min_size=1, max_size=40
    ),
).filter(lambda text: bool(text.strip()))
numbers = st.integers(0, 20)


@st.composite
def plans(draw: st.DrawFn) -> Rows:
    """Small plans with words and figures of every kind."""
    rows = other_plan()
    rows["Kế hoạch"][0]["Trích yếu"] = draw(texts)
    rows["Mục của kế hoạch"][0]["Tiêu đề"] = draw(texts)
    rows["Tên đơn vị"][1]["Tên"] = draw(texts)
    rows["Chỉ tiêu"][0]["Phần mở"] = draw(texts)
    rows["Phân bổ"][1] |= {"Số người": draw(numbers), "Ghi chú": draw(texts), "Dự bị": draw(numbers)}
    for number in range(draw(st.integers(0, 3))):
        rows["Mục của kế hoạch"].append(
            {"Thứ tự": number + 2, "Khóa": f"m-{number}", "Thuộc mục": draw(st.sampled_from(["", "muc-1"])),
             "Nội dung": draw(texts)}
        )  # fmt: skip
        born = draw(st.sampled_from(["1984", "05/1984", "05/12/1984", ""]))
        person = {"Khóa đơn vị": "so-moi", "Họ và tên": "Lê Văn An", "Ngày sinh": born, "Người thứ": number + 1}
        rows["Cán bộ"].append(person | {"Giới tính": "nam", "Chức vụ": draw(texts)})
        who = person | {"Khóa đơn vị của cán bộ": "", "Khóa chương trình": "boi-duong-mau", "Khóa chỉ tiêu": "lop-mau"}
        rows["Cử đi"].append(who | {"Dự bị": "có", "Ghi chú": draw(texts)})
    return rows


@settings(
    max_examples=4,
    derandomize=True,  # the same plans on a slow machine as on a quick one
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    deadline=None,
)
@given(rows=plans())
def test_whatever_a_plan_says_leaves_and_comes_back(rows: Rows) -> None:
    with _rolled_back():
        # What is taken for a field of the text is another matter.
        for section in rows["Mục của kế hoạch"]:
            for name in ("Tiêu đề", "Nội dung"):
                section[name] = str(section.get(name) or "").replace("{", "(").replace("}", ")")
        assert take(rows).problems == ()
        first, content = all_rows(), write_workbook(2031, DAY)
        assert sum(same for *_, same, _ in take_in(read_book("so.xlsx", content), actor=None).counts) > 30
        assert all_rows() == first
        assert Section.objects.count() == len(rows["Mục của kế hoạch"])
    with _rolled_back():
        assert take_in(read_book("so.xlsx", content), actor=None).problems == ()
        assert all_rows() == first
        assert write_workbook(2031, DAY) == content
    assert not Participant.objects.exists()
