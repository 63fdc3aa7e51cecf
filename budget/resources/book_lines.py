"""The whole-plan workbook's budget lines. Amounts are computed; one that the file states must agree."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError

from budget.models import BudgetLine, BudgetShare, NormSet
from budget.policies import why_line_closed
from budget.resources.book import KINDS, NORM_SET, NORM_SETS
from budget.rules.norms import NormRefused
from budget.selectors.norms import class_day, norm_set_on
from budget.services.lines import lock_budget, remove_line
from courses.resources.book import PROGRAMMES
from trainingplan.resources.book import BookResource, Faults, Pending
from trainingplan.resources.book_columns import (
    BookColumn,
    Directory,
    Scene,
    Texts,
    illustrative_column,
    key_column,
)
from trainingplan.resources.book_units import GROUPS, key_of_row, position_column
from trainingplan.resources.columns import Choice, Count, Day, Money, YesNo, cell_text
from trainingplan.rules.numbers import format_money
from trainingplan.services.refusals import Refused

AMOUNT = "Thành tiền"
ORDER = ("Dòng kinh phí", "Khoản dự toán", "Nguồn của dòng")
"""The sheets that make up a line; whether its sources pay all of it is judged at the last that the file has."""
STATED, ADDED = "stated amounts", "added lines"
Basis = BudgetLine.Basis


def _lines(scene: Scene) -> Iterable[tuple[int, Texts, str]]:
    rows = BudgetLine.objects.filter(plan__year=scene.year).values_list("pk", "key", "content")
    return ((pk, (key,), content) for pk, key, content in rows)


LINES = Directory("budgetline", "dòng kinh phí", "Dòng kinh phí", ("Khóa",), _lines)


class BudgetSheet(BookResource):
    """A sheet of the budget: whoever writes it waits for others who do, and approved lines take no change."""

    of_the_plan = "line__plan"
    together = "budget lines"
    computed = frozenset({AMOUNT})

    def lock(self) -> None:
        lock_budget(self.scene.plan)
        self.lines = {row.pk: row for row in BudgetLine.objects.filter(plan=self.scene.plan).order_by()}

    def problems_of(self, instance: Any) -> dict[str, str]:
        """The costs and shares of a line that this very file adds may come, whatever its state."""
        problems = super().problems_of(instance)
        line = self.lines.get(getattr(instance, "line_id", None) or 0)
        if line is not None and line.key not in self.scene.left.get(ADDED, ()) and (why := why_line_closed(line)):
            problems["line_id"] = why
        return problems

    @classmethod
    def whole_of(cls, cells: Mapping[str, Any]) -> str:
        return str(cells.get("Khóa dòng") or cells.get("Khóa") or "")

    def why_not_whole(self, wholes: Sequence[str] | None = None) -> dict[str, str]:
        """Lines that are not paid in full."""
        lines = BudgetLine.objects.filter(plan__year=self.scene.year).prefetch_related("shares")
        lines = lines if wholes is None else lines.filter(key__in=wholes)
        paid = {line.key: {share.source_id: share.amount for share in line.shares.all()} for line in lines}
        return {line.key: why for line in lines if (why := why_not_paid(line, paid[line.key]))}

    def line_id(self, row: Any) -> int:
        found: int = row.line_id
        return found

    def faults(self) -> Faults:
        """Each line is paid in full by its sources, and an estimate has costs."""
        coming = [name for name in ORDER if name in self.scene.sheets]
        if coming and coming[-1] != self.sheet():
            return {}
        shares = self.shares()
        found: Faults = {}
        for line_id, line in self.final_lines().items():
            if message := why_not_paid(line, shares.get(line_id, {})):
                self.blame(found, line_id, message)
        return found

    def final_lines(self) -> dict[int, BudgetLine]:
        return self.lines

    def shares(self) -> dict[int, dict[int, int]]:
        """What each source pays of each line, as it would stand."""
        rows = BudgetShare.objects.filter(line__plan=self.scene.plan).order_by()
        found: dict[int, dict[int, int]] = {}
        for line_id, source_id, amount in rows.values_list("line_id", "source_id", "amount"):
            found.setdefault(line_id, {})[source_id] = amount
        return found

    def blame(self, found: Faults, line_id: int, message: str) -> None:
        """Tell it at the last row of the sheet that speaks of the line. Raises Refused where none does."""
        rows = [number for number, row in self.results.items() if self._speaks_of(row, line_id)]
        if not rows:
            raise Refused(f"Dòng kinh phí «{self.scene.index(LINES).names.get(line_id, '')}»: {message}")
        found.setdefault(rows[-1], ("amount", message))

    def _speaks_of(self, row: Any, line_id: int) -> bool:
        return row.validation_error is None and row.instance is not None and self.line_id(row.instance) == line_id


def why_not_paid(line: BudgetLine, shares: Mapping[int, int]) -> str:
    """Why the line cannot stand, in words; empty where it can."""
    total = sum(shares.values())
    if line.basis == Basis.ESTIMATE and not line.amount:
        return "Dòng tính theo định mức mà chưa có khoản nào. Thêm các khoản ở sheet «Khoản dự toán»."
    if total != line.amount:
        return (
            f"Các nguồn cộng lại là {format_money(total)} đồng, thành tiền là {format_money(line.amount)} đồng. "
            "Sửa các dòng của sheet «Nguồn của dòng» cho bằng thành tiền."
        )
    return ""


class LineSheet(BudgetSheet):
    about = "Mỗi lớp, mỗi khoản của bảng kinh phí một dòng; các khoản dự toán và các nguồn ở hai sheet sau."
    directory = LINES
    of_the_plan = "plan"
    filled_in = frozenset({"amount", "rate"})

    position = position_column("trong bảng kinh phí")
    key = key_of_row("dòng", "lop-mau-1")
    group = BookColumn("group", "Nhóm", required=True, meaning="Nhóm in trên phụ lục.", example="Bồi dưỡng")
    content = BookColumn("content", "Nội dung", required=True, meaning="Tên lớp, khoản.", example="Lớp bồi dưỡng mẫu")
    audience = BookColumn("audience", "Đối tượng", meaning="Ai học.", example="Cán bộ cấp ủy cơ sở")
    programme = key_column(
        "programme_id", "Khóa chương trình", PROGRAMMES, meaning="Chương trình của lớp.", example="boi-duong-mau"
    )
    kind = key_column("kind_id", "Khóa loại lớp", KINDS, meaning="Mẫu đã dùng.", example="lop-ngan-han")
    bloc = key_column("bloc_id", "Khóa khối", GROUPS, meaning="Khối của người học, nếu có.")
    classes = BookColumn("classes", "Số lớp", Count(maximum=10_000, empty=0), meaning="Số lớp.", example=1)
    learners_per_class = BookColumn(
        "learners_per_class", "Học viên/lớp", Count(maximum=100_000, empty=0), meaning="Mỗi lớp.", example=40
    )
    days = BookColumn("days", "Số ngày", Count(maximum=3_660, empty=0), meaning="Mỗi lớp.", example=2)
    months = BookColumn("months", "Số tháng", Count(maximum=120, empty=0), meaning="Nếu tính theo tháng.")
    opens_on = BookColumn("opens_on", "Ngày khai giảng", Day(), meaning="Chọn bộ định mức theo ngày này; trống: 01/01.")
    site = BookColumn("place", "Địa điểm", meaning="Nơi học.")
    territory = BookColumn("territory", "Địa bàn", meaning="Để chọn bộ định mức, nếu có nhiều địa bàn.")
    provider = BookColumn("provider", "Cơ sở đào tạo", meaning="Viết như sẽ in.")
    executor = BookColumn("executor", "Đơn vị thực hiện", meaning="Viết như sẽ in.")
    carried_over = BookColumn("carried_over", "Chuyển tiếp", YesNo(), meaning="Lớp mở từ năm trước.")
    outside_plan = BookColumn("outside_plan", "Ngoài kế hoạch", YesNo(), meaning="Lớp không có trong kế hoạch.")
    self_funded = BookColumn(
        "self_funded", "Đơn vị bảo đảm kinh phí", YesNo(), meaning="Cơ quan, đơn vị tự trả, ngân sách tỉnh không chi."
    )
    state = BookColumn(
        "state",
        "Trạng thái",
        Choice(BudgetLine.State.choices, empty=BudgetLine.State.PLANNED),
        only_new=True,
        meaning="Trạng thái khi tạo mới, trống là dự kiến; sau đó đổi trên trang.",
        example="dự kiến",
    )
    norm_set = key_column(
        "norm_set_id",
        NORM_SET,
        NORM_SETS,
        meaning="Bộ định mức đã dùng; trống: bộ có hiệu lực vào ngày khai giảng.",
        example="nq-mau",
    )
    basis = BookColumn(
        "basis",
        "Cách tính",
        Choice(Basis.choices, empty=Basis.LUMP_SUM),
        meaning="Trọn gói, hay theo các khoản ở sheet Khoản dự toán.",
        example="dự toán theo định mức",
    )
    rate = BookColumn("rate", "Số tiền trọn gói", Money(), meaning="Chỉ khi tính trọn gói.")
    amount = BookColumn(
        "amount", AMOUNT, Money(), meaning="Để trống thì tính; đã ghi thì phải đúng bằng số tính ra.", example=1_600_000
    )
    note = BookColumn("note", "Ghi chú", meaning="In ở phụ lục.")
    illustrative = illustrative_column()

    class Meta:
        model = BudgetLine
        import_id_fields = ("key",)
        name = "Dòng kinh phí"

    def place(self, row: BudgetLine) -> tuple[Any, ...]:
        return (row.position,)

    def title_of(self, row: BudgetLine) -> str:
        return row.content

    def line_id(self, row: BudgetLine) -> int:
        return row.pk or 0

    def final_lines(self) -> dict[int, BudgetLine]:
        return self.lines | {one.row.pk or -one.number: one.row for one in self.pending}

    def blame(self, found: Faults, line_id: int, message: str) -> None:
        if line_id < 0:
            found.setdefault(-line_id, ("amount", message))
        else:
            super().blame(found, line_id, message)

    def problems_of(self, instance: BudgetLine) -> dict[str, str]:
        problems = super().problems_of(instance)
        if instance.pk and (why := why_line_closed(self.lines[instance.pk])):
            problems["state"] = why
        day, year = instance.opens_on, self.scene.year
        if day and day.year != year and not (instance.carried_over and day.year < year):
            problems["opens_on"] = f"Ngày khai giảng không thuộc năm {year}. Sửa ngày, hoặc ghi «Chuyển tiếp»."
        if instance.basis == Basis.LUMP_SUM and not instance.rate and not instance.self_funded:
            problems["rate"] = "Chưa có số tiền trọn gói. Ghi từ 1 đồng trở lên, hoặc đổi cách tính."
        return problems

    def complete(self, instance: BudgetLine, row: Mapping[str, Any]) -> None:
        """The amount of an estimate is that of its costs, which come later; a new one's norms are those of its day."""
        stored, stated = self.lines.get(instance.pk or 0), instance.amount
        if AMOUNT in row and cell_text(row[AMOUNT]):
            self.scene.left.setdefault(STATED, {})[instance.key] = stated
        if instance.basis == Basis.LUMP_SUM:
            instance.amount = instance.rate = instance.rate or 0
            if AMOUNT in row and cell_text(row[AMOUNT]) and stated != instance.amount:
                raise ValidationError({"amount": disagrees(stated, instance.amount)})
            return
        instance.rate, instance.amount = 0, stored.amount if stored else 0
        if instance.norm_set_id is None and instance._state.adding:
            instance.norm_set_id = self._norm_set_of(instance)

    def _norm_set_of(self, line: BudgetLine) -> int | None:
        if not hasattr(self, "_norm_sets"):
            self._norm_sets = list(NormSet.objects.all())
        try:
            return norm_set_on(class_day(self.scene.plan, line.opens_on), line.territory, self._norm_sets).pk
        except NormRefused:
            return None

    def remove(self, rows: Sequence[BudgetLine], *, reason: str) -> None:
        """As on its page, but never with costs and shares that are not taken back themselves."""
        for line in rows:
            if line.costs.exists() or line.shares.exists():
                raise Refused(f"Dòng kinh phí «{line.content}» còn khoản dự toán hoặc nguồn.")
            remove_line(plan=self.scene.plan, line=line, version=line.version, actor=self.actor, reason=reason)

    def write(self, pending: Sequence[Pending]) -> None:
        super().write(pending)
        self.scene.left.setdefault(ADDED, set()).update(one.row.key for one in pending if one.before is None)


def disagrees(stated: int, computed: int) -> str:
    return (
        f"Ghi {format_money(stated)} đồng, tính ra là {format_money(computed)} đồng. Sửa số tiền, hoặc để trống ô này."
    )
