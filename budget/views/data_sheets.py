"""The tables of the budget as data sheets. The official form is appendix 8."""

from collections.abc import Iterable

from budget.selectors.classes import ClassTable
from budget.selectors.norms import Norms
from budget.selectors.table import BudgetTable
from trainingplan.models import Plan
from trainingplan.resources.sheets import DataSheet


def budget_data(plan: Plan, table: BudgetTable) -> DataSheet:
    """A row a line, a column a source; groups and khối as columns."""
    sources = [source.name for source in table.sources]
    return DataSheet(
        title=f"Kinh phí năm {plan.year}",
        stem=f"kinh-phi-{plan.year}",
        heads=(
            "Nhóm", "TT", "Nội dung", "Chương trình", "Khối", "Đối tượng", "Số lớp", "Học viên mỗi lớp",
            "Tổng học viên", "Số ngày", "Số tháng", "Khai giảng", "Thành tiền (đồng)",
            *(f"{name} (đồng)" for name in sources), "Cơ sở đào tạo", "Đơn vị thực hiện", "Trạng thái",
            "Bộ định mức", "Ghi chú", "Số liệu minh họa",
        ),
        rows=[
            (
                group.name, row.stt, row.content, row.programme, row.bloc, row.audience, row.shown_classes,
                row.learners_per_class, row.learners, row.days, row.months, row.opens_on, row.amount,
                *(dict(row.paid).get(name, 0) for name in sources), row.provider, row.executor, row.state,
                row.norm_set, row.remark, "có" if row.illustrative else "",
            )
            for group in table.groups
            for row in group.rows
        ],
        notes=(f"Tổng bằng chữ: {table.words}.",) if table.words else (),
        illustrative=table.illustrative,
    )  # fmt: skip


def norms_data(norms: Iterable[Norms]) -> DataSheet:
    known = list(norms)
    return DataSheet(
        title="Mức chi theo các bộ định mức",
        stem="dinh-muc",
        heads=(
            "Bộ định mức", "Hiệu lực từ", "Đến trước ngày", "Địa bàn", "Nhóm", "Nội dung chi", "Đối tượng",
            "Đơn vị tính", "Mức chi", "Cách áp dụng", "Điều khoản", "Ghi chú",
        ),
        rows=[
            (
                one.norm_set.number, one.norm_set.valid_from, one.norm_set.valid_to, one.norm_set.territory, group,
                item.name, item.rank, item.unit, item.level, item.get_kind_display(), item.clause, item.note,
            )
            for one in known
            for group, items in one.groups
            for item in items
        ],
        illustrative=any(one.illustrative for one in known),
    )  # fmt: skip


def classes_data(plan: Plan, table: ClassTable, notes: tuple[str, ...]) -> DataSheet:
    """A row a line of classes, with its days as they were planned and as they came."""
    return DataSheet(
        title=f"Mở lớp năm {plan.year}",
        stem=f"mo-lop-{plan.year}",
        heads=(
            "Nhóm", "Lớp", "Đối tượng", "Số lớp", "Tổng học viên", "Đơn vị thực hiện", "Địa điểm", "Trạng thái",
            "Khai giảng dự kiến", "Khai giảng", "Số ngày trễ", "Bế giảng", "Học viên có mặt", "Bước tiếp",
            "Chuyển tiếp", "Ngoài kế hoạch", "Số liệu minh họa",
        ),
        rows=[
            (
                row.line.group, row.line.content, row.line.audience, row.line.classes, row.line.learners,
                row.line.executor, row.line.place, row.line.get_state_display(), row.line.opens_on, row.opened_on,
                row.late, row.closed_on, row.present, row.next_words, "có" if row.line.carried_over else "",
                "có" if row.line.outside_plan else "", "có" if row.line.illustrative else "",
            )
            for row in table.rows
        ],
        notes=notes,
        illustrative=table.illustrative,
    )  # fmt: skip
