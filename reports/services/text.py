"""Writing the plan's text: several texts in one save, none over somebody else's unseen, none that cannot be printed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from courses.models import Slot
from reports.fields import Figures, load_figures
from reports.locking import hold_text
from reports.services.outline import GONE, SLOT_GONE
from reports.writing import ONE_LINE, tidy, why_not
from trainingplan.models import Change, Plan, Section, User
from trainingplan.rules.letters import item_letter
from trainingplan.services.catalogue import Edits
from trainingplan.services.refusals import Difference, Refused

Texts = Mapping[str, str]
"""The texts of a row by name: `heading`, `body` and `closing` of a section, `label` and `body` of a lettered item."""


@dataclass(frozen=True, slots=True)
class Writing:
    """What somebody wrote of one row, having seen its `version`."""

    version: int
    texts: Texts


@dataclass(frozen=True, slots=True)
class Written:
    """A row as the log names it: None stands for the section, else the key of the lettered item."""

    slot: int | None
    name: str


@dataclass(frozen=True, slots=True)
class Clash:
    """A row that somebody else wrote since it was read: who, when, and where both texts differ."""

    row: Written
    version: int
    who: str
    at: datetime | None
    differences: tuple[Difference, ...]


class TextClash(Refused):
    """Somebody else was faster; nothing was written."""

    def __init__(self, clashes: Sequence[Clash]) -> None:
        names = ", ".join(clash.row.name for clash in clashes)
        super().__init__(f"Người khác vừa sửa {names}. Chưa lưu: xem hai bản bên dưới.")
        self.clashes = tuple(clashes)


class FaultyText(Refused):
    """Texts that could not be printed; each with its row, the name of the text, and the reason with its line."""

    def __init__(self, faults: Sequence[tuple[int | None, str, str]]) -> None:
        super().__init__("Chưa lưu: văn bản có chỗ không in được. Sửa chỗ có dấu ⚠ bên dưới.")
        self.faults = tuple(faults)


@transaction.atomic
def save_texts(
    *, plan: Plan, key: str, section: Writing | None, slots: Mapping[int, Writing], actor: User
) -> tuple[str, ...]:
    """Store what was written of a section and of its lettered items; the names of the rows that changed.

    Raises FaultyText, TextClash, or Refused; then nothing is written.
    """
    hold_text(plan, actor)
    rows = _rows(plan, key, section, slots)
    changed = [(row, writing) for row, writing in rows if _texts(row, writing) != writing.texts]
    if faults := list(_faults(changed, load_figures(plan))):
        raise FaultyText(faults)
    if clashes := [_clash(row, writing) for row, writing in changed if row.version != writing.version]:
        raise TextClash(clashes)
    edits = Edits(actor)
    for row, writing in changed:
        stored = _texts(row, writing)
        for name, text in writing.texts.items():
            if text != stored[name]:
                setattr(row, name, text)
        row.version += 1
        edits.save(row)
    edits.close()
    return tuple(_written(row).name for row, _ in changed)


def _rows(
    plan: Plan, key: str, section: Writing | None, slots: Mapping[int, Writing]
) -> list[tuple[Section | Slot, Writing]]:
    """The stored rows, each with what was written of it in tidy form; held against the back office, too."""
    sections = Section.objects.filter(plan=plan, key=key).select_related("plan")
    stored = sections.select_for_update(of=("self",), no_key=True).first()
    if stored is None:
        raise Refused(GONE)
    found = Slot.objects.filter(programme__section=stored, pk__in=slots).select_related("programme__plan")
    items = {slot.pk: slot for slot in found.order_by("pk").select_for_update(of=("self",), no_key=True)}
    if len(items) != len(slots):
        raise Refused(SLOT_GONE)
    rows: list[tuple[Section | Slot, Writing]] = [(stored, section)] if section else []
    rows += [(items[pk], writing) for pk, writing in slots.items()]
    return [(row, Writing(writing.version, _tidied(writing.texts))) for row, writing in rows]


def _tidied(texts: Texts) -> Texts:
    return {name: tidy(text, one_line=name in ONE_LINE) for name, text in texts.items()}


def _texts(row: Section | Slot, writing: Writing) -> Texts:
    """What is stored of the texts that were written."""
    return _tidied({name: getattr(row, name) for name in writing.texts})


def _faults(rows: Sequence[tuple[Section | Slot, Writing]], figures: Figures) -> list[tuple[int | None, str, str]]:
    return [
        (_written(row).slot, name, why)
        for row, writing in rows
        for name, text in writing.texts.items()
        for why in why_not(name, text, figures)
    ]


def _written(row: Section | Slot) -> Written:
    if isinstance(row, Slot):
        return Written(row.pk, f"điểm {item_letter(row.position)})")
    return Written(None, f"mục {row.marker}".rstrip(". ") if row.marker else "phần không đánh số")


def _clash(row: Section | Slot, writing: Writing) -> Clash:
    stored = _texts(row, writing)
    differences = tuple(
        Difference(name, stored[name], text) for name, text in writing.texts.items() if stored[name] != text
    )
    table = str(row._meta.model_name)
    writings = Change.objects.filter(table=table, row=str(row.pk), field__in=list(writing.texts))
    last = writings.order_by("-pk").first()
    who, at = (last.actor_name, last.at) if last else ("Người khác", None)
    return Clash(_written(row), row.version, who, at, differences)
