"""What a kind of file says of itself and of a book: the contract between the import centre and the apps' kinds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Protocol, runtime_checkable

import tablib
from django.conf import settings
from django.utils.module_loading import import_string

from trainingplan.models import Plan, User
from trainingplan.policies import Action, may
from trainingplan.reading import Book
from trainingplan.resources.base import CatalogueResource
from trainingplan.resources.files import ROW

__all__ = ["ROW", "Contents", "FileKind", "Place", "Problem", "Question", "Table", "kind_of", "kinds", "kinds_for"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands in the file: the sheet's name, row and column from 1; column 0 is the whole row."""

    sheet: str
    row: int
    column: int = 0

    @property
    def label(self) -> str:
        """The place as a user finds it: «Trang 1», dòng 12, cột D."""
        row = f", dòng {self.row}" if self.row else ""
        return f"«{self.sheet}»{row}" + (f", cột {column_letter(self.column)}" if self.column else "")


def column_letter(column: int) -> str:
    """The letters by which a spreadsheet names a column, counted from 1."""
    letters = ""
    while column:
        column, place = divmod(column - 1, 26)
        letters = chr(ord("A") + place) + letters
    return letters


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that keeps a row, or without a place the whole file, from being taken in.

    `reason` and `remedy` are whole sentences: what is wrong with what was typed, and what to do about it.
    """

    place: Place | None
    value: str
    reason: str
    remedy: str
    heading: str = ""
    """The column's heading, where the table has told it."""
    of_file: bool = False
    """Nothing of the file is right without it, though it has a place."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is never guessed: a misspelt unit, an old encoding, an ambiguous date. Its answer is one option's value."""

    key: str
    text: str
    options: tuple[tuple[str, str], ...]
    """(value, words); the empty value is "not answered" and is offered by the page itself."""
    places: tuple[Place, ...] = ()
    value: str = ""
    """What stands in those places, where it is the same."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows for one resource. `dataset` has the resource's headings and ROW, a number that tells its rows apart."""

    resource: CatalogueResource | type[CatalogueResource]
    dataset: tablib.Dataset
    places: Mapping[tuple[int, str], Place] = field(default_factory=dict)
    """(number in ROW, heading) -> where the value stands; (number, "") -> where the row stands."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a kind has read from a book. Tables are imported in their order, in one transaction.

    A problem with a place refuses that row of the sheet; one without a place refuses the file. A question whose answer
    is not among `answers` refuses its rows: the kind says nothing more of them.
    """

    tables: tuple[Table, ...]
    problems: tuple[Problem, ...] = ()
    questions: tuple[Question, ...] = ()
    notes: tuple[str, ...] = ()


@runtime_checkable
class FileKind(Protocol):
    """A kind of file that can be brought in. Instances are listed in settings.IMPORT_KINDS by their dotted path."""

    @property
    def key(self) -> str:
        """Letters, digits and hyphens; part of addresses."""

    @property
    def title(self) -> str:
        """What such a file is called."""

    @property
    def help(self) -> str:
        """A line or two for who is about to fill one in."""

    @property
    def action(self) -> Action:
        """Who may bring such a file in; units and plans are looked at by the kind and its resources."""

    @property
    def needs_plan(self) -> bool:
        """Whether the file is about one plan, which is asked for."""

    def template(self, plan: Plan | None, actor: User) -> tuple[str, bytes] | None:
        """A file to begin with (name, content), pre-filled for the actor; None when there is none."""

    def recognises(self, book: Book) -> bool:
        """Whether the book looks like this kind; cheap, and False for any surprise."""

    def contents(self, book: Book, *, plan: Plan | None, actor: User, answers: Mapping[str, str]) -> Contents:
        """What the book holds for the actor; raises Refused, in words, for a book that is none of this kind.

        Inside a transaction that may be rolled back; reads only, and depends on nothing but its arguments and the
        stored data, so that the same file gives the same contents when it is applied.
        """


@cache
def kinds() -> Mapping[str, FileKind]:
    """All kinds by key, in the order of the settings."""
    found: list[FileKind] = [import_string(path) for path in settings.IMPORT_KINDS]
    by_key = {kind.key: kind for kind in found}
    if len(by_key) != len(found):
        raise RuntimeError("two kinds of files share a key")
    return by_key


def kinds_for(user: User) -> list[FileKind]:
    return [kind for kind in kinds().values() if may(user, kind.action)]


def kind_of(key: str, user: User) -> FileKind | None:
    """The kind of that key, if the user may bring such files in."""
    kind = kinds().get(key)
    return kind if kind is not None and may(user, kind.action) else None
