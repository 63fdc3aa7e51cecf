"""Documents as plain text: a paragraph a line, a table's cells between tabs; for reading, searching and comparing."""

from collections.abc import Iterable, Iterator

from reports.document import (
    Addressees,
    AppendixTitle,
    Block,
    Clause,
    Closing,
    Document,
    Heading,
    LetterHead,
    Note,
    Paragraph,
    Table,
    Title,
    printed,
)
from reports.profiles import Profile
from reports.renderers.layout import formed, profile_of


def render_txt(document: Document) -> bytes:
    """Return the document as UTF-8 text; what only adorns a page is left out."""
    parts = [document.mark, *("\n".join(_lines(block, profile_of(document))) for block in document.blocks)]
    return ("\n\n".join(filter(None, parts)) + "\n").encode()


def _lines(block: Block, profile: Profile) -> Iterator[str]:
    match block:
        case AppendixTitle():
            yield profile.appendix_label(block.number)
            yield profile.appendix_title(block.title)
            if block.attached_to:
                yield profile.attached_line(block.attached_to)
        case Title():
            yield block.kind
            yield block.about
        case Heading() | Paragraph():
            yield block.text
        case Clause():
            form = profile.clause(block.level)
            words = "".join(run.text for run in (*(formed(run, form) for run in block.runs), *block.rest))
            yield f"{block.marker} {words}".strip()
        case Note():
            yield f"{block.label} {block.text}"
        case Table():
            yield from _table(block)
        case LetterHead() | Addressees() | Closing():
            yield from _frame(block, profile)


def _frame(block: LetterHead | Addressees | Closing, profile: Profile) -> Iterator[str]:
    """What stands around the text, line by line."""
    match block:
        case LetterHead():
            dated = profile.place_and_date(block.place, block.dated, block.year)
            yield from _given(profile.motto, profile.motto_below, *block.bodies)
            yield from _given(profile.number_line(block.number, block.symbol), block.subject, dated)
        case Addressees():
            yield f"{block.label} {'; '.join(block.names)}"
        case Closing():
            if block.recipients:
                yield block.label
                yield from profile.recipient_lines(block.recipients)
                yield ""
            yield from _given(block.authority, block.post, block.name)


def _table(table: Table) -> Iterator[str]:
    """The unit, the heads, the rows; a cell over several columns is followed by as many empty ones."""
    yield from _given(table.unit)
    yield "\t".join(": ".join(_given(column.group, column.title)) for column in table.columns)
    for row in table.rows:
        cells = [""] * len(table.columns)
        for index, cell in row.placed():
            cells[index] = " ".join(printed(cell.value, table.columns[index].kind, row.kind).split())
        yield "\t".join(cells).rstrip()


def _given(*texts: str) -> Iterable[str]:
    return filter(None, texts)
