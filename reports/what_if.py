"""An assumption about levels as a document: what it changes class by class, with sums by source and khối."""

from collections.abc import Sequence

from budget.rules.norms import PERCENT
from budget.rules.what_if import CostChange
from budget.selectors.what_if import Assumed, Class, Sum
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
from trainingplan.rules.letters import roman
from trainingplan.rules.numbers import format_count, format_money
from trainingplan.selectors import plan_day

TITLE = "Kinh phí theo mức chi giả định"
UNIT = "ĐVT: đồng"
NOTE = (
    "Chỉ tính thử, kế hoạch không đổi. Mức tăng, giảm theo tỷ lệ làm tròn đến đồng, nửa đồng làm tròn lên; khoản tính "
    "theo tỷ lệ % bỏ phần lẻ dưới một đồng. Phần chênh lệch của một dòng chia cho các nguồn theo tỷ lệ đang chi."
)
_AMOUNTS = (
    Column("old", "Hiện tính", 32, Kind.MONEY),
    Column("new", "Theo giả định", 32, Kind.MONEY),
    Column("difference", "Chênh lệch", 30, Kind.MONEY),
)
CLASSES = (
    Column("stt", "TT", 10, align=Align.CENTER),
    Column("content", "Nội dung", 100),
    Column("opens_on", "Khai giảng", 24, Kind.DATE),
    *_AMOUNTS,
)
OLD = 3
"""Where the amounts begin in the table of classes."""


def what_if_document(plan: Plan, words: Sequence[str], assumed: Assumed) -> Document:
    """What page /kinh-phi/gia-dinh/ shows; `words` say what is assumed."""
    outcome = assumed.outcome
    amounts = (format_money(amount, unit=True) for amount in (outcome.old, outcome.new, outcome.difference))
    said = "Tổng kinh phí từ {} thành {}, chênh lệch {}.".format(*amounts)
    blocks: list[Block] = [
        Heading(f"{TITLE}, kế hoạch {plan.year}".upper()),
        *(Paragraph.of(sentence) for sentence in words),
    ]
    blocks += [Paragraph.of(said), _classes(assumed), Heading("Theo nguồn", 2), _sums("Theo nguồn", assumed.sources)]
    if assumed.blocs:
        blocks += [Heading("Theo khối", 2), _sums("Theo khối", assumed.blocs)]
    unchanged = "; ".join(f"{format_count(number)} dòng {why}" for why, number in outcome.outside.items())
    if unchanged:
        blocks.append(Note(f"{unchanged}.", label="Không đổi:"))
    if outcome.missing:
        blocks.append(Note(f"{'; '.join(outcome.missing)}.", label="Bộ định mức này không có, giữ mức đang dùng:"))
    return Document(
        title=f"{TITLE}, kế hoạch {plan.year}",
        blocks=(*blocks, Note(NOTE)),
        file_stem=f"kinh-phi-gia-dinh-{plan.year}",
        created=plan_day(plan),
        author=plan.issuing_body,
        profile=plan.profile,
        orientation=Orientation.LANDSCAPE,
        mark=MARK if assumed.illustrative else "",
    )


def _classes(assumed: Assumed) -> Table:
    rows: list[Row] = []
    heads: list[int] = []
    stt = 0
    for place, (name, classes, *sums) in enumerate(assumed.groups, start=1):
        head, lines = len(rows), []
        heads.append(head)
        rows.append(Row(RowKind.GROUP, ()))  # its place; its rows are known below
        for one in classes:
            stt += 1
            lines.append(len(rows))
            rows += _class(stt, one, len(rows))
        rows[head] = _sum(RowKind.GROUP, roman(place), name, sums, lines)
    rows.append(_sum(RowKind.TOTAL, "", "Cộng", (assumed.old, assumed.new, assumed.outcome.difference), heads))
    return Table("Các dòng thay đổi", CLASSES, tuple(rows), unit=UNIT, row_title="content")


def _class(stt: int, one: Class, at: int) -> list[Row]:
    """A class, and under it the costs that change; its difference is the sum of theirs."""
    change = one.change
    difference = Cell(change.difference, TotalOf(((at + 1, at + len(change.changed)),)))
    day = format_date(one.opens_on) if one.opens_on else ""
    parts = [
        Row.of(
            RowKind.DATA,
            "",
            f"- {cost.new.cost.content}: {_formula(cost)}",
            "",
            cost.old.amount,
            cost.new.amount,
            cost.difference,
        )
        for cost in change.changed
    ]
    return [Row.of(RowKind.DATA, str(stt), one.content, day, change.old, change.new, difference), *parts]


def _formula(cost: CostChange) -> str:
    """The new formula without its result, which stands in a column of its own."""
    priced = cost.new
    return priced.how if priced.cost.kind == PERCENT else priced.formula.partition(" = ")[0]


def _sum(kind: RowKind, mark: str, title: str, sums: Sequence[int], parts: Sequence[int]) -> Row:
    ranges = tuple((part, part) for part in parts)
    return Row.of(kind, mark, Cell(title, span=OLD - 1), *(Cell(number, TotalOf(ranges)) for number in sums))


def _sums(name: str, sums: Sequence[Sum]) -> Table:
    columns = (Column("name", name.removeprefix("Theo ").capitalize(), 90), *_AMOUNTS)
    rows = [Row.of(RowKind.DATA, one.name, one.old, one.new, one.difference) for one in sums]
    total = TotalOf(((0, len(rows) - 1),)) if rows else None
    whole = (sum(one.old for one in sums), sum(one.new for one in sums), sum(one.difference for one in sums))
    rows.append(Row.of(RowKind.TOTAL, "Tổng cộng", *(Cell(number, total) for number in whole)))
    return Table(name, columns, tuple(rows), unit=UNIT, row_title="name")
