"""What a document is made of besides tables, and the document itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Self, TypeAlias

from reports.document.tables import Align, Table

DEEPEST_HEADING = 4


class Orientation(StrEnum):
    PORTRAIT = "portrait"
    LANDSCAPE = "landscape"


@dataclass(frozen=True, slots=True)
class Attachment:
    """The document that an appendix goes with; its number and date may still be blank."""

    symbol: str
    issuer: str
    kind: str = "Kế hoạch"
    number: str = ""
    dated: date | None = None


@dataclass(frozen=True, slots=True)
class AppendixTitle:
    number: int
    title: str
    attached_to: Attachment | None = None


@dataclass(frozen=True, slots=True)
class Title:
    """The kind of an issued paper ("KẾ HOẠCH") and, below it, what it is about."""

    kind: str
    about: str


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    level: int = 1

    def __post_init__(self) -> None:
        _check_level(self.level)


def _check_level(level: int) -> None:
    if not 1 <= level <= DEEPEST_HEADING:
        raise ValueError(f"heading level {level} is not 1 to {DEEPEST_HEADING}")


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one form; `field` is the bound field that gave it, which the screen alone shows."""

    text: str
    bold: bool = False
    italic: bool = False
    field: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; `marker` ("a)", "-", "+") stands before it, `level` indents it, `anchor` names it on the screen."""

    runs: tuple[Run, ...]
    align: Align = Align.JUSTIFY
    marker: str = ""
    level: int = 0
    anchor: str = ""

    @classmethod
    def of(cls, text: str, *, align: Align = Align.JUSTIFY, italic: bool = False) -> Self:
        return cls((Run(text, italic=italic),), align)

    @property
    def text(self) -> str:
        body = _text(self.runs)
        return f"{self.marker} {body}" if self.marker else body


def _text(runs: Iterable[Run]) -> str:
    return "".join(run.text for run in runs)


@dataclass(frozen=True, slots=True)
class Clause:
    """A numbered heading of running text: "II.", "1.", "1.1.", "1.1.1." by `level`.

    `rest` is the text that goes on in the same paragraph.
    """

    runs: tuple[Run, ...]
    marker: str = ""
    level: int = 1
    rest: tuple[Run, ...] = ()
    anchor: str = ""

    def __post_init__(self) -> None:
        _check_level(self.level)

    @property
    def heading(self) -> str:
        """The marker and the heading alone."""
        return f"{self.marker} {_text(self.runs)}".strip()

    @property
    def text(self) -> str:
        return f"{self.marker} {_text((*self.runs, *self.rest))}".strip()


@dataclass(frozen=True, slots=True)
class Note:
    """A remark under a table."""

    text: str
    label: str = "Ghi chú:"


@dataclass(frozen=True, slots=True)
class LetterHead:
    """The head of an issued paper: who issues it on the left, the profile's motto on the right; number, place, date.

    `bodies` stand below each other, the last one is the issuer; `subject` is the abstract of a letter ("V/v …"). A
    number or date not yet given is printed as "…"; `year` is printed all the same.
    """

    bodies: tuple[str, ...]
    symbol: str
    place: str
    year: int
    number: str = ""
    dated: date | None = None
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Addressees:
    """Kính gửi: one addressee on the same line, several as a list."""

    names: tuple[str, ...]
    label: str = "Kính gửi:"


@dataclass(frozen=True, slots=True)
class Closing:
    """Where copies go, on the left, and who signs, on the right; a blank `name` leaves room for a signature."""

    recipients: tuple[str, ...]
    authority: str
    post: str
    name: str = ""
    label: str = "Nơi nhận:"


Block: TypeAlias = (
    AppendixTitle | Title | Heading | Clause | Paragraph | Table | Note | LetterHead | Addressees | Closing
)


@dataclass(frozen=True, slots=True)
class Document:
    """One printed thing, with what its file's properties say.

    `created` dates the files instead of the clock, so the same document gives the same bytes;
    `mark` is a warning that every page must carry ("Số liệu minh họa"); `profile` is a key of
    `reports.profiles.PROFILES`.
    """

    title: str
    blocks: tuple[Block, ...]
    file_stem: str
    created: date
    author: str = ""
    profile: str = "HD36"
    orientation: Orientation = Orientation.PORTRAIT
    mark: str = ""

    @property
    def tables(self) -> tuple[Table, ...]:
        return tuple(block for block in self.blocks if isinstance(block, Table))
