"""Documents as Word files: A4 by the profile's margins, real headings and tables, page numbers from page 2."""

from datetime import datetime, time
from io import BytesIO
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import docx
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section, _Footer, _Header
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph as WordParagraph

from reports.document import (
    DEEPEST_HEADING,
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
from reports.profiles import Profile
from reports.renderers.docx_parts import FONT, RULE, Text, printable, rule_element, side_by_side, table_element
from reports.renderers.layout import formed, introduces, lay_out, page_mm, profile_of, text_width_mm

NOTE_SIZE: Final = 12
MARK_SIZE: Final = 11
GAP: Final = 8
RECIPIENTS_PERCENT: Final = 50
SIGNATURE_LINES: Final = 4
_ALIGN: Final = {
    Align.LEFT: WD_ALIGN_PARAGRAPH.LEFT,
    Align.CENTER: WD_ALIGN_PARAGRAPH.CENTER,
    Align.RIGHT: WD_ALIGN_PARAGRAPH.RIGHT,
    Align.JUSTIFY: WD_ALIGN_PARAGRAPH.JUSTIFY,
}


def render_docx(document: Document) -> bytes:
    """Return the document as a Word file; the same document gives the same bytes."""
    word = docx.Document()
    _drop_thumbnail(word)
    profile = profile_of(document)
    _set_styles(word, profile)
    _set_page(word.sections[0], document)
    _set_properties(word, document)
    writer = _Writer(word, document)
    for block, following in zip(document.blocks, (*document.blocks[1:], None), strict=True):
        writer.write(block)
        if isinstance(following, Closing) or introduces(block, following):
            writer.hold_last()
    buffer = BytesIO()
    word.save(buffer)
    return _dated(buffer, document)


def _drop_thumbnail(word: WordDocument) -> None:
    """The library's template carries a picture of itself, which would be shown as that of ours."""
    relations = word.part.package.rels
    for key in [key for key, relation in relations.items() if relation.reltype == RELATIONSHIP_TYPE.THUMBNAIL]:
        del relations[key]


def _dated(packed: BytesIO, document: Document) -> bytes:
    """The same archive with the document's day in place of the clock."""
    day, buffer = document.created, BytesIO()
    with ZipFile(packed) as source, ZipFile(buffer, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            entry = ZipInfo(name, (day.year, day.month, day.day, 0, 0, 0))
            entry.compress_type = ZIP_DEFLATED
            target.writestr(entry, source.read(name))
    return buffer.getvalue()


def _set_properties(word: WordDocument, document: Document) -> None:
    made = datetime.combine(document.created, time())
    core = word.core_properties
    core.title, core.author, core.comments = document.title, document.author, document.mark
    core.language, core.last_modified_by, core.revision = "vi-VN", document.author, 1
    core.created = core.modified = made


def _set_styles(word: WordDocument, profile: Profile) -> None:
    """One font for all, headings too, whose own come from Word's theme."""
    sizes = {"Normal": profile.body_size} | {
        f"Heading {level}": profile.body_size for level in range(1, DEEPEST_HEADING + 1)
    }
    for name, size in sizes.items():
        style = word.styles[name]
        if not isinstance(style, ParagraphStyle) or style.type is not WD_STYLE_TYPE.PARAGRAPH:
            raise TypeError(name)
        style.font.size, style.font.color.rgb = Pt(size), RGBColor(0, 0, 0)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        fonts.attrib.clear()
        for script in ("ascii", "hAnsi", "cs", "eastAsia"):
            fonts.set(qn(f"w:{script}"), FONT)
        form = style.paragraph_format
        form.space_before = form.space_after = Pt(0)
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.AT_LEAST, Pt(1)
    language = OxmlElement("w:lang")
    for script in ("val", "eastAsia"):
        language.set(qn(f"w:{script}"), "vi-VN")
    word.styles["Normal"].element.get_or_add_rPr().append(language)


def _set_page(section: Section, document: Document) -> None:
    profile, (width, height) = profile_of(document), page_mm(document)
    section.page_width, section.page_height = Mm(width), Mm(height)
    landscape = document.orientation is Orientation.LANDSCAPE
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    margins = profile.margins
    section.top_margin, section.bottom_margin = Mm(margins.top), Mm(margins.bottom)
    section.left_margin, section.right_margin = Mm(margins.left), Mm(margins.right)
    section.header_distance = section.footer_distance = Mm(profile.page_number_top_mm)
    section.different_first_page_header_footer = not profile.number_first_page
    _number(section.header, profile.page_number_size)
    for footer in (section.footer, section.first_page_footer):
        _mark(footer, document.mark)


def _number(header: _Header, size: int) -> None:
    paragraph = header.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    run = paragraph.add_run("2")
    run.font.size = Pt(size)
    field.append(run._r)  # noqa: SLF001 - python-docx has no fields
    paragraph._p.append(field)  # noqa: SLF001


def _mark(footer: _Footer, mark: str) -> None:
    """The warning that every page carries."""
    if mark:
        paragraph = footer.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        run = paragraph.add_run(printable(mark))
        run.italic, run.font.size = True, Pt(MARK_SIZE)


class _Writer:
    """Writes the blocks from top to bottom."""

    def __init__(self, word: WordDocument, document: Document) -> None:
        self.word, self.document, self.profile = word, document, profile_of(document)

    def write(self, block: Block) -> None:
        profile = self.profile
        match block:
            case AppendixTitle():
                self._title(block)
            case Title():
                self._kind(block)
            case Clause():
                self._clause(block)
            case Heading():
                heading = self.word.add_heading(printable(block.text), block.level)
                heading.paragraph_format.space_before = Pt(GAP)
                heading.runs[0].bold, heading.runs[0].italic = True, False
            case Paragraph():
                self._paragraph(block)
            case Note():
                runs = [Run(f"{block.label} ", bold=True, italic=True), Run(block.text, italic=True)]
                self._line(runs, NOTE_SIZE, Align.LEFT, before=profile.paragraph_before_pt)
            case Table():
                self._table(block)
            case LetterHead() | Addressees() | Closing():
                self._frame(block)

    def _frame(self, block: LetterHead | Addressees | Closing) -> None:
        """What stands around the text."""
        match block:
            case LetterHead():
                self._letter_head(block)
            case Addressees():
                self._addressees(block)
            case Closing():
                self._closing(block)

    def hold_last(self) -> None:
        """Keep the last paragraph with what follows: no list without its opening, no signature without a word."""
        if self.word.paragraphs:
            self.word.paragraphs[-1].paragraph_format.keep_with_next = True

    def _line(self, runs: list[Run], size: int, align: Align, *, before: int = 0) -> WordParagraph:
        paragraph = self.word.add_paragraph()
        paragraph.alignment = _ALIGN[align]
        paragraph.paragraph_format.space_before = Pt(before)
        for run in runs:
            written = paragraph.add_run(printable(run.text))
            written.bold, written.italic, written.font.size = run.bold, run.italic, Pt(size)
        return paragraph

    def _paragraph(self, block: Paragraph) -> None:
        profile = self.profile
        marker = [Run(f"{block.marker} ")] if block.marker else []
        runs = [*marker, *block.runs]
        paragraph = self._line(runs, profile.body_size, block.align, before=profile.paragraph_before_pt)
        self._set_lines(paragraph, block.align)
        if block.level:
            paragraph.paragraph_format.left_indent = Mm(profile.first_line_mm * block.level)

    def _set_lines(self, paragraph: WordParagraph, align: Align) -> None:
        profile, form = self.profile, paragraph.paragraph_format
        form.line_spacing = Pt(profile.body_size * profile.line_height_percent // 100)
        if align is Align.JUSTIFY:
            form.first_line_indent = Mm(profile.first_line_mm)

    def _kind(self, title: Title) -> None:
        profile = self.profile
        self._line([Run(title.kind, bold=True)], profile.kind_size, Align.CENTER, before=GAP)
        self._line([Run(title.about, bold=True)], profile.about_size, Align.CENTER)
        if profile.about_rule:
            self._line([Run(profile.about_rule)], profile.about_size, Align.CENTER)
        else:
            self._append(rule_element(text_width_mm(self.document)))
        self._gap()

    def _clause(self, clause: Clause) -> None:
        """A heading; one that its paragraph continues is no heading to Word, whose outline would show all of it."""
        profile, form = self.profile, self.profile.clause(clause.level)
        marker = [Run(f"{clause.marker} ", bold=form.bold)] if clause.marker else []
        runs = [*marker, *(formed(run, form) for run in clause.runs), *clause.rest]
        paragraph = self._line(runs, profile.body_size, Align.JUSTIFY, before=profile.paragraph_before_pt)
        if not clause.rest:
            paragraph.style = f"Heading {clause.level}"
        self._set_lines(paragraph, Align.JUSTIFY)

    def _title(self, title: AppendixTitle) -> None:
        profile = self.profile
        label = profile.appendix_label(title.number)
        self._line([Run(label, bold=True)], profile.label_size, Align.CENTER)
        self._line([Run(profile.appendix_title(title.title), bold=True)], profile.title_size, Align.CENTER)
        if title.attached_to:
            attached = Run(profile.attached_line(title.attached_to), italic=True)
            self._line([attached], profile.attached_size, Align.CENTER)
        self._gap()

    def _table(self, table: Table) -> None:
        if table.unit:
            unit = self._line([Run(table.unit, italic=True)], NOTE_SIZE + 1, Align.RIGHT)
            unit.paragraph_format.keep_with_next = True
        else:
            self._gap()
        self._append(table_element(table, lay_out(table, self.document)))
        self._gap()

    def _letter_head(self, head: LetterHead) -> None:
        profile, size = self.profile, self.profile.issuer_size
        left = [Text(body, size) for body in head.bodies[:-1]]
        left.append(Text(head.bodies[-1].upper(), size, bold=True))
        left.append(Text("*", size) if profile.issuer_star else RULE)
        left.append(Text(profile.number_line(head.number, head.symbol), size))
        if head.subject:
            left.append(Text(head.subject, profile.subject_size, italic=True, before=4))
        dated = profile.place_and_date(head.place, head.dated, head.year)
        below = profile.motto_below
        right = [Text(profile.motto, profile.motto_size, bold=True, ruled=not below)]
        if below:
            right.append(Text(below, profile.motto_below_size, bold=True, ruled=True))
        right.append(Text(dated, profile.dated_size, italic=True, before=GAP))
        self._sides(left, right, profile.issuer_percent)

    def _addressees(self, block: Addressees) -> None:
        profile, many = self.profile, len(block.names) > 1
        label = Run(f"{block.label}{'' if many else ' '}", italic=True)
        if not many:
            self._line([label, *map(Run, block.names)], profile.body_size, Align.CENTER, before=GAP)
            return
        first = self._line([label], profile.body_size, Align.LEFT, before=GAP)
        first.paragraph_format.left_indent = Mm(25)
        for line in profile.recipient_lines(block.names):
            self._line([Run(line)], profile.body_size, Align.LEFT).paragraph_format.left_indent = Mm(50)

    def _closing(self, block: Closing) -> None:
        profile = self.profile
        plain = not profile.recipients_label_underlined
        label = Text(
            block.label, profile.recipients_label_size, bold=plain, italic=plain, underlined=not plain, centred=False
        )
        lines = profile.recipient_lines(block.recipients)
        left = [label, *(Text(line, profile.recipients_size, centred=False) for line in lines)] if lines else []
        above = filter(None, (block.authority, block.post))
        signer = [Text(text, profile.signer_size, bold=True) for text in above]
        room = [Text("", profile.signer_size)] * SIGNATURE_LINES
        self._gap()
        self.hold_last()
        self._sides(left, [*signer, *room, Text(block.name, profile.signer_size, bold=True)], RECIPIENTS_PERCENT)

    def _sides(self, left: list[Text], right: list[Text], left_percent: int) -> None:
        width = text_width_mm(self.document)
        first = width * left_percent // 100
        self._append(side_by_side(left, right, (first, width - first)))
        # Word wants a paragraph after a table at the end of a body; small, so that it makes no page of its own.
        self._line([Run("")], 1, Align.LEFT)

    def _append(self, element: object) -> None:
        self.word.element.body.insert_element_before(element, "w:sectPr")

    def _gap(self) -> None:
        self.word.add_paragraph().paragraph_format.line_spacing = Pt(GAP)
