"""Form fields that read what people type by the one parser of `trainingplan.rules`. Django's own read "1.000" as 1."""

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from trainingplan.models import User
from trainingplan.rules.dates import DateRefused, PartialDate, format_date, parse_birth, parse_date
from trainingplan.rules.numbers import format_count, parse_count, parse_money, parse_percent
from trainingplan.rules.text import InputRefused, clean, quoted
from trainingplan.services.refusals import Refused, Stale

PEOPLE_MAXIMUM = 1_000_000
MONEY_MAXIMUM = 10**15
SMALL_MAXIMUM = 32_767
"""What PostgreSQL's smallint takes: positions and the like."""
RELOAD = "Trang này đã cũ. Tải lại trang rồi nhập lại."
"""Of what a page carries unseen, and nobody typed."""


class TypedField(forms.Field):
    """A field that shows a value as text and reads the text back by a parser that refuses with words."""

    widget: Any = forms.TextInput

    def parse(self, text: str) -> Any:
        raise NotImplementedError

    def show(self, value: Any) -> str:
        raise NotImplementedError

    def to_python(self, value: Any) -> Any:
        if value is None or isinstance(value, str):
            try:
                return self.parse(value or "")
            except InputRefused as refusal:
                raise ValidationError(refusal.message, code=refusal.code) from refusal
        return value

    def prepare_value(self, value: Any) -> str:
        """What was typed stays as typed, so that a refused entry is seen again beside its reason."""
        if value is None or isinstance(value, str):
            return value or ""
        return self.show(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != self.to_python(initial))
        except ValidationError:
            return True


class CountField(TypedField):
    """A number of people or things: "1.960" and "1960" are 1960; "1,5", "-3" and "１２" are refused with words.

    `grouped=False` shows a year or a code without the dot; `noun` is what messages call the number.
    """

    def __init__(
        self,
        *,
        min_value: int = 0,
        max_value: int = PEOPLE_MAXIMUM,
        grouped: bool = True,
        noun: str = "số người",
        **kwargs: Any,
    ) -> None:
        self.min_value, self.max_value, self.grouped, self.noun = min_value, max_value, grouped, noun
        super().__init__(**kwargs)

    def parse(self, text: str) -> int | None:
        return parse_count(text, maximum=self.max_value, noun=self.noun)

    def show(self, value: int) -> str:
        return format_count(value) if self.grouped else str(value)

    def to_python(self, value: Any) -> int | None:
        number: int | None = super().to_python(value)
        if number is not None and number < self.min_value:
            raise ValidationError(
                f"{quoted(str(value))} nhỏ hơn {self.show(self.min_value)}, số nhỏ nhất ô này nhận. "
                "Kiểm tra rồi nhập lại.",
                code="too_small",
            )
        return number

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:  # noqa: ARG002 - Django's hook
        return {"inputmode": "numeric", "autocomplete": "off"}


class StampField(CountField):
    """A hidden number that the page carries: the version it shows, whom it asks for. Nobody types it."""

    def __init__(self, *, max_value: int) -> None:
        super().__init__(required=False, max_value=max_value, widget=forms.HiddenInput)

    def parse(self, text: str) -> int | None:
        try:
            return super().parse(text)
        except InputRefused as refusal:
            raise InputRefused(typed=text, code="stale", message=RELOAD) from refusal


class MoneyField(CountField):
    """An amount in whole đồng: "1.500.000", also "1.500.000 đồng"."""

    def __init__(self, *, max_value: int = MONEY_MAXIMUM, **kwargs: Any) -> None:
        super().__init__(max_value=max_value, **kwargs)

    def parse(self, text: str) -> int | None:
        return parse_money(text, maximum=self.max_value)


class PercentField(CountField):
    """Whole percents: "10", also "10 %"."""

    def __init__(self, *, max_value: int = 100, **kwargs: Any) -> None:
        super().__init__(max_value=max_value, noun="tỷ lệ", **kwargs)

    def parse(self, text: str) -> int | None:
        return parse_percent(text, maximum=self.max_value)


class PartialDateField(TypedField):
    """A birth, of which only the year, or month and year, may be known: "05/12/1984", "12/1984", "1984"."""

    def parse(self, text: str) -> PartialDate | None:
        return parse_birth(text, this_year=timezone.localdate().year)

    def show(self, value: PartialDate) -> str:
        return value.display()


class WholeDateField(TypedField):
    """A day, known to the day: "05/12/2024"."""

    def parse(self, text: str) -> date | None:
        try:
            partial = parse_date(text)
        except DateRefused as refusal:
            if refusal.code != "not_a_date":
                raise
            words = f"{quoted(text)} không phải ngày tháng. Nhập ngày/tháng/năm, ví dụ 05/12/2024."
            raise DateRefused(typed=text, code=refusal.code, message=words) from refusal
        if partial is None:
            return None
        if (day := partial.to_date()) is None:
            words = f"{quoted(text)} thiếu ngày hoặc tháng. Nhập đủ, ví dụ 05/12/2024."
            raise DateRefused(typed=text, code="incomplete", message=words)
        return day

    def show(self, value: date) -> str:
        return format_date(value)


class CleanCharField(forms.CharField):
    """Text in NFC, without the invisible characters that come along from Word and the web.

    There is no `maxlength` in the page: a browser would cut a pasted text without a word.
    """

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:  # noqa: ARG002 - Django's hook
        return {}

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return clean(text) if isinstance(text, str) and text else text


class LineField(CleanCharField):
    """One line of at most `longest` characters: SQLite would store a longer one, PostgreSQL answer with an error."""

    def __init__(self, *, longest: int, **kwargs: Any) -> None:
        self.longest = longest
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        text = " ".join((super().to_python(value) or "").split())
        if not text.isprintable():
            raise ValidationError("Có ký tự không in được. Xóa đi rồi gõ lại.", code="unprintable")
        if len(text) > self.longest:
            raise ValidationError(
                f"Dài {format_count(len(text))} ký tự, ô này nhận nhiều nhất {format_count(self.longest)}. "
                "Rút gọn rồi nhập lại.",
                code="too_long",
            )
        return text


class RowForm(forms.Form):
    """The form of one row with the version that was seen; it shows what the service refuses where it belongs."""

    use_required_attribute = False

    version = StampField(max_value=2**31 - 1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conflicts: list[tuple[str, str, str]] = []
        """Of a stale row: the label of each field in which two writers differ, what is stored, what was typed."""

    @property
    def seen_version(self) -> int:
        return self.cleaned_data["version"] or 0

    def take(self, refusal: Refused) -> None:
        """Show a refusal at its field. After a stale one the same form, sent again, is meant to overwrite."""
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)
        if isinstance(refusal, Stale):
            self.resend(version=refusal.version)
            self.conflicts = [
                (str(self.fields[difference.field].label), difference.stored, difference.typed)
                for difference in refusal.differences
                if difference.field in self.fields
            ]

    def resend(self, **values: int) -> None:
        """Set hidden values of the form as it will be shown again."""
        self.data = {**dict(self.data.items()), **{name: str(value) for name, value in values.items()}}


class DelegationForm(forms.Form):
    """Who decides for the one who fills it in, between which days, and why."""

    use_required_attribute = False

    deputy = forms.ChoiceField(
        label="Người được ủy quyền",
        error_messages={"required": "Chưa chọn người.", "invalid_choice": "Người này không nhận được ủy quyền."},
    )
    valid_from = WholeDateField(label="Từ ngày", error_messages={"required": "Chưa nhập ngày bắt đầu."})
    valid_to = WholeDateField(label="Đến hết ngày", error_messages={"required": "Chưa nhập ngày cuối."})
    reason = LineField(
        label="Lý do",
        longest=300,
        help_text="Ví dụ: đi công tác theo Quyết định số …; nghỉ phép. Được ghi vào nhật ký.",
        error_messages={"required": "Cần ghi lý do ủy quyền."},
    )

    def __init__(self, *args: Any, deputies: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "label_suffix": ""})
        self.deputies = {str(user.pk): user for user in deputies}
        field = cast("forms.ChoiceField", self.fields["deputy"])
        people = [(key, f"{user.full_name} – {user.get_role_display()}") for key, user in self.deputies.items()]
        field.choices = [("", "– chọn người –"), *people]
        for name in ("valid_from", "valid_to"):
            self.fields[name].widget.attrs |= {"placeholder": "05/12/2024", "inputmode": "numeric"}

    @property
    def chosen(self) -> User:
        return self.deputies[self.cleaned_data["deputy"]]
