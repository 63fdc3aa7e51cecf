"""The form of one section's texts: what is shown, what came back of it, and what stands in the way of storing it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from courses.models import Slot
from reports.field_list import Choice, FieldList
from reports.fields import Figures, render
from reports.free_numbers import FreeNumber, free_numbers, replaced
from reports.outline import SECTION_TEXTS, SLOT_TEXTS, PlanOutline
from reports.rules.outline import Move
from reports.services.text import Clash, FaultyText, TextClash, Writing
from reports.writing import ONE_LINE, tidy
from trainingplan.models import Section
from trainingplan.rules.letters import item_letter
from trainingplan.services.refusals import Difference

LABELS = {"heading": "Tiêu đề", "body": "Nội dung", "closing": "Đoạn kết, sau các mục con", "label": "Nhãn"}
MOST_CHOICES = 5
"""How many ways to bind a number are offered beside it."""
BIND = "gan"
_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Loose:
    """A free number of a text with what could bind it."""

    number: FreeNumber
    choices: tuple[Choice, ...]


@dataclass
class Box:
    """One text of a row: the name of its field, what stands in it, what is wrong with it."""

    name: str
    kind: str
    label: str
    value: str
    errors: list[str] = field(default_factory=list)
    loose: tuple[Loose, ...] = ()

    @property
    def one_line(self) -> bool:
        return self.kind in ONE_LINE

    @property
    def rows(self) -> int:
        """How tall the field is without JavaScript."""
        return 1 if self.one_line else min(24, max(2, self.value.count("\n") + 1 + len(self.value) // 90))


@dataclass
class RowForm:
    """A section (`slot` None) or one of its lettered items, with the version that the page shows."""

    slot: int | None
    letter: str
    position: int
    version: int
    seen: str
    boxes: list[Box]
    moves: frozenset[Move] = frozenset()

    @property
    def suffix(self) -> str:
        return "" if self.slot is None else f"-{self.slot}"

    @property
    def texts(self) -> dict[str, str]:
        return {box.kind: box.value for box in self.boxes}

    @property
    def touched(self) -> bool:
        """Whether its texts are others than those the page has shown."""
        return _digest(self.texts) != self.seen


@dataclass(frozen=True, slots=True)
class ClashView:
    """Somebody else's writing: each text in which it differs, by label, stored and typed."""

    clash: Clash
    texts: tuple[tuple[str, str, str], ...]


class TextForm:
    """Without `data`, what is stored; with it, what was typed. Rows that somebody removed since come in `lost`."""

    def __init__(self, outline: PlanOutline, section: Section, data: Mapping[str, str] | None = None) -> None:
        self.section, self.year, self.data = section, outline.plan.year, data
        self.rows = [self._row(section, SECTION_TEXTS)]
        slots = outline.slots_of(section)
        self.rows += [self._row(slot, SLOT_TEXTS, len(slots)) for slot in slots]
        self.message = ""
        self.clashes: tuple[ClashView, ...] = ()
        self.lost = tuple(self._lost({slot.pk for slot in slots}))

    @property
    def own(self) -> RowForm:
        return self.rows[0]

    @property
    def slots(self) -> list[RowForm]:
        return self.rows[1:]

    @property
    def boxes(self) -> Iterator[Box]:
        return (box for row in self.rows for box in row.boxes)

    @property
    def free(self) -> int:
        return sum(len(box.loose) for box in self.boxes)

    def writings(self) -> tuple[Writing | None, dict[int, Writing]]:
        """What was typed into rows that somebody touched."""
        own = Writing(self.own.version, self.own.texts) if self.own.touched else None
        touched = (row for row in self.slots if row.touched)
        return own, {row.slot: Writing(row.version, row.texts) for row in touched if row.slot is not None}

    def bind(self, order: str) -> bool:
        """Turn a free number into a field: "name:start:number:field". False where the number no longer stands there."""
        name, _, rest = order.partition(":")
        start, _, rest = rest.partition(":")
        number, _, written = rest.partition(":")
        for box in self.boxes:
            if box.name == name and start.isascii() and start.isdigit() and len(start) <= _DIGITS:
                text = replaced(box.value, int(start), number, written)
                box.value = box.value if text is None else text
                return text is not None
        return False

    def look_up(self, known: FieldList) -> None:
        """Find the free numbers of what the boxes show, and print both texts of a clash."""
        self.clashes = tuple(
            ClashView(view.clash, tuple(_printed(one, known.figures) for one in view.clash.differences))
            for view in self.clashes
        )
        for box in self.boxes:
            box.loose = tuple(Loose(number, _choices(number, known)) for number in free_numbers(box.value, self.year))

    def take(self, refusal: Exception) -> None:
        """Show a refusal where it belongs. After a clash the same form, sent again, is meant to overwrite."""
        self.message = str(refusal)
        if isinstance(refusal, FaultyText):
            for slot, kind, why in refusal.faults:
                self._box(slot, kind).errors.append(why)
        if isinstance(refusal, TextClash):
            self.clashes = tuple(ClashView(clash, ()) for clash in refusal.clashes)
            for clash in refusal.clashes:
                self._find(clash.row.slot).version = clash.version

    def _row(self, row: Section | Slot, names: tuple[str, ...], count: int = 0) -> RowForm:
        slot = row.pk if isinstance(row, Slot) else None
        position = row.position if isinstance(row, Slot) else 0
        suffix = "" if slot is None else f"-{slot}"
        stored = {name: tidy(getattr(row, name), one_line=name in ONE_LINE) for name in names}
        boxes = [
            Box(name + suffix, name, LABELS[name], self._typed(name + suffix, name, stored[name])) for name in names
        ]
        moves = {Move.UP} if position > 1 else set()
        moves |= {Move.DOWN} if position < count else set()
        return RowForm(
            slot,
            item_letter(position) if position else "",
            position,
            _number(self.data, f"version{suffix}") if self.data else row.version,
            self.data.get(f"seen{suffix}", "") if self.data else _digest(stored),
            boxes,
            frozenset(moves),
        )

    def _typed(self, name: str, kind: str, stored: str) -> str:
        """What came back, tidied as it will be stored; what did not come back stays."""
        if self.data is None or name not in self.data:
            return stored
        return tidy(self.data[name], one_line=kind in ONE_LINE)

    def _lost(self, slots: set[int]) -> Iterator[str]:
        """Texts typed into items that are there no more."""
        for name, text in (self.data or {}).items():
            kind, _, slot = name.partition("-")
            if kind == "body" and slot.isdecimal() and int(slot[:_DIGITS]) not in slots and text.strip():
                yield tidy(text)

    def _find(self, slot: int | None) -> RowForm:
        return next(row for row in self.rows if row.slot == slot)

    def _box(self, slot: int | None, kind: str) -> Box:
        return next(box for box in self._find(slot).boxes if box.kind == kind)


def _digest(texts: Mapping[str, str]) -> str:
    return sha256("\0".join(texts.values()).encode()).hexdigest()[:16]


def _number(data: Mapping[str, str], name: str) -> int:
    typed = data.get(name, "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= _DIGITS else 0


def _choices(number: FreeNumber, known: FieldList) -> tuple[Choice, ...]:
    return known.printing(number.text, number.named)[:MOST_CHOICES]


def _printed(one: Difference, figures: Figures) -> tuple[str, str, str]:
    """Both texts as they would be printed; as they are written, where they differ in their fields alone."""
    stored, typed = (render(text, figures).text for text in (one.stored, one.typed))
    return (LABELS[one.field], stored, typed) if stored != typed else (LABELS[one.field], one.stored, one.typed)
