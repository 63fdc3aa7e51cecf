"""The three amounts as a document: by source, by class with its sources, and the decisions behind them."""

from collections.abc import Sequence

from budget.rules.execution import Three
from budget.selectors.execution import Class, Decision, Execution, Group
from reports.appendices.build import MARK
from reports.document import (
    Align,
    Block,
    Cell,
    Column,
    Document,
    Heading,
    Kind,
    Note,
    Orientation,
    Paragraph,
    Row,
    RowKind,
    Table,
    TotalOf,
)
from trainingplan.models import Plan
from trainingplan.rules.dates import format_date
from trainingplan.rules.numbers import format_count, format_money
from trainingplan.selectors import plan_day

TITLE = "Dự kiến, được giao, quyết toán kinh phí"
UNIT = "ĐVT: đồng"
TOTAL = "TỔNG CỘNG"
NOTE = (
    "Còn lại là số được giao trừ số quyết toán; tỷ lệ là quyết toán trên được giao. Số được giao, quyết toán được nhập "
    "sau khi ban hành kế hoạch và không thuộc bản đã ban hành."
)
_THREE = (
    Column("planned", "Dự kiến", 32, Kind.MONEY),
    Column("granted", "Được giao", 32, Kind.MONEY),
    Column("settled", "Quyết toán", 32, Kind.MONEY),
    Column("left", "Còn lại", 32, Kind.MONEY),
    Column("percent", "Tỷ lệ", 20, align=Align.RIGHT),
)
CLASSES = (
    Column("stt", "TT", 10, align=Align.CENTER),
    Column("content", "Lớp, khoản chi", 100),
    *_THREE,
)
SOURCES = (Column("name", "Nguồn", 100), *_THREE)


def execution_document(plan: Plan, table: Execution) -> Document:
    """What page /kinh-phi/ba-so/ shows, with every class's sources unfolded."""
    blocks: list[Block] = [
        Heading(f"{TITLE} năm {plan.year}".upper()),
        _sources(table),
        Heading("Theo lớp và nguồn", 2),
        _classes(table),
    ]
    if table.outside:
        names = "; ".join(one.content for one in table.outside)
        blocks.append(Note(f"{names}.", label="Ngoài tổng, kinh phí do cơ quan, đơn vị bảo đảm:"))
    if table.decisions:
        blocks.append(Heading("Các quyết định", 2))
        blocks += [Paragraph.of(f"- {_words(one)}.") for one in table.decisions]
    return Document(
        title=f"{TITLE} năm {plan.year}",
        blocks=(*blocks, Note(NOTE)),
        file_stem=f"kinh-phi-ba-so-{plan.year}",
        created=plan_day(plan),
        author=plan.issuing_body,
        profile=plan.profile,
        orientation=Orientation.LANDSCAPE,
        mark=MARK if table.illustrative else "",
    )


def _words(one: Decision) -> str:
    grant, money = one.grant, format_money(one.amount, unit=True)
    named = f"Quyết định số {grant.number} ngày {format_date(grant.decided_on)}, {grant.get_kind_display()}"
    return f"{named}: {format_count(one.lines)} dòng, {money}"


def _sources(table: Execution) -> Table:
    """The province's sources apart from the others; a heading is the sum of its sources, the total of the headings."""
    rows: list[Row] = []
    heads: list[int] = []
    named = (
        ("Ngân sách tỉnh", table.provincial_money, table.provincial),
        ("Các nguồn khác", table.other_money, table.others),
    )
    for name, money, sources in named:
        if sources:
            head = len(rows)
            heads.append(head)
            listed = sources if len(sources) > 1 or not sources[0].provincial else ()
            rows.append(Row.of(RowKind.GROUP, name, *_cells(money, _below(head, len(listed)))))
            rows += [Row.of(RowKind.DATA, source.name, *_cells(source.money)) for source in listed]
    rows.append(Row.of(RowKind.TOTAL, TOTAL, *_cells(table.money, _of(heads))))
    return Table("Theo nguồn", SOURCES, tuple(rows), unit=UNIT, row_title="name")


def _classes(table: Execution) -> Table:
    rows: list[Row] = []
    heads: list[int] = []
    for group in table.groups:
        head = len(rows)
        heads.append(head)
        rows.append(Row(RowKind.GROUP, ()))  # its place; its rows are known below
        lines: list[int] = []
        for one in group.classes:
            lines.append(len(rows))
            rows += _class(one, len(rows))
        rows[head] = _group(group, lines)
    rows.append(Row.of(RowKind.TOTAL, "", TOTAL, *_cells(table.money, _of(heads))))
    return Table("Theo lớp", CLASSES, tuple(rows), unit=UNIT, row_title="content")


def _group(group: Group, lines: Sequence[int]) -> Row:
    return Row.of(RowKind.GROUP, group.roman, group.name, *_cells(group.money, _of(lines)))


def _class(one: Class, at: int) -> list[Row]:
    """A class, and under it its sources where there are several."""
    if len(one.parts) == 1:
        name = f"{one.content} ({one.parts[0].source})"
        return [Row.of(RowKind.DATA, str(one.stt), name, *_cells(one.money))]
    total = _below(at, len(one.parts))
    parts = [Row.of(RowKind.DATA, "", f"- {part.source}", *_cells(part.money)) for part in one.parts]
    return [Row.of(RowKind.DATA, str(one.stt), one.content, *_cells(one.money, total)), *parts]


def _cells(money: Three, total: TotalOf | None = None) -> list[Cell]:
    amounts = (money.planned, money.granted, money.settled, money.left)
    return [*(Cell(amount, total) for amount in amounts), Cell(money.percent)]


def _below(head: int, rows: int) -> TotalOf | None:
    return TotalOf(((head + 1, head + rows),)) if rows else None


def _of(rows: Sequence[int]) -> TotalOf | None:
    return TotalOf.of_rows(rows) if rows else None
