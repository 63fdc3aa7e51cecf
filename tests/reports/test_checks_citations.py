"""Numbers of the text that no data gives: which may stay, and which may not."""

import pytest

from reports.checks.citations import stray_numbers
from reports.fields import Piece, parse


@pytest.mark.parametrize(
    "text",
    [
        "Quy chế số 31-QC/TU ngày 07/8/2023",
        "Đề án số 09-ĐA/TU ngày 27/01/2022",
        "Quyết định số 6468-QĐ/HVCTQG ngày 21/12/2021",
        "Hướng dẫn số 90/HD-HĐGDQPAN ngày 31/5/2016",
        "Nghị định 101/2017/NĐ-CP ngày 01/9/2017",
        "Nghị quyết số 04/2019/NQ-HĐND ngày 10/4/2019",
        "Quyết định số 263/QĐ-TTg ngày 22 tháng 02 năm 2022",
        "đến năm 2025, định hướng đến năm 2030",
        "giai đoạn 2022 - 2025",
        "nhiệm kỳ 2020 – 2025",
        "Luật Giáo dục năm 2019",
        "quốc phòng, an ninh đối tượng 1, 2, 3 và chức sắc",
        "đối tượng 3; đối tượng 4 theo",
        "Tiếng Anh bậc 3, bậc 4...",
        "khoản 2 Điều 5",
        "theo mục II.1.1.1",
    ],
)
def test_citations_dates_and_names_of_classes_may_stay(text: str) -> None:
    assert [stray for stray in stray_numbers([Piece(text)], 2024) if stray.message] == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("khoảng 120 đồng chí", "120"),
        ("1.960 người", "1.960"),
        ("năm 2024", "2024"),
        ("phụ lục 3", "3"),
        ("phụ lục số 3", "3"),
        ("đối tượng 1, 5 người", "5"),
        ("đối tượng 12", "12"),
        ("bậc 3 lớp", "3"),
        ("mở 02 lớp", "02"),
        ("trong 05 năm", "05"),
        ("cách mạng 4.0", "4.0"),
        ("36.511.988.780 đồng", "36.511.988.780"),
        ("số 31 ngày 07/8/2023", "31"),
        ("từ 2022 - 2025", "2022"),
        ("Trong năm 2025.", "2025"),
        ("đến năm 2024", "2024"),
        ("60.000 đồng/người, 120/lớp", "120"),
    ],
)
def test_a_number_that_no_data_gives_may_not(text: str, number: str) -> None:
    assert number in [stray.text for stray in stray_numbers([Piece(text)], 2024) if stray.message]


def test_a_field_between_digits_does_not_hide_them() -> None:
    pieces = [Piece("1"), Piece("2", next(parse("{year}"))), Piece("3")]  # type: ignore[arg-type]
    assert [stray.text for stray in stray_numbers(pieces, 2024)] == ["1", "3"]
