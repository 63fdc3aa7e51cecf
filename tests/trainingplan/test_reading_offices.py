"""Files as other programs and other people write them: taken where they can be, refused in plain words else."""

from datetime import date

import pytest

from tests.hostile import packages
from trainingplan.imports.problems import reason_and_remedy
from trainingplan.reading import Sheet, Unreadable, read_book
from trainingplan.reading.formats import read
from trainingplan.reading.legacy import old_cells
from trainingplan.resources.columns import Day, PartialDay
from trainingplan.rules.dates import PartialDate, year_of_day
from trainingplan.rules.names import fold

OLD_SHEET = b"\xd0\xcf\x11\xe0" + bytes(600) + "Workbook".encode("utf-16-le") + bytes(100)


@pytest.mark.parametrize("name", ["xl/SharedStrings.xml", "xl\\sharedStrings.xml"])
def test_parts_are_found_however_a_program_writes_their_names(name: str) -> None:
    rows = packages.row(1, packages.cell("A1", "<v>0</v>", "s"))
    parts = packages.parts(packages.sheet(rows)) | {name: packages.strings("<t>Tên</t>")}
    for other in {"xl/sharedStrings.xml"} - {name}:
        parts.pop(other, None)
    assert read(packages.archive(parts))[0][2] == [["Tên"]]


def test_a_title_with_commas_does_not_divide_a_file_of_semicolons() -> None:
    content = "CÁN BỘ, CÔNG CHỨC, VIÊN CHỨC, NGƯỜI LAO ĐỘNG\r\nTên;Đơn vị\r\nAn;Sở Y tế\r\n".encode()
    assert read(content)[0][2][1:] == [["Tên", "Đơn vị"], ["An", "Sở Y tế"]]


def test_an_old_workbook_is_refused_with_the_way_to_save_it() -> None:
    with pytest.raises(Unreadable, match=r"kiểu cũ \(\.xls\).*Lưu thành.*\*\.xlsx"):
        read(OLD_SHEET)


def test_a_text_longer_than_a_cell_can_be_is_refused() -> None:
    with pytest.raises(Unreadable, match=r"dài hơn 32\.767 chữ"):
        read(packages.book(packages.sheet(packages.row(1, packages.text("A1", "ấ" * 32_768)))))


def test_unicode_in_an_old_font_is_not_old_text() -> None:
    sheet = Sheet("x", hidden=False, rows=(("Họ và tên", "Hä vµ tªn"),), legacy={(1, 1): "tcvn3", (1, 2): "tcvn3"})
    assert old_cells(sheet) == {(1, 2): "tcvn3"}


def test_a_year_in_a_cell_of_dates_is_no_day_of_1905() -> None:
    """Excel shows 1984 as 06/06/1905 there."""
    assert year_of_day(date(1905, 6, 6)) == 1984
    with pytest.raises(ValueError, match="có thể là năm 1984 gõ vào ô định dạng ngày"):
        PartialDay().clean(date(1905, 6, 6))
    assert PartialDay().clean(date(1935, 6, 6)) == PartialDate(1935, 6, 6)


def test_what_is_left_of_a_quota_is_no_remedy() -> None:
    reason, remedy = reason_and_remedy("Vượt chỉ tiêu «A» (60): nhiều nhất có thể là 3. Còn lại 0.")
    assert reason.endswith("Còn lại 0.")
    assert remedy == "Sửa ô này trong tệp rồi nhập lại."


def test_plain_letters_fold_as_all_others_do() -> None:
    assert fold(" Uy  BAN -Mat\ttran ") == fold(" Uỷ  BAN -Mặt\ttran ") == "uy ban mat tran"


def test_a_bare_number_is_a_date_as_its_workbook_counts_days() -> None:
    rows = packages.sheet(packages.row(1, packages.cell("A1", "<v>44169</v>")))
    for pr, day in (('<workbookPr date1904="1"/>', date(2024, 12, 5)), ("", date(2020, 12, 4))):
        ((value,),) = read_book("a.xlsx", packages.book(rows, pr=pr)).sheets[0].rows
        assert (value, str(value), Day().clean(value)) == (44169, "44169", day)


def test_a_small_number_in_a_cell_of_dates_is_no_birth() -> None:
    with pytest.raises(ValueError, match="một số nhỏ gõ vào ô định dạng ngày"):
        PartialDay().clean(date(1900, 2, 14))
