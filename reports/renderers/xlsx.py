"""Documents as workbooks: a sheet per table, real numbers, live sums, ready to print on A4."""

from datetime import datetime, time
from io import BytesIO
from typing import Final

from xlsxwriter import Workbook

from reports.document import (
    Addressees,
    Align,
    AppendixTitle,
    Block,
    Clause,
    Closing,
    Document,
    Heading,
    LetterHead,
    Note,
    Orientation,
    Paragraph,
    Run,
    Table,
    Title,
)
from reports.renderers.layout import Layout, lay_out, profile_of, text_width_mm
from reports.renderers.metrics import line_count
from reports.renderers.xlsx_sheet import FirstPageUnnumbered, Sheet
from reports.renderers.xlsx_styles import FONT, Styles, pixels, row_height, wrap_width
from reports.renderers.xlsx_table import write_table

A4: Final = 9
MM_PER_INCH: Final = 25.4
NOTE_SIZE: Final = 12
MARK_SIZE: Final = 11
GAP_POINTS: Final = 8
LONGEST_SHEET_NAME: Final = 31
_FORBIDDEN_IN_NAMES: Final = str.maketrans("[]:*?/\\", "       ")

_OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "default_format_properties": {"font_name": FONT, "font_size": 11},
}


def render_xlsx(document: Document) -> bytes:
    """Return the document as a workbook; the same document gives the same bytes."""
    buffer = BytesIO()
    workbook = Workbook(buffer, _OPTIONS)
    workbook.set_properties(
        {
            "title": document.title,
            "author": document.author,
            "comments": document.mark,
            "created": datetime.combine(document.created, time()),
        }
    )
    styles = Styles(workbook)
    kind = Sheet if profile_of(document).number_first_page else FirstPageUnnumbered
    taken: set[str] = set()
    for part in _parts(document.blocks):
        sheet = workbook.add_worksheet(_sheet_name(part, document, taken), kind)
        _set_page(sheet, document)
        _Sheet(sheet, document, styles, part).write()
    workbook.close()
    return buffer.getvalue()


def _parts(blocks: tuple[Block, ...]) -> list[list[Block]]:
    """Cut the document so that each part has one table at most: columns of two tables differ.

    What follows a table stays with it, up to the heading of the next one.
    """
    parts: list[list[Block]] = [[]]
    for index, block in enumerate(blocks):
        filled = any(isinstance(earlier, Table) for earlier in parts[-1])
        more = any(isinstance(later, Table) for later in blocks[index:])
        if filled and more and isinstance(block, Table | Heading):
            parts.append([])
        parts[-1].append(block)
    return parts


def _sheet_name(part: list[Block], document: Document, taken: set[str]) -> str:
    """Name the sheet after its table, within what a workbook allows."""
    names = [block.name for block in part if isinstance(block, Table)] or [document.title]
    name = " ".join(names[0].translate(_FORBIDDEN_IN_NAMES).split()).strip("'")
    name = name[:LONGEST_SHEET_NAME].strip(" '") or "Trang"
    stem, number = name, 1
    while name.casefold() in taken:
        number += 1
        name = f"{stem[: LONGEST_SHEET_NAME - 5].strip()} ({number})"
    taken.add(name.casefold())
    return name


def _set_page(sheet: Sheet, document: Document) -> None:
    profile = profile_of(document)
    margins = profile.margins
    sheet.set_paper(A4)
    if document.orientation is Orientation.LANDSCAPE:
        sheet.set_landscape()
    sheet.set_margins(*(mm / MM_PER_INCH for mm in (margins.left, margins.right, margins.top, margins.bottom)))
    number = {"margin": profile.page_number_top_mm / MM_PER_INCH, "scale_with_doc": False}
    sheet.set_header(f'&C&"{FONT},Regular"&{profile.page_number_size}&P', number)
    if document.mark:
        mark = document.mark.replace("&", "&&")
        sheet.set_footer(f'&R&"{FONT},Italic"&{MARK_SIZE} {mark}', number)
    sheet.center_horizontally()
    sheet.fit_to_pages(1, 0)
    sheet.hide_gridlines(2)


class _Sheet:
    """Writes the blocks of one part from top to bottom."""

    def __init__(self, sheet: Sheet, document: Document, styles: Styles, part: list[Block]) -> None:
        self.sheet = sheet
        self.document = document
        self.profile = profile_of(document)
        self.styles = styles
        self.part = part
        self.row = 0
        table = next((block for block in part if isinstance(block, Table)), None)
        self.layout = lay_out(table, document).unbroken if table else None
        self.widths = self.layout.widths if self.layout else (float(text_width_mm(document)),)
        for column, width in enumerate(self.widths):
            sheet.set_column_pixels(column, column, pixels(width))

    def write(self) -> None:
        if self.document.mark:
            self._line([Run(self.document.mark, italic=True)], MARK_SIZE, Align.RIGHT)
        for block in self.part:
            self._write_block(block)
        self.sheet.print_area(0, 0, max(self.row - 1, 0), len(self.widths) - 1)

    def _write_block(self, block: Block) -> None:
        size = self.profile.body_size
        match block:
            case AppendixTitle():
                self._write_title(block)
            case Title():
                self._line([Run(block.kind, bold=True)], self.profile.kind_size, Align.CENTER)
                self._line([Run(block.about, bold=True)], self.profile.about_size, Align.CENTER)
            case Clause():
                self._line([Run(block.heading, bold=True), *block.rest], size, Align.LEFT)
            case Heading():
                self._gap()
                self._line([Run(block.text, bold=True)], size, Align.LEFT)
            case Paragraph():
                marker = [Run(f"{block.marker} ")] if block.marker else []
                self._line([*marker, *block.runs], size, block.align)
            case Note():
                runs = [Run(f"{block.label} ", bold=True, italic=True), Run(block.text, italic=True)]
                self._line(runs, NOTE_SIZE, Align.LEFT)
            case Table() if self.layout:
                self._write_table(block, self.layout)
            case LetterHead() | Addressees() | Closing():
                self._write_frame(block)

    def _write_frame(self, block: LetterHead | Addressees | Closing) -> None:
        """What stands around a letter's text, line by line: a sheet has no two texts side by side."""
        profile = self.profile
        match block:
            case LetterHead():
                for text in filter(None, (profile.motto, profile.motto_below, *block.bodies)):
                    self._line([Run(text, bold=True)], profile.issuer_size, Align.CENTER)
                self._line([Run(profile.number_line(block.number, block.symbol))], profile.issuer_size, Align.CENTER)
                dated = profile.place_and_date(block.place, block.dated, block.year)
                self._line([Run(dated, italic=True)], profile.dated_size, Align.CENTER)
                if block.subject:
                    self._line([Run(block.subject, italic=True)], profile.subject_size, Align.CENTER)
            case Addressees():
                self._line([Run(f"{block.label} {', '.join(block.names)}")], profile.body_size, Align.CENTER)
            case Closing():
                for text in filter(None, (block.authority, block.post, block.name)):
                    self._line([Run(text, bold=True)], profile.signer_size, Align.RIGHT)
                self._line([Run(block.label)], profile.recipients_label_size, Align.LEFT)
                for text in profile.recipient_lines(block.recipients):
                    self._line([Run(text)], profile.recipients_size, Align.LEFT)
        self._gap()

    def _write_title(self, title: AppendixTitle) -> None:
        profile = self.profile
        label = profile.appendix_label(title.number)
        self._line([Run(label, bold=True)], profile.label_size, Align.CENTER)
        heading = profile.appendix_title(title.title)
        self._line([Run(heading, bold=True)], profile.title_size, Align.CENTER)
        if title.attached_to:
            attached = profile.attached_line(title.attached_to)
            self._line([Run(attached, italic=True)], profile.attached_size, Align.CENTER)
        self._gap()

    def _write_table(self, table: Table, layout: Layout) -> None:
        if table.unit:
            self._line([Run(table.unit, italic=True)], NOTE_SIZE + 1, Align.RIGHT)
        self.row = write_table(self.sheet, table, layout, self.styles, self.row)
        self._gap()

    def _gap(self) -> None:
        self.sheet.set_row(self.row, GAP_POINTS)
        self.row += 1

    def _line(self, runs: list[Run], size: int, align: Align) -> None:
        """Write one text across the whole width, as high as its wrapped lines need."""
        runs = [run for run in runs if run.text]
        bold = any(run.bold for run in runs)
        text = "".join(run.text for run in runs)
        one = runs[0] if len(runs) == 1 else Run(text)
        style = self.styles.get(size=size, bold=one.bold, italic=one.italic, align=align)
        last = len(self.widths) - 1
        if last:
            self.sheet.merge_range(self.row, 0, self.row, last, "", style)
        if len(runs) > 1:
            fragments = [part for run in runs for part in (self.styles.run(run, size), run.text)]
            self.sheet.write_rich_string(self.row, 0, *fragments, style)
        else:
            self.sheet.write_string(self.row, 0, text, style)
        lines = line_count(text, wrap_width(sum(self.widths)), size, bold=bold)
        self.sheet.set_row(self.row, row_height(lines, size))
        self.row += 1
