"""The rows of long tables in a PDF: WeasyPrint makes the pages from their heights alone, their cells are drawn here.

A page of cells costs WeasyPrint a second; drawn with the measures that it gives one sample row, some hundredths. The
pages look the same. Short tables, and whatever `Unsuited` names, are left to WeasyPrint whole.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from weasyprint.formatting_structure import boxes

from reports.document import Align, Column, Document, Row, RowKind, Table, printed
from reports.renderers.html import ROW_ATTRIBUTE, Skeleton
from reports.renderers.pdf_text import Face, Line, Unsuited

FEWEST_ROWS: Final = 40
"""Below, a table is printed by WeasyPrint alone; the sample would cost more than it saves."""
TALLEST_ROW_PX: Final = 400
"""A taller row may not fit on a page, and breaking it is WeasyPrint's matter."""
_COLLAPSIBLE: Final = re.compile(r"[ \t\n\r\f]+")
_SAMPLE: Final = "0"
_SAMPLED: Final = (RowKind.DATA, RowKind.TOTAL)
_SHIFT: Final = {Align.LEFT: 0.0, Align.CENTER: 0.5, Align.RIGHT: 1.0}


@dataclass(frozen=True, slots=True)
class _Letters:
    """The letters of a cell: their face, how far apart lines are, how far below its top a line stands."""

    face: Face
    pitch: float
    rise: float


@dataclass(frozen=True, slots=True)
class _Place:
    """A column's room for text, in CSS pixels from the table's left edge, and the letters of its cells."""

    left: float
    right: float
    edge: float
    plain: _Letters
    bold: _Letters
    align: Align
    wraps: bool


@dataclass(frozen=True, slots=True)
class _Measures:
    """What WeasyPrint makes of a row of one line."""

    places: tuple[_Place, ...]
    top: float
    around: float
    border: float

    @property
    def faces(self) -> set[Face]:
        return {letters.face for place in self.places for letters in (place.plain, place.bold)}


@dataclass(frozen=True, slots=True)
class _DrawnRow:
    """Its lines of text, each from a point in the row and in a face; its cells' right edges."""

    height: float
    pieces: tuple[tuple[float, float, Face, Line], ...]
    edges: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Placed:
    """A row on its page."""

    x: float
    y: float
    row: _DrawnRow
    measures: _Measures

    @property
    def colour(self) -> Any:
        return self.measures.places[0].plain.face.style["color"]


def long_tables(document: Document) -> list[int]:
    """The numbers of those tables, from 1 on, whose rows are worth drawing."""
    return [
        number
        for number, table in enumerate(document.tables, start=1)
        if len(table.rows) >= FEWEST_ROWS and all(column.alignment is not Align.JUSTIFY for column in table.columns)
    ]


def sample_of(document: Document) -> Document:
    """The document with one plain and one bold row in each table, and nothing else."""
    tables = tuple(
        replace(table, rows=tuple(Row.of(kind, *[_SAMPLE] * len(table.columns)) for kind in _SAMPLED), unit="")
        for table in document.tables
    )
    return replace(document, blocks=tables, mark="")


class DrawnRows:
    """The rows of a document's long tables, ready to be drawn on the pages that are made from their skeletons."""

    def __init__(self, document: Document, sample: Any, numbers: Sequence[int]) -> None:
        """`sample` is the rendered `sample_of(document)`. Raises Unsuited."""
        found = [box for page in sample.pages for box in _boxes(page) if isinstance(box, boxes.TableBox)]
        self._measures: dict[int, _Measures] = {}
        self._rows: dict[int, list[_DrawnRow]] = {}
        tables = document.tables
        faces: dict[tuple[object, ...], Face] = {}
        for number in numbers:
            table, measures = tables[number - 1], _measure(found[number - 1], tables[number - 1].columns, faces)
            self._measures[number] = measures
            self._rows[number] = [_row(row, table, measures) for row in table.rows]

    @property
    def skeletons(self) -> dict[int, Skeleton]:
        return {number: Skeleton(tuple(row.height for row in rows)) for number, rows in self._rows.items()}

    def draw_on(self, rendered: Any) -> None:
        """Have every page of the rendered document paint its rows with what WeasyPrint paints."""
        for page in rendered.pages:
            rows = list(self._placed(page))
            if rows:
                page.paint = partial(_paint, page.paint, rows)

    def _placed(self, page: Any) -> Iterator[_Placed]:
        for box in _boxes(page):
            place = box.element.get(ROW_ATTRIBUTE) if isinstance(box, boxes.TableRowBox) else None
            if place:
                number, index = map(int, place.split("-"))
                yield _Placed(box.position_x, box.position_y, self._rows[number][index], self._measures[number])


def _boxes(page: Any) -> Iterator[Any]:
    boxes_of_page: Iterator[Any] = page._page_box.descendants()  # noqa: SLF001 - WeasyPrint has no other way to them
    return boxes_of_page


def _measure(table: Any, columns: Sequence[Column], faces: dict[tuple[object, ...], Face]) -> _Measures:
    plain, bold = (row for group in table.children if not group.is_header for row in group.children)
    line = _first(plain.children[0], boxes.LineBox)
    return _Measures(
        places=tuple(
            _Place(
                left=cell.content_box_x() - plain.position_x,
                right=cell.content_box_x() + cell.width - plain.position_x,
                edge=cell.position_x + cell.border_width() - plain.position_x,
                plain=_letters(cell, faces),
                bold=_letters(heavy, faces),
                align=column.alignment,
                wraps=cell.style["white_space"] != "nowrap",
            )
            for cell, heavy, column in zip(plain.children, bold.children, columns, strict=True)
        ),
        top=line.position_y - plain.position_y,
        around=plain.height - line.height,
        border=plain.children[0].border_right_width,
    )


def _first(box: Any, kind: type) -> Any:
    return next(inner for inner in box.descendants() if isinstance(inner, kind))


def _letters(cell: Any, faces: dict[tuple[object, ...], Face]) -> _Letters:
    line, text = _first(cell, boxes.LineBox), _first(cell, boxes.TextBox)
    return _Letters(_face(cell, faces), line.height, text.position_y + text.baseline - line.position_y)


def _face(cell: Any, faces: dict[tuple[object, ...], Face]) -> Face:
    """One for all cells whose letters are alike."""
    style = cell.style
    key = (style["font_size"], style["font_weight"], style["font_style"], style["overflow_wrap"], style["white_space"])
    if key not in faces:
        faces[key] = Face(style)
    return faces[key]


def _row(row: Row, table: Table, measures: _Measures) -> _DrawnRow:
    cells: list[tuple[_Place, float, _Letters, tuple[Line, ...]]] = []
    edges: list[float] = []
    for index, cell in row.placed():
        place, last = measures.places[index], measures.places[index + cell.span - 1]
        edges.append(last.edge)
        text = _COLLAPSIBLE.sub(" ", printed(cell.value, table.columns[index].kind, row.kind)).strip(" ")
        if text:
            letters = place.plain if row.kind is RowKind.DATA else place.bold
            room = last.right - place.left
            cells.append((place, room, letters, letters.face.lines(text, room, wraps=place.wraps)))
    tallest = max(
        (len(lines) * letters.pitch for _, _, letters, lines in cells), default=measures.places[0].plain.pitch
    )
    height = measures.around + tallest
    if height > TALLEST_ROW_PX:
        raise Unsuited
    pieces: list[tuple[float, float, Face, Line]] = []
    for place, room, letters, lines in cells:
        top = measures.top + letters.rise + (tallest - len(lines) * letters.pitch) / 2
        for number, line in enumerate(lines):
            shift = _SHIFT[place.align] * max(room - line.width, 0)
            pieces.append((place.left + shift, top + number * letters.pitch, letters.face, line))
    return _DrawnRow(height, tuple(pieces), tuple(edges))


def _paint(paint: Any, rows: Sequence[_Placed], stream: Any, scale: float = 1) -> None:
    """What WeasyPrint paints of a page, then its rows: their lines as filled paths, their letters as one text."""
    paint(stream, scale)
    with stream.stacked():
        stream.transform(a=scale, d=scale)
        stream.set_color(rows[0].colour)
        for placed in rows:
            _draw_borders(stream, placed)
        stream.fill()
        stream.begin_text()
        names = {face: face.put_into(stream) for placed in rows for face in placed.measures.faces}
        for placed in rows:
            for x, y, face, line in placed.row.pieces:
                stream.set_font_size(*names[face])
                stream.set_text_matrix(1, 0, 0, -1, placed.x + x, placed.y + y)
                stream.show_text(line.shown)
        stream.end_text()


def _draw_borders(stream: Any, placed: _Placed) -> None:
    """A row closes itself below and at each cell's right; what stands above closes it there."""
    width, height = placed.measures.border, placed.row.height
    stream.rectangle(placed.x, placed.y + height - width, placed.row.edges[-1], width)
    stream.rectangle(placed.x, placed.y, width, height)
    for edge in placed.row.edges:
        stream.rectangle(placed.x + edge - width, placed.y, width, height)
