"""The lists of the reading side as data sheets."""

from collections.abc import Iterable, Mapping

from django.db.models import QuerySet

from reports.cell_history import CellHistory
from reports.dashboard import Dashboard, Figures
from reports.models import Version
from reports.trail import field_label, table_label
from trainingplan.models import Change, Plan
from trainingplan.resources.sheets import DataSheet, Value
from trainingplan.rules.numbers import format_count
from trainingplan.selectors import plan_day, unit_names

MOST_CHANGES = 20_000
"""Rows of the change log in one file, the newest."""


def dashboard_data(plan: Plan, board: Dashboard) -> DataSheet:
    """Places by programme and quota; by khối, answers and money follow where the reader sees them."""
    given = "Được phân bổ" if board.own else "Giao"
    rows: list[tuple[Value, ...]] = [
        ("chỉ tiêu", programme.whole_name, quota.name, *_numbers(quota.figures), None)
        for programme in board.programmes
        for quota in programme.quotas
        if not board.own or quota.figures.anything
    ]
    for one in board.groups:
        units = f"{format_count(one.units)} đơn vị"
        rows.append(("khối", one.name, units, None, one.registered, one.allocated, one.nominated, None, None))
    if board.progress:
        rows += [("trả lời", tally.standing.label, "", *[None] * 5, tally.units) for tally in board.progress.tallies]
    if board.budget:
        rows += [("nguồn kinh phí (đồng)", one.name, "", *[None] * 5, one.amount) for one in board.budget.sources]
        rows += [("nhóm kinh phí (đồng)", one.name, "", *[None] * 5, one.amount) for one in board.budget.groups]
    return DataSheet(
        title=f"Tổng quan năm {plan.year}",
        stem=f"tong-quan-{plan.year}",
        heads=("Bảng", "Nhóm", "Nội dung", given, "Đăng ký", "Phân bổ", "Đã cử", "Còn lại", "Số"),
        rows=rows,
        notes=("Chỉ gồm số liệu của đơn vị mà bạn phụ trách.",) if board.own else (),
        illustrative=board.illustrative,
    )


def _numbers(figures: Figures) -> tuple[int | None, ...]:
    return figures.given, figures.registered, figures.allocated, figures.nominated, figures.left


def trail_data(plan: Plan, changes: QuerySet[Change], *, notes: Iterable[str] = ()) -> DataSheet:
    """A row a value that changed, the newest first; the log masks what is sensitive. Three queries."""
    found = list(changes.order_by("-pk")[: MOST_CHANGES + 1])
    names = unit_names(plan_day(plan), {change.unit_id for change in found if change.unit_id})
    more = (f"Chỉ {format_count(MOST_CHANGES)} thay đổi mới nhất; lọc hẹp hơn để lấy phần còn lại.",)
    return DataSheet(
        title=f"Nhật ký thay đổi – kế hoạch {plan.year}",
        stem=f"nhat-ky-{plan.year}",
        heads=(
            "Lúc", "Người sửa", "Lần", "Loại", "Đối tượng", "Đơn vị", "Trường", "Giá trị cũ", "Giá trị mới", "Lý do",
        ),
        rows=[_change(change, names) for change in found[:MOST_CHANGES]],
        notes=(*notes, *(more if len(found) > MOST_CHANGES else ())),
        illustrative=plan.illustrative,
    )  # fmt: skip


def _change(change: Change, names: Mapping[int, str]) -> tuple[Value, ...]:
    return (
        change.at, change.actor_name, str(change.batch), table_label(change.table), change.label,
        names.get(change.unit_id or 0, ""), field_label(change.table, change.field), change.old, change.new,
        change.reason,
    )  # fmt: skip


def cell_history_data(plan: Plan, unit: str, history: CellHistory) -> DataSheet:
    return DataSheet(
        title=f"{history.title}: {history.column} – {unit} ({plan.year})",
        stem=f"lich-su-o-{plan.year}",
        heads=("Lúc", "Người sửa", "Trường", "Giá trị cũ", "Giá trị mới", "Lý do"),
        rows=[(one.at, one.who, one.field, one.old, one.new, one.reason) for one in history.steps],
        notes=(f"Còn {history.earlier} thay đổi trước đó.",) if history.earlier else (),
        illustrative=plan.illustrative,
    )


def versions_data(plan: Plan, versions: Iterable[Version]) -> DataSheet:
    return DataSheet(
        title=f"Các bản đã ban hành của kế hoạch {plan.year}",
        stem=f"phien-ban-{plan.year}",
        heads=("Lần", "Loại", "Số", "Ký hiệu", "Ngày ban hành", "Người ký", "Ban hành lúc", "Người ban hành", "Lý do"),
        rows=[
            (
                one.number,
                one.get_kind_display(),
                one.document_number,
                one.symbol,
                one.issued_on,
                one.signer_name,
                one.issued_at,
                one.issued_by_name,
                one.reason,
            )
            for one in versions
        ],
        illustrative=plan.illustrative,
    )
