"""Lists of people as offices write them: heads by their meaning, units by name, and nobody stored twice unasked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import tablib

from quotas.models import Person
from quotas.resources import PersonResource
from quotas.rules.names import begins_small, parse_person_name
from quotas.rules.people_table import (
    BIRTH,
    BIRTH_DAY,
    BIRTH_FEMALE,
    BIRTH_MALE,
    BIRTH_MONTH,
    BIRTH_YEAR,
    EDUCATION,
    ETHNICITY,
    FULL_NAME,
    GIVEN_NAME,
    JOB_TITLE,
    LONGEST_HEAD,
    NUMBER,
    SEX,
    SEX_FEMALE,
    SEX_MALE,
    UNIT,
    PeopleTable,
    find_people,
    group_of,
    is_counted,
    is_person,
    plain,
)
from quotas.selectors.matching import unit_book
from quotas.selectors.namesakes import may_be_one, namesakes
from trainingplan.imports.kinds import ROW, Contents, Place, Problem, Question, Table, column_letter
from trainingplan.models import Plan, User
from trainingplan.policies import Action
from trainingplan.reading import Book, Sheet
from trainingplan.resources.columns import PartialDay, cell_text
from trainingplan.resources.files import Xlsx, cell_words
from trainingplan.rules.dates import PartialDate
from trainingplan.rules.names import fold, name_sort_key
from trainingplan.rules.numbers import format_count
from trainingplan.rules.text import quoted
from trainingplan.selectors import plan_units
from trainingplan.services.refusals import Refused

ID, UNIT_KEY = "Mã", "Khóa đơn vị"
HEADINGS: Mapping[str, str] = {
    FULL_NAME: "Họ và tên", SEX: "Giới tính", BIRTH: "Ngày sinh", JOB_TITLE: "Chức vụ", ETHNICITY: "Dân tộc",
    EDUCATION: "Trình độ hiện tại",
}  # fmt: skip
STORED = "da-co"
UPDATE, NEW, SKIP = "cap-nhat", "them-moi", "bo-qua"
NEW_ONE, LEFT_OUT = (NEW, "Là người khác: thêm hồ sơ mới"), (SKIP, "Không nhập dòng này")
MOST_NAMED, MOST_PLACES = 10, 200


@dataclass(frozen=True, slots=True)
class PeopleKind:
    key: str = "danh-sach-can-bo"
    title: str = "Danh sách cán bộ"
    help: str = (
        "Mỗi dòng một người: họ và tên, giới tính, ngày sinh, chức vụ, đơn vị, dân tộc, trình độ. Dòng tiêu đề ở đâu "
        "cũng được trong 20 dòng đầu, mỗi cột gọi theo cách quen dùng; ngày sinh có thể chia hai cột Nam, Nữ."
    )
    action: Action = Action.KEEP_CATALOGUES
    needs_plan: bool = True

    def template(self, plan: Plan | None, actor: User) -> tuple[str, bytes] | None:  # noqa: ARG002
        """An empty list; any other will do, too."""
        heads = ("STT", *HEADINGS.values(), "Đơn vị")
        return f"{self.key}.xlsx", Xlsx().export_data(tablib.Dataset(headers=heads))

    def recognises(self, book: Book) -> bool:
        return any(_people(sheet) is not None for sheet in book.sheets if not sheet.hidden)

    def contents(self, book: Book, *, plan: Plan | None, actor: User, answers: Mapping[str, str]) -> Contents:  # noqa: ARG002
        """Every sheet that has such a list; the others are left alone."""
        if plan is None:
            raise Refused("Chọn kế hoạch năm mà danh sách này thuộc về rồi nhập lại.")
        reader = _Reader(plan, answers)
        for sheet in book.sheets:
            if not sheet.hidden and (table := _people(sheet)):
                reader.take(sheet, table)
        if not reader.seen:
            raise Refused(
                "Không thấy danh sách nào có cột «Họ và tên» cùng cột «Ngày sinh» hoặc «Đơn vị» trong 20 dòng đầu. "
                "Đặt tên các cột như thế rồi nhập lại."
            )
        return reader.contents()


def _people(sheet: Sheet) -> PeopleTable | None:
    """The list, unless it is a file of the back office by key or a unit's own workbook."""
    merged = [(one.top - 1, one.left - 1, one.bottom - 1, one.right - 1) for one in sheet.merged]
    table = find_people(sheet.rows, merged)
    if table is None:
        return None
    heads = {plain(value) for row in sheet.rows[: table.first_row] for value in row if isinstance(value, str)}
    return None if heads & {"ma", "khoa chi tieu", "danh sach"} else table


@dataclass(slots=True)
class _Row:
    """A row that is a person. `same`: what makes two rows one person, where all of it can be read."""

    sheet: Sheet
    number: int
    columns: Mapping[str, int]
    unit: int | None
    name: str
    birth: PartialDate | None
    cells: dict[str, object]
    left_out: bool = False

    @property
    def same(self) -> tuple[str, PartialDate | None, int] | None:
        return (fold(self.name), self.birth, self.unit) if self.name and self.unit is not None else None

    def place(self, field: str | None = None) -> Place:
        column = self.columns.get(field) if field else None
        return Place(self.sheet.name, self.number, 0 if column is None else column + 1)


@dataclass
class _Reader:
    """Reads all sheets first, then asks for all the people at once."""

    plan: Plan
    answers: Mapping[str, str]
    rows: list[_Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    questions: dict[str, Question] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    seen: bool = False

    def __post_init__(self) -> None:
        members = plan_units(self.plan)
        self.keys = {one.unit_id: one.key for one in members}
        self.names = {one.unit_id: one.name for one in members}
        self.book = unit_book(self.plan, self.names)

    def take(self, sheet: Sheet, table: PeopleTable) -> None:
        self.seen = True
        groups: list[int] = []
        group = ""
        numbered = NUMBER in table.columns and any(
            is_counted(row[table.columns[NUMBER]]) for row in sheet.rows[table.first_row :]
        )
        for number, row in enumerate(sheet.rows[table.first_row :], start=table.first_row + 1):
            head = "" if UNIT in table.columns else group_of(row, table.columns)
            if is_person(row, table.columns, numbered=numbered) and self.book.certain(head) is None:
                self.rows.append(self._row(sheet, table, number, row, group))
            elif any(value is not None for value in row):
                groups.append(number)
                group = head or group
        if groups:
            self._note(
                sheet,
                f"{format_count(len(groups))} dòng tiêu đề nhóm, dòng cộng, chữ ký không được nhập: {_some(groups)}",
            )
        if GIVEN_NAME in table.columns:
            letters = [column_letter(table.columns[name] + 1) for name in (FULL_NAME, GIVEN_NAME)]
            self._note(sheet, f"họ và tên được ghép từ cột {letters[0]} và cột {letters[1]}")
        if table.left:
            self._note(sheet, f"không nhập các cột {', '.join(quoted(head) for head in table.left)}")

    def _note(self, sheet: Sheet, text: str) -> None:
        self.notes.append(f"Trang {quoted(sheet.name)}: {text}.")

    def _row(self, sheet: Sheet, table: PeopleTable, number: int, row: Sequence[object], group: str) -> _Row:
        values = {name: row[place] if place < len(row) else None for name, place in table.columns.items()}
        columns = dict(table.columns)
        values.pop(NUMBER, None)
        if GIVEN_NAME in values:
            self._join_name(sheet, number, values, columns)
        for one, (parts, join) in JOINED.items():
            if parts <= values.keys():
                columns[one] = columns[min(parts, key=columns.__getitem__)]
                values[one] = join(*(values.pop(part) for part in sorted(parts)))
        if BIRTH_MALE in values:
            self._join_births(sheet, number, values, columns)
        unit = values.pop(UNIT, None)
        read = _Row(sheet, number, columns, None, _name(values[FULL_NAME]), _birth(values.get(BIRTH)), values)
        read.unit = self._unit(read, unit, group)
        values[UNIT] = self.keys[read.unit] if read.unit is not None else cell_words(unit)
        return read

    def _join_name(self, sheet: Sheet, number: int, values: dict[str, object], columns: Mapping[str, int]) -> None:
        """The given name stands in a column of its own: a name without it is not taken for a whole one."""
        family, given = values[FULL_NAME], values.pop(GIVEN_NAME)
        if given is None:
            place = Place(sheet.name, number, columns[GIVEN_NAME] + 1)
            reason = f"Tên của {quoted(cell_words(family))} phải ở cột này, nhưng ô này trống."
            self.problems.append(Problem(place, "", reason, "Ghi tên vào ô này rồi nhập lại."))
        elif isinstance(given, str) and isinstance(family, str | None):
            values[FULL_NAME] = f"{family or ''} {given}"
        elif isinstance(family, str | None):
            values[FULL_NAME] = given  # no name, and refused as what it is

    def _join_births(self, sheet: Sheet, number: int, values: dict[str, object], columns: dict[str, int]) -> None:
        """Of the two columns of births the one that is filled tells the sex, too."""
        born = {SEX_WORDS[name]: (name, values.pop(name)) for name in (BIRTH_MALE, BIRTH_FEMALE)}
        told = {sex: (name, value) for sex, (name, value) in born.items() if value is not None}
        if len(told) > 1:
            place = Place(sheet.name, number, columns[BIRTH_MALE] + 1)
            reason = "Ghi ngày sinh ở cả hai cột Nam và Nữ."
            self.problems.append(Problem(place, cell_words(values.get(BIRTH)), reason, "Giữ một cột, xóa cột kia."))
        sex, (name, value) = next(iter(told.items()), ("", (BIRTH_MALE, None)))
        values |= {BIRTH: value, SEX: values.get(SEX) or sex}
        columns |= {BIRTH: columns[name], SEX: columns.get(SEX, columns[name])}

    def _unit(self, row: _Row, typed: object, group: str) -> int | None:
        """The unit by its very name or key, else by what the reader answers; never guessed.

        `group`: the heading above the row, which may be a unit's where the list has no column of units.
        """
        name = cell_words(typed)[:LONGEST_HEAD]
        if UNIT not in row.columns and group:
            certain = self.book.certain(group)
            if certain in self.keys:
                return certain
            key, text = f"nhom-{fold(group)}"[:200], f"Những người dưới dòng {quoted(group)} là của đơn vị nào?"
            offers = {pk: how for pk, how in self.book.offers(group).items() if pk in self.keys}
            return self._answered(row, key, text, {**offers, **{pk: "" for pk in self.keys if pk not in offers}})
        if UNIT not in row.columns:
            key, text = f"trang-{row.sheet.name}"[:200], f"Trang {quoted(row.sheet.name)} là của đơn vị nào?"
            return self._answered(row, key, text, dict.fromkeys(self.keys, ""))
        if not name:
            reason, remedy = "Chưa ghi đơn vị.", "Ghi tên đơn vị như trong kế hoạch rồi nhập lại."
            self.problems.append(Problem(row.place(UNIT), "", reason, remedy))
            return None
        certain = self.book.certain(name)
        if certain is None:
            certain = next((pk for pk, key in self.keys.items() if key == name), None)
        if certain is not None:
            return certain
        offers = {pk: how for pk, how in self.book.offers(name).items() if pk in self.keys}
        text = f"{quoted(name)} là đơn vị nào của kế hoạch?"
        return self._answered(row, f"don-vi-{fold(name)}"[:200], text, offers, name)

    def _answered(self, row: _Row, key: str, text: str, offers: Mapping[int, str], value: str = "") -> int | None:
        options = [
            (self.keys[pk], f"{self.names[pk]} ({how})" if how else self.names[pk]) for pk, how in offers.items()
        ]
        self._ask(key, text, [*options, LEFT_OUT], row.place(UNIT), value)
        row.left_out = self.answers.get(key) == SKIP
        return next((pk for pk in offers if self.keys[pk] == self.answers.get(key)), None)

    def _ask(self, key: str, text: str, options: Sequence[tuple[str, str]], place: Place, value: str = "") -> None:
        """One question however often it arises, with all its places."""
        before = self.questions.get(key)
        places = (*(before.places if before else ()), place)[:MOST_PLACES]
        self.questions[key] = Question(key, text, tuple(options), places, value)

    # Who is there already

    def contents(self) -> Contents:
        self._refuse_twice()
        people = namesakes(fold(row.name) for row in self.rows if row.name)
        known: list[tuple[_Row, Person]] = []
        ids: dict[int, int] = {}
        for index, row in enumerate(self.rows):
            found = [one for one in people.get(fold(row.name), ()) if _likely(row, one)] if row.name else []
            exact = [
                one for one in found if row.birth is not None and (one.unit_id, one.birth) == (row.unit, row.birth)
            ]
            if len(exact) == 1:
                known.append((row, exact[0]))
                ids[index] = exact[0].pk if self.answers.get(STORED) == UPDATE else 0
            elif found:
                ids[index] = self._who(row, found)
        if known:
            self._ask_of_known(known)
        if small := [row.number for row in self.rows if begins_small(row.name)]:
            self.notes.append(f"Họ tên có chữ đầu viết thường, xem lại rồi sửa nếu cần: dòng {_some(small)}.")
        return Contents(
            tables=self._tables(ids),
            problems=tuple(self.problems),
            questions=tuple(self.questions.values()),
            notes=tuple(self.notes),
        )

    def _refuse_twice(self) -> None:
        first: dict[object, _Row] = {}
        for row in self.rows:
            if row.same is None or first.setdefault(row.same, row) is row:
                continue
            other = first[row.same]
            where = f"dòng {other.number}" + (
                "" if other.sheet is row.sheet else f" của trang {quoted(other.sheet.name)}"
            )
            born = f"ngày sinh {row.birth.display()}" if row.birth else "không ghi ngày sinh"
            reason = f"{row.name} trùng với {where}: cùng họ tên, {born}, {self.names[row.same[2]]}."
            remedy = "Bỏ một dòng; nếu là hai người thì ghi đủ ngày sinh của mỗi người."
            self.problems.append(Problem(row.place(FULL_NAME), row.name, reason, remedy))

    def _who(self, row: _Row, found: Sequence[Person]) -> int:
        """The number of the person whom the reader has chosen; 0 for a new one or none."""
        key = f"nguoi-{fold(row.name)}-{row.birth.display() if row.birth else ''}-{row.unit or ''}"[:200]
        options = [(str(one.pk), f"Là {_known(one)}: cập nhật hồ sơ") for one in found]
        self._ask(
            key, f"{row.name} có phải người đã có hồ sơ?", [*options, NEW_ONE, LEFT_OUT], row.place(FULL_NAME), row.name
        )
        answer = self.answers.get(key, "")
        if answer == SKIP:
            row.left_out = True
        return int(answer) if answer in {value for value, _ in options} else 0

    def _ask_of_known(self, known: list[tuple[_Row, Person]]) -> None:
        names = sorted({row.name for row, _ in known}, key=name_sort_key)
        more = f" và {format_count(len(names) - MOST_NAMED)} người khác" if len(names) > MOST_NAMED else ""
        text = (
            f"{format_count(len(known))} người trong tệp đã có hồ sơ cùng họ tên, ngày sinh và đơn vị: "
            f"{', '.join(names[:MOST_NAMED])}{more}. Làm gì với họ?"
        )
        options = (
            (UPDATE, "Cập nhật hồ sơ theo tệp"),
            (SKIP, "Không nhập các dòng ấy"),
            (NEW, "Là người khác: thêm mới"),
        )
        for row, _ in known:
            self._ask(STORED, text, options, row.place(FULL_NAME))
            row.left_out = row.left_out or self.answers.get(STORED) == SKIP

    def _tables(self, ids: Mapping[int, int]) -> tuple[Table, ...]:
        given = [name for name in HEADINGS if any(name in row.cells for row in self.rows)]
        dataset = tablib.Dataset(headers=[ID, UNIT_KEY, *(HEADINGS[name] for name in given), ROW])
        places: dict[tuple[int, str], Place] = {}
        for index, row in enumerate(self.rows):
            if row.left_out:
                continue
            number = index + 1
            dataset.append([ids.get(index) or None, row.cells[UNIT], *(row.cells.get(name) for name in given), number])
            places |= {
                (number, ""): row.place(),
                (number, ID): row.place(FULL_NAME),
                (number, UNIT_KEY): row.place(UNIT),
            }
            places |= {(number, HEADINGS[name]): row.place(name) for name in given}
        return (Table(PersonResource, dataset, places),) if len(dataset) else ()


def _ticked(female: object, male: object) -> str | None:
    """The sex of two columns of which one is ticked; of both ticked, words that no sex is."""
    told = [word for word, value in (("nam", male), ("nữ", female)) if value is not None]
    return " và ".join(told) or None


def _birth_of(day: object, month: object, year: object) -> str | None:
    """A birth's three cells as one text; what is missing before what is there stays to be seen."""
    parts = [cell_words(part) for part in (day, month, year)]
    while parts and not parts[0]:
        parts.pop(0)
    return "/".join(part or "?" for part in parts) or None


JOINED: Mapping[str, tuple[frozenset[str], Callable[..., object]]] = {
    SEX: (frozenset({SEX_MALE, SEX_FEMALE}), _ticked),
    BIRTH: (frozenset({BIRTH_DAY, BIRTH_MONTH, BIRTH_YEAR}), _birth_of),
}
"""Fields of which a list may have the parts: joined from them in the order of their names."""
SEX_WORDS: Mapping[str, str] = {BIRTH_MALE: "nam", BIRTH_FEMALE: "nữ"}
PEOPLE_LIST = PeopleKind()


def _name(value: object) -> str:
    """The name, or nothing for what the resource will refuse."""
    try:
        return parse_person_name(cell_text(value))
    except ValueError:
        return ""


def _birth(value: object) -> PartialDate | None:
    try:
        read: PartialDate | None = PartialDay().clean(value)
    except ValueError:
        return None
    return read


def _likely(row: _Row, person: Person) -> bool:
    return may_be_one(row.birth, person.birth) or (row.unit == person.unit_id and None in (row.birth, person.birth))


def _known(person: Person) -> str:
    born = f", sinh {person.birth.display()}" if person.birth else ""
    job = f", {person.job_title}" if person.job_title else ""
    return f"{person.full_name}{born}{job}, {person.unit}"


def _some(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers[:MOST_NAMED])) + (" …" if len(numbers) > MOST_NAMED else "")
