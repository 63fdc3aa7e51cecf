"""A workbook as plain values, and the refusal of what is none."""

from collections.abc import Mapping
from dataclasses import dataclass, field


class Unreadable(Exception):  # noqa: N818 - the domain's word: a refusal, not a fault
    """The file is not read; the message (Vietnamese) says why and what to do."""


@dataclass(frozen=True, slots=True)
class Merge:
    """A block of merged cells, both ends included, counted from 1."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class FormulaWithoutValue:
    """A cell whose formula was never computed: not a zero, not an empty cell."""

    formula: str


@dataclass(frozen=True, slots=True)
class CellError:
    """A cell that shows an error such as #REF!: not a zero, not an empty cell."""

    code: str


class SerialOf1904(int):
    """A bare whole number of a workbook that counts its days from 1904: a number, but as a date four years later."""


@dataclass(frozen=True, slots=True)
class Since1904:
    """Such a number, as the process that reads the file tells of it."""

    number: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """`rows[0]` is row 1; all rows have the same width, an empty cell is None.

    A value is None, str (NFC, nothing invisible in it), int, Decimal, bool, date, datetime, FormulaWithoutValue or
    CellError; never a float. `legacy` names the encoding ("tcvn3", "tcvn3-caps" or "vni") of the cells whose font says
    that their text is written in it, by (row, column) from 1; their text is left as it stands in the file.
    """

    name: str
    hidden: bool
    rows: tuple[tuple[object, ...], ...]
    merged: tuple[Merge, ...] = ()
    legacy: Mapping[tuple[int, int], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Book:
    """The sheets in the order of the file; a .csv has one, named as the file is."""

    name: str
    sheets: tuple[Sheet, ...]

    def sheet(self, name: str) -> Sheet | None:
        """The sheet of that very name."""
        return next((sheet for sheet in self.sheets if sheet.name == name), None)
