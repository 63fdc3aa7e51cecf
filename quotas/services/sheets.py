"""The cells of one save on their way: what was typed is read, accepted or refused, then written in one statement."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeAlias

from django.db.models import QuerySet
from django.utils import timezone

from quotas.models import Allocation, Registration, SubAllocation, UnitCap
from trainingplan.models import Plan, User
from trainingplan.prepared import prepared
from trainingplan.rules.numbers import NumberRefused, format_count, parse_count
from trainingplan.services.changes import Entry, one_batch, record
from trainingplan.services.inserting import insert_rows

CHOOSE = "Chọn một trong hai."
"""What the grid offers where two have changed a cell; a file cannot."""


class Outcome(StrEnum):
    SAVED = "saved"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class CellInput:
    """What was typed into one cell. `version` is the one the writer saw, 0 for a cell that nobody has filled.

    `quota_id` is the key of the grid's column: a quota, a sub-quota, for caps a programme. Only a cell that is written
    back as it stood before is `illustrative`.
    """

    unit_id: int
    quota_id: int
    typed: str
    version: int = 0
    no_need: bool = False
    reason: str = ""
    illustrative: bool = False

    @property
    def key(self) -> "Key":
        return self.unit_id, self.quota_id


@dataclass(frozen=True, slots=True)
class CellResult:
    """What became of one cell, with the value and version that now stand and who wrote them.

    `needs_reason`: the same input with a reason would be judged further. `difference` is how the cell now differs from
    the proposal that was applied, in words.
    """

    unit_id: int
    quota_id: int
    outcome: Outcome
    number: int | None
    no_need: bool
    version: int
    message: str
    author: str
    at: datetime | None
    needs_reason: bool = False
    difference: str = ""


Row: TypeAlias = Registration | Allocation | SubAllocation | UnitCap
Key: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Book:
    """Where the cells of a grid are stored: the model, its column's field, and the field that holds the number.

    `empty` is what an empty cell is stored as.
    """

    model: type[Row]
    column: str = "quota"
    value: str = "number"
    empty: int | None = None

    @property
    def rows(self) -> Any:
        return self.model._default_manager

    def number(self, row: Row | None) -> int | None:
        return self.empty if row is None else getattr(row, self.value)

    def key(self, row: Row) -> Key:
        return row.unit_id, getattr(row, f"{self.column}_id")


REGISTRATIONS = Book(Registration)
ALLOCATIONS = Book(Allocation)
RESERVES = Book(Allocation, value="reserve", empty=0)
SUB_ALLOCATIONS = Book(SubAllocation)
CAPS = Book(UnitCap, column="programme")


@dataclass(frozen=True, slots=True)
class Proposed:
    """A cell that was read: its input, the number in it, and the row that stands there with the number it holds."""

    cell: CellInput
    number: int | None
    row: Row | None
    stands: int | None

    @property
    def old(self) -> int:
        return self.stands or 0

    @property
    def new(self) -> int:
        return self.number or 0


@prepared
def standing(book: Book, columns: Collection[int], units: Collection[int]) -> QuerySet[Any]:
    return book.rows.order_by().filter(**{f"{book.column}_id__in": columns}, unit_id__in=units)  # type: ignore[no-any-return]


class Sheet:
    """The cells of one save. `columns` and `names` are those that it may write: columns and units by key, with names.

    Of other cells it reads nothing, for what it reads its results tell. What bounds the cells must be locked before a
    sheet is made: it reads the rows that stand.
    """

    def __init__(
        self, book: Book, cells: Sequence[CellInput], columns: Mapping[int, str], names: Mapping[int, str]
    ) -> None:
        self.book, self.cells, self.columns, self.names = book, cells, columns, names
        sent = columns.keys() & {cell.quota_id for cell in cells}, names.keys() & {cell.unit_id for cell in cells}
        self.rows: dict[Key, Row] = {book.key(row): row for row in standing(book, *sent)}
        self.results: dict[Key, CellResult] = {}
        self.accepted: dict[Key, Proposed] = {}

    def read(self, cell: CellInput) -> Proposed | None:
        """The cell with its number, or None when it is settled already: unreadable, unchanged, stale, given twice."""
        if cell.key in self.accepted:
            del self.accepted[cell.key]
        elif cell.key not in self.results and cell.quota_id in self.columns:
            try:
                return self._compare(cell, self._number(cell), self.rows.get(cell.key))
            except NumberRefused as refusal:
                self.refuse(cell, refusal.message)
                return None
        known = cell.quota_id in self.columns
        twice = "Ô này được gửi hai lần trong một lần lưu."
        self.refuse(cell, twice if known else "Chỉ tiêu này không thuộc kế hoạch.")
        return None

    def _number(self, cell: CellInput) -> int | None:
        number = parse_count(cell.typed)
        if cell.no_need and number:
            words = "Đã đánh dấu «không có nhu cầu» thì để trống số người."
            raise NumberRefused(typed=cell.typed, code="no_need", message=words)
        return self.book.empty if number is None else number

    def _compare(self, cell: CellInput, number: int | None, row: Row | None) -> Proposed | None:
        """An empty cell and a zero are two answers; the same answer is no change, whichever version was seen."""
        stands = self.book.number(row)
        if stands == number and _no_need(row) == cell.no_need:
            self.results[cell.key] = self._result(cell, row, Outcome.UNCHANGED)
        elif (row.version if row else 0) != cell.version:
            self.results[cell.key] = self._conflict(cell, row)
        else:
            return Proposed(cell, number, row, stands)
        return None

    def accept(self, proposed: Proposed) -> None:
        self.accepted[proposed.cell.key] = proposed

    def refuse(self, cell: CellInput, message: str, *, needs_reason: bool = False) -> None:
        result = self._result(cell, self.rows.get(cell.key), Outcome.REFUSED)
        self.results[cell.key] = replace(result, message=message, needs_reason=needs_reason)

    def write(self, *, actor: User, plan: Plan, reason: str) -> list[CellResult]:
        """Store and log what was accepted; the results in the order of the cells."""
        if self.accepted:
            now = timezone.now()
            self._log(actor, plan, reason)
            columns = (self.book.column, "unit", self.book.value, "version", "illustrative", "updated_at", "updated_by")
            registers = self.book.model is Registration
            insert_rows(
                self.book.model,
                (*columns, "no_need") if registers else columns,
                [self._row(proposed, actor, now, registers=registers) for proposed in self.accepted.values()],
                unique=(self.book.column, "unit"),
                update=[*self._values(), "version", "updated_at", "updated_by"],
            )
            for key, proposed in self.accepted.items():
                self.results[key] = _saved(proposed, actor, now)
        return [self.results[cell.key] for cell in self.cells]

    def _values(self) -> tuple[str, ...]:
        """The fields that a save of this book writes besides version and author."""
        match self.book:
            case Book(value="reserve"):
                return ("reserve",)
            case Book(model=model) if model is Registration:
                return ("number", "no_need", "illustrative")
        return ("number", "illustrative")

    def _row(self, proposed: Proposed, actor: User, now: datetime, *, registers: bool) -> tuple[object, ...]:
        """As `write` names the columns; whoever writes a cell makes it one of the real plan."""
        cell = proposed.cell
        row = (cell.quota_id, cell.unit_id, proposed.number, cell.version + 1, cell.illustrative, now, actor.pk)
        return (*row, cell.no_need) if registers else row

    def _log(self, actor: User, plan: Plan, reason: str) -> None:
        """Every cell with its own reason, else that of the whole save; one batch for all."""
        by_reason: dict[str, list[Entry]] = {}
        for proposed in self.accepted.values():
            by_reason.setdefault(proposed.cell.reason or reason, []).append(self._entry(proposed))
        with one_batch() if len(by_reason) > 1 else nullcontext():
            for why, entries in by_reason.items():
                record(entries, actor=actor, plan=plan, reason=why)

    def _entry(self, proposed: Proposed) -> Entry:
        cell, meta = proposed.cell, self.book.model._meta
        return Entry(
            table=meta.model_name or "",
            row=f"{cell.unit_id}:{cell.quota_id}",
            label=f"{meta.verbose_name}: {self.columns[cell.quota_id]} – {self.names.get(cell.unit_id, cell.unit_id)}",
            field=self.book.value,
            old=_shown(proposed.stands, no_need=_no_need(proposed.row)),
            new=_shown(proposed.number, no_need=cell.no_need),
            unit_id=cell.unit_id,
        )

    def _result(self, cell: CellInput, row: Row | None, outcome: Outcome) -> CellResult:
        return CellResult(
            unit_id=cell.unit_id,
            quota_id=cell.quota_id,
            outcome=outcome,
            number=self.book.number(row),
            no_need=_no_need(row),
            version=row.version if row else 0,
            message="",
            author=self._authors.get(row.updated_by_id or 0, "") if row else "",
            at=row.updated_at if row else None,
        )

    @cached_property
    def _authors(self) -> dict[int, str]:
        """The names of those who wrote the rows that stand; asked for only when some result tells of one."""
        writers = {row.updated_by_id for row in self.rows.values() if row.updated_by_id}
        return dict(User.objects.filter(pk__in=writers).values_list("pk", "full_name"))

    def _conflict(self, cell: CellInput, row: Row | None) -> CellResult:
        stands = self._result(cell, row, Outcome.CONFLICT)
        value = _shown(stands.number, no_need=stands.no_need) or "để trống"
        who = stands.author or "Người khác"
        at = f" lúc {timezone.localtime(stands.at):%H:%M, %d/%m/%Y}" if stands.at else ""
        typed = "không có nhu cầu" if cell.no_need else cell.typed.strip() or "để trống"
        return replace(stands, message=f"{who} vừa sửa ô này thành «{value}»{at}; bạn nhập «{typed}». {CHOOSE}")


def read_all(sheet: Sheet, cells: Iterable[CellInput]) -> list[Proposed]:
    """The cells of units that take part and that are not settled by reading; of a cell sent twice none is left."""
    proposed: dict[Key, Proposed] = {}
    for cell in cells:
        if cell.unit_id not in sheet.names:
            sheet.refuse(cell, "Đơn vị này không tham gia kế hoạch.")
        elif cell.key in proposed:
            del proposed[cell.key]
            sheet.refuse(cell, "Ô này được gửi hai lần trong một lần lưu.")
        elif read := sheet.read(cell):
            proposed[cell.key] = read
    return list(proposed.values())


def _saved(proposed: Proposed, actor: User, now: datetime) -> CellResult:
    cell = proposed.cell
    return CellResult(
        unit_id=cell.unit_id,
        quota_id=cell.quota_id,
        outcome=Outcome.SAVED,
        number=proposed.number,
        no_need=cell.no_need,
        version=cell.version + 1,
        message="",
        author=actor.full_name,
        at=now,
    )


def _no_need(row: Row | None) -> bool:
    return isinstance(row, Registration) and row.no_need


def _shown(number: int | None, *, no_need: bool) -> str:
    return "không có nhu cầu" if no_need else format_count(number)
