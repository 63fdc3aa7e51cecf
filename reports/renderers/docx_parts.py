"""What Word files are built of below python-docx's own level: tables as elements, and texts side by side.

python-docx looks for each cell of a table anew; elements made directly keep a long appendix linear.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from reports.document import Align, Cell, Column, Row, RowKind, Table, printed
from reports.renderers.layout import Layout

FONT: Final = "Times New Roman"
TWIPS_PER_MM: Final = 1440 / 25.4
CELL_PADDING_DOWN_MM: Final = 0.6
RULE_PERCENT: Final = 30
HEAD_ALIGN: Final = "center"
_JUSTIFICATION: Final = {Align.LEFT: "left", Align.CENTER: "center", Align.RIGHT: "right", Align.JUSTIFY: "both"}
_EDGES: Final = ("top", "left", "bottom", "right", "insideH", "insideV")
_CONTROLS: Final = {code: None for code in (*range(32), 0xFFFE, 0xFFFF) if code not in (9, 10, 13)}


def printable(text: str) -> str:
    """The text without what XML cannot hold."""
    return "".join(letter for letter in text.translate(_CONTROLS) if not "\ud800" <= letter <= "\udfff")


@dataclass(frozen=True, slots=True)
class Text:
    """One paragraph of a letter's head or end; `ruled` draws a line as long as the text below it."""

    text: str
    size: int
    bold: bool = False
    italic: bool = False
    underlined: bool = False
    ruled: bool = False
    centred: bool = True
    before: int = 0


RULE: Final = Text("", 0)
"""A short line in place of a text."""


def element(tag: str, parent: Any = None, **attributes: str | int) -> Any:
    """A new element of Word's namespace with attributes of the same, under its parent."""
    made = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), str(value))
    if parent is not None:
        parent.append(made)
    return made


def twips(mm: float) -> int:
    return round(mm * TWIPS_PER_MM)


def side_by_side(left: Sequence[Text], right: Sequence[Text], widths_mm: tuple[int, int]) -> Any:
    """Two columns of text without a border, kept on one page."""
    table = _frame(widths_mm)
    row = element("tr", table)
    element("cantSplit", element("trPr", row))
    for texts, width in zip((left, right), widths_mm, strict=True):
        cell = element("tc", row)
        element("tcW", element("tcPr", cell), w=twips(width), type="dxa")
        for text in texts:
            if text is RULE:
                cell.append(rule_element(width))
                continue
            _paragraph(
                cell,
                text.text,
                text.size,
                "center" if text.centred else "left",
                bold=text.bold,
                italic=text.italic,
                underline="single" if text.underlined or text.ruled else "",
                before=text.before,
                together=True,
            )
    return table


def table_element(table: Table, layout: Layout) -> Any:
    """The table with its heads repeated on each page and no row split."""
    made = _frame(layout.widths, layout.padding_mm)
    for head in _head_rows(table):
        _head_row(made, head, layout)
    for row in table.rows:
        _row(made, row, table.columns, layout)
    return made


def rule_element(width_mm: int) -> Any:
    """A paragraph that is nothing but a line below what stands above it, in the middle of that width."""
    paragraph = element("p")
    properties = element("pPr", paragraph)
    element("keepNext", properties)
    element("bottom", element("pBdr", properties), val="single", sz=6, space=0, color="000000")
    element("spacing", properties, before=0, after=0, line=100, lineRule="exact")
    aside = twips(width_mm * (100 - RULE_PERCENT) / 200)
    element("ind", properties, left=aside, right=aside)
    return paragraph


def _frame(widths_mm: Iterable[float], padding_mm: float = 0) -> Any:
    """A table without rows; with room beside its texts it has borders."""
    widths = [twips(width) for width in widths_mm]
    table = element("tbl")
    properties = element("tblPr", table)
    element("tblW", properties, w=sum(widths), type="dxa")
    if padding_mm:
        element("tblInd", properties, w=twips(padding_mm), type="dxa")
        borders = element("tblBorders", properties)
        for edge in _EDGES:
            element(edge, borders, val="single", sz=4, space=0, color="000000")
    element("tblLayout", properties, type="fixed")
    margins = element("tblCellMar", properties)
    across, down = (padding_mm, CELL_PADDING_DOWN_MM) if padding_mm else (0, 0)
    for side, padding in (("top", down), ("left", across), ("bottom", down), ("right", across)):
        element(side, margins, w=twips(padding), type="dxa")
    grid = element("tblGrid", table)
    for width in widths:
        element("gridCol", grid, w=width)
    return table


@dataclass(frozen=True, slots=True)
class _Head:
    """A cell of the head: `merge` opens ("restart") or continues ("continue") a cell over two rows."""

    text: str
    first: int
    span: int = 1
    merge: str = ""
    is_number: bool = False


def _head_rows(table: Table) -> Iterator[list[_Head]]:
    """One or two rows of heads, then the row of column numbers."""
    upper: list[_Head] = []
    lower: list[_Head] = []
    for group, start, count in table.head_groups():
        titles = [column.title for column in table.columns[start : start + count]]
        if group:
            upper.append(_Head(group, start, count))
            lower += [_Head(title, start + place) for place, title in enumerate(titles)]
        else:
            upper.append(_Head(titles[0], start, merge="restart" if table.has_groups else ""))
            lower.append(_Head("", start, merge="continue"))
    yield upper
    if table.has_groups:
        yield lower
    yield [_Head(f"({index + 1})", index, is_number=True) for index in range(len(table.columns))]


def _head_row(table: Any, heads: list[_Head], layout: Layout) -> None:
    row = _row_element(table, repeated=True)
    for head in heads:
        cell = _cell(row, layout, head.first, head.span)
        if head.merge:
            element("vMerge", cell[0], val=head.merge)
        element("vAlign", cell[0], val="center")
        size = max(layout.size - 2, layout.size * 3 // 4) if head.is_number else layout.size
        _paragraph(cell, head.text, size, HEAD_ALIGN, bold=not head.is_number, italic=head.is_number, together=True)


def _row(table: Any, row: Row, columns: Sequence[Column], layout: Layout) -> None:
    made = _row_element(table)
    bold, together = row.kind is not RowKind.DATA, row.kind is RowKind.GROUP
    for index, cell in row.placed():
        column = columns[index]
        box = _cell(made, layout, index, cell.span)
        element("vAlign", box[0], val="center")
        align = _JUSTIFICATION[_alignment(cell, column)]
        text, size = printed(cell.value, column.kind, row.kind), layout.size_in(column, row.kind)
        _paragraph(box, text, size, align, bold=bold, together=together)


def _alignment(cell: Cell, column: Column) -> Align:
    """A text over several columns is read from the left."""
    return Align.LEFT if cell.span > 1 and isinstance(cell.value, str) else column.alignment


def _row_element(table: Any, *, repeated: bool = False) -> Any:
    row = element("tr", table)
    properties = element("trPr", row)
    element("cantSplit", properties)
    if repeated:
        element("tblHeader", properties)
    return row


def _cell(row: Any, layout: Layout, first: int, span: int) -> Any:
    cell = element("tc", row)
    properties = element("tcPr", cell)
    element("tcW", properties, w=twips(sum(layout.widths[first : first + span])), type="dxa")
    if span > 1:
        element("gridSpan", properties, val=span)
    return cell


def _paragraph(
    cell: Any,
    text: str,
    size: int,
    align: str,
    *,
    bold: bool = False,
    italic: bool = False,
    underline: str = "",
    before: int = 0,
    together: bool = False,
) -> None:
    """One paragraph in the order of elements that Word's schema asks for."""
    paragraph = element("p", cell)
    properties = element("pPr", paragraph)
    if together:
        element("keepNext", properties)
    element("spacing", properties, before=20 * before, after=0, line=240, lineRule="auto")
    element("jc", properties, val=align)
    run = element("r", paragraph)
    face = element("rPr", run)
    if bold:
        element("b", face)
    if italic:
        element("i", face)
    element("sz", face, val=2 * size)
    element("szCs", face, val=2 * size)
    if underline:
        element("u", face, val=underline)
    written = element("t", run)
    written.text = printable(text)
    written.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
