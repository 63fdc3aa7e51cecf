"""Files in and out: typed cells, no live formula of user text, and a clear word for what is no such file."""

import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import tablib
from openpyxl import Workbook, load_workbook

from tests.office import sheet
from trainingplan.resources.columns import cell_text
from trainingplan.resources.files import LARGEST_FILE, ROW, Csv, FormulaWithoutValue, Xlsx, read_table
from trainingplan.services.refusals import Refused

DANGEROUS = ["=1+1", '=HYPERLINK("http://x","y")', "+84 255", "-5", "@SUM(A1)", "\t=1", "'=1", "=cmd|' /C calc'!A0"]


def table(*rows: list[Any]) -> tablib.Dataset:
    return tablib.Dataset(*rows, headers=["Tên", "Số", "Ngày"])


def test_a_workbook_holds_each_value_as_what_it_is() -> None:
    content = Xlsx().export_data(table(["Ủy ban", 1960, date(2024, 12, 5)], ["0123", None, None]))
    page = load_workbook(io.BytesIO(content)).worksheets[0]
    name, number, day = page[2]
    assert (name.value, name.data_type) == ("Ủy ban", "s")
    assert (number.value, number.data_type, number.number_format) == (1960, "n", "#,##0")
    assert (day.value.date(), day.number_format) == (date(2024, 12, 5), "dd/mm/yyyy")
    assert (page["A3"].value, page["A3"].data_type) == ("0123", "s")
    assert page["B3"].value is None


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_text_of_a_user_becomes_a_formula(text: str) -> None:
    content = Xlsx().export_data(table([text, 1, None]))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    assert load_workbook(io.BytesIO(content)).worksheets[0]["A2"].value == text
    lines = Csv().export_data(table([text, 1, None])).decode("utf-8-sig").splitlines()
    cell = lines[1].lstrip('"')
    assert cell.startswith("'")
    read = read_table("t.csv", Csv().export_data(table([text, 1, None])))
    assert read[0][0] == text or text.startswith("'")


def test_signs_that_a_workbook_cannot_hold_are_replaced_not_fatal() -> None:
    page = load_workbook(io.BytesIO(Xlsx().export_data(table(["a\x01b", 1, None])))).worksheets[0]
    assert page["A2"].value == "a\ufffdb"


@pytest.mark.parametrize("form", [Xlsx, Csv])
def test_what_is_written_is_read_back(form: type[Xlsx | Csv]) -> None:
    content = form().export_data(table(["Sơn Hà", 36, None], ["Sơn Hạ", 1960, date(2025, 7, 1)]))
    read = read_table("tep", content)
    assert read.headers == ["Tên", "Số", "Ngày", ROW]
    assert [[cell_text(value) for value in row] for row in read] == [
        ["Sơn Hà", "36", "", "2"],
        ["Sơn Hạ", "1960", "01/07/2025", "3"],
    ]


def test_rows_keep_the_number_they_have_in_the_file() -> None:
    read = read_table("t.xlsx", sheet(["Tên"], [None], ["Một"], [None], ["Hai"]))
    assert [(row[0], row[1]) for row in read] == [("Một", 3), ("Hai", 5)]


def test_a_formula_gives_its_value_or_is_known_to_have_none() -> None:
    read = read_table("t.xlsx", sheet(["Số"], ["=1+1"], [3]))
    assert read[0][0] == FormulaWithoutValue("=1+1")
    assert read[1][0] == 3
    with pytest.raises(ValueError, match="công thức chưa có kết quả"):
        cell_text(read[0][0])


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_text_file_may_be_divided_as_excel_divides_it(mark: str) -> None:
    read = read_table("t.csv", f"Tên{mark}Số\nSơn Hà{mark}1.960\n".encode("utf-8-sig"))
    assert list(read[0]) == ["Sơn Hà", "1.960", 2]


def broken_workbook() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/workbook.xml", "<không phải xml")
    return out.getvalue()


def swelling_workbook() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "")
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * (101 * 1024 * 1024))
    return out.getvalue()


def other_archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "rỗng"),
        (b"a" * (LARGEST_FILE + 1), "lớn hơn 5 MB"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "kiểu cũ"),
        (b"PK\x03\x04" + b"x" * 100, "bị hỏng"),
        (b"%PDF-1.7\n\xe2\xe3\xcf\xd3", "là PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0", "là hình ảnh"),
        ("Tên\0Số".encode(), "không phải tệp"),
        ("Tên\nĐà".encode("utf-16-le"), "không phải .xlsx"),
        (broken_workbook(), "không đọc được"),
        (other_archive(), "không phải sổ Excel"),
        (b"\n\n", "không có dòng nào"),
        (("Tên\n" + "a\n" * 20_001).encode(), "hơn 20.000 dòng"),
    ],
    ids=["empty", "large", "xls", "zip", "pdf", "png", "nul", "utf-16", "broken", "docx", "blank", "long"],
)
def test_what_is_no_such_file_is_said_in_words(content: bytes, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        read_table("tệp", content)


def test_an_archive_that_swells_is_refused_before_it_is_read() -> None:
    with pytest.raises(Refused, match="giải nén ra quá lớn"):
        read_table("bom.xlsx", swelling_workbook())


def test_a_far_cell_does_not_fill_the_memory() -> None:
    book = Workbook()
    page = book.active
    assert page is not None
    page["A1"], page["XFD1048576"] = "Tên", "xa"
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(Refused, match=r"hơn 20\.000 dòng"):
        read_table("xa.xlsx", out.getvalue())


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3, "3"),
        (3.0, "3"),
        (1.5, "1,5"),
        (True, "có"),
        (None, ""),
        (date(2024, 12, 5), "05/12/2024"),
        (" a\u200b ", "a"),
    ],
)
def test_a_cell_is_read_as_a_vietnamese_sheet_shows_it(value: object, text: str) -> None:
    assert cell_text(value) == text


def test_nothing_is_left_where_uploads_are_kept(project: Path) -> None:
    assert (project / ".gitignore").read_text(encoding="utf-8").splitlines().count("/var/") == 1
