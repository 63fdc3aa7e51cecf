"""The forms of the registration round: when it opens, its deadline, and why; more time for one unit."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from courses.models import Programme
from quotas.models import ExtensionRequest, PhaseDeadline
from quotas.services.rounds import has_opened
from trainingplan.forms import CleanCharField, TypedField, WholeDateField
from trainingplan.models import Plan
from trainingplan.rules.text import clean, quoted
from trainingplan.services.refusals import Refused

_TIME = re.compile(r"([01]?[0-9]|2[0-3])\s*(?:[:.hg]|giờ)\s*([0-5][0-9])?", re.ASCII | re.IGNORECASE)
END_OF_WORK = time(17, 0)
Phase = PhaseDeadline.Phase


class ClockField(TypedField):
    """A time of day as people write it: "17:00", "17h", "17 giờ 30"."""

    def to_python(self, value: Any) -> time | None:
        if value is None or isinstance(value, time):
            return value
        typed = clean(str(value))
        if not typed:
            return None
        found = _TIME.fullmatch(typed)
        if not found:
            raise ValidationError(f"{quoted(typed)} không phải giờ. Nhập giờ và phút, ví dụ 17:00.", code="time")
        return time(int(found[1]), int(found[2] or 0))

    def show(self, value: time) -> str:
        return f"{value:%H:%M}"


class RoundForm(forms.Form):
    """Its fields in the order of the page; a round that has opened keeps its opening."""

    use_required_attribute = False

    opens_on = WholeDateField(label="Mở ngày", required=False, help_text="Để trống: mở ngay khi lưu.")
    opens_time = ClockField(label="Lúc", required=False)
    closes_on = WholeDateField(label="Hạn ngày", error_messages={"required": "Chưa nhập ngày hết hạn."})
    closes_time = ClockField(label="Lúc", error_messages={"required": "Chưa nhập giờ hết hạn."})
    reason = CleanCharField(
        label="Lý do",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
        help_text="Ai cho phép, theo văn bản nào. Được ghi vào nhật ký.",
        error_messages={"required": "Cần ghi lý do.", "max_length": "Lý do dài quá 1.000 ký tự. Hãy viết gọn lại."},
    )

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "initial": _initial(plan), "label_suffix": ""})
        if has_opened(plan):
            del self.fields["opens_on"], self.fields["opens_time"]
        for name in self.fields:
            self.fields[name].widget.attrs |= {"placeholder": "30/11/2023"} if name.endswith("_on") else {}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("opens_time") and not data.get("opens_on") and "opens_on" not in self.errors:
            self.add_error("opens_on", "Đã nhập giờ mở thì nhập cả ngày, hoặc để trống cả hai.")
        return data

    @property
    def opens_at(self) -> datetime | None:
        """The opening that was typed; None to open now, or to leave it."""
        day: date | None = self.cleaned_data.get("opens_on")
        return _moment(day, self.cleaned_data.get("opens_time") or time.min) if day else None

    @property
    def closes_at(self) -> datetime:
        return _moment(self.cleaned_data["closes_on"], self.cleaned_data["closes_time"])


class RefusableForm(forms.Form):
    """A form that shows what the service refuses, at the field where it belongs."""

    use_required_attribute = False

    def take(self, refusal: Refused) -> None:
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)


class PhaseForm(RefusableForm):
    """By when the phases after registration are to be done; an empty day is no deadline."""

    allocation_on = WholeDateField(label="Phân bổ xong trước ngày", required=False)
    allocation_time = ClockField(label="Lúc", required=False)
    submission_on = WholeDateField(label="Trình kế hoạch trước ngày", required=False)
    submission_time = ClockField(label="Lúc", required=False)
    reason = CleanCharField(
        label="Lý do",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=500,
        help_text="Ai cho phép, theo văn bản nào. Được ghi vào nhật ký.",
        error_messages={"required": "Cần ghi lý do.", "max_length": "Lý do dài quá 500 ký tự. Hãy viết gọn lại."},
    )

    def __init__(self, *args: Any, standing: Mapping[Phase, datetime], **kwargs: Any) -> None:
        initial: dict[str, Any] = {f"{phase}_time": END_OF_WORK for phase in Phase}
        for phase, at in standing.items():
            local = timezone.localtime(at)
            initial |= {f"{phase}_on": local.date(), f"{phase}_time": local.time().replace(second=0, microsecond=0)}
        super().__init__(*args, **{**kwargs, "initial": initial, "label_suffix": ""})
        for phase in Phase:
            self.fields[f"{phase}_on"].widget.attrs |= {"placeholder": "15/12/2023"}

    @property
    def due(self) -> dict[Phase, datetime | None]:
        """The deadlines that were typed; None for none."""
        data = self.cleaned_data
        return {
            phase: _moment(day, data.get(f"{phase}_time") or END_OF_WORK) if (day := data.get(f"{phase}_on")) else None
            for phase in Phase
        }


class ExtensionRequestForm(RefusableForm):
    """For which programme a unit needs more time, and why."""

    programme = forms.ChoiceField(
        label="Cho chương trình",
        required=False,
        error_messages={"invalid_choice": "Lựa chọn này không có trong danh sách."},
    )
    reason = CleanCharField(
        label="Lý do",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=500,
        error_messages={"required": "Cần ghi lý do.", "max_length": "Lý do dài quá 500 ký tự. Hãy viết gọn lại."},
    )

    def __init__(self, *args: Any, programmes: Sequence[Programme], **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "label_suffix": ""})
        self.programmes = {programme.key: programme for programme in programmes}
        choices = [(key, f"{one.code} {one.short_name}".strip()) for key, one in self.programmes.items()]
        field = cast("forms.ChoiceField", self.fields["programme"])
        field.choices = [("", "Tất cả chương trình"), *choices]

    def clean_programme(self) -> Programme | None:
        return self.programmes.get(self.cleaned_data["programme"])


class ExtensionForm(ExtensionRequestForm):
    """What the Board grants; a request that waits proposes its programme."""

    field_order = ("until_on", "until_time", "programme", "reason")

    until_on = WholeDateField(label="Gia hạn đến ngày", error_messages={"required": "Chưa nhập ngày."})
    until_time = ClockField(label="Lúc", error_messages={"required": "Chưa nhập giờ."})

    def __init__(self, *args: Any, request: ExtensionRequest | None = None, **kwargs: Any) -> None:
        asked = request.programme.key if request and request.programme else ""
        super().__init__(*args, **{**kwargs, "initial": {"until_time": END_OF_WORK, "programme": asked}})
        self.fields["reason"].help_text = "Ai cho phép, theo văn bản nào. Đơn vị và nhật ký đều thấy."

    @property
    def until(self) -> datetime:
        return _moment(self.cleaned_data["until_on"], self.cleaned_data["until_time"])


def _moment(day: date, at: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, at))


def _initial(plan: Plan) -> dict[str, Any]:
    """What stands; a deadline that nobody has set yet is proposed for the end of a working day."""
    initial: dict[str, Any] = {"closes_time": END_OF_WORK}
    for name, moment in (("opens", plan.registration_opens_at), ("closes", plan.registration_closes_at)):
        if moment:
            local = timezone.localtime(moment)
            initial |= {f"{name}_on": local.date(), f"{name}_time": local.time().replace(second=0, microsecond=0)}
    return initial
