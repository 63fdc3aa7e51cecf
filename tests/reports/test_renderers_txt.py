"""Plain text: every kind of block, one paragraph a line, the numbers of tables between tabs."""

from datetime import date

from reports.document import Addressees, Clause, Closing, Document, LetterHead, Paragraph, Run, Title
from reports.renderers.txt import render_txt
from tests.reports.printed_samples import MARK, budget, numbers_of

MOTTO = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc"


def test_tables_keep_their_numbers() -> None:
    source = budget()
    text = render_txt(source).decode()
    cells = [cell for line in text.splitlines() if "\t" in line for cell in line.split("\t")]
    found = [int(cell.replace(".", "")) for cell in cells if cell.replace(".", "").isdigit() and "." in cell]
    assert found == [number for table in source.tables for number in numbers_of(table)]
    assert text.startswith(f"{MARK}\n\nPHỤ LỤC 1\n")
    assert "\nGhi chú: Mức chi là số liệu minh họa.\n" in text
    assert "Nguồn: Ngân sách tỉnh\tNguồn: Ngân sách Trung ương" in text
    assert "\nTỔNG CỘNG\t\t\t" in text, "a cell over three columns keeps the others in their places"


def test_a_paper_from_its_head_to_its_signature() -> None:
    paper = Document(
        title="Kế hoạch",
        blocks=(
            LetterHead(("TỈNH ỦY", "BAN TỔ CHỨC"), "KH/BTC", "Quảng Ngãi", 2024, subject="V/v nhắc"),
            Addressees(("Sở A", "Sở B")),
            Title("KẾ HOẠCH", "đào tạo"),
            Clause((Run("Nội dung "), Run("chung", italic=True)), "I."),
            Clause((Run("Lớp:"),), "1.", 2, rest=(Run(" mở"), Run(" 02 lớp", bold=True))),
            Paragraph((Run("một"),), marker="-"),
            Closing(("Như trên", "Lưu"), "T/M BAN", "", "Nguyễn Văn A"),
        ),
        file_stem="x",
        created=date(2024, 1, 15),
        profile="ND30",
    )
    assert render_txt(paper).decode().split("\n\n") == [
        f"{MOTTO}\nTỈNH ỦY\nBAN TỔ CHỨC\nSố: …/KH/BTC\nV/v nhắc\nQuảng Ngãi, ngày … tháng … năm 2024",
        "Kính gửi: Sở A; Sở B",
        "KẾ HOẠCH\nđào tạo",
        "I. NỘI DUNG CHUNG",
        "1. Lớp: mở 02 lớp",
        "- một",
        "Nơi nhận:\n- Như trên;\n- Lưu.",
        "T/M BAN\nNguyễn Văn A\n",
    ]
