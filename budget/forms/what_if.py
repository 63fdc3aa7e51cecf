"""The form of an assumption about levels. It is sent in the address, so that an assumption can be handed on."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from django import forms

from budget.models import MAXIMUM, NormSet
from budget.rules.what_if import Assumption
from budget.selectors.norms import items_by_key
from budget.selectors.what_if import UsedNorm
from trainingplan.forms import MoneyField, PercentField, WholeDateField
from trainingplan.models import Plan
from trainingplan.rules.dates import format_date
from trainingplan.rules.numbers import format_count, format_money

ALL, GROUP, RANK, ITEM = "tat-ca", "nhom", "hang", "muc"
UP, DOWN = "tang", "giam"
ADDRESS = {
    "since": "tu-ngay",
    "direction": "huong",
    "percent": "phan-tram",
    "scope": "pham-vi",
    "below": "ca-duoi-muc",
    "norm_set": "bo-dinh-muc",
}
"""What a field is called in the address; a level is called by its norm's key."""
CHOICE = {"invalid_choice": "Lựa chọn này không có trong danh sách."}
MOST_PERCENT, ALL_OF_IT = 900, 100


class WhatIfForm(forms.Form):
    """`norms` are the levels that the plan uses. Without a word in the address the form is not bound."""

    use_required_attribute = False

    since = WholeDateField(
        label="Lớp khai giảng từ ngày",
        error_messages={"required": "Nhập ngày áp dụng."},
        widget=forms.TextInput(attrs={"placeholder": "01/07/2024", "inputmode": "numeric"}),
    )
    direction = forms.ChoiceField(
        label="Hướng", choices=((UP, "tăng"), (DOWN, "giảm")), initial=UP, required=False, error_messages=CHOICE
    )
    percent = PercentField(label="Tỷ lệ (%)", max_value=MOST_PERCENT, required=False)
    scope = forms.ChoiceField(label="Mức chi thay đổi", required=False, error_messages=CHOICE)
    below = forms.BooleanField(label="Đổi cả khoản đang chi dưới mức", required=False)
    norm_set = forms.ModelChoiceField(
        label="Tính theo bộ định mức",
        queryset=NormSet.objects.all(),
        required=False,
        error_messages=CHOICE,
        empty_label="– bộ đang dùng –",
    )
    assumed = forms.Field(required=False)  # never drawn: the place of what is said of the whole assumption

    def __init__(self, given: Mapping[str, Any], *, plan: Plan, norms: Sequence[UsedNorm]) -> None:
        bound = any(name in given for name in (*ADDRESS.values(), *(f"{ITEM}-{norm.key}" for norm in norms)))
        initial = {"since": date(plan.year, 1, 1), "percent": "", "scope": ALL}
        super().__init__(given if bound else None, initial=initial, label_suffix="")
        self.norms = norms
        scope = self.fields["scope"]
        assert isinstance(scope, forms.ChoiceField)  # noqa: S101 - tells the type checker
        scope.choices = _scopes(norms)
        for norm in norms:
            if not norm.by_invoice:
                self.fields[_level(norm)] = _level_field(norm)

    def add_prefix(self, field_name: str) -> str:
        return ADDRESS.get(field_name, field_name)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        typed = bool(cleaned.get("percent")) or any(cleaned.get(_level(norm)) is not None for norm in self.norms)
        if cleaned.get("norm_set") and typed:
            self.add_error("norm_set", "Chọn một: bộ định mức khác, hoặc tỷ lệ và mức mới.")
        elif not self.errors and not cleaned.get("norm_set") and not typed:
            self.add_error("assumed", "Nhập tỷ lệ tăng, giảm, hoặc mức mới của một khoản, hoặc chọn bộ định mức.")
        if cleaned.get("direction") == DOWN and (cleaned.get("percent") or 0) > ALL_OF_IT:
            self.add_error("percent", "Không giảm quá 100 %.")
        return cleaned

    @property
    def level_rows(self) -> list[tuple[UsedNorm, forms.BoundField]]:
        return [(norm, self[_level(norm)]) for norm in self.norms if not norm.by_invoice]

    @property
    def has_levels(self) -> bool:
        """Whether a level is typed, so that the list of levels is shown open."""
        return any(field.value() or field.errors for _, field in self.level_rows)

    @property
    def assumption(self) -> Assumption:
        """What is assumed; only of a valid form. The levels of another set are read from the database."""
        typed = self.cleaned_data
        norm_set: NormSet | None = typed["norm_set"]
        percent = typed["percent"] or 0
        return Assumption(
            since=typed["since"],
            percent=-percent if typed["direction"] == DOWN else percent,
            keys=frozenset(norm.key for norm in self.norms if _is_meant(norm, typed["scope"])),
            below=typed["below"],
            levels=self._levels,
            norms={key: item.as_norm(norm_set.number) for key, item in items_by_key(norm_set).items()}
            if norm_set
            else None,
        )

    @property
    def words(self) -> tuple[str, ...]:
        """The assumption in words; only of a valid form."""
        typed = self.cleaned_data
        day = format_date(typed["since"])
        if typed["norm_set"]:
            return (f"Lớp khai giảng từ {day} tính theo Nghị quyết số {typed['norm_set'].number}.",)
        found = []
        if typed["percent"]:
            verb = "giảm" if typed["direction"] == DOWN else "tăng"
            also = ", cả khoản đang chi dưới mức" if typed["below"] else ""
            scope = dict(_flat(_scopes(self.norms)))[typed["scope"] or ALL]
            found.append(f"Từ {day} {verb} {format_count(typed['percent'])} %: {scope}{also}.")
        names = {norm.key: norm for norm in self.norms}
        found += [
            f"Từ {day} {names[key].name}: {format_money(names[key].level)} → {_level_words(names[key], level)}."
            for key, level in self._levels.items()
        ]
        return tuple(found)

    @property
    def _levels(self) -> dict[str, int]:
        typed = self.cleaned_data
        return {norm.key: typed[_level(norm)] for norm in self.norms if typed.get(_level(norm)) is not None}


def _level(norm: UsedNorm) -> str:
    return f"{ITEM}-{norm.key}"


def _level_words(norm: UsedNorm, level: int) -> str:
    return f"{level} %" if norm.is_percentage else f"{format_money(level)} đồng/{norm.unit}"


def _level_field(norm: UsedNorm) -> MoneyField | PercentField:
    attrs = {"aria-label": f"Mức mới: {norm.name}"}
    if norm.is_percentage:
        widget = forms.TextInput(attrs=attrs)
        return PercentField(label=norm.name, max_value=ALL_OF_IT - 1, required=False, widget=widget)
    return MoneyField(label=norm.name, max_value=MAXIMUM, required=False, widget=forms.TextInput(attrs=attrs))


def _scopes(norms: Sequence[UsedNorm]) -> list[Any]:
    """All levels, those of a group, of a rank of lecturers, or one; percentages follow by themselves."""
    money = [norm for norm in norms if not norm.is_percentage]
    groups = dict.fromkeys(norm.group for norm in money if norm.group)
    ranks = dict.fromkeys(norm.rank for norm in money if norm.rank)
    offered: list[Any] = [(ALL, "tất cả mức chi")]
    offered.append(("Nhóm", [(f"{GROUP}:{name}", f"nhóm {name}") for name in groups]))
    offered.append(("Đối tượng giảng viên", [(f"{RANK}:{name}", name) for name in ranks]))
    for name, members in groupby(money, key=lambda norm: norm.group):
        offered.append((f"Từng mức: {name or 'khác'}", [(f"{ITEM}:{norm.key}", norm.name) for norm in members]))
    return [one for one in offered if one[1]]


def _flat(choices: Sequence[Any]) -> list[tuple[str, str]]:
    return [pair for one in choices for pair in (one[1] if isinstance(one[1], list) else [one])]


def _is_meant(norm: UsedNorm, scope: str) -> bool:
    kind, _, name = scope.partition(":")
    of_kind = {GROUP: norm.group, RANK: norm.rank, ITEM: norm.key}
    return not norm.is_percentage and (kind in ("", ALL) or of_kind[kind] == name)
