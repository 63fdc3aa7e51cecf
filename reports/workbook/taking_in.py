"""Taking a workbook in: all of it, or its good rows, or nothing but the account of what it would change."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from django.db import transaction

from reports.workbook.reading import contents_of
from trainingplan.imports.kinds import Contents, Place, Problem
from trainingplan.imports.running import ADDED, CHANGED, REFUSED, SAME, Outcome, Task, run
from trainingplan.models import User
from trainingplan.policies import Action, require
from trainingplan.reading import Book
from trainingplan.services.changes import one_batch

if TYPE_CHECKING:
    from trainingplan.resources.book import BookResource


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What a workbook came to. `counts` are (sheet, added, changed, same, refused); `kept`: it was written.

    `dependent` rows are refused only because a row that they name is; they are counted, not told one by one.
    """

    counts: tuple[tuple[str, int, int, int, int], ...]
    problems: tuple[Problem, ...]
    dependent: int
    kept: bool


def take_in(book: Book, *, actor: User | None, good_rows: bool = False, dry_run: bool = False) -> TakenIn:
    """Take the workbook in, in one transaction; an `actor` of None is the system itself.

    Raises Refused for a book that names no plan, PermissionDenied for somebody who may not.
    """
    if actor is not None:
        require(actor, Action.EDIT_PLAN)
    reason = f"Nhập sổ toàn kế hoạch từ tệp {book.name}"
    with transaction.atomic(), one_batch():
        contents = contents_of(book)
        outcome = run(Task(contents, cast("User", actor), {}, reason))
        broken = _broken(contents) if good_rows and outcome.problems else ()
        whole = not outcome.file_problems and not broken and (good_rows or not outcome.problems)
        kept = whole and not dry_run
        if not kept:
            transaction.set_rollback(True)
    waiting = set(_dependent(contents))
    told = (*(one for one in outcome.problems if one.place not in waiting), *broken)
    wrong = {(one.place.sheet, one.place.row) for one in told if one.place}
    dependent = {(place.sheet, place.row) for place in waiting} - wrong
    return TakenIn(tuple(_counts(contents, outcome)), told, len(dependent), kept)


def _broken(contents: Contents) -> tuple[Problem, ...]:
    """What the good rows alone would leave half changed: nothing is taken in then."""
    resources = [cast("BookResource", table.resource) for table in contents.tables]
    whys = next((one.why_not_whole() for one in reversed(resources) if one.together), {})
    remedy = "Sửa các dòng lỗi của dòng kinh phí ấy, hoặc bỏ mọi dòng của nó khỏi tệp, rồi nhập lại."
    return tuple(
        Problem(None, key, f"Chỉ nhập các dòng đúng thì dòng kinh phí «{key}» sai số tiền: {why}", remedy)
        for key, why in whys.items()
    )


def _dependent(contents: Contents) -> Iterable[Place]:
    """The cells that are wrong only because the row which they name is."""
    for table in contents.tables:
        for cell in cast("BookResource", table.resource).dependent:
            yield table.places[cell]


def _counts(contents: Contents, outcome: Outcome) -> Iterable[tuple[str, int, int, int, int]]:
    for index, table in enumerate(contents.tables):
        count = Counter(line.action for line in outcome.lines if line.table == index)
        yield cast("BookResource", table.resource).sheet(), count[ADDED], count[CHANGED], count[SAME], count[REFUSED]
