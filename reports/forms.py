"""Forms of the reading side: what the trail is filtered by."""

from collections.abc import Sequence
from typing import Any

from django import forms

from reports.trail import Choices, Filters
from trainingplan.forms import WholeDateField
from trainingplan.selectors import PlanUnit

WHOLE_LOG = "", "Kế hoạch này"
COMMON = "chung"


class TrailForm(forms.Form):
    """By unit, person, kind of data and days; every field may be left empty."""

    don_vi = forms.ChoiceField(label="Đơn vị", required=False)
    nguoi = forms.ChoiceField(label="Người thực hiện", required=False)
    loai = forms.ChoiceField(label="Loại dữ liệu", required=False)
    tu_ngay = WholeDateField(label="Từ ngày", required=False)
    den_ngay = WholeDateField(label="Đến hết ngày", required=False)
    pham_vi = forms.ChoiceField(label="Phạm vi", required=False, choices=[WHOLE_LOG, (COMMON, "Danh mục dùng chung")])

    def __init__(self, *args: Any, units: Sequence[PlanUnit], known: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "label_suffix": ""})
        self._units = {unit.key: unit.unit_id for unit in units}
        everything = ("", "Tất cả")
        self._choose("don_vi", [everything, *((unit.key, unit.name) for unit in units)])
        self._choose("nguoi", [everything, *known.actors])
        self._choose("loai", [everything, *known.tables])
        for name in ("tu_ngay", "den_ngay"):
            self.fields[name].widget.attrs |= {"placeholder": "05/12/2024", "inputmode": "numeric"}

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices
            field.error_messages["invalid_choice"] = "Không có lựa chọn này trong nhật ký."

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        since, until = data.get("tu_ngay"), data.get("den_ngay")
        if since and until and since > until:
            self.add_error("den_ngay", "Ngày này trước «Từ ngày». Kiểm tra rồi nhập lại.")
        return data

    def filters(self) -> Filters:
        """What a valid form asks for."""
        data = self.cleaned_data
        return Filters(
            unit_id=self._units.get(data["don_vi"]),
            actor=data["nguoi"],
            table=data["loai"],
            since=data["tu_ngay"],
            until=data["den_ngay"],
            common=data["pham_vi"] == COMMON,
        )
