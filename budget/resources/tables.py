"""Norm sets, their items and budget lines as files. Lines are written by the budget page's own service."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import tablib
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from import_export.results import RowResult

from budget.models import BudgetLine, FundSource, NormItem, NormSet
from budget.services.lines import LineData, remove_line, save_line
from courses.resources import YEAR, programme_column
from trainingplan.models import UnitGroup
from trainingplan.resources.base import CatalogueResource
from trainingplan.resources.bulk import BulkResource
from trainingplan.resources.columns import (
    Choice,
    Column,
    Count,
    Day,
    Money,
    Place,
    Reference,
    YesNo,
    cell_text,
    plan_column,
)
from trainingplan.rules.numbers import format_money, parse_count, parse_money
from trainingplan.services.refusals import Refused

VERSION, AMOUNT = "Phiên bản", "Thành tiền"


def norm_set_column() -> Reference:
    return Reference(NormSet.objects.all, lambda norms: (norms.key,), what="bộ định mức", where="Bộ định mức")


def bloc_column() -> Reference:
    return Reference(UnitGroup.objects.all, lambda group: (group.key,), what="khối", where="Khối")


class NormSetResource(BulkResource):
    key = Column("key", "Khóa", required=True)
    number = Column("number", "Số hiệu")
    title = Column("title", "Trích yếu")
    issued_on = Column("issued_on", "Ngày ban hành", Day())
    valid_from = Column("valid_from", "Hiệu lực từ", Day())
    valid_to = Column("valid_to", "Hết hiệu lực từ", Day())
    territory = Column("territory", "Địa bàn")
    lessons_per_session = Column("lessons_per_session", "Số tiết một buổi giảng", Count(minimum=1, maximum=12, empty=4))
    legal_text = Column("legal_text", "Căn cứ, nội dung")

    class Meta:
        model = NormSet
        import_id_fields = ("key",)
        name = "Bộ định mức"


class NormItemResource(BulkResource):
    norm_set = Column("norm_set", "Khóa bộ định mức", norm_set_column(), required=True)
    key = Column("key", "Khóa", required=True)
    position = Column("position", "Thứ tự", Place())
    group = Column("group", "Nhóm")
    name = Column("name", "Nội dung chi")
    unit = Column("unit", "Đơn vị tính")
    kind = Column("kind", "Loại mức chi", Choice(NormItem.Kind.choices))
    level = Column("level", "Mức chi", Money())
    base = Column("base", "Tỷ lệ tính trên", Choice(NormItem.Base.choices))
    rank = Column("rank", "Đối tượng giảng viên")
    clause = Column("clause", "Điều khoản")
    note = Column("note", "Ghi chú")
    illustrative = Column("illustrative", "Số liệu minh họa", YesNo())

    class Meta:
        model = NormItem
        import_id_fields = ("norm_set", "key")
        name = "Mức chi"

    def get_queryset(self) -> QuerySet[NormItem]:
        return NormItem.objects.select_related("norm_set")

    def filter_export(self, queryset: QuerySet[NormItem], **kwargs: Any) -> QuerySet[NormItem]:
        return queryset.select_related("norm_set")


class ShareColumn(Column):
    """What one source pays of the line; the file's shares are kept beside the line until the service writes them."""

    def __init__(self, source: FundSource) -> None:
        super().__init__(f"share_{source.pk}", f"Nguồn: {source.name}", Money())
        self.source = source

    def get_value(self, instance: BudgetLine) -> int | None:
        shares: dict[int, int] = vars(instance).get("file_shares") or stored_shares(instance)
        return shares.get(self.source.pk) or None

    def save(self, instance: BudgetLine, row: Mapping[str, Any], *_: Any, **kwargs: Any) -> None:
        amount = self.clean(row)
        shares = vars(instance).setdefault("file_shares", dict(stored_shares(instance)))
        shares[self.source.pk] = amount or 0


def stored_shares(line: BudgetLine) -> dict[int, int]:
    return {} if line._state.adding else {share.source_id: share.amount for share in line.shares.all()}


class BudgetLineResource(CatalogueResource):
    """One column for each source of funds. An empty key adds a lump sum; estimates are made on their own page."""

    plan = Column("plan", YEAR, plan_column(), required=True)
    key = Column("key", "Khóa")
    group = Column("group", "Nhóm")
    content = Column("content", "Nội dung", required=True)
    audience = Column("audience", "Đối tượng")
    programme = Column("programme", "Khóa chương trình", programme_column())
    classes = Column("classes", "Số lớp", Count(maximum=10_000, empty=0))
    learners_per_class = Column("learners_per_class", "Học viên/lớp", Count(maximum=100_000, empty=0))
    days = Column("days", "Số ngày", Count(maximum=3_660, empty=0))
    months = Column("months", "Số tháng", Count(maximum=120, empty=0))
    opens_on = Column("opens_on", "Ngày khai giảng", Day())
    place = Column("place", "Địa điểm")
    territory = Column("territory", "Địa bàn")
    provider = Column("provider", "Cơ sở đào tạo")
    bloc = Column("bloc", "Khóa khối", bloc_column())
    carried_over = Column("carried_over", "Chuyển tiếp", YesNo())
    outside_plan = Column("outside_plan", "Ngoài kế hoạch", YesNo())
    self_funded = Column("self_funded", "Đơn vị bảo đảm kinh phí", YesNo())
    basis = Column("basis", "Cách tính", Choice(BudgetLine.Basis.choices, empty=BudgetLine.Basis.LUMP_SUM))
    rate = Column("rate", "Số tiền trọn gói", Money())
    amount = Column("amount", AMOUNT, shown_only=True)
    state = Column("state", "Trạng thái", Choice(BudgetLine.State.choices), shown_only=True)
    executor = Column("executor", "Đơn vị thực hiện")
    note = Column("note", "Ghi chú")
    version = Column("version", VERSION, shown_only=True)
    illustrative = Column("illustrative", "Số liệu minh họa", YesNo(), shown_only=True)

    class Meta:
        model = BudgetLine
        import_id_fields = ("plan", "key")
        name = "Dòng kinh phí"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fields |= {f"share_{source.pk}": ShareColumn(source) for source in FundSource.objects.all()}

    def get_queryset(self) -> QuerySet[BudgetLine]:
        return self.filter_export(BudgetLine.objects.all())

    def filter_export(self, queryset: QuerySet[BudgetLine], **kwargs: Any) -> QuerySet[BudgetLine]:
        relations = ("plan", "programme__plan", "bloc")
        return queryset.select_related(*relations).prefetch_related("shares__source")

    def problems_of(self, instance: BudgetLine) -> dict[str, str]:
        problems = super().problems_of(instance)
        if instance._state.adding and instance.key:
            problems["key"] = "Không có dòng kinh phí nào mang khóa này. Thêm dòng mới thì để trống cột Khóa."
        return problems

    def clean_instance(self, instance: BudgetLine, exclude: set[str]) -> None:
        """The service gives a line its key, its place and its amount; here the rest is looked at."""
        instance.clean_fields(exclude=exclude | {"key", "position", "amount", "rate", "version"})

    def save_instance(
        self,
        instance: BudgetLine,
        is_create: bool,  # noqa: FBT001 - the base class's signature
        row: Mapping[str, Any],
        **kwargs: Any,
    ) -> None:
        try:
            seen = parse_count(cell_text(row.get(VERSION)), maximum=10**9)
            stated = parse_money(cell_text(row.get(AMOUNT)))
            line = save_line(
                plan=instance.plan,
                line=None if is_create else instance,
                data=_data(instance),
                shares=vars(instance).get("file_shares") or stored_shares(instance),
                actor=self.actor,
                version=instance.version if seen is None else seen,
            )
            vars(instance)["written"] = line
        except Refused as refusal:
            field = _FIELDS.get(refusal.field, refusal.field) or "content"
            raise ValidationError({field: refusal.message}) from refusal
        except ValueError as error:
            raise ValidationError({"amount": str(error)}) from error
        if stated is not None and stated != line.amount:
            raise ValidationError(
                {
                    "amount": f"Ghi {format_money(stated)} đồng, tính ra là {format_money(line.amount)} đồng. "
                    "Sửa số tiền, hoặc để trống ô này."
                }
            )

    def after_import_row(self, row: Mapping[str, Any], row_result: RowResult, **kwargs: Any) -> None:
        """From now on a line that was added is known by the key that the service has given it, another at each try."""
        super().after_import_row(row, row_result, **kwargs)
        if row_result.instance is not None and (line := vars(row_result.instance).get("written")):
            row_result.instance.pk, row_result.instance.key = line.pk, line.key

    def after_import(self, dataset: tablib.Dataset, result: Any, **kwargs: Any) -> None:
        """The service has logged each line already."""

    def remove(self, rows: Sequence[BudgetLine], *, reason: str) -> None:
        for line in rows:
            remove_line(plan=line.plan, line=line, version=line.version, actor=self.actor, reason=reason)


_FIELDS = {"shares": "amount", "costs": "basis"}


def _data(line: BudgetLine) -> LineData:
    values = {field.name: getattr(line, field.name) for field in fields(LineData)}
    estimate = line.basis == BudgetLine.Basis.ESTIMATE
    return LineData(
        **values | {"basis": line.basis or BudgetLine.Basis.LUMP_SUM, "rate": 0 if estimate else line.rate or 0}
    )
