"""One state of a plan's data, read as people call it: names of units and quotas, places in the text, its figures."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, Model

from reports.fields import Figures, QuotaFigure, render
from reports.rules.compare import Data, Row, Value
from trainingplan.rules.dates import PartialDate, format_date
from trainingplan.rules.letters import item_letter
from trainingplan.services.catalogue import HIDDEN, NEVER_SHOWN, UNGROUPED, display

BUDGET_KIND = "budget"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class State:
    """The data with what its keys mean to a reader."""

    data: Data

    def row(self, table: str, key: str) -> Row:
        return self.data.get(table, {}).get(key, {})

    def text(self, table: str, key: str, field: str) -> str:
        return str(self.row(table, key).get(field, ""))

    def unit(self, key: str) -> str:
        return self.text("unit", key, "name") or key

    def quota(self, key: str) -> str:
        return self.text("quota", key, "name") or key

    def programme(self, key: str) -> str:
        row = self.row("programme", key)
        return f"{row.get('code', '')} {row.get('short_name', '')}".strip() or key

    def appendix_of_quota(self, key: str) -> int | None:
        number = self.text("quota", key, "appendix")
        return int(number) if number.isdigit() else None

    @cached_property
    def budget_appendix(self) -> int | None:
        numbers = [int(key) for key, row in self.data.get("appendix", {}).items() if row.get("kind") == BUDGET_KIND]
        return min(numbers, default=None)

    def person(self, key: str) -> str:
        """Name and birth."""
        row = self.row("person", key)
        return ", ".join(filter(None, (str(row.get("full_name", key)), self._birth(row))))

    @staticmethod
    def _birth(row: Row) -> str:
        parts = [row.get(name) for name in ("birth_year", "birth_month", "birth_day")]
        year, month, day = (part if isinstance(part, int) else None for part in parts)
        return "" if year is None else f"sinh {PartialDate(year, month, day).display()}"

    def section_place(self, key: str) -> str:
        """Where a section stands: "Mục II.1.1.1"; see `reports.text`."""
        row, root = self.row("section", key), ""
        above = row
        while parent := above.get("parent"):
            above = self.row("section", str(parent))
        if above is not row:
            root = str(above.get("marker", ""))
        path = f"{root}{row.get('marker', '')}".rstrip(".")
        return f"Mục {path}" if row.get("marker") else "Phần căn cứ"

    def slot_place(self, key: str) -> str:
        """Where a lettered item stands: "Mục II.1.1.1, điểm b"."""
        row = self.row("slot", key)
        section = self.text("programme", str(row.get("programme", key.partition("/")[0])), "section")
        position = row.get("position")
        letter = item_letter(position) if isinstance(position, int) else "?"
        return f"{self.section_place(section) if section else 'Mục của chương trình'}, điểm {letter}"

    def text_place(self, table: str, key: str) -> str:
        """Where a section or a lettered item stands, within a sentence: "mục IV.3"."""
        place = self.section_place(key) if table == "section" else self.slot_place(key)
        return place[:1].lower() + place[1:]

    @cached_property
    def figures(self) -> Figures:
        """What the text's fields print in this state."""
        year = next(iter(self.data.get("plan", {})), "0")
        return Figures(
            year=int(year),
            quotas=tuple(QuotaFigure(number, *self._quota(key)) for number, key in enumerate(self._quotas, 1)),
            programmes={key: str(row.get("short_name", "")) for key, row in self.data.get("programme", {}).items()},
            appendices=frozenset(map(int, self.data.get("appendix", {}))),
            budget=self.province_total,
        )

    @property
    def _quotas(self) -> list[str]:
        return sorted(self.data.get("quota", {}))

    def _quota(self, key: str) -> tuple[str, str, str, int | None, str, str, int | None, int | None, int | None]:
        row = self.row("quota", key)
        programme, _, own = key.partition("/")
        number, classes = (whole(row.get(name)) for name in ("number", "class_count"))
        words = str(row.get("qualifier", "")), str(row.get("counting_word", ""))
        return (
            own,
            str(row.get("short_name", "")),
            programme,
            number,
            *words,
            classes,
            self.appendix_of_quota(key),
            None,
        )

    @cached_property
    def province_total(self) -> int:
        paying = {key for key, row in self.data.get("fundsource", {}).items() if row.get("provincial")}
        shares = self.data.get("budgetshare", {}).values()
        return sum(whole(row.get("amount")) or 0 for row in shares if row.get("source") in paying)

    def printed(self, line: str) -> str:
        """A line of the text with its fields filled in."""
        return render(line, self.figures).text.replace("*", "")

    def shown(self, table: str, field: str, value: Value | None) -> str:
        """A value in the words and figures of the screen; sensitive ones are masked."""
        if value is None or field in NEVER_SHOWN:
            return HIDDEN if value else ""
        return self._named(field, str(value)) or self._plain(table, field, value)

    def _named(self, field: str, key: str) -> str:
        """The row that a field refers to, "" where it refers to none."""
        names: Mapping[str, Callable[[str], str]] = {
            "unit": self.unit,
            "quota": self.quota,
            "programme": self.programme,
            "section": self.section_place,
            "appendix": "Phụ lục {}".format,
        }
        if field in names and self.row(field, key):
            return names[field](key)
        if field not in OTHERS:
            return ""
        table, name = OTHERS[field]
        return self.text(table, key, name)

    @staticmethod
    def _plain(table: str, field: str, value: Value) -> str:
        if isinstance(value, str) and _DAY.fullmatch(value):
            return format_date(date.fromisoformat(value))
        return choices(table, field).get(value) or display(value, grouped=field not in UNGROUPED)


OTHERS = {
    "source": ("fundsource", "name"),
    "institution": ("institution", "name"),
    "group": ("unitgroup", "name"),
    "bloc": ("unitgroup", "name"),
    "norm_set": ("normset", "number"),
    "norm_item": ("normitem", "name"),
    "line": ("budgetline", "content"),
}
"""By field that refers to a row: the row's table, and what the row is called by."""


def whole(value: Value | None) -> int | None:
    """A number of the data; a truth value is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


@cache
def choices(table: str, field: str) -> Mapping[Value, str]:
    """The words of a column whose values are chosen from a list."""
    for model in apps.get_models():
        if model._meta.model_name == table and model._meta.app_label in ("trainingplan", "courses", "quotas", "budget"):
            return _choices(model, field)
    return {}


def _choices(model: type[Model], name: str) -> Mapping[Value, str]:
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return {}
    return {value: str(label) for value, label in field.flatchoices if value} if isinstance(field, Field) else {}
