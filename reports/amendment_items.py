"""What an amendment changes, item by item; each difference of the data is in exactly one item."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from reports.amendment_state import State, whole
from reports.rules.amendment import ORDER, Bundle, bundle
from reports.rules.compare import Added, Changed, Difference, Removed, Row, Value, compare
from reports.trail import field_label, table_label
from reports.why_cells import number_in
from trainingplan.rules.numbers import format_count

TEXTS = {"section": ("heading", "body", "closing"), "slot": ("label", "body")}
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
        fields = {part.field for part in self.bundle.main if isinstance(part, Changed)}
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


@dataclass(frozen=True, slots=True)
class _Named:
    """Where an item stands, what it is of, and what it counts."""

    place: str
    subject: str
    appendix: int | None = None
    word: str = ""


class _Maker:
    """Makes items of bundles, with the names of both states."""

    def __init__(self, old: State, new: State) -> None:
        self.old, self.new = old, new

    def item(self, one: Bundle) -> Item:
        first = one.main[0]
        sort = Sort.ADDED if isinstance(first, Added) else Sort.REMOVED if isinstance(first, Removed) else Sort.CHANGED
        named = self._named(one, self.old if sort is Sort.REMOVED else self.new)
        details = tuple(self._details(one))
        number = self._number(one)
        old, new = number or self._words(one, sort, details)
        return Item(
            key="/".join(one.anchor),
            group=GROUPS.get(one.table, Group.FORM),
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

    def _named(self, one: Bundle, state: State) -> _Named:
        if one.table in TEXTS:
            return self._place(one, state)
        if one.table in ("nomination", "person"):
            return self._person(one, state)
        if one.table in ("allocation", "registration"):
            return self._cell(one, state)
        if one.table in MONEY:
            return self._money(one, state)
        return self._quota(one, state) if one.table == "quota" else self._other(one, state)

    @staticmethod
    def _place(one: Bundle, state: State) -> _Named:
        if one.table == "section":
            return _Named(state.section_place(one.key), _excerpt(state.text("section", one.key, "heading")))
        return _Named(state.slot_place(one.key), state.text("slot", one.key, "label").rstrip(":"))

    @staticmethod
    def _cell(one: Bundle, state: State) -> _Named:
        quota, _, unit = one.key.rpartition("/")
        appendix = state.appendix_of_quota(quota) if one.table == "allocation" else None
        place = f"Phụ lục {appendix}" if appendix else table_label(one.table).capitalize()
        word = state.text("quota", quota, "counting_word") or "người"
        return _Named(place, f"{state.unit(unit)}: {state.quota(quota)}", appendix, word)

    @staticmethod
    def _person(one: Bundle, state: State) -> _Named:
        if one.table == "person":
            return _Named(
                "Danh sách cử đi", f"{state.person(one.key)} ({state.unit(state.text('person', one.key, 'unit'))})"
            )
        quota, _, person = one.key.rpartition("/")
        appendix = state.appendix_of_quota(quota)
        unit = state.unit(state.text("nomination", one.key, "unit"))
        place = f"Phụ lục {appendix}" if appendix else f"Danh sách «{state.quota(quota)}»"
        return _Named(place, f"{state.person(person)} ({unit})", appendix)

    @staticmethod
    def _money(one: Bundle, state: State) -> _Named:
        name = MONEY[one.table]
        appendix = state.budget_appendix
        place = f"Phụ lục {appendix}" if appendix else "Kinh phí"
        word = "%" if state.text(one.table, one.key, "kind") == "percent" else "đồng"
        return _Named(place, state.text(one.table, one.key, name) or one.key, appendix, word)

    @staticmethod
    def _quota(one: Bundle, state: State) -> _Named:
        programme = state.text("quota", one.key, "programme")
        section = state.text("programme", programme, "section")
        place = state.section_place(section) if section else state.programme(programme)
        field = one.anchor[2] if len(one.anchor) > 2 else ""  # noqa: PLR2004 - table, key, field
        what = "" if field in ("", "number") else f", {_label('quota', field)}"
        word = state.text("quota", one.key, "counting_word") or "người"
        return _Named(place, f"{state.quota(one.key)}{what}", state.appendix_of_quota(one.key), word)

    def _other(self, one: Bundle, state: State) -> _Named:
        if one.table == ORDER:
            return _Named(table_label(one.key).capitalize(), f"sắp xếp lại {format_count(len(one.main))} chỗ")
        place = table_label(one.table).capitalize()
        field = one.anchor[2] if len(one.anchor) > 2 else ""  # noqa: PLR2004
        names = [state.shown(one.table, name, value) for name, value in state.row(one.table, one.key).items()]
        own = next((state.text(one.table, one.key, n) for n in NAMING if state.text(one.table, one.key, n)), "")
        appendix = int(one.key) if one.table in ("appendix", "appendixcolumn") and one.key.isdigit() else None
        subject = own or (f"Phụ lục {appendix}" if appendix else next(iter(names), one.key))
        return _Named(place, f"{subject}, {_label(one.table, field)}" if field else subject, appendix)

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
        word = self._named(one, self.old if sort is Sort.REMOVED else self.new).subject
        return ("" if sort is Sort.ADDED else word), ("" if sort is Sort.REMOVED else word)

    def _details(self, one: Bundle) -> Iterator[Detail]:
        for part in self._telling(one):
            if part.table in TEXTS:
                yield from self._text(part)
            elif part.table == "estimateline":
                yield from self._cost(part)
            elif isinstance(part, Changed):
                yield from self._column(part)
            elif part.table == "budgetshare":
                yield self._share(part)
            elif part.table in DESCRIBED:
                yield from self._row(part, part.row)

    def _telling(self, one: Bundle) -> Sequence[Difference]:
        """What is to be said besides the number: not what follows from it, nor, beside others, the mark of examples."""
        counted = NUMBERS.get(one.table) if self._number(one) else None
        sole = self._sole_source(one)
        told = [
            part
            for part in (
                *one.main,
                *(rest for rest in one.rest if isinstance(rest, Changed) and rest.table == "person"),
            )
            if not (isinstance(part, Changed) and part.table == one.table and part.field == counted)
            and not (part.table == "budgetshare" and sole)
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
                yield from self._column(part)
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

    def _column(self, part: Changed) -> Iterator[Detail]:
        old = self.old.shown(part.table, part.field, part.old)
        new = self.new.shown(part.table, part.field, part.new)
        label = _label(part.table, part.field)
        if part.table == "budgetshare":
            label = f"nguồn {self.new.text('fundsource', part.key.rpartition('/')[2], 'name')}"
        yield Detail(label, old, new)

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
                yield Detail(f"khoản «{content}», {_label(part.table, part.field)}", old, new)
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
                yield Detail(_label(part.table, name), *((value, "") if isinstance(part, Removed) else ("", value)))


MONEY = {"budgetline": "content", "normitem": "name", "normset": "number", "fundsource": "name"}
"""By table of money the field that names its rows."""
FOLLOWING = frozenset({"amount", "of_amount"})
"""Of a cost what its level and factors make."""
NAMING = ("name", "title", "head", "number", "content", "heading")
NUMBERS = {"allocation": "number", "registration": "number", "quota": "number", "budgetline": "amount"} | {
    "normitem": "level"
}
DESCRIBED = {"nomination": ("reserve", "class_name", "degree", "field_of_study")}


def _label(table: str, field: str) -> str:
    return field_label(table, field)


def _shown(value: Value | None) -> str:
    return format_count(value) if isinstance(value, int) and not isinstance(value, bool) else str(value or "")


def _lines(details: Sequence[Detail], side: str) -> str:
    found = [(detail.label, getattr(detail, side)) for detail in details if getattr(detail, side)]
    return "; ".join(f"{label}: {value}" if label else value for label, value in found)


def _excerpt(text: str) -> str:
    words = text.split()
    return text if len(words) <= LONG else f"{' '.join(words[:LONG])} …"


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
