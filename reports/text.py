"""The plan's text, assembled from its data: heading, sections, lettered slots, recipients, signature."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from courses.models import Programme
from reports.document import Run
from reports.fields import Fault, Figures, Piece, load_figures, render
from trainingplan.models import Plan, Section
from trainingplan.rules.letters import item_letter

_ITEM_SIGNS = "-+"
_ITEM = re.compile(rf"([{_ITEM_SIGNS}]) +")
_EMPHASIS = re.compile(r"\*\*(.+?)\*\*|\*(.+?)\*")
_RECIPIENTS = "Nơi nhận:"


class Style(StrEnum):
    """What a paragraph is; how that looks is the renderers' matter."""

    TITLE = "title"
    SUBJECT = "subject"
    PART = "part"
    HEADING = "heading"
    SLOT = "slot"
    BODY = "body"
    ITEM = "item"
    RECIPIENTS = "recipients"
    RECIPIENT = "recipient"
    AUTHORITY = "authority"
    SIGNER = "signer"


@dataclass(frozen=True, slots=True)
class TextParagraph:
    """One printed paragraph: `marker` ("II.", "1.1.", "đ)", "-") before its runs; `where` says where it stands.

    `section` is the key of its section, `slot` the position of its lettered item, if it stands in one.
    `programme` is the key of the programme of whose slots it is a part, or that stands at its section.
    `pieces` are the paragraph's text with the fields that gave it, each inside one run; the first `lead` runs are
    the heading or label that the others continue.
    """

    style: Style
    runs: tuple[Run, ...]
    marker: str = ""
    level: int = 0
    where: str = ""
    section: str = ""
    slot: int = 0
    programme: str = ""
    pieces: tuple[Piece, ...] = ()
    faults: tuple[Fault, ...] = ()
    lead: int = 0

    @property
    def text(self) -> str:
        """Without the marker."""
        return "".join(run.text for run in self.runs)

    @property
    def plain(self) -> str:
        return f"{self.marker} {self.text}".strip()


@dataclass(frozen=True, slots=True)
class PlanText:
    """The whole text in reading order; the recipients stand before the signature, as in the issued plan."""

    paragraphs: tuple[TextParagraph, ...]

    @property
    def plain(self) -> str:
        """One paragraph a line."""
        return "\n".join(paragraph.plain for paragraph in self.paragraphs) + "\n"


def plan_text(plan: Plan, figures: Figures | None = None) -> PlanText:
    """Assemble the text; the figures and three queries, whatever its length."""
    known = figures or load_figures(plan)
    return PlanText((*_head(plan), *_Body(plan, known).paragraphs(), *_foot(plan)))


def _head(plan: Plan) -> Iterator[TextParagraph]:
    yield _plain(Style.TITLE, plan.title)
    yield _plain(Style.SUBJECT, plan.subject, where="Trích yếu")


def _foot(plan: Plan) -> Iterator[TextParagraph]:
    recipients = [line.strip() for line in plan.recipients.splitlines() if line.strip()]
    if recipients:
        yield _plain(Style.RECIPIENTS, _RECIPIENTS)
    for place, recipient in enumerate(recipients, 1):
        end = "." if place == len(recipients) else ","
        yield _plain(Style.RECIPIENT, f"{recipient}{end}", marker="-", where=_RECIPIENTS.rstrip(":"))
    for style, text in (
        (Style.AUTHORITY, plan.signing_authority),
        (Style.AUTHORITY, plan.signer_title),
        (Style.SIGNER, plan.signer_name),
    ):
        if text:
            yield _plain(style, text)


def _plain(style: Style, text: str, *, marker: str = "", where: str = "") -> TextParagraph:
    return TextParagraph(style, (Run(text),), marker=marker, where=where, pieces=(Piece(text),))


class _Body:
    """The sections in preorder, each with its programme's slots and its closing after its children."""

    def __init__(self, plan: Plan, figures: Figures) -> None:
        self.figures = figures
        self.children: dict[int | None, list[Section]] = defaultdict(list)
        for section in plan.sections.order_by("position"):
            self.children[section.parent_id].append(section)
        programmes = Programme.objects.filter(plan=plan, section__isnull=False).prefetch_related("slots")
        self.programmes = {programme.section_id: programme for programme in programmes}

    def paragraphs(self) -> Iterator[TextParagraph]:
        for section in self.children.get(None, []):
            yield from self._section(section, 0, "")

    def _section(self, section: Section, depth: int, root: str) -> Iterator[TextParagraph]:
        path = f"{root}{section.marker}".rstrip(".")
        programme = self.programmes.get(section.pk)
        place = _Place(f"Mục {path}" if path else "Phần căn cứ", depth, programme.key if programme else "", section.key)
        yield from self._heading_and_body(section, place)
        if programme:
            yield from self._slots(programme, place)
        for child in self.children.get(section.pk, []):
            yield from self._section(child, depth + 1, root or section.marker)
        yield from self._lines(section.closing.splitlines(), replace(place, where=f"{place.where}, đoạn kết"))

    def _heading_and_body(self, section: Section, place: "_Place") -> Iterator[TextParagraph]:
        """A heading that ends in a colon, or is empty behind its marker, shares its paragraph with the first line."""
        lines = section.body.splitlines()
        if section.marker or section.heading:
            style = Style.BODY if not section.heading else Style.HEADING if place.level else Style.PART
            first = _first_line(lines) if section.heading.endswith(":") or not section.heading else ""
            yield self._paragraph(style, section.marker, section.heading, first, place)
        yield from self._lines(lines, place)

    def _slots(self, programme: Programme, above: "_Place") -> Iterator[TextParagraph]:
        for slot in programme.slots.all():
            letter = item_letter(slot.position)
            place = replace(above, where=f"{above.where}, điểm {letter}", level=above.level + 1, slot=slot.position)
            lines = slot.body.splitlines()
            first = _first_line(lines)
            yield self._paragraph(Style.SLOT, f"{letter})", slot.label, first, place)
            yield from self._lines(lines, place)

    def _lines(self, lines: Iterable[str], place: "_Place") -> Iterator[TextParagraph]:
        for line in lines:
            if item := _ITEM.match(line):
                below = replace(place, level=place.level + 1 + _ITEM_SIGNS.index(item[1]))
                yield self._paragraph(Style.ITEM, item[1], "", line[item.end() :], below)
            elif line.strip():
                yield self._paragraph(Style.BODY, "", "", line, place)

    def _paragraph(self, style: Style, marker: str, lead: str, rest: str, place: "_Place") -> TextParagraph:
        """A paragraph from a lead and the text that continues it; a lead that is continued stands in italics."""
        space = " " if lead and rest else ""
        italic_lead = style is Style.SLOT or bool(space)
        before, after = (
            [(render(run.text, self.figures), run) for run in stretches if run.text]
            for stretches in (_stretches(lead + space, italic=italic_lead), _stretches(rest))
        )
        printed = [*before, *after]
        return TextParagraph(
            style,
            tuple(Run(filled.text, bold=run.bold, italic=run.italic) for filled, run in printed),
            marker=marker,
            level=place.level,
            where=place.where,
            section=place.section,
            slot=place.slot,
            programme=place.programme,
            pieces=tuple(piece for filled, _ in printed for piece in filled.pieces),
            faults=tuple(fault for filled, _ in printed for fault in filled.faults),
            lead=len(before),
        )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the text a paragraph stands."""

    where: str
    level: int
    programme: str
    section: str
    slot: int = 0


def _first_line(lines: list[str]) -> str:
    """Take the line that continues a heading or label; an item begins a paragraph of its own."""
    return "" if not lines or _ITEM.match(lines[0]) else lines.pop(0)


def text_faults(text: str, figures: Figures) -> Iterator[tuple[int, Fault]]:
    """What of a text could not be printed, with its line from 1: for those who check a text before it is stored."""
    for number, line in enumerate(text.splitlines(), 1):
        for stretch in _stretches(line):
            yield from ((number, fault) for fault in render(stretch.text, figures).faults)


def _stretches(text: str, *, italic: bool = False) -> Iterator[Run]:
    """Split a text, its fields not yet filled in, by its emphasis: `*italics*`, `**bold**`."""
    start = 0
    for found in _EMPHASIS.finditer(text):
        yield Run(text[start : found.start()], italic=italic)
        yield Run(found[1] or found[2], bold=bool(found[1]), italic=italic or not found[1])
        start = found.end()
    yield Run(text[start:], italic=italic)
