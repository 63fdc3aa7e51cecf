"""A list of people as offices write it: where its heads stand, what they call each column, which rows are people."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from trainingplan.rules.names import fold

HEADS_WITHIN = 20
FULL_NAME, SEX, BIRTH, BIRTH_MALE, BIRTH_FEMALE, UNIT = (
    "full_name",
    "sex",
    "birth",
    "birth_male",
    "birth_female",
    "unit",
)
JOB_TITLE, ETHNICITY, EDUCATION = "job_title", "ethnicity", "education"
FAMILY_NAME, GIVEN_NAME, NUMBER = "family_name", "given_name", "number"
"""A name in two columns: the first of them is the column of FULL_NAME."""
SEX_MALE, SEX_FEMALE = "sex_male", "sex_female"
BIRTH_DAY, BIRTH_MONTH, BIRTH_YEAR = "birth_day", "birth_month", "birth_year"
CALLED: Mapping[str, tuple[str, ...]] = {
    FULL_NAME: ("ho va ten", "ho ten", "ho va ten can bo", "ho ten can bo", "ho dem va ten", "ho ten khai sinh"),
    FAMILY_NAME: (
        "ho va dem", "ho dem", "ho va ten dem", "ho ten dem", "ho lot", "ho va lot", "ho chu lot", "ho va chu lot",
        "ho va ten lot", "ho",
    ),
    GIVEN_NAME: ("ten", "ten goi"),
    NUMBER: ("tt", "stt", "so tt", "so thu tu"),
    SEX: ("gioi tinh", "gioi", "nam nu", "phai", "gioi tinh nam nu", "gioi tinh nam hay nu"),
    BIRTH: (
        "ngay sinh", "nam sinh", "sinh ngay", "sinh nam", "ngay thang nam sinh", "ngay thang sinh", "ngay nam sinh",
        "ngay thang nam sinh nam nu",
    ),
    UNIT: (
        "don vi", "don vi cong tac", "co quan", "co quan don vi", "co quan don vi dia phuong", "co quan cong tac",
        "noi cong tac", "don vi cu", "don vi cu di", "khoa don vi", "ten don vi",
    ),
    JOB_TITLE: (
        "chuc vu", "chuc danh", "chuc vu chuc danh", "chuc danh chuc vu", "chuc vu hien nay", "chuc vu hien tai",
        "chuc vu cong tac",
    ),
    ETHNICITY: ("dan toc", "thanh phan dan toc"),
    EDUCATION: ("trinh do", "trinh do hien tai", "trinh do chuyen mon", "trinh do dao tao", "trinh do hoc van"),
}  # fmt: skip
"""What a head is called, folded and without signs."""
SILENT = frozenset({"ghi chu"})
BY_SEX = {"nam": BIRTH_MALE, "nu": BIRTH_FEMALE}
TICKED = {"nam": SEX_MALE, "nu": SEX_FEMALE}
BY_PART = {"ngay": BIRTH_DAY, "thang": BIRTH_MONTH, "nam": BIRTH_YEAR}
LONGEST_HEAD = 300
LONGEST_GIVEN = 2
"""Words of a given name that stands in a column without a head of its own."""
MOST_HEAD_ROWS = 4
_BY_NAME = {name: field for field, names in CALLED.items() for name in names}
_SIGNS = re.compile(r"[^a-z0-9]+")
_NUMBER_OF_COLUMN = re.compile(r"\(?[0-9]{1,2}\)?")
_TOTAL = re.compile(r"(?:tong )?cong\b.*|tong so\b.*")


@dataclass(frozen=True, slots=True)
class PeopleTable:
    """`columns` are places by field and `left` the heads that no field answers to; all counted from 0."""

    columns: Mapping[str, int]
    left: Sequence[str]
    first_row: int


Rows = Sequence[Sequence[object]]
Area = tuple[int, int, int, int]
"""Merged cells: top, left, bottom, right, from 0, both ends included."""


def find_people(rows: Rows, merged: Iterable[Area] = ()) -> PeopleTable | None:
    """The list in the sheet: the row that names the person and her birth or unit; None when there is none."""
    for at, row in enumerate(rows[:HEADS_WITHIN]):
        columns = _named(row)
        if FULL_NAME not in columns and {FAMILY_NAME, GIVEN_NAME} <= columns.keys():
            columns[FULL_NAME] = columns[FAMILY_NAME]
        elif FULL_NAME in columns:
            columns.pop(GIVEN_NAME, None)
        columns.pop(FAMILY_NAME, None)
        if FULL_NAME in columns and (BIRTH in columns or UNIT in columns):
            return _table(rows, at, columns, [area for area in merged if area[0] == at])
    return None


def _table(rows: Rows, at: int, columns: dict[str, int], areas: Sequence[Area]) -> PeopleTable:
    """With what stands in the rows of the heads below the first."""
    below: dict[str, int] = {}
    bottom = min(max((area[2] for area in areas), default=at), at + MOST_HEAD_ROWS, len(rows) - 1)
    for number in range(at + 1, max(bottom, min(at + 1, len(rows) - 1)) + 1):
        if found := _sub_heads(rows[number], columns.get(SEX)):
            below |= found
            bottom = max(bottom, number)
    if below.keys() & {BIRTH_MALE, BIRTH_DAY}:
        columns.pop(BIRTH, None)
    if SEX_MALE in below:
        columns.pop(SEX, None)
    columns |= below
    if GIVEN_NAME not in columns and (place := _headless_given(rows, at, bottom, columns[FULL_NAME])) is not None:
        columns[GIVEN_NAME] = place
    left = [
        str(value) for place, value in enumerate(rows[at])
        if value is not None and place not in columns.values() and plain(value) not in SILENT
    ]  # fmt: skip
    return PeopleTable(columns, [] if below else left, bottom + 1)


def _headless_given(rows: Rows, at: int, bottom: int, name: int) -> int | None:
    """The column right of the names, if no head stands in it and what does are given names: one head over both."""
    place = name + 1
    if any(place < len(row) and row[place] is not None for row in rows[at : bottom + 1]):
        return None
    values = [row[place] for row in rows[bottom + 1 :] if place < len(row) and row[place] is not None]
    values = [value for value in values if not _is_column_number(str(value)[:LONGEST_HEAD])]
    return place if sum(map(_may_be_given, values)) * 2 > len(values) else None


def _may_be_given(value: object) -> bool:
    if not isinstance(value, str) or len(value) > LONGEST_HEAD:
        return False
    return len(value.split()) <= LONGEST_GIVEN and not any(map(str.isdigit, value))


def plain(value: object) -> str:
    """A head without case, tones and signs; what is too long for a head is none."""
    text = str(value or "")
    return _SIGNS.sub(" ", fold(text)).strip() if len(text) <= LONGEST_HEAD else ""


def _named(row: Sequence[object]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for place, value in enumerate(row):
        if isinstance(value, str) and (field := _BY_NAME.get(plain(value))):
            columns.setdefault(field, place)
    return columns


def _sub_heads(row: Sequence[object], sex: int | None) -> dict[str, int]:
    """The columns that stand below one head: births of men and of women, a sex to be ticked, a birth's or name's parts.

    `sex`: the column in which the head of the sex stands.
    """
    names: dict[str, int] = {}
    found: dict[str, int] = {}
    below = range(sex, sex + 2) if sex is not None else range(0)
    ticked = {plain(row[place]): place for place in below if place < len(row)}
    if ticked.keys() == TICKED.keys():
        found = {field: ticked[name] for name, field in TICKED.items()}
    for place, value in enumerate(row):
        if isinstance(value, str) and place not in found.values():
            names.setdefault(plain(value), place)
    parts = next((parts for parts in (BY_PART, BY_SEX) if parts.keys() <= names.keys()), {})
    found |= {field: names[name] for name, field in parts.items()}
    family = next((names[name] for name in CALLED[FAMILY_NAME] if name in names), None)
    if family is not None and "ten" in names:
        found |= {FULL_NAME: family, GIVEN_NAME: names["ten"]}
    return found


def is_person(row: Sequence[object], columns: Mapping[str, int], *, numbered: bool = False) -> bool:
    """Whether the row is meant as a person: not empty, no row of column numbers, no group's, total's or signature's.

    `numbered`: whether the people of this list are; then a row without a number is one only if it tells more of a
    person than what stands below lists, too.
    """
    values = {field: row[place] for field, place in columns.items() if place < len(row) and row[place] is not None}
    name, given = values.pop(FULL_NAME, None), values.pop(GIVEN_NAME, None)
    counted = is_counted(values.pop(NUMBER, None))
    told = {field for field, value in values.items() if field not in (UNIT, JOB_TITLE) and _tells(field, value)}
    if name is None and given is None:
        return (counted and bool(values)) or len(told) > numbered
    words = fold(str(name if name is not None else given)[:LONGEST_HEAD]).strip()
    if _is_column_number(words) or _TOTAL.fullmatch(words):
        return False
    if numbered and not counted:
        return bool(told)
    return bool(values) or given is not None or counted


def group_of(row: Sequence[object], columns: Mapping[str, int]) -> str:
    """The heading of a group: the only text of its row besides a number or letter; a total's is none."""
    number = columns.get(NUMBER)
    texts = [value for place, value in enumerate(row) if value is not None and place != number]
    if len(texts) != 1 or not isinstance(texts[0], str) or len(texts[0]) > LONGEST_HEAD:
        return ""
    words = fold(texts[0]).strip()
    return "" if _TOTAL.fullmatch(words) or _is_column_number(words) else texts[0]


def _tells(field: str, value: object) -> bool:
    """A birth has a number in it; what is signed below a list has none."""
    return not field.startswith(BIRTH) or any(map(str.isdigit, str(value)[:LONGEST_HEAD]))


def is_counted(value: object) -> bool:
    """Whether that is the number of a row: 1, «2», «3.»."""
    return (isinstance(value, int) and not isinstance(value, bool)) or (
        isinstance(value, str) and value.strip().rstrip(".").isdecimal()
    )


def _is_column_number(text: str) -> bool:
    return _NUMBER_OF_COLUMN.fullmatch(text.strip()) is not None
