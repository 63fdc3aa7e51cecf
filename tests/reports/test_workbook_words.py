"""The whole-plan workbook in words: rows by their names, and what is named but not there."""

from io import BytesIO
from itertools import pairwise

import pytest
from openpyxl import load_workbook

from reports.workbook.taking_in import take_in
from reports.workbook.writing import write_workbook
from tests.cast import make_user
from tests.reports.test_workbook_small import DAY, _file, other_plan, take
from tests.reports.workbook_cast import Rows, all_rows
from trainingplan.imports.batches import preview, recognise, take_up
from trainingplan.imports.report import read_report
from trainingplan.models import Plan, Role, Section
from trainingplan.reading import read_book

pytestmark = pytest.mark.django_db


def told(rows: Rows) -> list[str]:
    before = all_rows()
    taken = take(rows)
    assert all_rows() == before
    return [f"{one.place.sheet if one.place else ''} {one.reason} {one.remedy}" for one in taken.problems]


def test_a_preview_names_rows_by_their_names() -> None:
    board = make_user("lan", "Trần Thị Lan", Role.BOARD)
    content = _file(other_plan())
    kind = recognise(read_book("so.xlsx", content), board)
    batch = preview(take_up(name="so.xlsx", content=content, kind=kind, plan=None, actor=board))
    names: dict[str, list[str]] = {}
    for line in read_report(batch).lines:
        names.setdefault(line.place.sheet, []).append(line.name)
    assert names["Chương trình"] == ["Bồi dưỡng công tác đảng (mẫu)"]
    assert names["Điểm của chương trình"] == ["Bồi dưỡng mẫu – Đối tượng:"]
    assert names["Chỉ tiêu"] == ["Bồi dưỡng mẫu – Lớp bồi dưỡng mẫu"]
    assert names["Cột của phụ lục"][0] == "Phụ lục 1 – TT"
    assert names["Đơn vị"][1] == "Sở Mới"
    assert names["Đơn vị tham gia"] == ["Huyện ủy Mẫu", "Sở Mới"]
    assert names["Cán bộ"] == ["Nguyễn Thị Mẫu – 1984 – Huyện ủy Mẫu"]
    assert names["Khoản dự toán"] == ["Lớp bồi dưỡng mẫu – Nước uống"]


@pytest.mark.one_database("texts are compared")
@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("Mục của kế hoạch", "Cho {quota:khong-co} người", "Mục của kế hoạch {quota:khong-co}: không có chỉ tiêu"),
        ("Mục của kế hoạch", "Cho {sum:lop-mau+lop-la} người", "không có chỉ tiêu «lop-la»"),
        ("Mục của kế hoạch", "Phụ lục {appendix:9}", "không có phụ lục «9». Sửa khóa trong lời văn, hoặc thêm"),
        ("Điểm của chương trình", "{programme:la}", "không có chương trình «la»"),
    ],
)
def test_a_text_names_only_what_is_there_or_in_the_file(name: str, text: str, words: str) -> None:
    rows = other_plan()
    rows[name][0]["Nội dung"] = text
    assert [words in one for one in told(rows)] == [True]
    assert take(other_plan()).problems == ()
    assert [words in one for one in told(rows)] == [True]


def test_one_wrong_row_is_told_once_whoever_names_it() -> None:
    board = make_user("lan", "Trần Thị Lan", Role.BOARD)
    workbook = load_workbook(BytesIO(_file(other_plan())))
    programmes = workbook["Chương trình"]
    head = next(cell for cell in programmes[1] if cell.value == "Loại")
    programmes.cell(2, head.column).value = "Học"
    kept = BytesIO()
    workbook.save(kept)
    content = kept.getvalue()
    kind = recognise(read_book("so.xlsx", content), board)
    batch = preview(take_up(name="so.xlsx", content=content, kind=kind, plan=None, actor=board))
    report = read_report(batch)
    assert [(one.place.sheet, one.heading) for one in report.problems if one.place] == [("Chương trình", "Loại")]
    assert batch.refused > 5
    assert f"{batch.refused - 1} dòng chưa xét được, vì dòng mà chúng gọi tên còn lỗi." in report.notes[0]
    assert ("Năm", "", "2031") in report.lines[0].changes


def test_a_unit_that_is_no_more_takes_no_part() -> None:
    rows = other_plan()
    rows["Tình trạng đơn vị"].append(
        {"Khóa đơn vị": "so-moi", "Tình trạng": "đã kết thúc hoạt động", "Từ ngày": "01/03/2030"}
    )
    assert "Đơn vị tham gia Đơn vị này đã kết thúc hoạt động từ 01/03/2030" in told(rows)[0]
    rows["Tình trạng đơn vị"][-1]["Từ ngày"] = "01/03/2031"
    assert take(rows).problems == ()


def test_no_unit_succeeds_itself() -> None:
    rows = other_plan()
    way = ("so-moi", "huyen-uy-mau", "tinh-uy", "so-moi")
    rows["Kế thừa đơn vị"] = [
        {"Khóa đơn vị cũ": old, "Khóa đơn vị mới": new, "Hiệu lực từ": "01/01/2029"} for old, new in pairwise(way)
    ]
    assert sum("lại kế thừa chính nó" in one for one in told(rows)) == 3
    del rows["Kế thừa đơn vị"][2]
    assert take(rows).problems == ()


@pytest.mark.one_database("texts are compared")
@pytest.mark.parametrize("text", ["Năm\u00a02031", "Năm\u2007nay ", "Năm\u00ad nay", " Năm nay\u200b"])
def test_signs_that_a_file_does_not_keep_are_no_change(text: str) -> None:
    take(other_plan())
    Plan.objects.update(subject=text)
    Section.objects.update(heading=text)
    taken = take_in(read_book("so.xlsx", write_workbook(2031, DAY)), actor=None)
    assert not any(added or changed for _, added, changed, *_ in taken.counts)
    assert Plan.objects.get().subject == text
