"""One run of a file's tables through their resources, inside a transaction that the caller keeps or rolls back."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, cast

from django.db import connection
from django.db.models import Model
from import_export.results import Result, RowResult

from trainingplan.imports.kinds import ROW, Contents, Place, Problem, Question, Table
from trainingplan.imports.problems import place_of, problems_elsewhere, problems_in
from trainingplan.models import User
from trainingplan.resources.base import CatalogueResource
from trainingplan.resources.bulk import BulkResource
from trainingplan.resources.columns import Column
from trainingplan.rules.numbers import format_count

Cells = dict[str, Any]
Watch = Callable[[int], None]
ADDED, CHANGED, SAME, REFUSED = "added", "changed", "same", "refused"
_ACTIONS = {RowResult.IMPORT_TYPE_NEW: ADDED, RowResult.IMPORT_TYPE_UPDATE: CHANGED, RowResult.IMPORT_TYPE_SKIP: SAME}


@dataclass(frozen=True, slots=True)
class Line:
    """What becomes of one row of the file: each change is (heading, old, new) as shown."""

    table: int
    resource: str
    place: Place
    action: str
    name: str
    changes: tuple[tuple[str, str, str], ...]
    pk: str
    before: Cells
    after: Cells


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that a file changes and all that is wrong with it. `file_problems` belong to no row: nothing is taken in."""

    lines: tuple[Line, ...]
    problems: tuple[Problem, ...]
    questions: tuple[Question, ...]
    notes: tuple[str, ...]
    digest: str

    @property
    def file_problems(self) -> int:
        return sum(problem.place is None or problem.of_file for problem in self.problems)

    def count(self, action: str) -> int:
        return sum(line.action == action for line in self.lines)


@dataclass(frozen=True, slots=True)
class Task:
    """A file's tables, and in whose name and why they are taken in."""

    contents: Contents
    actor: User
    answers: Mapping[str, str]
    reason: str
    watch: Watch | None = None

    def problems(self) -> list[Problem]:
        """What is wrong before a resource has looked at anything."""
        return [*self.contents.problems, *_unanswered(self.contents.questions, self.answers)]

    def reader(self, index: int, problems: Iterable[Problem]) -> "_Reader":
        """What takes in one table; the rows that are refused already are judged, but never written."""
        table = self.contents.tables[index]
        resource = _resource(table)
        resource.good_rows, resource.watch = True, self.watch
        sheet = resource.get_display_name()
        places = {number: place_of(table, number, "", sheet) for number in table.dataset[ROW]}
        refused = {(problem.place.sheet, problem.place.row) for problem in problems if problem.place is not None}
        resource.refused_rows = frozenset(
            number for number, place in places.items() if (place.sheet, place.row) in refused
        )
        return _Reader(index, table, resource, sheet, places)


@dataclass(slots=True)
class _Reader:
    index: int
    table: Table
    resource: CatalogueResource
    sheet: str
    places: Mapping[int, Place]

    def take_in(self, task: Task, **options: Any) -> Result:
        result: Result = self.resource.import_data(
            self.table.dataset, dry_run=False, user=task.actor, reason=task.reason, **options
        )
        return result

    def lines(self, result: Result) -> list[Line]:
        columns = stored_columns(self.resource)
        return [_line(self.index, self.resource, columns, row, self.places) for row in result.rows]


@dataclass(slots=True)
class Judged:
    """A file of one table, its rows judged before the transaction that writes them."""

    reader: _Reader
    resource: BulkResource
    result: Result
    lines: list[Line]

    def write(self, task: Task) -> list[Line]:
        """Write the rows; raises Moved where they have changed meanwhile. What only writing shows is in the lines."""
        if self.result.base_errors:
            return self.lines
        self.resource.write_judged(self.reader.table.dataset, self.result, user=task.actor, reason=task.reason)
        columns = stored_columns(self.resource)
        keys = [str(column.column_name) for column in columns if column.attribute == "id"]
        lines = []
        for line, row in zip(self.lines, self.result.rows, strict=True):
            if line.action in (ADDED, CHANGED) and row.validation_error is not None:
                lines.append(_line(self.reader.index, self.resource, columns, row, self.reader.places))
            elif line.action == ADDED:
                after = {**line.after, **dict.fromkeys(keys, row.instance.pk)}
                lines.append(replace(line, pk=str(row.instance.pk or ""), after=after))
            else:
                lines.append(line)
        return lines


def judge(task: Task) -> Judged | None:
    """Judge the rows of a file of one long table, locking and writing nothing; None for all others."""
    if len(task.contents.tables) != 1:
        return None
    reader = task.reader(0, task.problems())
    resource = reader.resource
    if not isinstance(resource, BulkResource) or not resource.judges_ahead:
        return None
    resource.ahead = True
    try:
        result = reader.take_in(task, use_transactions=False)
    finally:
        resource.ahead = False
    return Judged(reader, resource, result, reader.lines(result))


def run(task: Task, judged: Judged | None = None) -> Outcome:
    """Take in every row that is right, table by table; the others are told of, all at once.

    Of a cell that whoever read the file complains of, nothing more is said. Raises Moved where what was judged has
    changed.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a run needs a transaction")
    contents, before = task.contents, task.problems()
    told = {problem.place for problem in before if problem.place is not None and problem.place.column}
    problems = list(before)
    lines: list[Line] = []
    waiting: set[Place] = set()
    for index in range(len(contents.tables)):
        reader = judged.reader if judged else task.reader(index, before)
        result = judged.result if judged else reader.take_in(task)
        lines += judged.write(task) if judged else reader.lines(result)
        found = problems_in(result, reader.table, reader.resource, reader.sheet)
        problems += (one for one in found if one.place not in told)
        problems += problems_elsewhere(reader.resource, contents.tables)
        waiting |= {place_of(reader.table, *cell, reader.sheet) for cell in reader.resource.dependent}
    problems, notes = _without_those_that_wait(problems, waiting)
    lines += _outside_tables(problems, lines)
    all_problems = tuple(sorted(dict.fromkeys(problems), key=_as_in_the_file(problems)))
    notes = (*contents.notes, *notes)
    return Outcome(tuple(lines), all_problems, contents.questions, notes, _digest(lines, all_problems))


def _without_those_that_wait(
    problems: list[Problem], waiting: Collection[Place]
) -> tuple[list[Problem], tuple[str, ...]]:
    """The problems but for cells that only name a row which is refused itself; what is said of their rows instead."""
    told = [one for one in problems if one.place not in waiting]
    wrong = {(one.place.sheet, one.place.row) for one in told if one.place is not None}
    rows = {(place.sheet, place.row) for place in waiting} - wrong
    if not told or not rows:
        return problems, ()
    return told, (
        f"{format_count(len(rows))} dòng chưa xét được, vì dòng mà chúng gọi tên còn lỗi. Sửa các lỗi rồi nhập lại.",
    )


def _as_in_the_file(problems: Iterable[Problem]) -> Callable[[Problem], tuple[int, int, int]]:
    """What is said of the whole file first; then sheet by sheet, row by row, as somebody goes through it."""
    sheets: dict[str, int] = {}
    for problem in problems:
        if problem.place is not None:
            sheets.setdefault(problem.place.sheet, len(sheets) + 1)

    def where(problem: Problem) -> tuple[int, int, int]:
        place = problem.place
        return (0, 0, 0) if place is None else (sheets[place.sheet], place.row, place.column)

    return where


def _resource(table: Table) -> CatalogueResource:
    given = table.resource
    return given() if isinstance(given, type) else cast("CatalogueResource", given)


def _unanswered(questions: Iterable[Question], answers: Mapping[str, str]) -> Iterable[Problem]:
    for question in questions:
        if answers.get(question.key) not in {value for value, _ in question.options if value}:
            places: tuple[Place | None, ...] = question.places or (None,)
            for place in places:
                yield Problem(
                    place, question.value, question.text, "Chọn câu trả lời ở trang xem trước, rồi xem trước lại."
                )


def _line(
    index: int, resource: CatalogueResource, columns: list[Column], row: RowResult, places: Mapping[int, Place]
) -> Line:
    place = places[row.row_values[ROW]]
    action = REFUSED if row.validation_error is not None else _ACTIONS.get(row.import_type, REFUSED)
    path = f"{type(resource).__module__}.{type(resource).__qualname__}"
    if action in (REFUSED, SAME):
        return Line(index, path, place, action, row.object_repr or "", (), "", {}, {})
    before = cells_of(columns, row.original) if action == CHANGED else {}
    after = cells_of(columns, row.instance)
    changes = tuple(row.diff or ())
    return Line(index, path, place, action, row.object_repr or "", changes, str(row.instance.pk or ""), before, after)


def _outside_tables(problems: Iterable[Problem], lines: Iterable[Line]) -> list[Line]:
    """Rows that were refused before they came into a table."""
    there = {(line.place.sheet, line.place.row) for line in lines}
    outside: dict[tuple[str, int], Place] = {}
    for problem in problems:
        if problem.place is not None and problem.place.row and (problem.place.sheet, problem.place.row) not in there:
            outside.setdefault((problem.place.sheet, problem.place.row), Place(problem.place.sheet, problem.place.row))
    return [Line(0, "", place, REFUSED, "", (), "", {}, {}) for place in outside.values()]


def cells_of(columns: list[Column], row: Model) -> Cells:
    """The row's cells by heading as they are exported."""
    return {str(column.column_name): _stored(column, row) for column in columns}


def stored_columns(resource: CatalogueResource) -> list[Column]:
    """The columns that are kept of a row: those that are read, by which its key is found, and the mark it may lose."""
    columns = resource.get_import_fields()
    scopes = {heading for column in columns for heading in getattr(column.widget, "scope", ())}
    given = {column.column_name for column in columns}
    shown = [one for one in resource.columns.values() if one.column_name in scopes - given or _lost(one)]
    return [*shown, *columns]


def _lost(column: Column) -> bool:
    """No file sets the mark of illustrative data there, but whoever writes the row takes it off."""
    return column.attribute == "illustrative" and bool(column.readonly)


def _stored(column: Column, row: Model) -> Any:
    value = column.export(row)
    if isinstance(value, datetime | date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, Model):
        return str(value.pk)
    return value if isinstance(value, str | int | None) else str(value)


def _digest(lines: Iterable[Line], problems: Iterable[Problem]) -> str:
    """One value for all that a file changes, so that what is applied is what was shown."""
    sum_ = hashlib.sha256()
    for line in lines:
        sum_.update(repr((line.table, line.place, line.action, line.changes)).encode())
    for problem in problems:
        sum_.update(repr((problem.place, problem.reason)).encode())
    return sum_.hexdigest()
