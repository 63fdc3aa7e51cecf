"""The rows of a table of units × quotas: units found by name, sums checked, cells laid out for their resource."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

import tablib
from django.db.models import Q

from courses.resources import YEAR
from quotas.imports.table_columns import FoundTable
from quotas.models import Allocation, Quota, Registration
from quotas.resources import NUMBER, PROGRAMME, CellResource
from quotas.rules.row_names import NameBook
from quotas.rules.tables import (
    HeadWords,
    Kind,
    Line,
    WrongSum,
    is_blank,
    number_at,
    read_lines,
    text_at,
    wrong_across,
    wrong_sums,
)
from trainingplan.imports import kinds
from trainingplan.imports.kinds import ROW, Contents, Place, Problem, Question
from trainingplan.models import Plan
from trainingplan.resources.files import cell_words
from trainingplan.rules.names import fold
from trainingplan.rules.numbers import format_count
from trainingplan.rules.text import quoted

QUOTA_KEY, UNIT_KEY, NO_NEED = "Khóa chỉ tiêu", "Khóa đơn vị", "Không có nhu cầu"
LEAVE_OUT, KEEP, CLEAR = "khong-nhap", "giu", "xoa"
BLANKS = "o-trong"
LEFT_OUT_ROW, LEFT_OUT_COLUMN = "Không nhập dòng này", "Không nhập cột này"
MOST_PLACES = 200
MERGED = "Ô này gộp nhiều dòng nên không rõ là số của đơn vị nào."
SPLIT = "Bỏ gộp ô, ghi số vào dòng của từng đơn vị rồi nhập lại."
CHECK_SUM = "Sửa dòng cộng hoặc các số của đơn vị cho khớp rồi nhập lại."


@dataclass(frozen=True, slots=True)
class Table:
    """What a table is read against: the plan's units by name and what their cells hold."""

    plan: Plan
    resource: type[CellResource]
    cells: type[Allocation | Registration]
    book: NameBook
    keys: Mapping[int, str]
    names: Mapping[int, str]
    groups: frozenset[str]
    words: HeadWords
    answers: Mapping[str, str]


@dataclass
class _Found:
    problems: list[Problem] = field(default_factory=list)
    questions: dict[str, Question] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def ask(self, key: str, text: str, options: Sequence[tuple[str, str]], place: Place, value: str = "") -> None:
        """One question however often it arises, with all its places."""
        before = self.questions.get(key)
        places = (*(before.places if before else ()), place)[:MOST_PLACES]
        self.questions[key] = Question(key, text, tuple(options), places, value)


def read_table(scene: Table, tables: Sequence[FoundTable], quotas: Mapping[int, Quota]) -> Contents:
    """All tables of a file as one, so that what is refused and what sums up is judged together. Two queries."""
    found, laid = _Found(), _Laid(scene, quotas)
    for table in tables:
        _Reader(scene, table, quotas, found, laid).read()
    laid.ask_of_blanks(found)
    return Contents(
        tables=(laid.table(),) if len(laid.dataset) else (),
        problems=tuple(found.problems),
        questions=tuple(found.questions.values()),
        notes=(*found.notes, *laid.notes()),
    )


class _Laid:
    """The cells for the resource, each a row of its own with its place in the file."""

    def __init__(self, scene: Table, quotas: Mapping[int, Quota]) -> None:
        self.scene, self.quotas = scene, quotas
        self.dataset = tablib.Dataset(headers=[YEAR, PROGRAMME, QUOTA_KEY, UNIT_KEY, NUMBER, NO_NEED, ROW])
        self.places: dict[tuple[int, str], Place] = {}
        self.numbers = count(1)
        self.used: set[int] = set()
        self.units: set[int] = set()
        self.blanks: list[tuple[int, int, Place]] = []
        stands = scene.cells._default_manager.filter(quota__programme__plan=scene.plan).order_by()
        self.stands: dict[tuple[int, int], int | None] = {
            (unit, quota): number for unit, quota, number in stands.values_list("unit_id", "quota_id", "number")
        }

    def put(self, unit: int, quota: int, value: object, place: Place) -> None:
        """An empty cell is an answer only where a number stands; then the reader says whether it goes."""
        self.used.add(quota)
        self.units.add(unit)
        if not is_blank(value):
            self._append(unit, quota, value, place)
        elif self.stands.get((unit, quota)):
            self.blanks.append((unit, quota, place))
            if self.scene.answers.get(BLANKS) == CLEAR:
                self._append(unit, quota, "", place)

    def _append(self, unit: int, quota: int, value: object, place: Place) -> None:
        number, one = next(self.numbers), self.quotas[quota]
        plan, key = self.scene.plan, self.scene.keys[unit]
        self.dataset.append((plan.year, one.programme.key, one.key, key, value, "", number))
        self.places |= {(number, NUMBER): place, (number, ""): Place(place.sheet, place.row)}

    def ask_of_blanks(self, found: _Found) -> None:
        if not self.blanks:
            return
        total = format_count(sum(self.stands[unit, quota] or 0 for unit, quota, _ in self.blanks))
        text = (
            f"{format_count(len(self.blanks))} ô trống trong tệp đang có số trong phần mềm, cộng {total} người. "
            "Giữ các số ấy hay xóa?"
        )
        options = ((KEEP, "Giữ nguyên số đang có"), (CLEAR, "Xóa: để trống các ô ấy"))
        for _, _, place in self.blanks:
            found.ask(BLANKS, text, options, place)

    def table(self) -> kinds.Table:
        headers = list(self.dataset.headers)
        resource = self.scene.resource()
        resource.within = Q(quota_id__in=self.used, unit_id__in=self.units)
        if NO_NEED not in {str(column.column_name) for column in resource.columns.values()}:
            del self.dataset[NO_NEED]
            headers.remove(NO_NEED)
        return kinds.Table(resource, self.dataset, self.places)

    def notes(self) -> list[str]:
        """What stands elsewhere and is not in the file."""
        absent = {unit for (unit, quota), number in self.stands.items() if number and quota in self.used} - self.units
        if not absent:
            return []
        return [f"{format_count(len(absent))} đơn vị đang có số mà không có dòng trong tệp: giữ nguyên."]


class _Reader:
    """One table of the file."""

    def __init__(
        self, scene: Table, table: FoundTable, quotas: Mapping[int, Quota], found: _Found, laid: _Laid
    ) -> None:
        self.scene, self.table, self.quotas, self.found, self.laid = scene, table, quotas, found, laid
        self.rows, self.head = table.sheet.rows, table.head
        self.columns = dict(table.columns)
        self.lines: list[Line] = []
        self._over_rows = frozenset(
            (one.top - 1, column)
            for one in table.sheet.merged
            if one.bottom > one.top > table.head.bottom + 1
            for column in range(one.left - 1, one.right)
        )

    def read(self) -> None:
        is_unit = lambda name: self.scene.book.certain(name) is not None  # noqa: E731 - a predicate in passing
        self.lines = read_lines(self.rows, self.head, is_unit=is_unit, group_names=self.scene.groups)
        unknown = self._ask_of_columns()
        units = [line for line in self.lines if line.kind is Kind.UNIT and self._is_told(line)]
        self.lines = [line for line in self.lines if line.kind is not Kind.UNIT or line in units]
        self._check_sums(complete=not unknown)
        self._lay_out(units)
        self._note_nameless()

    def _note_nameless(self) -> None:
        """Numbers beside which no unit stands are not taken in, and not passed over in silence."""
        told = {line.row for line in self.lines}
        rows = [
            row + 1
            for row in range(self.head.bottom + 1, len(self.rows))
            if row not in told
            and not text_at(self.rows, row, self.head.unit)
            and any(number_at(self.rows, row, column) for column in self.columns)
        ]
        if rows:
            some = ", ".join(map(str, rows[:10])) + (" …" if len(rows) > 10 else "")  # noqa: PLR2004
            self.found.notes.append(
                f"Trang {quoted(self.table.sheet.name)}: dòng {some} có số mà không ghi đơn vị nên không được nhập."
            )

    def _is_told(self, line: Line) -> bool:
        """A row without numbers whose name is no unit's is a note below the table."""
        filled = any(not is_blank(self._value(line.row, column)) for column in self.columns)
        return filled or self.scene.book.certain(line.name) is not None

    def _value(self, row: int, column: int) -> object:
        cells = self.rows[row]
        return cells[column] if column < len(cells) else None

    def _place(self, row: int, column: int | None = None) -> Place:
        return Place(self.table.sheet.name, row + 1, 0 if column is None else column + 1)

    # Columns

    def _ask_of_columns(self) -> bool:
        """Ask what a column with numbers is that no head tells; whether any of them is left out or unanswered."""
        words = self.scene.words
        silent = {*self.columns, self.head.unit, *self.head.columns(words.number | words.total | words.note)}
        left = [
            column
            for column, text in enumerate(self.head.words)
            if column not in silent and text and self._has_numbers(column)
        ]
        free = [pk for pk in self.table.all if pk not in self.columns.values()]
        unknown = False
        for column in left:
            offered = [pk for pk in self.table.unsure.get(column, free) if pk not in self.columns.values()] or free
            key = f"cot-{self.table.sheet.name}-{fold(self.head.words[column])}"[:200]
            options = [(self.quotas[pk].key, self.quotas[pk].name) for pk in offered]
            text = f"Cột «{self.head.words[column]}» của trang «{self.table.sheet.name}» là chỉ tiêu nào?"
            place = self._place(self.head.bottom, column)
            self.found.ask(key, text, [*options, (LEAVE_OUT, LEFT_OUT_COLUMN)], place, self.head.words[column])
            answer = self.scene.answers.get(key, "")
            chosen = next((pk for pk in offered if self.quotas[pk].key == answer), None)
            if chosen is not None and chosen not in self.columns.values():
                self.columns[column] = chosen
            else:
                unknown = True
        return unknown

    def _has_numbers(self, column: int) -> bool:
        return any(
            isinstance(value := self._value(line.row, column), int) and not isinstance(value, bool)
            for line in self.lines
        )

    # Sums

    def _check_sums(self, *, complete: bool) -> None:
        totals = [column for column in self.head.columns(self.scene.words.total) if column not in self.columns][:1]
        summed = [*sorted(self.columns), *totals]
        for wrong in wrong_sums(self.rows, self.lines, summed):
            self._refuse_sum(wrong)
        if totals and complete:
            for wrong in wrong_across(self.rows, self.lines, sorted(self.columns), totals[0]):
                self._refuse_sum(wrong)

    def _refuse_sum(self, wrong: WrongSum) -> None:
        reason = f"Dòng «{wrong.name}», cột «{self.head.words[wrong.column]}» {wrong.words}."
        place = self._place(wrong.row, wrong.column)
        self.found.problems.append(Problem(place, format_count(wrong.printed), reason, CHECK_SUM))

    # Units

    def _lay_out(self, units: Sequence[Line]) -> None:
        lines_of: dict[int, Line] = {}
        for line in units:
            unit = self._unit(line)
            if unit is None:
                continue
            if unit in lines_of:
                reason = f"Dòng này và dòng {lines_of[unit].row + 1} cùng là {self.scene.names[unit]}."
                place = self._place(line.row, self.head.unit)
                self.found.problems.append(Problem(place, line.name, reason, "Giữ một dòng rồi nhập lại."))
                continue
            lines_of[unit] = line
            for column, quota in sorted(self.columns.items()):
                if (line.row, column) in self._over_rows:
                    place = self._place(line.row, column)
                    self.found.problems.append(Problem(place, cell_words(self._value(line.row, column)), MERGED, SPLIT))
                self.laid.put(unit, quota, self._value(line.row, column), self._place(line.row, column))

    def _unit(self, line: Line) -> int | None:
        """The unit of a row: by its very name, else by what the reader answers; never guessed."""
        certain = self.scene.book.certain(line.name)
        if certain is not None:
            return certain
        key = f"don-vi-{fold(line.name)}"[:200]
        offers = {row: how for row, how in self.scene.book.offers(line.name).items() if row in self.scene.keys}
        options = [(self.scene.keys[row], _offered(self.scene.names[row], how)) for row, how in offers.items()]
        text = f"{quoted(line.name)} là đơn vị nào của kế hoạch?"
        self.found.ask(
            key, text, [*options, (LEAVE_OUT, LEFT_OUT_ROW)], self._place(line.row, self.head.unit), line.name
        )
        answer = self.scene.answers.get(key, "")
        return next((row for row in offers if self.scene.keys[row] == answer), None)


def _offered(name: str, how: str) -> str:
    return f"{name} ({how})" if how else name
