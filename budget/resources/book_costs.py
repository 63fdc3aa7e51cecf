"""The whole-plan workbook's costs of estimates, and what each source pays of a line."""

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from typing import Any

from budget.models import MAXIMUM, BudgetLine, BudgetShare, EstimateLine, FundSource, NormItem
from budget.resources.book import NORM, NORM_SET, NORM_SETS, NORMS, SOURCES, factor_columns
from budget.resources.book_lines import AMOUNT, LINES, STATED, BudgetSheet, disagrees
from budget.rules.costs import Cost, Factor, price
from budget.rules.norms import INVOICE, PERCENT
from trainingplan.resources.book import Faults, Pending
from trainingplan.resources.book_columns import BookColumn, KeyRef, key_column, name_column, part_column
from trainingplan.resources.book_units import position_column
from trainingplan.resources.columns import Choice, Money, cell_text
from trainingplan.rules.numbers import format_money

LINE = "Khóa dòng"
TOO_MUCH = f"Thành tiền vượt quá {format_money(MAXIMUM)} đồng. Kiểm tra mức dùng và các thừa số."
COMPUTED = "Để trống thì tính; đã ghi thì phải đúng bằng số tính ra."


def line_of_row() -> BookColumn:
    return key_column("line_id", LINE, LINES, required=True, meaning="Dòng kinh phí.", example="lop-mau-1")


class NormRef(KeyRef):
    """A norm by its key, of the set that the row names, else of the line's own."""

    def clean(self, value: Any, row: Mapping[str, Any] | None = None, **kwargs: Any) -> int | None:
        cells = dict(row or {})
        if not cell_text(cells.get(NORM_SET)):
            cells[NORM_SET] = self._set_of(cell_text(cells.get(LINE)))
        return super().clean(value, cells)

    def _set_of(self, line: str) -> str:
        sets: dict[str, str] = self.scene.left.setdefault("norm sets of lines", {})
        if not sets:
            rows = BudgetLine.objects.filter(plan__year=self.scene.year, norm_set__isnull=False).order_by()
            sets |= dict(rows.values_list("key", "norm_set__key"))
        return sets.get(line, "")


class CostSheet(BudgetSheet):
    about = "Các khoản của dự toán: mức dùng × thừa số × thừa số …, hoặc tỷ lệ của các khoản khác."
    filled_in = frozenset({"amount", "content", "kind", "level"})

    line = line_of_row()
    line_name = name_column("line_id", "Dòng kinh phí", LINES)
    position = position_column("trong dòng")
    norm_set = part_column(
        "norm_item_id",
        NORM_SET,
        NORMS,
        0,
        listed=NORM_SETS,
        meaning="Để trống: bộ định mức của dòng.",
        example="nq-mau",
    )
    norm_item = BookColumn(
        "norm_item_id",
        NORM,
        NormRef(NORMS, scope=(NORM_SET,)),
        covers=("norm_item",),
        meaning="Để trống nếu khoản theo hóa đơn, không theo định mức.",
        example="nuoc-uong",
    )
    content = BookColumn("content", "Nội dung chi", meaning="Để trống: lấy tên của mức chi.", example="Nước uống")
    kind = BookColumn(
        "kind", "Loại mức chi", Choice(NormItem.Kind.choices), meaning="Để trống: như mức chi.", example="tối đa"
    )
    base = BookColumn("base", "Tỷ lệ tính trên", Choice(NormItem.Base.choices), meaning="Để trống: như mức chi.")
    level = BookColumn("level", "Mức dùng", Money(), meaning="Đồng, hoặc %; để trống: như mức chi.", example=20_000)
    unit1, number1 = factor_columns(1, number="1", unit="người", example=40)
    unit2, number2 = factor_columns(2, number="1", unit="buổi", example=2)
    unit3, number3 = factor_columns(3, number="1")
    amount = BookColumn("amount", AMOUNT, Money(), meaning=COMPUTED, example=1_600_000)

    class Meta:
        model = EstimateLine
        import_id_fields = ("line", "position")
        name = "Khoản dự toán"

    def lock(self) -> None:
        super().lock()
        self.norms = NormItem.objects.in_bulk()
        self.amounts = dict(EstimateLine.objects.filter(line__plan=self.scene.plan).values_list("pk", "amount"))

    def place(self, row: EstimateLine) -> tuple[Any, ...]:
        return self.columns["line"].export(row), row.position

    def complete(self, instance: EstimateLine, row: Mapping[str, Any]) -> None:
        """What the norm says, where the row leaves it open."""
        norm = self.norms.get(instance.norm_item_id or 0)
        instance.kind = instance.kind or (norm.kind if norm else INVOICE)
        instance.content = instance.content or (norm.name if norm else "")
        given: int | None = instance.level
        instance.level = (norm.level if norm else None) or 0 if given is None else given
        if instance.kind == PERCENT:
            instance.base = instance.base or (norm.base if norm else "")
        stated: int | None = instance.amount
        vars(instance)["stated"] = stated if AMOUNT in row else None
        instance.amount = self.amounts.get(instance.pk, 0) if stated is None else stated

    def remove(self, rows: Sequence[EstimateLine], *, reason: str) -> None:
        """The shares in per cent of what is left are priced anew."""
        super().remove(rows, reason=reason)
        for line_id in dict.fromkeys(row.line_id for row in rows):
            left = list(EstimateLine.objects.filter(line_id=line_id).order_by("position"))
            for row, priced in zip(left, price(map(_cost, left)), strict=True):
                if (row.amount, row.of_amount) != (priced.amount, priced.of):
                    row.amount, row.of_amount = priced.amount, priced.of
                    self.edits.save(row)

    def problems_of(self, instance: EstimateLine) -> dict[str, str]:
        problems = super().problems_of(instance)
        if not (instance.level or self._incomplete):
            problems["level"] = "Chưa có mức dùng. Nhập số tiền từ 1 đồng trở lên."
        return problems

    def faults(self) -> Faults:
        """Price every line that the file touches; what it states must agree."""
        found: Faults = {}
        for line_id in dict.fromkeys(one.row.line_id for one in self.pending):
            self._price(line_id, found)
        stated: dict[str, int] = self.scene.left.get(STATED, {})
        for line_id, line in self.final_lines().items():
            if line.basis == BudgetLine.Basis.ESTIMATE and stated.get(line.key, line.amount) != line.amount:
                message = f"Các khoản của dòng này: {disagrees(stated[line.key], line.amount)}"
                self.blame(found, line_id, message)
        return found | {number: why for number, why in super().faults().items() if number not in found}

    def _price(self, line_id: int, found: Faults) -> None:
        numbers = {id(one.row): one.number for one in self.pending}
        rows = [row for row in self.standing() if row.line_id == line_id]
        rows += [one.row for one in self.pending if one.row.line_id == line_id]
        for row, priced in zip(rows, price(map(_cost, rows)), strict=True):
            stated = vars(row).get("stated") if id(row) in numbers else None
            if id(row) in numbers and priced.amount > MAXIMUM:
                found[numbers[id(row)]] = "level", TOO_MUCH
            elif stated is not None and stated != priced.amount:
                found[numbers[id(row)]] = "amount", disagrees(stated, priced.amount)
            if id(row) not in numbers and (row.amount, row.of_amount) != (priced.amount, priced.of):
                before = copy(row)
                self.pending.append(Pending(0, row, before))
            row.amount, row.of_amount = priced.amount, priced.of
        self.lines[line_id].amount = sum(row.amount for row in rows)


def _cost(row: EstimateLine) -> Cost:
    pairs: Iterable[tuple[str, int]] = (
        (row.unit1, row.number1), (row.unit2, row.number2), (row.unit3, row.number3)
    )  # fmt: skip
    factors = () if row.kind == PERCENT else tuple(Factor(unit, number) for unit, number in pairs if unit)
    return Cost(row.content, row.kind, row.level, factors, row.base)


class ShareSheet(BudgetSheet):
    about = "Mỗi nguồn chi bao nhiêu của một dòng; cộng lại bằng thành tiền của dòng."

    line = line_of_row()
    line_name = name_column("line_id", "Dòng kinh phí", LINES)
    source = key_column(
        "source_id", "Khóa nguồn", SOURCES, required=True, meaning="Nguồn nào chi.", example="ngan-sach-tinh"
    )
    amount = BookColumn("amount", "Số tiền", Money(), required=True, meaning="Từ 1 đồng.", example=1_600_000)

    class Meta:
        model = BudgetShare
        import_id_fields = ("line", "source")
        name = "Nguồn của dòng"

    def lock(self) -> None:
        super().lock()
        self.provincial = set(FundSource.objects.filter(provincial=True).values_list("pk", flat=True))

    def problems_of(self, instance: BudgetShare) -> dict[str, str]:
        problems = super().problems_of(instance)
        line = self.lines.get(instance.line_id or 0)
        if line and line.self_funded and instance.source_id in self.provincial:
            problems["source_id"] = "Dòng do cơ quan, đơn vị bảo đảm kinh phí. Ghi nguồn khác, hoặc bỏ dấu ấy của dòng."
        return problems

    def shares(self) -> dict[int, dict[int, int]]:
        found = super().shares()
        for one in self.pending:
            found.setdefault(one.row.line_id, {})[one.row.source_id] = one.row.amount or 0
        return found
