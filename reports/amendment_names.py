"""Where an item of an amendment stands and what it is of, in the words of the plan."""

from dataclasses import dataclass

from reports.amendment_state import State
from reports.rules.amendment import ORDER, Bundle
from reports.trail import field_label, table_label
from trainingplan.rules.numbers import format_count

TEXTS = {"section": ("heading", "body", "closing"), "slot": ("label", "body")}
"""By table of the text its texts, in the order of reading."""
MONEY = {"budgetline": "content", "normitem": "name", "normset": "number", "fundsource": "name"}
"""By table of money the field that names its rows."""
ORDERED = {
    "section": "Thứ tự các mục",
    "slot": "Thứ tự các điểm",
    "programme": "Thứ tự các chương trình",
    "quota": "Thứ tự các chỉ tiêu",
    "participant": "Thứ tự các đơn vị",
    "unitgroup": "Thứ tự các khối",
    "fundsource": "Thứ tự các nguồn kinh phí",
}
"""By table what its order is called."""
NAMING = ("name", "title", "head", "number", "content", "heading")
LABELS = {
    ("normitem", "measure"): "đơn vị tính",
    ("unit", "name"): "tên đơn vị",
    ("unit", "short_name"): "tên viết tắt",
}
MOST_WORDS = 40
OF_APPENDIX = frozenset({"", "name", "appendix"})
"""Of a quota only these are printed in its appendix; its number stands in the text."""


@dataclass(frozen=True, slots=True)
class Named:
    """`appendix` is the one that prints it, `word` what it counts."""

    place: str
    subject: str
    appendix: int | None = None
    word: str = ""


def name_of(one: Bundle, state: State) -> Named:
    """The names of an item, as the state has them."""
    if one.table in TEXTS:
        return _text(one, state)
    if one.table in ("nomination", "person"):
        return _person(one, state)
    if one.table in ("allocation", "registration"):
        return _cell(one, state)
    if one.table in MONEY:
        return _money(one, state)
    return _quota(one, state) if one.table == "quota" else _other(one, state)


def _text(one: Bundle, state: State) -> Named:
    if one.table == "section":
        return Named(state.section_place(one.key), _excerpt(state.text("section", one.key, "heading")))
    return Named(state.slot_place(one.key), state.text("slot", one.key, "label").rstrip(":"))


def _cell(one: Bundle, state: State) -> Named:
    quota, _, unit = one.key.rpartition("/")
    appendix = state.appendix_of_quota(quota) if one.table == "allocation" else None
    place = f"Phụ lục {appendix}" if appendix else table_label(one.table).capitalize()
    word = state.text("quota", quota, "counting_word") or "người"
    return Named(place, f"{state.unit(unit)}: {state.quota(quota)}", appendix, word)


def _person(one: Bundle, state: State) -> Named:
    key = one.key
    if one.table == "person":  # Who changed is looked up on the first roster that names her.
        key = next((key for key in sorted(state.data.get("nomination", {})) if key.endswith(f"/{one.key}")), "")
    quota, _, person = key.rpartition("/")
    appendix = state.appendix_of_quota(quota)
    unit = state.unit(state.text("nomination", key, "unit"))
    place = f"Phụ lục {appendix}" if appendix else f"Danh sách «{state.quota(quota)}»"
    return Named(place, f"{state.person(person)} ({unit})", appendix)


def _money(one: Bundle, state: State) -> Named:
    appendix = state.budget_appendix
    place = f"Phụ lục {appendix}" if appendix else "Kinh phí"
    own = state.text(one.table, one.key, MONEY[one.table]) or one.key
    subject = f"{own}, {column_label(one.table, field)}" if (field := _field(one)) else own
    word = "%" if state.text(one.table, one.key, "kind") == "percent" else "đồng"
    return Named(place, subject, appendix, word)


def _quota(one: Bundle, state: State) -> Named:
    programme, field = state.text("quota", one.key, "programme"), _field(one)
    section = state.text("programme", programme, "section")
    place = state.section_place(section) if section else state.programme(programme)
    what = "" if field in ("", "number") else f", {field_label('quota', field)}"
    appendix = state.appendix_of_quota(one.key) if field in OF_APPENDIX else None
    word = state.text("quota", one.key, "counting_word") or "người"
    return Named(place, f"{state.quota(one.key)}{what}", appendix, word)


def _other(one: Bundle, state: State) -> Named:
    if one.table == ORDER:
        places = len({part.key for part in one.main})
        return Named(ORDERED.get(one.key, table_label(one.key)), f"sắp xếp lại {format_count(places)} chỗ")
    appendix = int(one.key) if one.table in ("appendix", "appendixcolumn") and one.key.isdigit() else None
    field = _field(one)
    if appendix:
        whole = _own_name(one, state) if one.table == "appendix" else table_label(one.table)
        return Named(f"Phụ lục {appendix}", column_label(one.table, field) if field else whole, appendix)
    if one.table == "plan":
        return Named(table_label(one.table).capitalize(), column_label(one.table, field))
    subject = _own_name(one, state)
    named = f"{subject}, {column_label(one.table, field)}" if field else subject
    return Named(table_label(one.table).capitalize(), named)


def column_label(table: str, field: str) -> str:
    """A field in the words of the log, also where the data call it otherwise than the table does."""
    return LABELS.get((table, field)) or field_label(table, field)


def _own_name(one: Bundle, state: State) -> str:
    """The row's own name, else those of the rows it joins."""
    row = state.row(one.table, one.key)
    own = next((str(row[name]) for name in NAMING if row.get(name)), "")
    joined = [state.shown(one.table, name, row[name]) for name in ("programme", "quota", "unit") if row.get(name)]
    return own or " – ".join(joined) or one.key


def _field(one: Bundle) -> str:
    """The field, of items that are one field of a row."""
    return one.anchor[2] if len(one.anchor) > 2 else ""  # noqa: PLR2004 - table, key, field


def _excerpt(text: str) -> str:
    words = text.split()
    return text if len(words) <= MOST_WORDS else f"{' '.join(words[:MOST_WORDS])} …"
