"""TCVN3 and VNI: known by the font, suspected by the content, converted only when that was answered."""

import pytest

from tests.hostile.packages import book as workbook
from tests.hostile.packages import cell, row, sheet, strings, styles, text
from trainingplan.imports.encodings import CONVERT, KEEP, converted, in_unicode, legacy_questions
from trainingplan.reading import Book, read_book
from trainingplan.reading.fonts import encoding_of
from trainingplan.reading.legacy import converted as unicode_of
from trainingplan.reading.legacy import suspected, written
from trainingplan.resources.files import read_table
from trainingplan.services.refusals import Refused

SMALL = "aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵđ"
KNOWN = [
    ("tcvn3", "Céng hoµ x· héi chñ nghÜa ViÖt Nam", "Cộng hoà xã hội chủ nghĩa Việt Nam"),
    ("tcvn3", "§µo t¹o, båi d\u00adìng c\u00b8n bé", "Đào tạo, bồi dưỡng cán bộ"),
    ("tcvn3", "NguyÔn V¨n H\u00adng", "Nguyễn Văn Hưng"),
    ("tcvn3-caps", "ñy ban nh©n d©n", "ỦY BAN NHÂN DÂN"),
    ("vni", "Nguyeãn Vaên Haø", "Nguyễn Văn Hà"),
    ("vni", "ÑAØO TAÏO, BOÀI DÖÔÕNG CAÙN BOÄ", "ĐÀO TẠO, BỒI DƯỠNG CÁN BỘ"),
    ("vni", "Huyeän uûy Sôn Tònh, Lyù Sôn, Myõ", "Huyện ủy Sơn Tịnh, Lý Sơn, Mỹ"),
]


@pytest.mark.parametrize(("encoding", "old", "text"), KNOWN)
def test_known_words_are_converted(encoding: str, old: str, text: str) -> None:
    assert unicode_of(old, encoding) == text


@pytest.mark.parametrize(
    ("encoding", "letters"), [("vni", SMALL + SMALL.upper()), ("tcvn3", SMALL), ("tcvn3-caps", SMALL.upper())]
)
def test_every_letter_comes_back(encoding: str, letters: str) -> None:
    old = [written(letter, encoding) for letter in letters]
    assert [unicode_of(one, encoding) for one in old] == list(letters)
    assert unicode_of("".join(old), encoding) == letters
    assert all(ord(sign) < 0x100 for one in old for sign in one)


@pytest.mark.parametrize(("encoding", "old", "text"), KNOWN)
def test_nonsense_is_suspected_and_sense_is_not(encoding: str, old: str, text: str) -> None:
    assert suspected(old) == encoding.removesuffix("-caps")
    assert suspected(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Ba To",
        "Hà",
        "Sôn",
        "Lê Thị Vò",
        "«Ba Tô»",
        "· Ghi chú",
        "150 m²",
        "25 °C",
        "Müller",
        "café",
        "Êban",
        "K'Đăm",
    ],
)
def test_what_may_be_as_meant_is_not_suspected(text: str) -> None:
    assert suspected(text) == ""


@pytest.mark.parametrize(
    ("font", "encoding"),
    [
        (".VnTime", "tcvn3"),
        (".VnTimeH", "tcvn3-caps"),
        (".VnArial Narrow", "tcvn3"),
        (".VnArial NarrowH", "tcvn3-caps"),
        (".VNTIMEH", "tcvn3-caps"),
        ("VNI-Times", "vni"),
        ("Times New Roman", ""),
        ("Vni", ""),
    ],
)
def test_fonts_tell_their_encoding(font: str, encoding: str) -> None:
    assert encoding_of(font) == encoding


def old_book() -> Book:
    """Cells whose style is of an old font, or a part of whose text is; one in Unicode in such a font."""
    shown = row(1, text("A1", "S¬n Hµ", 1), text("B1", "ban", 1), text("C1", "Haø", 2), text("D1", "Hà Nội"))
    shown += row(2, cell("A2", "<v>0</v>", "s"), cell("B2", "<v>7</v>", style=1), text("C2", "ñy", 3))
    runs = strings('<r><rPr><rFont val=".VnTime"/></rPr><t>hµ</t></r>')
    fonts = styles(".VnTime", "VNI-Times", ".VnTimeH")
    return read_book("cũ.xlsx", workbook(sheet(shown), strings=runs, styles=fonts))


def test_the_fonts_of_a_workbook_are_read_and_its_text_left() -> None:
    page = old_book().sheets[0]
    assert page.rows == (("S¬n Hµ", "ban", "Haø", "Hà Nội"), ("hµ", 7, "ñy", None))
    assert page.legacy == {
        (1, 1): "tcvn3", (1, 2): "tcvn3", (1, 3): "vni", (2, 1): "tcvn3", (2, 3): "tcvn3-caps",
    }  # fmt: skip


def test_old_text_is_converted_only_as_answered() -> None:
    book = old_book()
    questions = {question.key: question for question in legacy_questions(book)}
    assert set(questions) == {"ma-tcvn3-phong", "ma-vni-phong", "ma-tcvn3-caps-phong"}
    asked = questions["ma-tcvn3-phong"]
    assert asked.text.startswith("2 ô dùng phông của mã TCVN3")
    assert "«S¬n Hµ» sẽ là «Sơn Hà»" in asked.text
    assert [(place.row, place.column) for place in asked.places] == [(1, 1)]
    assert converted(book, {}) == book
    assert converted(book, {asked.key: KEEP}) == book
    now = converted(book, {asked.key: CONVERT}).sheets[0]
    assert now.rows == (("Sơn Hà", "ban", "Haø", "Hà Nội"), ("hà", 7, "ñy", None))
    assert in_unicode(book).sheets[0].rows == (("Sơn Hà", "ban", "Hà", "Hà Nội"), ("hà", 7, "ỦY", None))
    assert legacy_questions(in_unicode(book)) == ()


def test_a_text_file_gives_but_a_suspicion() -> None:
    book = read_book("a.csv", "Hä vµ tªn\nNguyÔn V¨n H\u00adng\nHà\n".encode())
    (asked,) = legacy_questions(book)
    assert asked.key == "ma-tcvn3-nghi"
    assert asked.text.startswith("2 ô có vẻ viết theo mã TCVN3")
    assert converted(book, {asked.key: CONVERT}).sheets[0].rows[1] == ("Nguyễn Văn Hưng",)


def test_the_back_office_which_asks_nobody_takes_no_old_text() -> None:
    content = workbook(sheet(row(1, text("A1", "Tªn", 1)) + row(2, text("A2", "x"))), styles=styles(".VnTime"))
    with pytest.raises(Refused, match=r"có chữ theo mã TCVN3 .*, ví dụ dòng 1: «Tªn» là «Tên»"):
        read_table("a.xlsx", content)
    few, many = "Tên\nKß\n", "Tªn\nS¬n Hµ\nhuyÖn\n"
    assert read_table("a.csv", few.encode())[0][0] == "Kß"
    with pytest.raises(Refused, match="mã TCVN3"):
        read_table("a.csv", many.encode())
