"""XML from outside, followed element by element: no DTD, no entities, UTF-8 only, not too deep."""

from collections.abc import Mapping
from typing import NoReturn
from xml.parsers import expat

from trainingplan.reading import limits
from trainingplan.reading.book import Unreadable

LONGEST_COUNT = 9
DTD = f"có khai báo kiểu tài liệu (DTD) bên trong nên không được đọc. {limits.SAVE_AGAIN}"


class Follower:
    """Calls `begin`, `end` and, while `listening`, `heard` of its subclass with names that have lost their prefix."""

    def __init__(self) -> None:
        self.depth = 0
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._end
        self.parser.XmlDeclHandler = _check_declaration
        self.parser.StartDoctypeDeclHandler = _refuse_doctype
        self.parser.EntityDeclHandler = _refuse_doctype

    def follow(self, content: bytes) -> None:
        """Read all of the part; raises Unreadable."""
        try:
            self.parser.Parse(content, True)  # noqa: FBT003 - the library's own signature
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise Unreadable(limits.BROKEN) from error

    def listen(self) -> None:
        """Hear the characters from here on."""
        self.text: list[str] = []
        self.parser.CharacterDataHandler = self.text.append

    def hear_out(self) -> str:
        """The characters since `listen`; hear no more."""
        self.parser.CharacterDataHandler = None
        return "".join(self.text)

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        raise NotImplementedError

    def end(self, name: str) -> None:
        """What follows an element; nothing unless the subclass says so."""

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > limits.DEEPEST:
            raise Unreadable(limits.BROKEN)
        if "count" in attributes or "uniqueCount" in attributes:
            _check_counts(attributes)
        self.begin(name if ":" not in name else name.rpartition(":")[2], attributes)

    def _end(self, name: str) -> None:
        self.depth -= 1
        self.end(name if ":" not in name else name.rpartition(":")[2])


def _check_counts(attributes: Mapping[str, str]) -> None:
    """Some readers make room for as many as a part says it has."""
    for name in ("count", "uniqueCount"):
        count = attributes.get(name, "0")
        if len(count) > LONGEST_COUNT or not (count.isascii() and count.isdigit()) or int(count) > limits.MOST_COUNTED:
            raise Unreadable(limits.BROKEN)


def _check_declaration(_version: str, encoding: str | None, _standalone: int) -> None:
    if encoding is not None and encoding.lower() not in ("utf-8", "utf8", "us-ascii"):
        raise Unreadable(limits.BROKEN)


def _refuse_doctype(*_: object) -> NoReturn:
    raise Unreadable(DTD)
