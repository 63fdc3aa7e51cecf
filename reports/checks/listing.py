"""The disagreements of a plan as a document: what differs, and what was compared."""

from collections.abc import Iterator
from datetime import date

from reports.checks.findings import CheckResult
from reports.document import (
    Align,
    Block,
    Cell,
    Column,
    Document,
    Heading,
    Kind,
    Orientation,
    Paragraph,
    Row,
    RowKind,
    Table,
    Title,
    TotalOf,
)
from trainingplan.models import Plan
from trainingplan.rules.numbers import format_count

MARK = "Số liệu minh họa"
_SIDES = (
    Column("tt", "TT", 8, Kind.COUNT, align=Align.CENTER),
    Column("place", "Chỗ thứ nhất", 50),
    Column("figure", "Ghi là", 22, align=Align.RIGHT),
    Column("other_place", "Chỗ thứ hai", 50),
    Column("other_figure", "Ghi là", 22, align=Align.RIGHT),
    Column("message", "Lệch thế nào", 60),
)
_COUNTS = (
    Column("tt", "TT", 8, Kind.COUNT, align=Align.CENTER),
    Column("comparison", "Đối chiếu", 80),
    Column("count", "Số đã đối chiếu", 30, Kind.COUNT),
    Column("wrong", "Chỗ lệch", 30, Kind.COUNT),
)


def checks_document(plan: Plan, result: CheckResult, day: date) -> Document:
    """The list as of `day`; a clean plan says that it is, and what was compared all the same."""
    return Document(
        title=f"Soát số liệu {plan.title.lower()} năm {plan.year}",
        blocks=tuple(_blocks(plan, result, day)),
        file_stem=f"soat-so-lieu-{plan.year}",
        created=day,
        author=plan.issuing_body,
        profile=plan.profile,
        orientation=Orientation.LANDSCAPE,
        mark=MARK if result.illustrative else "",
    )


def _blocks(plan: Plan, result: CheckResult, day: date) -> Iterator[Block]:
    found = len(result.disagreements)
    yield Title("SOÁT SỐ LIỆU", f"Kế hoạch {plan.subject}")
    said = f"có {format_count(found)} chỗ lệch" if found else "không có chỗ nào lệch"
    yield Paragraph.of(f"Ngày {day:%d/%m/%Y}: đã đối chiếu {format_count(result.compared)} số, {said}.")
    if found:
        yield Heading("Chỗ lệch")
        yield Table("Chỗ lệch", _SIDES, tuple(_rows(result)), row_title="place")
    yield Heading("Đã đối chiếu")
    yield Table("Đã đối chiếu", _COUNTS, tuple(_counts(result)), row_title="comparison")


def _rows(result: CheckResult) -> Iterator[Row]:
    for number, one in enumerate(result.disagreements, 1):
        sides = one.where, one.figure, one.other_where, one.other_figure
        yield Row.of(RowKind.DATA, number, *sides, one.message)


def _counts(result: CheckResult) -> Iterator[Row]:
    wrong = result.wrong
    for number, (comparison, count) in enumerate(result.counts, 1):
        yield Row.of(RowKind.DATA, number, comparison.label, count, wrong[comparison])
    rows = TotalOf(rows=((0, len(result.counts) - 1),))
    yield Row.of(RowKind.TOTAL, None, "Tổng cộng", Cell(result.compared, rows), Cell(len(result.disagreements), rows))
