"""The package of a workbook: what is needed of it, inflated within bounds, and nothing else of it."""

import io
import zlib
from collections.abc import Iterable, Mapping
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from trainingplan.reading import limits
from trainingplan.reading.book import Unreadable

CENTRAL_ENTRY = b"PK\x01\x02"
SWELLING, MOST_TIMES = 16 * 1024 * 1024, 200
"""What is larger than this inflated is no honest file when it was packed to less than one of so many parts."""
FOREIGN = (
    ("xl/workbook.bin", f"là sổ Excel dạng nhị phân (.xlsb). {limits.SAVE_AGAIN}"),
    ("word/document.xml", "là văn bản Word, không phải sổ Excel. Nhập từ .xlsx hoặc .csv."),
    ("ppt/presentation.xml", "là bản trình chiếu, không phải sổ Excel. Nhập từ .xlsx hoặc .csv."),
    ("content.xml", "là bảng tính OpenDocument (.ods). Mở ra, lưu thành .xlsx (Excel) rồi nhập lại."),
)
UNREADABLE = (BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, OverflowError, OSError, zlib.error)
"""What the standard library says of a broken archive, by whatever breaks first."""


class Package:
    """An archive whose entries are inflated one by one, never more in all than may be. Raises Unreadable."""

    def __init__(self, content: bytes) -> None:
        if content.count(CENTRAL_ENTRY) > limits.MOST_ENTRIES:
            raise Unreadable(f"có hơn {limits.MOST_ENTRIES} phần bên trong nên không được đọc. {limits.SAVE_AGAIN}")
        try:
            self._archive = ZipFile(io.BytesIO(content))
        except UNREADABLE as error:
            raise Unreadable(limits.BROKEN) from error
        entries = self._archive.infolist()
        self._entries = {_plain(entry.filename): entry for entry in entries}
        if len(self._entries) < len(entries):
            raise Unreadable(f"có hai phần cùng tên bên trong nên không được đọc. {limits.SAVE_AGAIN}")
        self._left = limits.LARGEST_INFLATED
        _check_sizes(entries)
        self._check_kind()

    def _check_kind(self) -> None:
        if "xl/workbook.xml" in self._entries:
            return
        unknown = "không phải sổ Excel .xlsx. Lưu lại thành .xlsx hoặc .csv rồi nhập lại."
        raise Unreadable(next((said for name, said in FOREIGN if name in self._entries), unknown))

    def __contains__(self, name: str) -> bool:
        return _plain(name) in self._entries

    def read(self, name: str) -> bytes:
        """The entry, of which no more is inflated than may be, whatever its header says."""
        entry = self._entries.get(_plain(name))
        if entry is None or entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise Unreadable(limits.BROKEN)
        if entry.flag_bits & 1:
            raise Unreadable("có mật khẩu. Bỏ mật khẩu rồi nhập lại.")
        try:
            with self._archive.open(entry) as part:
                content = part.read(self._left + 1)
        except UNREADABLE as error:
            raise Unreadable(limits.BROKEN) from error
        self._left -= len(content)
        if self._left < 0:
            raise Unreadable(limits.SUSPICIOUS)
        return content


def _plain(name: str) -> str:
    """A part's name as it is compared: some programs write it in other letters, or with the other slash."""
    return name.replace("\\", "/").casefold()


def _check_sizes(entries: Iterable[ZipInfo]) -> None:
    total = 0
    for entry in entries:
        total += entry.file_size
        packed = max(entry.compress_size, 1)
        if total > limits.LARGEST_INFLATED or (entry.file_size > SWELLING and entry.file_size > MOST_TIMES * packed):
            raise Unreadable(limits.SUSPICIOUS)


def packed(parts: Mapping[str, bytes]) -> io.BytesIO:
    """A new package of these parts and no others."""
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    out.seek(0)
    return out
