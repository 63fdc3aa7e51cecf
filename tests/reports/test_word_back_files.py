"""Files that are no Word file, or harm whoever reads them: each is refused in words, within limits."""

import zipfile
from collections.abc import Callable
from io import BytesIO

import docx
import pytest

from reports.word_back_file import (
    BROKEN,
    DOCTYPE,
    LARGEST_FILE,
    LARGEST_PART,
    LONGEST_PARAGRAPH,
    MOST_ELEMENTS,
    MOST_ENTRIES,
    MOST_PARAGRAPHS,
    NO_WORD,
    SUSPICIOUS,
    TOO_LARGE,
    FileRefused,
    read_word,
)
from tests.reports.word_edits import archive

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"


def body(inside: str, *, before: str = "", space: str = W) -> bytes:
    """The part that holds the text."""
    return f'<?xml version="1.0"?>{before}<w:document xmlns:w="{space}"><w:body>{inside}</w:body></w:document>'.encode()


def word(inside: str, **more: str) -> bytes:
    return archive(word__document_xml=body(inside, **more))


def line(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def read(content: bytes) -> list[str]:
    return [paragraph.text for paragraph in read_word(content).paragraphs]


def encrypted_entry() -> bytes:
    """Its header says that a password is needed."""
    content = bytearray(word(line("a")))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    return bytes(content)


def understated() -> bytes:
    """A part that inflates beyond what its header says."""
    content = bytearray(word(line(" " * (LARGEST_PART + 1_000))))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = content.index(signature) + offset
        content[start : start + 4] = (1_000).to_bytes(4, "little")
    return bytes(content)


def twice() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        target.writestr("word/document.xml", body(line("một")))
        with pytest.warns(UserWarning, match="Duplicate name"):
            target.writestr("word/document.xml", body(line("hai")))
    return out.getvalue()


def other_compression() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as target:
        target.writestr("word/document.xml", body(line("a")))
    return out.getvalue()


ENTITY = '<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
EXTERNAL = '<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]>'

REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "Tệp rỗng."),
    "too large": (lambda: b"PK" + b"\0" * LARGEST_FILE, TOO_LARGE),
    "plain text": ("Kế hoạch".encode, NO_WORD),
    "old Word": (lambda: OLE, "Word kiểu cũ (.doc)"),
    "with a password": (lambda: OLE + "EncryptedPackage".encode("utf-16-le"), "Tệp có mật khẩu"),
    "PDF": (lambda: b"%PDF-1.7 ...", "Tệp là PDF"),
    "RTF": (lambda: b"{\\rtf1 x}", "Tệp là RTF"),
    "workbook": (lambda: archive(xl__workbook_xml=b"<x/>"), "sổ Excel"),
    "slides": (lambda: archive(ppt__presentation_xml=b"<x/>"), "bản trình chiếu"),
    "OpenDocument": (lambda: archive(content_xml=b"<x/>"), "OpenDocument"),
    "another archive": (lambda: archive(a_txt=b"a"), NO_WORD),
    "no zip behind its magic": (lambda: b"PK\x03\x04" + b"\0" * 400, BROKEN),
    "cut off": (lambda: word(line("a"))[:-30], BROKEN),
    "a password on its part": (encrypted_entry, BROKEN),
    "another compression": (other_compression, BROKEN),
    "its part twice": (twice, BROKEN),
    "many entries": (lambda: archive(**{f"a{number}": b"" for number in range(MOST_ENTRIES + 1)}), SUSPICIOUS),
    "a bomb": (lambda: word(line(" " * (LARGEST_PART + 1_000))), SUSPICIOUS),
    "a bomb that lies": (understated, BROKEN),
    "entities": (lambda: word(line("&b;"), before=ENTITY), DOCTYPE),
    "a file of the server": (lambda: word(line("&a;"), before=EXTERNAL), DOCTYPE),
    "no XML": (lambda: archive(word__document_xml=b"<w:document"), BROKEN),
    "an unknown encoding": (lambda: archive(word__document_xml=b'<?xml version="1.0" encoding="x-no"?><a/>'), BROKEN),
    "nothing in it": (lambda: word(""), "Tệp không có chữ nào."),
    "another language of elements": (lambda: word(line("a"), space="urn:x"), "Tệp không có chữ nào."),
    "deep": (lambda: word("<w:sdt>" * 300 + "</w:sdt>" * 300), SUSPICIOUS),
    "many elements": (lambda: word("<w:r/>" * (MOST_ELEMENTS + 1)), SUSPICIOUS),
    "many paragraphs": (lambda: word(line("a") * (MOST_PARAGRAPHS + 1)), "6.000 đoạn"),
    "a long paragraph": (lambda: word(line("a" * (LONGEST_PARAGRAPH + 1))), "30.000 chữ"),
    "much text": (lambda: word(line("a " * 600_000)), "một triệu chữ"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_text_to_read_is_refused_in_words(name: str) -> None:
    make, said = REFUSED[name]
    with pytest.raises(FileRefused) as refused:
        read_word(make())
    assert said in str(refused.value)


def test_a_file_of_bytes_turned_at_random_is_read_or_refused() -> None:
    """Never anything but an answer."""
    out = BytesIO()
    made = docx.Document()
    made.add_paragraph("Kế hoạch đào tạo, bồi dưỡng năm 2024")
    made.save(out)
    whole = out.getvalue()
    answers: set[bool | str] = set()
    for place in range(0, len(whole), 211):
        damaged = bytearray(whole)
        damaged[place] ^= 0xFF
        try:
            answers.add(bool(read_word(bytes(damaged)).paragraphs))
        except FileRefused as refused:
            answers.add(str(refused))
    assert True in answers
    assert BROKEN in answers


def test_every_change_is_read_as_accepted() -> None:
    kept = "<w:ins><w:r><w:t>hai</w:t></w:r></w:ins>"
    gone = "<w:del><w:r><w:delText>ba</w:delText><w:t>bốn</w:t></w:r></w:del>"
    gone += "<w:moveFrom><w:r><w:t>năm</w:t></w:r></w:moveFrom>"
    moved = "<w:moveTo><w:r><w:t> sáu</w:t></w:r></w:moveTo>"
    back = read_word(word(f"<w:p><w:r><w:t>một </w:t></w:r>{gone}{kept}{moved}</w:p>"))
    assert [one.text for one in back.paragraphs] == ["một hai sáu"]
    assert (back.inserted, back.deleted, back.revised) == (2, 2, True)


def test_a_deleted_end_joins_and_a_deleted_row_goes() -> None:
    end = "<w:pPr><w:rPr><w:del/></w:rPr></w:pPr>"
    rows = f"<w:tr><w:trPr><w:del/></w:trPr><w:tc>{line('xóa')}</w:tc></w:tr><w:tr><w:tc>{line('giữ')}</w:tc></w:tr>"
    joined = f"<w:p>{end}<w:r><w:t>một </w:t></w:r></w:p>{line('hai')}{line('ba')}"
    assert read(word(f"{joined}<w:tbl>{rows}</w:tbl>")) == ["một hai", "ba", "giữ"]


def test_what_is_not_printed_as_text_is_not_read() -> None:
    box = '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
    twofold = f"{box}<mc:Choice>{line('hộp')}</mc:Choice><mc:Fallback>{line('hộp')}</mc:Fallback></mc:AlternateContent>"
    fields = "<w:p><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr><w:r><w:instrText>PAGE</w:instrText><w:t>7</w:t></w:r></w:p>"
    signs = "<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/><w:t>d</w:t></w:r></w:p>"
    comment = "<w:p><w:r><w:t>e</w:t><w:commentReference/></w:r></w:p>"
    assert read(word(f"<w:p><w:r>{twofold}</w:r></w:p>{fields}{signs}{comment}")) == ["hộp", "7", "a b c-d", "e"]
    assert read_word(word(comment)).comments == 1


def test_both_dialects_and_other_names_of_the_part_are_read() -> None:
    kind = "http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument"
    names = f'<Relationships><Relationship Type="{kind}" Target="word/document2.xml"/></Relationships>'.encode()
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        target.writestr("_rels/.rels", names)
        target.writestr("word/document2.xml", body(line("một"), space=STRICT))
    assert read(out.getvalue()) == ["một"]


def test_half_open_tags_do_not_hold_up_the_reader() -> None:
    """Were each read to the end of the part, a few kilobytes sent would keep a process busy for hours."""
    names = b"<Relationship " * 500_000
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("_rels/.rels", names)
        target.writestr("word/document.xml", body(line("một")))
    assert len(names) < LARGEST_PART
    assert read(out.getvalue()) == ["một"]
