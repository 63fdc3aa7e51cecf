"""The whole-plan workbook's decisions on funds, what they grant, and what was settled: they come after the plan."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS
from django.utils import timezone

from budget.models import BudgetLine, Grant, GrantedAmount, SettledAmount
from budget.policies import SETTLED_WORDS, check_grants_go
from budget.resources.book import SOURCES
from budget.resources.book_costs import line_of_row
from budget.resources.book_lines import ADDED, LINES
from budget.services.lines import lock_budget
from trainingplan.policies import why_ended
from trainingplan.resources.book import BookResource, Faults, Pending
from trainingplan.resources.book_columns import (
    BookColumn,
    Directory,
    KeyRef,
    Scene,
    Texts,
    illustrative_column,
    key_column,
    name_column,
    part_column,
)
from trainingplan.resources.columns import Choice, Day, Money, YesNo
from trainingplan.rules.numbers import format_money

NUMBER, KIND = "Số quyết định", "Loại"
NOBODY = (
    "Quyết định giao kinh phí phải có người nhập. Tạo tài khoản Ban Tổ chức, rồi nhập lại với «--as TÊN», "
    "hoặc bỏ dòng này."
)


def _grants(scene: Scene) -> Iterable[tuple[int, Texts, str]]:
    rows = Grant.objects.filter(plan__year=scene.year).order_by()
    return ((one.pk, (one.number, one.get_kind_display()), one.number) for one in rows)


GRANTS = Directory("grant", "quyết định", "Quyết định giao", (NUMBER, KIND), _grants)


class SignedMoney(Money):
    """An amount that may be taken back."""

    def read(self, text: str) -> int | None:
        amount = super().read(text.lstrip("-−"))
        return -amount if amount is not None and text.startswith(("-", "−")) else amount


class ExecutionSheet(BookResource):
    """Execution data, which only the end of the plan closes."""

    def lock(self) -> None:
        lock_budget(self.scene.plan)

    def problems_of(self, instance: Any) -> dict[str, str]:
        why = why_ended(self.scene.plan)
        return {NON_FIELD_ERRORS: why} if why else {}


class GrantSheet(ExecutionSheet):
    about = "Các quyết định giao kinh phí; số tiền từng dòng ở sheet sau. Nhập sheet này cần «--as TÊN»."
    directory = GRANTS
    of_the_plan = "plan"

    number = BookColumn("number", NUMBER, required=True, meaning="Số của quyết định.")
    kind = BookColumn("kind", KIND, Choice(Grant.Kind.choices), required=True, meaning="Giao lần đầu, bổ sung …")
    decided_on = BookColumn("decided_on", "Ngày quyết định", Day(), required=True, meaning="Ngày ký.")
    note = BookColumn("note", "Ghi chú", meaning="Nếu cần.")
    illustrative = illustrative_column()

    class Meta:
        model = Grant
        import_id_fields = ("number", "kind")
        name = "Quyết định giao"

    def place(self, row: Grant) -> tuple[Any, ...]:
        return row.decided_on, row.number, row.kind

    def problems_of(self, instance: Grant) -> dict[str, str]:
        if instance._state.adding and self.by_system:
            return {NON_FIELD_ERRORS: NOBODY}
        return super().problems_of(instance)

    def clean_instance(self, instance: Any, exclude: set[str]) -> None:
        """Who enters it, and when, is set as it is written."""
        instance.made_by, instance.made_at = self.actor, timezone.now()
        super().clean_instance(instance, exclude | {"made_by", "made_at"})

    def stamp(self, one: Pending) -> None:
        super().stamp(one)
        if one.before is not None:
            one.row.made_by_id, one.row.made_at = one.before.made_by_id, one.before.made_at

    def title_of(self, row: Grant) -> str:
        return row.number


class GrantedSheet(ExecutionSheet):
    about = "Số tiền mà quyết định giao cho từng dòng, từng nguồn; số âm là thu hồi."
    of_the_plan = "grant__plan"

    number = part_column("grant_id", NUMBER, GRANTS, 0, required=True, meaning="Số của quyết định.")
    grant = BookColumn(
        "grant_id", KIND, KeyRef(GRANTS, scope=(NUMBER,)), required=True, covers=("grant",), meaning="Loại quyết định."
    )
    line = line_of_row()
    line_name = name_column("line_id", "Dòng kinh phí", LINES)
    source = key_column("source_id", "Khóa nguồn", SOURCES, required=True, meaning="Nguồn nào.")
    amount = BookColumn("amount", "Số tiền", SignedMoney(), required=True, meaning="Đồng; thu hồi ghi số âm.")
    approved = BookColumn(
        "approved", "Quyết định này duyệt dòng", YesNo(), meaning="Ghi «có» nếu dòng được duyệt nhờ số giao này."
    )

    class Meta:
        model = GrantedAmount
        import_id_fields = ("grant", "line", "source")
        name = "Số được giao"

    def remove(self, rows: Sequence[GrantedAmount], *, reason: str) -> None:
        check_grants_go(rows)
        super().remove(rows, reason=reason)

    def faults(self) -> Faults:
        """Of every line and source the decisions sum to zero or more."""
        sums: Counter[tuple[int, int]] = Counter()
        for row in (*self.standing(), *(one.row for one in self.pending)):
            sums[row.line_id, row.source_id] += row.amount or 0
        words = "Thu hồi nhiều hơn số đã giao của dòng và nguồn này. Sửa số tiền."
        bad = {key for key, amount in sums.items() if amount < 0}
        return {one.number: ("amount", words) for one in self.pending if (one.row.line_id, one.row.source_id) in bad}


class SettledSheet(ExecutionSheet):
    about = "Số đã quyết toán của từng dòng, từng nguồn; vượt số được giao thì phải có lý do."
    of_the_plan = "line__plan"

    line = line_of_row()
    line_name = name_column("line_id", "Dòng kinh phí", LINES)
    source = key_column("source_id", "Khóa nguồn", SOURCES, required=True, meaning="Nguồn nào.")
    amount = BookColumn("amount", "Số quyết toán", Money(), required=True, meaning="Từ 1 đồng.")
    settled_on = BookColumn("settled_on", "Ngày quyết toán", Day(), required=True, meaning="Ngày quyết toán.")
    note = BookColumn("note", "Căn cứ, ghi chú", meaning="Nếu cần.")
    excess = BookColumn("excess", "Lý do vượt", meaning="Bắt buộc khi vượt số được giao.")
    illustrative = illustrative_column()

    class Meta:
        model = SettledAmount
        import_id_fields = ("line", "source")
        name = "Số quyết toán"

    def lock(self) -> None:
        """What is settled of a class stays while it stands at its last step; lines of this very file bring theirs."""
        super().lock()
        settled = BudgetLine.objects.filter(plan=self.scene.plan, state=BudgetLine.State.SETTLED)
        self.settled = set(settled.exclude(key__in=self.scene.left.get(ADDED, ())).values_list("pk", flat=True))

    def problems_of(self, instance: Any) -> dict[str, str]:
        if instance.line_id in self.settled:
            return {NON_FIELD_ERRORS: SETTLED_WORDS}
        return super().problems_of(instance)

    def faults(self) -> Faults:
        granted: Counter[tuple[int, int]] = Counter()
        rows = GrantedAmount.objects.filter(line__plan=self.scene.plan).order_by()
        for line_id, source_id, amount in rows.values_list("line_id", "source_id", "amount"):
            granted[line_id, source_id] += amount
        return {
            one.number: ("excess", _over(granted[one.row.line_id, one.row.source_id]))
            for one in self.pending
            if one.row.amount > granted[one.row.line_id, one.row.source_id] and not one.row.excess
        }


def _over(granted: int) -> str:
    return f"Số được giao là {format_money(granted)} đồng. Ghi lý do vượt, hoặc sửa số quyết toán."
