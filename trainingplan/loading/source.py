"""The TOML and CSV files of a plan's folder as typed records; every fault is kept with its file and line."""

import csv
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from trainingplan.models import Plan
from trainingplan.rules.dates import DateRefused, PartialDate, parse_date
from trainingplan.rules.numbers import NumberRefused, parse_count, parse_money
from trainingplan.rules.text import clean

T = TypeVar("T")

PLAN_FILE = "plan.toml"
YES = "có"


@dataclass(frozen=True, slots=True, order=True)
class SourceError:
    """What is wrong in a file; line 0 means the file as a whole."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        place = f"{self.file}, dòng {self.line}" if self.line else self.file
        return f"{place}: {self.message}"


class SourceRefused(Exception):  # noqa: N818 - the domain's word: a refusal, not a fault of the program
    """The folder cannot be loaded; `errors` holds every reason in order of file and line."""

    def __init__(self, errors: list[SourceError]) -> None:
        super().__init__("\n".join(map(str, errors)))
        self.errors = errors


@dataclass
class Record:
    """One row of a CSV file or one table of a TOML file. A value that is refused reads as empty."""

    source: "PlanSource"
    file: str
    line: int
    values: Mapping[str, Any]
    lines: Mapping[str, int] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    _tables: dict[str, list["Record"]] = field(default_factory=dict)

    def refuse(self, name: str, message: str) -> None:
        """Keep an error at the field of that name."""
        self.refused.add(name)
        self.source.refuse(self.file, self.lines.get(name, self.line), f"{name}: {message}" if name else message)

    @property
    def sound(self) -> bool:
        return not self.refused

    def has(self, name: str) -> bool:
        return name in self.values

    def text(self, name: str) -> str:
        """Text in NFC without space at its ends; "" when the field is absent."""
        value = self._take(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.refuse(name, f"phải là chữ trong dấu nháy, không phải {value!r}.")
            return ""
        return clean(value)

    def required(self, name: str) -> str:
        """Text that must be there."""
        value = self.text(name)
        if not value and name not in self.refused:
            self.refuse(name, "chưa có giá trị.")
        return value

    def integer(self, name: str) -> int | None:
        """A number of people, classes or places; None when the field is empty."""
        return self._parse(name, parse_count)

    def number(self, name: str) -> int:
        """`integer` that must be there."""
        return self._stated(name, self.integer(name))

    def money(self, name: str) -> int | None:
        """An amount in whole đồng; None when the field is empty."""
        return self._parse(name, parse_money)

    def required_money(self, name: str) -> int:
        """`money` that must be there."""
        return self._stated(name, self.money(name))

    def partial_date(self, name: str) -> PartialDate | None:
        value = self._take(name)
        if isinstance(value, date):
            return PartialDate(value.year, value.month, value.day)
        if value is None or isinstance(value, str):
            try:
                return parse_date(value)
            except DateRefused as refused:
                self.refuse(name, refused.message)
                return None
        self.refuse(name, f"{value!r} không phải ngày.")
        return None

    def day(self, name: str) -> date | None:
        """A date known to the day; None when the field is empty."""
        partial = self.partial_date(name)
        day = partial.to_date() if partial else None
        if partial and day is None:
            self.refuse(name, "phải đủ ngày, tháng, năm.")
        return day

    def required_day(self, name: str) -> date:
        day = self.day(name)
        if day is None and name not in self.refused:
            self.refuse(name, "chưa có ngày.")
        return day or date.min

    def flag(self, name: str) -> bool:
        """True, or "có" in CSV; an empty field is False."""
        value = self._take(name)
        if isinstance(value, bool):
            return value
        if value not in (None, "", YES):
            self.refuse(name, f"chỉ nhận «{YES}» hoặc để trống (trong TOML: true, false).")
        return bool(value == YES)

    def pick(self, name: str, known: Mapping[str, T], what: str) -> T | None:
        """The row that the field names by its key; None when the field is empty. An unknown key is refused."""
        key = self.text(name)
        return self.find(name, key, known, what) if key else None

    def required_pick(self, name: str, known: Mapping[str, T], what: str) -> T | None:
        """`pick` of a field that must be there; None only after a refusal."""
        key = self.required(name)
        return self.find(name, key, known, what) if key else None

    def find(self, name: str, key: str, known: Mapping[str, T], what: str) -> T | None:
        """The row of that key; an unknown key is refused, one whose own record was refused counts as named."""
        if key not in known:
            if not self.source.is_broken(key):
                self.refuse(name, f"không có {what} «{key}».")
            self.refused.add(name)
            return None
        return known[key]

    def tables(self, name: str) -> list["Record"]:
        """The inline tables of an array, such as the columns of an appendix."""
        value = self._take(name)
        if value is None or name in self._tables:
            return self._tables.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.refuse(name, "phải là danh sách các bảng { … }.")
            return []
        line = self.lines.get(name, self.line)
        self._tables[name] = [Record(self.source, self.file, line, item) for item in value]
        self.source.records.extend(self._tables[name])
        return self._tables[name]

    def texts(self, name: str) -> list[str]:
        """A list of texts; a CSV field separates them by «;»."""
        value = self._take(name)
        items = value.split(";") if isinstance(value, str) else value or []
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            self.refuse(name, "phải là danh sách chữ.")
            return []
        return [cleaned for item in items if (cleaned := clean(item))]

    def _parse(self, name: str, parse: Callable[[str | None], int | None]) -> int | None:
        value = self._take(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | str)):
            self.refuse(name, f"{value!r} không phải số nguyên từ 0 trở lên.")
            return None
        try:
            return parse(None if value is None else str(value))
        except NumberRefused as refused:
            self.refuse(name, refused.message)
            return None

    def _stated(self, name: str, value: int | None) -> int:
        if value is None and name not in self.refused:
            self.refuse(name, "chưa có số.")
        return value or 0

    def _take(self, name: str) -> Any:
        self.taken.add(name)
        return self.values.get(name)


class PlanSource:
    """The folder that is being loaded. Loaders read it, keep refusals in it, and find the plan there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.errors: list[SourceError] = []
        self.records: list[Record] = []
        self.plan: Plan | None = None
        self.frozen = False
        self._opened: set[str] = set()
        self._entries: dict[tuple[str, str], list[Record]] = {}
        self._broken: set[str] = set()

    @cached_property
    def head(self) -> Record:
        """The top level of plan.toml: the year, and whether all of the folder is illustrative."""
        values = {key: value for key, value in self._toml(PLAN_FILE).items() if not isinstance(value, dict)}
        return self._record(Record(self, PLAN_FILE, 1, values))

    @property
    def illustrative(self) -> bool:
        return self.head.flag("illustrative")

    def refuse(self, file: str, line: int, message: str) -> None:
        self.errors.append(SourceError(file, line, message))

    def mark_broken(self, key: str) -> None:
        """Remember that a record of this key was refused, so that what names it is not refused once more."""
        self._broken.add(key)

    def is_broken(self, key: str) -> bool:
        return key in self._broken

    def required_plan(self, file: str) -> Plan | None:
        """The plan of the folder; None, with a refusal, where a file needs one and there is none."""
        if self.plan is None and not self.errors:
            self.refuse(file, 0, "thư mục không có plan.toml nêu năm của kế hoạch nên không nạp được tệp này.")
        return self.plan

    def has(self, file: str) -> bool:
        return (self.folder / file).is_file()

    def table(self, file: str) -> list[Record]:
        """The rows of a CSV file with a head row; lines that begin with # are comments. [] when there is no file."""
        lines = [(number, line) for number, line in enumerate(self._read(file).splitlines(), 1) if line]
        rows = [(number, self._cells(file, number, line)) for number, line in lines if not line.startswith("#")]
        return [self._row(file, number, rows[0][1], cells) for number, cells in rows[1:]]

    def entries(self, file: str, name: str) -> list[Record]:
        """The tables `[[name]]` (or the one table `[name]`) of a TOML file; [] when there is none."""
        if (file, name) not in self._entries:
            self._entries[file, name] = self._read_entries(file, name)
        return self._entries[file, name]

    def finish(self, *, ignored: set[str]) -> None:
        """Refuse the files and fields that nobody has read; raise SourceRefused if anything was refused.

        What was not read because something before it was refused is not blamed.
        """
        unread = [] if self.errors else sorted({path.name for path in self._files()} - self._opened - ignored)
        for name in unread:
            self.refuse(name, 0, "không rõ tệp này chứa gì; hãy kiểm tra tên tệp.")
        for record in self.records:
            if record.taken and record.sound:
                for name in sorted(record.values.keys() - record.taken):
                    record.refuse(name, "không có trường này; hãy kiểm tra tên trường.")
        if self.errors:
            raise SourceRefused(sorted(set(self.errors)))

    def _read_entries(self, file: str, name: str) -> list[Record]:
        value = self._toml(file).get(name, [])
        items = [value] if isinstance(value, dict) else value
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            self.refuse(file, 0, f"{name} phải viết thành các bảng [[{name}]].")
            return []
        lines = self._read(file).splitlines()
        starts = [*_table_lines(lines, name), *([0] * len(items))]
        return [
            self._record(Record(self, file, start, item, _field_lines(lines, start)))
            for start, item in zip(starts, items, strict=False)
        ]

    def _files(self) -> Iterator[Path]:
        return (path for path in self.folder.iterdir() if path.suffix in (".toml", ".csv"))

    def _record(self, record: Record) -> Record:
        self.records.append(record)
        return record

    def _cells(self, file: str, line: int, text: str) -> list[str]:
        try:
            return next(csv.reader([text], strict=True))
        except csv.Error as error:
            self.refuse(file, line, f"dòng CSV viết sai ({error}).")
            return []

    def _row(self, file: str, line: int, head: list[str], cells: list[str]) -> Record:
        record = self._record(Record(self, file, line, dict(zip(head, cells, strict=False))))
        if len(cells) != len(head):
            record.refuse("", f"có {len(cells)} ô, tiêu đề có {len(head)} cột.")
        return record

    def _read(self, file: str) -> str:
        self._opened.add(file)
        path = self.folder / file
        if not path.is_file():
            return ""
        try:
            return path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            self.refuse(file, 0, "không phải tệp chữ UTF-8.")
            return ""

    def _toml(self, file: str) -> dict[str, Any]:
        try:
            return tomllib.loads(self._read(file))
        except tomllib.TOMLDecodeError as error:
            line = re.search(r"at line (\d+)", str(error))
            self.refuse(file, int(line[1]) if line else 0, f"không đọc được TOML ({error}).")
            return {}


def _table_lines(lines: list[str], name: str) -> Iterator[int]:
    """The lines on which `[name]` or `[[name]]` stand."""
    head = re.compile(rf"\[\[?\s*{re.escape(name)}\s*\]\]?\s*(#.*)?")
    return (number for number, line in enumerate(lines, 1) if head.fullmatch(line))


def _field_lines(lines: list[str], start: int) -> dict[str, int]:
    """The line of each field of the table that begins on line `start`."""
    found: dict[str, int] = {}
    for number, line in enumerate(lines[start:], start + 1):
        if line.startswith("["):
            break
        if name := re.match(r"([A-Za-z_]+)\s*=", line):
            found.setdefault(name[1], number)
    return found
