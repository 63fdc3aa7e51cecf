"""Reading a Word file that came from outside: its paragraphs as they stand once every tracked change is accepted.

Nothing in the file is trusted: sizes are held before anything is parsed, and no entity is ever resolved.
"""

import re
from dataclasses import dataclass
from io import BytesIO
from posixpath import normpath
from typing import Any
from xml.sax import SAXException
from xml.sax.handler import ContentHandler, feature_namespaces
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.sax import make_parser  # type: ignore[import-untyped]

from trainingplan.reading.archive import UNREADABLE
from trainingplan.rules.text import nfc, without_invisible

LARGEST_FILE = 5 * 1024 * 1024
LARGEST_INFLATED = 60 * 1024 * 1024
LARGEST_PART = 8 * 1024 * 1024
MOST_ENTRIES = 1_000
MOST_PARAGRAPHS = 6_000
MOST_ELEMENTS = 300_000
MOST_CHARACTERS = 1_000_000
LONGEST_PARAGRAPH = 30_000
DEEPEST = 200
TOO_LARGE = "Tệp lớn hơn 5 MB. Văn bản kế hoạch nhỏ hơn nhiều; hãy bỏ hình ảnh rồi tải lại."
NO_WORD = "Tệp không phải văn bản Word (.docx). Mở bằng Word, lưu thành .docx rồi tải lại."
BROKEN = "Tệp Word bị hỏng, không đọc được. Mở bằng Word, lưu lại thành .docx rồi tải lại."
SUSPICIOUS = "Tệp Word lớn bất thường khi giải nén nên không được đọc. Lưu lại bằng Word rồi tải lại."
DOCTYPE = "Tệp Word có khai báo kiểu tài liệu (DTD) nên không được đọc. Lưu lại bằng Word rồi tải lại."

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CENTRAL_ENTRY = b"PK\x01\x02"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_KNOWN = (
    (b"%PDF", "Tệp là PDF. Hãy tải lên bản Word (.docx)."),
    (b"{\\rtf", "Tệp là RTF. Mở bằng Word, lưu thành .docx rồi tải lại."),
)
_FOREIGN = (
    ("xl/workbook.xml", "Tệp là sổ Excel, không phải văn bản Word."),
    ("ppt/presentation.xml", "Tệp là bản trình chiếu, không phải văn bản Word."),
    ("content.xml", "Tệp là văn bản OpenDocument (.odt). Lưu thành Word (.docx) rồi tải lại."),
)
_WORD = frozenset({
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
})  # fmt: skip
_COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_RELATIONSHIP = re.compile(rb"<Relationship\b[^<>]*>")
"""No tag is read past the next one: of half-open tags each would be read to the end of the part."""
_OF_MAIN = b'/officeDocument"'
_TARGET = re.compile(rb'\bTarget="/?([^"]+)"')
_RELATIONSHIPS = "_rels/.rels"
_DEFAULT_MAIN = "word/document.xml"


class FileRefused(ValueError):  # noqa: N818 - the domain's word: a refusal, not a fault
    """The file is not read; the message (Vietnamese) says why and what to do."""


@dataclass(frozen=True, slots=True)
class WordParagraph:
    """`numbered`: Word itself prints a number or a sign before the text."""

    text: str
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class WordFile:
    """What the file says, and how many tracked changes and comments it carries."""

    paragraphs: tuple[WordParagraph, ...]
    inserted: int = 0
    deleted: int = 0
    comments: int = 0

    @property
    def revised(self) -> bool:
        """Whether any change is still only proposed."""
        return bool(self.inserted or self.deleted)


def read_word(content: bytes) -> WordFile:
    """Read the body of a .docx: text boxes and tables in reading order, no headers, notes or comments.

    Raises FileRefused.
    """
    reader = _Reader()
    parser = make_parser()
    parser.setFeature(feature_namespaces, True)  # noqa: FBT003 - the library's own signature
    parser.forbid_dtd = True
    parser.setContentHandler(reader)
    try:
        parser.parse(BytesIO(_main_part(content)))
    except DefusedXmlException as error:
        raise FileRefused(DOCTYPE) from error
    except (SAXException, UnicodeError, LookupError) as error:
        raise FileRefused(BROKEN) from error
    return reader.result()


def _main_part(content: bytes) -> bytes:
    _check_outside(content)
    try:
        with ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
            _check_entries(entries)
            return _inflate(archive, _main_name(archive, [entry.filename for entry in entries]))
    except FileRefused:
        raise
    except UNREADABLE as error:
        raise FileRefused(BROKEN) from error


def _check_outside(content: bytes) -> None:
    if len(content) > LARGEST_FILE:
        raise FileRefused(TOO_LARGE)
    if not content:
        raise FileRefused("Tệp rỗng.")
    if content.startswith(_OLE):
        if _ENCRYPTED in content:
            raise FileRefused("Tệp có mật khẩu. Bỏ mật khẩu trong Word, lưu lại rồi tải lại.")
        raise FileRefused("Tệp là Word kiểu cũ (.doc). Mở bằng Word, lưu thành .docx rồi tải lại.")
    for magic, said in _KNOWN:
        if content.startswith(magic):
            raise FileRefused(said)
    if not content.startswith(b"PK"):
        raise FileRefused(NO_WORD)
    if content.count(_CENTRAL_ENTRY) > MOST_ENTRIES:
        raise FileRefused(SUSPICIOUS)


def _check_entries(entries: list[ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > LARGEST_INFLATED:
        raise FileRefused(SUSPICIOUS)
    if len({entry.filename for entry in entries}) < len(entries):
        raise FileRefused(BROKEN)


def _main_name(archive: ZipFile, names: list[str]) -> str:
    """The part that holds the text; some programs name it otherwise and say so in the package's relationships."""
    tags = _RELATIONSHIP.finditer(_inflate(archive, _RELATIONSHIPS)) if _RELATIONSHIPS in names else ()
    if found := next((tag[0] for tag in tags if _OF_MAIN in tag[0]), b""):
        target = _TARGET.search(found)
        name = normpath(target[1].decode("utf-8", "replace")) if target else ""
        if name.startswith("word/") and name in names:
            return name
    if _DEFAULT_MAIN in names:
        return _DEFAULT_MAIN
    raise FileRefused(next((said for name, said in _FOREIGN if name in names), NO_WORD))


def _inflate(archive: ZipFile, name: str) -> bytes:
    """The part, of which no more is inflated than may be, whatever its header says."""
    entry = archive.getinfo(name)
    if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED) or entry.flag_bits & 1:
        raise FileRefused(BROKEN)
    with archive.open(entry) as part:
        content = part.read(LARGEST_PART + 1)
    if len(content) > LARGEST_PART:
        raise FileRefused(SUSPICIOUS)
    return content


@dataclass
class _Open:
    """A paragraph that is being read. `joined`: its end was deleted, so the next one continues it."""

    text: list[str]
    numbered: bool = False
    joined: bool = False


_PRINTED = {"tab": " ", "br": " ", "cr": " ", "noBreakHyphen": "-"}
_LEFT_OUT = frozenset({"del", "moveFrom"})
_TAKEN_IN = frozenset({"ins", "moveTo"})


class _Reader(ContentHandler):
    """Follows the elements of the body; what is deleted or moved away is not read."""

    def __init__(self) -> None:
        super().__init__()
        self._path: list[str] = []
        self._open: list[_Open] = []
        self._rows: list[tuple[int, bool]] = []
        self._done: list[_Open] = []
        self._left_out = 0
        self._characters = self._elements = 0
        self._counts = dict.fromkeys((*_LEFT_OUT, *_TAKEN_IN, "comments"), 0)

    def startElementNS(self, name: tuple[str | None, str], qname: str | None, attrs: Any) -> None:  # noqa: ARG002, N802
        space, local = name
        own = local if space in _WORD else "Fallback" if space == _COMPATIBILITY and local == "Fallback" else ""
        parent = self._path[-1] if self._path else ""
        self._path.append(own)
        self._elements += 1
        if len(self._path) > DEEPEST or self._elements > MOST_ELEMENTS:
            raise FileRefused(SUSPICIOUS)
        if own in _LEFT_OUT or own == "Fallback":
            self._left_out += own == "Fallback" or parent not in {"rPr", "trPr"}
        self._begin(own, parent)

    def _begin(self, own: str, parent: str) -> None:
        if own == "p":
            self._open.append(_Open([]))
        elif own == "tr":
            self._rows.append((len(self._done), False))
        elif own in self._counts:
            self._revise(own, parent)
        elif own == "numPr" and self._open:
            self._open[-1].numbered = True
        elif own == "commentReference":
            self._counts["comments"] += 1
        elif own in _PRINTED and parent == "r":
            self._write(_PRINTED[own])

    def _revise(self, own: str, parent: str) -> None:
        self._counts[own] += 1
        if own == "del" and parent == "trPr" and self._rows:
            self._rows[-1] = (self._rows[-1][0], True)
        elif own == "del" and parent == "rPr" and self._path[-3:-2] == ["pPr"] and self._open:
            self._open[-1].joined = True

    def endElementNS(self, name: tuple[str | None, str], qname: str | None) -> None:  # noqa: ARG002, N802
        own = self._path.pop()
        parent = self._path[-1] if self._path else ""
        if own == "Fallback" or (own in _LEFT_OUT and parent not in {"rPr", "trPr"}):
            self._left_out -= 1
        elif own == "p" and self._open:
            self._close(self._open.pop())
        elif own == "tr" and self._rows:
            start, deleted = self._rows.pop()
            if deleted:
                del self._done[start:]

    def _close(self, paragraph: _Open) -> None:
        if self._done and self._done[-1].joined and not self._open:
            before = self._done.pop()
            paragraph = _Open([*before.text, *paragraph.text], before.numbered, paragraph.joined)
        self._done.append(paragraph)
        if len(self._done) > MOST_PARAGRAPHS:
            raise FileRefused("Tệp dài hơn 6.000 đoạn, không phải văn bản kế hoạch.")

    def characters(self, content: str) -> None:
        if self._path and self._path[-1] == "t":
            self._write(content)

    def _write(self, text: str) -> None:
        if self._left_out or not self._open:
            return
        self._characters += len(text)
        if self._characters > MOST_CHARACTERS:
            raise FileRefused("Tệp dài hơn một triệu chữ, không phải văn bản kế hoạch.")
        self._open[-1].text.append(text)

    def result(self) -> WordFile:
        """The paragraphs that say anything."""
        read = ((" ".join(nfc(without_invisible("".join(one.text))).split()), one.numbered) for one in self._done)
        paragraphs = tuple(WordParagraph(text, numbered) for text, numbered in read if text)
        if not paragraphs:
            raise FileRefused("Tệp không có chữ nào.")
        if any(len(one.text) > LONGEST_PARAGRAPH for one in paragraphs):
            raise FileRefused("Tệp có đoạn dài hơn 30.000 chữ, không phải văn bản kế hoạch.")
        inserted = sum(self._counts[name] for name in _TAKEN_IN)
        deleted = sum(self._counts[name] for name in _LEFT_OUT)
        return WordFile(paragraphs, inserted, deleted, self._counts["comments"])
