"""Columns of the whole-plan workbook: keys instead of ids, and for the guide what each means, with an example."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.utils import timezone

from trainingplan.models import Plan
from trainingplan.resources.columns import Cell, Choice, Column, Count, Day, Money, PartialDay, YesNo, cell_text
from trainingplan.rules.dates import parse_date
from trainingplan.rules.text import quoted

Texts = tuple[str, ...]
"""A key as it stands in the cells of a row: a quota's is its programme's and its own."""


class Depends(ValueError):  # noqa: N818 - what is said of the row, not a fault of the program
    """The row names another one of the file that is refused: it cannot be judged before that one is put right."""


@dataclass(frozen=True)
class Directory:
    """A table whose rows others name by key. `rows` gives (id, key, name) of those that a plan's workbook may name."""

    name: str
    what: str
    sheet: str
    headings: Texts
    rows: Callable[["Scene"], Iterable[tuple[int, Texts, str]]]
    numeric: bool = False
    """Whether its own part of the key is a number, to be written as one."""


@dataclass
class Index:
    """The rows of a directory, both ways, read once and kept in step with what the workbook adds."""

    ids: dict[Texts, int] = field(default_factory=dict)
    keys: dict[int, Texts] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)

    def learn(self, pk: int, key: Texts, name: str) -> None:
        self.ids[key], self.keys[pk], self.names[pk] = pk, key, name


class Scene:
    """What the sheets of one workbook share: the plan's year, the rows by key, and which keys were refused.

    `sheets` are the sheets that the file has: a rule over several of them is judged at the last that is there.
    """

    def __init__(self, year: int, *, sheets: Collection[str] = ()) -> None:
        self.year, self.sheets = year, frozenset(sheets)
        self.refused: dict[str, set[Texts]] = {}
        self.new_plan = False
        self.left: dict[str, Any] = {}
        """What a sheet leaves for the sheets after it."""
        self.coming: dict[str, set[Texts]] = {}
        """The keys that the file's sheets give their rows, by directory: texts may name what stands further down."""
        self._indexes: dict[str, Index] = {}

    @cached_property
    def plan(self) -> Plan:
        """The plan of the year; raises ValueError while there is none."""
        plan = Plan.objects.filter(year=self.year).first()
        if plan is None:
            raise ValueError(f"Chưa có kế hoạch năm {self.year}. Sửa sheet «Kế hoạch» trước.")
        return plan

    def forget_plan(self) -> None:
        self.__dict__.pop("plan", None)

    def index(self, directory: Directory) -> Index:
        if directory.name not in self._indexes:
            index = self._indexes[directory.name] = Index()
            for pk, key, name in directory.rows(self):
                index.learn(pk, key, name)
        return self._indexes[directory.name]

    def keys_of(self, directory: Directory) -> set[Texts]:
        """All keys that are there or come with the file."""
        return self.index(directory).ids.keys() | self.coming.get(directory.name, set())

    def refuse(self, directory: Directory, key: Texts) -> None:
        self.refused.setdefault(directory.name, set()).add(key)


class BookColumn(Column):
    """A column with what the guide says of it. `only_new`: a row that is there already keeps its value."""

    def __init__(
        self,
        attribute: str,
        heading: str,
        widget: Cell | None = None,
        *,
        meaning: str,
        example: object = "",
        only_new: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(attribute, heading, widget or Text(), **kwargs)
        self.meaning, self.example, self.only_new = meaning, example, only_new


class PersonalBookColumn(BookColumn):
    """Sensitive data of a person: the log says that it changed, never what it is."""


class Text(Cell):
    """Text of one or more lines."""

    def read(self, text: str) -> str:
        return text.replace("\r\n", "\n").replace("\r", "\n")


class Moment(Cell):
    """A day with its time, to the minute."""

    def clean(self, value: Any, row: Mapping[str, Any] | None = None, **kwargs: Any) -> datetime | None:
        if isinstance(value, datetime):
            whole = value.replace(tzinfo=None, second=0, microsecond=0)
            return timezone.make_aware(whole)
        text = cell_text(value)
        if not text:
            return None
        day, _, time = text.partition(" ")
        read = parse_date(day)
        hour, _, minute = (time or "00:00").partition(":")
        whole_day = read.to_date() if read else None
        if whole_day is None or not (hour.isascii() and hour.isdigit() and minute.isascii() and minute.isdigit()):
            raise ValueError(f"{quoted(text)} không phải ngày giờ. Nhập như 31/12/2030 17:00.")
        try:
            at = datetime(whole_day.year, whole_day.month, whole_day.day, int(hour), int(minute))  # noqa: DTZ001
        except ValueError as error:
            raise ValueError(f"{quoted(text)} có giờ không đúng. Nhập giờ từ 00:00 đến 23:59.") from error
        return timezone.make_aware(at)

    def render(self, value: datetime | None, obj: Any = None, **kwargs: Any) -> datetime | None:
        """Local time without a zone, as a sheet holds it."""
        if value is None:
            return None
        return timezone.localtime(value).replace(tzinfo=None, second=0, microsecond=0)


class MomentColumn(BookColumn):
    """Keeps the seconds that are stored where the minute is the same."""

    def __init__(self, attribute: str, heading: str, **kwargs: Any) -> None:
        super().__init__(attribute, heading, Moment(), **kwargs)

    def save(self, instance: Any, row: Mapping[str, Any], *args: Any, **kwargs: Any) -> None:
        read, stored = self.clean(row), self.get_value(instance)
        if self.widget.render(read) != self.widget.render(stored):
            setattr(instance, str(self.attribute), read)


class Keyed(Cell):
    """A cell that shows or names a row of a directory; the sheet binds it to its scene."""

    scene: Scene

    def __init__(self, directory: Directory) -> None:
        super().__init__()
        self.directory = directory


class KeyRef(Keyed):
    """A row by its key; the other cells of the row that belong to the key stand under the `scope` headings."""

    def __init__(self, directory: Directory, *, scope: Texts = ()) -> None:
        super().__init__(directory)
        self.scope = scope

    def clean(self, value: Any, row: Mapping[str, Any] | None = None, **kwargs: Any) -> int | None:
        text = cell_text(value)
        if not text:
            return None
        asked = (*(cell_text((row or {}).get(heading)) for heading in self.scope), text)
        found = self.scene.index(self.directory).ids.get(asked)
        if found is not None:
            return found
        where = f"sheet «{self.directory.sheet}»"
        if asked in self.scene.refused.get(self.directory.name, ()):
            raise Depends(f"Dòng của {self.directory.what} {quoted(text)} ở {where} còn lỗi. Sửa dòng ấy trước.")
        within = "".join(
            f", {name.lower()} {quoted(part)}" for name, part in zip(self.scope, asked, strict=False) if part
        )
        raise ValueError(
            f"Không có {self.directory.what} {quoted(text)}{within}. Sửa khóa, hoặc thêm dòng ấy ở {where}."
        )

    def render(self, value: int | None, obj: Any = None, **kwargs: Any) -> str | int:
        if value is None:
            return ""
        key = self.scene.index(self.directory).keys[value][-1]
        return int(key) if self.directory.numeric else key


class KeyRefs(KeyRef):
    """Several rows by their keys, separated by commas; the ids in the order of the keys."""

    def clean(self, value: Any, row: Mapping[str, Any] | None = None, **kwargs: Any) -> Any:
        keys = [part.strip() for part in cell_text(value).split(",")]
        found = (super(KeyRefs, self).clean(key, row) for key in keys if key)
        return tuple(sorted({pk for pk in found if pk is not None}))

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """The keys in their own order, whatever the ids."""
        keys = self.scene.index(self.directory).keys
        return ", ".join(sorted(keys[pk][-1] for pk in value or ()))


class RelatedColumn(BookColumn):
    """A relation to many as the sorted ids; kept beside the row until the row is written."""

    def get_value(self, instance: Any) -> tuple[int, ...]:
        kept: tuple[int, ...] | None = vars(instance).get(self._beside)
        if kept is not None:
            return kept
        manager = getattr(instance, str(self.attribute)) if instance.pk else None
        return tuple(sorted(row.pk for row in manager.all())) if manager else ()

    def save(self, instance: Any, row: Mapping[str, Any], *args: Any, **kwargs: Any) -> None:
        vars(instance)[self._beside] = self.clean(row)

    def set_related(self, instance: Any) -> None:
        """Write the relation of a row that is stored."""
        if self._beside in vars(instance):
            getattr(instance, str(self.attribute)).set(vars(instance)[self._beside])

    @property
    def _beside(self) -> str:
        return f"file_{self.attribute}"


class KeyPart(Keyed):
    """One part of the key of the row that another column names: the programme of a quota."""

    def __init__(self, directory: Directory, part: int, *, listed: Directory | None = None) -> None:
        """`listed`: the directory whose keys this part takes."""
        super().__init__(directory)
        self.part, self.listed = part, listed

    def render(self, value: int | None, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else self.scene.index(self.directory).keys[value][self.part]


class RowName(Keyed):
    """The name of the row that another column names: for the reader, never read."""

    def render(self, value: int | None, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else self.scene.index(self.directory).names.get(value, "")


def key_column(attribute: str, heading: str, directory: Directory, *, scope: Texts = (), **kwargs: Any) -> BookColumn:
    """A column that names a row of the directory; `attribute` is the model's `…_id`."""
    widget = KeyRef(directory, scope=scope)
    return BookColumn(attribute, heading, widget, covers=(attribute.removesuffix("_id"),), **kwargs)


def part_column(
    attribute: str, heading: str, directory: Directory, part: int, *, listed: Directory | None = None, **kwargs: Any
) -> BookColumn:
    """A part of the key that `key_column` completes; read by that column, which has it as its scope."""
    return BookColumn(attribute, heading, KeyPart(directory, part, listed=listed), shown_only=True, **kwargs)


def name_column(attribute: str, heading: str, directory: Directory) -> BookColumn:
    meaning = "Chỉ để đọc; khi nhập, cột này bị bỏ qua."
    return BookColumn(attribute, heading, RowName(directory), shown_only=True, meaning=meaning)


def illustrative_column() -> BookColumn:
    meaning = "Ghi «có» nếu dòng là số liệu minh họa, không phải số thật; trang và tệp in ra sẽ nói rõ."
    return BookColumn("illustrative", "Số liệu minh họa", YesNo(), meaning=meaning, example="có")


def kind_words(widget: Any) -> str:
    """What a cell holds, in words."""
    match widget:
        case KeyRefs():
            return f"các khóa ở sheet «{widget.directory.sheet}», cách nhau bằng dấu phẩy"
        case KeyRef() | KeyPart(listed=Directory()):
            return f"khóa ở sheet «{listing(widget)}»"
        case Choice():
            return "một trong: " + ", ".join(f"«{word}»" for word in widget.words.values() if word != "–")
    return next((words for kind, words in _KINDS if isinstance(widget, kind)), "chữ")


_KINDS: tuple[tuple[type[Cell], str], ...] = (
    (YesNo, "«có», hoặc để trống"),
    (Money, "số tiền, đồng"),
    (Count, "số nguyên"),
    (Moment, "ngày giờ"),
    (Day, "ngày"),
    (PartialDay, "ngày, tháng/năm hoặc chỉ năm"),
    (RowName, "chữ, chỉ để đọc"),
)


def listing(widget: Any) -> str:
    """The sheet whose keys the cells of the widget take; "" where they are no keys."""
    if isinstance(widget, KeyRef):
        return widget.directory.sheet
    return widget.listed.sheet if isinstance(widget, KeyPart) and widget.listed else ""


def shown_text(value: object) -> str:
    """A value of a cell as a message or the log names it."""
    if isinstance(value, datetime):
        return f"{value:%H:%M, %d/%m/%Y}"
    if isinstance(value, bool):
        return "có" if value else "không"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, int):
        return f"{value:,}".replace(",", ".")
    return "" if value is None else str(value)
