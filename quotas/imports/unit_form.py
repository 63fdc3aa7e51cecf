"""What a unit's workbook (phiếu đăng ký ngoại tuyến) is made of, for who writes it and who reads it back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.core import signing

from quotas.selectors.registration import RegistrationSheet
from trainingplan.models import Plan, Unit

FORM: Final = 1
"""The version of the form; one that this program does not know is refused."""
GUIDE, CELLS, PEOPLE, KEYS = "Hướng dẫn", "Đăng ký", "Nhân sự", "Khóa"
KEY_HEAD, NUMBER_HEAD, NO_NEED_HEAD = "Mã dòng", "Đăng ký năm", "Không có nhu cầu (x)"
NAME_HEAD, PERSON_HEAD = "Nội dung", "Mã người"
NO_KEY: Final = "#"
"""Begins the key of a row that is no quota: a programme's heading, the sum."""
SEAL_MARK: Final = "Dấu"
CHUNK: Final = 30_000
"""Signs of the seal in one cell; Excel holds 32.767."""
_SALT: Final = "quotas.unit-workbook"


class Broken(ValueError):  # noqa: N818 - says what is wrong with the workbook
    """The workbook's hidden keys are not those that were given out."""


@dataclass(frozen=True, slots=True)
class Given:
    """A cell as it was given out: by this a reader knows what was typed, and whether somebody else wrote since."""

    version: int
    number: int | None
    no_need: bool


@dataclass(frozen=True, slots=True)
class Seal:
    """What a workbook was made from: cells by «programme/quota», versions of nominees by their number."""

    form: int
    year: int
    unit: str
    cells: Mapping[str, Given]
    people: Mapping[str, tuple[int, str]]
    """Nominees by their number: version, and a mark of the values that were given out."""

    def text(self) -> str:
        """Signed: whoever changes a key or a version by hand makes the workbook unreadable, not wrong."""
        cells = {key: [one.version, one.number, int(one.no_need)] for key, one in self.cells.items()}
        parts = {"f": self.form, "y": self.year, "u": self.unit, "c": cells, "p": dict(self.people)}
        return signing.dumps(parts, salt=_SALT, compress=True)


def read_seal(text: str) -> Seal:
    """Raises Broken for what was not signed here."""
    try:
        parts: dict[str, Any] = signing.loads(text, salt=_SALT)
        cells = {key: Given(version, number, bool(flag)) for key, (version, number, flag) in parts["c"].items()}
        people = {key: (version, mark) for key, (version, mark) in parts["p"].items()}
        return Seal(parts["f"], parts["y"], parts["u"], cells, people)
    except (signing.BadSignature, KeyError, TypeError, ValueError) as error:
        raise Broken from error


def seal_of(
    plan: Plan,
    unit: Unit,
    sheet: RegistrationSheet,
    keys: Mapping[int, str],
    people: Mapping[str, tuple[int, str]],
) -> Seal:
    """`keys` are the rows' keys by quota."""
    cells = {keys[row.quota_id]: Given(row.version, row.number, row.no_need) for row in sheet.rows}
    return Seal(FORM, plan.year, unit.key, cells, people)


def quota_key(programme: str, quota: str) -> str:
    return f"{programme}/{quota}"


def file_name(plan: Plan, unit_key: str) -> str:
    return f"phieu-dang-ky-{plan.year}-{unit_key}.xlsx"
