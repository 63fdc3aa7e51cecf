"""The budget table: a class or item a row, its estimate summed up below it, the total in words; then the norms used."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count

from budget.models import FundSource, NormItem
from budget.selectors.norms import Norms, norms_used
from budget.selectors.table import BudgetTable, Part, budget_table
from budget.selectors.table import Row as Estimated
from reports.appendices.body import Body, Scope
from reports.appendices.columns import SOURCE_PREFIX, table_columns
from reports.appendices.rows import TOTAL
from reports.document import Align, Block, Cell, Column, Heading, Kind, Paragraph, Row, RowKind, Table, TotalOf, Value
from trainingplan.models import Appendix, AppendixColumn, Plan
from trainingplan.rules.dates import format_date
from trainingplan.rules.letters import roman
from trainingplan.rules.numbers import format_count, format_prose_count
from trainingplan.rules.words import money_in_words

SUMMED = ("classes", "learners", "amount")
TITLE = "content"
NORM_COLUMNS = (
    Column("stt", "TT", 12, align=Align.CENTER),
    Column("name", "Nội dung chi", 84),
    Column("unit", "Đơn vị tính", 36),
    Column("level", "Mức chi (đồng)", 26, Kind.MONEY),
    Column("kind", "Cách áp dụng", 44),
    Column("clause", "Điều khoản", 30),
    Column("note", "Ghi chú", 36),
)


def budget_body(plan: Plan, appendix: Appendix, definition: Sequence[AppendixColumn], _scope: Scope) -> Body:
    """Part A, the estimate by class; part B, the norms that it uses. Eight queries."""
    table, norms = budget_table(plan), norms_used(plan)
    blocks: list[Block] = [Heading("A. Dự kiến kinh phí theo lớp", 2), *_estimate(appendix, definition, table)]
    for one in norms:
        blocks += [Heading(f"B. Mức chi theo Nghị quyết số {one.norm_set.number}", 2), *_norms(one)]
    return Body(tuple(blocks), table.illustrative or any(one.illustrative for one in norms))


def _estimate(appendix: Appendix, definition: Sequence[AppendixColumn], table: BudgetTable) -> list[Block]:
    keys = dict(FundSource.objects.values_list("name", "key"))
    columns = _with_all_sources(table_columns(appendix, definition), table, keys)
    rows = _Rows(columns, keys).write(table)
    printed = Table(appendix.title, columns, rows, unit=appendix.unit_line, row_title=TITLE)
    words = [Paragraph.of(f"Tổng kinh phí bằng chữ: {money_in_words(table.amount)}.", italic=True)]
    if table.province_total != table.amount:
        province = f"{format_count(table.province_total)} đồng ({money_in_words(table.province_total).lower()})"
        words.append(Paragraph.of(f"Trong đó ngân sách tỉnh: {province}.", italic=True))
    return [printed, *words]


def _with_all_sources(columns: tuple[Column, ...], table: BudgetTable, keys: Mapping[str, str]) -> tuple[Column, ...]:
    """The columns, and behind those of sources one for each that pays and has none, so that they sum to the amount."""
    places = [place for place, column in enumerate(columns) if column.key.startswith(SOURCE_PREFIX)]
    if not places:
        return columns
    last, there = columns[places[-1]], {column.key for column in columns}
    paying = [(f"{SOURCE_PREFIX}{keys[source.name]}", source.name) for source in table.sources if source.amount]
    added = [replace(last, key=key, title=name) for key, name in paying if key not in there]
    return (*columns[: places[-1] + 1], *added, *columns[places[-1] + 1 :])


class _Rows:
    """Lays the table out: group rows, numbered lines, under each line the parts of its estimate, the total row.

    A line with parts is their sum, a group the sum of its lines, the total that of the groups.
    """

    def __init__(self, columns: tuple[Column, ...], source_keys: dict[str, str]) -> None:
        self.columns, self.source_keys = columns, source_keys
        self.rows: list[Row] = []

    def write(self, table: BudgetTable) -> tuple[Row, ...]:
        heads: list[int] = []
        for group in table.groups:
            head = len(self.rows)
            heads.append(head)
            self.rows.append(Row(RowKind.GROUP, ()))  # its place; its sums are known below
            lines = [self._line(line) for line in group.rows]
            self.rows[head] = self._sum(RowKind.GROUP, group.roman, group.name, lines)
        if heads:
            self.rows.append(self._sum(RowKind.TOTAL, "", TOTAL, heads))
        return tuple(self.rows)

    def _line(self, line: Estimated) -> int:
        """Write a line with its parts; the index of its row."""
        at = len(self.rows)
        values = self._values(line)
        total = TotalOf(((at + 1, at + len(line.parts)),)) if line.parts else None
        cells = (Cell(values.get(column.key), total if column.key == "amount" else None) for column in self.columns)
        self.rows.append(Row(RowKind.DATA, tuple(cells)))
        self.rows.extend(self._part(part) for part in line.parts)
        return at

    def _part(self, part: Part) -> Row:
        """A part below its line; its words run on over the columns behind that have nothing to say of it."""
        values: dict[str, Value] = {TITLE: f"– {part.words}", "rate": part.level, "amount": part.amount}
        cells: list[Cell] = []
        for index, column in enumerate(self.columns):
            if sum(cell.span for cell in cells) > index:
                continue
            behind = self.columns[index + 1 :]
            free = next((n for n, other in enumerate(behind) if other.key in ("rate", "amount", "stt")), len(behind))
            cells.append(Cell(values.get(column.key), span=1 + free if column.key == TITLE else 1))
        return Row(RowKind.DATA, tuple(cells))

    def _values(self, line: Estimated) -> dict[str, Value]:
        values: dict[str, Value] = {
            "stt": str(line.stt),
            TITLE: line.content,
            "audience": line.audience,
            "classes": line.shown_classes,
            "learners_per_class": line.learners_per_class,
            "learners": line.learners,
            "days": line.days,
            "rate": "trọn gói" if line.amount and not line.is_estimate else None,
            "amount": line.amount,
            "executor": line.executor,
            "note": line.remark,
        }
        return values | {f"{SOURCE_PREFIX}{self.source_keys[name]}": amount for name, amount in line.paid}

    def _sum(self, kind: RowKind, mark: str, title: str, parts: Sequence[int]) -> Row:
        values = [dict(self.rows[part].placed()) for part in parts]
        cells: list[Cell] = []
        for index, column in enumerate(self.columns):
            if sum(cell.span for cell in cells) > index:
                continue
            if _is_summed(column):
                total = sum(_number(cells_of[index]) for cells_of in values if index in cells_of)
                cells.append(Cell(total, TotalOf.of_rows(parts)))
            elif column.key == TITLE:
                cells.append(Cell(title, span=self._title_span(index)))
            else:
                cells.append(Cell(mark if column.key == "stt" else None))
        return Row(kind, tuple(cells))

    def _title_span(self, start: int) -> int:
        """A title runs on over the columns behind it that hold no sum."""
        behind = self.columns[start + 1 :]
        stops = (n for n, column in enumerate(behind) if _is_summed(column) or column.key == "stt")
        return 1 + next(stops, len(behind))


def _is_summed(column: Column) -> bool:
    return column.key in SUMMED or column.key.startswith(SOURCE_PREFIX)


def _norms(norms: Norms) -> list[Block]:
    norm_set = norms.norm_set
    rows: list[Row] = []
    numbers = count(1)
    for place, (group, items) in enumerate(norms.groups, start=1):
        rows.append(Row(RowKind.GROUP, (Cell(roman(place)), Cell(group), *(Cell() for _ in NORM_COLUMNS[2:]))))
        for item in items:
            cells = (str(next(numbers)), _name(item), item.unit, _level(item), _kind(item), item.clause, item.note)
            rows.append(Row.of(RowKind.DATA, *cells))
    title = (
        f"{norm_set.title} (ngày {format_date(norm_set.issued_on)}, địa bàn {norm_set.territory}; "
        f"một buổi giảng là {format_prose_count(norm_set.lessons_per_session)} tiết)"
    )
    return [
        Paragraph.of(title, italic=True),
        Table(f"Mức chi {norm_set.number}", NORM_COLUMNS, tuple(rows), row_title="name"),
    ]


def _name(item: NormItem) -> str:
    """Of lecturers the group's heading says what is paid, the rank says to whom."""
    return item.rank or item.name


def _level(item: NormItem) -> Value:
    """A percentage and an invoice are no amounts of money: they print as words."""
    if item.kind == NormItem.Kind.PERCENT:
        return f"{format_count(item.level)} %"
    return item.level


def _kind(item: NormItem) -> str:
    if item.kind == NormItem.Kind.PERCENT:
        return f"tối đa, tính trên {item.get_base_display()}"
    return item.get_kind_display()


def _number(cell: Cell) -> int:
    return cell.value if isinstance(cell.value, int) else 0
