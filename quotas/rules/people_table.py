"""A list of people as offices write it: where its heads stand, what they call each column, which rows are people."""

import re
from collections.abc import Mapping, Sequence
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
CALLED: Mapping[str, tuple[str, ...]] = {
    FULL_NAME: ("ho va ten", "ho ten", "ho va ten can bo", "ho ten can bo", "ho dem va ten", "ho ten khai sinh"),
    SEX: ("gioi tinh", "gioi", "nam nu", "phai"),
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
SILENT = frozenset({"tt", "stt", "so tt", "so thu tu", "ghi chu"})
SUB_HEADS = {"nam": BIRTH_MALE, "nu": BIRTH_FEMALE}
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


def find_people(rows: Sequence[Sequence[object]]) -> PeopleTable | None:
    """The list in the sheet: the row that names the person and her birth or unit; None when there is none."""
    for at, row in enumerate(rows[:HEADS_WITHIN]):
        columns = _named(row)
        if FULL_NAME in columns and (BIRTH in columns or UNIT in columns):
            below = {} if at + 1 == len(rows) else _sub_heads(rows[at + 1])
            if below:
                columns = {name: place for name, place in columns.items() if name != BIRTH} | below
            left = [
                str(value) for place, value in enumerate(row)
                if value is not None and place not in columns.values() and plain(value) not in SILENT
            ]  # fmt: skip
            return PeopleTable(columns, [] if below else left, at + 1 + bool(below))
    return None


def plain(value: object) -> str:
    """A head without case, tones and signs."""
    return _SIGNS.sub(" ", fold(str(value or ""))).strip()


def _named(row: Sequence[object]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for place, value in enumerate(row):
        if isinstance(value, str) and (field := _BY_NAME.get(plain(value))):
            columns.setdefault(field, place)
    return columns


def _sub_heads(row: Sequence[object]) -> dict[str, int]:
    """The two columns of births, for men and for women, that stand below one head."""
    found = {SUB_HEADS[name]: place for place, value in enumerate(row) if (name := plain(value)) in SUB_HEADS}
    return found if len(found) == len(SUB_HEADS) else {}


def is_person(row: Sequence[object], columns: Mapping[str, int]) -> bool:
    """Whether the row is meant as a person: not empty, no row of column numbers, no group's or total's."""
    values = {field: row[place] for field, place in columns.items() if place < len(row) and row[place] is not None}
    name = values.pop(FULL_NAME, None)
    if name is None:
        return bool(values)
    words = fold(str(name)).strip()
    if _NUMBER_OF_COLUMN.fullmatch(words) or _TOTAL.fullmatch(words):
        return False
    return bool(values)
