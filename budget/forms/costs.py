"""The costs of an estimate as rows of a form. Empty rows count for nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError

from budget.models import FACTOR_MAXIMUM, FACTOR_UNITS, MAXIMUM, EstimateLine, NormItem, NormSet
from budget.rules.costs import MOST_FACTORS, Factor, Priced
from budget.services.estimates import LONGEST, CostData
from trainingplan.forms import CountField, LineField, MoneyField
from trainingplan.rules.numbers import format_money, parse_percent

MOST_ROWS = 60
PLACES = range(1, MOST_FACTORS + 1)
NO_NORM = ("", "– theo hóa đơn, không có định mức –")
UNKNOWN = {"invalid_choice": "Bộ định mức của ngày khai giảng không có mức chi này. Chọn mức chi khác."}
UNITS = [("", "–"), *FACTOR_UNITS]


@dataclass(frozen=True)
class Prices:
    """What the norm set of the class's day offers; none, with the reason, where no single set holds."""

    norm_set: NormSet | None
    items: Mapping[str, NormItem]
    refusal: str = ""

    def source_of(self, item: NormItem) -> str:
        """What a norm allows and where it says so: "tối đa 1.300.000/buổi – khoản 1 Điều 3 Nghị quyết số …"."""
        number = self.norm_set.number if self.norm_set else ""
        return f"{level_words(item)} – {item.as_norm(number).source}"

    @property
    def choices(self) -> list[Any]:
        groups: dict[str, list[tuple[str, str]]] = {}
        for key, item in self.items.items():
            groups.setdefault(item.group or "Mức chi", []).append((key, f"{item.name} – {level_words(item)}"))
        return [NO_NORM, *groups.items()]


def level_words(item: NormItem) -> str:
    """A level as a list to choose from shows it: "tối đa 1.300.000/buổi"."""
    if item.kind == NormItem.Kind.PERCENT:
        return f"tối đa {item.level} %"
    if item.level is None:
        return item.get_kind_display()
    return f"{item.get_kind_display()} {format_money(item.level)}/{item.unit}"


class NormSelect(forms.Select):
    """A choice of norms whose options carry what the page needs to compute."""

    prices = Prices(None, {})

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if (item := self.prices.items.get(str(value))) is not None:
            option["attrs"] |= {
                "data-kind": item.kind,
                "data-base": item.base,
                "data-level": "" if item.level is None else str(item.level),
                "data-source": self.prices.source_of(item),
            }
        return option


class LevelField(MoneyField):
    """An amount, or percents where the norm that is chosen is a percentage."""

    of_percentage = False

    def parse(self, text: str) -> int | None:
        return parse_percent(text) if self.of_percentage else super().parse(text)


class CostForm(forms.Form):
    """One cost; `place` is its number on the page."""

    use_required_attribute = False

    norm = forms.ChoiceField(required=False, error_messages=UNKNOWN, widget=NormSelect)
    content = LineField(longest=LONGEST, required=False)
    level = LevelField(required=False, max_value=MAXIMUM)
    factors = forms.Field(required=False)  # never drawn: the place of what is said of all factors together
    remove = forms.BooleanField(required=False)

    def __init__(self, *args: Any, prices: Prices, place: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prices, self.place = prices, place
        self.priced: Priced | None = None
        for number in PLACES:
            self.fields[f"number{number}"] = CountField(noun="thừa số", max_value=FACTOR_MAXIMUM, required=False)
            self.fields[f"unit{number}"] = forms.ChoiceField(choices=UNITS, required=False)
        norm = cast("forms.ChoiceField", self.fields["norm"])
        norm.choices = prices.choices
        cast("NormSelect", norm.widget).prices = prices
        level = cast("LevelField", self.fields["level"])
        level.of_percentage = self.item is not None and self.item.kind == NormItem.Kind.PERCENT
        self._name_the_fields()

    def _name_the_fields(self) -> None:
        names = {"norm": "mức chi", "content": "nội dung", "level": "mức dùng", "remove": "bỏ khoản này"}
        names |= {f"number{number}": f"thừa số {number}" for number in PLACES}
        names |= {f"unit{number}": f"đơn vị của thừa số {number}" for number in PLACES}
        for name, words in names.items():
            self.fields[name].widget.attrs["aria-label"] = f"Khoản {self.place}: {words}"
        self.fields["content"].widget.attrs["placeholder"] = "Nội dung (để trống: tên mức chi)"

    @property
    def factor_fields(self) -> list[tuple[Any, Any]]:
        return [(self[f"number{number}"], self[f"unit{number}"]) for number in PLACES]

    @property
    def item(self) -> NormItem | None:
        return self.prices.items.get(str(self["norm"].value() or ""))

    @property
    def source(self) -> str:
        """The level and the clause of the norm that is chosen."""
        return self.prices.source_of(self.item) if self.item else ""

    @property
    def typed(self) -> CostData | None:
        """What was typed, or is shown at first; None of an empty row, one taken out or one that cannot be read."""
        values = self._values()
        if values is None or values.get("remove"):
            return None
        pairs = [(values.get(f"unit{number}") or "", values.get(f"number{number}")) for number in PLACES]
        factors = tuple(Factor(unit, number) for unit, number in pairs if unit and isinstance(number, int))
        norm, content, level = values.get("norm") or "", values.get("content") or "", values.get("level")
        if not (norm or content or level is not None or factors):
            return None
        return CostData(norm, content, level, factors)

    def _values(self) -> Mapping[str, Any] | None:
        if self.is_bound:
            return self.cleaned_data if self.is_valid() else None
        try:
            return {
                name: self.fields[name].clean(value) if isinstance(value, str) else value
                for name, value in self.initial.items()
            }
        except ValidationError:
            return None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for number in PLACES:
            typed, unit = cleaned.get(f"number{number}"), cleaned.get(f"unit{number}")
            if unit and typed is None and f"number{number}" not in self.errors:
                self.add_error(f"number{number}", "Nhập số, hoặc bỏ đơn vị của thừa số này.")
            elif typed is not None and not unit and f"unit{number}" not in self.errors:
                self.add_error(f"unit{number}", "Chọn đơn vị của thừa số: người, ngày, buổi …")
        return cleaned


def initial_of_cost(cost: EstimateLine) -> dict[str, Any]:
    """The values of a stored cost for its row; a content that is the norm's own name is left to the norm."""
    item = cost.norm_item
    values: dict[str, Any] = {"norm": item.key if item else "", "level": cost.level}
    values["content"] = "" if item and cost.content == item.name else cost.content
    for number, factor in enumerate(cost.factors, start=1):
        values |= {f"unit{number}": factor.unit, f"number{number}": factor.number}
    return values


def initial_of_factors(factors: Sequence[Factor]) -> dict[str, Any]:
    return {
        name: value
        for number, factor in enumerate(factors, start=1)
        for name, value in ((f"unit{number}", factor.unit), (f"number{number}", factor.number))
    }
