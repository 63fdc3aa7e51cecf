"""Columns of import and export files: each reads a cell by the one parser and writes it as what it is."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, QuerySet
from django.utils import timezone
from import_export.fields import Field
from import_export.widgets import Widget

from trainingplan.forms import MONEY_MAXIMUM, PEOPLE_MAXIMUM, SMALL_MAXIMUM
from trainingplan.models import Plan, Unit
from trainingplan.reading import CellError, FormulaWithoutValue
from trainingplan.reading.book import SerialOf1904
from trainingplan.reading.cells import text_value
from trainingplan.readings import note_people
from trainingplan.rules.dates import PartialDate, day_of_serial, parse_birth, parse_date, year_of_day
from trainingplan.rules.names import fold
from trainingplan.rules.numbers import parse_count, parse_money
from trainingplan.rules.text import clean, quoted

Row = Mapping[str, Any]
YES, NO = "có", "không"
YEAR = "Năm"
DAYS_TO_1904 = 1462
OLDEST = 1905
"""The years before are those of a sheet's numbers below 1900: ages, counts, an empty cell's zero."""


def cell_text(value: object) -> str:
    """What a cell shows, as text: 3.0 is "3", 1.5 is "1,5" as a Vietnamese sheet shows it."""
    if value is None:
        return ""
    if type(value) is str:  # most are, and no kind of it that means more
        return clean(value)
    if isinstance(value, FormulaWithoutValue):
        raise ValueError(  # noqa: TRY004 - what stands in the cell is wrong, not the program
            f"{quoted(value.formula)} là công thức chưa có kết quả. Mở bằng Excel, lưu lại rồi nhập lại."
        )
    if isinstance(value, CellError):
        raise ValueError(  # noqa: TRY004 - the same
            f"{quoted(value.code)} là lỗi của Excel, không phải số liệu. Sửa công thức hoặc nhập giá trị rồi nhập lại."
        )
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, float | Decimal):
        number = Decimal(str(value))
        return str(int(number)) if number == number.to_integral_value() else f"{number:f}".replace(".", ",")
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return clean(str(value))


class Cell(Widget):
    """A widget of import-export: `clean` reads a cell, `render` gives the value to write."""

    def clean(self, value: Any, row: Row | None = None, **kwargs: Any) -> Any:
        return self.read(cell_text(value))

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return value

    def read(self, text: str) -> Any:
        """The value of what stands in the cell; raises ValueError with what is wrong and what to do."""
        return text


class Count(Cell):
    """A number of people or things, by the parser of grids and forms; `empty` is what an empty cell stands for."""

    def __init__(self, *, minimum: int = 0, maximum: int = PEOPLE_MAXIMUM, empty: int | None = None) -> None:
        super().__init__()
        self.minimum, self.maximum, self.empty = minimum, maximum, empty

    def read(self, text: str) -> int | None:
        number = parse_count(text, maximum=self.maximum)
        if number is not None and number < self.minimum:
            raise ValueError(f"{quoted(text)} nhỏ hơn {self.minimum}. Kiểm tra rồi nhập lại.")
        return self.empty if number is None else number


class Place(Count):
    """A place in an order."""

    def __init__(self) -> None:
        super().__init__(minimum=1, maximum=SMALL_MAXIMUM)


class Money(Cell):
    def read(self, text: str) -> int | None:
        return parse_money(text, maximum=MONEY_MAXIMUM)


class DateCell(Cell):
    """A date as text of any shape, as a date of the sheet, or as the bare number that it is to a sheet."""

    def clean(self, value: Any, row: Row | None = None, **kwargs: Any) -> Any:
        since = DAYS_TO_1904 if isinstance(value, SerialOf1904) else 0
        day = day_of_serial(value + since) if isinstance(value, int) and not isinstance(value, bool) else None
        return self.read(cell_text(day or value))


class Day(DateCell):
    """A whole date."""

    def read(self, text: str) -> date | None:
        if not text:
            return None
        read = parse_date(text)
        day = read.to_date() if read else None
        if day is None:
            raise ValueError(f"{quoted(text)} chưa đủ ngày. Nhập ngày/tháng/năm, ví dụ 01/07/2025.")
        return day


class PartialDay(DateCell):
    """A birth, of which only the year may be known; written as text, since a sheet has no such dates."""

    def clean(self, value: Any, row: Row | None = None, **kwargs: Any) -> Any:
        """A bare year that was typed into a cell of dates is a day of 1905 to the sheet: asked about, never taken."""
        if isinstance(value, date) and (year := year_of_day(value)):
            raise ValueError(
                f"{quoted(cell_text(value))} có thể là năm {year} gõ vào ô định dạng ngày. "
                f"Nếu chỉ biết năm thì định dạng ô thành số, gõ lại {year} rồi nhập lại."
            )
        if isinstance(value, date) and value.year < OLDEST:
            raise ValueError(
                f"{quoted(cell_text(value))} là một số nhỏ gõ vào ô định dạng ngày, không phải ngày tháng. "
                "Gõ lại ngày/tháng/năm, ví dụ 05/12/1984, rồi nhập lại."
            )
        return super().clean(value, row, **kwargs)

    def read(self, text: str) -> PartialDate | None:
        return parse_birth(text, this_year=timezone.localdate().year)

    def render(self, value: PartialDate | None, obj: Any = None, **kwargs: Any) -> str:
        return value.display() if value else ""


class YesNo(Cell):
    """Yes is "có", "x" or "1"; no is "không", "0" or an empty cell."""

    def read(self, text: str) -> bool:
        match fold(text):
            case "co" | "x" | "1" | "dung":
                return True
            case "" | "khong" | "0":
                return False
        raise ValueError(f"{quoted(text)} không phải «có» hoặc «không». Nhập «có», hoặc để trống.")

    def render(self, value: bool | None, obj: Any = None, **kwargs: Any) -> str:  # noqa: FBT001
        return YES if value else ""


class Choice(Cell):
    """One of the words that screens show, or the value that is stored."""

    def __init__(self, choices: Iterable[tuple[str, Any]], *, empty: str = "") -> None:
        super().__init__()
        self.words = {value: str(label) for value, label in choices}
        self.values = {fold(label): value for value, label in self.words.items()} | {v: v for v in self.words}
        self.empty = empty

    def read(self, text: str) -> str:
        if not text:
            return self.empty
        value = self.values.get(fold(text))
        if value is None:
            words = ", ".join(f"«{word}»" for word in self.words.values() if word != "–")
            raise ValueError(f"{quoted(text)} không có trong danh sách. Nhập một trong: {words}.")
        return value

    def render(self, value: str | None, obj: Any = None, **kwargs: Any) -> str:
        return self.words.get(value or "", "") if value else ""


class Reference(Cell):
    """A row of another table by its key; `scope` names the other cells of the row that belong to the key.

    All rows of that table are read once; a file may name many.
    """

    def __init__(
        self,
        rows: Callable[[], QuerySet[Any]],
        key: Callable[[Any], tuple[str, ...]],
        *,
        what: str,
        where: str,
        scope: tuple[str, ...] = (),
    ) -> None:
        super().__init__()
        self.rows, self.key, self.what, self.where, self.scope = rows, key, what, where, scope
        self._found: dict[tuple[str, ...], Model] | None = None
        self._read: dict[tuple[object, ...], Model] = {}
        """What cells of nothing but text have been read as: a file of many rows names few others, each twice a row."""

    def clean(self, value: Any, row: Row | None = None, **kwargs: Any) -> Any:
        cells = (*map(row.get, self.scope), value) if row else (value,)
        found = self._read.get(cells)
        if found is None:
            found = self._find(value, row)
            if found is not None and all(type(cell) is str for cell in cells):
                self._read[cells] = found
        return found

    def _find(self, value: Any, row: Row | None) -> Model | None:
        text = cell_text(value)
        if not text:
            return None
        asked = (*(cell_text((row or {}).get(column)) for column in self.scope), text)
        found = self._rows().get(asked)
        if found is None:
            scope = zip(self.scope, asked, strict=False)
            within = "".join(f", {column.lower()} {quoted(part)}" for column, part in scope)
            raise ValueError(f"Không có {self.what} {quoted(text)}{within}. Xem khóa ở trang {self.where}.")
        return found

    def render(self, value: Model | None, obj: Any = None, **kwargs: Any) -> str:
        return self.key(value)[-1] if value is not None else ""

    def all(self) -> Collection[Any]:
        return self._rows().values()

    def knows(self, *key: str) -> bool:
        return key in self._rows()

    def learn(self, row: Model) -> None:
        """Take in a row that this import has added."""
        self._rows()[self.key(row)] = row
        self._read.clear()

    def read_again(self) -> None:
        """Ask for the rows anew when they are needed next."""
        self._found = None
        self._read.clear()

    def _rows(self) -> dict[tuple[str, ...], Model]:
        if self._found is None:
            self._found = {self.key(found): found for found in self.rows()}
        return self._found


class References(Reference):
    """Several of them, separated by commas."""

    def clean(self, value: Any, row: Row | None = None, **kwargs: Any) -> Any:
        keys = [part.strip() for part in cell_text(value).split(",")]
        found = (super(References, self).clean(key, row, **kwargs) for key in keys if key)
        return [one for one in found if one is not None]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None or not value.instance.pk else ", ".join(self.key(one)[-1] for one in value.all())


class Column(Field):
    """A column by its heading. `required` columns must be in the file; others, when absent, change nothing."""

    def __init__(
        self,
        attribute: str,
        heading: str,
        widget: Cell | None = None,
        *,
        required: bool = False,
        shown_only: bool = False,
        covers: tuple[str, ...] = (),
    ) -> None:
        """`covers`: the model's fields whose errors belong to this column besides its own."""
        super().__init__(attribute=attribute, column_name=heading, widget=widget or Cell(), readonly=shown_only)
        self.required, self.covers = required, covers
        self._name, self._own, self._stored = attribute, "__" not in attribute, ""
        self._place = attrgetter(attribute.rpartition("__")[0].replace("__", ".")) if not self._own else None

    def bind(self, model: type[Model]) -> None:
        """Find what the model stores of the attribute, so that rows can be compared by that."""
        known = {field.name: field.attname for field in model._meta.concrete_fields}
        self._stored = known.get(self._name, "") if type(self).get_value is Column.get_value else ""

    def clean(self, row: Row, **kwargs: Any) -> Any:
        """As the base class does it for columns without a default, but without comparing rows with empty values."""
        return self.widget.clean(row[self.column_name], row=row, **kwargs)

    def get_value(self, instance: Any) -> Any:
        """As the base class does it, which takes the attribute's name apart each time."""
        if not self._own:
            return super().get_value(instance)
        try:
            value = getattr(instance, self._name, None)
        except (ValueError, ObjectDoesNotExist):
            return None
        return super().get_value(instance) if callable(value) else value

    def differs(self, one: Any, other: Any) -> bool:
        """Whether two rows hold different values there; of rows that they link to, the keys are compared."""
        values, others, name = vars(one), vars(other), self._stored
        if name in values and name in others:
            return bool(values[name] != others[name])
        return bool(self.get_value(one) != self.get_value(other))

    def save(self, instance: Any, row: Row, *args: Any, **kwargs: Any) -> None:
        """Stored text of which a file keeps less – spaces that do not break, signs of no width – stays as it is."""
        stored = self.get_value(instance) if instance.pk else None
        read = self.clean(row, **kwargs)
        if isinstance(stored, str) and stored != read and self._as_read(stored) == read:
            return
        if read is not stored or read is None:
            setattr(self._place(instance) if self._place else instance, self._name.rpartition("__")[2], read)

    def _as_read(self, stored: str) -> object:
        """What a file would bring back of it."""
        try:
            return self.clean({self.column_name: text_value(stored)})
        except ValueError:
            return None


class PersonalColumn(Column):
    """A column of sensitive data of people: it is in the file only for those who may read it of everybody."""

    def export(self, instance: Any, **kwargs: Any) -> Any:
        value = super().export(instance, **kwargs)
        person = person_of(self, instance)
        if value and person is not None:  # a person in a file is nobody yet whose data could be read
            note_people([person])
        return value


def person_of(column: Field, row: Any) -> int | None:
    """The key of the person of whom a personal column tells: the row itself or, of a nominee, whom it speaks of."""
    for name in str(column.attribute).split("__")[:-1]:
        row = getattr(row, name)
    key: int | None = row.pk
    return key


def plan_column() -> Reference:
    """A plan by its year."""
    return Reference(Plan.objects.all, lambda plan: (str(plan.year),), what="kế hoạch năm", where="Kế hoạch")


def unit_column() -> Reference:
    """A unit by its key."""
    return Reference(
        lambda: Unit.objects.prefetch_related("names"), lambda unit: (unit.key,), what="đơn vị", where="Đơn vị"
    )


def plain(value: object, heading: str = "") -> str:
    """A value of an export as the preview shows it; a year is no amount."""
    if isinstance(value, datetime | date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, int) and not isinstance(value, bool) and heading != YEAR:
        return f"{value:,}".replace(",", ".")
    return "" if value is None else str(value)
