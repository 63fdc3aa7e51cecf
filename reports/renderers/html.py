"""Documents as HTML: a fragment for the screen, and the whole page that is exported and made into PDF."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest
from types import MappingProxyType
from typing import Final, NamedTuple

from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from reports.document import (
    Addressees,
    Align,
    AppendixTitle,
    Block,
    Cell,
    Clause,
    Closing,
    Column,
    Document,
    Heading,
    Kind,
    LetterHead,
    Note,
    Paragraph,
    Row,
    RowKind,
    Run,
    Table,
    Title,
    printed,
)
from reports.profiles import FONT_FAMILIES, Form, Profile
from reports.renderers.layout import Layout, formed, introduces, lay_out, page_mm, profile_of

_TEMPLATES: Final = {
    AppendixTitle: "reports/print/appendix_title.html",
    Title: "reports/print/title.html",
    Heading: "reports/print/heading.html",
    Clause: "reports/print/clause.html",
    Paragraph: "reports/print/paragraph.html",
    Table: "reports/print/table.html",
    Note: "reports/print/note.html",
    LetterHead: "reports/print/letter_head.html",
    Addressees: "reports/print/addressees.html",
    Closing: "reports/print/closing.html",
}
LONGEST_BOOKMARK: Final = 90
_NOWRAP_CLASS: Final = {Kind.COUNT: "n", Kind.MONEY: "n", Kind.DATE: "d"}
_ALIGN_CLASS: Final = {Align.LEFT: "", Align.CENTER: "c", Align.RIGHT: "r", Align.JUSTIFY: "j"}


ROW_ATTRIBUTE: Final = "data-row"
"""Tells which row of which table an empty one stands for: "2-17"."""


class Skeleton(NamedTuple):
    """A table of which only the heights of the rows, in CSS pixels, are known: their cells are drawn elsewhere."""

    heights: tuple[float, ...]

    @property
    def classes(self) -> dict[float, str]:
        return {height: f"h{number}" for number, height in enumerate(dict.fromkeys(self.heights))}


class _CellView(NamedTuple):
    """A cell ready for the template; spans are text, because the template localises integers."""

    text: str
    css: str = ""
    scope: str = ""
    colspan: str = ""
    rowspan: str = ""


class _RowView(NamedTuple):
    css: str
    cells: list[_CellView]


_NO_SKELETONS: Final[Mapping[int, Skeleton]] = MappingProxyType({})


def render_html(document: Document) -> SafeString:
    """Return the fragment shown on the screen: classes only, no inline style and no script.

    Here alone a bound figure can be told from other text (`<span class="field" data-field="{…}">`), and a place
    has its anchor.
    """
    layouts = [lay_out(table, document) for table in document.tables]
    return render_to_string("reports/print/document.html", _context(document, layouts, "h2", on_screen=True))


def render_page(
    document: Document, *, layouts: list[Layout] | None = None, skeletons: Mapping[int, Skeleton] = _NO_SKELETONS
) -> SafeString:
    """Return a complete page that carries its own stylesheet, for export and for the PDF.

    The tables numbered in `skeletons` have empty rows of their heights; `layouts` are the tables', if known.
    """
    layouts = [lay_out(table, document) for table in document.tables] if layouts is None else layouts
    context = _context(document, layouts, "h1", on_screen=False, skeletons=skeletons)
    return render_to_string("reports/print/page.html", context | _page_style(document, layouts, skeletons))


def _context(
    document: Document,
    layouts: list[Layout],
    title_tag: str,
    *,
    on_screen: bool,
    skeletons: Mapping[int, Skeleton] = _NO_SKELETONS,
) -> dict[str, object]:
    waiting = iter(zip(range(1, len(layouts) + 1), layouts, strict=True))
    inner = _Inner(profile_of(document), skeletons, on_screen)
    return {
        "document": document,
        "orientation": document.orientation.value,
        "title_tag": title_tag,
        "on_screen": on_screen,
        "blocks": [
            {"template": _TEMPLATES[type(block)], **_block(block, document, waiting, inner)}
            | ({"held": True} if introduces(block, following) else {})
            for block, following in zip_longest(document.blocks, document.blocks[1:])
        ],
    }


class _Inner(NamedTuple):
    """What the text within blocks depends on."""

    profile: Profile
    skeletons: Mapping[int, Skeleton]
    on_screen: bool

    def runs(self, runs: Iterable[Run], form: Form | None = None) -> SafeString:
        """Runs as HTML, in the form of a heading if given; nothing stands between them."""
        return format_html_join("", "{}", ((self._run(formed(run, form) if form else run),) for run in runs))

    def _run(self, run: Run) -> SafeString:
        bound = self.on_screen and run.field
        text = format_html('<span class="field" data-field="{}">{}</span>' if bound else "{1}", run.field, run.text)
        text = format_html("<em>{}</em>", text) if run.italic else text
        return format_html("<strong>{}</strong>", text) if run.bold else text


def _block(block: Block, document: Document, layouts: Iterator[tuple[int, Layout]], inner: _Inner) -> dict[str, object]:
    """What the template of this kind of block needs besides the block itself."""
    match block:
        case AppendixTitle() | Title():
            return _title(block, document)
        case Heading() | Clause() | Paragraph() | Note():
            return _text(block, inner)
        case Table():
            number, layout = next(layouts)
            return _table(block, number, layout, inner.skeletons.get(number))
        case LetterHead() | Addressees() | Closing():
            return _frame(block, inner.profile)


def _title(block: AppendixTitle | Title, document: Document) -> dict[str, object]:
    """What a document begins with; in the outline of a PDF it is called by the document's own title."""
    profile = profile_of(document)
    if isinstance(block, Title):
        return {"block": block, "bookmark": document.title, "rule": profile.about_rule}
    attached = block.attached_to
    return {
        "label": profile.appendix_label(block.number),
        "bookmark": document.title,
        "title": profile.appendix_title(block.title),
        "attached": profile.attached_line(attached) if attached else "",
    }


def _text(block: Heading | Clause | Paragraph | Note, inner: _Inner) -> dict[str, object]:
    match block:
        case Heading():
            return {"block": block, "tag": f"h{block.level + 2}"}
        case Clause():
            return _clause(block, inner)
        case Paragraph():
            marker = [Run(f"{block.marker} ")] if block.marker else []
            css = f"doc-{block.align} doc-level-{block.level}"
            return {"block": block, "css": css, "text": inner.runs([*marker, *block.runs])}
        case Note():
            return {"block": block}


def _clause(block: Clause, inner: _Inner) -> dict[str, object]:
    """A heading of its own, or one that its paragraph continues."""
    form = inner.profile.clause(block.level)
    marker = [Run(f"{block.marker} ", bold=form.bold)] if block.marker else []
    return {
        "block": block,
        "tag": f"h{block.level + (2 if inner.on_screen else 1)}",
        "heading": inner.runs(marker) + inner.runs(block.runs, form),
        "rest": inner.runs(block.rest),
        "bookmark": _shortened(block.heading),
    }


def _shortened(text: str) -> str:
    """A heading as a bookmark shows it."""
    if len(text) <= LONGEST_BOOKMARK:
        return text
    return f"{text[:LONGEST_BOOKMARK].rsplit(' ', 1)[0].rstrip(',;')}…"


def _frame(block: LetterHead | Addressees | Closing, profile: Profile) -> dict[str, object]:
    """What stands around the text of a letter."""
    match block:
        case LetterHead():
            return {
                "block": block,
                "above": block.bodies[:-1],
                "issuer": block.bodies[-1],
                "profile": profile,
                "number": profile.number_line(block.number, block.symbol),
                "dated": profile.place_and_date(block.place, block.dated, block.year),
            }
        case Addressees():
            return {"block": block, "lines": profile.recipient_lines(block.names) if len(block.names) > 1 else []}
        case Closing():
            return {
                "block": block,
                "lines": profile.recipient_lines(block.recipients),
                "underlined": profile.recipients_label_underlined,
            }


def _table(table: Table, number: int, layout: Layout, skeleton: Skeleton | None) -> dict[str, object]:
    columns = [f"k{index} w-{max(1, round(share))}" for index, share in enumerate(layout.percents, start=1)]
    return {
        "block": table,
        "css": f"doc-table-{number}",
        "column_groups": [columns[start : start + n] for _, start, n in table.head_groups()],
        "head": _head(table),
        "bodies": [] if skeleton else list(_bodies(table)),
        "empty_bodies": _empty_bodies(table, number, skeleton) if skeleton else "",
    }


def _head(table: Table) -> list[_RowView]:
    """One or two rows of heads, then the row of column numbers."""
    upper: list[_CellView] = []
    lower: list[_CellView] = []
    for group, start, count in table.head_groups():
        titles = [column.title for column in table.columns[start : start + count]]
        if group:
            upper.append(_CellView(group, scope="colgroup", colspan=str(count)))
            lower += [_CellView(title, scope="col") for title in titles]
        else:
            rowspan = "2" if table.has_groups else ""
            upper.append(_CellView(titles[0], scope="col", rowspan=rowspan))
    numbers = [_CellView(f"({n})") for n in range(1, len(table.columns) + 1)]
    heads = [_RowView("", row) for row in (upper, lower) if row]
    return [*heads, _RowView("doc-numbers", numbers)]


def _bodies(table: Table) -> Iterator[list[_RowView]]:
    css = [_cell_css(column) for column in table.columns]
    for body in _grouped(table.rows):
        yield [_row(table, row, css) for _, row in body]


def _grouped(rows: Iterable[Row]) -> Iterator[list[tuple[int, Row]]]:
    """The rows with their places in their groups: a group row opens a body, the grand total stands in its own."""
    body: list[tuple[int, Row]] = []
    for place, row in enumerate(rows):
        if body and row.kind in {RowKind.GROUP, RowKind.TOTAL}:
            yield body
            body = []
        body.append((place, row))
    if body:
        yield body


def _empty_bodies(table: Table, number: int, skeleton: Skeleton) -> SafeString:
    """The bodies of a skeleton: as high as they will be, and broken where they may be."""
    css = {height: f"doc-empty {name}" for height, name in skeleton.classes.items()}
    row_of = (
        f'<tr {ROW_ATTRIBUTE}="{number}-{{}}"{{}}><td class="{{}}" colspan="{len(table.columns)}"></td></tr>'.format
    )
    bodies = (
        "".join(row_of(place, _row_attribute(row), css[skeleton.heights[place]]) for place, row in body)
        for body in _grouped(table.rows)
    )
    return mark_safe("".join(f"<tbody>{body}</tbody>" for body in bodies))  # noqa: S308 - numbers and constants


def _row_attribute(row: Row) -> str:
    return "" if row.kind is RowKind.DATA else f' class="doc-{row.kind}"'


def _row(table: Table, row: Row, css: list[str]) -> _RowView:
    title = table.row_title_index
    scope = "rowgroup" if row.kind is RowKind.GROUP else "row"
    cells = [
        _CellView(
            printed(cell.value, table.columns[index].kind, row.kind),
            css[index],
            scope if _covers(cell, index, title) else "",
            str(cell.span) if cell.span > 1 else "",
        )
        for index, cell in row.placed()
    ]
    return _RowView("" if row.kind is RowKind.DATA else f"doc-{row.kind}", cells)


def _covers(cell: Cell, index: int, column: int) -> bool:
    return index <= column < index + cell.span


def _cell_css(column: Column) -> str:
    classes = [_NOWRAP_CLASS.get(column.kind, "")]
    if column.align is not None or not classes[0]:
        classes.append(_ALIGN_CLASS[column.alignment])
    return " ".join(filter(None, classes))


def _page_style(document: Document, layouts: list[Layout], skeletons: Mapping[int, Skeleton]) -> dict[str, object]:
    """Measures for the stylesheet, as text: a localised "7,5" would break it."""
    width, height = page_mm(document)
    return {
        "profile": {
            name: str(getattr(profile_of(document), name))
            for name in (
                "body_size",
                "label_size",
                "title_size",
                "attached_size",
                "page_number_size",
                "page_number_top_mm",
                "first_line_mm",
                "paragraph_before_pt",
                "line_height_percent",
                "motto_size",
                "motto_below_size",
                "kind_size",
                "about_size",
                "issuer_percent",
                "issuer_size",
                "dated_size",
                "subject_size",
                "signer_size",
                "recipients_label_size",
                "recipients_size",
            )
        },
        "font_families": ", ".join(FONT_FAMILIES),
        "number_first_page": profile_of(document).number_first_page,
        "margins": {
            side: str(getattr(profile_of(document).margins, side)) for side in ("top", "right", "bottom", "left")
        },
        "page": {"width": str(width), "height": str(height)},
        "created": document.created.isoformat(),
        "tables": [
            {
                "css": f"doc-table-{number}",
                "size": str(layout.size),
                "sums": str(layout.sums) if layout.sums != layout.size else "",
                "padding": str(layout.padding_mm),
                "overfull": layout.overfull,
                "widths": [(f"k{index}", f"{share:.3f}") for index, share in enumerate(layout.percents, 1)],
                "heights": [
                    (name, repr(height)) for height, name in skeletons.get(number, Skeleton(())).classes.items()
                ],
            }
            for number, layout in enumerate(layouts, start=1)
        ],
    }
