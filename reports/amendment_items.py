"""What an amendment changes, item by item; each difference of the data is in exactly one item."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from reports.amendment_names import TEXTS, column_label, name_of
from reports.amendment_state import State, whole
from reports.rules.amendment import ORDER, Bundle, bundle
from reports.rules.compare import Added, Changed, Difference, Removed, Row, Value, compare
from reports.why_cells import number_in
from trainingplan.rules.numbers import format_count

BINDING = "cách gắn số liệu"
"""Of a text that says the same as before, its figures bound otherwise."""
MARK = "illustrative"
SILENT_FIELDS = frozenset({MARK, "held", "reserve"})
SILENT_TABLES = frozenset({"registration", "unitcap", "subquota", "suballocation"})
"""What the plan's papers do not print."""
SIGNS = "-+ "
"""What stands before the items of a text."""
CONTEXT = 6
"""Words kept on either side of what changed within a long paragraph."""
LONG = 40


class Group(StrEnum):
    """Under which heading an item stands, in the order of the paper; the value is the heading."""

    TEXT = "Nội dung văn bản"
    QUOTA = "Chỉ tiêu"
    ALLOCATION = "Phân bổ cho đơn vị"
    PEOPLE = "Danh sách cán bộ"
    BUDGET = "Kinh phí"
    NORM = "Mức chi"
    REGISTRATION = "Đăng ký nhu cầu"
    FORM = "Phụ lục và danh mục"


GROUPS: Mapping[str, Group] = {
    "section": Group.TEXT,
    "slot": Group.TEXT,
    "programme": Group.TEXT,
    "plan": Group.TEXT,
    "quota": Group.QUOTA,
    "subquota": Group.QUOTA,
    "allocation": Group.ALLOCATION,
    "suballocation": Group.ALLOCATION,
    "unitcap": Group.ALLOCATION,
    "nomination": Group.PEOPLE,
    "person": Group.PEOPLE,
    "budgetline": Group.BUDGET,
    "fundsource": Group.BUDGET,
    "normset": Group.NORM,
    "normitem": Group.NORM,
    "registration": Group.REGISTRATION,
}


class Sort(StrEnum):
    CHANGED = "Điều chỉnh"
    ADDED = "Bổ sung"
    REMOVED = "Bỏ"


@dataclass(frozen=True, slots=True)
class Detail:
    """One value of an item in words: of a line of text, a column."""

    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Item:
    """One change as the paper names it: `old` and `new` in words, `difference` where both are numbers.

    `details` are the lines of text or the columns that changed; `word` is what is counted.
    """

    key: str
    group: Group
    sort: Sort
    place: str
    subject: str
    old: str
    new: str
    difference: int | None
    word: str
    details: tuple[Detail, ...]
    appendix: int | None
    bundle: Bundle

    @property
    def printed(self) -> bool:
        """Whether the plan's papers show it: then the amendment names it."""
        if self.bundle.table in SILENT_TABLES or (self.details and all(one.label == BINDING for one in self.details)):
            return False
        followed = (part for part in self.bundle.rest if part.table == "person")
        fields = {part.field for part in (*self.bundle.main, *followed) if isinstance(part, Changed)}
        return not fields or bool(fields - SILENT_FIELDS)

    @property
    def old_value(self) -> int | None:
        return self._value(self.old)

    @property
    def new_value(self) -> int | None:
        return self._value(self.new)

    def _value(self, words: str) -> int | None:
        """The number, where the item is one."""
        return None if self.difference is None or not words else number_in(words)

    @property
    def told(self) -> str:
        """What a reason is given for: if this changes, it is a reason for something else."""
        lines = [f"{detail.label}: {detail.old} → {detail.new}" for detail in self.details]
        return "\n".join([f"{self.old} → {self.new}", *lines])


def items_of(old: State, new: State) -> tuple[Item, ...]:
    """The items by group, within a group in the order of the plan."""
    maker = _Maker(old, new)
    order = {group: place for place, group in enumerate(Group)}
    made = [maker.item(one) for one in bundle(compare(old.data, new.data))]
    return tuple(sorted(made, key=lambda item: (order[item.group], item.appendix or 0, item.place, item.subject)))


def _sort(one: Bundle) -> Sort:
    """Whether the row itself came or went; of columns and fields it is a change, whatever their rows did."""
    own = next((part for part in one.main if (part.table, part.key) == one.anchor), None)
    if isinstance(own, Added):
        return Sort.ADDED
    return Sort.REMOVED if isinstance(own, Removed) else Sort.CHANGED


class _Maker:
    """Makes items of bundles, with the names of both states."""

    def __init__(self, old: State, new: State) -> None:
        self.old, self.new = old, new

    def item(self, one: Bundle) -> Item:
        sort = _sort(one)
        named = name_of(one, self.old if sort is Sort.REMOVED else self.new)
        details = tuple(self._details(one))
        number = self._number(one)
        old, new = number or self._words(one, sort, details)
        return Item(
            key="/".join(one.anchor),
            group=GROUPS.get(one.key if one.table == ORDER else one.table, Group.FORM),
            sort=sort,
            place=named.place,
            subject=named.subject,
            old=_shown(old),
            new=_shown(new),
            difference=(whole(new) or 0) - (whole(old) or 0) if number else None,
            word=named.word if number else "",
            details=details,
            appendix=named.appendix,
            bundle=one,
        )

    def _number(self, one: Bundle) -> tuple[Value | None, Value | None] | None:
        """The number before and after, where it is one that the item is about."""
        field = NUMBERS.get(one.table)
        if field is None or (one.table == "quota" and one.anchor[2:] not in ((), ("number",))):
            return None
        key = one.key
        old, new = (whole(state.row(one.table, key).get(field)) for state in (self.old, self.new))
        return None if old == new else (old, new)

    def _words(self, one: Bundle, sort: Sort, details: Sequence[Detail]) -> tuple[str, str]:
        """Old and new of an item that is no number."""
        if one.table in ("nomination", "person") and sort is not Sort.CHANGED:
            listed = " – ".join(filter(None, ("có trong danh sách", _lines(details, "old") or _lines(details, "new"))))
            return (listed, "bỏ khỏi danh sách") if sort is Sort.REMOVED else ("", listed)
        if len(details) == 1:
            return details[0].old, details[0].new
        if details:
            return _lines(details, "old"), _lines(details, "new")
        word = name_of(one, self.old if sort is Sort.REMOVED else self.new).subject
        if one.table == ORDER:
            return "", word
        return ("" if sort is Sort.ADDED else word), ("" if sort is Sort.REMOVED else word)

    def _details(self, one: Bundle) -> Iterator[Detail]:
        if one.table == ORDER:
            yield from self._moved(one)
            return
        for part in self._telling(one):
            if part.table in TEXTS:
                yield from self._text(part)
            elif part.table == "estimateline":
                yield from self._cost(part)
            elif isinstance(part, Changed):
                yield from self._column(part, named=len(one.anchor) > 2)  # noqa: PLR2004 - table, key, field
            elif part.table == "budgetshare":
                yield self._share(part)
            elif part.table in DESCRIBED:
                yield from self._row(part, part.row)

    def _moved(self, one: Bundle) -> Iterator[Detail]:
        """The parts of the text that are called otherwise than before: "mục IV.4", now "mục IV.3"."""
        name = TEXTS[one.key][0] if one.key in TEXTS else ""
        for key in dict.fromkeys(part.key for part in one.main) if name else ():
            old, new = (state.text_place(one.key, key) for state in (self.old, self.new))
            if old != new:
                yield Detail(f"«{self.new.text(one.key, key, name).rstrip(':')}»", old, new)

    def _telling(self, one: Bundle) -> Sequence[Difference]:
        """What is to be said besides the number: not what follows from it, nor, beside others, the mark of examples."""
        counted = NUMBERS.get(one.table) if self._number(one) else None
        sole, came_or_went = self._sole_source(one), _sort(one) is not Sort.CHANGED
        told = [
            part
            for part in (
                *one.main,
                *(rest for rest in one.rest if isinstance(rest, Changed) and rest.table == "person"),
            )
            if not (isinstance(part, Changed) and part.table == one.table and part.field == counted)
            and not (part.table == "budgetshare" and sole)
            and not (part.table == "estimateline" and came_or_went)
        ]
        real = [part for part in told if not (isinstance(part, Changed) and part.field == MARK)]
        return real if real or counted else told

    def _sole_source(self, one: Bundle) -> bool:
        """Whether one and the same source pays a whole line, before and after."""
        found = [
            {row.get("source") for row in state.data.get("budgetshare", {}).values() if row.get("line") == one.key}
            for state in (self.old, self.new)
        ]
        return one.table == "budgetline" and len(found[0] | found[1]) <= 1

    def _text(self, part: Difference) -> Iterator[Detail]:
        """The paragraphs that changed, as they are printed."""
        if isinstance(part, Changed):
            if part.field in TEXTS[part.table]:
                old, new = (str(value or "").splitlines() for value in (part.old, part.new))
                yield from self._paragraphs(old, new)
            else:
                yield from self._column(part, named=True)
            return
        lines = [line for name in TEXTS[part.table] for line in str(part.row.get(name, "")).splitlines() if line]
        state = self.old if isinstance(part, Removed) else self.new
        whole_text = " ".join(map(state.printed, lines))
        yield Detail("", whole_text, "") if isinstance(part, Removed) else Detail("", "", whole_text)

    def _paragraphs(self, old: Sequence[str], new: Sequence[str]) -> Iterator[Detail]:
        for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if what == "equal":
                continue
            before, after = old[a:b], new[c:d]
            for place in range(max(len(before), len(after))):
                raw = [lines[place] if place < len(lines) else "" for lines in (before, after)]
                one, two = self.old.printed(raw[0]), self.new.printed(raw[1])
                one, two = one.lstrip(SIGNS), two.lstrip(SIGNS)
                yield Detail("", *narrowed(one, two)) if one != two else Detail(BINDING, *narrowed(*raw))

    def _column(self, part: Changed, *, named: bool = False) -> Iterator[Detail]:
        """A column with its label, unless the item is named by it."""
        old = self.old.shown(part.table, part.field, part.old)
        new = self.new.shown(part.table, part.field, part.new)
        label = "" if named else column_label(part.table, part.field)
        if part.table == "budgetshare":
            label = f"nguồn {self.new.text('fundsource', part.key.rpartition('/')[2], 'name')}"
        yield Detail(label, *narrowed(*("; ".join(text.splitlines()) for text in (old, new))))

    def _share(self, part: Added | Removed) -> Detail:
        state = self.old if isinstance(part, Removed) else self.new
        source, paid = state.shown("budgetshare", "source", part.row.get("source")), _shown(part.row.get("amount"))
        return Detail(f"nguồn {source}", *((paid, "") if isinstance(part, Removed) else ("", paid)))

    def _cost(self, part: Difference) -> Iterator[Detail]:
        """A cost of a class: as a whole where it came or went, else what its amount follows from."""
        state = self.old if isinstance(part, Removed) else self.new
        content = state.text("estimateline", part.key, "content")
        if isinstance(part, Changed):
            if part.field not in FOLLOWING:
                old, new = (shown.shown(part.table, part.field, value) for shown, value in self._sides(part))
                yield Detail(f"khoản «{content}», {column_label(part.table, part.field)}", old, new)
            return
        paid = _shown(part.row.get("amount"))
        yield Detail(f"khoản «{content}»", *((paid, "") if isinstance(part, Removed) else ("", paid)))

    def _sides(self, part: Changed) -> tuple[tuple[State, Value | None], ...]:
        return (self.old, part.old), (self.new, part.new)

    def _row(self, part: Added | Removed, row: Row) -> Iterator[Detail]:
        """The columns of a row that came or went which people read."""
        state = self.old if isinstance(part, Removed) else self.new
        for name in DESCRIBED[part.table]:
            if row.get(name) and (value := state.shown(part.table, name, row.get(name))):
                label = "" if name in OWN_NAMES else column_label(part.table, name)
                yield Detail(label, *((value, "") if isinstance(part, Removed) else ("", value)))


FOLLOWING = frozenset({"amount", "of_amount", "position"})
"""Of a cost what its level and factors make."""
NUMBERS = {"allocation": "number", "registration": "number", "quota": "number", "budgetline": "amount"} | {
    "normitem": "level"
}
DESCRIBED = {
    "nomination": ("reserve", "class_name", "degree", "field_of_study"),
    "quota_institutions": ("institution",),
    "appendixcolumn": ("head",),
}
OWN_NAMES = frozenset({"institution", "head"})
"""Fields that are the name of what came or went, and need no label."""


def _shown(value: Value | None) -> str:
    return format_count(value) if isinstance(value, int) and not isinstance(value, bool) else str(value or "")


def _lines(details: Sequence[Detail], side: str) -> str:
    found = [(detail.label, getattr(detail, side)) for detail in details if getattr(detail, side)]
    return "; ".join(f"{label}: {value}" if label else value for label, value in found)


def narrowed(old: str, new: str) -> tuple[str, str]:
    """Both texts; of long ones the words that differ, with some around them."""
    one, two = old.split(), new.split()
    if not (one and two) or max(len(one), len(two)) <= LONG:
        return old, new
    same = next((n for n, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    back = zip(reversed(one[same:]), reversed(two[same:]), strict=False)
    tail = next((n for n, (a, b) in enumerate(back) if a != b), min(len(one), len(two)) - same)
    start = max(same - CONTEXT, 0)
    return _cut(one, start, tail), _cut(two, start, tail)


def _cut(words: Sequence[str], start: int, tail: int) -> str:
    end = len(words) - max(tail - CONTEXT, 0)
    before, after = "… " if start else "", " …" if end < len(words) else ""
    return f"{before}{' '.join(words[start:end])}{after}"
