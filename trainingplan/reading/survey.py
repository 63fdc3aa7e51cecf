"""What the reader of values does not tell of a workbook: where its cells lie, merges, formulas, errors, old fonts."""

import re
from collections.abc import Mapping, Sequence, Sized
from dataclasses import dataclass, field
from posixpath import normpath
from typing import TypeVar

from trainingplan.reading import limits
from trainingplan.reading.book import CellError, FormulaWithoutValue, Unreadable
from trainingplan.reading.fonts import encoding_of
from trainingplan.reading.markup import Follower
from trainingplan.rules.numbers import format_count
from trainingplan.rules.text import quoted

_PLACE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
LONG_TEXT = 40
"""As many letters in every cell are no burden."""
T = TypeVar("T")
Block = tuple[int, int, int, int]


class Contents(Follower):
    """The workbook's list of its sheets: (name, relationship, hidden)."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[tuple[str, str, bool]] = []
        self.never_computed = self.from_1904 = False

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "sheet":
            relation = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), "")
            hidden = attributes.get("state", "visible") != "visible"
            self.sheets.append((attributes.get("name", ""), relation, hidden))
            if len(self.sheets) > limits.MOST_SHEETS:
                raise Unreadable(f"có hơn {limits.MOST_SHEETS} trang tính. Chia thành nhiều tệp rồi nhập từng tệp.")
        elif name == "workbookPr":
            self.from_1904 = attributes.get("date1904") in ("1", "true")
        elif name == "calcPr":
            self.never_computed = attributes.get("fullCalcOnLoad") in ("1", "true")


class Relations(Follower):
    """The parts of the package by the relationship that names them, and which of them are sheets of cells."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: dict[str, str] = {}

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        if name != "Relationship" or attributes.get("TargetMode") == "External":
            return
        target = attributes.get("Target", "")
        path = target[1:] if target.startswith("/") else f"xl/{target}"
        if attributes.get("Type", "").endswith("/worksheet"):
            self.targets[attributes.get("Id", "")] = normpath(path)


YEAR, MONTH = "year", "month"
BUILT_IN_MONTH = "17"
"""The number of the format mmm-yy."""
_BESIDE = re.compile(r'"[^"]*"|\[[^\]]*\]|[\\_*].')


def shown_part(code: str) -> str:
    """What a cell of that number format shows of a date, where it is only the year, or month and year."""
    signs = set(_BESIDE.sub("", code[:200].partition(";")[0]).lower()) & set("ymdhs")
    return YEAR if signs == {"y"} else MONTH if signs == {"y", "m"} else ""


class Styles(Follower):
    """Which cell styles are of a font of an old encoding, and which show only a part of a date."""

    def __init__(self) -> None:
        super().__init__()
        self._fonts: list[str] = []
        self._formats: dict[str, str] = {BUILT_IN_MONTH: MONTH}
        self._within = ""
        self.encodings: list[str] = []
        self.parts: list[str] = []

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        if name in ("fonts", "cellXfs"):
            self._within = name
        elif name == "font" and self._within == "fonts":
            self._fonts.append("")
            self._count(self._fonts)
        elif name == "name" and self._within == "fonts" and self._fonts:
            self._fonts[-1] = encoding_of(attributes.get("val", ""))
        elif name == "xf" and self._within == "cellXfs":
            self.encodings.append(_at(self._fonts, attributes.get("fontId", "0"), ""))
            self.parts.append(self._formats.get(attributes.get("numFmtId", "0"), ""))
            self._count(self.parts)
        elif name == "numFmt":
            self._count(self._formats)
            self._formats[attributes.get("numFmtId", "")] = shown_part(attributes.get("formatCode", ""))

    def end(self, name: str) -> None:
        if name == self._within:
            self._within = ""

    @staticmethod
    def _count(those: Sized) -> None:
        if len(those) > limits.MOST_STYLES:
            raise Unreadable(
                f"có hơn {format_count(limits.MOST_STYLES)} kiểu định dạng, nhiều hơn Excel cho phép. Chép số liệu "
                "sang sổ mới (Dán giá trị) rồi nhập lại."
            )


class Strings(Follower):
    """How long the shared texts are, and which have a part in a font of an old encoding."""

    def __init__(self) -> None:
        super().__init__()
        self.encodings: list[str] = []
        self.lengths: list[int] = []

    @property
    def matter(self) -> bool:
        """Whether it matters which cell shows which of them."""
        return any(self.encodings) or max(self.lengths, default=0) > LONG_TEXT

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "si":
            self.encodings.append("")
            self.lengths.append(0)
            if len(self.lengths) > limits.MOST_CELLS:
                raise Unreadable(limits.WORDY)
        elif name == "t" and self.lengths:
            self.listen()
        elif name == "rFont" and self.encodings and not self.encodings[-1]:
            self.encodings[-1] = encoding_of(attributes.get("val", ""))

    def end(self, name: str) -> None:
        if name == "t" and self.lengths:
            self.lengths[-1] += len(self.hear_out())


@dataclass
class Found:
    """What a sheet's survey found, by (row, column) from 1; `last_row` and `last_column` have something in them."""

    instead: dict[tuple[int, int], object] = field(default_factory=dict)
    legacy: dict[tuple[int, int], str] = field(default_factory=dict)
    parts: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: list[Block] = field(default_factory=list)
    cells: int = 0
    letters: int = 0
    last_row: int = 0
    last_column: int = 0


class Cells(Follower):
    """The cells of one sheet, in order; raises Unreadable for a sheet too large or out of order."""

    def __init__(self, sheet: str, styles: Styles, strings: Strings, *, never_computed: bool) -> None:
        super().__init__()
        self.found = Found()
        self._sheet, self._strings = quoted(sheet), strings
        self._styles = styles.encodings if any(styles.encodings) else []
        self._parts = styles.parts if any(styles.parts) else []
        self._follows_texts = strings.matter
        self._never_computed = never_computed
        self._row = self._column = 0
        self._filled = False
        self._kind = self._formula = self._shown = ""
        self._style = self._part = ""
        self._has_formula = False

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "c":
            self._begin_cell(attributes)
        elif name in {"v", "is"}:
            self._fill()
            if self._kind == "e" or self._has_formula or (self._kind == "s" and self._follows_texts):
                self.listen()
        elif name == "row":
            self._begin_row(attributes)
        elif name == "f":
            self._fill()
            self._has_formula = True
            self.listen()
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def end(self, name: str) -> None:
        if name == "f":
            self._formula = self.hear_out()
        elif name == "v" and self.parser.CharacterDataHandler is not None:
            self._shown = self.hear_out().strip()
        elif name == "is" and self.parser.CharacterDataHandler is not None:
            self._shown = self.hear_out()
        elif name == "c" and self._filled:
            self._end_cell()

    def _begin_row(self, attributes: Mapping[str, str]) -> None:
        number = attributes.get("r")
        row = self._row + 1 if number is None else int(number) if number.isascii() and number.isdigit() else 0
        if row <= self._row:
            raise Unreadable(limits.BROKEN)
        self._row, self._column = row, 0

    def _begin_cell(self, attributes: Mapping[str, str]) -> None:
        place = attributes.get("r")
        row, column = (self._row, self._column + 1) if place is None else place_of(place)
        if row != self._row or column <= self._column:
            raise Unreadable(limits.BROKEN)
        self._column = column
        self._kind = attributes.get("t", "n")
        self._style = _at(self._styles, attributes.get("s", "0"), "") if self._styles else ""
        self._part = _at(self._parts, attributes.get("s", "0"), "") if self._parts else ""
        self._formula = self._shown = ""
        self._filled = self._has_formula = False

    def _fill(self) -> None:
        """Something stands in the cell; only such cells count."""
        if self._filled:
            return
        self._filled = True
        found = self.found
        found.cells += 1
        found.last_row, found.last_column = self._row, max(found.last_column, self._column)
        if self._row > limits.LAST_ROW or self._column > limits.MOST_COLUMNS:
            self._refuse_far()
        if found.last_row * found.last_column > limits.LARGEST_AREA or found.cells > limits.MOST_CELLS:
            raise Unreadable(
                f"có trang {self._sheet} quá rộng: hơn {format_count(limits.MOST_CELLS)} ô có số liệu, hoặc ô lẻ nằm "
                "rất xa. Xóa các dòng, cột thừa hoặc chia thành nhiều tệp rồi nhập lại."
            )

    def _refuse_far(self) -> None:
        if self._row > limits.LAST_ROW:
            raise Unreadable(
                f"có hơn {format_count(limits.MOST_ROWS)} dòng: trang {self._sheet} có số liệu ở dòng {self._row}. "
                "Chia thành nhiều tệp, hoặc xóa ô ở xa rồi nhập lại."
            )
        raise Unreadable(
            f"có hơn {limits.MOST_COLUMNS} cột: trang {self._sheet} có số liệu ở cột thứ {self._column}. "
            "Bỏ các cột thừa rồi nhập lại."
        )

    def _end_cell(self) -> None:
        at = self._row, self._column
        if self._kind == "e":
            self.found.instead[at] = CellError(self._shown or "#N/A")
        elif self._has_formula and self._without_value():
            self.found.instead[at] = FormulaWithoutValue(f"={self._formula}")
        if self._part:
            self.found.parts[at] = self._part
        encoding = self._style
        if self._kind == "s" and self._follows_texts:
            encoding = _at(self._strings.encodings, self._shown, "") or encoding
            self.found.letters += _at(self._strings.lengths, self._shown, 0)
            if self.found.letters > limits.LARGEST_TEXT:
                raise Unreadable(limits.WORDY)
        if encoding and self._kind in ("s", "str", "inlineStr"):
            self.found.legacy[at] = encoding

    def _without_value(self) -> bool:
        """Whether nothing was computed. Some programs store 0 for what they leave to Excel, and say that they do."""
        return (not self._shown and self._kind != "str") or (self._never_computed and self._shown == "0")

    def _merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        (top, left), (bottom, right) = place_of(first), place_of(last or first)
        if bottom < top or right < left:
            raise Unreadable(limits.BROKEN)
        self.found.merged.append((top, left, bottom, right))
        if len(self.found.merged) > limits.MOST_MERGES:
            raise Unreadable(
                f"có hơn {format_count(limits.MOST_MERGES)} ô gộp ở trang {self._sheet}. Bỏ gộp ô rồi nhập lại."
            )


def place_of(reference: str) -> tuple[int, int]:
    """(row, column) of a reference such as B12; raises Unreadable."""
    found = _PLACE.fullmatch(reference)
    if found is None:
        raise Unreadable(limits.BROKEN)
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]), column


def _at(known: Sequence[T], index: str, otherwise: T) -> T:
    number = int(index) if index.isascii() and index.isdigit() and len(index) < 8 else -1  # noqa: PLR2004
    return known[number] if 0 <= number < len(known) else otherwise
