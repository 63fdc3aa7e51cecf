"""What tests of files share: a workbook edited as its reader would, read as the product reads it, and taken in."""

import json
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from django.db import transaction
from openpyxl import load_workbook

from quotas.imports.unit_form import CELLS, KEY_HEAD, NO_NEED_HEAD, NUMBER_HEAD, PEOPLE, PERSON_HEAD
from trainingplan.imports.kinds import Contents, FileKind
from trainingplan.imports.running import Outcome, Task, run
from trainingplan.models import Plan, User
from trainingplan.reading import Book
from trainingplan.reading.child import tagged
from trainingplan.reading.formats import read
from trainingplan.reading.process import as_sheet, decoded

Typed = tuple[Any, Any]
"""What is typed into the two cells of a row: the number, and that there is no need."""


def book_of(content: bytes) -> Book:
    """As `read_book` gives it, without a process of its own."""
    sheets = decoded(json.dumps(read(content), default=tagged).encode())
    assert sheets is not None
    return Book("tep.xlsx", tuple(as_sheet("tep", sheet) for sheet in sheets))


def contents_of(
    kind: FileKind, content: bytes, plan: Plan, actor: User, answers: Mapping[str, str] | None = None
) -> Contents:
    return kind.contents(book_of(content), plan=plan, actor=actor, answers=answers or {})


def taken_in(
    kind: FileKind, content: bytes, plan: Plan, actor: User, answers: Mapping[str, str] | None = None
) -> Outcome:
    """What becomes of the file; its right rows are written."""
    contents = contents_of(kind, content, plan, actor, answers)
    with transaction.atomic():
        return run(Task(contents, actor, answers or {}, "Nhập từ tệp tep.xlsx"))


def told(outcome: Outcome) -> dict[str, int]:
    """How many rows were added, changed, left as they are, refused."""
    return {action: count for action in ("added", "changed", "same", "refused") if (count := outcome.count(action))}


def words(outcome: Outcome) -> str:
    return " ".join(f"{problem.value}: {problem.reason} {problem.remedy}" for problem in outcome.problems)


class Opened:
    """A workbook in the hands of its reader. openpyxl keeps what is hidden and locked as Excel does."""

    def __init__(self, content: bytes) -> None:
        self.book = load_workbook(BytesIO(content))

    def saved(self) -> bytes:
        out = BytesIO()
        self.book.save(out)
        return out.getvalue()

    def sheet(self, head: str) -> tuple[Any, int, dict[str, int]]:
        """The sheet that has this head, its row, and the columns by head."""
        for sheet in self.book.worksheets:
            for row in sheet.iter_rows(max_row=12):
                columns = {str(cell.value): cell.column for cell in row if cell.value is not None}
                if head in columns:
                    return sheet, row[0].row, columns
        raise AssertionError(head)

    def type(self, key: str, number: Any = None, no_need: Any = None) -> None:
        """Fill in the row of a quota, by the end of its key."""
        sheet, top, columns = self.sheet(KEY_HEAD)
        number_at = next(column for head, column in columns.items() if head.startswith(NUMBER_HEAD))
        for row in range(top + 1, sheet.max_row + 1):
            if str(sheet.cell(row, columns[KEY_HEAD]).value).endswith(f"/{key}"):
                sheet.cell(row, number_at).value = number
                sheet.cell(row, columns[NO_NEED_HEAD]).value = no_need
                return
        raise AssertionError(key)

    def type_person(self, row: int, **values: Any) -> None:
        """Fill in a row of nominees, counted from 1 below the heads; values by the words of their heads."""
        sheet, top, columns = self.sheet(PERSON_HEAD)
        for head, value in values.items():
            sheet.cell(top + row, columns[head.replace("_", " ")]).value = value


def rows_of(content: bytes, name: str) -> list[tuple[Any, ...]]:
    return list(load_workbook(BytesIO(content))[name].iter_rows(values_only=True))


__all__ = ["CELLS", "PEOPLE", "Opened", "Typed", "book_of", "contents_of", "rows_of", "taken_in", "told", "words"]
