"""Files that are not read, each with words of the message that says why."""

import gzip
import zipfile
from collections.abc import Iterator

from tests.hostile.packages import (
    DEFAULT_ROWS,
    HEAD,
    MAIN,
    OFFICE,
    PACKAGE,
    archive,
    book,
    cell,
    column_of,
    locked,
    lying,
    overlapping,
    parts,
    patched,
    row,
    sheet,
    strings,
    styles,
    text,
)

Refused = tuple[str, str, bytes, str]
"""What it is, its name, its bytes, words of the message."""

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LAUGHS = (
    '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">'
    '<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]>'
)
OUTSIDE = '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
MEBI = 1024 * 1024
BROKEN, DTD, LARGE = "bị hỏng", "DTD", "quá lớn"


def of_another_kind() -> Iterator[Refused]:
    """What only its name makes a workbook."""
    yield "empty", "a.xlsx", b"", "rỗng"
    yield "too large", "a.csv", b"a" * (5 * MEBI + 1), "lớn hơn 5 MB"
    yield "old Excel", "a.xls", OLE + b"\0" * 600, "kiểu cũ"
    yield "old Excel named new", "a.xlsx", OLE + b"\xff" * 600, "kiểu cũ"
    yield "password", "a.xlsx", OLE + b"\0" * 512 + "EncryptedPackage".encode("utf-16-le"), "mật khẩu"
    yield "PDF", "a.xlsx", b"%PDF-1.7\n\xe2\xe3\xcf\xd3\n", "là PDF"
    yield "PNG", "a.xlsx", b"\x89PNG\r\n\x1a\n\0\0\0", "hình ảnh"
    yield "JPEG", "a.csv", b"\xff\xd8\xff\xe0\0\x10JFIF", "hình ảnh"
    yield "GIF", "a.csv", b"GIF89a\1\0\1\0", "hình ảnh"
    yield "RTF", "a.xlsx", b"{\\rtf1\\ansi}", "RTF"
    yield "HTML", "a.xls", b"\n<html><body><table><tr><td>1</td></tr></table></body></html>", "HTML"
    yield "HTML with a mark", "a.xlsx", b"\xef\xbb\xbf<!DOCTYPE html><table></table>", "HTML"
    yield "XML of 2003", "a.xls", b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com"/>', "XML"
    yield "gzip", "a.xlsx", gzip.compress(b"a" * 100), "gzip"
    yield "RAR", "a.xlsx", b"Rar!\x1a\x07\0", "RAR"
    yield "7z", "a.xlsx", b"7z\xbc\xaf\x27\x1c", "7z"
    yield "program", "a.xlsx", b"MZ\x90\0\3\0\0\0", "chương trình"
    yield "Word", "a.xlsx", archive({"word/document.xml": ""}), "Word"
    yield "slides", "a.xlsx", archive({"ppt/presentation.xml": ""}), "bản trình chiếu"
    yield "OpenDocument", "a.ods", archive({"mimetype": "a", "content.xml": ""}), "OpenDocument"
    yield "binary workbook", "a.xlsb", archive({"xl/workbook.bin": b"\0"}), "xlsb"
    yield "any zip", "a.xlsx", archive({"a.txt": "a"}), "không phải sổ Excel"
    yield "empty zip", "a.xlsx", archive({}), BROKEN


def text_files() -> Iterator[Refused]:
    yield "bytes", "a.csv", b"Ten\0So\n", "không phải tệp"
    yield "Windows-1258", "a.csv", "Đơn vị\nHuyện".encode("cp1258", "replace") + b"\xec\xf0", "UTF-8"
    yield "TCVN3 bytes", "a.csv", b"H\xb5 N\xe9i,1\n", "UTF-8"
    yield "UTF-16 unmarked", "a.csv", "Tên\nĐà".encode("utf-16-le"), "không phải"
    yield "half a sign of UTF-16", "a.csv", "Tên".encode("utf-16")[:-1], "UTF-8"
    yield "quote without end", "a.csv", b'Ten,So\n"a,1\n' + b"b,2\n" * 20, "dấu nháy"
    yield "endless cell", "a.csv", b"Ten\n" + b"a" * 200_000, "ô quá dài"
    yield "100.000 lines", "a.csv", b"Ten\n" + b"a\n" * 100_000, "hơn 20.000 dòng"
    yield "1.000 columns", "a.csv", b"Ten\n" + b"," * 1_000, "dài hơn 200 cột"
    yield "millions of columns", "a.csv", b'"",' * 1_000_000, "dài hơn 200 cột"
    yield "saved by a browser", "a.xls", b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n", "trang web"
    yield "a million cells", "a.csv", (b"," * 190 + b"\n") * 5_000, "hơn 400.000 ô"


def packages() -> Iterator[Refused]:
    """Archives that are broken, or more than they seem."""
    sound = book()
    yield "half", "a.xlsx", sound[: len(sound) // 2], BROKEN
    yield "without its directory", "a.xlsx", sound[: sound.index(b"PK\x01\x02")], BROKEN
    yield "magic and noise", "a.xlsx", b"PK\x03\x04" + bytes(range(256)) * 4, BROKEN
    yield "wrong checksum", "a.xlsx", patched(sound, "xl/worksheets/sheet1.xml", offset=16, value=b"\1\2\3\4"), BROKEN
    yield "locked", "a.xlsx", locked(sound, "xl/workbook.xml"), "mật khẩu"
    yield "unknown packing", "a.xlsx", patched(sound, "xl/workbook.xml", offset=10, value=b"\x63\0"), BROKEN
    yield "bzip2", "a.xlsx", archive(parts(sheet()), zipfile.ZIP_BZIP2), BROKEN
    yield "lzma", "a.xlsx", archive(parts(sheet()), zipfile.ZIP_LZMA), BROKEN
    yield "bomb", "a.xlsx", book(sheet(after=" " * (70 * MEBI))), "giải nén ra quá lớn"
    yield "tight bomb", "a.xlsx", book(sheet(after=" " * (20 * MEBI))), "giải nén ra quá lớn"
    bombs = {f"xl/media/{n}.bin": bytes(10 * MEBI) for n in range(8)}
    yield "bombs beside", "a.xlsx", archive(parts(sheet()) | bombs), "giải nén ra quá lớn"
    lie = lying(book(sheet(after=" " * (15 * MEBI))), "xl/worksheets/sheet1.xml", 500)
    yield "lying size", "a.xlsx", lie, BROKEN
    yield "one body for many", "a.xlsx", overlapping(300), "giải nén ra quá lớn"
    yield "1.000 entries", "a.xlsx", archive(parts(sheet()) | {f"xl/{n}": "" for n in range(1_000)}), "hơn 500 phần"
    twin = {"xl/worksheets/SHEET1.xml": sheet(row(1, text("A1", "Khác")))}
    yield "twin in capitals", "a.xlsx", archive(parts(sheet()) | twin), "cùng tên"
    double = book(sheet(), sheet()).replace(b"xl/worksheets/sheet2.xml", b"xl/worksheets/sheet1.xml")
    yield "twins", "a.xlsx", double, "cùng tên"


def markup() -> Iterator[Refused]:
    """XML that is broken, or that makes its reader work."""
    yield "laughs in the sheet", "a.xlsx", book(sheet(row(1, text("A1", "&d;")), head=HEAD + LAUGHS)), DTD
    yield "laughs in the texts", "a.xlsx", book(strings=LAUGHS + f"<sst {MAIN}><si><t>&d;</t></si></sst>"), DTD
    yield "laughs in the list", "a.xlsx", book(workbook=LAUGHS + f"<workbook {MAIN}/>"), DTD
    yield "laughs in the styles", "a.xlsx", book(styles=LAUGHS + f"<styleSheet {MAIN}/>"), DTD
    yield "a file of the server's", "a.xlsx", book(sheet(row(1, text("A1", "&a;")), head=HEAD + OUTSIDE)), DTD
    yield "unknown entity", "a.xlsx", book(sheet(row(1, text("A1", "&xxe;")))), BROKEN
    yield "deep sheet", "a.xlsx", book(sheet(after="<a>" * 5_000 + "</a>" * 5_000)), BROKEN
    yield "deep texts", "a.xlsx", book(strings=strings("<a>" * 5_000 + "</a>" * 5_000)), BROKEN
    many = strings("<t>a</t>").replace("<sst ", '<sst uniqueCount="4294967296" ')
    yield "boasting texts", "a.xlsx", book(strings=many), BROKEN
    yield "boasting merges", "a.xlsx", book(sheet(after='<mergeCells count="99999999999"/>')), BROKEN
    yield "boasting styles", "a.xlsx", book(styles=styles().replace("<fonts>", '<fonts count="-1">')), BROKEN
    yield "half a sheet", "a.xlsx", book(sheet()[:-30]), BROKEN
    yield "no XML", "a.xlsx", book("không phải XML"), BROKEN
    yield "empty part", "a.xlsx", book(" "), BROKEN
    wide = sheet(head='<?xml version="1.0" encoding="UTF-16"?>').encode("utf-16")
    in_utf16 = archive(parts(sheet()) | {"xl/worksheets/sheet1.xml": wide})
    yield "UTF-16", "a.xlsx", in_utf16, BROKEN
    yield "list is no XML", "a.xlsx", book(workbook="<workbook"), BROKEN
    yield "no sheets", "a.xlsx", book(workbook=f"{HEAD}<workbook {MAIN}/>"), BROKEN
    yield "no relations", "a.xlsx", book(relations=f'{HEAD}<Relationships xmlns="{PACKAGE}"/>'), BROKEN
    other = f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="{{}}"{{}}/></Relationships>'
    head = f'{HEAD}<Relationships xmlns="{PACKAGE}">'
    yield "sheet elsewhere", "a.xlsx", book(relations=head + other.format("../../etc/passwd", "")), BROKEN
    net = other.format("http://example.test/s.xml", ' TargetMode="External"')
    yield "sheet on the net", "a.xlsx", book(relations=head + net), BROKEN
    twice = '<sheet name="A" r:id="rId1"/><sheet name="A" r:id="rId2"/>'
    same = f'{HEAD}<workbook {MAIN} xmlns:r="{OFFICE}"><sheets>{twice}</sheets></workbook>'
    yield "sheets of one name", "a.xlsx", book(sheet(), sheet(), workbook=same), BROKEN


def places() -> Iterator[Refused]:
    """Cells where no sheet has any, or too many."""
    yield "far row", "a.xlsx", book(sheet(DEFAULT_ROWS + row(1_048_576, text("A1048576", "xa")))), "hơn 20.000 dòng"
    yield "far column", "a.xlsx", book(sheet(row(1, text("A1", "Tên"), text("XFD1", "xa")))), "hơn 200 cột"
    far = book(sheet(DEFAULT_ROWS + row(1_048_576, text("XFD1048576", "xa"))))
    yield "far corner", "a.xlsx", far, "hơn 20.000 dòng"
    yield "absurd row", "a.xlsx", book(sheet(row(99_999_999, text("A99999999", "xa")))), BROKEN
    yield "endless row number", "a.xlsx", book(sheet(row(10**30, text("A1", "xa")))), BROKEN
    yield "negative row", "a.xlsx", book(sheet(row(-1, text("A1", "xa")))), BROKEN
    yield "no place", "a.xlsx", book(sheet(row(1, text("1A", "xa")))), BROKEN
    yield "column of four letters", "a.xlsx", book(sheet(row(1, text("AAAA1", "xa")))), BROKEN
    yield "rows out of order", "a.xlsx", book(sheet(row(5, text("A5", "a")) + row(2, text("A2", "b")))), BROKEN
    yield "row twice", "a.xlsx", book(sheet(row(2, text("A2", "a")) + row(2, text("A2", "b")))), BROKEN
    yield "cell twice", "a.xlsx", book(sheet(row(1, text("A1", "a"), text("A1", "b")))), BROKEN
    yield "cell of another row", "a.xlsx", book(sheet(row(1, text("A7", "a")))), BROKEN
    wide = "".join(row(n, cell(f"GR{n}", "<v>1</v>")) for n in (1, 19_000))
    yield "wide and empty", "a.xlsx", book(sheet(wide)), "quá rộng"
    long = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 100_001))
    yield "100.000 rows", "a.xlsx", book(sheet(long)), "hơn 20.000 dòng"
    filled = "".join(f"<row>{'<c><v>1</v></c>' * 199}</row>" for _ in range(2_020))
    yield "401.980 cells", "a.xlsx", book(sheet(filled)), "400.000 ô"
    yield "far block", "a.xlsx", book(*(sheet(row(20_000, cell("AX20000", "<v>1</v>"))) for _ in range(3))), "quá rộng"
    yield "merged sheet", "a.xlsx", merged("A1:XFD1048576"), "gộp quá lớn"
    yield "merged column", "a.xlsx", merged("A1:A1048576"), "gộp quá lớn"
    yield "30.000 merges", "a.xlsx", merged(*(f"A{n}:B{n}" for n in range(1, 30_001))), "ô gộp"
    yield "merge of nothing", "a.xlsx", merged("hôm qua"), BROKEN
    yield "merge upside down", "a.xlsx", merged("B9:A1"), BROKEN
    yield "100 sheets", "a.xlsx", book(*(sheet() for _ in range(100))), "hơn 50 trang"


def values() -> Iterator[Refused]:
    """Cells whose content is none."""
    often = "".join('<row><c t="s"><v>0</v></c></row>' for _ in range(600))
    yield (
        "one long text often",
        "a.xlsx",
        book(sheet(often), strings=strings(f"<t>{'a' * 32_000}</t>")),
        "quá nhiều chữ",
    )
    yield "no number", "a.xlsx", book(sheet(column_of("mười"))), BROKEN
    styled = f"{HEAD}<styleSheet {MAIN}><cellXfs>{'<xf/>' * 65_501}</cellXfs></styleSheet>"
    yield "more styles than Excel has", "a.xlsx", book(styles=styled), "kiểu định dạng"
    yield (
        "more texts than cells",
        "a.xlsx",
        book(strings=f"{HEAD}<sst {MAIN}>{'<si/>' * 400_001}</sst>"),
        "quá nhiều chữ",
    )
    yield (
        "text that is not there",
        "a.xlsx",
        book(sheet(row(1, cell("A1", "<v>7</v>", "s"))), strings=strings()),
        BROKEN,
    )
    yield "text of no number", "a.xlsx", book(sheet(row(1, cell("A1", "<v>x</v>", "s")))), BROKEN
    yield "unknown kind", "a.xlsx", book(sheet(row(1, cell("A1", "<v>1</v>", "zz")))), BROKEN


def merged(*blocks: str) -> bytes:
    listed = "".join(f'<mergeCell ref="{block}"/>' for block in blocks)
    return book(sheet(after=f"<mergeCells>{listed}</mergeCells>"))


def all_refused() -> Iterator[Refused]:
    for kind in (of_another_kind, text_files, packages, markup, places, values):
        yield from kind()
