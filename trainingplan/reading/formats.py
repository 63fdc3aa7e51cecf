"""What a file is, told by its first bytes; the sheets of those kinds that are read."""

from trainingplan.reading import limits
from trainingplan.reading.book import Unreadable

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
OLD_BOOK, OLDER_BOOK = "Workbook".encode("utf-16-le"), "Book\0".encode("utf-16-le")
FOREIGN = (
    (b"%PDF", "là PDF, không phải bảng tính. Nhập từ sổ Excel (.xlsx) hoặc .csv."),
    (b"{\\rtf", "là văn bản RTF, không phải bảng tính. Nhập từ sổ Excel (.xlsx) hoặc .csv."),
    (b"\x89PNG", "là hình ảnh, không phải bảng tính. Nhập từ sổ Excel (.xlsx) hoặc .csv."),
    (b"\xff\xd8\xff", "là hình ảnh, không phải bảng tính. Nhập từ sổ Excel (.xlsx) hoặc .csv."),
    (b"GIF8", "là hình ảnh, không phải bảng tính. Nhập từ sổ Excel (.xlsx) hoặc .csv."),
    (b"Rar!", "là tệp nén RAR. Giải nén rồi nhập tệp .xlsx ở bên trong."),
    (b"7z\xbc\xaf", "là tệp nén 7z. Giải nén rồi nhập tệp .xlsx ở bên trong."),
    (b"\x1f\x8b", "là tệp nén gzip. Giải nén rồi nhập tệp .xlsx ở bên trong."),
    (b"MIME-Version:", f"là trang web lưu từ trình duyệt (.mht), không phải bảng tính. {limits.SAVE_AGAIN}"),
    (b"ID;P", f"là bảng tính kiểu SYLK (.slk). {limits.SAVE_AGAIN}"),
    (b"MZ", "là chương trình, không phải bảng tính. Nhập từ sổ Excel (.xlsx) hoặc .csv."),
)
MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<table", b"<meta", b"<head", b"<body", b"<style")

SheetData = tuple[str, bool, list[list[object]], list[tuple[int, int, int, int]], list[tuple[int, int, str]]]
"""A sheet as process._sheet takes it: name, hidden, rows, merged blocks, cells in an old encoding."""


def read(content: bytes) -> list[SheetData]:
    """The sheets of the file; raises Unreadable with what follows the file's name in the message."""
    if content.startswith(ZIP):
        from trainingplan.reading.workbook import read_workbook  # noqa: PLC0415 - a .csv needs none of it

        return read_workbook(content)
    check_foreign(content)
    from trainingplan.reading.delimited import read_delimited  # noqa: PLC0415

    return read_delimited(content)


def check_foreign(content: bytes) -> None:
    """Refuse what is neither a package of Excel's nor text."""
    if content.startswith(OLE):
        if ENCRYPTED in content:
            raise Unreadable("có mật khẩu. Bỏ mật khẩu trong Excel, lưu lại rồi nhập lại.")
        if OLD_BOOK in content or OLDER_BOOK in content:
            raise Unreadable(
                "là sổ Excel kiểu cũ (.xls), phần mềm chưa đọc được. Mở bằng Excel, chọn Tệp, Lưu thành (Save As), "
                "kiểu «Excel Workbook (*.xlsx)», rồi nhập tệp .xlsx vừa lưu."
            )
        raise Unreadable(f"là tệp Office kiểu cũ (.xls, .doc …) hoặc có mật khẩu. {limits.SAVE_AGAIN}")
    if content.startswith((b"PK\x05\x06", b"PK")) and b"PK\x05\x06" in content:
        raise Unreadable(limits.BROKEN)
    for magic, said in FOREIGN:
        if content.startswith(magic):
            raise Unreadable(said)
    if content[:1000].removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(MARKUP):
        raise Unreadable(f"là trang HTML hoặc XML mang tên bảng tính. {limits.SAVE_AGAIN}")
