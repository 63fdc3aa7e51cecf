"""The form of the registration round: when it opens, its deadline, and why."""

import re
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from quotas.services.rounds import has_opened
from trainingplan.forms import CleanCharField, TypedField, WholeDateField
from trainingplan.models import Plan
from trainingplan.rules.text import clean, quoted

_TIME = re.compile(r"([01]?[0-9]|2[0-3])\s*(?:[:.hg]|giờ)\s*([0-5][0-9])?", re.ASCII | re.IGNORECASE)
END_OF_WORK = time(17, 0)


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
