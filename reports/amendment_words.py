"""An amendment's items in the words of the official paper, each a sentence of its own."""

from collections.abc import Iterator

from reports.amendment_items import Detail, Group, Item, Sort
from reports.amendment_names import TEXTS
from reports.rules.amendment import ORDER
from trainingplan.rules.numbers import format_money, format_prose_count


def sentence(item: Item) -> str:
    """What is amended, without its number: "Điều chỉnh mục II.1.1.1, điểm b: «…» thành «…»."."""
    if item.difference is not None:
        return _counted(item)
    if item.group is Group.PEOPLE:
        return _person(item)
    if item.bundle.table == ORDER:
        return _ordered(item)
    return _worded(item)


def _ordered(item: Item) -> str:
    if item.details:
        return f"Sắp xếp lại {_lower(item.place)}:"
    return f"{item.subject[:1].upper()}{item.subject[1:]} trong {_lower(item.place)}."


def _worded(item: Item) -> str:
    place = f"{_lower(item.place)}{_subject(item)}"
    if item.sort is not Sort.CHANGED and item.subject in (item.old, item.new):
        return _came_or_went(item)
    if item.sort is Sort.ADDED:
        return f"Bổ sung {place}: «{item.new}»."
    if item.sort is Sort.REMOVED:
        return f"Bỏ {place}: «{item.old}»."
    if len(item.details) == 1:
        return _text(item.details[0], place)
    return f"Điều chỉnh {place}:"


def _came_or_went(item: Item) -> str:
    """What came or went as a whole, named once: into an appendix, or an appendix itself."""
    into, out_of = ("vào ", "khỏi ") if item.appendix and item.bundle.table != "appendix" else ("", "")
    start = f"Bổ sung {into}" if item.sort is Sort.ADDED else f"Bỏ {out_of}"
    return f"{start}{_lower(item.place)}: {item.subject}."


def lines(item: Item) -> Iterator[str]:
    """What stands below the sentence, one change a line."""
    if item.bundle.table == ORDER:
        yield from (f"{detail.label}: {detail.old} thành {detail.new}." for detail in item.details)
        return
    several = item.difference is None and item.sort is Sort.CHANGED and len(item.details) > 1
    if several or (item.difference is not None and item.details):
        for detail in item.details:
            yield _line(detail)


def _counted(item: Item) -> str:
    place = f"{_lower(item.place)}, {item.subject.replace(': ', ', ')}"
    if item.sort is Sort.ADDED:
        return f"Bổ sung vào {place}: {_number(item.new, item)}."
    if item.sort is Sort.REMOVED:
        return f"Bỏ khỏi {place}: {_number(item.old, item)}."
    change = item.difference or 0
    words = f"{'tăng' if change > 0 else 'giảm'} {_number(str(abs(change)), item)}"
    return f"Điều chỉnh {place}: từ {_number(item.old, item)} thành {_number(item.new, item)} ({words})."


def _number(text: str, item: Item) -> str:
    number = int(text.replace(".", "") or 0)
    counted = format_money(number) if item.word in ("đồng", "%") else format_prose_count(number)
    return f"{counted} {item.word}".strip()


def _person(item: Item) -> str:
    place = _lower(item.place)
    if item.sort is Sort.ADDED:
        return f"Bổ sung vào {place}: đồng chí {item.subject}{_also(item.new)}."
    if item.sort is Sort.REMOVED:
        return f"Bỏ khỏi {place}: đồng chí {item.subject}."
    start = f"Điều chỉnh {place}, đồng chí {item.subject}"
    return f"{start}: {_line(item.details[0])}" if len(item.details) == 1 else f"{start}:"


def _also(listed: str) -> str:
    _, dash, more = listed.partition(" – ")
    return f" – {more}" if dash else ""


def _text(detail: Detail, place: str) -> str:
    label = f"{detail.label} " if detail.label else ""
    if not detail.old:
        return f"Bổ sung vào {place}: {label}«{detail.new}»."
    if not detail.new:
        return f"Bỏ tại {place}: {label}«{detail.old}»."
    return f"Điều chỉnh {place}: {_line(detail)}"


def _line(detail: Detail) -> str:
    label = f"{detail.label} " if detail.label else ""
    if not detail.old:
        return f"bổ sung {label}«{detail.new}»."
    if not detail.new:
        return f"bỏ {label}«{detail.old}»."
    if detail.old == detail.new:  # both are masked
        return f"{label}(không nêu trong văn bản này)."
    return f"{label}«{detail.old}» thành «{detail.new}»."


def _subject(item: Item) -> str:
    """Of a text its place says enough; of other things their name follows."""
    return "" if item.bundle.table in TEXTS else f", {item.subject}"


def _lower(place: str) -> str:
    return place[:1].lower() + place[1:]
