"""The form of a budget line: what is typed of it, its costs, and one field for each source of funds."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField

from budget.forms.costs import MOST_ROWS, CostForm, Prices, initial_of_cost, initial_of_factors
from budget.models import MAXIMUM, BudgetLine, ClassKind, FundSource, NormSet
from budget.rules.costs import figures, fill
from budget.rules.norms import NormRefused
from budget.selectors.norms import class_day, items_by_key, norm_set_on
from budget.services.estimates import CostData, CostsRefused, estimate_by
from budget.services.lines import LineData
from courses.models import Programme
from trainingplan.forms import RELOAD, CountField, LineField, MoneyField, RowForm, WholeDateField
from trainingplan.models import Plan, UnitGroup
from trainingplan.services.refusals import Refused

REQUIRED = {"required": "Chưa nhập ô này."}
CHOICE = {"invalid_choice": "Lựa chọn này không có trong danh sách."}
BLANK_ROWS = 2
MARKS = ("carried_over", "outside_plan", "self_funded")
COUNTS = ("classes", "learners_per_class", "days", "months")


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
    bloc = forms.ModelChoiceField(
        label="Khối", queryset=UnitGroup.objects.all(), required=False, error_messages=CHOICE, empty_label="–"
    )
    kind = forms.ModelChoiceField(
        label="Loại lớp", queryset=ClassKind.objects.all(), required=False, error_messages=CHOICE, empty_label="–"
    )
    classes = CountField(
        label="Số lớp", noun="số lớp", min_value=1, max_value=10_000, initial=1, error_messages=REQUIRED
    )
    learners_per_class = CountField(label="Học viên/lớp", noun="số học viên", max_value=100_000, required=False)
    days = CountField(label="Số ngày", noun="số ngày", max_value=3_660, required=False)
    months = CountField(label="Số tháng", noun="số tháng", max_value=120, required=False)
    opens_on = WholeDateField(
        label="Ngày khai giảng",
        required=False,
        help_text="Định mức theo ngày này.",
        widget=forms.TextInput(attrs={"placeholder": "05/12/2024", "inputmode": "numeric"}),
    )
    territory = forms.ChoiceField(label="Địa bàn", required=False, error_messages=CHOICE)
    place = LineField(label="Địa điểm", longest=250, required=False)
    provider = LineField(
        label="Cơ sở đào tạo", longest=250, required=False, widget=forms.TextInput(attrs={"list": "providers"})
    )
    executor = LineField(label="Đơn vị thực hiện", longest=250, required=False)
    carried_over = forms.BooleanField(label="Chuyển tiếp", required=False)
    outside_plan = forms.BooleanField(label="Ngoài kế hoạch", required=False)
    self_funded = forms.BooleanField(label="Kinh phí do cơ quan, đơn vị bảo đảm", required=False)
    note = LineField(label="Ghi chú", longest=300, required=False)
    basis = forms.ChoiceField(
        label="Cách tính",
        choices=BudgetLine.Basis,
        initial=BudgetLine.Basis.ESTIMATE,
        error_messages=REQUIRED | CHOICE,
        widget=forms.RadioSelect,
    )
    rate = MoneyField(
        label="Số tiền trọn gói", max_value=MAXIMUM, required=False, help_text="Chỉ khi không tính theo định mức."
    )
    costs = forms.Field(label="Các khoản dự toán", required=False)  # never drawn, as the next one
    shares = forms.Field(required=False)  # the place of what is said of all shares together
    payer = forms.ModelChoiceField(
        label="Một nguồn trả toàn bộ",
        queryset=FundSource.objects.all(),
        required=False,
        error_messages=CHOICE,
        empty_label="– nhiều nguồn, nhập dưới đây –",
    )
    token = forms.UUIDField(required=False, widget=forms.HiddenInput, error_messages={"invalid": RELOAD})

    def __init__(
        self,
        *args: Any,
        plan: Plan,
        line: BudgetLine | None = None,
        costs: Sequence[Mapping[str, Any]] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.plan, self.line, self.norm_sets = plan, line, list(NormSet.objects.all())
        programme = self.fields["programme"]
        assert isinstance(programme, forms.ModelChoiceField)  # noqa: S101 - tells the type checker
        programme.queryset = Programme.objects.filter(plan=plan)
        territory = self.fields["territory"]
        assert isinstance(territory, forms.ChoiceField)  # noqa: S101 - as above
        territory.choices = [("", "– theo tỉnh –"), *((name, name) for name in self._territories())]
        self._add_sources(line)
        self.prices = self._prices()
        self.rows = self._rows(costs)
        self.fill_problem = ""

    def _add_sources(self, line: BudgetLine | None) -> None:
        paid = {share.source_id: share.amount for share in line.shares.all()} if line else {}
        self.sources = list(FundSource.objects.all())
        if line and len(paid) == 1:
            self.initial.setdefault("payer", next(iter(paid)))
            paid = {}
        for source in self.sources:
            self.fields[f"share_{source.pk}"] = MoneyField(
                label=source.name, required=False, max_value=MAXIMUM, initial=paid.get(source.pk)
            )

    def _territories(self) -> list[str]:
        own = self.line.territory if self.line else ""
        known = sorted(norm_set.territory for norm_set in self.norm_sets)
        return list(dict.fromkeys(filter(None, (*known, own))))

    def _rows(self, costs: Sequence[Mapping[str, Any]] | None) -> list[CostForm]:
        """The rows that were typed; at first the stored ones, or `costs`, and some empty ones."""
        if self.is_bound:
            places = range(next(n for n in range(MOST_ROWS + 1) if n == MOST_ROWS or f"cost-{n}-norm" not in self.data))
            return [CostForm(self.data, prefix=f"cost-{n}", prices=self.prices, place=n + 1) for n in places]
        if costs is None:
            stored = self.line.costs.select_related("norm_item") if self.line else ()
            costs = [initial_of_cost(cost) for cost in stored]
        given = [*costs, *({} for _ in range(BLANK_ROWS))][:MOST_ROWS]
        return [
            CostForm(initial=dict(values), prefix=f"cost-{n}", prices=self.prices, place=n + 1)
            for n, values in enumerate(given)
        ]

    def _prices(self) -> Prices:
        """The norms of the day and place that the form names, also while other fields are still wrong."""
        day, territory = self.read("opens_on"), str(self["territory"].value() or "")
        try:
            norm_set = norm_set_on(
                class_day(self.plan, day if isinstance(day, date) else None), territory, self.norm_sets
            )
        except NormRefused as refusal:
            return Prices(None, {}, str(refusal))
        return Prices(norm_set, items_by_key(norm_set))

    def read(self, name: str) -> Any:
        """The value of one field, None where it cannot be read."""
        value = self[name].value()
        try:
            return self.fields[name].clean(value) if isinstance(value, str) else value
        except ValidationError:
            return None

    def is_valid(self) -> bool:
        rows = [row.is_valid() for row in self.rows]
        if self.is_bound and not all(rows) and not self.has_error("costs"):
            self.add_error("costs", "Có khoản chưa đúng, xem dấu ⚠ trong bảng.")
        return super().is_valid() and all(rows)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        typed = [source.name for source in self.sources if cleaned.get(f"share_{source.pk}")]
        if cleaned.get("payer") and typed:
            names = ", ".join(typed)
            self.add_error("payer", f"Đã nhập riêng {names}. Xóa các số đó, hoặc chọn «nhiều nguồn».")
        return cleaned

    @property
    def share_fields(self) -> list[BoundField]:
        return [self[f"share_{source.pk}"] for source in self.sources]

    @property
    def mark_fields(self) -> list[BoundField]:
        return [self[name] for name in MARKS]

    @property
    def line_data(self) -> LineData:
        """What was typed; only of a valid form."""
        typed = self.cleaned_data
        estimate = typed["basis"] == BudgetLine.Basis.ESTIMATE
        words = ("group", "content", "audience", "opens_on", "place", "territory", "provider", "executor", "note")
        chosen = {f"{name}_id": typed[name].pk if typed[name] else None for name in ("programme", "bloc", "kind")}
        values: dict[str, Any] = {name: typed[name] for name in (*words, *MARKS, "basis")}
        values |= {name: typed[name] or 0 for name in COUNTS} | chosen
        return LineData(**values, rate=0 if estimate else typed["rate"] or 0)

    @property
    def cost_data(self) -> list[CostData]:
        """The costs that were typed; only of a valid form."""
        typed = (row.typed for row in self.rows)
        return [cost for cost in typed if cost]

    @property
    def paid(self) -> dict[int, int]:
        """What each source pays; only of a valid form."""
        return {source.pk: self.cleaned_data[f"share_{source.pk}"] or 0 for source in self.sources}

    @property
    def payer_id(self) -> int | None:
        payer = self.cleaned_data["payer"]
        return payer.pk if payer else None

    def take(self, refusal: Refused) -> None:
        """Show a refusal at its field, those of costs at their rows."""
        if not isinstance(refusal, CostsRefused):
            super().take(refusal)
            return
        rows = [row for row in self.rows if row.typed]
        for fault in refusal.faults:
            rows[fault.place].add_error(fault.field, fault.message)
        self.add_error("costs", "Có khoản chưa đúng, xem dấu ⚠ trong bảng.")

    def price(self) -> int | None:
        """Give each row its amount as far as the rows can be read, and return what they come to."""
        rows = [row for row in self.rows if row.typed]
        typed = [cost for cost in (row.typed for row in rows) if cost]
        try:
            made = estimate_by(self.prices.norm_set, typed, self.prices.items)
        except Refused as refusal:
            if self.is_bound and not self.errors:
                self.take(refusal)
            return None
        for row, cost in zip(rows, made.costs, strict=True):
            row.priced = cost.priced
        return made.total

    def typed_rows(self) -> list[dict[str, Any]]:
        """What stands in the rows, unread; empty ones and those taken out are left out."""
        rows = [_raw(row) for row in self.rows]
        return [row for row in rows if any(row.values())]

    def usual_rows(self) -> list[dict[str, Any]]:
        """The rows that are typed, and after them the usual costs of the kind of class that are not yet among them."""
        typed = self.typed_rows()
        kind = self.read("kind")
        if not isinstance(kind, ClassKind):
            self.fill_problem = "Chọn loại lớp trước."
            return typed
        if self.prices.norm_set is None:
            self.fill_problem = self.prices.refusal
            return typed
        number = self.prices.norm_set.number
        norms = {key: item.as_norm(number) for key, item in self.prices.items.items()}
        counted = figures(**{name: self.read(name) or 0 for name in COUNTS})
        patterns = [cost.as_pattern() for cost in kind.usual_costs.all()]
        there = {row["norm"] for row in typed}
        for key, cost in fill(patterns, norms, counted):
            if key not in there:
                level = {"level": cost.level} if cost.level else {}
                content = "" if cost.content == norms[key].name else cost.content
                typed.append({"norm": key, "content": content} | level | initial_of_factors(cost.factors))
        return typed


class RemovalForm(RowForm):
    """That somebody means it, of the version he saw, and why."""

    reason = LineField(label="Lý do", longest=300, required=False)


class StateForm(RowForm):
    """A decision on a line's money, of the version that was seen; `reason` names the paper or says why."""

    reason = LineField(label="Căn cứ hoặc lý do", longest=300, required=False)


def initial_of(line: BudgetLine) -> Mapping[str, Any]:
    """The values of a stored line for the form."""
    names = ("group", "content", "audience", "basis", "classes", "opens_on", "place", "territory", "provider")
    values = {name: getattr(line, name) for name in (*names, "executor", "note", "version", *MARKS)}
    chosen = {name: getattr(line, f"{name}_id") for name in ("programme", "bloc", "kind")}
    blank = {name: getattr(line, name) or None for name in ("learners_per_class", "days", "months", "rate")}
    return values | chosen | blank


def _raw(row: CostForm) -> dict[str, Any]:
    """What stands in a row, unread; of one that is taken out nothing."""
    names = [name for name in row.fields if name not in ("factors", "remove")]
    return {} if row["remove"].value() else {name: row[name].value() for name in names}
