"""The plan's text as the editor shows it: the tree of sections, and one section with all that is written in it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from courses.models import Programme, Slot
from reports.fields import Fault, Field, Kind, parse
from reports.free_numbers import FreeNumber, free_numbers
from reports.rules.outline import Move, Node, Outline
from trainingplan.models import Plan, Section
from trainingplan.rules.letters import item_letter

SECTION_TEXTS = ("heading", "body", "closing")
SLOT_TEXTS = ("label", "body")
PREAMBLE = "Phần mở đầu"


@dataclass(frozen=True, slots=True)
class Line:
    """A section in the tree; `free` counts the numbers in it that nothing binds."""

    key: str
    marker: str
    title: str
    depth: int
    free: int


@dataclass(frozen=True, slots=True)
class Loss:
    """What goes when a section goes."""

    sections: int
    titles: tuple[str, ...]
    programmes: tuple[str, ...]
    slots: int

    @property
    def below(self) -> int:
        return self.sections - 1


@dataclass(frozen=True)
class PlanOutline:
    """The whole text of a plan, read once for a page."""

    plan: Plan
    sections: tuple[Section, ...]
    programmes: tuple[Programme, ...]

    @cached_property
    def tree(self) -> Outline:
        return Outline(Node(section.pk, section.parent_id, bool(section.marker)) for section in self.sections)

    @cached_property
    def by_key(self) -> dict[str, Section]:
        return {section.key: section for section in self.sections}

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        by_pk = {section.pk: section for section in self.sections}
        return tuple(self._line(by_pk[pk], depth) for pk, depth in self.tree.reading())

    @property
    def free(self) -> int:
        return sum(line.free for line in self.lines)

    @property
    def homeless(self) -> tuple[Programme, ...]:
        """Programmes that stand nowhere in the text."""
        return tuple(programme for programme in self.programmes if programme.section_id is None)

    def texts(self) -> Iterator[str]:
        for section in self.sections:
            yield from self.texts_at(section)

    def texts_at(self, section: Section) -> Iterator[str]:
        """All that is written at a section, its lettered items with it."""
        yield from (getattr(section, name) for name in SECTION_TEXTS)
        for slot in self.slots_of(section):
            yield from (getattr(slot, name) for name in SLOT_TEXTS)

    def programme_of(self, section: Section) -> Programme | None:
        return self._programmes.get(section.pk)

    def slots_of(self, section: Section) -> tuple[Slot, ...]:
        programme = self.programme_of(section)
        return tuple(programme.slots.all()) if programme else ()

    def moves(self, section: Section) -> frozenset[Move]:
        return self.tree.moves(section.pk)

    def beside(self, section: Section) -> tuple[Line | None, Line | None]:
        """The sections before and behind it in reading order."""
        keys = [line.key for line in self.lines]
        place = keys.index(section.key)
        before = self.lines[place - 1] if place else None
        return before, self.lines[place + 1] if place + 1 < len(keys) else None

    def loss(self, section: Section) -> Loss:
        gone = set(self.tree.subtree(section.pk))
        rows = [row for row in self.sections if row.pk in gone]
        programmes = [programme for row in rows if (programme := self.programme_of(row))]
        return Loss(
            sections=len(rows),
            titles=tuple(title_of(row) for row in rows if row.pk != section.pk),
            programmes=tuple(programme.short_name for programme in programmes),
            slots=sum(len(self.slots_of(row)) for row in rows),
        )

    @cached_property
    def _programmes(self) -> dict[int, Programme]:
        return {programme.section_id: programme for programme in self.programmes if programme.section_id is not None}

    def _line(self, section: Section, depth: int) -> Line:
        free = sum(1 for text in self.texts_at(section) for _ in free_numbers(text, self.plan.year))
        return Line(section.key, section.marker, _heading(section), depth, free)


def plan_outline(plan: Plan) -> PlanOutline:
    """Three queries, whatever the length of the text."""
    programmes = Programme.objects.filter(plan=plan).order_by("position").prefetch_related("slots")
    return PlanOutline(plan, tuple(plan.sections.order_by("position")), tuple(programmes))


def title_of(section: Section) -> str:
    """The section as messages name it: "1.1. Về đào tạo"."""
    return f"{section.marker} {_heading(section)}".strip()


_SHORT = 90


def _heading(section: Section) -> str:
    """The heading, or the first words of a section that has none."""
    heading = section.heading or (section.body.splitlines()[0] if section.marker and section.body else "")
    if not heading:
        return "(chưa có tiêu đề)" if section.marker or not section.body else PREAMBLE
    plain = "".join(map(_said, parse(heading.replace("*", ""))))
    return plain if len(plain) <= _SHORT else f"{plain[:_SHORT].rsplit(' ', 1)[0]}…"


def _said(token: str | Field | Fault) -> str:
    """A piece of a title; figures are not read for it."""
    if isinstance(token, str):
        return token
    return token.argument if isinstance(token, Field) and token.kind is Kind.FIXED else "…"


def slot_name(slot: Slot) -> str:
    return f"{item_letter(slot.position)}) {slot.label}".strip()


def free_numbers_by_text(row: Section | Slot, names: Sequence[str], year: int) -> dict[str, list[FreeNumber]]:
    """The free numbers of a row's texts, by the name of the text."""
    found: dict[str, list[FreeNumber]] = defaultdict(list)
    for name in names:
        found[name] += free_numbers(getattr(row, name), year)
    return found
