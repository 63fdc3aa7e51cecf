"""The form of a budget line: what is typed of it, and one field for each source of funds."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms import BoundField

from budget.models import MAXIMUM, BudgetLine, FundSource
from budget.services import LineData
from courses.models import Programme
from trainingplan.forms import RELOAD, CountField, LineField, MoneyField, RowForm
from trainingplan.models import Plan

REQUIRED = {"required": "Chưa nhập ô này."}
CHOICE = {"invalid_choice": "Lựa chọn này không có trong danh sách."}


class BudgetLineForm(RowForm):
    """`line` is the line that is changed, None to add one. `token` makes one line of a form that is sent twice."""

    group = LineField(
        label="Nhóm", longest=200, error_messages=REQUIRED, widget=forms.TextInput(attrs={"list": "groups"})
    )
    content = LineField(label="Nội dung", longest=500, error_messages=REQUIRED)
    audience = LineField(label="Đối tượng", longest=300, required=False)
    programme = forms.ModelChoiceField(
        label="Chương trình", queryset=Programme.objects.none(), required=False, error_messages=CHOICE, empty_label="–"
    )
    basis = forms.ChoiceField(label="Cách tính", choices=BudgetLine.Basis, error_messages=REQUIRED | CHOICE)
    classes = CountField(
        label="Số lớp", noun="số lớp", min_value=1, max_value=10_000, initial=1, error_messages=REQUIRED
    )
    learners_per_class = CountField(label="Học viên/lớp", noun="số học viên", max_value=100_000, required=False)
    days = CountField(label="Số ngày", noun="số ngày", max_value=3_660, required=False)
    rate = MoneyField(label="Mức chi", min_value=1, max_value=MAXIMUM, error_messages=REQUIRED)
    executor = LineField(label="Đơn vị thực hiện", longest=250, required=False)
    note = LineField(label="Ghi chú", longest=300, required=False)
    shares = forms.Field(required=False)  # never drawn: the place of what is said of all shares together
    token = forms.UUIDField(required=False, widget=forms.HiddenInput, error_messages={"invalid": RELOAD})

    def __init__(self, *args: Any, plan: Plan, line: BudgetLine | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        programme = self.fields["programme"]
        assert isinstance(programme, forms.ModelChoiceField)  # noqa: S101 - tells the type checker
        programme.queryset = Programme.objects.filter(plan=plan)
        paid = {share.source_id: share.amount for share in line.shares.all()} if line else {}
        self.sources = list(FundSource.objects.all())
        for source in self.sources:
            self.fields[f"share_{source.pk}"] = MoneyField(
                label=source.name, required=False, max_value=MAXIMUM, initial=paid.get(source.pk)
            )

    @property
    def share_fields(self) -> list[BoundField]:
        return [self[f"share_{source.pk}"] for source in self.sources]

    @property
    def line_data(self) -> LineData:
        """What was typed; only of a valid form."""
        typed = self.cleaned_data
        programme = typed["programme"]
        return LineData(
            programme_id=programme.pk if programme else None,
            group=typed["group"],
            content=typed["content"],
            audience=typed["audience"],
            classes=typed["classes"],
            learners_per_class=typed["learners_per_class"] or 0,
            days=typed["days"] or 0,
            basis=typed["basis"],
            rate=typed["rate"],
            executor=typed["executor"],
            note=typed["note"],
        )

    @property
    def paid(self) -> dict[int, int]:
        """What each source pays; only of a valid form."""
        return {source.pk: self.cleaned_data[f"share_{source.pk}"] or 0 for source in self.sources}


class RemovalForm(RowForm):
    """That somebody means it, of the version he saw, and why."""

    reason = LineField(label="Lý do", longest=300, required=False)


def initial_of(line: BudgetLine) -> Mapping[str, Any]:
    """The values of a stored line for the form."""
    names = ("group", "content", "audience", "basis", "classes", "rate", "executor", "note", "version")
    values = {name: getattr(line, name) for name in names}
    return values | {
        "programme": line.programme_id,
        "learners_per_class": line.learners_per_class or None,
        "days": line.days or None,
    }
