"""The form of a nominee. Its fields beyond the person's own are those that the roster's appendix has columns for."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField

from quotas.models import Nomination, Person
from quotas.rules.names import parse_person_name
from quotas.rules.people import age_fault
from quotas.selectors.rosters import PERSON_SOURCES, RosterColumn
from quotas.services.nominations import Details, Unconfirmed
from trainingplan.forms import LineField, PartialDateField, RowForm, StampField, TypedField
from trainingplan.rules.dates import PartialDate
from trainingplan.services.refusals import Refused

REQUIRED = {"required": "Chưa nhập ô này."}
CHOICE = {"required": "Chưa chọn.", "invalid_choice": "Lựa chọn này không có trong danh sách."}
BLANK = Details(full_name="", sex=Person.Sex.MALE, birth=None)


def longest(model: type[Person | Nomination], field: str) -> int:
    return int(getattr(model._meta.get_field(field), "max_length", 0))


class PersonNameField(TypedField):
    """A person's full name."""

    def parse(self, text: str) -> str:
        return parse_person_name(text)

    def show(self, value: Any) -> str:
        return str(value)


class NominationForm(RowForm):
    """`base` is what is stored of the nominee, blank for a new one; what the roster does not show stays as it is.

    `units` and `quotas` are asked for only where there is a choice.
    """

    full_name = PersonNameField(label="Họ và tên", error_messages=REQUIRED)
    sex = forms.ChoiceField(
        label="Giới tính", choices=Person.Sex.choices, widget=forms.RadioSelect, error_messages=CHOICE
    )
    birth = PartialDateField(
        label="Ngày sinh",
        help_text="Ví dụ 05/12/1984; nếu chỉ biết năm thì nhập 1984.",
        error_messages=REQUIRED,
    )
    job_title = LineField(label="Chức vụ", longest=longest(Person, "job_title"), required=False)
    reserve = forms.BooleanField(
        label="Ghi vào danh sách dự bị",
        required=False,
        help_text="Người dự bị không chiếm chỗ của đơn vị và không in trong phụ lục.",
    )
    confirm = StampField(max_value=2**62)

    def __init__(
        self,
        *args: Any,
        year: int,
        columns: Sequence[RosterColumn],
        base: Details | None = None,
        units: Sequence[tuple[str, str]] = (),
        quotas: Sequence[tuple[int, str]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.year, self.base, self.confirming = year, base or BLANK, False
        if units:
            self.fields["unit"] = forms.ChoiceField(
                label="Đơn vị cử", choices=[("", "– chọn đơn vị –"), *units], error_messages=CHOICE
            )
        if quotas:
            self.fields["quota"] = forms.ChoiceField(label="Chỉ tiêu", choices=quotas, error_messages=CHOICE)
        self.sources = [column.source for column in columns]
        for column in columns:
            holder: type[Person | Nomination] = Person if column.source in PERSON_SOURCES else Nomination
            self.fields[column.source] = LineField(
                label=column.head, longest=longest(holder, column.source), required=False
            )
        self._show_base(stored=base is not None)

    def _show_base(self, *, stored: bool) -> None:
        names = ("full_name", "birth", "job_title", "reserve", *self.sources)
        values = {name: getattr(self.base, name) for name in names} if stored else {}
        self.initial = {**values, **({"sex": self.base.sex} if stored else {}), **self.initial}

    def clean_birth(self) -> PartialDate | None:
        birth: PartialDate | None = self.cleaned_data["birth"]
        if birth and (fault := age_fault(birth.year, self.year)):
            raise ValidationError(fault, code="age")
        return birth

    @property
    def source_fields(self) -> list[BoundField]:
        return [self[source] for source in self.sources]

    @property
    def details(self) -> Details:
        """What stands after this form; only of a valid one."""
        names = ("full_name", "sex", "birth", "job_title", "reserve", *self.sources)
        return replace(self.base, **{name: self.cleaned_data[name] for name in names})

    def take(self, refusal: Refused) -> None:
        super().take(refusal)
        if isinstance(refusal, Unconfirmed):
            self.confirming = True
            self.resend(confirm=refusal.person_id)


class RemovalForm(RowForm):
    """That somebody means it, of the version he saw, and why."""

    reason = LineField(
        label="Lý do", longest=300, required=False, help_text="Ví dụ: thay người, chuyển công tác, xin thôi."
    )
