"""The forms of granted and settled amounts: one field for each class and source, and what belongs to all of them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField

from budget.models import MAXIMUM, FundSource, Grant
from budget.rules.execution import Three, grant_fault, settlement_fault
from budget.selectors.execution import Class, Execution, Part, Slot
from budget.services.grants import AmountsRefused, GrantData
from budget.services.settlements import Settling
from trainingplan.forms import RELOAD, LineField, MoneyField, RowForm, WholeDateField
from trainingplan.services.refusals import Refused

DAY = {"placeholder": "05/12/2024", "inputmode": "numeric"}
_SEEN = re.compile(r"(\d+)-(\d+):(\d+):(\d+)")


@dataclass(frozen=True)
class AmountRow:
    """A row of the form's table: a class with one of its sources."""

    one: Class
    part: Part
    pick: BoundField
    amount: BoundField
    excess: BoundField | None

    @property
    def rest(self) -> int:
        """What is planned and not yet granted."""
        return max(self.part.money.planned - self.part.money.granted, 0)


@dataclass(frozen=True)
class AmountGroup:
    roman: str
    name: str
    rows: tuple[AmountRow, ...]


@dataclass(frozen=True)
class Summary:
    """What the typed amounts come to, said before anything is written."""

    lines: int
    amount: int
    sources: tuple[tuple[str, int], ...]


class AmountsForm(RowForm):
    """Fields `amount-LINE-SOURCE` and `pick-LINE-SOURCE` of all rows of the table."""

    amounts = forms.Field(required=False)  # never drawn: the place of what is said of all amounts together

    def __init__(self, *args: Any, table: Execution, extra: FundSource | None = None, **kwargs: Any) -> None:
        """`extra` is a source that gets a row in every class, planned or not."""
        super().__init__(*args, **kwargs)
        self.slots: dict[Slot, tuple[Class, Part]] = {}
        self.groups = [(group, [self._parts(one, extra) for one in group.classes]) for group in table.groups]
        for one, part in self.slots.values():
            self._add_row(one, part)

    def _parts(self, one: Class, extra: FundSource | None) -> list[Slot]:
        parts = [part for part in one.parts if self.takes(one, part)]
        if extra and all(part.slot[1] != extra.pk for part in one.parts):
            parts.append(Part((one.line_id, extra.pk), extra.name, Three(), None, "", "", 0))
        self.slots |= {part.slot: (one, part) for part in parts}
        return [part.slot for part in parts]

    def takes(self, one: Class, part: Part) -> bool:  # noqa: ARG002 - forms that take fewer rows look at both
        return True

    def _add_row(self, one: Class, part: Part) -> None:
        named = f"{one.content}, {part.source}"
        self.fields[f"pick-{_key(part.slot)}"] = forms.BooleanField(
            label=f"Chọn {named}", required=False, widget=forms.CheckboxInput(attrs={"aria-label": f"Chọn {named}"})
        )
        self.fields[f"amount-{_key(part.slot)}"] = MoneyField(
            label=f"Số tiền: {named}", required=False, max_value=MAXIMUM, initial=self.stored(part)
        )
        self.fields[f"amount-{_key(part.slot)}"].widget.attrs["aria-label"] = f"Số tiền: {named}"

    def stored(self, part: Part) -> int | None:  # noqa: ARG002 - a form that shows what stands looks at it
        return None

    @property
    def table(self) -> Iterator[AmountGroup]:
        for group, classes in self.groups:
            rows = tuple(self._row(slot) for slots in classes for slot in slots)
            if rows:
                yield AmountGroup(group.roman, group.name, rows)

    def _row(self, slot: Slot) -> AmountRow:
        key = _key(slot)
        excess = self[f"excess-{key}"] if f"excess-{key}" in self.fields else None
        return AmountRow(*self.slots[slot], self[f"pick-{key}"], self[f"amount-{key}"], excess)

    @property
    def picked(self) -> set[Slot]:
        """Also of a form that cannot be read in other places."""
        return {slot for slot in self.slots if self[f"pick-{_key(slot)}"].value()}

    def typed(self, slot: Slot) -> int:
        """The amount as far as it can be read."""
        name = f"amount-{_key(slot)}"
        value = self[name].value()
        try:
            return int(self.fields[name].clean(value) or 0) if isinstance(value, str) else int(value or 0)
        except ValidationError:
            return 0

    def summary(self) -> Summary:
        amounts = {slot: amount for slot in self.slots if (amount := self.counted(slot))}
        by_source: dict[str, int] = {}
        for slot, amount in amounts.items():
            name = self.slots[slot][1].source
            by_source[name] = by_source.get(name, 0) + amount
        lines = {line_id for line_id, _ in amounts}
        return Summary(len(lines), sum(amounts.values()), tuple(by_source.items()))

    def counted(self, slot: Slot) -> int:
        return self.typed(slot)

    def as_typed(self) -> dict[str, Any]:
        """All fields unjudged, to show the form again without having sent it."""
        return {name: self[name].value() for name in self.fields}

    def filled(self) -> dict[str, Any]:
        """`as_typed`, with the usual amount in every row that is picked and empty."""
        values = self.as_typed()
        for slot in self.picked:
            name = f"amount-{_key(slot)}"
            if not values[name] and (usual := self.usual(self.slots[slot][1].money)):
                values[name] = usual
        return values

    def usual(self, money: Three) -> int:
        raise NotImplementedError

    def all_picked(self) -> dict[str, Any]:
        return self.as_typed() | {f"pick-{_key(slot)}": True for slot in self.slots}

    def _judge(self, name: str, fault: str) -> None:
        """Say already with all else that is wrong what the service would refuse."""
        if fault:
            self.add_error(name, fault)

    def take(self, refusal: Refused) -> None:
        """Show a refusal at its field, those of amounts at their rows."""
        super().take(refusal)
        if isinstance(refusal, AmountsRefused):
            for slot, why in refusal.faults.items():
                if slot in self.slots:
                    self.add_error(f"amount-{_key(slot)}", why)


class GrantForm(AmountsForm):
    """A decision with what it gives each class from each source."""

    kind = forms.ChoiceField(
        label="Loại quyết định",
        choices=Grant.Kind,
        initial=Grant.Kind.FIRST,
        error_messages={"required": "Chưa chọn loại.", "invalid_choice": "Chọn một loại trong danh sách."},
    )
    number = LineField(
        label="Số quyết định",
        longest=100,
        help_text="Ví dụ: 12/QĐ-UBND.",
        error_messages={"required": "Chưa nhập số quyết định."},
    )
    decided_on = WholeDateField(
        label="Ngày quyết định",
        error_messages={"required": "Chưa nhập ngày quyết định."},
        widget=forms.TextInput(attrs=DAY),
    )
    note = LineField(label="Ghi chú", longest=300, required=False)
    token = forms.UUIDField(required=False, widget=forms.HiddenInput, error_messages={"invalid": RELOAD})
    mark = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)

    @classmethod
    def fresh(cls, mark: str) -> dict[str, Any]:
        """The hidden values of a form that is opened."""
        return {"token": uuid4(), "mark": mark}

    def usual(self, money: Three) -> int:
        """What is planned and not yet granted; to take back, what is granted and not settled."""
        if self["kind"].value() == Grant.Kind.BACK:
            return max(money.left, 0)
        return max(money.planned - money.granted, 0)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for slot in self.slots:
            key = _key(slot)
            if cleaned.get(f"pick-{key}") and f"amount-{key}" in cleaned and not cleaned[f"amount-{key}"]:
                self.add_error(f"amount-{key}", "Đã chọn dòng này nhưng chưa nhập số tiền.")
            elif cleaned.get("kind") == Grant.Kind.BACK and (back := cleaned.get(f"amount-{key}")):
                self._judge(f"amount-{key}", self._back_fault(slot, back))
        return cleaned

    def _back_fault(self, slot: Slot, amount: int) -> str:
        part = self.slots[slot][1]
        return grant_fault(part.money, -amount, excused=bool(part.excess), maximum=MAXIMUM)

    @property
    def data_typed(self) -> GrantData:
        """Only of a valid form."""
        names = ("kind", "number", "decided_on", "note")
        return GrantData(**{name: self.cleaned_data[name] for name in names})

    @property
    def amounts_typed(self) -> dict[Slot, int]:
        return {slot: amount for slot in self.slots if (amount := self.cleaned_data[f"amount-{_key(slot)}"])}


class SettleForm(AmountsForm):
    """What is settled of each class and source; rows that were not touched are not written."""

    settled_on = WholeDateField(
        label="Ngày quyết toán",
        required=False,
        help_text="Cho các dòng vừa nhập hoặc được chọn.",
        widget=forms.TextInput(attrs=DAY),
    )
    note = LineField(
        label="Căn cứ, ghi chú", longest=300, required=False, help_text="Ví dụ: Thông báo xét duyệt quyết toán số …"
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def takes(self, one: Class, part: Part) -> bool:
        return one.approved or bool(part.money.settled)

    def _add_row(self, one: Class, part: Part) -> None:
        super()._add_row(one, part)
        label = f"Lý do vượt: {one.content}, {part.source}"
        field = LineField(label=label, longest=300, required=False, initial=part.excess)
        field.widget.attrs["aria-label"] = label
        self.fields[f"excess-{_key(part.slot)}"] = field

    def stored(self, part: Part) -> int | None:
        return part.money.settled or None

    def usual(self, money: Three) -> int:
        """All that is granted."""
        return max(money.granted, 0)

    @classmethod
    def fresh(cls, parts: Iterable[Part]) -> dict[str, Any]:
        """The hidden values of a form that is opened: version and amount of every row that stands."""
        return {"seen": _seen_words({part.slot: (part.version, part.money.settled) for part in parts if part.version})}

    @property
    def seen_rows(self) -> Mapping[Slot, tuple[int, int]]:
        """(version, amount) by row, as they were when the form was opened."""
        found = (map(int, groups) for groups in _SEEN.findall(str(self["seen"].value() or "")))
        return {(line, source): (version, amount) for line, source, version, amount in found}

    def counted(self, slot: Slot) -> int:
        """Of a settlement the summary says what is new."""
        return self.typed(slot) if self._touched(slot) else 0

    def _touched(self, slot: Slot) -> bool:
        _, amount = self.seen_rows.get(slot, (0, 0))
        part = self.slots[slot][1]
        excess = str(self[f"excess-{_key(slot)}"].value() or "").strip()
        return self.typed(slot) != amount or excess != part.excess or slot in self.picked

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        named = "settled_on" in cleaned
        if named and not cleaned["settled_on"] and any(self.typed(slot) for slot in self.slots if self._touched(slot)):
            self.add_error("settled_on", "Chưa nhập ngày quyết toán.")
        for slot in self.slots:
            name, reason = f"amount-{_key(slot)}", cleaned.get(f"excess-{_key(slot)}", "")
            if cleaned.get(name) and self._touched(slot):
                granted = self.slots[slot][1].money.granted
                self._judge(name, settlement_fault(granted, cleaned[name], reason))
        return cleaned

    def take(self, refusal: Refused) -> None:
        """Where another wrote first, the form that is sent again means to overwrite what is now shown as stored."""
        super().take(refusal)
        if isinstance(refusal, AmountsRefused):
            seen = dict(self.seen_rows)
            for slot in refusal.faults.keys() & self.slots.keys():
                seen[slot] = (self.slots[slot][1].version, seen.get(slot, (0, 0))[1])
            self.data = {**dict(self.data.items()), "seen": _seen_words(seen)}

    @property
    def rows_typed(self) -> dict[Slot, Settling]:
        """What was typed in the rows that were touched; only of a valid form."""
        return {slot: self._settling(slot) for slot in self.slots if self._touched(slot)}

    def _settling(self, slot: Slot) -> Settling:
        version, _ = self.seen_rows.get(slot, (0, 0))
        return Settling(
            amount=self.cleaned_data[f"amount-{_key(slot)}"] or 0,
            settled_on=self.cleaned_data["settled_on"],
            note=self.cleaned_data["note"],
            excess=self.cleaned_data[f"excess-{_key(slot)}"],
            version=version,
        )


class GrantRemovalForm(RowForm):
    """That somebody means it, and why."""

    reason = LineField(label="Lý do", longest=300, error_messages={"required": "Cần ghi lý do xóa quyết định."})


def _seen_words(rows: Mapping[Slot, tuple[int, int]]) -> str:
    return " ".join(f"{_key(slot)}:{version}:{amount}" for slot, (version, amount) in rows.items())


def _key(slot: Slot) -> str:
    return f"{slot[0]}-{slot[1]}"
