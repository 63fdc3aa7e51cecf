"""Arranging the plan's text: sections and lettered items added, moved and removed; all numbers follow."""

import re
from collections.abc import Sequence

from django.db import transaction
from django.db.models import F, Max

from courses.models import Programme, Slot
from reports.fields import load_figures
from reports.locking import hold_text
from reports.rules.outline import Move, MoveRefused, Node, Outline
from reports.writing import tidy, why_not
from trainingplan.models import Plan, Section, User
from trainingplan.rules.names import fold
from trainingplan.services.catalogue import ASIDE, Edits
from trainingplan.services.refusals import Refused

MOST_SECTIONS = 500
MOST_SLOTS = 23
"""As many as there are letters."""
_NO_KEY = re.compile(r"[^a-z0-9]+")
GONE = "Mục này vừa được người khác xóa. Tải lại trang."
SLOT_GONE = "Điểm này vừa được người khác xóa. Tải lại trang."


@transaction.atomic
def add_section(
    *,
    plan: Plan,
    actor: User,
    heading: str,
    inside: str = "",
    after: str = "",
    numbered: bool = True,
    programme: Programme | None = None,
) -> Section:
    """Add a section behind the one whose key is `after`, or last below `inside`, or last of all. Raises Refused.

    With a programme that stands nowhere in the text, its lettered items are printed in the new section.
    """
    hold_text(plan, actor)
    sections = _sections(plan)
    if len(sections) >= MOST_SECTIONS:
        raise Refused(f"Văn bản đã có {MOST_SECTIONS} mục, không thêm được nữa.")
    neighbour = _find(sections, after) if after else None
    parent_id = neighbour.parent_id if neighbour else _find(sections, inside).pk if inside else None
    tree = outline_of(sections)
    last: int = plan.sections.aggregate(last=Max("position", default=0))["last"]
    heading = _checked(plan, "heading", heading)
    section = Section(plan=plan, parent_id=parent_id, key=_new_key(sections, heading), heading=heading)
    section.position, edits = last + 1, Edits(actor)
    edits.save(section)
    try:
        tree.add(Node(section.pk, parent_id, numbered), after=neighbour.pk if neighbour else None)
    except MoveRefused as refusal:
        raise Refused(str(refusal)) from refusal
    _arrange([*sections, section], tree, edits)
    if programme:
        _place_programme(programme, section, edits)
    edits.close()
    return section


@transaction.atomic
def move_section(*, plan: Plan, key: str, move: Move, actor: User) -> Section:
    """Move a section with all below it by one place or one level. Raises Refused."""
    hold_text(plan, actor)
    sections = _sections(plan)
    section, tree, edits = _find(sections, key), outline_of(sections), Edits(actor)
    before = section.position
    try:
        tree.move(section.pk, move)
    except MoveRefused as refusal:
        raise Refused(str(refusal)) from refusal
    _arrange(sections, tree, edits)
    if section.position != before:
        edits.note(section, "position", str(before), str(section.position))
    edits.close()
    return section


@transaction.atomic
def number_section(*, plan: Plan, key: str, numbered: bool, actor: User) -> Section:
    """Give a section a number, or take it away; a section without one prints its text alone."""
    hold_text(plan, actor)
    sections = _sections(plan)
    section, tree, edits = _find(sections, key), outline_of(sections), Edits(actor)
    tree.number(section.pk, numbered=numbered)
    _arrange(sections, tree, edits)
    edits.close()
    return section


@transaction.atomic
def remove_section(*, plan: Plan, key: str, actor: User, seen: int | None = None) -> None:
    """Remove a section with all below it; programmes that stand there stay, but nowhere in the text. Raises Refused.

    `seen` is the number of sections of which somebody was told that they go.
    """
    hold_text(plan, actor)
    sections = _sections(plan)
    section, tree, edits = _find(sections, key), outline_of(sections), Edits(actor)
    gone = set(tree.subtree(section.pk))
    if seen is not None and seen != len(gone):
        raise Refused("Người khác vừa thêm hoặc xóa mục con ở đây. Xem lại rồi xóa lần nữa.")
    for programme in Programme.objects.filter(section__in=gone):
        programme.section = None
        edits.save(programme)
    tree.remove(section.pk)
    edits.delete(section, parts=(Section,))
    _arrange([row for row in sections if row.pk not in gone], tree, edits)
    edits.close()


@transaction.atomic
def add_slot(*, programme: Programme, label: str, actor: User) -> Slot:
    """Add a lettered item behind the others of a programme. Raises Refused."""
    hold_text(programme.plan, actor)
    last: int = programme.slots.aggregate(last=Max("position", default=0))["last"]
    if last >= MOST_SLOTS:
        raise Refused(f"Một mục có nhiều nhất {MOST_SLOTS} điểm, theo số chữ cái.")
    slot, edits = Slot(programme=programme, position=last + 1), Edits(actor)
    slot.label = _checked(programme.plan, "label", label)
    edits.save(slot)
    edits.close()
    return slot


@transaction.atomic
def move_slot(*, programme: Programme, pk: int, move: Move, actor: User) -> Slot:
    """Exchange a lettered item with the one before or behind it. Raises Refused."""
    hold_text(programme.plan, actor)
    slots = list(programme.slots.all())
    place = _place(slots, pk)
    other = place + (1 if move is Move.DOWN else -1)
    if move not in (Move.UP, Move.DOWN) or not 0 <= other < len(slots):
        raise Refused("Điểm này không dời thêm được về phía ấy.")
    slot = slots[place]
    slots[place], slots[other] = slots[other], slots[place]
    edits = Edits(actor)
    _letter(slots, edits)
    edits.close()
    return slot


@transaction.atomic
def remove_slot(*, programme: Programme, pk: int, actor: User, version: int | None = None) -> None:
    """Remove a lettered item, of which somebody saw `version`; those behind take the letters before. Raises Refused."""
    hold_text(programme.plan, actor)
    slots = list(programme.slots.all())
    edits, slot = Edits(actor), slots.pop(_place(slots, pk))
    if version is not None and version != slot.version:
        raise Refused("Người khác vừa sửa điểm này. Đọc lại nội dung bên dưới rồi hãy xóa.")
    edits.delete(slot)
    _letter(slots, edits)
    edits.close()


def outline_of(sections: Sequence[Section]) -> Outline:
    """The tree of the sections, which stand in the order of their positions."""
    return Outline(Node(section.pk, section.parent_id, bool(section.marker)) for section in sections)


def _checked(plan: Plan, name: str, text: str) -> str:
    """The text of one line as it is stored. Raises Refused at the field of that name."""
    tidied = tidy(text, one_line=True)
    if faults := why_not(name, tidied, load_figures(plan)):
        raise Refused(" ".join(faults), field=name)
    return tidied


def _sections(plan: Plan) -> list[Section]:
    return list(plan.sections.select_related("plan").order_by("position"))


def _find(sections: Sequence[Section], key: str) -> Section:
    for section in sections:
        if section.key == key:
            return section
    raise Refused(GONE)


def _place(slots: Sequence[Slot], pk: int) -> int:
    for place, slot in enumerate(slots):
        if slot.pk == pk:
            return place
    raise Refused(SLOT_GONE)


def _arrange(sections: Sequence[Section], tree: Outline, edits: Edits) -> None:
    """Store parents, places in reading order and markers as the tree has them.

    Parents and markers are logged; that others stand a place further on follows from what moved.
    """
    by_key, markers = {section.pk: section for section in sections}, tree.markers()
    moved, renumbered = [], {}
    for position, (key, _) in enumerate(tree.reading(), start=1):
        section, parent_id, marker = by_key[key], tree.parent(key), markers[key]
        if section.marker != marker:
            edits.note(section, "marker", section.marker, marker)
            renumbered[key] = section.marker
        if section.parent_id != parent_id:
            edits.note(section, "parent", _name(by_key, section.parent_id), _name(by_key, parent_id))
        if (section.position, section.parent_id, section.marker) != (position, parent_id, marker):
            section.position, section.parent_id, section.marker = position, parent_id, marker
            moved.append(section)
    Section.objects.filter(pk__in=[section.pk for section in moved]).update(position=F("position") + ASIDE)
    Section.objects.bulk_update(moved, ["position", "parent", "marker"])
    _renumber_programmes(by_key, renumbered, edits)


def _name(sections: dict[int, Section], key: int | None) -> str:
    return str(sections[key]) if key is not None else ""


def _renumber_programmes(sections: dict[int, Section], before: dict[int, str], edits: Edits) -> None:
    """A programme that bears the number of its section bears its new one."""
    for programme in Programme.objects.filter(section__in=before):
        assert programme.section_id is not None  # noqa: S101 - tells the type checker
        old, new = (
            marker.rstrip(".") for marker in (before[programme.section_id], sections[programme.section_id].marker)
        )
        if new and programme.code == old:
            programme.code = new
            edits.save(programme)


def _place_programme(programme: Programme, section: Section, edits: Edits) -> None:
    stored = Programme.objects.filter(plan=section.plan_id, section__isnull=True, pk=programme.pk).first()
    if stored is None:
        raise Refused("Chương trình này đã đứng ở một mục khác của văn bản.")
    stored.section = section
    stored.code = section.marker.rstrip(".") or stored.code
    edits.save(stored)


def _new_key(sections: Sequence[Section], heading: str) -> str:
    """A key from the heading that no other section has."""
    taken = {section.key for section in sections}
    stem = _NO_KEY.sub("-", fold(heading))[:60].strip("-") or "muc"
    return next(key for key in (stem, *(f"{stem}-{n}" for n in range(2, MOST_SECTIONS + 2))) if key not in taken)


def _letter(slots: Sequence[Slot], edits: Edits) -> None:
    """Give the items their places from 1; each takes its letter from its place."""
    changed = []
    for position, slot in enumerate(slots, start=1):
        if slot.position != position:
            slot.position = position
            changed.append(slot)
    edits.save_in_order(changed)
