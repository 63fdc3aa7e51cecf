"""What is typed of a class's step: one class, several that were ticked, or a step taken back."""

from collections.abc import Iterable
from typing import Any

from django import forms

from budget.models import BudgetLine
from budget.models.class_steps import LONGEST_NOTE
from budget.rules.classes import COUNTS_LEARNERS, NEEDS_DAY, STEPS
from trainingplan.forms import CountField, LineField, WholeDateField
from trainingplan.services.refusals import Refused

DAY = {"placeholder": "05/12/2024", "inputmode": "numeric", "autocomplete": "off"}
MOST_DIGITS = 18


class _Form(forms.Form):
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "label_suffix": ""})

    def take(self, refusal: Refused) -> None:
        """Show a refusal at its field, or above the form."""
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)


class StepForm(_Form):
    """The next step of one class, which the page says; the day may be left out where the step needs none."""

    seen = forms.ChoiceField(choices=BudgetLine.State, widget=forms.HiddenInput)
    day = WholeDateField(label="Ngày diễn ra", required=False, widget=forms.TextInput(attrs=DAY))
    learners = CountField(label="Học viên có mặt", required=False)
    note = LineField(label="Ghi chú", longest=LONGEST_NOTE, required=False)

    def __init__(self, *args: Any, step: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"].required = step in NEEDS_DAY
        self.fields["day"].error_messages["required"] = "Nhập ngày diễn ra."
        if step not in COUNTS_LEARNERS:
            del self.fields["learners"]


class BackForm(_Form):
    """Why a step is taken back."""

    seen = forms.ChoiceField(choices=BudgetLine.State, widget=forms.HiddenInput)
    reason = LineField(label="Lý do", longest=LONGEST_NOTE, error_messages={"required": "Cần ghi lý do lùi bước."})


class ManyForm(_Form):
    """One step of several classes on one day; each tick says what was seen."""

    step = forms.ChoiceField(
        label="Bước",
        choices=[(step, BudgetLine.State(step).label) for step in STEPS],
        error_messages={"required": "Chọn bước cần ghi.", "invalid_choice": "Chọn bước cần ghi."},
    )
    day = WholeDateField(label="Ngày diễn ra", required=False, widget=forms.TextInput(attrs=DAY))
    note = LineField(label="Ghi chú", longest=LONGEST_NOTE, required=False)


def picked(values: Iterable[str]) -> dict[int, str]:
    """The ticked classes with the states that were seen; what no box of the page sends is left out."""
    found = {}
    for value in values:
        number, _, state = value.partition(":")
        if number.isascii() and number.isdigit() and len(number) <= MOST_DIGITS and state in BudgetLine.State.values:
            found[int(number)] = state
    return found
