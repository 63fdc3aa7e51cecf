"""The days between which a figure is compared."""

from typing import Any

from django import forms

from reports.why_page import Period, last_week
from trainingplan.forms import WholeDateField


class PeriodForm(forms.Form):
    """Both days are included; an empty one is that of the week that ends today."""

    tu_ngay = WholeDateField(label="Từ đầu ngày", required=False)
    den_ngay = WholeDateField(label="Đến hết ngày", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "label_suffix": ""})
        for field in self.fields.values():
            field.widget.attrs |= {"placeholder": "05/12/2024", "inputmode": "numeric", "autocomplete": "off"}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and self._read(data).first > self._read(data).last:
            self.add_error("den_ngay", "Ngày này trước «Từ đầu ngày». Kiểm tra rồi nhập lại.")
        return data

    def _read(self, data: dict[str, Any]) -> Period:
        week = last_week()
        return Period(data.get("tu_ngay") or week.first, data.get("den_ngay") or week.last)

    def period(self) -> Period:
        """What a valid form asks for."""
        return self._read(self.cleaned_data)
