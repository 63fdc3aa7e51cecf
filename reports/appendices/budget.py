"""The budget table: one class or item a row with its sources, the total in words, and the cost norms as second part."""

from collections.abc import Sequence
from itertools import count, groupby

from django.db.models import QuerySet

from budget.models import BudgetLine, NormItem, NormSet
from reports.appendices.body import Body, Scope
from reports.appendices.columns import SOURCE_PREFIX, table_columns
from reports.appendices.rows import Line, RowWriter, Section
from reports.document import Align, Block, Cell, Column, Heading, Kind, Paragraph, Row, RowKind, Table, Value
from trainingplan.models import Appendix, AppendixColumn, Plan
from trainingplan.rules.dates import format_date
from trainingplan.rules.letters import roman
from trainingplan.rules.numbers import format_count
from trainingplan.rules.words import money_in_words
from trainingplan.selectors import plan_day, valid_on

SUMMED = ("classes", "learners", "amount")
NORM_COLUMNS = (
    Column("stt", "TT", 12, align=Align.CENTER),
    Column("name", "Nội dung chi", 90),
    Column("unit", "Đơn vị tính", 45),
    Column("level", "Mức chi", 35, Kind.MONEY),
    Column("kind", "Cách áp dụng", 30),
    Column("note", "Ghi chú", 40),
)


def budget_body(plan: Plan, appendix: Appendix, definition: Sequence[AppendixColumn], _scope: Scope) -> Body:
    """Part A, the estimate by class; part B, the norm sets in force on the plan's day. Four queries."""
    lines = list(BudgetLine.objects.filter(plan=plan).prefetch_related("shares__source"))
    norms = list(_norm_sets(plan))
    items = list(NormItem.objects.filter(norm_set__in=norms))
    blocks: list[Block] = [Heading("A. Dự kiến kinh phí theo lớp", 2), *_estimate(appendix, definition, lines)]
    for norm_set in norms:
        own = [item for item in items if item.norm_set_id == norm_set.pk]
        blocks += [Heading(f"B. Mức chi theo Nghị quyết số {norm_set.number}", 2), *_norms(norm_set, own)]
    illustrative = any(line.illustrative for line in lines) or any(item.illustrative for item in items)
    return Body(tuple(blocks), illustrative)


def _estimate(appendix: Appendix, definition: Sequence[AppendixColumn], lines: Sequence[BudgetLine]) -> list[Block]:
    columns = table_columns(appendix, definition)
    summed = [column.key for column in columns if column.key in SUMMED or column.key.startswith(SOURCE_PREFIX)]
    sections = [
        Section(group, [_line(line) for line in members])
        for group, members in groupby(lines, key=lambda line: line.group)
    ]
    rows = RowWriter(columns, "content", summed).write(sections, total=True)
    table = Table(appendix.title, columns, rows, unit=appendix.unit_line, row_title="content")
    words = money_in_words(sum(line.amount for line in lines))
    return [table, Paragraph.of(f"Tổng kinh phí bằng chữ: {words}.", italic=True)]


def _line(line: BudgetLine) -> Line:
    values: dict[str, Value] = {
        "content": line.content,
        "audience": _audience(line),
        "classes": None if _counted_elsewhere(line) else line.classes,
        "learners_per_class": line.learners_per_class,
        "learners": line.learners,
        "days": line.days,
        "rate": line.rate,
        "amount": line.amount,
        "executor": line.executor,
        "note": line.note,
    }
    return Line(values | {f"{SOURCE_PREFIX}{share.source.key}": share.amount for share in line.shares.all()})


def _counted_elsewhere(line: BudgetLine) -> bool:
    """A cost of classes that have lines of their own: it does not add to their number."""
    return not line.learners_per_class


def _audience(line: BudgetLine) -> str:
    """The factor of such a cost stands in words, so that rate × factor can still be followed."""
    if line.basis == BudgetLine.Basis.CLASS and _counted_elsewhere(line):
        return f"{line.audience} ({format_count(line.classes)} lớp)".strip()
    return line.audience


def _norm_sets(plan: Plan) -> QuerySet[NormSet]:
    return NormSet.objects.filter(valid_on(plan_day(plan)))


def _norms(norm_set: NormSet, items: Sequence[NormItem]) -> list[Block]:
    rows: list[Row] = []
    numbers = count(1)
    for place, (group, members) in enumerate(groupby(items, key=lambda item: item.group), start=1):
        rows.append(Row(RowKind.GROUP, (Cell(roman(place)), Cell(group), *(Cell() for _ in NORM_COLUMNS[2:]))))
        for item in members:
            cells = (str(next(numbers)), item.name, item.unit, _level(item), _kind(item), item.note)
            rows.append(Row.of(RowKind.DATA, *cells))
    title = f"{norm_set.title} (ngày {format_date(norm_set.issued_on)}, địa bàn {norm_set.territory})"
    return [
        Paragraph.of(title, italic=True),
        Table(f"Mức chi {norm_set.number}", NORM_COLUMNS, tuple(rows), row_title="name"),
    ]


def _level(item: NormItem) -> Value:
    """A percentage and an invoice are no amounts of money: they print as words."""
    if item.kind == NormItem.Kind.PERCENT:
        return f"{format_count(item.level)} %"
    return item.level


def _kind(item: NormItem) -> str:
    return item.get_kind_display()
